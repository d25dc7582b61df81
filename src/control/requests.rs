//! A world's journal: read, emptied, and compared with what a test expects.

use std::borrow::Cow;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::call_match::CallMatch;
use crate::journal::{Entry, Reading};
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::vendors::VendorSet;
use crate::world::World;

/// The maximum number of nearest calls in a failed verification.
const MAX_NEAREST: usize = 3;

/// What a test expects of the journal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    r#match: CallMatch,
    times: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
}

/// How many calls may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    min: u64,
    max: u64,
}

/// The entries that match the query, newest last.
pub(super) fn list(world: &World, query: &str) -> Reply {
    let calls = match from_query(world.set(), query) {
        Ok(calls) => calls,
        Err(detail) => return refused(&detail),
    };
    let Reading { entries, dropped } = world.journal.read();
    let shown: Vec<Value> =
        entries.iter().filter(|entry| calls.matches(&entry.match_input())).map(Entry::show).collect();
    Reply::of(StatusCode::OK, &json!({ "requests": shown, "dropped": dropped }))
}

/// Empties the journal.
pub(super) fn clear(world: &World) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "removed": world.journal.clear() }))
}

/// Compares the journal with what is expected of it.
pub(super) fn verify(world: &World, body: &[u8]) -> Reply {
    let (calls, count) = match expected(world.set(), body) {
        Ok(expected) => expected,
        Err(detail) => return refused(&detail),
    };
    if world.journal.is_off() {
        return refused("The server keeps no journal: it was started with --journal 0.");
    }
    let Reading { entries, dropped } = world.journal.read();
    let (found, others): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| calls.matches(&entry.match_input()));
    let numbers: Vec<u64> = found.iter().map(|entry| entry.n).collect();
    let result = json!({
        "expected": format!("{}{}", count.words(), calls.words()),
        "found": found.len(),
        "calls": numbers,
        "dropped": dropped,
    });
    let Value::Object(mut result) = result else { unreachable!("it is an object") };
    if count.allows(found.len() as u64) {
        return Reply::of(StatusCode::OK, &Value::Object(result));
    }
    let older = match dropped {
        0 => Cow::Borrowed(""),
        1 => " One older call is no longer in the journal.".into(),
        dropped => format!(" {dropped} older calls are no longer in the journal.").into(),
    };
    let detail = format!("Expected {}{}, found {}.{older}", count.words(), calls.words(), found.len());
    // Calls that nearly match explain that there are too few, not that there are too many.
    let misses = if (found.len() as u64) < count.min { nearest(&calls, &others) } else { Vec::new() };
    result.insert("nearest".to_owned(), json!(misses));
    problem(StatusCode::CONFLICT, Mark::Refused, &detail, result)
}

/// The calls that a query selects.
fn from_query(set: &VendorSet, query: &str) -> Result<CallMatch, String> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let member = match value.parse::<u64>() {
            Ok(number) if name == "after" => Value::from(number),
            _ => Value::from(&*value),
        };
        if members.insert(name.to_string(), member).is_some() {
            return Err(format!("Duplicate query parameter {name:?}."));
        }
    }
    let calls: CallMatch =
        serde_json::from_value(Value::Object(members)).map_err(|error| format!("Invalid query: {error}."))?;
    set.check(&calls).map_err(|reason| format!("Invalid query: {reason}."))?;
    Ok(calls)
}

fn expected(set: &VendorSet, body: &[u8]) -> Result<(CallMatch, Count), String> {
    let expected: Expected = serde_json::from_slice(body).map_err(|error| format!("Invalid expectation: {error}."))?;
    set.check(&expected.r#match).map_err(|reason| format!("match: {reason}."))?;
    let Expected { times, at_least, at_most, .. } = expected;
    let count = match (times, at_least, at_most) {
        (None, None, None) => Count { min: 1, max: u64::MAX },
        (Some(times), None, None) => Count { min: times, max: times },
        (None, min, max) => Count { min: min.unwrap_or(0), max: max.unwrap_or(u64::MAX) },
        _ => return Err("\"times\" cannot be combined with \"at_least\" or \"at_most\".".to_owned()),
    };
    match count.min <= count.max {
        true => Ok((expected.r#match, count)),
        false => Err("\"at_least\" must not be greater than \"at_most\".".to_owned()),
    }
}

/// The calls that differ in the fewest members, newest first, each with its differences.
fn nearest(calls: &CallMatch, others: &[&Entry]) -> Vec<String> {
    let mut misses: Vec<_> = others.iter().map(|entry| (calls.differences(&entry.match_input()), *entry)).collect();
    misses.sort_by_key(|(differences, entry)| (differences.len(), std::cmp::Reverse(entry.n)));
    misses.truncate(MAX_NEAREST);
    let words = |(differences, entry): (Vec<String>, &Entry)| {
        format!("call {}, {} {}: {}", entry.n, entry.method, entry.shown_path(), differences.join("; "))
    };
    misses.into_iter().map(words).collect()
}

impl Count {
    fn allows(self, found: u64) -> bool {
        (self.min..=self.max).contains(&found)
    }

    fn words(self) -> String {
        let calls = |count: u64| if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
        match (self.min, self.max) {
            (min, max) if min == max => format!("exactly {}", calls(min)),
            (min, u64::MAX) => format!("at least {}", calls(min)),
            (0, max) => format!("at most {}", calls(max)),
            (min, max) => format!("{min} to {}", calls(max)),
        }
    }
}

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_described_in_words_and_enforced() {
        for (body, words, allowed, not) in [
            ("", "at least 1 call", 1, 0),
            (r#","times":0"#, "exactly 0 calls", 0, 1),
            (r#","times":1"#, "exactly 1 call", 1, 2),
            (r#","at_least":2"#, "at least 2 calls", 9, 1),
            (r#","at_most":2"#, "at most 2 calls", 0, 3),
            (r#","at_least":1,"at_most":2"#, "1 to 2 calls", 2, 3),
        ] {
            let (_, count) = expected(&VendorSet::built_in(), format!("{{\"match\":{{}}{body}}}").as_bytes()).unwrap();
            assert_eq!((count.words().as_str(), count.allows(allowed), count.allows(not)), (words, true, false));
        }
        for body in [r#","times":1,"at_most":2"#, r#","at_least":3,"at_most":2"#, r#","times":-1"#, r#","never":1"#] {
            assert!(
                expected(&VendorSet::built_in(), format!("{{\"match\":{{}}{body}}}").as_bytes()).is_err(),
                "{body}"
            );
        }
    }

    #[test]
    fn a_query_that_no_call_can_match_is_refused() {
        let vendors = VendorSet::built_in();
        for (query, error) in [
            ("user=a&user=b", "Duplicate query parameter \"user\"."),
            ("colour=red", "unknown field `colour`"),
            ("after=x", "invalid type: string \"x\", expected u64"),
            ("status=ok", "invalid value: ok, expected a status such as 404 or \"4xx\""),
            ("protocol=http", "Invalid query: unknown protocol \"http\"; the closest matches are http/2, grpc,"),
        ] {
            let found = from_query(&vendors, query).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
        let calls = from_query(&vendors, "user=a%20b&status=4xx&after=7").unwrap();
        assert_eq!(calls, CallMatch::all().user("a b").status("4xx").after(7));
        assert_eq!(from_query(&vendors, ""), Ok(CallMatch::all()));
    }
}
