//! Users who were changed although the call before had been refused.

use super::{Call, Calls, Found};

/// Refusals that say that the client may not, or that there is nobody. A state that is reached already is none.
const REFUSALS: [u16; 4] = [401, 403, 404, 422];

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        if !call.is_api() || call.mark().is_some() || !REFUSALS.contains(&call.status()) {
            continue;
        }
        // Only the next call about the user shows what was made of the refusal.
        let next = later.iter().find(|other| is_about_same_user(&call, other));
        if let Some(write) = next.filter(|next| next.writes() && next.entry.operation != call.entry.operation) {
            let what = format!("a change although call {} was refused with {}", call.n(), call.status());
            found.push(Found::pair(&call, write, &what));
        }
    }
    found
}

fn is_about_same_user(call: &Call<'_>, other: &Call<'_>) -> bool {
    let (own, others) = (call.entry.match_input(), other.entry.match_input());
    own.user_id.is_some() && (own.vendor, own.user_id) == (others.vendor, others.user_id)
}
