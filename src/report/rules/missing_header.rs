//! Calls that lack a header which they need.

use super::{Call, Calls, Found};
use crate::call_match::Sent;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let missing = |call: Call<'_>| {
        let header = missing(&call)?;
        Some(Found::one(&call, &format!("the header {header} is missing")))
    };
    calls.iter().filter_map(missing).collect()
}

fn missing(call: &Call<'_>) -> Option<&'static str> {
    let credential = call
        .credential_header
        .filter(|_| call.is_api() && call.is_refused_by_vendor(401) && call.entry.credentials.first().is_none());
    let has_type = call.is_remote() || call.entry.header("content-type").is_some();
    credential.or_else(|| (call.reads_body() && !has_type).then_some("Content-Type"))
}
