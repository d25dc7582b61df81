//! Tokens that were refreshed because of a refusal that no token changes.

use super::{Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    // Refused, refreshed, sent again: nothing else stands between.
    for [call, refresh, again] in calls.threes() {
        let is_other_refusal = call.is_api() && call.status() >= 400 && call.status() != 401;
        if is_other_refusal && again.alike == call.alike && refresh.refresh_token().is_some() {
            let what = format!("tokens were refreshed because call {} was refused with {}", call.n(), call.status());
            found.push(Found { calls: vec![call.n(), refresh.n(), again.n()], ..Found::one(&refresh, &what) });
        }
    }
    found
}
