//! What a fresh server of the vendor answered to each published operation with an empty body, and `x` for each id in its
//! path: `recordings/zitadel/empty-calls.tsv`. Bodies are kept up to 160 characters.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::play::Recorded;
use super::{Step, compare, declared};
use crate::fixture::root;
use crate::wire::{self, Ask, HOST};

pub const STORY: &str = "empty-calls";

/// How much of an answer was kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Whole,
    /// Of an error its message.
    Message,
    /// The status only.
    Status,
}

/// Method and path by the remote call, of what is served by REST.
fn paths() -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(root().join("src/vendors/zitadel/routes/published.tsv")).expect("a list");
    let line = |line: &str| {
        let columns: Vec<_> = line.split('\t').collect();
        let ([_, method, path, rpc, _] | [_, method, path, rpc, _, _]) = columns[..] else {
            panic!("five columns, or six: {line}")
        };
        let parameter = Regex::new(r"\{[^}]*\}").expect("a pattern");
        (rpc.to_owned(), format!("{method} /zitadel{}", parameter.replace_all(path, "x")))
    };
    let lines = list.lines().filter(|line| !line.starts_with('#')).map(line);
    // The first is the operation's own path, not another binding.
    lines.filter(|(_, call)| !call.ends_with('-')).rev().collect()
}

/// The calls whose answers were kept, and how much of each.
pub fn steps() -> Vec<(Step, Kept)> {
    let text = std::fs::read_to_string(root().join(format!("recordings/zitadel/{STORY}.tsv"))).expect("a recording");
    let paths = paths();
    let mut steps = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let [service, rpc, rest, rest_body, connect, connect_body] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("six columns: {line}")
        };
        let path = format!("/{service}/{rpc}");
        let name = format!("{}/{rpc}", service.trim_start_matches("zitadel."));
        if let (Some(call), Ok(status)) = (paths.get(&path), rest.parse()) {
            steps.push(step(format!("{name}/rest"), call.clone(), status, rest_body));
        }
        if let Ok(status) = connect.parse() {
            steps.push(step(format!("{name}/connect"), format!("POST {path}"), status, connect_body));
        }
    }
    steps
}

fn step(name: String, call: String, status: u16, kept: &str) -> (Step, Kept) {
    let message = Regex::new(r#""message": ?("(?:[^"\\]|\\.)*")"#).expect("a pattern");
    let (mut body, kept) = match serde_json::from_str(kept) {
        Ok(body) => (body, Kept::Whole),
        Err(_) => match message.captures(kept) {
            Some(found) => (json!({ "message": text(&found[1]) }), Kept::Message),
            None => (Value::Null, Kept::Status),
        },
    };
    mask(&mut body);
    let step = Step {
        name,
        call,
        caller: Some("admin".to_owned()),
        basic: None,
        with: Map::new(),
        sent: Some(json!({})),
        learn: Map::new(),
        status,
        headers: Map::new(),
        body,
        varies: None,
    };
    (step, kept)
}

fn text(quoted: &str) -> String {
    serde_json::from_str(quoted).expect("a text")
}

/// Puts words for what no two servers have alike: times, long numbers, counts, the server's own address.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) if text.len() >= 15 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            *text = "<number>".to_owned();
        }
        Value::String(text) if text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T' => {
            *text = "<time>".to_owned();
        }
        Value::String(text) => *text = text.replace(&format!("http://{HOST}/zitadel"), "http://<origin>"),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| match &**name {
            "sequence" => *member = "<n>".into(),
            _ => mask(member),
        }),
        _ => {}
    }
}

/// The answer as far as the recorded one was kept.
fn as_kept(answer: &wire::Answer, kept: Kept) -> Recorded {
    let mut body = match kept {
        Kept::Whole => serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        Kept::Message => json!({ "message": answer.json()["message"] }),
        Kept::Status => Value::Null,
    };
    mask(&mut body);
    Recorded { status: answer.status, headers: BTreeMap::new(), body, mark: None, row: None }
}

/// Each in a world of its own, so that none sees what another made.
#[tokio::test]
async fn what_each_operation_answers_to_an_empty_call_agrees() {
    let emulator = wire::emulator().await;
    let (declared, open) = (declared::read(STORY), declared::open(STORY));
    let (mut agree, mut later, mut wrong) = (0, 0, Vec::new());
    for (n, (step, kept)) in steps().into_iter().enumerate() {
        let (method, path) = step.call.split_once(' ').expect("a method and a path");
        let ask = Ask::new(method, path).header("authorization", &format!("Bearer zitadel-admin~e{n}"));
        let ask = ask.header("content-type", "application/json");
        let answer = if method == "GET" { ask } else { ask.body("{}") }.send(&emulator).await;
        if answer.header("x-fauxidp").is_some() {
            // A path that nobody serves is the emulator's own refusal.
            assert!(
                answer.header("x-fauxidp") == Some("unemulated") || step.status == 404,
                "{}: {answer:?}",
                step.name
            );
            later += 1;
            continue;
        }
        let answer = as_kept(&answer, kept);
        let differences = compare::differences(&step, &answer);
        let is_known = |difference| [&declared, &open].map(|own| own.covers(&step.name, difference)).contains(&true);
        match differences.iter().all(is_known) {
            true => agree += 1,
            false => wrong.push(format!("{} {}\n{}", step.name, step.call, compare::lines(&differences))),
        }
    }
    println!("{STORY}: {agree} agree, {} differ, {later} come later", wrong.len());
    assert!(wrong.is_empty(), "{agree} agree, {} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree > 600, "only {agree} are emulated");
    let stale = [declared.stale(), open.stale()].concat();
    assert!(stale.is_empty(), "nothing differs there any more: {stale:#?}");
}
