//! What the report says of the fixtures' calls: nothing does not fit of a call that succeeded, unless it is about that.

use std::collections::BTreeMap;

use fauxidp::{Config, Emulator};
use serde_json::Value;

use crate::fixture::{self, Fixture, Variables};
use crate::wire::{self, Ask};

/// The fixtures that send what is ignored, and show that it is.
const IGNORED: [&str; 10] = [
    "jitsudo/users/suspend_user.states",
    "jitsudo/users/update_user",
    "monocloud/profile/patch_claims",
    "monocloud/users/create_user",
    "monocloud/users/disable_user.bodies",
    "zitadel/contacts/set_password.without",
    "zitadel/factors/list_authentication_factors",
    "zitadel/v2beta/user_v2beta_set_password.without",
    "zitadel/v2beta/user_v2beta_update_human_user",
    "zitadel/v2beta/user_v2beta_update_human_user.refused",
];

const RULES: [&str; 3] = ["unknown-query", "unknown-field", "schema-mismatch"];

/// What does not fit of the calls that a fixture makes and that succeed.
async fn misfits(fixture: &Fixture, emulator: &Emulator) -> Vec<String> {
    let send = async |request: &fauxidp::fixture::Request| {
        let ask = Ask::from(request);
        Ok(if fixture.http2 { ask.send_h2(emulator).await } else { ask.send(emulator).await }.into())
    };
    fauxidp::fixture::play(fixture, &mut Variables::default(), send).await.expect("it is played");
    let get =
        async |path: &str| Ask::new("GET", &format!("/__fauxidp/worlds/default/{path}")).send(emulator).await.json();
    let (report, journal) = (get("report").await, get("requests").await);
    let statuses =
        journal["requests"].as_array().expect("a list").iter().map(|call| (call["n"].clone(), &call["status"]));
    let statuses: BTreeMap<_, _> = statuses.map(|(n, status)| (n.to_string(), status)).collect();
    let is_success = |n: &Value| statuses[&n.to_string()].as_u64().is_some_and(|status| status < 300);
    let findings = report["findings"].as_array().expect("a list").iter();
    let told = findings.filter(|finding| RULES.contains(&finding["rule"].as_str().expect("a rule")));
    let told = told.filter(|finding| finding["calls"].as_array().expect("a list").iter().all(is_success));
    told.map(|finding| format!("{}: {}", fixture.path, finding["message"].as_str().expect("a text"))).collect()
}

#[tokio::test]
async fn what_succeeds_fits() {
    let usual = wire::emulator().await;
    let (mut found, mut ignored) = (Vec::new(), Vec::new());
    for fixture in fixture::all() {
        if ["worlds", "control", "faults"].iter().any(|own| fixture.path.starts_with(&format!("fixtures/{own}/"))) {
            continue;
        }
        let told = match fixture.set.is_empty() {
            true => {
                assert_eq!(Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&usual).await.status, 200);
                misfits(&fixture, &usual).await
            }
            false => {
                let config = Config { set: fixture.set.clone(), ..wire::config() };
                let emulator = Emulator::start_with(config).await.expect("it starts");
                let told = misfits(&fixture, &emulator).await;
                emulator.stop().await;
                told
            }
        };
        let name = fixture.path.trim_start_matches("fixtures/").trim_end_matches(".http").to_owned();
        match IGNORED.contains(&&*name) {
            true if told.is_empty() => {}
            true => ignored.push(name),
            false => found.extend(told),
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(ignored, IGNORED);
}
