//! Every call of the fixtures that can also be made as a remote one gets the same outcome on every wire.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use fauxidp::Emulator;
use fauxidp::declared::{BUILT_IN, Operation};
use fauxidp::vendor::Subject;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use crate::fixture::{self, Variables, frame};
use crate::wire::{self, Answer, Ask};

/// What a call came to, whatever the wire.
#[derive(Debug, PartialEq)]
enum Outcome {
    Success(Value),
    Error { code: u64, message: String, id: Option<String> },
}

const CODES: [&str; 17] = [
    "ok",
    "canceled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
];

/// The code of a call without a good credential.
const UNAUTHENTICATED: u64 = 16;

/// The remote call that a fixture's call stands for: its path and its message.
fn remote(ask: &Ask) -> Option<(&'static Operation, &'static str, Value)> {
    let operations = BUILT_IN.iter().flat_map(|factory| factory.info.operations());
    let candidates = operations.filter(|operation| operation.is_emulated && operation.method == ask.method);
    let found = candidates.filter_map(|operation| {
        let path = operation.rpc?;
        let mut message = match ask.body.is_empty() || operation.ignores_body {
            true => Map::new(),
            false => serde_json::from_slice(&ask.body).ok()?, // a body that is none is another matter
        };
        let (asked, query) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if let Ok(yes) = value.parse::<bool>() {
                message.insert(name.to_owned(), yes.into());
                continue;
            }
            if let Some((outer, inner)) = name.split_once('.') {
                message.entry(outer).or_insert_with(|| json!({}))[inner] = value.into();
                continue;
            }
            if !name.ends_with('s') {
                message.insert(name.to_owned(), value.into()); // lists have their names in the plural
                continue;
            }
            let list = message.entry(name).or_insert_with(|| json!([]));
            list.as_array_mut()?.push(value.into());
        }
        let (asked, known): (Vec<_>, Vec<_>) = (asked.split('/').collect(), operation.path.split('/').collect());
        if asked.len() != known.len() {
            return None;
        }
        for (asked, known) in asked.iter().zip(known) {
            let parameter = known.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            let parameter = parameter.map(|name| name.trim_start_matches('*'));
            if let Some(name) = parameter.filter(|_| !asked.is_empty()) {
                message.remove(name);
                let member = camel(name);
                let id = percent_encoding::percent_decode_str(asked).decode_utf8().ok()?;
                // A member of a wrong type is refused also where the path would win.
                if message.get(&member).is_none_or(Value::is_string) {
                    message.insert(member, id.into());
                }
            } else if *asked != known {
                return None;
            }
        }
        Some((operation, path, Value::Object(message)))
    });
    // A path of its own wins over one with a parameter.
    found.min_by_key(|(operation, ..)| operation.path.matches('{').count())
}

