//! Calls sent again before the time that the answer had asked for.

use std::time::Duration;

use super::{Call, Calls, Found};

/// How much too early a call may come: timers are not exact.
const TOLERANCE: Duration = Duration::from_millis(20);

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let found = |(call, again): (Call<'_>, Call<'_>)| {
        let seconds = call.entry.answer.as_ref()?.retry_after?;
        (waited(&call, &again) + TOLERANCE < Duration::from_secs(seconds.into())).then(|| {
            let what = format!("sent again before the {seconds} s of call {}'s Retry-After were over", call.n());
            Found::pair(&call, &again, &what)
        })
    };
    calls.repeated(|_| false).into_iter().filter_map(found).collect()
}

/// How long it took from the answer to the next call: by the machine's clock, or by the world's, which tests move.
fn waited(call: &Call<'_>, again: &Call<'_>) -> Duration {
    let real = again.entry.began.since(call.entry.began).saturating_sub(call.entry.took);
    let in_world = again.entry.at.duration_since(call.entry.at);
    real.max(in_world.try_into().unwrap_or_default())
}
