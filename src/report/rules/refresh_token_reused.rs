//! Refresh tokens that were exchanged before.

use super::{Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        let Some(token) = call.refresh_token().filter(|_| call.succeeded()) else { continue };
        let is_reuse = |other: &&super::Call<'_>| other.refresh_token().as_ref() == Some(&token);
        // Where the vendor takes it again, it does not rotate.
        for again in later.iter().filter(is_reuse).filter(|other| (400..500).contains(&other.status())) {
            let what = format!("the refresh token was exchanged by call {} before", call.n());
            found.push(Found::pair(&call, again, &what));
        }
    }
    found
}
