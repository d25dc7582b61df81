//! A seed's lockout policy: so many wrong passwords in a row lock a user of ZITADEL, and an unlock counts anew.

use fauxidp::{Config, Emulator};
use serde_json::{Value, json};

use crate::fixture;
use crate::wire::{self, Ask};

/// An emulator whose organizations lock after two wrong passwords.
async fn emulator() -> Emulator {
    let path = fixture::root().join("fixtures/seed/zitadel.json");
    let mut seed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    for organization in seed["organizations"].as_array_mut().expect("a list") {
        organization["lockoutPolicy"] = json!({ "maxPasswordAttempts": 2 });
    }
    let folder = std::env::temp_dir().join(format!("fauxidp-lockout-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("zitadel.json"), seed.to_string()).expect("it is written");
    let config = Config { fixtures: Some(folder.clone()), ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("the seed fits");
    std::fs::remove_dir_all(&folder).expect("removed");
    emulator
}

async fn post(emulator: &Emulator, action: &str, body: Value) -> Value {
    let ask = Ask::new("POST", &format!("/v2/users/human-active/{action}"));
    ask.header("authorization", "Bearer zitadel-admin").body(body.to_string()).send(emulator).await.json()
}

/// The id of the refusal of another password by this current one, and how often it was wrong.
async fn refused(emulator: &Emulator, current: &str) -> (Value, Value) {
    let body = json!({ "newPassword": { "password": "Oth3r-Passw0rd!" }, "currentPassword": current });
    let answer = post(emulator, "password", body).await;
    (answer["details"][0]["id"].clone(), answer["details"][0]["failedAttempts"].clone())
}

#[tokio::test]
async fn wrong_passwords_in_a_row_lock() {
    let emulator = emulator().await;
    post(&emulator, "password", json!({ "newPassword": { "password": "Secr3t-Pass!" } })).await;
    for attempts in 1..=2 {
        assert_eq!(refused(&emulator, "wrong").await, ("COMMAND-3M0fs".into(), attempts.into()));
    }
    assert_eq!(refused(&emulator, "Secr3t-Pass!").await, ("COMMAND-JLK35".into(), 2.into()), "the second one locked");
    let unlocked = post(&emulator, "unlock", json!({})).await;
    assert_eq!(unlocked["details"]["sequence"], "7", "set, two failed checks, the lock and its end");
    assert_eq!(refused(&emulator, "wrong").await, ("COMMAND-3M0fs".into(), 1.into()));
}
