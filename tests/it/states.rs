//! A world's state comes back as it was given, or it is refused: numbers, and states that somebody has changed.

use fauxidp::{Config, Emulator, Limits};
use serde_json::{Map, Value, json};

use crate::wire::{self, Answer, Ask};

fn control(method: &str, path: &str) -> Ask {
    Ask::new(method, &format!("/__fauxidp/worlds/{path}"))
}

fn monocloud(method: &str, path: &str, body: &Value) -> Ask {
    let ask = Ask::new(method, path).header("x-api-key", "monocloud-admin").header("content-type", "application/json");
    if body.is_null() { ask } else { ask.body(body.to_string()) }
}

fn zitadel(method: &str, path: &str, body: &Value) -> Ask {
    let ask = Ask::new(method, path).header("authorization", "Bearer zitadel-admin");
    if body.is_null() { ask } else { ask.header("content-type", "application/json").body(body.to_string()) }
}

fn jitsudo(method: &str, path: &str) -> Ask {
    let tenant = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";
    Ask::new(method, path).header("authorization", "Bearer jitsudo-admin").header("x-tenant-id", tenant)
}

/// A world in which something of every kind has happened.
async fn lived(emulator: &Emulator) -> String {
    let user = "/api/users/user-active";
    let data =
        json!({ "public_data": { "e": 1.602_176_634e-19, "n": 9.149_038_508_933_737, "a": [1, { "b": null }] } });
    let password = json!({ "password": "Abcdefg-h1" });
    let metadata = json!({ "metadata": [{ "key": "k", "value": "dg==" }] });
    let code = json!({ "email": "new@example.com", "sendCode": {} });
    let rule = json!({ "fault": "503;first=2", "match": { "operation": "disable_user" }, "ttl_ms": 3_600_000 });
    let suspend = jitsudo("POST", "/v1/users/2489e9ad-2ee2-8e00-8ec9-32d5f69181c0/suspend")
        .header("content-type", "application/json")
        .body(r#"{"active":false}"#);
    for (ask, status) in [
        (monocloud("PATCH", &format!("{user}/public_data"), &data), 200),
        (monocloud("PUT", &format!("{user}/password"), &password), 200),
        (control("POST", "default/faults").body(rule.to_string()), 201),
        (monocloud("POST", &format!("{user}/disable"), &Value::Null), 503),
        (zitadel("POST", "/v2/users/human-active/metadata", &metadata), 200),
        (zitadel("POST", "/v2/users/human-active/email", &code), 200),
        (suspend, 200),
    ] {
        let answer = ask.send(emulator).await;
        assert_eq!(answer.status, status, "{}: {}", ask.path, answer.text());
    }
    state(emulator, "default").await
}

async fn state(emulator: &Emulator, world: &str) -> String {
    let answer = control("GET", &format!("{world}/state")).send(emulator).await;
    assert_eq!(answer.status, 200);
    answer.text().to_owned()
}

async fn put(emulator: &Emulator, state: impl Into<Vec<u8>>) -> Answer {
    control("PUT", "default/state").body(state).send(emulator).await
}

/// Numbers drawn one after the other, the same each time.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 11 ^ self.0 >> 40
    }

    fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }
}

#[tokio::test]
async fn every_number_reads_back_as_it_was_written() {
    let emulator = wire::emulator().await;
    let mut draw = Draw(1);
    let mut numbers: Vec<f64> = (0..20_000).map(|_| f64::from_bits(draw.next() << 13 ^ draw.next())).collect();
    numbers.retain(|number| number.is_finite());
    // Of ordinary size, too.
    numbers.extend((0..5_000).map(|_| draw.next() as f64 / (1 + draw.next() % (1 << 52)) as f64));
    numbers.extend([1.602_176_634e-19, 9.149_038_508_933_737]);
    let patch = json!({ "public_data": { "numbers": numbers } });
    assert_eq!(monocloud("PATCH", "/api/users/user-active/public_data", &patch).send(&emulator).await.status, 200);
    let read = monocloud("GET", "/api/users/user-active/public_data", &Value::Null).send(&emulator).await;
    let written = serde_json::to_string(&numbers).expect("numbers");
    assert!(read.text().contains(&written), "a number is another one");
    let taken = state(&emulator, "default").await;
    assert!(taken.contains(&written) && put(&emulator, &*taken).await.status == 200);
    assert!(state(&emulator, "default").await == taken, "the state is another one");
}

