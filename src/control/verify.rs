//! A world's journal compared with what a test expects of it.

mod count;

use std::cmp::Reverse;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::call_match::CallMatch;
use crate::journal::{Entry, Reading};
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::similar::with_closest;
use crate::world::{World, check_world};

use count::Count;

/// The maximum number of calls in the words of a failed verification.
const MAX_NEAREST: usize = 3;

/// The maximum length of a sequence. Each of its calls is checked for names that no call can have.
const MAX_STEPS: usize = 1_000;

/// What a test expects of the journal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    r#match: Option<CallMatch>,
    /// Calls in that order, others between them or not.
    sequence: Option<Vec<CallMatch>>,
    times: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
    /// Whether every call of the journal has to be an expected one.
    #[serde(default)]
    no_other: bool,
    /// Whether every rule of the world has to have fired.
    #[serde(default)]
    rules_fired: bool,
}

/// Which calls are expected.
enum Calls {
    /// So many of them.
    Some(Box<CallMatch>, Count),
    /// One of each, in that order.
    InOrder(Vec<CallMatch>),
    /// It is only asked about rules.
    Any,
}

/// The journal beside what is expected.
struct Comparison<'e> {
    /// What is expected, in words.
    expected: String,
    /// The expected calls that were made.
    found: Vec<&'e Entry>,
    /// What is wrong with them.
    wrong: Option<String>,
    /// The calls that come nearest to a missing one.
    nearest: Vec<String>,
}

/// Compares the journal with what is expected of it.
pub(super) fn verify(world: &World, body: &[u8]) -> Reply {
    let read = serde_json::from_slice(body);
    let read = read.map_err(|error| format!("Invalid expectation: {}.", with_closest(&error.to_string())));
    let (body, calls) = match read.and_then(|body: Body| Ok((calls(world, &body)?, body))) {
        Ok((calls, body)) => (body, calls),
        Err(detail) => return refused(&detail),
    };
    if world.journal.is_off() {
        return refused("The server keeps no journal: it was started with --journal 0.");
    }
    let Reading { entries, dropped } = world.journal.read();
    let Comparison { expected, found, wrong, nearest } = calls.compare(&entries);
    let numbers: Vec<u64> = found.iter().map(|entry| entry.n).collect();
    let others = entries.iter().filter(|entry| body.no_other && !numbers.contains(&entry.n)).collect::<Vec<_>>();
    let idle = if body.rules_fired { idle_rules(world) } else { Vec::new() };
    let result = json!({ "expected": expected, "found": found.len(), "calls": numbers, "dropped": dropped });
    let Value::Object(mut result) = result else { unreachable!("it is an object") };
    let wrong: Vec<_> = wrong.into_iter().chain(other_calls(&others)).chain(rules_in_words(&idle)).collect();
    if wrong.is_empty() {
        return Reply::of(StatusCode::OK, &Value::Object(result));
    }
    let older = match dropped {
        0 => String::new(),
        1 => " One older call is no longer in the journal.".to_owned(),
        dropped => format!(" {dropped} older calls are no longer in the journal."),
    };
    result.insert("nearest".to_owned(), nearest.into());
    if body.no_other {
        result.insert("others".to_owned(), others.iter().map(|entry| entry.n).collect());
    }
    if body.rules_fired {
        result.insert("idle_rules".to_owned(), idle.iter().map(|rule| rule["id"].clone()).collect());
    }
    problem(StatusCode::CONFLICT, Mark::Refused, &format!("{}{older}", wrong.join(" ")), result)
}

/// Which calls a body expects.
fn calls(world: &World, body: &Body) -> Result<Calls, String> {
    let check = |calls: &CallMatch| {
        world.set().check(calls)?;
        world.set().check_path(calls)?;
        check_world(world, calls)
    };
    let has_count = body.times.or(body.at_least).or(body.at_most).is_some();
    match (&body.r#match, &body.sequence) {
        (Some(_), Some(_)) => Err("\"match\" cannot be combined with \"sequence\".".to_owned()),
        (Some(calls), None) => {
            check(calls).map_err(|reason| format!("match: {reason}."))?;
            Ok(Calls::Some(Box::new(calls.clone()), Count::of(body.times, body.at_least, body.at_most)?))
        }
        (None, Some(_)) if has_count => {
            Err("A \"sequence\" has no count: list a call as often as it is expected.".into())
        }
        (None, Some(steps)) if steps.len() > MAX_STEPS => Err(format!("A \"sequence\" has at most {MAX_STEPS} calls.")),
        (None, Some(steps)) => {
            for (index, calls) in steps.iter().enumerate() {
                check(calls).map_err(|reason| format!("sequence[{index}]: {reason}."))?;
            }
            Ok(Calls::InOrder(steps.clone()))
        }
        (None, None) if body.rules_fired && !has_count && !body.no_other => Ok(Calls::Any),
        (None, None) => Err("Invalid expectation: missing field `match`.".to_owned()),
    }
}

