//! Worlds: a thousand at once that never see each other, and their state that goes from server to server.

use std::sync::Arc;

use bytes::Bytes;
use fauxidp::{Config, Emulator, Limits};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::fixture::{self, frame};
use crate::wire::{self, Ask};

const WORLDS: usize = 1_000;
const CONNECTIONS: usize = 32;

fn bearer(world: &str) -> String {
    format!("Bearer zitadel-admin~{world}")
}

/// Calls of many worlds on one connection, by REST over HTTP/1.1.
async fn by_rest(emulator: &Emulator, worlds: Vec<String>) {
    let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP/1.1");
    tokio::spawn(connection);
    for world in worlds {
        for (sequence, call) in [("3", "deactivate"), ("4", "reactivate"), ("5", "lock")] {
            let request = http::Request::post(format!("/v2/users/human-active/{call}"))
                .header("host", "127.0.0.1:8484")
                .header("authorization", bearer(&world))
                .body(Full::new(Bytes::from_static(b"{}")))
                .expect("a request");
            let answer = sender.send_request(request).await.expect("an answer");
            assert_eq!(answer.status(), 200, "{world} {call}");
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(body["details"]["sequence"], sequence, "{world}: somebody else was here");
        }
    }
}

/// The same by gRPC over HTTP/2.
async fn by_grpc(emulator: &Emulator, worlds: Vec<String>) {
    let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection);
    for world in worlds {
        for (sequence, call) in [("3", "Deactivate"), ("4", "Reactivate"), ("5", "Lock")] {
            let message = frame(br#"{"userId":"human-active"}"#);
            let request = http::Request::post(format!("http://127.0.0.1:8484/zitadel.user.v2.UserService/{call}User"))
                .header("content-type", "application/grpc+json")
                .header("authorization", bearer(&world))
                .body(Full::new(Bytes::from(message)))
                .expect("a request");
            let answer = sender.send_request(request).await.expect("an answer");
            let body = answer.into_body().collect().await.expect("a body");
            assert_eq!(body.trailers().expect("trailers")["grpc-status"], "0", "{world} {call}");
            let body: serde_json::Value = serde_json::from_slice(&body.to_bytes()[5..]).expect("JSON");
            assert_eq!(body["details"]["sequence"], sequence, "{world}: somebody else was here");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_worlds_at_once_never_see_each_other() {
    let emulator = Arc::new(wire::emulator().await);
    let read = Ask::new("GET", "/v2/users/human-active").header("authorization", "Bearer zitadel-admin");
    let before = read.send(&emulator).await.body;
    let callers: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let worlds = (0..WORLDS).filter(|n| n % CONNECTIONS == connection).map(|n| format!("w-{n}")).collect();
            let emulator = Arc::clone(&emulator);
            tokio::spawn(async move {
                match connection % 2 {
                    0 => by_rest(&emulator, worlds).await,
                    _ => by_grpc(&emulator, worlds).await,
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("every world was its caller's own");
    }
    assert_eq!(read.send(&emulator).await.body, before, "the default world is untouched");
    let worlds = Ask::new("GET", "/__fauxidp/worlds").send(&emulator).await.json();
    assert_eq!(worlds["worlds"].as_array().map(Vec::len), Some(WORLDS + 1));
}

#[tokio::test]
async fn at_most_so_many_worlds_are_kept() {
    let emulator = Emulator::start_with(Config { max_worlds: 5, ..wire::config() }).await.expect("it starts");
    for n in 0..20 {
        let ask = Ask::new("GET", "/api/users/user-active").header("x-api-key", &format!("monocloud-admin~w-{n}"));
        assert_eq!(ask.send(&emulator).await.status, 200);
    }
    let worlds = Ask::new("GET", "/__fauxidp/worlds").send(&emulator).await.json();
    assert_eq!(worlds["worlds"], serde_json::json!(["default", "w-16", "w-17", "w-18", "w-19"]));
}

/// Calls that make their world by their success or by their credential, all at once: each waits with its last byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_first_calls_at_once_none_is_lost() {
    const CALLS: usize = 16;
    let emulator = Arc::new(wire::emulator().await);
    let body = r#"{"email":"uma.user@example.com"}"#;
    for world in (0..30).map(|n| format!("first-{n}")) {
        let ask = Ask::new("POST", &format!("/~{world}/v1/auth/request-password-reset"))
            .header("content-type", "application/json")
            .header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0");
        let with_key = ask.clone().header("authorization", &format!("Bearer jitsudo-admin~{world}"));
        let mut begun = Vec::new();
        for call in 0..CALLS {
            let ask = if call % 4 == 3 { &with_key } else { &ask };
            let bytes = ask.clone().body(body).bytes();
            let (last, start) = bytes.split_last().expect("a request");
            let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
            stream.write_all(start).await.expect("taken");
            begun.push((stream, [*last]));
        }
        let call =
            |(stream, last): (TcpStream, [u8; 1])| tokio::spawn(async move { wire::exchange(stream, &last).await });
        let calls = begun.into_iter().map(call);
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.expect("no panic").status, 202);
        }
        let kept = async |what: &str| {
            let answer = Ask::new("GET", &format!("/__fauxidp/worlds/{world}/{what}")).send(&emulator).await;
            answer.json()[what].as_array().map(Vec::len)
        };
        assert_eq!((kept("outbox").await, kept("requests").await), (Some(CALLS), Some(CALLS)), "{world}");
    }
}

/// A call that is held when its world is reset is answered in the old one.
#[tokio::test]
async fn a_reset_does_not_wait_for_a_held_call_and_does_not_see_it() {
    let emulator = Arc::new(wire::emulator().await);
    let call = Ask::new("POST", "/v2/users/human-active/lock").header("authorization", "Bearer zitadel-admin");
    let held = call.body("{}").header("x-fault", "delay;ms=300");
    let held = tokio::spawn({
        let emulator = Arc::clone(&emulator);
        async move { held.send(&emulator).await }
    });
    // Nothing shows when the call is in its world, so the world is reset until it is answered.
    while !held.is_finished() {
        assert_eq!(Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await.status, 200);
    }
    let held = held.await.expect("no panic");
    assert_eq!((held.status, held.json()["details"]["sequence"].as_str()), (200, Some("3")));
    let read = Ask::new("GET", "/v2/users/human-active").header("authorization", "Bearer zitadel-admin");
    assert_eq!(read.send(&emulator).await.json()["user"]["state"], "USER_STATE_ACTIVE");
}

/// Where there is no room, a control call that makes no world drops none.
#[tokio::test]
async fn a_refused_or_harmless_control_call_drops_no_world() {
    let emulator = Emulator::start_with(Config { max_worlds: 3, ..wire::config() }).await.expect("it starts");
    let control = async |method: &str, path: &str, body: &str| {
        Ask::new(method, &format!("/__fauxidp/worlds{path}")).body(body).send(&emulator).await
    };
    for world in ["a", "b"] {
        assert_eq!(control("PUT", &format!("/{world}"), "{}").await.status, 200);
    }
    let saved = control("GET", "/a/state", "").await.text().to_owned();
    for (method, path, body, status) in [
        ("PUT", "/ghost/clock", r#"{"now":"1900-01-01T00:00:00Z"}"#, 400),
        ("POST", "/ghost/faults", r#"{"fault":"nonsense"}"#, 400),
        ("POST", "/ghost/events", r#"{"vendor":"acme","user":"a","event":"sign_in"}"#, 400),
        ("PUT", "/ghost", r#"{"people":99999999}"#, 400),
        ("PUT", "/ghost/state", "{}", 400),
        ("POST", "/ghost/fork", r#"{"to":"other"}"#, 404),
        ("POST", "/a/fork", r#"{"to":"b"}"#, 200),
        ("POST", "/a/reset", "", 200),
        ("PUT", "/default/state", &*saved, 200),
        ("PUT", "/b", r#"{"seed":7}"#, 200),
    ] {
        assert_eq!(control(method, path, body).await.status, status, "{method} {path}");
        let worlds = control("GET", "", "").await.json();
        assert_eq!(worlds["worlds"], serde_json::json!(["a", "b", "default"]), "{method} {path}");
    }
}

async fn state(emulator: &Emulator, world: &str) -> String {
    let answer = Ask::new("GET", &format!("/__fauxidp/worlds/{world}/state")).send(emulator).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

/// Every fixture's calls in one world leave a state that goes to another server and back without a change, and
/// from which both go on alike.
#[tokio::test]
async fn a_state_round_trips_exactly_also_between_servers() {
    let (one, two) = (wire::emulator().await, wire::emulator().await);
    Ask::new("PUT", "/__fauxidp/worlds/default")
        .body(r#"{"settings":{"jitsudo.suspend-owner":"allowed"},"people":20,"seed":3}"#)
        .send(&one)
        .await;
    for fixture in fixture::all() {
        // What is taken from answers is another matter; plain calls change enough.
        let plain = |ask: &Ask| ask.method != "GET" && !ask.path.contains("__fauxidp") && !ask.has("x-fault");
        for ask in fixture.asks().filter(plain) {
            ask.send(&one).await;
        }
    }
    let taken = state(&one, "default").await;
    let put = Ask::new("PUT", "/__fauxidp/worlds/other/state").body(taken.clone()).send(&two).await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert!(state(&two, "other").await == taken, "the state is another one");
    // The same calls afterwards are answered alike, ids and all.
    let create = |world: &str| {
        let body = r#"{"organizationId":"69629023906488334","human":{"profile":{"givenName":"A","familyName":"B"},"email":{"email":"next@example.com","returnCode":{}}}}"#;
        Ask::new("POST", "/v2/users/new").header("authorization", &format!("Bearer zitadel-admin~{world}")).body(body)
    };
    let (first, second) = (create("default").send(&one).await, create("other").send(&two).await);
    assert_eq!((first.status, first.text()), (200, second.text()));
    assert_eq!(state(&one, "default").await, state(&two, "other").await);
    // And a server can start from it.
    let path = std::env::temp_dir().join(format!("fauxidp-state-{}.json", std::process::id()));
    std::fs::write(&path, &taken).expect("written");
    let third = Emulator::start_with(Config { state: Some(path.clone()), ..wire::config() }).await.expect("it fits");
    std::fs::remove_file(&path).expect("removed");
    assert!(state(&third, "default").await == taken, "the state is another one");
    assert_eq!(create("default").send(&third).await.text(), first.text());
    Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&third).await;
    assert!(state(&third, "default").await == taken, "a reset leads back to the start");
}

#[tokio::test]
async fn a_state_that_does_not_fit_is_refused_and_changes_nothing() {
    let emulator = wire::emulator().await;
    let taken = state(&emulator, "default").await;
    for (from, to) in [
        ("world state, version 1", "world state, version 2"),
        ("\"userId\"", "\"user\""),
        ("\"next\":", "\"next\":-"),
        ("\"monocloud.era\":\"seed\"", "\"monocloud.era\":\"future\""),
        ("\"zitadel\":", "\"acme\":"),
        ("{", "["),
    ] {
        let text = taken.replacen(from, to, 1);
        assert!(text != taken, "{from} is not in the state");
        let put = Ask::new("PUT", "/__fauxidp/worlds/default/state").body(text).send(&emulator).await;
        assert_eq!((put.status, put.header("x-fauxidp")), (400, Some("refused")), "{from}: {}", put.text());
        assert!(state(&emulator, "default").await == taken, "{from}");
    }
    let config = Config { limits: Limits { max_state: 1_000, ..Limits::default() }, ..wire::config() };
    let small = Emulator::start_with(config).await.expect("it starts");
    let put = Ask::new("PUT", "/__fauxidp/worlds/default/state").body(taken).send(&small).await;
    assert_eq!((put.status, put.header("x-fauxidp")), (413, Some("limit")));
}
