//! By how much reads trail writes: the forms in which it is set. Knows no read.

use std::time::Duration;

use crate::vendors::{Form, Setting};

/// The most reads that miss one write, and the longest time in milliseconds.
const MAX_READS: u32 = 100;
const MAX_MILLISECONDS: u64 = 60_000;

pub(in super::super) const LAG: Setting = Setting {
    key: "lag",
    values: &["off"],
    form: Some(Form { text: "a time up to 60000ms, next:N up to next:100", fits: |text| Lag::parse(text).is_some() }),
    what: "how long, or for how many reads, searches do not show a write and a new token is not known",
};

/// By how much reads trail writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Lag {
    Off,
    /// By a time of the world's clock.
    Time(Duration),
    /// By that many reads.
    Next(u32),
}

impl Lag {
    /// As it is set.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        if let Some(reads) = text.strip_prefix("next:") {
            return reads.parse().ok().filter(|reads| (1..=MAX_READS).contains(reads)).map(Self::Next);
        }
        let milliseconds = text.strip_suffix("ms")?.parse().ok()?;
        (1..=MAX_MILLISECONDS).contains(&milliseconds).then(|| Self::Time(Duration::from_millis(milliseconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_a_time_or_a_number_of_reads() {
        for (text, expected) in [
            ("80ms", Some(Lag::Time(Duration::from_millis(80)))),
            ("next:2", Some(Lag::Next(2))),
            ("60001ms", None),
            ("0ms", None),
            ("80", None),
            ("next:0", None),
            ("next:101", None),
            ("next:", None),
        ] {
            assert_eq!(Lag::parse(text), expected, "{text}");
        }
    }
}
