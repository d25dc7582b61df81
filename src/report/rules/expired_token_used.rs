//! Tokens that were accepted, then refused, and used all the same.

use std::collections::HashMap;

use super::{Call, Calls, Found};

/// What is known of a credential.
enum Life<'a> {
    Accepted,
    /// It was accepted, and refused by that call.
    Ended(Call<'a>),
    /// That it was used after its end was said.
    Told,
}

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut lives = HashMap::new();
    let mut found = Vec::new();
    for call in calls.iter() {
        let Some(credential) = call.entry.credentials.first() else { continue };
        let key = (call.entry.vendor, credential);
        match lives.get(&key) {
            None if call.succeeded() => _ = lives.insert(key, Life::Accepted),
            Some(Life::Accepted) if call.is_refused_by_vendor(401) => _ = lives.insert(key, Life::Ended(call)),
            Some(Life::Ended(_)) if call.succeeded() => _ = lives.insert(key, Life::Accepted),
            Some(Life::Ended(first)) if call.is_refused_by_vendor(401) => {
                let what = format!("the credential has ended: call {} was refused with 401 for it", first.n());
                found.push(Found::pair(first, &call, &what));
                lives.insert(key, Life::Told);
            }
            _ => {}
        }
    }
    found
}
