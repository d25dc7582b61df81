//! What can be wrong with seed files, all of it collected. Knows no vendor, and nothing of files.

use std::collections::HashSet;

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
pub struct Problems(Vec<SeedError>);

impl Problems {
    /// Adds one, unless there are plenty.
    pub fn push(&mut self, error: SeedError) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(error);
        }
    }

    /// Adds one about a member's value.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.push(SeedError::about(field, message));
    }

    /// Whether nothing is wrong so far with what stands below a member.
    pub fn is_clean(&self, member: &str) -> bool {
        self.0.iter().all(|error| !error.field.strip_prefix(member).is_some_and(|rest| rest.starts_with(['.', '['])))
    }

    /// A directory of these records, of which the first `own` stand in the file, in this order. `describe` gives what
    /// is wrong with one that shares something with an earlier one: the member below it, and the message.
    pub fn directory<T: Record>(
        &mut self,
        (records, own): (Vec<T>, usize),
        field: &str,
        describe: impl Fn(&Duplicate<T::Alias>) -> (&'static str, String),
    ) -> Option<Directory<T>> {
        let before = self.0.len();
        let (mut keys, mut aliases) = (HashSet::new(), HashSet::new());
        for (index, record) in records.iter().take(own).enumerate() {
            let mut add = |duplicate: Duplicate<T::Alias>| {
                let (member, message) = describe(&duplicate);
                let dot = if member.is_empty() { "" } else { "." };
                self.add(format!("{field}[{index}]{dot}{member}"), message);
            };
            if !keys.insert(record.key()) {
                add(Duplicate::Key(record.key().to_owned()));
                continue; // the same record twice has all else twice, too
            }
            for alias in record.aliases() {
                if !aliases.insert(alias.clone()) {
                    add(Duplicate::Alias(alias));
                }
            }
        }
        if self.0.len() > before {
            return None;
        }
        // What the file does not list can share something, too: a generated person, an embedded one.
        Directory::new(records).map_err(|duplicate| self.add(field, describe(&duplicate).1)).ok()
    }

    /// What was collected.
    pub fn into_errors(self) -> Vec<SeedError> {
        self.0
    }

    /// The errors, if there are any.
    ///
    /// # Errors
    /// All of them.
    pub fn check(self) -> Result<(), Vec<SeedError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