/// A name of the schema as JSON has it.
fn camel(name: &str) -> String {
    let mut words = name.trim_start_matches('*').split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

fn rest(answer: &Answer) -> Outcome {
    let body = answer.json();
    if matches!(answer.status, 200 | 201) {
        return Outcome::Success(body);
    }
    Outcome::Error {
        code: body["code"].as_u64().unwrap_or_else(|| panic!("no code: {body}")),
        message: body["message"].as_str().expect("a text").to_owned(),
        id: body["details"][0]["id"].as_str().map(str::to_owned),
    }
}

fn connect(answer: &Answer) -> Outcome {
    let body = answer.json();
    if answer.status == 200 {
        return Outcome::Success(body);
    }
    let code = CODES.iter().position(|code| body["code"] == *code).expect("a known code") as u64;
    let detail = &body["details"][0];
    if let Some(value) = detail["value"].as_str() {
        let bytes = STANDARD_NO_PAD.decode(value).expect("base64 without padding");
        assert_eq!(
            id_of(&bytes),
            detail["debug"]["id"].as_str().unwrap_or_default(),
            "the detail is the same in both forms"
        );
    }
    Outcome::Error {
        code,
        message: body["message"].as_str().expect("a text").to_owned(),
        id: detail["debug"]["id"].as_str().map(str::to_owned),
    }
}

/// The first field of a message, a short text.
fn id_of(bytes: &[u8]) -> &str {
    match bytes {
        [0x0a, length, rest @ ..] => std::str::from_utf8(&rest[..usize::from(*length)]).expect("text"),
        _ => "",
    }
}

/// From trailers, wherever they stood.
fn grpc(message: &[u8], trailers: &[(String, String)]) -> Outcome {
    let trailer = |name: &str| trailers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let code: u64 = trailer("grpc-status").and_then(|code| code.parse().ok()).expect("a status");
    if code == 0 {
        return Outcome::Success(serde_json::from_slice(message).expect("JSON"));
    }
    let text =
        percent_encoding::percent_decode_str(trailer("grpc-message").expect("a text")).decode_utf8().expect("UTF-8");
    let details = trailer("grpc-status-details-bin").map(|value| STANDARD_NO_PAD.decode(value).expect("base64"));
    let id = details.map(|status| {
        let name = b"type.googleapis.com/zitadel.v1.";
        let at = status.windows(name.len()).position(|window| window == name).expect("the detail's name");
        // In front of the name its length; behind it the tag and length of the value, then the detail.
        id_of(&status[at + usize::from(status[at - 1]) + 2..]).to_owned()
    });
    Outcome::Error { code, message: text.into_owned(), id: id.filter(|id| !id.is_empty()) }
}

fn unframed(answer: &Answer) -> &[u8] {
    answer.body.get(5..).unwrap_or_default()
}

fn grpc_web(answer: &Answer) -> Outcome {
    assert_eq!(answer.status, 200);
    if answer.body.is_empty() {
        return grpc(&[], &answer.headers); // an error, whose trailers are its headers
    }
    let mut message: &[u8] = &[];
    let mut rest = &answer.body[..];
    loop {
        let (head, tail) = rest.split_at(5);
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let (inner, tail) = tail.split_at(length);
        if head[0] == 0x80 {
            assert!(tail.is_empty(), "the trailers come last");
            let lines = std::str::from_utf8(inner).expect("text").split_terminator("\r\n");
            let trailers: Vec<_> = lines
                .map(|line| line.split_once(": ").expect("a line"))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            return grpc(message, &trailers);
        }
        message = inner;
        rest = tail;
    }
}

/// Four emulators that see the same calls, each by another wire.
struct Wires([Emulator; 4]);

impl Wires {
    async fn start() -> Self {
        Self([wire::emulator().await, wire::emulator().await, wire::emulator().await, wire::emulator().await])
    }

    /// Makes a call on every wire and holds the outcomes to be the same. `None` where REST cannot decode it, which is
    /// said in each edge's own words, and where fauxidp itself refuses.
    async fn agree(&self, ask: &Ask, (operation, path): (&Operation, &str), message: &Value) -> Option<Outcome> {
        let call = |content_type: &str, body: Vec<u8>| {
            let ask = Ask { method: "POST".to_owned(), path: path.to_owned(), ..ask.clone() };
            ask.without("content-type").header("content-type", content_type).body(body)
        };
        let json = message.to_string().into_bytes();
        let answer = ask.send(&self.0[0]).await;
        if answer.header("x-fauxidp").is_some() {
            return None; // not the vendor's words
        }
        // What has no path is asked over Connect in the first place.
        let read = if operation.has_path() { rest } else { connect };
        let expected = read(&answer);
        let is_undecodable = |text: &str| text.starts_with("proto: ") || text.starts_with("unmarshal message: ");
        if matches!(&expected, Outcome::Error { code: 3, message, .. } if is_undecodable(message)) {
            for other in &self.0[1..] {
                assert_eq!(read(&ask.send(other).await), expected); // ids are drawn alike
            }
            return None;
        }
        // What is not served over Connect is called by gRPC there, too.
        let by_connect = match operation.is_connect {
            true => connect(&call("application/json", json.clone()).send(&self.0[1]).await),
            false => {
                let answer = call("application/grpc+json", frame(&json)).send_h2(&self.0[1]).await;
                grpc(unframed(&answer), &answer.trailers)
            }
        };
        let answer = call("application/grpc+json", frame(&json)).send_h2(&self.0[2]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/grpc+json")));
        let by_grpc = grpc(unframed(&answer), &answer.trailers);
        let by_web = grpc_web(&call("application/grpc-web+json", frame(&json)).send(&self.0[3]).await);
        for (name, outcome) in [("connect", by_connect), ("grpc", by_grpc), ("grpc-web", by_web)] {
            assert_eq!(outcome, expected, "{name}: {} {} {message}", ask.method, ask.path);
        }
        Some(expected)
    }
}

/// How many calls of an operation came to the same on every wire.
#[derive(Debug, Default)]
pub struct Compared {
    pub successes: usize,
    pub refusals: usize,
    is_guarded: bool,
}

/// Every operation with a remote call, with how many calls of the fixtures came to the same on every wire. They are made
/// once in a process.
pub async fn compared() -> &'static BTreeMap<&'static str, Compared> {
    static COMPARED: OnceCell<BTreeMap<&'static str, Compared>> = OnceCell::const_new();
    COMPARED.get_or_init(compare).await
}

async fn compare() -> BTreeMap<&'static str, Compared> {
    let mut seen = BTreeMap::<&str, Compared>::new();
    let (wires, protobuf) = (Wires::start().await, wire::emulator().await);
    for fixture in fixture::all().into_iter().filter(|fixture| fixture.path.starts_with("fixtures/zitadel/")) {
        for emulator in wires.0.iter().chain([&protobuf]) {
            let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(emulator).await;
            assert_eq!(reset.status, 200);
        }
        let mut variables = Variables::default();
        for request in &fixture.requests {
            // What another call would have given, that is no remote one, is not there to be filled in.
            let Ok(request) = variables.fill(request) else { continue };
            let ask = &Ask::from(&request);
            let Some((operation, path, message)) = remote(ask) else {
                // A look at what was sent meanwhile, time goes by, or an application asks: for every wire the same.
                let same = ["/__fauxidp/", "/oauth/v2/authorize", "/oauth/v2/device_authorization"];
                if same.iter().any(|start| ask.path.starts_with(start)) {
                    let answer = ask.send(&wires.0[0]).await;
                    variables.capture(&request, &answer.clone().into()).expect("it is there");
                    for other in wires.0[1..].iter().chain([&protobuf]) {
                        ask.send(other).await;
                    }
                }
                continue;
            };
            let Some(expected) = wires.agree(ask, (operation, path), &message).await else { continue };
            if let Outcome::Success(body) = &expected {
                let answered = fauxidp::fixture::Answer { body: body.to_string().into_bytes(), ..Default::default() };
                variables.capture(&request, &answered).expect("it is there");
            }
            let counts = seen.entry(operation.name).or_default();
            match expected {
                Outcome::Success(_) => counts.successes += 1,
                Outcome::Error { code, .. } => {
                    counts.refusals += 1;
                    counts.is_guarded |= code == UNAUTHENTICATED;
                }
            }
            // In protobuf, where the message is an id alone: the code tells whether it came to the same.
            let call = Ask { method: "POST".to_owned(), path: path.to_owned(), ..ask.clone() }.without("content-type");
            let (Some(id), 1) = (message["userId"].as_str(), message.as_object().map_or(0, Map::len)) else {
                let framed = frame(message.to_string().as_bytes());
                call.header("content-type", "application/grpc+json").body(framed).send_h2(&protobuf).await;
                continue;
            };
            let call = call.header("content-type", "application/grpc");
            let number = match operation.subject {
                Subject::PathOrField(_, field) | Subject::Field(field) => field.number as u8,
                Subject::None | Subject::Path(_) => 1,
            };
            let answer = call.body(frame(&text_field(number, id))).send_h2(&protobuf).await;
            let code = answer.trailers.iter().find(|(name, _)| name == "grpc-status").map(|(_, code)| code.clone());
            let wanted = match &expected {
                Outcome::Success(_) => 0,
                Outcome::Error { code, .. } => *code,
            };
            assert_eq!(code, Some(wanted.to_string()), "protobuf {}: {} {}", fixture.path, ask.method, ask.path);
        }
    }
    seen
}

#[tokio::test]
async fn every_wire_gives_the_same_outcome() {
    let seen = compared().await;
    let remote =
        BUILT_IN.iter().flat_map(|factory| factory.info.operations()).filter(|op| op.is_emulated && op.rpc.is_some());
    // What anybody may call has few refusals.
    let least = |counts: &Compared| if counts.is_guarded { 8 } else { 1 };
    let few = |operation: &&Operation| {
        seen.get(operation.name).is_none_or(|counts| counts.successes + counts.refusals < least(counts))
    };
    let untold: Vec<_> = remote.filter(few).map(|operation| (operation.name, seen.get(operation.name))).collect();
    assert!(untold.is_empty(), "fixtures call these too rarely: {untold:#?}");
}

/// A message whose field of that number is that text.
fn text_field(number: u8, text: &str) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    let mut length = text.len();
    while length >= 0x80 {
        message.push(length as u8 | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend_from_slice(text.as_bytes());
    message
}

/// A search, sometimes one that breaks a rule.
fn a_query() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z]{0,6}", Just("human".to_owned()), Just("x".repeat(201))];
    let kinds = prop::sample::select(vec![
        ("userNameQuery", "userName"),
        ("firstNameQuery", "firstName"),
        ("nickNameQuery", "nickName"),
        ("emailQuery", "emailAddress"),
        ("loginNameQuery", "loginName"),
        ("phoneQuery", "number"),
    ]);
    let leaf = prop_oneof![
        (kinds, text, 0..10)
            .prop_map(|((query, field), text, method)| json!({ query: { field: text, "method": method } })),
        (0..7).prop_map(|state| json!({ "stateQuery": { "state": state } })),
        (0..4).prop_map(|kind| json!({ "typeQuery": { "type": kind } })),
        prop::collection::vec("[a-z-]{1,14}", 0..3).prop_map(|ids| json!({ "inUserIdsQuery": { "userIds": ids } })),
        Just(json!({})),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|queries| json!({ "orQuery": { "queries": queries } })),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|queries| json!({ "andQuery": { "queries": queries } })),
            inner.prop_map(|query| json!({ "notQuery": { "query": query } })),
        ]
    })
}

