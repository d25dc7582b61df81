//! The log and the ready line where nobody takes them: the server answers every call all the same, and ends with code
//! 0.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli::{Serving, fauxidp};
use crate::h2_frames;

/// How many calls fill a pipe and all that waits for it, when each makes a line of [`LONG`] bytes.
const MANY: usize = 400;
const LONG: usize = 7_000;

/// A server that ends with the test.
struct Quiet {
    child: Child,
    address: String,
}

impl Quiet {
    /// Starts one that logs each call, and reads its ready line.
    fn start(command: &mut Command) -> Self {
        Self::start_as_usual(command.args(["--log", "debug"]))
    }

    /// The same at the default level.
    fn start_as_usual(command: &mut Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("fauxidp ready http://").expect("the ready line").to_owned();
        Self { child, address }
    }

    /// Calls that all have to be answered.
    fn answers(&self, calls: usize, path: &str, status: u16) {
        for call in 0..calls {
            let answer = get(&self.address, path);
            assert!(answer.starts_with(&format!("HTTP/1.0 {status} ")), "{call}: {answer}");
        }
    }

    fn lost(&self) -> u64 {
        let page = get(&self.address, "/__fauxidp/metrics");
        let line = page.lines().find_map(|line| line.strip_prefix("fauxidp_log_lines_lost_total "));
        line.expect("a metric").parse().expect("a number")
    }

