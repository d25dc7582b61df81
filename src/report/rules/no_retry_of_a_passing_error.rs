//! Calls that were given up although the error would have passed.

use std::collections::{HashMap, HashSet};

use super::{Call, Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let last: HashMap<usize, u64> = calls.iter().map(|call| (call.alike, call.n())).collect();
    let mut tried = HashSet::new();
    let mut found = Vec::new();
    for call in calls.iter().filter(passes) {
        // One that was repeated, and failed each time, was not given up.
        if tried.insert(call.alike) && last[&call.alike] == call.n() {
            found.push(Found::one(&call, &format!("given up after {}", call.status())));
        }
    }
    found
}

/// Whether the call can be repeated, and the error says that it may succeed then.
fn passes(call: &Call<'_>) -> bool {
    let is_safe = !call.writes() || ["PUT", "DELETE"].contains(&call.entry.method.as_str());
    let may_pass = match call.status() {
        429 | 503 => true,
        502 | 504 => is_safe,
        _ => false,
    };
    call.is_api() && call.mark().is_none() && may_pass
}
