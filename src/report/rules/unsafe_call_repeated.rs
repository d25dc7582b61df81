//! Calls that create something, sent again though they may have done it.

use super::{Call, Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    // A look in between is what was asked for.
    let is_look = |call: &Call<'_>| call.is_api() && !call.writes() && call.succeeded();
    let found = |(call, again): (Call<'_>, Call<'_>)| {
        let creates = call.writes() && call.operation.is_some_and(|operation| operation.method == "POST");
        // One about a user who is there brings the user into a state, again and again into the same.
        let has_user = call.entry.match_input().user_id.is_some();
        (creates && !has_user && call.is_unsure()).then(|| {
            let what = format!("sent again although call {} may have been carried out", call.n());
            Found::pair(&call, &again, &what)
        })
    };
    calls.repeated(is_look).into_iter().filter_map(found).collect()
}
