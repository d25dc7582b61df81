//! Runs what takes long off the workers, a bounded number at a time, so that it holds nobody up. Knows no call.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// A body above this size makes any call a heavy one: reading it takes longer than moving the call to another thread.
pub(super) const LARGE_BODY: usize = 16 << 10;

/// A list over more records than this is a heavy call.
pub(super) const MANY_RECORDS: usize = 5_000;

/// The threads for heavy work.
pub(super) struct Heavy {
    /// Without permits, the work runs in the caller's task.
    permits: Option<Arc<Semaphore>>,
}

impl Heavy {
    /// As many at a time as there are cores.
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { permits: Some(Arc::new(Semaphore::new(cores))) }
    }

    /// In the caller's task, for callers without a multi-threaded runtime.
    pub(super) fn inline() -> Self {
        Self { permits: None }
    }

    /// Runs the work. `None` if the runtime shuts down before it begins.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let Some(permits) = &self.permits else {
            return Some(work());
        };
        let permit = Arc::clone(permits).acquire_owned().await;
        // The permit goes with the work: it is not given back before the work is done, even if the caller leaves.
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        match done.await {
            Ok(done) => Some(done),
            Err(error) => error.try_into_panic().map_or(None, |panic| resume_unwind(panic)),
        }
    }
}
