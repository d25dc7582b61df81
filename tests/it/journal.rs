//! The journal and the metrics over the sockets: what is kept of a call, whatever became of it, and what never is.

use std::sync::Arc;

use fauxidp::{Config, Emulator};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::fixture;
use crate::wire::{self, Ask};

const REQUESTS: &str = "/__fauxidp/worlds/default/requests";
const VERIFY: &str = "/__fauxidp/worlds/default/verify";

async fn journal(emulator: &Emulator) -> Value {
    Ask::new("GET", REQUESTS).send(emulator).await.json()
}

fn disable() -> Ask {
    Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin")
}

#[tokio::test]
async fn a_client_that_leaves_before_its_answer_is_in_the_journal() {
    let emulator = wire::emulator().await;
    let call = disable().header("x-fault", "delay;ms=60000");
    let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("a connection");
    stream.write_all(&call.bytes()).await.expect("the request is taken");
    drop(stream);
    let entry = loop {
        let journal = journal(&emulator).await;
        if let Some(entry) = journal["requests"].get(0) {
            break entry.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (&entry["operation"], &entry["status"], &entry["refused_by"]),
        (&"disable_user".into(), &Value::Null, &Value::Null)
    );
    let expected = r#"{"match": {"operation": "disable_user", "user": "user-active"}, "times": 1}"#;
    assert_eq!(Ask::new("POST", VERIFY).body(expected).send(&emulator).await.status, 200);
    let metrics = Ask::new("GET", "/__fauxidp/metrics").send(&emulator).await;
    assert!(metrics.text().contains("operation=\"disable_user\",status=\"none\"} 1\n"), "{}", metrics.text());
}

#[tokio::test]
async fn calls_at_the_same_time_are_all_there_each_with_a_number_of_its_own() {
    let emulator = Arc::new(wire::emulator().await);
    let clients = (0..8).map(|client| {
        let emulator = Arc::clone(&emulator);
        tokio::spawn(async move {
            for call in 0..20 {
                let path = format!("/api/users/user-{client}-{call}");
                Ask::new("GET", &path).header("x-api-key", "monocloud-admin").send(&emulator).await;
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("no panic");
    }
    let journal = journal(&emulator).await;
    let requests = journal["requests"].as_array().expect("entries");
    let numbers: Vec<_> = requests.iter().filter_map(|entry| entry["n"].as_u64()).collect();
    assert_eq!(numbers, (1..=160).collect::<Vec<_>>());
    let mut users: Vec<_> = requests.iter().filter_map(|entry| entry["user"].as_str()).collect();
    users.sort_unstable();
    users.dedup();
    assert_eq!(users.len(), 160);
}

#[tokio::test]
async fn the_journal_holds_as_much_as_it_is_told() {
    let start = async |journal| Emulator::start_with(Config { journal, ..wire::config() }).await.expect("it starts");
    let two = start(2).await;
    for _ in 0..5 {
        disable().send(&two).await;
    }
    let held = journal(&two).await;
    assert_eq!((held["requests"].as_array().map(Vec::len), &held["dropped"]), (Some(2), &3.into()));
    let answer = Ask::new("POST", VERIFY).body(r#"{"match": {}, "times": 5}"#).send(&two).await;
    assert_eq!(answer.status, 409);
    let detail = "Expected exactly 5 calls, found 2. 3 older calls are no longer in the journal.";
    assert_eq!(answer.json()["detail"], detail);

    let none = start(0).await;
    disable().send(&none).await;
    assert_eq!(journal(&none).await["requests"], Value::Array(vec![]));
    let answer = Ask::new("POST", VERIFY).body(r#"{"match": {}, "times": 0}"#).send(&none).await;
    assert_eq!(answer.status, 400, "what is not kept cannot be verified");
}

#[tokio::test]
async fn calls_by_a_long_method_drive_out_no_other() {
    let emulator = wire::emulator().await;
    disable().send(&emulator).await;
    let long = Ask::new(&"A".repeat(60_000), "/api/users");
    for _ in 0..40 {
        let answer = long.send(&emulator).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    let held = journal(&emulator).await;
    let requests = held["requests"].as_array().expect("entries");
    assert_eq!((requests.len(), &held["dropped"], &requests[0]["operation"]), (41, &0.into(), &"disable_user".into()));
    assert!(requests.iter().all(|entry| entry["method"].as_str().is_some_and(|method| method.len() <= 64)), "{held}");
}

#[tokio::test]
async fn no_credential_and_no_password_of_any_fixture_stands_in_the_journal() {
    let emulator = wire::emulator().await;
    let mut checked = 0;
    for fixture in fixture::all().into_iter().filter(|fixture| !fixture.path.starts_with("fixtures/control/")) {
        let mut secrets = vec!["correct horse battery staple".to_owned(), "machine-secret".to_owned()];
        let mut sent = String::new();
        for ask in fixture.asks().filter(|ask| !ask.path.starts_with("/__fauxidp/")) {
            let credential = ask.headers.iter().filter(|(name, _)| {
                ["x-api-key", "authorization"].iter().any(|known| name.eq_ignore_ascii_case(known))
            });
            secrets.extend(credential.filter_map(|(_, value)| Some(value.rsplit(' ').next()?.to_owned())));
            sent.push_str(&ask.path);
            ask.send(&emulator).await;
        }
        let shown = Ask::new("GET", REQUESTS).send(&emulator).await;
        // A name in a path is no secret, also where somebody has the same for a credential.
        for secret in secrets.iter().filter(|secret| secret.len() > 4 && !sent.contains(*secret)) {
            let quoted = format!("\"{secret}\"");
            assert!(
                !shown.text().contains(&quoted) && !shown.text().contains(&format!("={secret}")),
                "{}: {secret}",
                fixture.path
            );
            checked += 1;
        }
        Ask::new("DELETE", REQUESTS).send(&emulator).await;
    }
    assert!(checked > 500, "{checked}");
}

#[tokio::test]
async fn the_metrics_count_what_happened() {
    let emulator = wire::emulator().await;
    disable().send(&emulator).await;
    disable().header("x-fault", "503").send(&emulator).await;
    disable().body(vec![b'x'; (1 << 20) + 1]).send(&emulator).await;
    Ask::new("GET", "/nothing").send(&emulator).await;
    let answer = Ask::new("GET", "/__fauxidp/metrics").send(&emulator).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
    for line in [
        "fauxidp_requests_total{vendor=\"monocloud\",operation=\"disable_user\",status=\"200\"} 1",
        "fauxidp_requests_total{vendor=\"monocloud\",operation=\"disable_user\",status=\"503\"} 1",
        "fauxidp_requests_total{vendor=\"none\",operation=\"none\",status=\"404\"} 1",
        "fauxidp_faults_total{vendor=\"monocloud\"} 1",
        "fauxidp_limits_total{limit=\"body\"} 1",
        "fauxidp_worlds 1",
        "fauxidp_connections_total 5",
        "fauxidp_request_duration_seconds_count 4",
    ] {
        assert!(answer.text().lines().any(|other| other == line), "{line}\n{}", answer.text());
    }
}

#[tokio::test]
async fn a_verification_however_long_stops_nobody() {
    let emulator = wire::emulator().await;
    disable().send(&emulator).await;
    let verify = |body: String| Ask::new("POST", VERIFY).body(body.into_bytes());
    let many = |calls: &str, count: usize| format!(r#"{{"sequence": [{}]}}"#, vec![calls; count].join(","));
    for (body, status) in [
        (many("{}", 1_000), 409),
        (many("{}", 1_001), 400),
        (many("{}", 300_000), 400),
        (many(r#"{"operation":"disable_user","user":"user-active"}"#, 1_000), 409),
        (format!(r#"{{"match": {{"user": "{}"}}}}"#, "x".repeat(900_000)), 400),
        (format!(r#"{{"match": {{"body": {}1{}}}}}"#, r#"{"a":"#.repeat(90), "}".repeat(90)), 409),
        (format!(r#"{{"match": {{"body": {}1{}}}}}"#, r#"{"a":"#.repeat(5_000), "}".repeat(5_000)), 400),
    ] {
        let (ask, health) = (verify(body), Ask::new("GET", "/__fauxidp/health"));
        let (answer, health) = tokio::join!(ask.send(&emulator), health.send(&emulator));
        assert_eq!((answer.status, health.status), (status, 200), "{}", answer.text());
        assert!(answer.body.len() < 4_000, "{} bytes", answer.body.len());
    }
    // A thousand at once.
    let ask = verify(many("{}", 1_000));
    let answers = (0..1_000).map(|_| ask.send(&emulator));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(answer.status, 409);
    }
}
