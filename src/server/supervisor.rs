//! Decides when a connection must end: because of a fault, because the server shuts down, or because the client is idle
//! or too slow. Does not know what is asked or answered.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::abort::ConnectionAbort;
use super::activity::Activity;
use crate::limits::{Limit, Limits};
use crate::pipeline::Pipeline;

/// How long the server still accepts calls after it is told to stop. What was sent before is read by then, however busy
/// the runtime is, since it polls the sockets before the timer fires.
const LAST_ACCEPT_DELAY: Duration = Duration::from_millis(10);

/// How long a client may then be silent, whether it has sent part of a call or none.
pub(super) const SILENCE_TIMEOUT: Duration = Duration::from_millis(100);

/// What a connection must do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// Finish the calls in flight and take no more.
    Graceful,
    /// End immediately.
    Abort,
}

/// Supervises one connection.
pub(super) struct Supervisor {
    pub(super) activity: Arc<Activity>,
    pub(super) abort: Arc<ConnectionAbort>,
    pub(super) is_tls: bool,
    pub(super) limits: Limits,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) stop: CancellationToken,
    /// Notified from time to time while the process has hardly any memory left.
    pub(super) shortage: Arc<Notify>,
}

impl Supervisor {
    /// Waits for the next directive. After [`Directive::Graceful`] the connection `is_closing`, and another directive
    /// follows.
    pub(super) async fn supervise(&self, is_closing: bool) -> Directive {
        tokio::select! {
            biased;
            () = self.abort.aborted() => Directive::Abort,
            directive = self.wait(is_closing) => directive,
        }
    }

    async fn wait(&self, is_closing: bool) -> Directive {
        if is_closing {
            return self.wait_for_silence().await;
        }
        let mut alarm = pin!(sleep(self.limits.header_timeout.min(self.limits.idle_timeout)));
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    sleep(LAST_ACCEPT_DELAY).await;
                    return Directive::Graceful;
                }
                () = self.shortage.notified() => {
                    // What waits on it is what others lack.
                    if self.activity.is_stuck() {
                        self.pipeline.limit_hit(Limit::Memory);
                        self.abort.reset();
                        return Directive::Abort;
                    }
                }
                () = alarm.as_mut() => match self.activity.check(&self.limits) {
                    Ok(next) => alarm.as_mut().reset(next),
                    Err(limit) => {
                        self.pipeline.limit_hit(limit);
                        if limit != Limit::HeaderTimeout || self.activity.is_http_2() {
                            return Directive::Graceful;
                        }
                        if !self.is_tls {
                            self.abort.time_out();
                        }
                        return Directive::Abort;
                    }
                }
            }
        }
    }

    /// Waits until the client has been silent for a while.
    async fn wait_for_silence(&self) -> Directive {
        let mut reads = 0;
        loop {
            sleep(SILENCE_TIMEOUT).await;
            if self.activity.is_silent(&mut reads) {
                return Directive::Abort;
            }
        }
    }
}
