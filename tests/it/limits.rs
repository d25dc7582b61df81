//! The server's limits: each can be set, is reached with a clear error or a wait, is counted, and holds nobody else up.

use std::sync::Arc;
use std::time::Duration;

use fauxidp::{Config, Emulator, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::h2_frames;
use crate::wire::{self, Answer, Ask, read_to_end};

/// A time-out that is soon over.
const SHORT: Duration = Duration::from_millis(100);

async fn with(config: Config) -> Emulator {
    Emulator::start_with(config).await.expect("it starts")
}

async fn connect(emulator: &Emulator) -> TcpStream {
    TcpStream::connect(emulator.addresses()[0]).await.expect("it listens")
}

fn read_user() -> Ask {
    Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin")
}

/// A metric without labels, or with those that `name` has.
pub async fn metric(emulator: &Emulator, name: &str) -> u64 {
    let page = Ask::new("GET", "/__fauxidp/metrics").send(emulator).await;
    let line = page.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}")).parse().expect("a number")
}

async fn hits(emulator: &Emulator, limit: &str) -> u64 {
    metric(emulator, &format!("fauxidp_limits_total{{limit=\"{limit}\"}}")).await
}

/// Waits until a metric is what it should be.
async fn until(emulator: &Emulator, name: &str, wanted: u64) {
    for _ in 0..500 {
        if metric(emulator, name).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} is {}, not {wanted}", metric(emulator, name).await);
}

fn is_limit(answer: &Answer, status: u16) -> bool {
    answer.status == status && answer.header("x-fauxidp") == Some("limit")
}

