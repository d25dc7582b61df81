//! A bounded queue of log lines, and a thread that writes them to a file that may be full, slow or gone.
//! Does not know what a line says.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::metrics::LOG_LINES_LOST;

/// How many bytes may be queued. A line that does not fit is lost.
const MAX_BYTES: usize = 1 << 20;

/// How long to wait before trying again to write to a non-blocking file that is full.
const RETRY: Duration = Duration::from_millis(10);

/// Accepts lines without ever waiting for the file.
#[derive(Debug, Clone, Default)]
pub(super) struct LineQueue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    written: Condvar,
    /// How many lines were lost since the last report.
    lost: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a line was taken from the queue and is still being written.
    is_writing: bool,
}

impl LineQueue {
    /// Starts the thread that writes to `file`. When lines were lost and one can be written again, the thread calls
    /// `tell` with their number.
    ///
    /// # Errors
    /// The system cannot start another thread.
    pub(super) fn start(file: impl Write + Send + 'static, tell: impl Fn(u64) + Send + 'static) -> io::Result<Self> {
        let queue = Self::default();
        let writer = queue.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_all(file, tell))?;
        Ok(queue)
    }

    /// Adds a line, with its line break, or loses it if it does not fit.
    pub(super) fn push(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.bytes + line.len() > MAX_BYTES {
            drop(waiting);
            return self.lose();
        }
        waiting.bytes += line.len();
        waiting.lines.push_back(line.to_vec());
        drop(waiting);
        self.0.arrived.notify_one();
    }

    /// Waits until every line was written or lost, but no longer than `patience`.
    pub(super) fn flush(&self, patience: Duration) {
        let is_busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        drop(self.0.written.wait_timeout_while(self.lock(), patience, is_busy));
    }

    fn lose(&self) {
        self.0.lost.fetch_add(1, Relaxed);
        LOG_LINES_LOST.fetch_add(1, Relaxed);
    }

    /// Writes for as long as the process lives.
    fn write_all(&self, file: impl Write, tell: impl Fn(u64)) {
        let mut file = LineFile { file, is_mid_line: false };
        loop {
            let line = self.next();
            match file.write(&line) {
                Ok(()) => match self.0.lost.swap(0, Relaxed) {
                    0 => {}
                    lost => tell(lost),
                },
                Err(_) => self.lose(),
            }
            self.lock().is_writing = false;
            self.0.written.notify_all();
        }
    }

    /// The oldest line; waits for one.
    fn next(&self) -> Vec<u8> {
        let mut waiting = self.lock();
        loop {
            if let Some(line) = waiting.lines.pop_front() {
                waiting.bytes -= line.len();
                waiting.is_writing = true;
                return line;
            }
            waiting = self.0.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line per call, as the log's formatter writes. Never fails.
impl Write for LineQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of whole lines.
struct LineFile<W> {
    file: W,
    /// Whether the last line was cut off, so that the next one must not continue it.
    is_mid_line: bool,
}

impl<W: Write> LineFile<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_mid_line {
            self.write_part(b"\n")?;
        }
        self.write_part(line)
    }

    fn write_part(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.is_mid_line = bytes[count - 1] != b'\n';
                    bytes = &bytes[count..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// A file that takes as many bytes per write as `room` allows, and fails if it allows none.
    struct Disk {
        room: mpsc::Receiver<usize>,
        text: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.room.recv().unwrap_or(0).min(bytes.len());
            if room == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            self.text.lock().unwrap().extend_from_slice(&bytes[..room]);
            Ok(room)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_were_lost_are_told_once_and_none_continues_another() {
        let (give, room) = mpsc::channel();
        let text = Arc::default();
        let (tell, told) = mpsc::channel();
        let disk = Disk { room, text: Arc::clone(&text) };
        let queue = LineQueue::start(disk, move |lost| tell.send(lost).unwrap()).unwrap();
        // A whole line; half a line, then no room; no room at all; then a line break and the next line.
        for room in [100, 2, 0, 0, 100, 100, 100] {
            give.send(room).unwrap();
        }
        for line in ["one\n", "two\n", "three\n", "four\n", "five\n"] {
            queue.push(line.as_bytes());
        }
        queue.flush(PATIENCE);
        assert_eq!(std::str::from_utf8(&text.lock().unwrap()).unwrap(), "one\ntw\nfour\nfive\n");
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_file_that_takes_nothing_costs_its_lines_and_no_time() {
        let (give, room) = mpsc::channel();
        let queue = LineQueue::start(Disk { room, text: Arc::default() }, |_| {}).unwrap();
        let line = [b'x'; 1 << 10];
        for _ in 0..4 * (MAX_BYTES >> 10) {
            queue.push(&line);
        }
        let lost = queue.0.lost.load(Relaxed);
        assert!(lost >= 2 * (MAX_BYTES >> 10) as u64 && queue.lock().bytes <= MAX_BYTES, "{lost}");
        queue.flush(Duration::from_millis(1));
        let waiting = queue.lock();
        assert!(waiting.is_writing || !waiting.lines.is_empty(), "a flush waits for no file");
        drop(waiting);
        drop(give);
    }
}
