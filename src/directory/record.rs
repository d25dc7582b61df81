//! What a directory asks of its records, and what it answers instead of doing what it was asked. Knows no record.

use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::hash::Hash;

/// What a [`Directory`](super::Directory) asks of a record. Cloning one has to be cheap: wide members stand behind an
/// `Arc`.
pub trait Record: Clone {
    /// What it can be found by besides its key, such as an address to sign in with: an enum where there are kinds,
    /// [`Infallible`] where there is nothing. Its text is for messages.
    type Alias: Clone + Eq + Hash + Debug + Display;

    /// The id by which calls find the record, unique in its directory. It never changes.
    fn key(&self) -> &str;

    /// What else it is found by now. No two records share an alias.
    fn aliases(&self) -> Vec<Self::Alias> {
        Vec::new()
    }
}

/// Why a directory did not do what it was asked. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryError<A, E = Infallible> {
    /// No record has the key.
    Absent,
    /// A record has the key already.
    Exists,
    /// Another record has this alias.
    Taken(A),
    /// The caller's own closure refused.
    Refused(E),
}

/// What two records share that a directory was to be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duplicate<A> {
    /// Their key.
    Key(String),
    /// An alias.
    Alias(A),
}
