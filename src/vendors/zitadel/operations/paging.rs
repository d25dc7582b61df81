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
}
