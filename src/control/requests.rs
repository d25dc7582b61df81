//! A world's journal: read and emptied.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::call_match::CallMatch;
use crate::journal::{Entry, Reading};
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::vendors::VendorSet;
use crate::world::World;

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

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}

#[cfg(test)]
mod tests {
    use super::*;

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
