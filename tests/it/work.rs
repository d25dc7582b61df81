//! The work of one call is bounded: inputs that once took seconds or days of CPU, and health beside each of them.
//!
//! The tests' runtime has one thread, as a server on one core, so health waits for whatever runs on a worker.

use std::time::{Duration, Instant};

use fauxidp::Emulator;
use serde_json::json;

use crate::wire::{self, Answer, Ask};

/// What each input may take, however busy the machine is: most took as long in an optimised build.
const LONG: Duration = Duration::from_secs(60);

/// How long health may take beside an input. The promise is 100 ms; this build is slow, and its machine may be busy.
const HEALTH: Duration = Duration::from_secs(1);

pub fn control(method: &str, path: &str) -> Ask {
    Ask::new(method, &format!("/__fauxidp/worlds/{path}"))
}

fn monocloud(method: &str, path: &str, body: &serde_json::Value) -> Ask {
    Ask::new(method, path)
        .header("x-api-key", "monocloud-admin")
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// A call by Connect with a message in protobuf.
fn zitadel(operation: &str, message: &[Vec<u8>]) -> Ask {
    Ask::new("POST", &format!("/zitadel.user.v2.UserService/{operation}"))
        .header("authorization", "Bearer zitadel-admin")
        .header("content-type", "application/proto")
        .body(message.concat())
}

/// A field of a message: its number, its length and its bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).ok().filter(|length| *length < 128).expect("a short field");
    [&[number << 3 | 2, length], bytes].concat()
}

fn key(n: usize) -> Vec<u8> {
    format!("{n:06}").into_bytes()
}

/// Sends the inputs at once while health is asked again and again. Answers what they got.
pub async fn beside_health(emulator: &Emulator, asks: &[Ask]) -> Vec<Answer> {
    let begun = Instant::now();
    let inputs = futures_util::future::join_all(asks.iter().map(|ask| ask.send(emulator)));
    let mut inputs = std::pin::pin!(inputs);
    let about = &asks[0].path;
    loop {
        let asked = Instant::now();
        assert_eq!(Ask::new("GET", "/__fauxidp/health").send(emulator).await.status, 200);
        assert!(asked.elapsed() < HEALTH, "beside {about} health took {:?}", asked.elapsed());
        if let Ok(answers) = tokio::time::timeout(Duration::from_millis(5), &mut inputs).await {
            assert!(begun.elapsed() < LONG, "{about} took {:?}", begun.elapsed());
            return answers;
        }
    }
}

/// Sends one input.
async fn answer(emulator: &Emulator, ask: Ask) -> Answer {
    beside_health(emulator, &[ask]).await.remove(0)
}

#[tokio::test]
async fn a_password_is_checked_off_the_workers() {
    let emulator = wire::emulator().await;
    let hash = format!("$2b$13${}", "abcdefghijklmnopqrstuuqQar.UtCOxp9WKsz/snMxjhfkFeMLVi");
    let path = "/api/users/user-active/password";
    let set = json!({ "password_hash": hash, "password_hash_algorithm": "bcrypt" });
    assert_eq!(answer(&emulator, monocloud("PUT", path, &set)).await.status, 200);
    let change = json!({ "old_password": "x", "new_password": "Abcdefg-h1" });
    let change = monocloud("PUT", &format!("{path}/change"), &change);
    let answers = beside_health(&emulator, &[change.clone(), change]).await;
    assert!(answers.iter().all(|answer| answer.status == 422), "{answers:?}");
    let zitadel = |method: &str, path: &str, body: serde_json::Value| {
        Ask::new(method, path)
            .header("authorization", "Bearer zitadel-admin")
            .header("content-type", "application/json")
            .body(body.to_string())
    };
    let set = json!({ "human": { "password": { "hashedPassword": { "hash": hash } } } });
    assert_eq!(answer(&emulator, zitadel("PATCH", "/v2/users/human-active", set)).await.status, 200);
    let check = json!({ "newPassword": { "password": "N3w-secret" }, "currentPassword": "x" });
    let check = zitadel("POST", "/v2/users/human-active/password", check);
    // The check is under no lock, so another user's call does not wait for it.
    let other = zitadel("POST", "/v2/users/human-unverified/deactivate", json!({}));
    let both = beside_health(&emulator, &[check, other]).await;
    assert_eq!(both.iter().map(|answer| answer.status).collect::<Vec<_>>(), [400, 200], "{both:?}");
}

