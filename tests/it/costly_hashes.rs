//! A password hash that would take days to check is refused in a seed and in a state, wherever one can stand, and holds
//! neither calls nor a stop up.

use fauxidp::{Config, Emulator};
use serde_json::Value;

use crate::fixture;
use crate::wire::{self, Ask};

/// How a hash begins that is quick to check, and one that is not: two to the power of 31 rounds.
const QUICK: &str = "$2b$04$";
const COSTLY: &str = "$2b$31$";

/// The pointers of all hashes in it.
fn hashes(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| hashes(value, &format!("{at}/{name}"), all)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| hashes(value, &format!("{at}/{index}"), all));
        }
        Value::String(text) if text.starts_with(QUICK) => all.push(at.to_owned()),
        _ => {}
    }
}

/// The first hash of each kind: of each path, whichever the records.
fn kinds(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    hashes(value, "", &mut all);
    let kind =
        |pointer: &String| pointer.split('/').map(|part| part.trim_matches(char::is_numeric)).collect::<String>();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|pointer| seen.insert(kind(pointer)));
    all
}

/// The same with that hash made costly.
fn with_costly(value: &Value, pointer: &str) -> Value {
    let mut changed = value.clone();
    let hash = changed.pointer_mut(pointer).expect("it is there");
    *hash = hash.as_str().expect("text").replacen(QUICK, COSTLY, 1).into();
    changed
}

#[tokio::test]
async fn of_a_state() {
    let emulator = wire::emulator().await;
    let state = async || Ask::new("GET", "/__fauxidp/worlds/default/state").send(&emulator).await;
    let taken = state().await;
    let whole = taken.json();
    let kinds = kinds(&whole);
    for vendor in ["jitsudo/users", "monocloud/users", "zitadel/users", "zitadel/applications"] {
        assert!(kinds.iter().any(|pointer| pointer.starts_with(&format!("/vendors/{vendor}/"))), "{vendor}: {kinds:?}");
    }
    for pointer in kinds {
        let put = Ask::new("PUT", "/__fauxidp/worlds/default/state").body(with_costly(&whole, &pointer).to_string());
        let refused = put.send(&emulator).await;
        assert_eq!((refused.status, refused.header("x-fauxidp")), (400, Some("refused")), "{pointer}");
        let collection = pointer.split('/').skip(1).take(3).collect::<Vec<_>>().join(".");
        let detail = refused.json()["detail"].to_string();
        assert!(detail.contains(&collection) && detail.contains("more than a second"), "{pointer}: {detail}");
    }
    assert!(state().await.body == taken.body, "the state is another one");
}

#[tokio::test]
async fn of_a_seed() {
    let folder = std::env::temp_dir().join(format!("fauxidp-costly-{}", std::process::id()));
    for vendor in ["jitsudo", "monocloud", "zitadel"] {
        let name = format!("{vendor}.json");
        let text = std::fs::read(fixture::root().join("fixtures/seed").join(&name)).expect("a file");
        let seed: Value = serde_json::from_slice(&text).expect("JSON");
        let kinds = kinds(&seed);
        assert!(!kinds.is_empty(), "{vendor} has no hash");
        for pointer in kinds {
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join(&name), with_costly(&seed, &pointer).to_string()).expect("it is written");
            let config = Config { fixtures: Some(folder.clone()), ..wire::config() };
            let refused = Emulator::start_with(config).await.err().expect("it does not start").to_string();
            std::fs::remove_dir_all(&folder).expect("removed");
            assert!(refused.contains(&name) && refused.contains("more than a second"), "{pointer}: {refused}");
        }
    }
}