/// Members that some request has; the others ignore them. So one object is a message of every request.
fn a_message() -> impl Strategy<Value = Map<String, Value>> {
    let users = prop::sample::select(vec![
        "human-active",
        "human-locked",
        "human-initial",
        "human-unverified",
        "machine-active",
        "machine-with-secret",
        "human-elsewhere",
        "nobody",
        "made",
        "",
    ]);
    let text = prop_oneof!["[a-zA-Z0-9]{0,5}", Just("Secr3t-pw".to_owned()), Just("x".repeat(201))];
    let email = prop_oneof!["[a-z]{1,4}@[a-z]{1,4}", Just("not an address".to_owned()), Just(String::new())];
    let phone = prop_oneof![r"\+[0-9]{6,10}", Just(String::new()), Just("phone".to_owned())];
    let verification = prop::sample::select(vec![
        json!({}),
        json!({ "returnCode": {} }),
        json!({ "sendCode": {} }),
        json!({ "isVerified": true }),
        json!({ "isVerified": false }),
    ]);
    let word = text.clone();
    let profile = (text.clone(), text.clone(), prop::option::of(0..5)).prop_map(
        |(given, family, gender)| json!({ "givenName": given, "familyName": family, "gender": gender.unwrap_or(0) }),
    );
    let merged = |own: Value, more: &Value| {
        let mut own = own;
        if let (Some(own), Some(more)) = (own.as_object_mut(), more.as_object()) {
            own.extend(more.clone());
        }
        own
    };
    let human = (profile, email.clone(), phone.clone(), verification.clone(), text.clone(), any::<bool>()).prop_map(
        move |(profile, email, phone, verification, password, has_phone)| {
            let mut human = json!({
                "profile": profile,
                "email": merged(json!({ "email": email }), &verification),
                "password": { "password": password },
            });
            if has_phone {
                human["phone"] = merged(json!({ "phone": phone }), &verification);
            }
            human
        },
    );
    let kind = prop_oneof![
        human.prop_map(|human| json!({ "human": human })),
        text.prop_map(|name| json!({ "machine": { "name": name } })),
        Just(json!({})),
    ];
    let codes = prop::sample::select(vec!["EMAIL1", "PHONE1", "RESET1", "WRONG1", ""]);
    let entries = prop::collection::vec(("[a-c]{0,2}", "[a-c]{0,2}"), 0..3);
    (users, kind, email, phone, verification, word, codes, entries).prop_map(
        |(user, kind, email, phone, verification, word, code, entries)| {
            let metadata: Vec<_> = entries.iter().map(|(key, _)| json!({ "key": key, "value": "dg==" })).collect();
            let keys: Vec<_> = entries.iter().map(|(_, key)| key.clone()).collect();
            let mut message = json!({
                "userId": user,
                "organizationId": "69629023906488334",
                "username": if word.is_empty() { Value::Null } else { word.clone().into() },
                "email": email,
                "phone": phone,
                "verificationCode": code,
                "newPassword": { "password": word },
                "metadata": metadata,
                "keys": keys,
                "expirationDate": "2031-01-01T00:00:00Z",
                "publicKey": "bm8ga2V5",
                "tokenId": "machine-active-1",
                "keyId": "1",
            });
            let all = message.as_object_mut().expect("an object");
            for more in [kind, verification] {
                all.extend(more.as_object().expect("an object").clone());
            }
            all.clone()
        },
    )
}

