//! The count and the times of the events of ZITADEL's objects: what reads and writes show as `details`. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounded;

/// How many events there were, and when the first and the last of them were: of an aggregate, or of one row of it,
/// which not every event of its aggregate changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Details {
    #[serde(deserialize_with = "bounded::count")]
    pub sequence: u64,
    pub creation_date: Timestamp,
    pub change_date: Timestamp,
}

impl Details {
    /// An aggregate of that many events.
    pub fn new(events: u64, now: Timestamp) -> Self {
        Self { sequence: events, creation_date: now, change_date: now }
    }

    /// Counts events of the aggregate; none changes nothing.
    pub fn push(&mut self, events: u64, now: Timestamp) {
        self.sequence += events;
        if events > 0 {
            self.change_date = now;
        }
    }

    /// A row that the last event of the aggregate made.
    pub fn row_of(aggregate: &Self) -> Self {
        Self { creation_date: aggregate.change_date, ..*aggregate }
    }

    /// The last event of the aggregate changed this row.
    pub fn follow(&mut self, aggregate: &Self) {
        (self.sequence, self.change_date) = (aggregate.sequence, aggregate.change_date);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_the_event_that_changed_it_last() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut aggregate = Details::new(1, at(0));
        aggregate.push(2, at(5));
        let mut row = Details::row_of(&aggregate);
        assert_eq!((row.sequence, row.creation_date, row.change_date), (3, at(5), at(5)));
        aggregate.push(0, at(7));
        aggregate.push(1, at(9));
        assert_eq!(row.sequence, 3);
        row.follow(&aggregate);
        assert_eq!((row.sequence, row.creation_date, row.change_date), (4, at(5), at(9)));
    }
}
