//! Bounded queues that keep only the newest entries. Knows no vendor.

use std::collections::VecDeque;

/// Makes room for one more entry in a queue of at most `max`: removes and returns the oldest if the queue is full, one
/// per call. It never reserves memory for more than `max` entries.
pub fn evict_oldest<T>(queue: &mut VecDeque<T>, max: usize) -> Option<T> {
    if queue.len() >= max {
        return queue.pop_front();
    }
    if queue.len() == queue.capacity() {
        queue.reserve_exact(queue.len().max(4).min(max - queue.len()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_holds_the_newest_and_no_memory_for_more() {
        let mut queue = VecDeque::new();
        for n in 0..1_000 {
            let oldest = evict_oldest(&mut queue, 100);
            assert_eq!(oldest, (n >= 100).then(|| n - 100));
            queue.push_back(n);
            assert!(queue.capacity() <= 100, "{}", queue.capacity());
        }
        assert!(queue.iter().copied().eq(900..1_000));
        let handed_out = std::iter::from_fn(|| evict_oldest(&mut queue, 7));
        assert_eq!(handed_out.count(), 94, "a queue that was too long");
        assert_eq!(evict_oldest::<u8>(&mut VecDeque::new(), 0), None);
    }
}
