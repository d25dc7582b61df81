//! What is bounded in number or size: queues that keep only the newest entries, and users. Knows no vendor.

use std::collections::VecDeque;
use std::io::{self, Write};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The most that callers can make one user grow to, in bytes of JSON. Twice what one body may be.
pub const MAX_USER: usize = 2 << 20;

/// Whether a value is larger than that as JSON. It is not written for that.
pub fn is_larger(value: &impl Serialize, max: usize) -> bool {
    serde_json::to_writer(Room(max), value).is_err()
}

/// How many bytes a value is as JSON. It is not written for that.
pub fn size(value: &impl Serialize) -> usize {
    let mut room = Room(usize::MAX);
    // What cannot be written is not kept as JSON either.
    let _ = serde_json::to_writer(&mut room, value);
    usize::MAX - room.0
}

/// A writer that takes so many bytes and keeps none.
struct Room(usize);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a number that is counted on, one by one: it must have room for that.
///
/// # Errors
/// It is above 2^53, or 2^31 if the number has 32 bits.
pub fn count<'de, N: TryFrom<u64>, D: Deserializer<'de>>(deserializer: D) -> Result<N, D::Error> {
    let max = if size_of::<N>() < size_of::<u64>() { 1 << 31 } else { MAX_COUNT };
    let number = u64::deserialize(deserializer)?;
    let counted = N::try_from(number).ok().filter(|_| number <= max);
    counted.ok_or_else(|| D::Error::custom(format_args!("a count must be at most {max}, not {number}")))
}

/// The largest number that may be counted on from.
pub const MAX_COUNT: u64 = 1 << 53;

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
    fn a_size_is_that_of_the_text() {
        let value = serde_json::json!({ "a": [1, 2.5, "é\n"], "b": null });
        let size = value.to_string().len();
        assert!(!is_larger(&value, size) && is_larger(&value, size - 1));
    }

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
