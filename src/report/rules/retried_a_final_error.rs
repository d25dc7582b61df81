//! Calls that were refused for what they are, sent again as they were.

use super::{Call, Calls, Found};

/// Statuses that a moment's waiting does not change.
const FINAL: [u16; 13] = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422];

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    // After a change, or with new tokens, the same call may get another answer.
    let may_help = |call: &Call<'_>| call.succeeded() && (call.writes() || !call.is_api());
    let found = |(call, again): (Call<'_>, Call<'_>)| {
        let is_final = call.is_api() && call.mark().is_none() && FINAL.contains(&call.status());
        // Another type of the body, another tenant: that is another call.
        (is_final && again.entry.has_headers_of(call.entry)).then(|| {
            let what = format!("sent again although call {} was refused with {}", call.n(), call.status());
            Found::pair(&call, &again, &what)
        })
    };
    calls.repeated(may_help).into_iter().filter_map(found).collect()
}
