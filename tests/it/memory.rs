//! The memory of the process is bounded, however much callers send and however little they read. What was there stays.
//!
//! `FAUXIDP_MEMORY=whole` sends as much as kills a server without such a bound in an address space of 1 GiB.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Request;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::cli::Serving;
use crate::h2_frames;
use crate::wire::{self, Answer, Ask, exchange};

const MIB: usize = 1 << 20;

/// The world that has something before the attack.
const KEY: (&str, &str) = ("x-api-key", "monocloud-admin~kept");

/// How much is sent, and how much memory there is for it.
struct Scale {
    /// The address space of the process.
    address_space: usize,
    /// Connections with 256 bodies of nearly 1 MiB that do not end.
    bodies: usize,
    /// States that do not end, and how much of each is sent.
    states: usize,
    state: usize,
    /// Connections with 256 answers that nobody reads.
    unread: usize,
    people: usize,
}

const QUICK: Scale =
    Scale { address_space: 640 * MIB, bodies: 1, states: 2, state: 48 * MIB, unread: 1, people: 200_000 };
const WHOLE: Scale =
    Scale { address_space: 1024 * MIB, bodies: 4, states: 4, state: 250 * MIB, unread: 4, people: 1_000_000 };

/// A server that can use that much address space, and by default a half of it.
fn serve(address_space: usize) -> Serving {
    let mut command = std::process::Command::new("sh");
    let limited = format!("ulimit -v {} && exec \"$0\" --listen 127.0.0.1:0", address_space >> 10);
    Serving::start(command.args(["-c", &limited, env!("CARGO_BIN_EXE_fauxidp")]))
}

async fn ask(address: &str, ask: Ask) -> Answer {
    let stream = TcpStream::connect(address).await.expect("it listens");
    timeout(Duration::from_secs(60), exchange(stream, &ask.bytes())).await.expect("an answer")
}

/// Sends `streams` requests whose bodies do not end. Keeps them open until it is dropped.
async fn unended_bodies(address: String) {
    let stream = TcpStream::connect(&address).await.expect("it listens");
    let client = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = client.await.expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let mut answers = JoinSet::new();
    for _ in 0..256 {
        let pieces = stream::iter((0..16).map(|n| if n < 15 { 64 << 10 } else { (64 << 10) - 1 }));
        let pieces = pieces.map(|size| Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'x'; size]))));
        let body = StreamBody::new(Box::pin(pieces.chain(stream::pending())));
        let request = Request::post("http://127.0.0.1/nowhere").body(body).expect("a request");
        if sender.ready().await.is_err() {
            break;
        }
        answers.spawn(sender.send_request(request));
    }
    while answers.join_next().await.is_some() {}
    let _ = connection.await;
}

