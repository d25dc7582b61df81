//! Tokens that were refreshed because of a refusal that no token changes.

use super::{Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        let is_other_refusal = call.is_api() && call.status() >= 400 && call.status() != 401;
        // Refused, refreshed, sent again: nothing else stands between.
        let [refresh, again, ..] = later else { continue };
        if is_other_refusal && refresh.refresh_token().is_some() && again.is_alike(&call) {
            let what = format!("tokens were refreshed because call {} was refused with {}", call.n(), call.status());
            found.push(Found { calls: vec![call.n(), refresh.n(), again.n()], ..Found::one(refresh, &what) });
        }
    }
    found
}
