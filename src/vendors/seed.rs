//! What can be wrong with seed files, all of it collected. Knows no vendor, and nothing of files.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::directory::{Directory, Duplicate, Record};

/// How many problems are collected.
const MAX_PROBLEMS: usize = 100;

/// What is wrong with a seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", one_line(field), one_line(message))]
pub struct SeedError {
    /// The member, such as `users[3].emails[0].id`; empty for the whole file.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// Line and column, from 1, where the text could not be read so far that the member has a place.
    pub position: Option<(usize, usize)>,
    /// Whether the name of the member is wrong, not its value.
    pub is_name: bool,
}

impl SeedError {
    /// An error about a member's value.
    pub fn about(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), position: None, is_name: false }
    }
}

/// The text with line breaks and other control characters escaped: a member's name in a file can have any.
pub fn one_line(text: &str) -> String {
    let shown = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// What is wrong with a seed file, so that one run tells all of it.
#[derive(Debug, Default)]
pub struct Problems {
    errors: Vec<SeedError>,
    /// How many items each list of the file has. The records that are made of it stand before those that are embedded.
    lengths: HashMap<String, usize>,
}

impl Problems {
    /// Adds one, unless there are plenty.
    pub fn push(&mut self, error: SeedError) {
        if self.errors.len() < MAX_PROBLEMS {
            self.errors.push(error);
        }
    }

    /// Adds one about a member's value.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.push(SeedError::about(field, message));
    }

    /// Whether nothing is wrong so far with what stands below a member.
    pub fn is_clean(&self, member: &str) -> bool {
        self.errors
            .iter()
            .all(|error| !error.field.strip_prefix(member).is_some_and(|rest| rest.starts_with(['.', '['])))
    }

    /// Keeps how long the lists of the file are.
    pub(super) fn measure(&mut self, file: &str) {
        let members: HashMap<String, &RawValue> = serde_json::from_str(file).unwrap_or_default();
        let length =
            |list: &RawValue| serde_json::from_str::<Vec<&RawValue>>(list.get()).map_or(0, |items| items.len());
        self.lengths = members.into_iter().map(|(name, list)| (name, length(list))).collect();
    }

    /// A directory of the records of a list: the file's own come first, in their order. `describe` gives what is wrong
    /// with one that shares something with another: the member below it, and the message.
    pub fn directory<T: Record>(
        &mut self,
        records: Vec<T>,
        field: &str,
        describe: impl Fn(&Duplicate<T::Alias>) -> (&'static str, String),
    ) -> Option<Directory<T>> {
        let before = self.errors.len();
        let own = self.lengths.get(field).copied().unwrap_or_default();
        let mut add = |index: usize, duplicate: Duplicate<T::Alias>| {
            let (member, message) = describe(&duplicate);
            let dot = if member.is_empty() { "" } else { "." };
            self.add(format!("{field}[{index}]{dot}{member}"), message);
        };
        let (mut keys, mut aliases) = (HashMap::new(), HashMap::new());
        for (index, record) in records.iter().enumerate() {
            let is_own = index < own;
            // Of two the later one is wrong, unless it is none of the file: an embedded one, a generated person.
            let blamed = |first: usize| if is_own { index } else { first };
            if let Some(first) = keys.get(record.key()) {
                add(blamed(*first), Duplicate::Key(record.key().to_owned()));
                continue; // the same record twice has all else twice, too
            }
            if is_own {
                keys.insert(record.key(), index);
            } else if own == 0 {
                break; // nothing of the file that it could share
            }
            for alias in record.aliases() {
                match aliases.get(&alias) {
                    Some(first) => add(blamed(*first), Duplicate::Alias(alias)),
                    None if is_own => _ = aliases.insert(alias, index),
                    None => {}
                }
            }
        }
        if self.errors.len() > before {
            return None;
        }
        Directory::new(records).map_err(|duplicate| self.add(field, describe(&duplicate).1)).ok()
    }

    /// What was collected.
    pub fn into_errors(self) -> Vec<SeedError> {
        self.errors
    }

    /// The errors, if there are any.
    ///
    /// # Errors
    /// All of them.
    pub fn check(self) -> Result<(), Vec<SeedError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}
