//! How a seed file and the embedded one go together where everybody has a home, such as a tenant: who stays, and who
//! moves to another one. Knows no vendor.

use super::seed_file::{Embedded, add};

/// The homes of a seed file and of the embedded one, by their ids.
pub struct Homes<K> {
    rule: Embedded,
    /// The first home of the embedded file, and the one that takes its place.
    moves: Option<(K, K)>,
}

impl<K: PartialEq + Clone> Homes<K> {
    /// Given the first home of each file. What belonged to the embedded one belongs to the file's own, unless the
    /// embedded ones stay.
    pub fn of(rule: Embedded, embedded: Option<K>, own: Option<K>) -> Self {
        let moves = embedded.zip(own).filter(|_| rule == Embedded::Replace);
        Self { rule, moves }
    }

    /// Moves what is embedded to the home where it is now.
    pub fn relocate(&self, home: &mut K) {
        if let Some((from, to)) = &self.moves
            && home == from
        {
            home.clone_from(to);
        }
    }

    /// The file's own users, and the embedded ones that stay beside them: all, unless the file has a list in their
    /// place; then those that `stays` names.
    pub fn users<T, I: PartialEq>(
        &self,
        own: Option<Vec<T>>,
        embedded: Option<Vec<T>>,
        stays: impl Fn(&T) -> bool,
        key: impl Fn(&T) -> I,
    ) -> Vec<T> {
        let are_replaced = own.is_some() && self.rule == Embedded::Replace;
        let others = embedded.into_iter().flatten().filter(|user| !are_replaced || stays(user));
        add(own.unwrap_or_default(), others, key)
    }

    /// The file's own homes, and the embedded ones that stay beside them: all, unless the file has a list in their
    /// place; then those that have users.
    pub fn homes<H>(
        &self,
        own: Option<Vec<H>>,
        embedded: Option<Vec<H>>,
        has_users: impl Fn(&K) -> bool,
        key: impl Fn(&H) -> K,
    ) -> Vec<H> {
        let are_replaced = own.is_some() && self.rule == Embedded::Replace;
        let others = embedded.into_iter().flatten().filter(|home| !are_replaced || has_users(&key(home)));
        add(own.unwrap_or_default(), others, &key)
    }
}
