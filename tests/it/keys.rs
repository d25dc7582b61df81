//! Key pairs: each world hands out every key of the pool once, also over a fork, a state and a restore.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fauxidp::{Config, Emulator};
use serde_json::Value;

use crate::fixture::root;
use crate::wire::{Answer, Ask, emulator};

/// How many key pairs a world can hand out: two sign tokens, one at each vendor, and one is the next that does.
const KEYS: usize = 29;

async fn add_key(emulator: &Emulator, world: &str) -> Answer {
    let ask = Ask::new("POST", "/v2/users/machine-active/keys").header("content-type", "application/json");
    let ask = ask.header("authorization", &format!("Bearer zitadel-admin~{world}"));
    ask.body(r#"{"expirationDate":"2040-01-01T00:00:00Z"}"#).send(emulator).await
}

/// The private key of an answer.
fn private(answer: &Answer) -> String {
    let file = STANDARD.decode(answer.json()["keyContent"].as_str().expect("a file")).expect("base64");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    file["key"].as_str().expect("a key").to_owned()
}

#[tokio::test]
async fn every_key_is_handed_out_once_and_then_none() {
    let emulator = emulator().await;
    let mut keys = BTreeSet::new();
    for _ in 0..KEYS {
        keys.insert(private(&add_key(&emulator, "full").await));
    }
    assert_eq!(keys.len(), KEYS);
    let refused = add_key(&emulator, "full").await;
    assert_eq!((refused.status, refused.header("x-fauxidp")), (501, Some("unemulated")));
    assert!(keys.contains(&private(&add_key(&emulator, "other").await)), "every world has the same pool");
}

#[tokio::test]
async fn a_fork_and_a_restored_state_go_on_with_the_next_key() {
    let emulator = emulator().await;
    let control = |method: &str, path: &str| Ask::new(method, &format!("/__fauxidp/worlds/{path}"));
    let first = private(&add_key(&emulator, "one").await);
    let fork = control("POST", "one/fork").body(r#"{"to":"two"}"#).send(&emulator).await;
    assert!(fork.status < 300, "{fork:?}");
    let state = control("GET", "one/state").send(&emulator).await;
    let put = control("PUT", "three/state").body(state.body).send(&emulator).await;
    assert!(put.status < 300, "{put:?}");
    let mut next = BTreeSet::new();
    for world in ["one", "two", "three"] {
        next.insert(private(&add_key(&emulator, world).await));
    }
    assert_eq!((next.len(), next.contains(&first)), (1, false));
    control("POST", "one/reset").send(&emulator).await;
    assert_eq!(private(&add_key(&emulator, "one").await), first, "a reset begins anew");
}

#[tokio::test]
async fn a_start_can_pin_the_key_that_signs() {
    let path = root().join("fixtures/keys/zitadel-machine-service-account.json");
    let file: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
    let pem = file["key"].as_str().expect("a key");
    let own = std::env::temp_dir().join(format!("fauxidp-signing-{}.pem", std::process::id()));
    std::fs::write(&own, pem).expect("it is written");
    let pair = ring::rsa::KeyPair::from_der(pem::parse(pem).expect("PEM").contents()).expect("an RSA key");
    let public: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
    let modulus = URL_SAFE_NO_PAD.encode(public.n);
    let pinned = |vendor: &str, path: &std::path::Path| Config {
        signing_key: vec![format!("{vendor}={}", path.display())],
        ..crate::wire::config()
    };
    for (vendor, keys) in
        [("monocloud", "/monocloud/.well-known/openid-configuration/jwks"), ("zitadel", "/oauth/v2/keys")]
    {
        let emulator = Emulator::start_with(pinned(vendor, &own)).await.expect("it starts");
        let set = Ask::new("GET", keys).send(&emulator).await.json();
        assert!(set["keys"].as_array().expect("a list").iter().any(|key| key["n"] == *modulus), "{vendor}: {set}");
        // A state with it is restored where it is pinned, too.
        let state = Ask::new("GET", "/__fauxidp/worlds/default/state").send(&emulator).await;
        let put = Ask::new("PUT", "/__fauxidp/worlds/other/state").body(state.body).send(&emulator).await;
        assert_eq!(put.status, 200, "{}", put.text());
    }
    for (vendor, path, reason) in [
        ("jitsudo", own.clone(), "no vendor \"jitsudo\" signs by a key pair; expected one of monocloud, zitadel"),
        ("monocloud", path, "expected an RSA key of 2,048 to 4,096 bits (PEM)"),
        ("zitadel", root().join("nowhere.pem"), "No such file"),
    ] {
        let error = Emulator::start_with(pinned(vendor, &path)).await.err().expect("it does not start");
        assert!(error.to_string().starts_with("--signing-key ") && error.to_string().contains(reason), "{error}");
    }
    std::fs::remove_file(&own).expect("removed");
}
