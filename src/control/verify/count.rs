//! How many calls are expected.

/// How many calls may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) min: u64,
    max: u64,
}

impl Count {
    /// The count of a body; without numbers, at least one.
    ///
    /// # Errors
    /// The numbers contradict each other.
    pub(super) fn of(times: Option<u64>, at_least: Option<u64>, at_most: Option<u64>) -> Result<Self, String> {
        let count = match (times, at_least, at_most) {
            (None, None, None) => Self { min: 1, max: u64::MAX },
            (Some(times), None, None) => Self { min: times, max: times },
            (None, min, max) => Self { min: min.unwrap_or(0), max: max.unwrap_or(u64::MAX) },
            _ => return Err("\"times\" cannot be combined with \"at_least\" or \"at_most\".".to_owned()),
        };
        match count.min <= count.max {
            true => Ok(count),
            false => Err("\"at_least\" must not be greater than \"at_most\".".to_owned()),
        }
    }

    pub(super) fn allows(self, found: u64) -> bool {
        (self.min..=self.max).contains(&found)
    }

    pub(super) fn words(self) -> String {
        let calls = |count: u64| if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
        match (self.min, self.max) {
            (min, max) if min == max => format!("exactly {}", calls(min)),
            (min, u64::MAX) => format!("at least {}", calls(min)),
            (0, max) => format!("at most {}", calls(max)),
            (min, max) => format!("{min} to {}", calls(max)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_described_in_words_and_enforced() {
        for ((times, at_least, at_most), words, allowed, not) in [
            ((None, None, None), "at least 1 call", 1, 0),
            ((Some(0), None, None), "exactly 0 calls", 0, 1),
            ((Some(1), None, None), "exactly 1 call", 1, 2),
            ((None, Some(2), None), "at least 2 calls", 9, 1),
            ((None, None, Some(2)), "at most 2 calls", 0, 3),
            ((None, Some(1), Some(2)), "1 to 2 calls", 2, 3),
        ] {
            let count = Count::of(times, at_least, at_most).unwrap();
            assert_eq!((count.words().as_str(), count.allows(allowed), count.allows(not)), (words, true, false));
        }
        assert!(Count::of(Some(1), None, Some(2)).is_err());
        assert!(Count::of(None, Some(3), Some(2)).is_err());
    }
}
