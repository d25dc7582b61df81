//! Pages of ZITADEL's lists.

use std::cmp::Ordering;

use super::super::error::Error;

/// The limits of the vendor's newer list calls: what counts where none is asked for, and the most.
const LIMIT: (u32, u32) = (100, 1_000);

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
        if self.limit > LIMIT.1 {
            return Err(Error::LimitExceeded);
        }
        found.sort_by(|one, other| if self.ascending { order(one, other) } else { order(other, one) });
        let (total, limit) = (found.len(), if self.limit == 0 { LIMIT.0 } else { self.limit });
        let items = found.into_iter().skip(self.start(total)).take(limit as usize).collect();
        Ok(Page { items, total, limit })
    }
}