/// The parameters of an operation's path.
fn parameters(operation: &Operation) -> impl Iterator<Item = &'static str> {
    operation.path.split('{').skip(1).filter_map(|part| part.split('}').next())
}

/// The REST call that a message stands for: what the path and the query carry stands there.
fn rest_call(operation: &Operation, message: &Map<String, Value>) -> Ask {
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut path = operation.path.to_owned();
    for name in parameters(operation) {
        path = path.replace(&format!("{{{name}}}"), &text(&camel(name)));
    }
    if operation.method == "DELETE" && operation.path.ends_with("/metadata") {
        let keys = message["keys"].as_array().expect("a list").iter().filter_map(Value::as_str);
        path = format!("{path}?{}", keys.map(|key| format!("keys={key}")).collect::<Vec<_>>().join("&"));
    }
    let ask = Ask::new(operation.method, &path);
    let ask = if operation.has_path() { ask } else { ask.header("content-type", "application/json") };
    if operation.method != "GET" {
        return ask.body(Value::Object(message.clone()).to_string());
    }
    let texts = message.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
    let query: Vec<_> = texts.map(|(name, text)| format!("{name}={}", percent(text))).collect();
    Ask { path: format!("{}?{}", ask.path, query.join("&")), ..ask }
}

/// A text in a query.
fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn random_calls_come_to_the_same_on_every_wire_and_a_refused_one_changes_nothing() {
    let tokens =
        vec!["zitadel-admin", "zitadel-admin", "zitadel-readonly", "zitadel-outsider", "zitadel-machine", "nobody"];
    let operations: Vec<_> = BUILT_IN
        .iter()
        .flat_map(|factory| factory.info.operations())
        .filter(|operation| operation.is_emulated && operation.rpc.is_some() && operation.name != "list_users")
        .filter(|operation| !operation.ignores_body) // their message stands elsewhere
        .collect();
    let search = (prop::collection::vec(a_query(), 0..3), 0..12, 0..4_u32, any::<bool>());
    let search = search.prop_map(|(queries, column, limit, asc)| {
        json!({ "queries": queries, "sortingColumn": column, "query": { "limit": limit, "asc": asc } })
    });
    let listing = BUILT_IN
        .iter()
        .flat_map(|factory| factory.info.operations())
        .find(|operation| operation.name == "list_users" && operation.rpc.is_some());
    let listing = listing.expect("users are listed");
    let call = prop_oneof![
        4 => (prop::sample::select(operations), a_message()).prop_map(|(operation, mut message)| {
            if operation.path.contains('{') && message["userId"] == "" {
                message["userId"] = "x".repeat(201).into(); // an empty id is another path
            }
            for name in parameters(operation) {
                message.entry(camel(name)).or_insert_with(|| "nobody".into());
            }
            (operation, message)
        }),
        1 => search.prop_map(move |message| (listing, message.as_object().expect("an object").clone())),
    ];
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let wires = runtime.block_on(Wires::start());
    let looks: Vec<_> =
        ["/v2/users", "/v2/users/pats/search", "/v2/users/keys/search", "/v2/users/human-unverified/metadata/search"]
            .map(|path| Ask::new("POST", path).header("authorization", "Bearer zitadel-admin"))
            .into();
    let config = proptest::test_runner::Config { cases: 250, failure_persistence: None, ..Default::default() };
    let strategy = (call, prop::sample::select(tokens));
    let run = proptest::test_runner::TestRunner::new(config).run(&strategy, |((operation, message), token)| {
        runtime.block_on(async {
            let ask = rest_call(operation, &message).header("authorization", &format!("Bearer {token}"));
            let mut before = Vec::new();
            for look in &looks {
                before.push(look.send(&wires.0[0]).await.body);
                for other in &wires.0[1..] {
                    look.send(other).await; // ids are drawn alike
                }
            }
            let outcome =
                wires.agree(&ask, (operation, operation.rpc.expect("it has one")), &Value::Object(message)).await;
            for (look, before) in looks.iter().zip(before) {
                let after = look.send(&wires.0[0]).await.body;
                for other in &wires.0[1..] {
                    assert_eq!(look.send(other).await.body, after, "the wires differ after {}", ask.path);
                }
                if !matches!(outcome, Some(Outcome::Success(_))) {
                    assert_eq!(after, before, "{}", ask.path);
                }
            }
        });
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}