/// Sends part of a state, and waits until that is given up.
async fn half_a_state(address: String, path: &'static str, host: &'static str, size: usize) {
    let mut stream = TcpStream::connect(&address).await.expect("it listens");
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 262144000\r\n\r\n");
    let piece = vec![b' '; MIB];
    // It may be refused and closed at any time.
    let mut is_taken = stream.write_all(head.as_bytes()).await.is_ok();
    for _ in 0..size / MIB {
        is_taken = is_taken && stream.write_all(&piece).await.is_ok();
    }
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// Starts an attack again whenever the server gave it up, which a busy machine may let it do before the others came.
async fn on_and_on<F: Future<Output = ()>>(attack: impl Fn() -> F) {
    loop {
        attack().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Asks for a large answer on 256 streams, and takes none of it until it is cut off.
async fn unread_answers(address: String) {
    let mut stream = TcpStream::connect(&address).await.expect("it listens");
    let calls = (0..256).map(|n| h2_frames::request(2 * n + 1, "GET", "/api/users/user-active", &[KEY]));
    let bytes = [h2_frames::preface_of_who_reads_nothing()].into_iter().chain(calls).collect::<Vec<_>>().concat();
    let _ = stream.write_all(&bytes).await;
    while h2_frames::next(&mut stream).await.is_some() {}
}

fn is_limit(answer: &Answer) -> bool {
    answer.status == 503 && answer.header("x-fauxidp") == Some("limit") && answer.json()["limit"] == "memory"
}

fn peak(serving: &Serving) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).expect("such a line");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_takes_memory_at_once_is_survived() {
    let scale = if std::env::var_os("FAUXIDP_MEMORY").is_some_and(|is| is == "whole") { WHOLE } else { QUICK };
    let mut serving = serve(scale.address_space);
    let address = serving.address().to_owned();
    let disable = Ask::new("POST", "/api/users/user-active/disable").header(KEY.0, KEY.1);
    assert_eq!(ask(&address, disable).await.status, 200);
    let data = Ask::new("PATCH", "/api/users/user-active/public_data").header(KEY.0, KEY.1);
    let data = data.body(format!("{{\"public_data\":{{\"a\":\"{}\"}}}}", "x".repeat(900_000)));
    assert_eq!(ask(&address, data).await.status, 200);
    let mut attack = JoinSet::new();
    for _ in 0..scale.bodies {
        let address = address.clone();
        attack.spawn(on_and_on(move || unended_bodies(address.clone())));
    }
    let mut unread = JoinSet::new();
    for _ in 0..scale.unread {
        unread.spawn(unread_answers(address.clone()));
    }
    for (path, host) in [
        ("/__fauxidp/worlds/w/state", "evil.example"),
        ("/__fauxidp/worlds/x/y/z/state", "localhost"),
        ("/__fauxidp/worlds/w/state", "localhost"),
    ] {
        for _ in 0..scale.states {
            let address = address.clone();
            attack.spawn(on_and_on(move || half_a_state(address.clone(), path, host, scale.state)));
        }
    }
    let people = |people: usize| Ask::new("PUT", "/__fauxidp/worlds/w").body(format!("{{\"people\":{people}}}"));
    assert!(is_limit(&ask(&address, people(scale.people)).await));
    // Others get the answer or a refusal, until there is memory again.
    let read = || Ask::new("GET", "/api/users/user-active").header(KEY.0, KEY.1);
    let mut refused = 0;
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(ask(&address, Ask::new("GET", "/__fauxidp/health")).await.status, 200);
        let answer = ask(&address, read()).await;
        refused += usize::from(is_limit(&answer));
        assert!(answer.status == 200 || is_limit(&answer), "{answer:?}");
    }
    println!("refused {refused}, peak {} MiB", peak(&serving) / MIB);
    assert!(serving.child.try_wait().expect("it can be asked").is_none(), "it lives");
    assert!(refused > 0, "the attack is too small to show anything");
    // Who takes nothing is cut off: what waits for them is what others lack.
    timeout(Duration::from_secs(30), unread.join_all()).await.expect("nobody holds answers for long");
    attack.shutdown().await;
    let answer = until_there_is_room(&address, read()).await;
    assert_eq!(answer.json()["disabled"], true, "what was there stays");
    until_there_is_room(&address, people(1_000)).await;
}

/// Asks until the answer is no longer that there is no memory.
async fn until_there_is_room(address: &str, asked: Ask) -> Answer {
    for _ in 0..100 {
        let answer = ask(address, asked.clone()).await;
        if !is_limit(&answer) {
            assert_eq!(answer.status, 200, "{answer:?}");
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("there is no room");
}

#[tokio::test]
async fn a_user_grows_only_so_far() {
    let emulator = wire::emulator().await;
    let is_too_large = |answer: &Answer| answer.status == 413 && answer.header("x-fauxidp") == Some("limit");
    let text = "x".repeat(900_000);
    let monocloud =
        |method: &str| Ask::new(method, "/api/users/user-active/public_data").header("x-api-key", "monocloud-admin");
    let add = |name: &str| monocloud("PATCH").body(format!("{{\"public_data\":{{\"{name}\":\"{text}\"}}}}"));
    for name in ["a", "b"] {
        assert_eq!(add(name).send(&emulator).await.status, 200, "{name}");
    }
    let before = monocloud("GET").send(&emulator).await;
    assert!(is_too_large(&add("c").send(&emulator).await));
    assert_eq!(monocloud("GET").send(&emulator).await.body, before.body);
    let smaller = monocloud("PATCH").body("{\"public_data\":{\"a\":null}}").send(&emulator).await;
    assert_eq!((smaller.status, add("c").send(&emulator).await.status), (200, 200), "there is room again");

    let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![b'x'; 450_000]);
    let set = |key: usize| {
        let ask = Ask::new("POST", "/v2/users/human-active/metadata").header("authorization", "Bearer zitadel-admin");
        ask.body(format!("{{\"metadata\":[{{\"key\":\"{key}\",\"value\":\"{value}\"}}]}}"))
    };
    for key in 0..4 {
        let answer = set(key).send(&emulator).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let refused = set(4).send(&emulator).await;
    assert!(is_too_large(&refused) && refused.json()["code"] == 8, "{refused:?}");

    let jitsudo = |method: &str, path: &str| {
        let ask = Ask::new(method, path).header("authorization", "Bearer jitsudo-admin");
        ask.header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0").header("content-type", "application/json")
    };
    let set = |name: &str| jitsudo("PUT", "/v1/users/me/profile").body(format!("{{\"{name}\":\"{text}\"}}"));
    for name in ["first_name", "last_name"] {
        let answer = set(name).send(&emulator).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.status);
    }
    let before = jitsudo("GET", "/v1/users/me/profile").send(&emulator).await;
    let refused = set("display_name").send(&emulator).await;
    assert!(is_too_large(&refused) && refused.json()["code"] == "invalid_input", "{refused:?}");
    assert_eq!(jitsudo("GET", "/v1/users/me/profile").send(&emulator).await.body, before.body);
}
