//! Assertions that ZITADEL's machines sign: by which keys, and of which time.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fauxidp::{Config, Emulator};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::wire::{Answer, Ask, config, emulator};

/// The start of every key of P-256 in PKIX form; the point follows.
const P256: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

/// The start of every Ed25519 key.
const ED25519: &str = "302a300506032b6570032100";

/// The clock of the emulator, in epoch seconds.
const NOW: i64 = 1_893_456_000;

fn pem(start: &str, key: &[u8]) -> String {
    let byte = |at: usize| u8::from_str_radix(&start[at..at + 2], 16).expect("hexadecimal");
    let der: Vec<u8> = (0..start.len()).step_by(2).map(byte).chain(key.iter().copied()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

async fn add_key(emulator: &Emulator, pem: &str) -> Answer {
    let body = json!({ "expirationDate": "2040-01-01T00:00:00Z", "publicKey": STANDARD.encode(pem) });
    let ask = Ask::new("POST", "/v2/users/machine-active/keys").header("content-type", "application/json");
    ask.header("authorization", "Bearer zitadel-admin").body(body.to_string()).send(emulator).await
}

/// What the token endpoint says of an assertion.
async fn token(emulator: &Emulator, assertion: &str) -> u16 {
    let form =
        format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&scope=openid&assertion={assertion}");
    let ask = Ask::new("POST", "/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded");
    ask.body(form).send(emulator).await.status
}

/// An assertion of the machine.
fn signed(pair: &EcdsaKeyPair, key_id: &str, algorithm: &str, issued: i64) -> String {
    let user = "machine-active";
    let header = json!({ "alg": algorithm, "kid": key_id });
    let audience = "http://127.0.0.1:8484";
    let claims = json!({ "iss": user, "sub": user, "aud": audience, "iat": NOW + issued, "exp": NOW + 600 });
    let coded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", coded(&header), coded(&claims));
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).expect("a signature");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_key_on_a_curve_signs_within_the_vendors_tolerance() {
    let emulator = emulator().await;
    let (pair, key_id) = key_on_curve(&emulator).await;
    for (issued, status) in [(0, 200), (1, 200), (2, 400), (300, 400), (-3_600, 200), (-3_601, 400)] {
        assert_eq!(token(&emulator, &signed(&pair, &key_id, "ES256", issued)).await, status, "{issued}");
    }
    assert_eq!(token(&emulator, &signed(&pair, &key_id, "ES384", 0)).await, 400, "another algorithm");
    assert_eq!(token(&emulator, &signed(&pair, "1", "ES256", 0)).await, 400, "another key");
}

#[tokio::test]
async fn a_release_without_curves_keeps_the_key_and_fails() {
    let config = Config { set: vec!["zitadel.version=4.13".to_owned()], ..config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    let (pair, key_id) = key_on_curve(&emulator).await;
    assert_eq!(token(&emulator, &signed(&pair, &key_id, "ES256", 0)).await, 500);
}

/// A key on P-256 that the machine has, and its id.
async fn key_on_curve(emulator: &Emulator) -> (EcdsaKeyPair, String) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("a key");
    let added = add_key(emulator, &pem(P256, pair.public_key().as_ref())).await;
    assert_eq!((added.status, added.json()["keyContent"].is_null()), (200, true), "{added:?}");
    let key_id = added.json()["keyId"].as_str().expect("an id").to_owned();
    (pair, key_id)
}

#[tokio::test]
async fn a_key_of_another_kind_is_kept_and_verifies_nothing() {
    let emulator = emulator().await;
    assert_eq!(add_key(&emulator, &pem(ED25519, &[7; 32])).await.status, 200);
    let refused = add_key(&emulator, "-----BEGIN RSA PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----\n").await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn the_issuer_that_the_start_names_holds_in_every_world() {
    let emulator = Emulator::builder().issuer("zitadel", "https://idp.example").start().await.expect("it starts");
    for (path, expected) in [("", "https://idp.example"), ("/~one", "https://idp.example/~one")] {
        let ask = Ask::new("GET", &format!("{path}/.well-known/openid-configuration"));
        let answer = ask.header("x-forwarded-host", "proxy.example").send(&emulator).await;
        assert_eq!(answer.json()["issuer"], expected);
    }
}
