//! Refresh tokens that were exchanged before.

use std::collections::HashMap;

use super::{Call, Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut exchanged: HashMap<String, Call<'_>> = HashMap::new();
    let mut found = Vec::new();
    for call in calls.iter() {
        let Some(token) = call.refresh_token() else { continue };
        match exchanged.get(&token) {
            // Where the vendor takes it again, it does not rotate.
            Some(first) if (400..500).contains(&call.status()) => {
                let what = format!("the refresh token was exchanged by call {} before", first.n());
                found.push(Found::pair(first, &call, &what));
            }
            None if call.succeeded() => _ = exchanged.insert(token, call),
            _ => {}
        }
    }
    found
}