#[tokio::test]
async fn a_request_is_only_so_large() {
    let config = Config {
        limits: Limits { max_body: 100, max_header: 1_000, max_uri: 200, max_json_depth: 5, ..Limits::default() },
        ..wire::config()
    };
    let emulator = with(config).await;
    let deactivate = |content_type: &str| {
        Ask::new("POST", "/zitadel.user.v2.UserService/DeactivateUser")
            .header("authorization", "Bearer zitadel-admin")
            .header("content-type", content_type)
    };
    let disable = || Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    let long = format!("/api/users/{}", "x".repeat(200));
    let users = |path: &str| Ask::new("GET", path).header("x-api-key", "monocloud-admin");
    for (limit, status, ask) in [
        ("body", 413, disable().body(vec![b' '; 101])),
        ("header", 431, read_user().header("x-more", &"x".repeat(1_000))),
        ("uri", 414, users(&long)),
        ("json-depth", 400, disable().body(r#"{"a":[[[[[1]]]]]}"#)),
        ("json-depth", 400, Ask::new("PUT", "/__fauxidp/worlds/default").body("[[[[[[]]]]]]")),
        ("uri", 414, Ask::new("GET", &format!("/__fauxidp/{}", "x".repeat(200)))),
    ] {
        let before = hits(&emulator, limit).await;
        let (one, two) = (ask.send(&emulator).await, ask.send_h2(&emulator).await);
        assert!(is_limit(&one, status), "{limit}: {one:?}");
        assert!(is_limit(&two, status), "{limit}: {two:?}");
        assert_eq!(hits(&emulator, limit).await, before + 2, "{limit}");
    }
    // In the words of the protocol, where it is a remote call.
    let message = [&[0, 0, 0, 0, 12][..], b"[[[[[[]]]]]]"].concat();
    for (code, ask) in [
        ("3", deactivate("application/grpc+json").body(message)),
        ("8", deactivate("application/grpc").header("x-more", &"x".repeat(1_000))),
    ] {
        let answer = ask.send_h2(&emulator).await;
        let status = answer.headers.iter().chain(&answer.trailers).find(|(name, _)| name == "grpc-status");
        let status = status.map(|(_, value)| value.as_str());
        assert_eq!((status, answer.header("x-fauxidp")), (Some(code), Some("limit")), "{answer:?}");
    }
    // Far too much is refused before it is kept.
    let far = read_user().header("x-more", &"x".repeat(9 << 10)).send(&emulator).await;
    assert_eq!(far.status, 431);
    let many = (0..101).fold(read_user(), |ask, n| ask.header(&format!("x-{n}"), ""));
    assert_eq!(many.send(&emulator).await.status, 431);
    assert_eq!(hits(&emulator, "header").await, 2 + 1 + 2);
    // At the limit is not over it.
    for (ask, status) in [
        (disable().body(vec![b' '; 100]), 422),
        (disable().body(r#"{"a":[[[[1]]]]}"#), 200),
        (users(&long[..200]), 404),
    ] {
        let answer = ask.send(&emulator).await;
        assert_eq!((answer.status, answer.header("x-fauxidp")), (status, None), "{answer:?}");
    }
    let journal = Ask::new("GET", "/__fauxidp/worlds/default/requests?status=431").send(&emulator).await.json();
    assert_eq!(journal["requests"][0]["refused_by"], "fauxidp", "{journal}");
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let emulator =
        with(Config { limits: Limits { header_timeout: SHORT, ..Limits::default() }, ..wire::config() }).await;
    let mut silent = connect(&emulator).await;
    let mut hello = connect(&emulator).await;
    hello.write_all(b"\x16\x03\x01").await.expect("taken");
    let mut maybe = connect(&emulator).await;
    maybe.write_all(b"P").await.expect("taken");
    let mut half = connect(&emulator).await;
    half.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.expect("taken");
    for stream in [&mut half, &mut maybe] {
        let answer = read_to_end(stream).await;
        let text = String::from_utf8(answer).expect("text");
        assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("\r\nx-fauxidp: limit\r\n"), "{text}");
    }
    assert_eq!((read_to_end(&mut silent).await, read_to_end(&mut hello).await), (Vec::new(), Vec::new()));
    assert_eq!(hits(&emulator, "header-timeout").await, 4);
    // The second head of a connection has the same time.
    let mut second = connect(&emulator).await;
    second.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("taken");
    let mut part = [0; 16];
    second.read_exact(&mut part).await.expect("an answer");
    second.write_all(b"G").await.expect("taken");
    let rest = String::from_utf8(read_to_end(&mut second).await).expect("text");
    assert!(rest.contains("HTTP/1.1 408 "), "{rest}");
    // What was asked in time may take longer.
    let slow = read_user().header("x-fault", "delay;ms=300").send(&emulator).await;
    assert_eq!(slow.status, 200);
}

#[tokio::test]
async fn half_a_head_of_http_2_is_not_waited_for_and_no_text_stands_among_frames() {
    let limits = Limits { header_timeout: 3 * SHORT, idle_timeout: 10 * SHORT, ..Limits::default() };
    let emulator = with(Config { limits, ..wire::config() }).await;
    let call = h2_frames::request(1, "GET", "/healthz", &[]);
    let unended = [&call[..4], &[1], &call[5..]].concat(); // END_STREAM without END_HEADERS
    for half in [&call[..5], &call[..20], &unended] {
        let mut stream = connect(&emulator).await;
        stream.write_all(&h2_frames::preface()).await.expect("taken");
        stream.write_all(half).await.expect("taken");
        let mut kinds = Vec::new();
        while let Some(frame) = h2_frames::next(&mut stream).await {
            kinds.push(frame.kind);
        }
        assert!(kinds.contains(&h2_frames::GOAWAY), "{kinds:?}");
    }
    assert_eq!(hits(&emulator, "header-timeout").await, 3);
    // A preface in two pieces is one; a whole connection that says no more is idle, not slow.
    let mut stream = connect(&emulator).await;
    let preface = h2_frames::preface();
    stream.write_all(&preface[..8]).await.expect("taken");
    tokio::time::sleep(SHORT).await;
    stream.write_all(&preface[8..]).await.expect("taken");
    tokio::time::sleep(5 * SHORT).await;
    stream.write_all(&call).await.expect("taken");
    let mut is_answered = false;
    while !is_answered {
        is_answered = h2_frames::next(&mut stream).await.expect("a frame").stream == 1;
    }
    // Who then says nothing is told so at the idle time-out, in a frame.
    drop(stream);
    let mut silent = connect(&emulator).await;
    silent.write_all(&preface[..8]).await.expect("taken");
    tokio::time::sleep(SHORT).await;
    silent.write_all(&preface[8..]).await.expect("taken");
    let mut kinds = Vec::new();
    while let Some(frame) = h2_frames::next(&mut silent).await {
        kinds.push(frame.kind);
    }
    assert!(kinds.contains(&h2_frames::GOAWAY) && kinds.iter().all(|kind| *kind < 10), "{kinds:?}");
    assert_eq!((hits(&emulator, "header-timeout").await, hits(&emulator, "idle-timeout").await), (3, 1));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let emulator = with(Config { limits: Limits { body_timeout: SHORT, ..Limits::default() }, ..wire::config() }).await;
    let disable = Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    for headers in [("content-length", "30"), ("transfer-encoding", "chunked")] {
        let mut stream = connect(&emulator).await;
        let half = disable.clone().header(headers.0, headers.1).body("2\r\n{}\r\n").bytes();
        stream.write_all(&half).await.expect("taken");
        let text = String::from_utf8(read_to_end(&mut stream).await).expect("text");
        assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("\r\nx-fauxidp: limit\r\n"), "{text}");
    }
    assert_eq!(hits(&emulator, "body-timeout").await, 2);
    assert_eq!(read_user().send(&emulator).await.json()["disabled"], false);
}

#[tokio::test]
async fn a_connection_that_does_nothing_is_closed() {
    let emulator = with(Config { limits: Limits { idle_timeout: SHORT, ..Limits::default() }, ..wire::config() }).await;
    // Of a call that takes longer than that, the connection is not idle.
    let kept = String::from_utf8(read_user().header("x-fault", "delay;ms=300").bytes()).expect("text");
    let mut one = connect(&emulator).await;
    one.write_all(kept.replace("connection: close\r\n", "").as_bytes()).await.expect("taken");
    let answer = String::from_utf8(read_to_end(&mut one).await).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with('}'), "{answer}");
    let mut two = connect(&emulator).await;
    let call = h2_frames::request(1, "GET", "/healthz", &[("x-fault", "drip;chunks=3;ms=300")]);
    two.write_all(&[h2_frames::preface(), call].concat()).await.expect("taken");
    let (mut is_whole, mut is_told) = (false, false);
    while let Some(frame) = h2_frames::next(&mut two).await {
        if let Some(answer) = frame.acknowledgement() {
            two.write_all(&answer).await.expect("taken");
        }
        is_whole |= frame.stream == 1 && frame.ends_its_stream();
        is_told |= frame.kind == h2_frames::GOAWAY;
    }
    assert!(is_whole && is_told);
    assert_eq!(hits(&emulator, "idle-timeout").await, 2);
    until(&emulator, "fauxidp_connections_open", 1).await;
}

#[tokio::test]
async fn one_connection_too_many_waits() {
    let emulator =
        Arc::new(with(Config { limits: Limits { max_connections: 2, ..Limits::default() }, ..wire::config() }).await);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&emulator).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("taken");
        stream.read_exact(&mut [0; 16]).await.expect("an answer");
        open.push(stream);
    }
    let waiting = {
        let emulator = Arc::clone(&emulator);
        tokio::spawn(async move { read_user().send(&emulator).await.status })
    };
    tokio::time::sleep(SHORT).await;
    assert!(!waiting.is_finished(), "it has to wait");
    open.pop();
    assert_eq!(waiting.await.expect("no panic"), 200);
    assert!(hits(&emulator, "connections").await >= 1);
    // A stop does not wait for a place: what was asked is answered.
    let mut last = [connect(&emulator).await, connect(&emulator).await];
    for stream in &mut last {
        stream.write_all(&read_user().bytes()).await.expect("taken");
    }
    Arc::into_inner(emulator).expect("nobody else has it").stop().await;
    for stream in &mut last {
        assert!(read_to_end(stream).await.starts_with(b"HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn so_many_calls_on_one_connection_and_no_more() {
    let emulator =
        with(Config { limits: Limits { max_streams: 2, max_held: 1, ..Limits::default() }, ..wire::config() }).await;
    let mut stream = connect(&emulator).await;
    let call = |number| {
        let headers = [("x-api-key", "monocloud-admin"), ("x-fault", "delay;ms=200")];
        h2_frames::request(number, "GET", "/api/users/user-active", &headers)
    };
    stream.write_all(&[h2_frames::preface(), call(1), call(3), call(5)].concat()).await.expect("taken");
    let (mut ended, mut refused) = (Vec::new(), Vec::new());
    while ended.len() + refused.len() < 3 {
        let frame = h2_frames::next(&mut stream).await.expect("a frame");
        if frame.ends_its_stream() {
            ended.push(frame.stream);
        } else if frame.kind == h2_frames::RST_STREAM {
            assert_eq!(frame.payload, 7_u32.to_be_bytes(), "REFUSED_STREAM, after which a client may ask again");
            refused.push(frame.stream);
        }
    }
    ended.sort_unstable();
    assert_eq!((ended, refused), (vec![1, 3], vec![5]));
    assert_eq!((hits(&emulator, "streams").await, hits(&emulator, "held").await), (1, 1));
}

#[tokio::test]
async fn who_resets_without_end_is_cut_off() {
    let emulator = wire::emulator().await;
    let mut stream = connect(&emulator).await;
    let mut bytes = h2_frames::preface();
    for number in 0..1_000 {
        bytes.extend(h2_frames::request(2 * number + 1, "GET", "/healthz", &[]));
        bytes.extend(h2_frames::reset(2 * number + 1));
    }
    // It may be gone before all is sent.
    let _ = stream.write_all(&bytes).await;
    let mut reason = None;
    while let Some(frame) = h2_frames::next(&mut stream).await {
        if frame.kind == h2_frames::GOAWAY {
            reason = frame.payload.get(4..8).map(<[u8]>::to_vec);
        }
    }
    // The farewell is lost where more was sent than read.
    assert!(reason.is_none_or(|reason| reason == 11_u32.to_be_bytes()), "ENHANCE_YOUR_CALM");
    assert_eq!(hits(&emulator, "resets").await, 1);
}

/// How many connections a test can open: both ends are in this process.
fn room() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    files.and_then(|files| files.parse::<usize>().ok()).unwrap_or(256).saturating_sub(600) / 2
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_caller_among_bad_ones_is_answered() {
    let emulator = wire::emulator().await;
    let before = metric(&emulator, "fauxidp_connections_open").await;
    let scale = |wanted: usize| wanted.min(room() * wanted / 1_600);
    let (mut slow, mut junk) = (Vec::new(), Vec::new());
    let post = Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    let post = post.header("content-length", "1000000").bytes();
    for number in 0..scale(1_000) {
        let mut stream = connect(&emulator).await;
        // Half of them dribble a head, the others a body.
        let sent = if number % 2 == 0 { &post[..20] } else { &post[..] };
        stream.write_all(sent).await.expect("taken");
        slow.push(stream);
    }
    for number in 0..scale(600) {
        let mut stream = connect(&emulator).await;
        let sent: &[u8] =
            [&b""[..], b"\x16\x03\x01\x02\x00", b"\0\xff nothing", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\njunk"][number % 4];
        // Junk is hung up on.
        let _ = stream.write_all(sent).await;
        junk.push(stream);
    }
    for call in 0..200 {
        let path = if call % 2 == 0 { "disable" } else { "enable" };
        let ask = Ask::new("POST", &format!("/api/users/user-active/{path}")).header("x-api-key", "monocloud-admin");
        let answer = if call % 4 < 2 { ask.send(&emulator).await } else { ask.send_h2(&emulator).await };
        assert_eq!((answer.status, &answer.json()["disabled"]), (200, &(call % 2 == 0).into()), "{call}");
        let place = call % slow.len();
        slow[place].write_all(b"x").await.expect("a slow sender goes on");
    }
    assert!(metric(&emulator, "fauxidp_connections_open").await > before + slow.len() as u64);
    drop((slow, junk));
    until(&emulator, "fauxidp_connections_open", before).await;
}

/// Resident memory of a process, in KiB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("such a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[cfg(all(target_os = "linux", target_env = "gnu"))] // where it can be told
#[tokio::test]
async fn waves_of_connections_take_the_same_memory_again() {
    use crate::cli::{Serving, fauxidp};
    let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
    let connect = || TcpStream::connect(serving.address());
    let body = Ask::new("POST", "/api/users/user-active/disable").header("content-length", "100000").bytes();
    let half = [body.as_slice(), &[b' '; 60_000]].concat();
    let call = read_user().bytes();
    let before = memory(serving.child.id());
    let mut waves = Vec::new();
    for _ in 0..4 {
        let mut streams = Vec::new();
        for _ in 0..200 {
            let mut stream = connect().await.expect("it listens");
            stream.write_all(&half).await.expect("taken");
            streams.push(stream);
            // What the journal keeps of these calls stands between what the connections have.
            let mut other = connect().await.expect("it listens");
            other.write_all(&call).await.expect("taken");
            other.read_exact(&mut [0; 12]).await.expect("an answer");
        }
        waves.push(memory(serving.child.id()));
        drop(streams);
        until_alone(serving.address()).await;
    }
    let wave = waves[0] - before;
    assert!(wave > 10_000, "{before} KiB, then {waves:?}: too few connections to tell");
    // The allocator has found what it keeps by the second one.
    assert!(waves[3] < waves[1] + wave / 4, "{before} KiB, then {waves:?}");
}

/// Waits until nobody else is connected.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
async fn until_alone(address: &str) {
    for _ in 0..500 {
        let stream = TcpStream::connect(address).await.expect("it listens");
        let page = wire::exchange(stream, &Ask::new("GET", "/__fauxidp/metrics").bytes()).await;
        if page.text().contains("\nfauxidp_connections_open 1\n") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("connections stay open");
}
