//! A good caller beside bad ones: `hostile FAUXIDP`. Prints a table of latency, the server's processor time and its
//! memory: alone, beside 1,000 slow senders and 600 connections of junk, and after they are gone. Calls 127.0.0.1 only.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CALLS: usize = 20_000;
const SLOW: usize = 1_000;
const JUNK: usize = 600;

/// How often every slow sender sends a byte and junk that was hung up on comes again.
const PAUSE: Duration = Duration::from_secs(1);

const SLOW_BODY: &[u8] =
    b"POST /api/users/user-active/disable HTTP/1.1\r\nhost: x\r\nx-api-key: monocloud-admin\r\ncontent-length: 1000000\r\n\r\n{";

const JUNK_BYTES: [&[u8]; 4] = [
    b"",
    b"\x16\x03\x01\x02\x00half a hello",
    b"\0\xff\xfe nothing at all\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nno frame of HTTP/2 looks like this",
];

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--log", "error"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("fauxidp ready http://").expect("the ready line").to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        stream
    }

    /// Resident memory in KiB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("such a line");
        line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    }

    /// Processor time so far, in microseconds: of all threads, to the nanosecond.
    fn processor(&self) -> u64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let spent = |path: std::path::PathBuf| -> Option<u64> {
            fs::read_to_string(path.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
        };
        threads.filter_map(|thread| spent(thread.ok()?.path())).sum::<u64>() / 1_000
    }

    fn open_connections(&self) -> u64 {
        let mut stream = self.connect();
        stream.write_all(b"GET /__fauxidp/metrics HTTP/1.0\r\n\r\n").expect("taken");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("an answer");
        let line = page.lines().find_map(|line| line.strip_prefix("fauxidp_connections_open ")).expect("such a line");
        line.parse().expect("a number")
    }

    /// The good caller: calls that change state, one after another, and how long each took. The answer is the memory
    /// at the end.
    fn measure(&self, name: &str) -> u64 {
        let mut stream = self.connect();
        let calls = ["disable", "enable"].map(|verb| {
            format!("POST /api/users/user-active/{verb} HTTP/1.1\r\nhost: x\r\nx-api-key: monocloud-admin\r\ncontent-length: 0\r\n\r\n")
        });
        let mut took = Vec::with_capacity(CALLS);
        let mut buffer = [0; 4096];
        let before = self.processor();
        for call in 0..CALLS {
            let start = Instant::now();
            stream.write_all(calls[call % 2].as_bytes()).expect("taken");
            let mut length = 0;
            while !buffer[..length].ends_with(b"}") {
                let read = stream.read(&mut buffer[length..]).expect("an answer");
                assert!(read > 0, "the good caller was hung up on");
                length += read;
            }
            assert!(buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer[..length]));
            took.push(start.elapsed().as_nanos() as f64 / 1_000.0);
        }
        let processor = (self.processor() - before) as f64 / CALLS as f64;
        took.sort_by(f64::total_cmp);
        let at = |part: f64| took[((CALLS as f64 * part) as usize).min(CALLS - 1)];
        let (open, memory) = (self.open_connections() - 1, self.memory());
        println!(
            "| {name} | {open} | {:.0} | {:.0} | {:.0} | {:.0} | {processor:.1} | {:.1} |",
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            memory as f64 / 1024.0
        );
        memory
    }

    /// Keeps the bad connections open, and busy, until it is over.
    fn torment(&self, is_over: &AtomicBool, round: &AtomicU64) {
        let open = |number: usize| {
            let mut stream = self.connect();
            stream.set_nonblocking(true).expect("a socket");
            let bytes = match number {
                0..SLOW if number % 2 == 0 => b"GET /api/users/user-active HTTP/1.1\r\nx-slow: ",
                0..SLOW => SLOW_BODY,
                junk => JUNK_BYTES[junk % 4],
            };
            let _ = stream.write(bytes);
            stream
        };
        let mut streams: Vec<_> = (0..SLOW + JUNK).map(open).collect();
        while !is_over.load(Ordering::SeqCst) {
            round.fetch_add(1, Ordering::SeqCst);
            let next = Instant::now() + PAUSE;
            for (number, stream) in streams.iter_mut().enumerate() {
                let is_gone = match number {
                    0..SLOW => stream.write(b"x").is_err(),
                    _ => matches!(stream.read(&mut [0; 256]), Ok(0)),
                };
                if is_gone {
                    *stream = open(number);
                }
            }
            while Instant::now() < next && !is_over.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// Measures beside the bad connections, and after they are gone. Answers the memory beside them.
    fn attacked(&self, time: &str) -> u64 {
        let (is_over, round) = (AtomicBool::new(false), AtomicU64::new(0));
        let beside = thread::scope(|scope| {
            scope.spawn(|| self.torment(&is_over, &round));
            while round.load(Ordering::SeqCst) < 2 {
                thread::sleep(Duration::from_millis(10));
            }
            let beside = self.measure(&format!("beside {SLOW} slow senders and {JUNK} of junk, the {time} time"));
            is_over.store(true, Ordering::SeqCst);
            beside
        });
        let patience = Instant::now() + Duration::from_secs(30);
        while self.open_connections() > 1 {
            assert!(Instant::now() < patience, "connections stay open");
            thread::sleep(Duration::from_millis(50));
        }
        self.measure("afterwards");
        beside
    }
}

fn main() {
    let server = Server::start(&std::env::args().nth(1).expect("usage: hostile FAUXIDP"));
    println!(
        "| {CALLS} good calls | connections | p50 µs | p99 | p99.9 | most | server CPU µs per call | memory MiB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    server.measure("warm-up");
    server.measure("alone");
    let first = server.attacked("first");
    for time in ["second", "third"] {
        let beside = server.attacked(time);
        assert!(beside < first + first / 10, "memory grows with each attack");
    }
}
