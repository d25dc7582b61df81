//! Reads seed files, and reports in one line what is wrong with them. Knows no vendor.

use serde::de::DeserializeOwned;

/// What is wrong with a seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}: {}", one_line(field), one_line(message))]
pub struct SeedError {
    /// The line, from 1.
    pub line: usize,
    /// The member, such as `users[3].emails[0].id`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl SeedError {
    /// An error about `value`, a string in the seed.
    pub fn about(seed: &str, value: &str, field: &str, message: impl Into<String>) -> Self {
        let quoted = serde_json::to_string(value).unwrap_or_default();
        let before = seed.rfind(&quoted).map_or("", |at| &seed[..at]);
        Self { line: before.matches('\n').count() + 1, field: field.to_owned(), message: message.into() }
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

/// Reads a seed file.
pub fn read_seed<T: DeserializeOwned>(seed: &str) -> Result<T, SeedError> {
    let mut reader = serde_json::Deserializer::from_str(seed);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = match error.path().to_string().as_str() {
            "." => "the file".to_owned(),
            path => path.to_owned(),
        };
        seed_error(field, error.inner())
    })?;
    reader.end().map_err(|error| seed_error("the file".to_owned(), &error))?;
    Ok(read)
}

fn seed_error(field: String, error: &serde_json::Error) -> SeedError {
    let message = error.to_string();
    // The message starts with the line, so it need not end with it.
    let position = format!(" at line {} column {}", error.line(), error.column());
    SeedError { line: error.line(), field, message: message.strip_suffix(&position).unwrap_or(&message).to_owned() }
}
