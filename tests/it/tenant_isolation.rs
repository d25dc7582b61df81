//! Tenants are walls: whatever is asked in one, nothing of another shows or changes, also where both have the same
//! address.

use std::collections::BTreeSet;

use fauxidp::{Config, Emulator};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};

use crate::wire::{self, Ask};

/// Two tenants, each with its slug and a key that may do everything in it.
const TENANTS: [(&str, &str, &str); 2] = [
    ("2489e9ad-2ee2-8e00-8ec9-32d5f69181c0", "acme", "jitsudo-key"),
    ("5f0d7a52-5c1e-8e00-9b1a-0d1c2b3a4f50", "other", "jitsudo-other-key"),
];

/// Addresses that both tenants have or are given.
const EMAILS: [&str; 4] =
    ["sample.user@example.com", "Ava.Avatar@example.com", "otis.othertenant@example.com", "new@example.com"];

/// Users and groups of both.
const IDS: [&str; 8] = [
    "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
    "00000000-0000-8000-8000-000000000002",
    "00000000-0000-8000-8000-000000000015",
    "00000000-0000-8000-8000-000000000021",
    "00000000-0000-8000-8000-000000000022",
    "00000000-0000-8000-8000-0000000000b1",
    "00000000-0000-8000-8000-0000000000b3",
    "00000000-0000-8000-8000-000000000099",
];

const PASSWORDS: [&str; 2] = ["correct horse battery staple", "another tenant, another password"];

