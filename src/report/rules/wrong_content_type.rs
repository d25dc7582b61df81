//! Bodies that are called something else than what they are.

use super::{Call, Calls, Found};
use crate::call_match::Sent;

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let wrong = |call: Call<'_>| {
        let (sent, expected) = wrong(&call)?;
        Some(Found::one(&call, &format!("Content-Type is {sent}, not {expected}")))
    };
    calls.iter().filter_map(wrong).collect()
}

/// The type that was sent, and the one that was expected.
fn wrong(call: &Call<'_>) -> Option<(String, &'static str)> {
    let sent = call.entry.header("content-type").filter(|_| call.reads_body() && !call.is_remote())?;
    let kind = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = kind == "application/json" || kind.ends_with("+json");
    match call.is_api() {
        // As curl calls JSON, unless it is told otherwise.
        true if !is_json && !call.entry.has_form() => Some((kind, "application/json")),
        false if kind != FORM => Some((kind, FORM)),
        _ => None,
    }
}