#[tokio::test]
async fn names_are_compared_in_part() {
    let emulator = wire::emulator().await;
    let long = format!("/api/users/{}{}/zzz", "a".repeat(63), "%C3%A9".repeat(1_300));
    let near = Ask::new("GET", &long);
    assert_eq!(answer(&emulator, near).await.header("x-fauxidp"), Some("unmatched"));
    // As the bytes themselves, and eight at once.
    let raw = Ask::new("GET", &format!("/api/users/{}{}/zzz", "a".repeat(63), "é".repeat(4_000)));
    let answers = beside_health(&emulator, &vec![raw; 8]).await;
    assert!(answers.iter().all(|answer| answer.header("x-fauxidp") == Some("unmatched")), "{answers:?}");
    for name in ["vendor", "operation", "protocol", "refused_by", "method", "path"] {
        let body = json!({ "match": { name: "aé".repeat(300_000) } }).to_string();
        let refused = answer(&emulator, control("POST", "default/verify").body(body)).await;
        assert!(refused.status == 400 && refused.body.len() < 2_000, "{name}: {}", refused.body.len());
        let query = control("GET", &format!("default/requests?{name}={}", "a".repeat(7_000)));
        assert!(answer(&emulator, query).await.body.len() < 2_000, "{name}");
        let body = json!({ "fault": "503", "match": { name: "a".repeat(900_000) } }).to_string();
        let rule = answer(&emulator, control("POST", "default/faults").body(body)).await;
        assert!(rule.status == 400 || name == "method", "{name}");
    }
    let settings = json!({ "settings": { format!("zitadel.{}", "a".repeat(900_000)): "x" } }).to_string();
    assert_eq!(answer(&emulator, control("PUT", "default").body(settings)).await.status, 400);
    let fault = json!({ "fault": format!("{};ms=1", "a".repeat(900_000)) }).to_string();
    assert_eq!(answer(&emulator, control("POST", "default/faults").body(fault)).await.status, 400);
}

#[tokio::test]
async fn metadata_takes_time_by_its_length() {
    let emulator = wire::emulator().await;
    let user = field(1, b"human-active");
    let entry = |n| field(2, &[field(1, &key(n)), field(2, b"x")].concat());
    let entries: Vec<_> = [user.clone()].into_iter().chain((0..60_000).map(entry)).collect();
    assert_eq!(answer(&emulator, zitadel("SetUserMetadata", &entries)).await.status, 200);
    assert_eq!(answer(&emulator, zitadel("SetUserMetadata", &entries)).await.status, 200, "each is there");
    // Each filter fits every key: one that starts with nothing.
    let filter = field(3, &field(1, &[field(1, b"0"), vec![16, 4]].concat()));
    let list = |filters: usize| {
        let filters = std::iter::repeat_n(filter.clone(), filters);
        zitadel("ListUserMetadata", &[user.clone()].into_iter().chain(filters).collect::<Vec<_>>())
    };
    let refused = answer(&emulator, list(20_000)).await;
    assert_eq!((refused.status, refused.header("x-fauxidp")), (400, Some("limit")), "{refused:?}");
    assert_eq!(answer(&emulator, list(20)).await.status, 200);
    let keys: Vec<_> = [user].into_iter().chain((0..60_000).map(|n| field(2, &key(n)))).collect();
    assert_eq!(answer(&emulator, zitadel("DeleteUserMetadata", &keys)).await.status, 200);
}

#[tokio::test]
async fn data_is_patched_in_time_by_its_length() {
    let emulator = wire::emulator().await;
    let members = |value: serde_json::Value| -> serde_json::Value {
        (0..60_000).map(|n| (format!("m{n:06}"), value.clone())).collect::<serde_json::Map<_, _>>().into()
    };
    let patch =
        |value| monocloud("PATCH", "/api/users/user-active/public_data", &json!({ "public_data": members(value) }));
    assert_eq!(answer(&emulator, patch(json!(1))).await.status, 200);
    assert_eq!(answer(&emulator, patch(json!(null))).await.status, 200);
    let read = monocloud("GET", "/api/users/user-active/public_data", &json!(null));
    assert!(answer(&emulator, read).await.body.len() < 1_000);
}

#[tokio::test]
async fn many_people_and_large_states_are_made_off_the_workers() {
    let emulator = wire::emulator().await;
    let people = json!({ "people": 8_000, "seed": 2 }).to_string();
    let made = ["many", "more"].map(|name| control("PUT", name).body(people.clone()));
    assert!(beside_health(&emulator, &made).await.iter().all(|answer| answer.status == 200));
    let state = answer(&emulator, control("GET", "many/state")).await;
    assert_eq!(state.status, 200);
    assert_eq!(answer(&emulator, control("PUT", "more/state").body(state.body)).await.status, 200);
    let list = Ask::new("POST", "/v2/users")
        .header("authorization", "Bearer zitadel-admin~many")
        .header("content-type", "application/json")
        .body(r#"{"queries":[{"displayNameQuery":{"displayName":"é","method":"TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}}]}"#);
    let answers = beside_health(&emulator, &[list.clone(), list.clone(), list]).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(answer(&emulator, control("DELETE", "many")).await.status, 200);
}

#[tokio::test]
async fn first_keys_are_given_off_the_workers() {
    let emulator = wire::emulator().await;
    for world in 0..8 {
        let seed = json!({ "seed": world }).to_string();
        assert_eq!(answer(&emulator, control("PUT", &format!("s{world}")).body(seed)).await.status, 200);
    }
    let keys: Vec<_> = (0..8).map(|world| Ask::new("GET", &format!("/~s{world}/oauth/v2/keys"))).collect();
    assert!(beside_health(&emulator, &keys).await.iter().all(|answer| answer.status == 200));
    let add = Ask::new("POST", "/v2/users/machine-active/keys")
        .header("authorization", "Bearer zitadel-admin")
        .header("content-type", "application/json")
        .body(r#"{"expirationDate":"2031-01-01T00:00:00Z"}"#);
    let answers = beside_health(&emulator, &vec![add; 8]).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
}
