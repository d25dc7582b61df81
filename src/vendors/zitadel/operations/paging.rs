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

    /// Those of the items that come no later than the end of the page, in that order or its reverse. Ids rise, so an
    /// order by them is soonest found from the end at which it starts.
    pub fn first<T>(self, items: impl DoubleEndedIterator<Item = T>, order: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
        let mut front = self.front(order);
        match self.ascending {
            true => items.for_each(|item| front.push(item)),
            false => items.rev().for_each(|item| front.push(item)),
        }
        front.finish()
    }

    /// The same of items that come in their order.
    pub fn first_as_they_come<T>(self, items: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
        match self.ascending {
            true => items.take(self.end()).collect(),
            false => items.rev().take(self.end()).collect(),
        }
    }

    /// What finds the first items of that order or its reverse, up to the end of the page.
    fn front<T>(self, order: &dyn Fn(&T, &T) -> Ordering) -> Front<'_, T> {
        Front { kept: Vec::new(), count: self.end(), is_cut: false, ascending: self.ascending, order }
    }

    /// Where the page ends in a list that is long enough.
    fn end(self) -> usize {
        match self.limit {
            0 => usize::MAX,
            limit => self.start(usize::MAX).saturating_add(limit as usize),
        }
    }
}

/// The first of the items pushed to it. It is compiled once for each kind of item, whatever finds and orders them.
struct Front<'a, T> {
    /// At most twice as many as are asked for. Once some were left out, the last of those asked for is at its place.
    kept: Vec<T>,
    count: usize,
    is_cut: bool,
    ascending: bool,
    order: &'a dyn Fn(&T, &T) -> Ordering,
}

impl<'a, T> Front<'a, T> {
    /// Takes an item. One that comes behind those asked for is left out after one comparison.
    fn push(&mut self, item: T) {
        let (order, count) = (self.order(), self.count);
        if count == 0 || self.is_cut && order(&item, &self.kept[count - 1]).is_gt() {
            return;
        }
        self.kept.push(item);
        if self.kept.len() == count.saturating_mul(2) {
            self.kept.select_nth_unstable_by(count - 1, order);
            self.kept.truncate(count);
            self.is_cut = true;
        }
    }

    /// The first ones, in order.
    fn finish(mut self) -> Vec<T> {
        let order = self.order();
        self.kept.sort_unstable_by(order);
        self.kept.truncate(self.count);
        self.kept
    }

    fn order(&self) -> impl Fn(&T, &T) -> Ordering + use<'a, T> {
        let (order, ascending) = (self.order, self.ascending);
        move |one, other| if ascending { order(one, other) } else { order(other, one) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(items: impl Iterator<Item = u32>, mut front: Front<'_, u32>) -> Vec<u32> {
        items.for_each(|item| front.push(item));
        front.finish()
    }

    #[test]
    fn the_first_are_those_of_the_sorted_whole() {
        let items: Vec<u32> = (0..200).map(|n| n * 7919 % 211).collect();
        for ascending in [true, false] {
            let mut sorted = items.clone();
            sorted.sort_unstable_by(|one, other| if ascending { one.cmp(other) } else { other.cmp(one) });
            for count in [1, 3, 20, 100, 199, 200] {
                let paging = Paging { offset: 0, limit: count, ascending };
                let (front, expected) = (|| paging.front(&u32::cmp), &sorted[..count as usize]);
                assert_eq!(first(items.iter().copied(), front()), expected, "{paging:?}");
                assert_eq!(first(sorted.iter().copied(), front()), expected, "{paging:?}");
                assert_eq!(first(sorted.iter().rev().copied(), front()), expected, "{paging:?}");
                assert_eq!(paging.first(items.iter().copied(), &u32::cmp), expected, "{paging:?}");
            }
            let paging = Paging { offset: 5, limit: 3, ascending };
            assert_eq!(paging.first(items.iter().copied(), &u32::cmp), sorted[..8], "up to the page's end");
            let all = Paging { limit: 0, ..paging };
            assert_eq!(all.first(items.iter().copied(), &u32::cmp), sorted, "all without a limit");
            assert!(first(items.iter().copied(), Front { count: 0, ..all.front(&u32::cmp) }).is_empty());
        }
    }

    #[test]
    fn what_comes_in_order_is_cut_at_the_end_at_which_it_starts() {
        let paging = |limit, ascending| Paging { offset: 1, limit, ascending }.first_as_they_come(0..5);
        assert_eq!(paging(2, true), [0, 1, 2]);
        assert_eq!(paging(2, false), [4, 3, 2]);
        assert_eq!(paging(0, true), [0, 1, 2, 3, 4]);
        assert_eq!(paging(9, false), [4, 3, 2, 1, 0]);
    }
}
