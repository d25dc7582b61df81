//! Properties: whatever is sent, the server answers, lives on, and changes nothing that it refuses.

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::wire::{self, Ask};

/// The calls that change a user, and how the user is read.
const CALLS: [(&str, &str, &str, &str); 6] = [
    ("/api/users/user-active/disable", "/api/users/user-active", "x-api-key", "monocloud-admin"),
    ("/api/users", "/api/users?sort=creation_time:-1", "x-api-key", "monocloud-admin"),
    ("/api/users/user-with-password/emails", "/api/users/user-with-password", "x-api-key", "monocloud-admin"),
    ("/api/groups", "/api/groups", "x-api-key", "monocloud-admin"),
    ("/v2/users/human-active/deactivate", "/v2/users/human-active", "authorization", "Bearer zitadel-admin"),
    (
        "/v1/users/2489e9ad-2ee2-8e00-8ec9-32d5f69181c0/suspend",
        "/v1/users/2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
        "authorization",
        "Bearer jitsudo-admin",
    ),
];

/// Runs a property against one emulator.
fn hold<S: Strategy>(strategy: S, property: impl Fn(&tokio::runtime::Runtime, &Emulator, S::Value)) {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let emulator = runtime.block_on(wire::emulator());
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&strategy, |value| {
        property(&runtime, &emulator, value);
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}

fn a_body() -> impl Strategy<Value = Vec<u8>> {
    let jsonish = "[\\{\\}\\[\\]\":,a-z0-9 ]{0,40}".prop_map(String::into_bytes);
    let near = prop::sample::select(vec![
        "{\"revoke_sessions\":true}",
        "{\"active\":false}",
        "{\"userId\":\"x\"}",
        "{\"name\":\"x\",\"email\":\"x@y\",\"email_verified\":true}",
        "{\"username\":\"x\",\"password\":\"Correct-1\"}",
    ]);
    let cut = (near, 0..50_usize).prop_map(|(text, at)| text.as_bytes()[..at.min(text.len())].to_vec());
    prop_oneof![prop::collection::vec(any::<u8>(), 1..200), jsonish, cut]
}

#[test]
fn a_body_is_followed_or_refused_and_a_refusal_changes_nothing() {
    let types = prop::option::of(prop::sample::select(vec![
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "é",
    ]));
    hold((0..CALLS.len(), a_body(), types), |runtime, emulator, (place, body, media_type)| {
        let (path, read, header, value) = CALLS[place];
        let credentials =
            |ask: Ask| ask.header(header, value).header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0");
        let read = credentials(Ask::new("GET", read));
        let mut write = credentials(Ask::new("POST", path)).body(body);
        if let Some(media_type) = media_type {
            write = write.header("content-type", media_type);
        }
        runtime.block_on(async {
            let before = read.send(emulator).await.body;
            let status = write.send(emulator).await.status;
            assert!(matches!(status, 200 | 201 | 400..500), "{status}");
            if status >= 400 {
                assert_eq!(read.send(emulator).await.body, before);
            }
            Ask::new("POST", "/__fauxidp/worlds/default/reset").send(emulator).await;
        });
    });
}

#[test]
fn any_text_as_a_fault_is_followed_or_refused() {
    let near = "(delay|drip|hang|close|reset|garbage|truncate|503|404|none|invalid|identity|tenant-mismatch)(;(ms|chunks|bytes|first|at|skip|every|times|field|p|seed)(=(\"a\"|[0-9]{1,3}|0\\.[0-9]{1,3}|after|validated))?){0,3}";
    let text = prop_oneof![near, "[ -~]{0,40}", (near, near).prop_map(|(a, b)| format!("{a}, {b}"))];
    // A delay would only cost time.
    hold(text.prop_filter("no delay", |text| !text.contains("delay")), |runtime, emulator, fault| {
        let (path, _, header, value) = CALLS[0];
        let ask = Ask::new("POST", path).header(header, value).header("x-fault", &fault);
        let Some(answer) = runtime.block_on(ask.try_send(emulator)) else {
            // No answer at all is what some faults are about.
            assert!(["close", "reset", "garbage", "hang"].iter().any(|word| fault.contains(word)), "{fault}");
            return;
        };
        let followed = answer.header("x-fault-applied").is_some();
        let refused = answer.header("x-fauxidp") == Some("bad-fault");
        assert!(followed != refused || answer.status == 200, "{fault}: {} {}", answer.status, answer.text());
    });
}

#[test]
fn any_path_is_answered() {
    let part = prop_oneof![
        "[ -~&&[^ ?#]]{0,12}",
        Just("users".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("%".to_owned()),
        "%[0-9A-Fa-f]{2}"
    ];
    let start = prop::sample::select(vec!["", "/api/users", "/v2/users", "/v1/users", "/__fauxidp", "/~x", "//"]);
    hold((start, prop::collection::vec(part, 0..5)), |runtime, emulator, (start, parts)| {
        let path = format!("{start}/{}", parts.join("/"));
        let answer = runtime.block_on(Ask::new("GET", &path).send(emulator));
        assert!((200..=501).contains(&answer.status), "{path}: {}", answer.status);
    });
}
