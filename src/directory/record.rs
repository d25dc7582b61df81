//! What a directory needs of its records, and its errors. Knows no record.

use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::hash::Hash;

/// What a [`Directory`](super::Directory) needs of a record. Cloning must be cheap, so large members are behind an
/// `Arc`.
pub trait Record: Clone {
    /// What it can be found by besides its key, such as an address to sign in with: an enum if there are several kinds,
    /// [`Infallible`] if there are none. Its text is for messages.
    type Alias: Clone + Eq + Hash + Debug + Display;

    /// The id by which calls find the record, unique in its directory. It never changes.
    fn key(&self) -> &str;

    /// Its current aliases. No two records share one.
    fn aliases(&self) -> Vec<Self::Alias> {
        Vec::new()
    }
}

/// Why a directory refused a call. Nothing was changed then.
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

/// What two records share, so that no directory can be made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duplicate<A> {
    /// Their key.
    Key(String),
    /// An alias.
    Alias(A),
}
