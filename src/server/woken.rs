//! A future that is looked at only when it was woken, beside another one in the same task that is looked at all the time.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A future, and whether it is to be looked at: to find out that it is not takes next to nothing.
pub(super) struct Woken<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    /// The same, as the future rings it.
    ring: Waker,
    /// Whom the bell wakes.
    task: Waker,
}

struct Bell {
    has_rung: AtomicBool,
    task: Mutex<Waker>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
    }
}

impl<F: Future> Woken<F> {
    /// That future. The first look is taken.
    pub(super) fn new(future: F) -> Self {
        let task = Waker::noop().clone();
        let bell = Arc::new(Bell { has_rung: AtomicBool::new(true), task: Mutex::new(task.clone()) });
        Self { future: Box::pin(future), ring: Arc::clone(&bell).into(), bell, task }
    }

    /// Looks at it, if it was woken since the last look. Once it is done, it is not to be asked again.
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<F::Output> {
        if !self.task.will_wake(cx.waker()) {
            self.task.clone_from(cx.waker());
            self.bell.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(cx.waker());
        }
        // In this order: a bell that rings from here on is heard at the next look, for which it wakes the task.
        match self.bell.has_rung.load(Ordering::Acquire) && self.bell.has_rung.swap(false, Ordering::AcqRel) {
            true => self.future.as_mut().poll(&mut Context::from_waker(&self.ring)),
            false => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::oneshot;

    use super::*;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn it_is_looked_at_when_it_was_woken_and_wakes_whoever_looked_last() {
        let looks = AtomicUsize::new(0);
        let (tell, mut told) = oneshot::channel();
        let mut woken = Woken::new(std::future::poll_fn(|cx| {
            looks.fetch_add(1, Ordering::Relaxed);
            Pin::new(&mut told).poll(cx)
        }));
        let (first, second) = (Arc::new(Counter::default()), Arc::new(Counter::default()));
        for counter in [&first, &first, &second] {
            let waker = Waker::from(Arc::clone(counter));
            assert_eq!(woken.poll(&Context::from_waker(&waker)), Poll::Pending);
            assert_eq!(looks.load(Ordering::Relaxed), 1);
        }
        tell.send(7).unwrap();
        assert_eq!((first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed)), (0, 1));
        assert_eq!(woken.poll(&Context::from_waker(Waker::noop())), Poll::Ready(Ok(7)));
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }
}
