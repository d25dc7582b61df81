//! Mixed load with faults and resets for a while: `soak FAUXIDP SECONDS`. Fails where the server's memory has grown
//! at the end, or where it gives an answer that nothing asked for.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many clients call at once.
const CLIENTS: u64 = 8;

/// How often memory is looked at. The first looks are the warm-up.
const LOOKS: u32 = 20;

/// By how much memory may differ between the end of the warm-up and the end, in KiB.
const SLACK: u64 = 4_096;

const MONOCLOUD: &str = "x-api-key: monocloud-admin\r\n";
const ZITADEL: &str = "authorization: Bearer zitadel-admin\r\n";
const JITSUDO: &str = "authorization: Bearer jitsudo-admin\r\nx-tenant-id: 2489e9ad-2ee2-8e00-8ec9-32d5f69181c0\r\n";

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("such a line");
        line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    }
}

/// The call that a client makes in its `turn`th turn.
fn call(client: u64, turn: u64) -> String {
    let n = (client * 1_000_003 + turn).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    // Every specification is a rule with counts of its own.
    let fault = match n % 11 {
        0 => format!("x-fault: 503;retry-after={};first=2\r\n", n % 100_000),
        1 => "x-fault: 429;at=after\r\n".to_owned(),
        2 => "x-fault: delay;ms=1\r\n".to_owned(),
        _ => String::new(),
    };
    let (method, path, head, body) = match (n >> 8) % 14 {
        0 => ("POST", "/api/users/user-active/disable".to_owned(), MONOCLOUD, r#"{"revoke_sessions":true}"#.to_owned()),
        1 => ("POST", "/api/users/user-active/enable".to_owned(), MONOCLOUD, String::new()),
        2 => ("GET", "/api/users?page=1&size=100".to_owned(), MONOCLOUD, String::new()),
        3 => {
            let body = format!(r#"{{"email":"new{n}@example.com","email_verified":true}}"#);
            ("POST", "/api/users".to_owned(), MONOCLOUD, body)
        }
        4 | 5 => {
            let event = if n & 64 == 0 { "sign_in" } else { "failed_sign_in" };
            let body = format!(
                r#"{{"vendor":"monocloud","user":"user-active","event":"{event}","ip":"192.0.2.{}"}}"#,
                n % 256
            );
            ("POST", "/__fauxidp/worlds/default/events".to_owned(), "", body)
        }
        6 => ("POST", "/v2/users/human-active/deactivate".to_owned(), ZITADEL, String::new()),
        7 => ("POST", "/v2/users/human-active/reactivate".to_owned(), ZITADEL, String::new()),
        8 => ("POST", "/v2/users".to_owned(), ZITADEL, String::new()),
        9 => (
            "POST",
            "/v2/users/human-active/pats".to_owned(),
            ZITADEL,
            r#"{"expirationDate":"2040-01-01T00:00:00Z"}"#.to_owned(),
        ),
        10 => {
            let body = format!(r#"{{"active":{}}}"#, n & 64 == 0);
            ("POST", "/v1/users/00000000-0000-8000-8000-000000000002/suspend".to_owned(), JITSUDO, body)
        }
        11 => {
            let body = format!(r#"{{"email":"new{n}@example.com","name":"New"}}"#);
            ("POST", "/v1/users".to_owned(), JITSUDO, body)
        }
        12 => ("GET", format!("/no/such/path/{n}"), "", String::new()),
        _ => ("GET", "/v1/audit-log?limit=50".to_owned(), JITSUDO, String::new()),
    };
    // One client at a time makes the world anew, else what was made would grow as it should.
    let (method, path) =
        if turn % 500 == client { ("POST", "/__fauxidp/worlds/default/reset".to_owned()) } else { (method, path) };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{head}{fault}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Asks on a connection that stays open; answers the status.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> u16 {
    stream.get_mut().write_all(request.as_bytes()).expect("taken");
    let (mut status, mut length) = (0, 0);
    for place in 0.. {
        let mut line = String::new();
        assert_ne!(stream.read_line(&mut line).expect("an answer"), 0, "the server closed");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if place == 0 {
            status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status");
        }
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    status
}

fn client(client: u64, port: u16, end: Instant) -> u64 {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    let mut stream = BufReader::new(stream);
    let mut turn = 0;
    while Instant::now() < end {
        let request = call(client, turn);
        let status = ask(&mut stream, &request);
        assert!(status != 500, "{status} for {request}");
        assert!(status != 503 || request.contains("x-fault"), "{status} for {request}");
        turn += 1;
    }
    turn
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("soak FAUXIDP SECONDS");
    let seconds: u64 = arguments.next().and_then(|text| text.parse().ok()).expect("soak FAUXIDP SECONDS");
    let mut child = Command::new(program)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let server = Server(child);
    let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let time = Duration::from_secs(seconds);
    let end = Instant::now() + time;
    let clients: Vec<_> = (0..CLIENTS).map(|place| thread::spawn(move || client(place, port, end))).collect();
    let mut looks = Vec::new();
    for _ in 0..LOOKS {
        thread::sleep(time / LOOKS);
        looks.push(server.memory());
        println!("{} KiB", looks[looks.len() - 1]);
    }
    let calls: u64 = clients.into_iter().map(|client| client.join().expect("no wrong answer")).sum();
    let (early, late) = looks.split_at(looks.len() / 2);
    let most = |looks: &[u64]| looks.iter().copied().max().unwrap_or_default();
    println!("{calls} calls; at most {} KiB in the first half, {} KiB in the second", most(early), most(late));
    assert!(most(late) <= most(early) + SLACK, "memory grows");
}
