//! Searches among ZITADEL's objects: conditions on the fields of a row, its order, and the page of what was found.
//! Knows no object.

use std::cmp::Ordering;
use std::collections::HashSet;

use jiff::Timestamp;

use super::super::error::Error;
use super::lists::Comparison;
use super::paging::{Page, Paging};
use super::search::{MAX_QUERIES, Match, check_level};

/// What can be searched: a row with fields.
pub trait Row {
    /// Its fields.
    type Field: Copy;

    /// What a field holds.
    fn value(&self, field: Self::Field) -> Cell<'_>;

    /// The order of rows that nothing else orders, which is that in which they were made.
    fn tie(&self, other: &Self) -> Ordering;
}

impl<R: Row> Row for &R {
    type Field = R::Field;

    fn value(&self, field: Self::Field) -> Cell<'_> {
        (**self).value(field)
    }

    fn tie(&self, other: &Self) -> Ordering {
        (**self).tie(other)
    }
}

/// What a field holds.
pub enum Cell<'a> {
    Text(&'a str),
    /// Several texts, any of which may fit.
    Texts(Vec<&'a str>),
    Time(Timestamp),
}

/// What a row has to be to be found.
pub enum Condition<F> {
    Text(F, Match),
    /// One of these texts.
    In(F, HashSet<String>),
    Time(F, Comparison, Timestamp),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// Conditions that all have to hold, an order, and a page.
pub struct Search<F> {
    pub conditions: Vec<Condition<F>>,
    pub column: Option<F>,
    pub paging: Paging,
}

/// How many rows a page has where the call does not say, and how many it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The vendor's default, and its most.
    Bounded,
    /// All of them.
    Unbounded,
}

impl<F: Copy> Search<F> {
    /// The page of the rows that fit.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`], [`Error::TooManyQueries`], [`Error::TooDeep`]
    pub fn find<R: Row<Field = F>>(
        self,
        rows: impl DoubleEndedIterator<Item = R>,
        limit: Limit,
    ) -> Result<Page<R>, Error> {
        if count(&self.conditions)? > MAX_QUERIES {
            return Err(Error::TooManyQueries);
        }
        let found = rows.filter(|row| self.conditions.iter().all(|condition| condition.holds(row)));
        let order = &|one: &R, other: &R| {
            let by_column = self.column.map_or(Ordering::Equal, |column| one.value(column).order(&other.value(column)));
            by_column.then_with(|| one.tie(other))
        };
        match limit {
            Limit::Bounded => self.paging.page(found, order),
            Limit::Unbounded => Ok(self.paging.unbounded_page(found, order)),
        }
    }
}

/// How many conditions there are, those inside others included.
fn count<F>(conditions: &[Condition<F>]) -> Result<usize, Error> {
    fn below<F>(conditions: &[Condition<F>], level: usize) -> Result<usize, Error> {
        check_level(level)?;
        conditions.iter().try_fold(conditions.len(), |sum, condition| {
            let inner = match condition {
                Condition::All(inner) | Condition::Any(inner) => inner.as_slice(),
                Condition::Not(inner) => std::slice::from_ref(&**inner),
                Condition::Text(..) | Condition::In(..) | Condition::Time(..) => return Ok(sum),
            };
            Ok(sum + below(inner, level + 1)?)
        })
    }
    below(conditions, 0)
}

impl<F: Copy> Condition<F> {
    /// The field holds that text.
    pub fn is(field: F, text: &str) -> Self {
        Self::In(field, HashSet::from([text.to_owned()]))
    }

    fn holds<R: Row<Field = F>>(&self, row: &R) -> bool {
        match self {
            Self::Text(field, text) => row.value(*field).any(|value| text.matches(value)),
            Self::In(field, values) => row.value(*field).any(|value| values.contains(value)),
            Self::Time(field, comparison, time) => match row.value(*field) {
                Cell::Time(value) => comparison.matches(value, *time),
                Cell::Text(_) | Cell::Texts(_) => false,
            },
            Self::All(inner) => inner.iter().all(|condition| condition.holds(row)),
            Self::Any(inner) => inner.iter().any(|condition| condition.holds(row)),
            Self::Not(inner) => !inner.holds(row),
        }
    }
}

impl Cell<'_> {
    fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Text(text) => fits(text),
            Self::Texts(texts) => texts.iter().any(|text| fits(text)),
            Self::Time(_) => false,
        }
    }

    /// The order of two cells of one column: texts whatever their case.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => ignoring_case(one).cmp(ignoring_case(other)),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Texts(one), Self::Texts(other)) => one.cmp(other),
            _ => Ordering::Equal,
        }
    }
}

fn ignoring_case(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::search::TextMethod;
    use super::*;

    struct Word(&'static str);

    impl Row for Word {
        type Field = ();

        fn value(&self, (): ()) -> Cell<'_> {
            Cell::Text(self.0)
        }

        fn tie(&self, other: &Self) -> Ordering {
            self.0.cmp(other.0)
        }
    }

    fn found(conditions: Vec<Condition<()>>, paging: Paging) -> (Vec<&'static str>, usize) {
        let words = ["b", "A", "c", "ab"].into_iter().map(Word);
        let page = Search { conditions, column: Some(()), paging }.find(words, Limit::Unbounded).unwrap();
        (page.items.iter().map(|word| word.0).collect(), page.total)
    }

    #[test]
    fn what_fits_is_ordered_whatever_its_case_and_paged() {
        let ascending = Paging { ascending: true, ..Paging::default() };
        assert_eq!(found(vec![], ascending), (vec!["A", "ab", "b", "c"], 4));
        assert_eq!(found(vec![], Paging { limit: 2, offset: 1, ..ascending }), (vec!["ab", "b"], 4));
        assert_eq!(found(vec![], Paging::default()).0, ["c", "b", "ab", "A"]);
        let contains = |text| Condition::Text((), Match::new(text, TextMethod::Contains, false));
        assert_eq!(found(vec![contains("b")], ascending).0, ["ab", "b"]);
        assert_eq!(found(vec![contains("b"), Condition::Not(Box::new(contains("a")))], ascending).0, ["b"]);
        assert_eq!(found(vec![Condition::Any(vec![contains("c"), Condition::is((), "A")])], ascending).0, ["A", "c"]);
    }

    #[test]
    fn conditions_nest_as_deep_as_the_vendor_lets_them() {
        let nested = |depth| (0..depth).fold(Condition::is((), "b"), |inner, _| Condition::All(vec![inner]));
        assert_eq!(count(&[nested(20)]), Ok(21));
        assert_eq!(count(&[nested(21)]), Err(Error::TooDeep));
    }
}