impl Calls {
    fn compare<'e>(&self, entries: &'e [Entry]) -> Comparison<'e> {
        match self {
            Self::Some(calls, count) => some(calls, *count, entries),
            Self::InOrder(steps) => in_order(steps, entries),
            Self::Any => Comparison {
                expected: "every rule to have fired".to_owned(),
                found: Vec::new(),
                wrong: None,
                nearest: Vec::new(),
            },
        }
    }
}

fn some<'e>(calls: &CallMatch, count: Count, entries: &'e [Entry]) -> Comparison<'e> {
    let (found, others): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| calls.matches(&entry.match_input()));
    let expected = format!("{}{}", count.words(), calls.words());
    let made = found.len() as u64;
    let wrong = (!count.allows(made)).then(|| format!("Expected {expected}, found {made}."));
    // Calls that nearly match explain that there are too few, not that there are too many.
    let nearest = if made < count.min { nearest(calls, &others) } else { Vec::new() };
    Comparison { expected, found, wrong, nearest }
}

fn in_order<'e>(steps: &[CallMatch], entries: &'e [Entry]) -> Comparison<'e> {
    let expected = match steps.len() {
        1 => "a call".to_owned(),
        count => format!("{count} calls in order"),
    };
    let mut found: Vec<&Entry> = Vec::new();
    let mut rest = entries;
    for calls in steps {
        let Some(at) = rest.iter().position(|entry| calls.matches(&entry.match_input())) else {
            let later: Vec<_> = rest.iter().collect();
            let after = found.last().map(|entry| format!(" after call {}", entry.n)).unwrap_or_default();
            let step = found.len() + 1;
            let wrong = format!("Expected {expected}; step {step}, a call{}, was not made{after}.", calls.words());
            return Comparison { expected, found, wrong: Some(wrong), nearest: nearest(calls, &later) };
        };
        found.push(&rest[at]);
        rest = &rest[at + 1..];
    }
    Comparison { expected, found, wrong: None, nearest: Vec::new() }
}

/// The rules that did not fire.
fn idle_rules(world: &World) -> Vec<Value> {
    let shown = world.rules.shown(world.clock().now());
    shown.into_iter().filter(|rule| rule["fired"] == 0).collect()
}

fn rules_in_words(idle: &[Value]) -> Option<String> {
    let rules: Vec<_> = idle
        .iter()
        .take(MAX_NEAREST)
        .map(|rule| {
            let seen = rule["seen"].as_u64().unwrap_or_default();
            format!("rule {}, {}, matched {seen} calls", rule["id"], rule["fault"].as_str().unwrap_or_default())
        })
        .collect();
    (!rules.is_empty()).then(|| format!("Expected every rule to fire, but not: {}.", rules.join("; ")))
}

fn other_calls(others: &[&Entry]) -> Option<String> {
    let named: Vec<_> = others.iter().take(MAX_NEAREST).map(|entry| named(entry)).collect();
    let more = if others.len() > MAX_NEAREST { ", ..." } else { "" };
    let count = others.len();
    (count > 0).then(|| format!("Expected no other calls, found {count}: {}{more}.", named.join("; ")))
}

/// The calls that differ in the fewest members, newest first, each with its differences.
fn nearest(calls: &CallMatch, others: &[&Entry]) -> Vec<String> {
    let mut misses: Vec<_> = others.iter().map(|entry| (calls.differences(&entry.match_input()), *entry)).collect();
    misses.sort_by_key(|(differences, entry)| (differences.len(), Reverse(entry.n)));
    misses.truncate(MAX_NEAREST);
    misses.into_iter().map(|(differences, entry)| format!("{}: {}", named(entry), differences.join("; "))).collect()
}

fn named(entry: &Entry) -> String {
    format!("call {}, {} {}", entry.n, entry.method, entry.shown_path())
}

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}
