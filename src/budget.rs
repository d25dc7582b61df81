//! The memory of the process: how much is in use, and whether there is room for more. Knows nothing of what takes it.
//!
//! What is in use is measured where memory is handed out, by the program's allocator. So everything counts, whatever it
//! is for: bodies, answers that nobody reads, connections, worlds, journals. What a step is about to take is reserved
//! first, so that two large steps at once do not both find the same room.

mod available;

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

pub use available::available;

/// Returns how many bytes the program's allocator has handed out. A program has one allocator.
static HEAP: OnceLock<fn() -> usize> = OnceLock::new();

/// The smallest piece by which a [`Buffer`] grows.
const MIN_GROWTH: usize = 4 << 10;

/// Sets what measures the memory in use. Until then, a budget knows only what is reserved.
pub fn measure_with(heap: fn() -> usize) {
    // The first one stays: there is only one allocator to ask.
    let _ = HEAP.set(heap);
}

/// How many bytes the process has in use, as far as that is measured.
pub fn in_use() -> usize {
    HEAP.get().map_or(0, |heap| heap())
}

/// How much memory a server may use. A clone is the same budget.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max: usize,
    /// What was promised and is not in use yet.
    reserved: AtomicUsize,
}

impl Budget {
    /// A budget of that many bytes for the whole process.
    pub fn new(max: usize) -> Self {
        Self(Arc::new(Inner { max, reserved: AtomicUsize::new(0) }))
    }

    /// Its size in bytes.
    pub fn max(&self) -> usize {
        self.0.max
    }

    /// How many bytes are in use or reserved.
    pub fn used(&self) -> usize {
        in_use().saturating_add(self.0.reserved.load(Relaxed))
    }

    /// Whether less than an eighth of it is left, so that larger steps find no room.
    pub fn is_short(&self) -> bool {
        self.used() > self.0.max - self.0.max / 8
    }

    /// Whether there is no room left, so that calls are refused.
    pub fn is_spent(&self) -> bool {
        self.used() > self.0.max
    }

    /// Whether half of it is in use.
    pub fn is_tight(&self) -> bool {
        self.used() > self.0.max / 2
    }

    /// Whether even refusals have taken too much, so that connections are closed instead.
    pub fn is_overrun(&self) -> bool {
        self.used() > self.0.max.saturating_add(self.0.max / 4)
    }

    /// Reserves room for what is about to be allocated, until the reservation is dropped.
    pub fn reserve(&self, bytes: usize) -> Option<Reservation> {
        let before = self.0.reserved.fetch_add(bytes, Relaxed);
        let reservation = Reservation { budget: self.clone(), bytes };
        // If there is no room, dropping the reservation gives it back.
        (in_use().saturating_add(before).saturating_add(bytes) <= self.0.max).then_some(reservation)
    }

    /// An empty buffer that grows only while there is room.
    pub fn buffer(&self) -> Buffer {
        Buffer { budget: self.clone(), bytes: Vec::new() }
    }
}

/// Reserved room.
#[derive(Debug)]
#[must_use = "it is given back when it is dropped"]
pub struct Reservation {
    budget: Budget,
    bytes: usize,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.reserved.fetch_sub(self.bytes, Relaxed);
    }
}

/// Bytes that are collected only while there is room for them.
#[derive(Debug)]
pub struct Buffer {
    budget: Budget,
    bytes: Vec<u8>,
}

impl Buffer {
    /// What was collected.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Fails with [`io::ErrorKind::OutOfMemory`] if there is no room.
impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (len, capacity) = (self.bytes.len(), self.bytes.capacity());
        if capacity - len < bytes.len() {
            let grown = (len + bytes.len()).max(capacity + capacity / 2).max(MIN_GROWTH);
            // While it is copied, the old and the new one are both there.
            let _room = self.budget.reserve(grown).ok_or(io::ErrorKind::OutOfMemory)?;
            self.bytes.reserve_exact(grown - len);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_is_given_back_and_never_more_than_there_is() {
        let budget = Budget::new(100);
        let first = budget.reserve(60).unwrap();
        assert!(budget.reserve(41).is_none());
        assert_eq!(budget.used(), 60, "a refusal takes nothing");
        let second = budget.reserve(40).unwrap();
        assert!(!budget.is_spent() && budget.reserve(1).is_none() && budget.reserve(usize::MAX).is_none());
        drop((first, second));
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_buffer_grows_while_there_is_room() {
        let mut buffer = Budget::new(64 << 10).buffer();
        let mut written = 0;
        let error = loop {
            match buffer.write_all(&[b'x'; 1_000]) {
                Ok(()) => written += 1_000,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert!((16 << 10..=64 << 10).contains(&written), "{written}");
        assert_eq!(buffer.into_bytes(), vec![b'x'; written]);
    }
}
