//! Random programs of ZITADEL's first API and of its newer one on the same users, who come and go: both always show one state, what
//! happened is exactly what the list of events says, and a refused call adds nothing to it but failed checks.

use std::collections::BTreeMap;

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use crate::wire::{self, Answer, Ask};

/// Whom the programs are about; the last is nobody yet.
const USERS: [&str; 6] =
    ["human-active", "human-unverified", "human-initial", "machine-active", "human-locked", "somebody-new"];

const HOME: &str = "69629023906488334";

/// A user as its events tell it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    state: String,
    username: String,
    given_name: String,
    display_name: String,
    email: (String, bool),
    phone: (String, bool),
    /// Name and description.
    machine: (String, String),
    has_secret: bool,
    /// How many there are. The events do not say which.
    tokens: usize,
    keys: usize,
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
        v1("PUT", "/machine", json!({ "name": "Robot", "description": "It works." })),
        v1("POST", "/keys", json!({ "type": "KEY_TYPE_JSON" })),
        v2("POST", "/keys", json!({ "expirationDate": "2040-01-01T00:00:00Z" })),
        v2("DELETE", "/pats/machine-active-1", Value::Null),
        v2("POST", "/secret", json!({})),
        v2("DELETE", "/secret", Value::Null),
    ];
    let machine = json!({ "userId": "ID", "userName": "made-ID", "name": "M", "description": "d" });
    let human = json!({
        "organizationId": HOME, "userId": "ID", "username": "made-ID",
        "human": {
            "profile": { "givenName": "New", "familyName": "One" },
            "email": { "email": "new@b.example", "isVerified": true },
        },
    });
    let lives = vec![
        ("POST", "/management/v1/users/machine".to_owned(), machine),
        ("POST", "/v2/users/new".to_owned(), human),
        v1("DELETE", "", Value::Null),
        v2("DELETE", "", Value::Null),
    ];
    prop_oneof![
        4 => select(states),
        2 => select(codes),
        2 => select(machines),
        2 => select(lives),
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

/// A user, unless there is none.
async fn look(emulator: &Emulator, path: &str) -> Option<Value> {
    let answer = ask("GET", path, &Value::Null).send(emulator).await;
    assert!([200, 404].contains(&answer.status), "{path}: {}", answer.text());
    (answer.status == 200).then(|| answer.json()["user"].take())
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

/// As the first API shows a user.
async fn by_first(emulator: &Emulator, id: &str) -> Option<Told> {
    let path = format!("/management/v1/users/{id}");
    let user = look(emulator, &path).await?;
    let list = async |of: &str| read(emulator, "POST", &format!("{path}/{of}/_search"), &json!({})).await;
    Some(Told {
        state: text(&user, "/state"),
        username: text(&user, "/userName"),
        given_name: text(&user, "/human/profile/firstName"),
        display_name: text(&user, "/human/profile/displayName"),
        email: (text(&user, "/human/email/email"), is(&user, "/human/email/isEmailVerified")),
        phone: (text(&user, "/human/phone/phone"), is(&user, "/human/phone/isPhoneVerified")),
        machine: (text(&user, "/machine/name"), text(&user, "/machine/description")),
        has_secret: is(&user, "/machine/hasSecret"),
        tokens: length(&list("pats").await["result"]),
        keys: length(&list("keys").await["result"]),
        metadata: metadata(&list("metadata").await["result"]),
    })
}

/// As the newer one does.
async fn by_newer(emulator: &Emulator, id: &str) -> Option<Told> {
    let user = look(emulator, &format!("/v2/users/{id}")).await?;
    let of_user = json!({ "filters": [{ "userIdFilter": { "id": id } }] });
    let list = read(emulator, "POST", &format!("/v2/users/{id}/metadata/search"), &json!({})).await;
    Some(Told {
        state: text(&user, "/state"),
        username: text(&user, "/username"),
        given_name: text(&user, "/human/profile/givenName"),
        display_name: text(&user, "/human/profile/displayName"),
        email: (text(&user, "/human/email/email"), is(&user, "/human/email/isVerified")),
        phone: (text(&user, "/human/phone/phone"), is(&user, "/human/phone/isVerified")),
        machine: (text(&user, "/machine/name"), text(&user, "/machine/description")),
        has_secret: is(&user, "/machine/hasSecret"),
        tokens: length(&read(emulator, "POST", "/v2/users/pats/search", &of_user).await["result"]),
        keys: length(&read(emulator, "POST", "/v2/users/keys/search", &of_user).await["result"]),
        metadata: metadata(&list["metadata"]),
    })
}

/// Kinds of events that change nothing that is shown: codes and checks.
const UNSEEN: [&str; 9] = [
    "user.human.email.code.added",
    "user.human.phone.code.added",
    "user.human.password.code.added",
    "user.human.password.changed",
    "user.human.password.check.failed",
    "user.human.email.verification.failed",
    "user.human.passwordless.initialization.code.added",
    "user.human.passwordless.initialization.code.requested",
    "user.human.initialization.check.succeeded",
];

/// What an event makes of a user, or of nobody.
fn hear(told: &mut Option<Told>, kind: &str, payload: &Value) {
    let state = |name: &str| format!("USER_STATE_{name}");
    match (kind, told.as_mut()) {
        ("user.human.added" | "user.machine.added", None) => {
            *told = Some(Told {
                state: state("ACTIVE"),
                username: text(payload, "/userName"),
                given_name: text(payload, "/firstName"),
                display_name: text(payload, "/displayName"),
                email: (text(payload, "/email"), false),
                phone: (text(payload, "/phone"), false),
                machine: (text(payload, "/name"), text(payload, "/description")),
                ..Told::default()
            });
        }
        ("user.removed", Some(_)) => *told = None,
        (kind, Some(told)) => told.hear(kind, payload),
        // A link is made for nobody, too, as at the vendor.
        (kind, None) => assert!(UNSEEN.contains(&kind), "{kind} of nobody"),
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
            "user.human.initialization.code.added" => self.state = state("INITIAL"),
            "user.human.profile.changed" => {
                (self.given_name, self.display_name) = (text(payload, "/firstName"), text(payload, "/displayName"));
            }
            "user.machine.changed" => self.machine = (text(payload, "/name"), text(payload, "/description")),
            // A human can be given one, which nothing shows.
            "user.machine.secret.set" => self.has_secret = !self.machine.0.is_empty(),
            "user.machine.secret.removed" => self.has_secret = false,
            "user.pat.added" => self.tokens += 1,
            "user.pat.removed" => self.tokens -= 1,
            "user.machine.key.added" => self.keys += 1,
            "user.machine.key.removed" => self.keys -= 1,
            "user.human.email.changed" => self.email = (text(payload, "/email"), false),
            "user.human.email.verified" => self.email.1 = true,
            "user.human.phone.changed" => self.phone = (text(payload, "/phone"), false),
            "user.human.phone.removed" => self.phone = Default::default(),
            "user.human.phone.verified" => self.phone.1 = true,
            "user.metadata.set" => _ = self.metadata.insert(text(payload, "/key"), text(payload, "/value")),
            "user.metadata.removed" => _ = self.metadata.remove(&text(payload, "/key")),
            kind => assert!(UNSEEN.contains(&kind), "no call of the program writes {kind}"),
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
    } else if new.iter().any(|(_, kind, _)| kind == "user.removed") {
        // What is answered is the last event, which may be that of a grant or of a membership.
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
        let sent = match body {
            Value::Null => Value::Null,
            body => serde_json::from_str(
                &body.to_string().replace("\"ID\"", &format!("\"{id}\"")).replace("made-ID", &format!("made-{id}")),
            )
            .expect("JSON"),
        };
        let answer = ask(method, &path.replace("ID", id), &sent).send(emulator).await;
        let all = events(emulator, id).await;
        assert!(all.windows(2).all(|two| two[1].0 == two[0].0 + 1), "{all:?}");
        let new = &all[*heard..];
        check_answer(&answer, new);
        new.iter().for_each(|(_, kind, payload)| hear(told, kind, payload));
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
