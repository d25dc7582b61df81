//! Decides when a connection has to end that does not end by itself: a fault says so, the server is told to stop, or its client
//! does nothing, or is too slow.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};
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
    watch: Arc<Watch>,
    fate: Arc<Fate>,
    is_tls: bool,
    limits: Limits,
    pipeline: Arc<Pipeline>,
    stop: CancellationToken,
    is_closing: bool,
    alarm: Pin<Box<Sleep>>,
}

impl Overseer {
    /// Of a connection that takes calls.
    pub(super) fn new(
        watch: Arc<Watch>,
        fate: Arc<Fate>,
        is_tls: bool,
        limits: Limits,
        pipeline: Arc<Pipeline>,
        stop: CancellationToken,
    ) -> Self {
        let alarm = Box::pin(sleep(limits.header_timeout.min(limits.idle_timeout)));
        Self { watch, fate, is_tls, limits, pipeline, stop, is_closing: false, alarm }
    }

    /// Waits for the next order. After [`Order::Close`] there is another one to wait for.
    pub(super) async fn oversee(mut self) -> (Order, Self) {
        let fate = Arc::clone(&self.fate);
        let order = tokio::select! {
            biased;
            () = fate.sealed() => Order::Drop,
            order = self.look() => order,
        };
        (order, self)
    }

    async fn look(&mut self) -> Order {
        if self.is_closing {
            return self.outwait().await;
        }
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    sleep(LAST_CALL).await;
                    break;
                }
                () = self.alarm.as_mut() => match self.watch.look(&self.limits) {
                    Ok(next) => self.alarm.as_mut().reset(next),
                    Err(limit) => {
                        self.pipeline.limit_hit(limit);
                        if limit == Limit::HeaderTimeout {
                            if !self.is_tls {
                                self.fate.is_late();
                            }
                            return Order::Drop;
                        }
                        break;
                    }
                }
            }
        }
        self.is_closing = true;
        Order::Close
    }

    /// Waits until the client has had its last words.
    async fn outwait(&mut self) -> Order {
        let mut reads = 0;
        loop {
            self.alarm.as_mut().reset(Instant::now() + LAST_WORDS);
            self.alarm.as_mut().await;
            if self.watch.is_silent(&mut reads) {
                return Order::Drop;
            }
        }
    }
}
