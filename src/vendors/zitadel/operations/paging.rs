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

    /// The same with other rows in their places.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), total: self.total, limit: self.limit }
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
    pub fn page<T>(
        self,
        found: impl DoubleEndedIterator<Item = T>,
        order: &dyn Fn(&T, &T) -> Ordering,
    ) -> Result<Page<T>, Error> {
        if self.limit > MAX_LIMIT {
            return Err(Error::LimitExceeded);
        }
        let limit = if self.limit == 0 { DEFAULT_LIMIT } else { self.limit };
        Ok(Self { limit, ..self }.unbounded_page(found, order))
    }

    /// The page of what was found, in that order, of the older list calls: as long as is asked for, else all of it.
    pub fn unbounded_page<T>(
        self,
        found: impl DoubleEndedIterator<Item = T>,
        order: &dyn Fn(&T, &T) -> Ordering,
    ) -> Page<T> {
        let mut total = 0;
        let mut items = self.first(found.inspect(|_| total += 1), order);
        items.drain(..self.start(items.len()));
        Page { items, total, limit: self.limit }
    }

    /// The page of what was found, as it comes.
    pub fn part<T>(self, mut found: Vec<T>) -> Page<T> {
        let total = found.len();
        found.drain(..self.start(total));
        if self.limit > 0 {
            found.truncate(self.limit as usize);
        }
        Page { items: found, total, limit: self.limit }
    }

    /// Those of the items that come no later than the end of the page, in that order or its reverse. One behind them is
    /// left out after one comparison. Ids rise, so an order by them is soonest found from the end at which it starts.
    pub fn first<T>(self, items: impl DoubleEndedIterator<Item = T>, order: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
        match self.ascending {
            true => front(&mut { items }, self.end(), order),
            false => front(&mut items.rev(), self.end(), &|one, other| order(other, one)),
        }
    }

    /// The same of items that come in their order.
    pub fn first_as_they_come<T>(self, items: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
        let end = self.end();
        let mut kept = Vec::new();
        let mut keep = |item| {
            if kept.len() < end {
                kept.push(item);
            }
        };
        match self.ascending {
            true => items.for_each(&mut keep),
            false => items.rev().for_each(&mut keep),
        }
        kept
    }

    /// Where the page ends in a list that is long enough.
    fn end(self) -> usize {
        match self.limit {
            0 => usize::MAX,
            limit => self.start(usize::MAX).saturating_add(limit as usize),
        }
    }
}

/// The first items of that order. It is compiled once for each kind of item, whatever finds and orders them.
fn front<T>(items: &mut dyn Iterator<Item = T>, count: usize, order: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    let mut is_cut = false;
    for item in items {
        if count == 0 || is_cut && order(&item, &kept[count - 1]).is_gt() {
            continue;
        }
        kept.push(item);
        if kept.len() == count.saturating_mul(2) {
            kept.select_nth_unstable_by(count - 1, order);
            kept.truncate(count);
            is_cut = true;
        }
    }
    kept.sort_unstable_by(order);
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
            assert_eq!(front(&mut items.iter().copied(), count, &u32::cmp), sorted[..count], "{count}");
            assert_eq!(front(&mut sorted.iter().rev().copied(), count, &u32::cmp), sorted[..count], "{count}");
        }
    }
}