/// A call without its tenant and credential.
fn a_call() -> impl Strategy<Value = (&'static str, String, String)> {
    let id = || prop::sample::select(&IDS[..]);
    let email = || prop::sample::select(&EMAILS[..]);
    prop_oneof![
        email().prop_map(|email| ("POST", "/v1/users".to_owned(), format!(r#"{{"email":"{email}","name":"New"}}"#))),
        email().prop_map(|email| ("GET", format!("/v1/users?email={email}"), String::new())),
        id().prop_map(|id| ("GET", format!("/v1/users/{id}"), String::new())),
        id().prop_map(|id| ("PUT", format!("/v1/users/{id}"), r#"{"name":"Renamed"}"#.to_owned())),
        (id(), any::<bool>()).prop_map(|(id, active)| {
            ("POST", format!("/v1/users/{id}/suspend"), format!(r#"{{"active":{active}}}"#))
        }),
        id().prop_map(|id| ("DELETE", format!("/v1/users/{id}"), String::new())),
        id().prop_map(|id| ("POST", format!("/v1/users/{id}/resend-invite"), String::new())),
        email().prop_map(|name| ("POST", "/v1/groups".to_owned(), format!(r#"{{"name":"{name}"}}"#))),
        (id(), id()).prop_map(|(group, user)| {
            ("POST", format!("/v1/groups/{group}/members"), format!(r#"{{"user_id":"{user}"}}"#))
        }),
        id().prop_map(|id| ("POST", format!("/v1/groups/{id}/roles"), r#"{"role":"admin"}"#.to_owned())),
        id().prop_map(|id| ("DELETE", format!("/v1/groups/{id}"), String::new())),
    ]
}

/// A call in the tenant at that place, with its key.
fn within(place: usize, ask: Ask) -> Ask {
    let (tenant, _, key) = TENANTS[place];
    ask.header("x-api-key", key).header("x-tenant-id", tenant)
}

/// What a tenant's admin sees, and the ids of its users.
async fn seen(emulator: &Emulator, place: usize) -> (String, BTreeSet<String>) {
    let users = within(place, Ask::new("GET", "/v1/users?limit=250")).send(emulator).await;
    let log = within(place, Ask::new("GET", "/v1/audit-log?limit=250")).send(emulator).await;
    assert_eq!((users.status, log.status), (200, 200));
    let page = users.json();
    let id = |user: &serde_json::Value| user["id"].as_str().expect("an id").to_owned();
    let ids = page["data"].as_array().expect("a page").iter().map(id).collect();
    (format!("{}{}", users.text(), log.text()), ids)
}

/// Logs in to a tenant by its slug. A token leads to a user of that tenant, and to no other tenant.
async fn log_in(emulator: &Emulator, place: usize, email: &str, password: &str) {
    let (tenant, slug, _) = TENANTS[place];
    let body = format!(r#"{{"email":"{email}","password":"{password}","tenant_slug":"{slug}"}}"#);
    let answer = Ask::new("POST", "/v1/auth/login").body(body).send(emulator).await;
    if answer.status != 200 {
        assert_eq!(answer.status, 401);
        return;
    }
    let token = format!("Bearer {}", answer.json()["token"].as_str().expect("a token"));
    let profile = Ask::new("GET", "/v1/users/me/profile").header("authorization", &token);
    let own = profile.clone().header("x-tenant-id", tenant).send(emulator).await.json();
    let (_, ids) = seen(emulator, place).await;
    assert!(ids.contains(own["id"].as_str().expect("an id")));
    assert!(own["email"].as_str().expect("an address").eq_ignore_ascii_case(email));
    let other = profile.header("x-tenant-id", TENANTS[1 - place].0).send(emulator).await;
    assert_eq!((other.status, &other.json()["code"]), (403, &"tenant_mismatch".into()));
}

#[test]
fn no_call_in_one_tenant_shows_or_changes_anything_of_another() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let config = Config { set: vec!["jitsudo.users-api-key=accepted".to_owned()], ..wire::config() };
    let emulator = runtime.block_on(Emulator::start_with(config)).expect("the embedded seed fits");
    let login = (prop::sample::select(&EMAILS[..]), prop::sample::select(&PASSWORDS[..]));
    let steps = prop::collection::vec((0..2_usize, a_call(), login), 1..8);
    let run =
        TestRunner::new(Cases { cases: 60, failure_persistence: None, ..Cases::default() }).run(&steps, |steps| {
            runtime.block_on(async {
                for (place, (method, path, body), (email, password)) in steps {
                    let (before, others) = seen(&emulator, 1 - place).await;
                    let answer = within(place, Ask::new(method, &path).body(body)).send(&emulator).await;
                    assert!((200..500).contains(&answer.status), "{method} {path}: {}", answer.text());
                    assert!(others.iter().all(|id| !answer.text().contains(id)), "{method} {path}: {}", answer.text());
                    assert_eq!(seen(&emulator, 1 - place).await.0, before, "{method} {path}");
                    log_in(&emulator, place, email, password).await;
                }
                Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
            });
            Ok(())
        });
    run.unwrap_or_else(|error| panic!("{error}"));
}

/// The statuses of the same call made many times at once, sorted.
async fn at_once(emulator: &std::sync::Arc<Emulator>, ask: &Ask) -> Vec<u16> {
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (emulator, ask) = (std::sync::Arc::clone(emulator), ask.clone());
            tokio::spawn(async move { ask.send(&emulator).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        statuses.push(caller.await.expect("no panic"));
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_calls_at_once_one_takes_the_address_the_name_and_the_token() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let admin = |ask: Ask| ask.header("authorization", "Bearer jitsudo-admin").header("x-tenant-id", TENANTS[0].0);
    let invite = admin(Ask::new("POST", "/v1/users")).body(r#"{"email":"new@example.com","name":"New"}"#);
    let group = admin(Ask::new("POST", "/v1/groups")).body(r#"{"name":"New"}"#);
    let reset = Ask::new("POST", "/v1/auth/reset-password")
        .body(r#"{"token":"reset-of-sample","new_password":"a new password"}"#);
    for (ask, first, others) in [(invite, 201, 409), (group, 201, 409), (reset, 200, 400)] {
        let statuses = at_once(&emulator, &ask).await;
        assert_eq!(statuses[0], first, "{}", ask.path);
        assert!(statuses[1..].iter().all(|status| *status == others), "{} {statuses:?}", ask.path);
    }
}
