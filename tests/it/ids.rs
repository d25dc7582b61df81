//! What moves the ids that an API gives: only what is made. Neither a refused call nor a password of a seed does.

use std::collections::BTreeMap;

use fauxidp::fixture::Expect;
use fauxidp::{Config, Emulator};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::fixture::{self, Fixture, Variables};
use crate::wire::{self, Answer, Ask};

/// What the default world holds, but for what a refused call may move: the streams of its request id, its trace and
/// of a salt that was drawn before the call was refused, and the faults' counters.
#[derive(Debug, PartialEq)]
struct State {
    ids: Value,
    /// As text: parsing all of it takes longer than the calls.
    others: BTreeMap<String, String>,
}

async fn state(emulator: &Emulator) -> State {
    let answer = Ask::new("GET", "/__fauxidp/worlds/default/state").send(emulator).await;
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&answer.body).expect("an object");
    let mut others: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect();
    others.remove("faults");
    let ids = others.remove("ids").expect("the ids");
    let mut ids: Value = serde_json::from_str(&ids).expect("JSON");
    ids.as_object_mut().expect("an object").remove("streams");
    State { ids, others }
}

/// Whether the answer is a refusal, on whichever edge.
fn is_refused(answer: &Answer) -> bool {
    match Expect::of(&answer.clone().into()) {
        Expect::Http(status) => status >= 400,
        Expect::Grpc(status) => status != 0,
    }
}

/// The words of failed checks that a vendor writes down: a wrong code, a wrong password, also of an app, a code that is
/// used up by it, a device that asks, a code that somebody's provider redeemed before the user was refused.
const FAILED_CHECKS: [&str; 18] = [
    "The identity provider",
    "Nobody can sign in here by this account.",
    "foreign_domain",
    "email_not_verified",
    "COMMAND-eis9R",
    "COMMAND-3M0fs",
    "COMMAND-CahN2",
    "COMMAND-Gdsgs",
    "COMMAND-sM0cs",
    "EVENT-8isk2",
    "Invalid username or password",
    "Password is invalid",
    "invalid_username_or_password",
    "invalid_grant",
    "authorization_pending",
    "slow_down",
    "expired_token",
    "access_denied",
];

/// Plays a fixture, and answers how many of its calls were refused.
async fn refused(fixture: &Fixture) -> usize {
    let emulator =
        Emulator::start_with(Config { set: fixture.set.clone(), ..wire::config() }).await.expect("it starts");
    let (mut refused, mut variables) = (0, Variables::default());
    let mut before = state(&emulator).await;
    for (number, request) in fixture.requests.iter().enumerate() {
        let ask = Ask::from(&variables.fill(request).expect("captured"));
        let answer = match fixture.http2 {
            true => ask.send_h2(&emulator).await,
            false => ask.send(&emulator).await,
        };
        variables.capture(request, &answer.clone().into()).expect("it is there");
        let after = state(&emulator).await;
        // A fault can hide that the call was made.
        if is_refused(&answer) && answer.header("x-fault-applied").is_none() {
            refused += 1;
            assert_eq!(before.ids, after.ids, "{}, request {}: ids", fixture.path, number + 1);
            let text = String::from_utf8_lossy(&answer.body);
            let is_counted = FAILED_CHECKS.iter().any(|id| text.contains(id));
            assert!(is_counted || before == after, "{}, request {}: {before:?} {after:?}", fixture.path, number + 1);
        }
        before = after;
    }
    emulator.stop().await;
    refused
}

/// Plays the fixtures whose folder fits.
async fn refused_of(fits: impl Fn(&str) -> bool) -> usize {
    let mut all = 0;
    for fixture in fixture::all().iter().filter(|fixture| !fixture.path.starts_with("fixtures/control/")) {
        if fits(fixture.path.split('/').nth(1).expect("a folder")) {
            all += refused(fixture).await;
        }
    }
    all
}

#[tokio::test]
async fn a_refused_call_of_zitadel_moves_no_id_and_changes_nothing() {
    let all = refused_of(|folder| folder == "zitadel").await;
    assert!(all > 400, "{all} refused calls are too few to show anything");
}

#[tokio::test]
async fn a_refused_call_of_the_others_moves_no_id_and_changes_nothing() {
    let all = refused_of(|folder| folder != "zitadel").await;
    assert!(all > 100, "{all} refused calls are too few to show anything");
}

/// What the world gives next: something made at each vendor, and a token.
async fn next(emulator: &Emulator) -> Vec<Vec<u8>> {
    let paths = [
        "fixtures/monocloud/users/create_user.http",
        "fixtures/monocloud/groups/create_group.http",
        "fixtures/zitadel/users/create_user.http",
        "fixtures/zitadel/credentials/add_personal_access_token.http",
        "fixtures/jitsudo/users/create_user.http",
        "fixtures/jitsudo/auth/post_auth_login.http",
    ];
    let fixtures = fixture::all();
    let mut bodies = Vec::new();
    for path in paths {
        let fixture = fixtures.iter().find(|fixture| fixture.path == path).expect("it is there");
        let answer = fixture.asks().next().expect("a request").send(emulator).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        bodies.push(answer.body);
    }
    bodies
}

/// The members that hold a hashed password, and how the same is written as it is typed.
const HASHES: [(&str, &str, &str); 3] = [
    ("monocloud", "password_hash", "password"),
    ("zitadel", "passwordHash", "password"),
    ("jitsudo", "password_hash", "password"),
];

/// Changes the last user with that member under `fauxidp`, who is none of those that the calls are about.
fn last_with<'s>(seed: &'s mut Value, member: &str) -> &'s mut serde_json::Map<String, Value> {
    let users = seed["users"].as_array_mut().expect("a list").iter_mut().rev();
    let mut hidden = users.filter_map(|user| user.get_mut("fauxidp")?.as_object_mut());
    hidden.find(|hidden| hidden.contains_key(member)).unwrap_or_else(|| panic!("nobody has a {member}"))
}

#[tokio::test]
async fn a_password_of_a_seed_moves_no_id_and_no_signing_key() {
    let usual = next(&wire::emulator().await).await;
    for (vendor, hash, plain) in HASHES {
        for typed in [None, Some("Correct-Horse-Battery-9")] {
            let path = fixture::root().join(format!("fixtures/seed/{vendor}.json"));
            let mut seed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
            let hidden = last_with(&mut seed, hash);
            hidden.remove(hash);
            hidden.extend(typed.map(|typed| (plain.to_owned(), typed.into())));
            let folder = std::env::temp_dir().join(format!("fauxidp-ids-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join(format!("{vendor}.json")), seed.to_string()).expect("it is written");
            let config = Config { fixtures: Some(folder.clone()), ..wire::config() };
            let emulator = Emulator::start_with(config).await.expect("the seed fits");
            std::fs::remove_dir_all(&folder).expect("removed");
            assert!(next(&emulator).await == usual, "{vendor}, {typed:?}");
        }
    }
}
