//! Queues that hold only the newest of what comes. Knows no vendor.

use std::collections::VecDeque;

/// Makes room for one more in a queue that is to hold `most`: hands out the oldest one where it is full, one per call. It never takes
/// memory for more than `most`, so that a new one comes to stand where the oldest stood, which was just touched.
pub fn make_room<T>(queue: &mut VecDeque<T>, most: usize) -> Option<T> {
    if queue.len() >= most {
        return queue.pop_front();
    }
    if queue.len() == queue.capacity() {
        queue.reserve_exact(queue.len().max(4).min(most - queue.len()));
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
            let oldest = make_room(&mut queue, 100);
            assert_eq!(oldest, (n >= 100).then(|| n - 100));
            queue.push_back(n);
            assert!(queue.capacity() <= 100, "{}", queue.capacity());
        }
        assert!(queue.iter().copied().eq(900..1_000));
        let handed_out = std::iter::from_fn(|| make_room(&mut queue, 7));
        assert_eq!(handed_out.count(), 94, "a queue that was too long");
        assert_eq!(make_room::<u8>(&mut VecDeque::new(), 0), None);
    }
}
