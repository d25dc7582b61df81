//! Calls that create something, sent again though they may have done it.

use super::{Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        let creates = call.writes() && call.operation.is_some_and(|operation| operation.method == "POST");
        // One about a user who is there brings the user into a state, again and again into the same.
        let has_user = call.entry.match_input().user_id.is_some();
        if !creates || has_user || !call.is_unsure() {
            continue;
        }
        // A look in between is what was asked for.
        let next = later.iter().take_while(|other| !(other.is_api() && !other.writes() && other.succeeded()));
        if let Some(again) = next.into_iter().find(|other| other.is_same(&call)) {
            let what = format!("sent again although call {} may have been carried out", call.n());
            found.push(Found::pair(&call, again, &what));
        }
    }
    found
}