    /// Waits until so many lines were lost.
    fn loses(&self, lines: u64) {
        let lost = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            self.lost() >= lines
        });
        assert!(lost, "{} of {lines} lines were lost", self.lost());
    }

    /// The exit code after a SIGTERM.
    fn stop(mut self) -> Option<i32> {
        terminate(&self.child);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn terminate(child: &Child) {
    assert!(
        Command::new("sh").args(["-c", "kill -s TERM \"$0\"", &child.id().to_string()]).status().expect("sh").success()
    );
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    write!(stream, "GET {path} HTTP/1.0\r\nX-API-KEY: monocloud-admin\r\n\r\n").expect("taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

const USER: &str = "/api/users/user-active";

fn long_path() -> String {
    format!("/api/users/{}", "x".repeat(LONG))
}

#[test]
fn the_reader_of_the_log_may_leave() {
    let mut server = Quiet::start(fauxidp().stderr(Stdio::piped()));
    drop(server.child.stderr.take());
    server.answers(20, USER, 200);
    server.loses(20); // a line each
    assert_eq!(server.stop(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn the_disk_of_the_log_may_be_full() {
    let full = File::options().write(true).open("/dev/full").expect("such a device");
    let server = Quiet::start(fauxidp().stderr(full));
    server.answers(20, USER, 200);
    server.loses(20); // a line each
    assert_eq!(server.stop(), Some(0));
}

/// Where every line fails, what is logged in passing harms nobody: at full connections, at dropped worlds, at a stop.
#[cfg(target_os = "linux")]
#[test]
fn a_line_that_cannot_be_written_costs_no_call() {
    let unwritable: [fn() -> Stdio; 2] = [
        || File::options().write(true).open("/dev/full").expect("such a device").into(),
        || std::io::pipe().expect("a pipe").1.into(), // its reader is gone
    ];
    for stderr in unwritable {
        let server = Quiet::start_as_usual(fauxidp().args(["--max-connections", "3"]).stderr(stderr()));
        for _ in 0..2 {
            let open: Vec<_> = (0..4).map(|_| TcpStream::connect(&server.address).expect("it listens")).collect();
            std::thread::sleep(Duration::from_millis(100));
            drop(open);
            server.answers(5, USER, 200);
        }
        assert_eq!(server.stop(), Some(0));

        let server = Quiet::start_as_usual(fauxidp().args(["--max-worlds", "3"]).stderr(stderr()));
        for world in 0..10 {
            server.answers(1, &format!("/~w{world}{USER}"), 200);
        }
        server.loses(1);
        let address = server.address.clone();
        let (begun, has_begun) = std::sync::mpsc::channel();
        let held = std::thread::spawn(move || {
            let mut stream = TcpStream::connect(address).expect("it listens");
            write!(stream, "GET {USER} HTTP/1.0\r\nX-API-KEY: monocloud-admin\r\nX-Fault: delay;ms=1000\r\n\r\n")
                .expect("taken");
            begun.send(()).expect("somebody waits");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            answer
        });
        has_begun.recv().expect("it is sent");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(server.stop(), Some(0));
        let answer = held.join().expect("no panic");
        assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    }
}

/// Connections that reset their streams make lines of a library's, worlds that are dropped make the server's.
#[test]
fn strangers_cannot_fill_the_pipe_of_the_log() {
    let mut server = Quiet::start_as_usual(fauxidp().args(["--max-worlds", "3"]).stderr(Stdio::piped()));
    let _unread = server.child.stderr.take();
    let mut resets = h2_frames::preface();
    for number in 0..60 {
        resets.extend(h2_frames::request(2 * number + 1, "GET", "/healthz", &[]));
        resets.extend(h2_frames::reset(2 * number + 1));
    }
    for _ in 0..625 {
        // It may be hung up on before all is sent.
        let _ = TcpStream::connect(&server.address).expect("it listens").write_all(&resets);
    }
    for world in 0..800 {
        server.answers(1, &format!("/~w{world}{USER}"), 200);
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_pipe_of_the_log_may_be_left_unread() {
    let mut server = Quiet::start(fauxidp().stderr(Stdio::piped()));
    let _unread = server.child.stderr.take();
    server.answers(MANY, &long_path(), 404);
    server.loses(1); // the queue is bounded
    server.answers(20, USER, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn whoever_reads_the_log_again_is_told_what_was_lost_in_whole_lines() {
    let mut server = Quiet::start(fauxidp().args(["--log-format", "json"]).stderr(Stdio::piped()));
    server.answers(MANY, &long_path(), 404);
    let lost = server.lost();
    let mut lines = BufReader::new(server.child.stderr.take().expect("piped")).lines();
    let mut told = None;
    while told.is_none() {
        let line = lines.next().expect("a line more").expect("text");
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        told = line["lost"].as_u64();
    }
    assert!(told >= Some(lost), "{told:?} of {lost}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn every_line_of_a_json_log_is_whole_json_and_a_call_has_one() {
    let command = &mut fauxidp();
    let serving = Serving::start(command.args(["--listen", "127.0.0.1:0", "--log", "debug", "--log-format", "json"]));
    let address = serving.address().to_owned();
    get(&address, USER);
    terminate(&serving.child);
    let (code, _, err) = serving.end();
    let lines: Vec<Value> = err.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let find = |message: &str| lines.iter().find(|line| line["message"] == message).unwrap_or_else(|| panic!("{err}"));
    let call = find("GET /api/users/user-active");
    assert_eq!(
        (&call["world"], &call["vendor"], &call["operation"]),
        (&"default".into(), &"monocloud".into(), &"get_user".into())
    );
    assert_eq!((call["status"].as_u64(), &call["level"]), (Some(200), &"DEBUG".into()));
    let start = find(&format!("fauxidp {} serves on {address}", env!("CARGO_PKG_VERSION")));
    assert_eq!(start["version"], env!("CARGO_PKG_VERSION"));
    assert!(start["seeds"].as_str().is_some_and(|seeds| seeds.starts_with("embedded/")), "{start}");
    assert_eq!(code, Some(0));
}

#[test]
fn the_last_error_of_a_json_log_is_json_too() {
    for arguments in [
        &["--log-format", "json", "--fixtures", "/nowhere"][..],
        &["--log-format=json", "--people", "many"],
        &["--log-format", "json", "--log", "off", "--listen", "127.0.0.1:0", "--tls-cert", "x"],
    ] {
        let output = fauxidp().args(arguments).output().expect("it runs");
        let err = String::from_utf8(output.stderr).expect("text");
        let line: Value = serde_json::from_str(&err).unwrap_or_else(|error| panic!("{error}: {err}"));
        assert_eq!((output.status.code(), &line["level"]), (Some(2), &"ERROR".into()), "{line}");
        assert!(line["message"].as_str().is_some_and(|message| message.contains("--")), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_cannot_be_written_keeps_its_exit_code() {
    let full = || File::options().write(true).open("/dev/full").expect("such a device");
    for arguments in [&["--people", "many"][..], &["--tls-cert", "x"]] {
        let status = fauxidp().args(arguments).stderr(full()).status().expect("it runs");
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
    let status = fauxidp().args(["healthcheck", "http://127.0.0.1:1"]).stderr(full()).status().expect("it runs");
    assert_eq!(status.code(), Some(1));
}

/// Serves on an address of which nobody is told.
fn serves_untold(mut command: Command) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let child = command.args(["--listen", &address]).stderr(Stdio::null()).spawn().expect("it runs");
    let server = Quiet { child, address };
    let started = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        TcpStream::connect(&server.address).is_ok()
    });
    assert!(started, "it listens");
    server.answers(3, USER, 200);
    assert_eq!(server.stop(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn stdout_may_be_full_closed_or_unread() {
    let mut full = fauxidp();
    full.stdout(File::options().write(true).open("/dev/full").expect("such a device"));
    serves_untold(full);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut closed = fauxidp();
    closed.stdout(writer);
    serves_untold(closed);
    let (_unread, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(&[b' '; 1 << 16]).expect("as much as a pipe holds");
    let mut unread = fauxidp();
    unread.stdout(writer);
    serves_untold(unread);
}
