//! Calls that were refused for what they are, sent again as they were.

use super::{Call, Calls, Found};

/// Statuses that a moment's waiting does not change.
const FINAL: [u16; 13] = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422];

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        if !call.is_api() || call.mark().is_some() || !FINAL.contains(&call.status()) {
            continue;
        }
        // After a change, or with new tokens, the same call may get another answer.
        let may_help = |other: &&Call<'_>| other.succeeded() && (other.writes() || !other.is_api());
        let next = later.iter().take_while(|other| other.is_same(&call) || !may_help(other));
        if let Some(again) = next.into_iter().find(|other| other.is_same(&call)) {
            let what = format!("sent again although call {} was refused with {}", call.n(), call.status());
            found.push(Found::pair(&call, again, &what));
        }
    }
    found
}
