//! Calls sent again before the time that the answer had asked for.

use std::time::Duration;

use super::{Call, Calls, Found};

/// How much too early a call may come: timers are not exact.
const TOLERANCE: Duration = Duration::from_millis(20);

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (call, later) in calls.with_later() {
        let Some(seconds) = call.entry.answer.as_ref().and_then(|answer| answer.retry_after) else { continue };
        let again = later.iter().find(|other| other.is_same(&call));
        if let Some(again) =
            again.filter(|again| waited(&call, again) + TOLERANCE < Duration::from_secs(seconds.into()))
        {
            let what = format!("sent again before the {seconds} s of call {}'s Retry-After were over", call.n());
            found.push(Found::pair(&call, again, &what));
        }
    }
    found
}

/// How long it took from the answer to the next call: by the machine's clock, or by the world's, which tests move.
fn waited(call: &Call<'_>, again: &Call<'_>) -> Duration {
    let real = again.entry.began.since(call.entry.began).saturating_sub(call.entry.took);
    let in_world = again.entry.at.duration_since(call.entry.at);
    real.max(in_world.try_into().unwrap_or_default())
}
