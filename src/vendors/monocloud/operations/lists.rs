//! Pages of lists: only the items of the page are sorted and copied.

/// Which page of a list is asked for, and in which order.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct PageRequest<F> {
    /// From 1.
    pub(in super::super) page: usize,
    /// How many items a page has, at least 1.
    pub(in super::super) size: usize,
    /// Without one, the order in which the items were made.
    pub(in super::super) sort: Option<Sort<F>>,
}

/// An order by one field.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Sort<F> {
    pub(in super::super) field: F,
    pub(in super::super) descending: bool,
}

/// What one item is sorted by; what is not there comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Number(Option<i64>),
    Text(&'a str),
}

impl From<i64> for Key<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Key<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// A page of a list.
pub(in super::super) struct Page<T> {
    pub(in super::super) items: Vec<T>,
    /// How many there are on all pages.
    pub(in super::super) total: usize,
    /// Which page it is, from 1.
    pub(in super::super) page: usize,
    /// How many fit on a page.
    pub(in super::super) size: usize,
}

impl<T: Clone> Page<T> {
    /// The page of these items; without an order, in that in which they were made, which also decides between equals.
    pub(super) fn of<'a, F>(
        items: impl Iterator<Item = &'a T>,
        request: PageRequest<F>,
        key: impl Fn(&'a T, F) -> Key<'a>,
    ) -> Self
    where
        T: 'a,
        F: Copy,
    {
        let PageRequest { page, size, sort } = request;
        let first = size.saturating_mul(page - 1);
        let Some(sort) = sort else {
            let mut total = 0;
            let mut found = Vec::new();
            for item in items {
                if total >= first && found.len() < size {
                    found.push(item.clone());
                }
                total += 1;
            }
            return Self { items: found, total, page, size };
        };
        let mut keyed: Vec<_> = items.enumerate().map(|(index, item)| (key(item, sort.field), index, item)).collect();
        let total = keyed.len();
        let order = |one: &(Key<'_>, usize, &T), other: &(Key<'_>, usize, &T)| {
            let by_key = one.0.cmp(&other.0);
            (if sort.descending { by_key.reverse() } else { by_key }).then(one.1.cmp(&other.1))
        };
        let start = first.min(total);
        let end = start.saturating_add(size).min(total);
        if end < total {
            keyed.select_nth_unstable_by(end, order);
            keyed.truncate(end);
        }
        if start > 0 && start < end {
            keyed.select_nth_unstable_by(start, order);
        }
        let found = &mut keyed[start..];
        found.sort_unstable_by(order);
        Self { items: found.iter().map(|(.., item)| (*item).clone()).collect(), total, page, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_from_the_sorted_whole() {
        let items: Vec<i64> = (0..50).map(|n| n * 7 % 10).collect();
        for descending in [false, true] {
            let mut sorted = items.clone();
            sorted.sort_by_key(|n| if descending { -n } else { *n });
            for (page, size) in [(1, 7), (3, 7), (8, 7), (9, 7), (1, 100), (usize::MAX, 100)] {
                let sort = Some(Sort { field: (), descending });
                let found = Page::of(items.iter(), PageRequest { page, size, sort }, |n, ()| (*n).into());
                let expected = sorted.chunks(size).nth(page - 1).unwrap_or_default();
                assert_eq!((&*found.items, found.total), (expected, 50), "page {page} of {size}");
            }
        }
        let request = PageRequest::<()> { page: 2, size: 3, sort: None };
        let found = Page::of(items.iter(), request, |n, ()| (*n).into());
        assert_eq!((&*found.items, found.total), (&items[3..6], 50));
    }
}
