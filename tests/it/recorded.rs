//! What a real server answered, replayed: `recordings/` holds its answers call by call, and this server is told the
//! same story. Each step has to agree in status, in the headers that matter, and in its body, but for what
//! `declared.txt` names.

mod compare;
mod declared;
mod empty;
mod observed;
mod play;
mod shown;
mod totp;

use compare::Difference;
use fauxidp::{Config, Emulator};
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{fixture, wire};

/// When the stories were told.
const TOLD_AT: &str = "2026-11-27T12:00:00Z";

/// A step of a recording.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Empty for a call that only prepares others, of which nothing was recorded.
    #[serde(default)]
    pub name: String,
    /// Method and path.
    pub call: String,
    /// `admin`, or the header's text.
    #[serde(rename = "as")]
    pub caller: Option<String>,
    /// Client id and secret, with a colon between them.
    pub basic: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// JSON, a text, or a text that begins with `base64:`.
    pub sent: Option<Value>,
    /// Names for parts of the answer.
    #[serde(default)]
    pub learn: Map<String, Value>,
    #[serde(default)]
    pub status: u16,
    #[serde(default)]
    pub headers: Map<String, Value>,
    #[serde(default)]
    pub body: Value,
    /// How the real server's own answers differ from one telling to the next.
    pub varies: Option<Value>,
}

impl Step {
    /// Whether its answer is one to compare with: it is always the same, and whole.
    pub fn is_compared(&self) -> bool {
        !self.name.is_empty() && self.varies.is_none()
    }
}

/// The steps of `recordings/zitadel/<name>.json`, with the calls between them that only prepare others.
pub fn recording(name: &str) -> Vec<Step> {
    let steps: Vec<Step> = read(name).unwrap_or_else(|| panic!("{name}: no such recording"));
    let mut between: BTreeMap<String, Vec<Step>> = read(&format!("{name}.between")).unwrap_or_default();
    let with_before = |step: Step| between.remove(&step.name).unwrap_or_default().into_iter().chain([step]);
    let told = steps.into_iter().flat_map(with_before).collect();
    assert!(between.is_empty(), "{name}: before no step: {:?}", between.keys());
    told
}

fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    let path = fixture::root().join(format!("recordings/zitadel/{name}.json"));
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        read => read.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    };
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Tells a recording to a fresh server and holds the answers against it. `FAUXIDP_RECORDED=1` prints every difference,
/// also the declared ones.
async fn agrees(name: &str, settings: &[&str], declared: &str) {
    let steps = recording(name);
    let set = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let config = Config { set, clock: Some(TOLD_AT.parse().expect("a time")), ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    let answers = play::play(&steps, &emulator, name).await;
    emulator.stop().await;
    let is_own = name == declared;
    let (declared, open) = (declared::read(declared), declared::open(declared));
    let compared = steps.iter().zip(&answers).filter(|(step, _)| step.is_compared());
    let (mut differ, mut agree, mut left) = (Vec::new(), 0, Vec::new());
    for (step, answer) in compared {
        let Some(answer) = answer else {
            // What an operation makes that comes later has no name here.
            let later = [&declared, &open].map(|own| own.has_no_answer(&step.name));
            left.extend((!later.contains(&true)).then_some(step.name.as_str()));
            continue;
        };
        let differences = compare::differences(step, answer);
        if std::env::var_os("FAUXIDP_RECORDED").is_some() && !differences.is_empty() {
            println!("## {} {}\n{}", step.name, step.call, compare::lines(&differences));
        }
        let is_known = |difference: &Difference<'_>| {
            let known = [&declared, &open].map(|own| own.covers(&step.name, difference));
            known.contains(&true)
        };
        match differences.iter().all(is_known) {
            true => agree += 1,
            false => differ.push(format!("{} {}\n{}", step.name, step.call, compare::lines(&differences))),
        }
    }
    println!(
        "{name}: {agree} steps agree, {} differ, {} need a name that only a script makes",
        differ.len(),
        left.len()
    );
    assert!(left.len() * 20 <= steps.len(), "too many steps are not played: {left:?}");
    let first: Vec<_> = differ.iter().take(12).cloned().collect();
    assert!(differ.is_empty(), "{name}: {agree} agree, {} differ:\n{}", differ.len(), first.join("\n"));
    let stale = [declared.stale(), open.stale()].concat();
    assert!(!is_own || stale.is_empty(), "{name}: nothing differs there any more: {stale:#?}");
    if observed::STORIES.contains(&name) {
        observed::check(name, &steps, &answers);
    }
}

#[tokio::test]
async fn the_story_of_users_agrees() {
    agrees("users", &[], "users").await;
}

#[tokio::test]
async fn the_story_of_users_agrees_with_the_release() {
    agrees("4.13/users", &["zitadel.version=4.13"], "users").await;
}

#[tokio::test]
async fn the_story_of_the_first_apis_agrees() {
    agrees("v1", &[], "v1").await;
}

#[tokio::test]
async fn the_story_around_the_user_agrees() {
    agrees("around", &[], "around").await;
}

#[tokio::test]
async fn the_random_walks_agree() {
    agrees("walks", &[], "walks").await;
}

#[test]
fn what_is_declared_is_little_and_exact() {
    for story in declared::STORIES {
        declared::check(story, recording_names(story));
    }
    let page = std::fs::read_to_string(fixture::root().join("docs/recordings.md")).expect("a page");
    assert!(page.contains(&declared::text()), "docs/recordings.md shows the declared differences as they are");
}

/// The names of a recording's steps, whatever else they hold.
fn recording_names(name: &str) -> Vec<String> {
    if name == empty::STORY {
        return empty::steps().into_iter().map(|(step, _)| step.name).collect();
    }
    let path = fixture::root().join(format!("recordings/zitadel/{name}.json"));
    let steps: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).expect("a recording")).expect("JSON");
    steps.iter().filter_map(|step| Some(step["name"].as_str()?.to_owned())).collect()
}
