//! Tokens that were accepted, then refused, and used all the same.

use super::{Call, Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let all: Vec<_> = calls.iter().collect();
    let mut found = Vec::new();
    for (index, call) in all.iter().enumerate() {
        let (earlier, later) = (&all[..index], &all[index + 1..]);
        let was_accepted = || earlier.iter().any(|other| is_by_same(other, call) && other.succeeded());
        let was_refused = || earlier.iter().any(|other| is_by_same(other, call) && other.is_refused_by_vendor(401));
        if !call.is_refused_by_vendor(401) || !was_accepted() || was_refused() {
            continue;
        }
        let again = later.iter().find(|other| is_by_same(other, call) && other.is_refused_by_vendor(401));
        if let Some(again) = again {
            let what = format!("the credential has ended: call {} was refused with 401 for it", call.n());
            found.push(Found::pair(call, again, &what));
        }
    }
    found
}

/// Whether two calls have the same credential.
fn is_by_same(call: &Call<'_>, other: &Call<'_>) -> bool {
    let (own, others) = (call.entry.credentials.first(), other.entry.credentials.first());
    call.entry.vendor == other.entry.vendor && own.is_some() && own == others
}