#[tokio::test]
async fn data_as_deep_as_a_body_may_be_comes_back_in_a_state() {
    let emulator = wire::emulator().await;
    let nested = |depth: usize| {
        format!(r#"{{"public_data":{}{}}}"#, r#"{"a":"#.repeat(depth), "1".to_owned() + &"}".repeat(depth))
    };
    let patch = |depth| {
        let ask = Ask::new("PATCH", "/api/users/user-active/public_data").header("x-api-key", "monocloud-admin");
        ask.header("content-type", "application/json").body(nested(depth))
    };
    assert_eq!(patch(100).send(&emulator).await.status, 400);
    assert_eq!(patch(99).send(&emulator).await.status, 200);
    let taken = state(&emulator, "default").await;
    assert_eq!(put(&emulator, &*taken).await.status, 200);
    assert!(state(&emulator, "default").await == taken, "the state is another one");
    let deeper = taken.replacen(r#"{"a":1}"#, r#"{"a":{"a":1}}"#, 1);
    assert!(deeper != taken && put(&emulator, deeper).await.status == 400);
    // A library that asks for more gets no more.
    let limits = Limits { max_json_depth: 127, ..Limits::default() };
    let generous = Emulator::start_with(Config { limits, ..wire::config() }).await.expect("it starts");
    for (depth, status) in [(125, 400), (100, 400), (99, 200)] {
        assert_eq!(patch(depth).send(&generous).await.status, status, "{depth}");
    }
    assert_eq!(put(&generous, state(&generous, "default").await).await.status, 200);
}

#[tokio::test]
async fn what_the_server_would_not_give_is_refused_with_its_path() {
    let emulator = wire::emulator().await;
    let taken = lived(&emulator).await;
    let long = u64::MAX.to_string();
    for (from, to, path) in [
        (r#""vendors":{"#, r#""vendors":{"acme":{},"#, "vendors.acme"),
        (r#""zitadel":{"users":[{"#, r#""zitadel":{"users":[{"colour":"red","#, "vendors.zitadel.users[0]"),
        (r#""disabled":false"#, r#""disabled":false,"colour":1"#, "vendors.monocloud.users["),
        (r#""last":1"#, &format!(r#""last":{long}"#), "faults.rules.last"),
        (r#""frozen":"2030"#, r#""frozen":"9999"#, "clock"),
        (r#""frozen":"2030-01-01T00:00:00Z""#, r#""frozen":"-009999-01-01T00:00:00Z""#, "clock"),
        (r#""next":"#, r#""next":999999999999999999"#, "ids"),
        (r#""next":"#, r#""next":295147905179352825856"#, "ids"), // 2^68
        (r#""sent":1"#, r#""sent":7"#, "outbox"),
        (r#""failures":0"#, r#""failures":4294967295"#, "failures"),
        (r#""settings":{"#, r#""settings":{"monocloud.era":"seed","#, "settings"),
    ] {
        let text = taken.replacen(from, to, 1);
        assert!(text != taken, "{from} is not in the state");
        let refused = put(&emulator, text).await;
        assert_eq!((refused.status, refused.header("x-fauxidp")), (400, Some("refused")), "{from}");
        assert!(
            refused.json()["detail"].as_str().is_some_and(|text| text.contains(path)),
            "{from}: {}",
            refused.text()
        );
        assert!(state(&emulator, "default").await == taken, "{from}");
    }
    let loose = taken.replacen(r#"{"fauxidp":"#, "\n{ \"fauxidp\" : ", 1) + "\n";
    assert_eq!(put(&emulator, loose).await.status, 200, "spaces do not count");
    let sorted: std::collections::BTreeMap<String, Value> = serde_json::from_str(&taken).expect("an object");
    assert_eq!(put(&emulator, serde_json::to_string(&sorted).expect("JSON")).await.status, 200, "nor does the order");
    assert!(state(&emulator, "default").await == taken, "the state is another one");
}

/// The pointers of all values in it.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), all));
        }
        _ => {}
    }
}

/// Changes one value.
fn mutate(value: &mut Value, draw: &mut Draw) {
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1_u64 << 53),
        json!(0.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("9999-12-31T23:59:59Z"),
        json!("\u{0}é"),
        json!([]),
        json!({}),
    ];
    let other = others[draw.below(others.len())].clone();
    match (value, draw.below(3)) {
        (Value::Object(members), 0) => _ = members.insert("colour".to_owned(), other),
        (Value::Object(members), 1) if !members.is_empty() => {
            let name = members.keys().nth(draw.below(members.len())).cloned().expect("it has one");
            members.remove(&name);
        }
        (Value::Array(items), 0) => items.push(items.first().cloned().unwrap_or(other)),
        (Value::Array(items), 1) => _ = items.pop(),
        (value, _) => *value = other,
    }
}

#[tokio::test]
async fn a_changed_state_is_refused_or_comes_back_and_serves() {
    let emulator = wire::emulator().await;
    let taken = lived(&emulator).await;
    let mut whole: Map<String, Value> = serde_json::from_str(&taken).expect("an object");
    // Few users of each vendor, so that the changes meet the members of each kind.
    for (_, vendor) in whole["vendors"].as_object_mut().expect("vendors") {
        for (_, records) in vendor.as_object_mut().expect("collections") {
            if let Some(records) = records.as_array_mut() {
                records.truncate(4);
            }
        }
    }
    let whole = Value::Object(whole);
    let mut all = Vec::new();
    pointers(&whole, "", &mut all);
    let (mut draw, mut taken) = (Draw(7), 0);
    for _ in 0..300 {
        let mut changed = whole.clone();
        let pointer = &all[draw.below(all.len())];
        mutate(changed.pointer_mut(pointer).expect("it is there"), &mut draw);
        let answer = put(&emulator, changed.to_string()).await;
        if answer.status != 200 {
            assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("refused")), "{pointer}");
            continue;
        }
        taken += 1;
        let given: Value = serde_json::from_str(&state(&emulator, "default").await).expect("JSON");
        assert!(given == changed, "{pointer} is another one");
        for ask in [
            monocloud("GET", "/api/users?size=100", &Value::Null),
            monocloud("POST", "/api/users/user-active/disable", &Value::Null),
            monocloud("PATCH", "/api/users/user-active/public_data", &json!({ "public_data": { "a": 1 } })),
            monocloud("GET", "/api/groups", &Value::Null),
            zitadel("POST", "/v2/users", &json!({})),
            zitadel("POST", "/v2/users/human-active/deactivate", &json!({})),
            zitadel("POST", "/v2/users/human-active/metadata/search", &json!({})),
            jitsudo("GET", "/v1/users"),
            jitsudo("GET", "/v1/audit-log"),
            control("GET", "default/outbox"),
            control("GET", "default/faults"),
            control("POST", "default/faults").body(r#"{"fault":"404"}"#),
            control("PUT", "default/clock").body(r#"{"advance_ms":1000}"#),
        ] {
            let answer = ask.send(&emulator).await;
            assert!(
                answer.status < 500 || answer.header("x-fault-applied").is_some(),
                "{pointer}, {}: {answer:?}",
                ask.path
            );
        }
    }
    assert!(taken > 20, "only {taken} were taken");
}
