//! Random programs of ZITADEL's first API and of its newer one on the same users: both always show one state, what
//! happened is exactly what the list of events says, and a refused call adds nothing to it but failed checks.

use std::collections::BTreeMap;

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use crate::wire::{self, Answer, Ask};

/// Whom the programs are about.
const USERS: [&str; 5] = ["human-active", "human-unverified", "human-initial", "machine-active", "human-locked"];

/// A user as its events tell it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    state: String,
    username: String,
    given_name: String,
    email: (String, bool),
    phone: (String, bool),
    metadata: BTreeMap<String, String>,
}

/// A call of either face, with `ID` in the place of the user's id.
type Call = (&'static str, String, Value);

fn calls() -> impl Strategy<Value = Call> {
    let email = || select(vec!["a@b.example", "c@d.example", "nope"]);
    let phone = || select(vec!["+41791234567", "+41791234568", "+1"]);
    let v1 = |method: &'static str, path: &str, body: Value| (method, format!("/management/v1/users/ID{path}"), body);
    let v2 = |method: &'static str, path: &str, body: Value| (method, format!("/v2/users/ID{path}"), body);
    let states = vec![
        v1("POST", "/_deactivate", json!({})),
        v1("POST", "/_reactivate", json!({})),
        v1("POST", "/_lock", json!({})),
        v1("POST", "/_unlock", json!({})),
        v2("POST", "/deactivate", json!({})),
        v2("POST", "/reactivate", json!({})),
        v2("POST", "/lock", json!({})),
        v2("POST", "/unlock", json!({})),
    ];
    let codes = vec![
        v1("POST", "/email/_resend_verification", json!({})),
        v1("POST", "/phone/_resend_verification", json!({})),
        v1("POST", "/_resend_initialization", json!({})),
        v1("POST", "/password/_reset", json!({})),
        v1("DELETE", "/phone", Value::Null),
        v2("DELETE", "/phone", json!({})),
        v2("POST", "/email/verify", json!({ "verificationCode": "EMAIL1" })),
        v2("POST", "/email/verify", json!({ "verificationCode": "WRONG1" })),
        v1("POST", "/password", json!({ "password": "Secr3t-Pass!" })),
        v1("POST", "/password", json!({ "password": "weak" })),
        v2("POST", "/password", json!({ "newPassword": { "password": "n" }, "currentPassword": "wrong" })),
        v1("POST", "/passwordless/_link", json!({})),
    ];
    let machines = vec![
        v1("POST", "/pats", json!({})),
        v2("POST", "/pats", json!({ "expirationDate": "2040-01-01T00:00:00Z" })),
        v1("DELETE", "/pats/machine-active-1", Value::Null),
        v1("PUT", "/secret", json!({})),
        v1("DELETE", "/secret", Value::Null),
        v1("PUT", "/machine", json!({ "name": "Robot" })),
    ];
    prop_oneof![
        4 => select(states),
        2 => select(codes),
        1 => select(machines),
        1 => email().prop_map(move |email| v1("PUT", "/email", json!({ "email": email }))),
        1 => email().prop_map(move |email| v2("POST", "/email", json!({ "email": email, "isVerified": true }))),
        1 => phone().prop_map(move |phone| v1("PUT", "/phone", json!({ "phone": phone, "isPhoneVerified": true }))),
        1 => phone().prop_map(move |phone| v2("POST", "/phone", json!({ "phone": phone }))),
        1 => select(vec!["one", "two", " "]).prop_map(move |name| v1("PUT", "/username", json!({ "userName": name }))),
        1 => select(vec!["Ada", "Ida"]).prop_map(move |name| {
            v1("PUT", "/profile", json!({ "firstName": name, "lastName": "L", "displayName": "D" }))
        }),
        1 => select(vec!["Ada", "Ida"]).prop_map(move |name| {
            v2("PATCH", "", json!({ "human": { "profile": { "givenName": name } } }))
        }),
        1 => select(vec!["MQ==", "Mg=="]).prop_map(move |value| v1("POST", "/metadata/k", json!({ "value": value }))),
        1 => select(vec!["MQ==", ""]).prop_map(move |value| {
            v2("POST", "/metadata", json!({ "metadata": [{ "key": "k", "value": value }] }))
        }),
        1 => Just(v1("DELETE", "/metadata/k", Value::Null)),
    ]
}

pub fn ask(method: &str, path: &str, body: &Value) -> Ask {
    let ask = Ask::new(method, path).header("authorization", "Bearer zitadel-admin");
    if body.is_null() { ask } else { ask.header("content-type", "application/json").body(body.to_string()) }
}

pub async fn read(emulator: &Emulator, method: &str, path: &str, body: &Value) -> Value {
    let answer = ask(method, path, body).send(emulator).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

fn metadata(list: &Value) -> BTreeMap<String, String> {
    let entries = list.as_array().into_iter().flatten();
    entries.map(|entry| (text(entry, "/key"), text(entry, "/value"))).collect()
}

/// As the first API shows a user.
async fn by_first(emulator: &Emulator, id: &str) -> Told {
    let user = read(emulator, "GET", &format!("/management/v1/users/{id}"), &Value::Null).await;
    let list = read(emulator, "POST", &format!("/management/v1/users/{id}/metadata/_search"), &json!({})).await;
    Told {
        state: text(&user, "/user/state"),
        username: text(&user, "/user/userName"),
        given_name: text(&user, "/user/human/profile/firstName"),
        email: (text(&user, "/user/human/email/email"), is(&user, "/user/human/email/isEmailVerified")),
        phone: (text(&user, "/user/human/phone/phone"), is(&user, "/user/human/phone/isPhoneVerified")),
        metadata: metadata(&list["result"]),
    }
}

/// As the newer one does.
async fn by_newer(emulator: &Emulator, id: &str) -> Told {
    let user = read(emulator, "GET", &format!("/v2/users/{id}"), &Value::Null).await;
    let list = read(emulator, "POST", &format!("/v2/users/{id}/metadata/search"), &json!({})).await;
    Told {
        state: text(&user, "/user/state"),
        username: text(&user, "/user/username"),
        given_name: text(&user, "/user/human/profile/givenName"),
        email: (text(&user, "/user/human/email/email"), is(&user, "/user/human/email/isVerified")),
        phone: (text(&user, "/user/human/phone/phone"), is(&user, "/user/human/phone/isVerified")),
        metadata: metadata(&list["metadata"]),
    }
}

impl Told {
    /// What an event makes of the user.
    fn hear(&mut self, kind: &str, payload: &Value) {
        let state = |name: &str| format!("USER_STATE_{name}");
        match kind {
            "user.deactivated" => self.state = state("INACTIVE"),
            "user.reactivated" | "user.unlocked" => self.state = state("ACTIVE"),
            "user.locked" => self.state = state("LOCKED"),
            "user.username.changed" => self.username = text(payload, "/userName"),
            "user.human.profile.changed" => self.given_name = text(payload, "/firstName"),
            "user.human.email.changed" => self.email = (text(payload, "/email"), false),
            "user.human.email.verified" => self.email.1 = true,
            "user.human.phone.changed" => self.phone = (text(payload, "/phone"), false),
            "user.human.phone.removed" => self.phone = Default::default(),
            "user.human.phone.verified" => self.phone.1 = true,
            "user.metadata.set" => _ = self.metadata.insert(text(payload, "/key"), text(payload, "/value")),
            "user.metadata.removed" => _ = self.metadata.remove(&text(payload, "/key")),
            _ => {}
        }
    }
}

/// The kinds and payloads of a user's events, which are numbered without a gap.
async fn events(emulator: &Emulator, id: &str) -> Vec<(u64, String, Value)> {
    let query = json!({ "aggregateId": id, "asc": true, "limit": 1000 });
    let list = read(emulator, "POST", "/admin/v1/events/_search", &query).await;
    let list = list["events"].as_array().cloned().unwrap_or_default();
    let number = |event: &Value| text(event, "/sequence").parse().expect("a number");
    list.iter().map(|event| (number(event), text(event, "/type/type"), event["payload"].clone())).collect()
}

/// Whether a refusal writes that event down.
fn is_failed_check(kind: &str) -> bool {
    kind.ends_with(".failed")
}

fn check_answer(answer: &Answer, new: &[(u64, String, Value)]) {
    if answer.status >= 400 {
        assert!(new.iter().all(|(_, kind, _)| is_failed_check(kind)), "{} wrote {new:?}", answer.text());
    } else if let (Some(sequence), Some((last, ..))) = (answer.json().pointer("/details/sequence"), new.last()) {
        assert_eq!(sequence, &json!(last.to_string()), "{}", answer.text());
    }
}

async fn run(emulator: &Emulator, program: &[(usize, Call)]) {
    let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(emulator).await;
    assert_eq!(reset.status, 200);
    let mut told = Vec::new();
    for id in USERS {
        told.push((by_newer(emulator, id).await, 0));
    }
    for (user, (method, path, body)) in program {
        let (id, (told, heard)) = (USERS[*user], &mut told[*user]);
        let answer = ask(method, &path.replace("ID", id), body).send(emulator).await;
        let all = events(emulator, id).await;
        assert!(all.windows(2).all(|two| two[1].0 == two[0].0 + 1), "{all:?}");
        let new = &all[*heard..];
        check_answer(&answer, new);
        new.iter().for_each(|(_, kind, payload)| told.hear(kind, payload));
        *heard = all.len();
        assert_eq!(&by_first(emulator, id).await, told, "{method} {path} {body}: {}", answer.text());
        assert_eq!(&by_newer(emulator, id).await, told, "{method} {path} {body}: {}", answer.text());
    }
}

#[test]
fn both_faces_of_zitadel_show_what_its_events_tell() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let emulator = runtime.block_on(wire::emulator());
    let cases = Cases { cases: 40, failure_persistence: None, ..Cases::default() };
    let programs = prop::collection::vec((0..USERS.len(), calls()), 1..16);
    let result = TestRunner::new(cases).run(&programs, |program| {
        runtime.block_on(run(&emulator, &program));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
