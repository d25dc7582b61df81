//! Decides when a connection has to end that does not end by itself: a fault says so, the server is told to stop, or its client
//! does nothing, or is too slow.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::fate::Fate;
use super::watch::Watch;
use crate::limits::{Limit, Limits};
use crate::pipeline::Pipeline;

/// Once the server is told to stop, how long until it stops to take calls: what was sent before is read by then, however
/// late the sockets are looked at, for a timer is not due before they were.
const LAST_CALL: Duration = Duration::from_millis(10);

/// Then, how long a client that was heard or is to say something may be silent.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(100);

/// What is to become of a connection now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It finishes what it has, and takes no more.
    Close,
    /// It ends.
    Drop,
}

/// Oversees one connection.
pub(super) struct Overseer {
    pub(super) watch: Arc<Watch>,
    pub(super) fate: Arc<Fate>,
    pub(super) is_tls: bool,
    pub(super) limits: Limits,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) stop: CancellationToken,
}

impl Overseer {
    /// Waits for the next order. After [`Order::Close`] there is another one to wait for, and the connection `is_closing`.
    pub(super) async fn oversee(&self, is_closing: bool) -> Order {
        tokio::select! {
            biased;
            () = self.fate.sealed() => Order::Drop,
            order = self.look(is_closing) => order,
        }
    }

    async fn look(&self, is_closing: bool) -> Order {
        if is_closing {
            return self.outwait().await;
        }
        let mut alarm = pin!(sleep(self.limits.header_timeout.min(self.limits.idle_timeout)));
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    sleep(LAST_CALL).await;
                    return Order::Close;
                }
                () = alarm.as_mut() => match self.watch.look(&self.limits) {
                    Ok(next) => alarm.as_mut().reset(next),
                    Err(limit) => {
                        self.pipeline.limit_hit(limit);
                        if limit != Limit::HeaderTimeout {
                            return Order::Close;
                        }
                        if !self.is_tls {
                            self.fate.is_late();
                        }
                        return Order::Drop;
                    }
                }
            }
        }
    }

    /// Waits until the client has had its last words.
    async fn outwait(&self) -> Order {
        let mut reads = 0;
        loop {
            sleep(LAST_WORDS).await;
            if self.watch.is_silent(&mut reads) {
                return Order::Drop;
            }
        }
    }
}
