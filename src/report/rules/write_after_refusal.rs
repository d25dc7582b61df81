//! Users who were changed although the call before had been refused.

use std::collections::HashMap;

use super::{Call, Calls, Found};

/// Refusals that say that the client may not, or that there is nobody. A state that is reached already is none.
const REFUSALS: [u16; 4] = [401, 403, 404, 422];

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut last: HashMap<_, Call<'_>> = HashMap::new();
    let mut found = Vec::new();
    for call in calls.iter() {
        let Some(user) = call.entry.match_input().user_id else { continue };
        // Only the next call about the user shows what was made of the refusal.
        let Some(before) = last.insert((call.entry.vendor, user.to_owned()), call) else { continue };
        let is_refused = before.is_api() && before.mark().is_none() && REFUSALS.contains(&before.status());
        if is_refused && call.writes() && call.entry.operation != before.entry.operation {
            let what = format!("a change although call {} was refused with {}", before.n(), before.status());
            found.push(Found::pair(&before, &call, &what));
        }
    }
    found
}
