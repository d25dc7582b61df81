//! Pages of ZITADEL's lists.

use std::cmp::Ordering;

use super::super::error::Error;

/// The page size of the vendor's newer list calls when the request has no limit.
const DEFAULT_LIMIT: u32 = 100;

/// The largest page size that those calls accept.
const MAX_LIMIT: u32 = 1_000;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging {
    /// How many to leave out at the start.
    pub offset: u64,
    /// How many to show at most; 0 leaves it to the operation.
    pub limit: u32,
    /// Lists are descending unless it is asked otherwise.
    pub ascending: bool,
}

/// A page of a list.
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: usize,
    /// How many a page shows at most.
    pub limit: u32,
}

impl<T> Page<T> {
    /// The same without the rows that do not fit, which are counted all the same.
    #[must_use]
    pub fn showing(mut self, is_shown: impl FnMut(&T) -> bool) -> Self {
        self.items.retain(is_shown);
        self
    }
}

impl Paging {
    /// Where the page starts in a list of that length.
    pub fn start(&self, total: usize) -> usize {
        usize::try_from(self.offset).unwrap_or(usize::MAX).min(total)
    }

    /// The page of what was found, in that order.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`]
    pub fn page<T>(self, mut found: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Result<Page<T>, Error> {
        if self.limit > MAX_LIMIT {
            return Err(Error::LimitExceeded);
        }
        found.sort_by(|one, other| if self.ascending { order(one, other) } else { order(other, one) });
        let (total, limit) = (found.len(), if self.limit == 0 { DEFAULT_LIMIT } else { self.limit });
        let items = found.into_iter().skip(self.start(total)).take(limit as usize).collect();
        Ok(Page { items, total, limit })
    }

    /// The page of what was found, in that order, of the older list calls: as long as is asked for, else all of it.
    pub fn unbounded_page<T>(self, mut found: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Page<T> {
        found.sort_by(|one, other| if self.ascending { order(one, other) } else { order(other, one) });
        let total = found.len();
        let most = if self.limit == 0 { total } else { self.limit as usize };
        let items = found.into_iter().skip(self.start(total)).take(most).collect();
        Page { items, total, limit: self.limit }
    }
}

/// The first `count` of the items that are `found`, in that order or its reverse. An item behind them is left out after
/// one comparison. Ids rise, so an order by them is soonest found from the end at which it starts.
pub(super) fn first<'t, T>(
    items: impl DoubleEndedIterator<Item = &'t T>,
    found: impl FnMut(&'t T) -> Option<&'t T>,
    count: usize,
    ascending: bool,
    order: impl Fn(&T, &T) -> Ordering,
) -> Vec<&'t T> {
    match ascending {
        true => front(items.filter_map(found), count, |one, other| order(one, other)),
        false => front(items.rev().filter_map(found), count, |one, other| order(other, one)),
    }
}

fn front<T: Copy>(items: impl Iterator<Item = T>, count: usize, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    let mut last: Option<T> = None;
    for item in items {
        if count == 0 || last.is_some_and(|last| order(&item, &last).is_gt()) {
            continue;
        }
        kept.push(item);
        if kept.len() == count.saturating_mul(2) {
            kept.select_nth_unstable_by(count - 1, &order);
            kept.truncate(count);
            last = kept.last().copied();
        }
    }
    kept.sort_unstable_by(&order);
    kept.truncate(count);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_the_sorted_whole() {
        let items: Vec<u32> = (0..200).map(|n| n * 7919 % 211).collect();
        let mut sorted = items.clone();
        sorted.sort_unstable();
        for count in [0, 1, 3, 20, 100, 199, 200] {
            let of = |items: &[u32], ascending| {
                first(items.iter(), Some, count, ascending, u32::cmp).into_iter().copied().collect::<Vec<_>>()
            };
            assert_eq!(of(&items, true), sorted[..count], "{count}");
            assert!(of(&sorted, false).iter().rev().eq(&sorted[200 - count..]), "{count}");
        }
    }
}
