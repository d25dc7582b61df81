//! Calls that were given up although the error would have passed.

use super::{Call, Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let given_up = calls.with_later().filter(|(call, later)| {
        call.is_api() && call.mark().is_none() && passes(call) && !later.iter().any(|other| other.is_alike(call))
    });
    let earlier =
        |call: &Call<'_>| calls.iter().any(|other| other.n() < call.n() && other.is_alike(call) && passes(&other));
    // One that was repeated and failed each time was not given up.
    let given_up = given_up.filter(|(call, _)| !earlier(call));
    given_up.map(|(call, _)| Found::one(&call, &format!("given up after {}", call.status()))).collect()
}

/// Whether the call can be repeated, and the error says that it may succeed then.
fn passes(call: &Call<'_>) -> bool {
    let is_safe = !call.writes() || ["PUT", "DELETE"].contains(&call.entry.method.as_str());
    match call.status() {
        429 | 503 => true,
        502 | 504 => is_safe,
        _ => false,
    }
}
