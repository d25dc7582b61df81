//! Gives memory back to the system when many connections have ended. The allocator would keep it: what stays, such as the
//! journal's entries, stands between what the connections had.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many connections at once are many. Fewer leave too little behind to look for.
const MANY: usize = 128;

/// What must be left of the most that there were.
const PART: usize = 8;

/// How many connections there are, and how many there were at most since memory was last given back.
#[derive(Debug, Default)]
pub(super) struct Tide {
    open: AtomicUsize,
    most: AtomicUsize,
}

/// A connection that is open.
#[must_use = "the connection counts as ended when it is dropped"]
pub(super) struct Risen(Arc<Tide>);

impl Tide {
    /// A connection began.
    pub(super) fn rises(self: &Arc<Self>) -> Risen {
        self.most.fetch_max(self.open.fetch_add(1, Relaxed) + 1, Relaxed);
        Risen(Arc::clone(self))
    }

    /// A connection ended. Whether nearly all of many have: of several that end at once, one hears it.
    fn falls(&self) -> bool {
        let open = self.open.fetch_sub(1, Relaxed) - 1;
        let most = self.most.load(Relaxed);
        most >= MANY && open <= most / PART && self.most.compare_exchange(most, open, Relaxed, Relaxed).is_ok()
    }
}

impl Drop for Risen {
    fn drop(&mut self) {
        if self.0.falls() {
            give_back();
        }
    }
}

/// Gives back what is free. After 1,600 connections that holds others up once, for some ten milliseconds.
fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(
            unsafe_code,
            reason = "the only way to tell glibc; it takes no pointer, and only lets go of what is free"
        )]
        unsafe extern "C" {
            safe fn malloc_trim(kept_on_top: usize) -> std::ffi::c_int;
        }
        malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often memory is given back while so many connections end, one after the other.
    fn times(connections: usize) -> usize {
        let tide = Arc::new(Tide::default());
        let risen: Vec<_> = (0..connections).map(|_| tide.rises()).collect();
        let times = risen.iter().filter(|_| tide.falls()).count();
        risen.into_iter().for_each(std::mem::forget); // they have fallen
        times
    }

    #[test]
    fn memory_is_given_back_when_nearly_all_of_many_have_ended() {
        for (connections, expected) in [(1, 0), (MANY - 1, 0), (MANY, 1), (PART * MANY - 1, 1), (PART * MANY, 2)] {
            assert_eq!(times(connections), expected, "{connections}");
        }
    }

    #[test]
    fn connections_that_come_and_go_are_not_many() {
        let tide = Arc::new(Tide::default());
        for _ in 0..10 * MANY {
            drop(tide.rises());
        }
        assert_eq!((tide.open.load(Relaxed), tide.most.load(Relaxed)), (0, 1));
    }
}
