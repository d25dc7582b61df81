//! How values of flags are read, and what is said of a wrong one: what was expected, and an example.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use crate::Limits;

/// The values of one occurrence of a flag or of its variable, separated by commas or line breaks; at least one.
#[derive(Debug, Clone)]
pub(super) struct Several<T>(pub(super) Vec<T>);

pub(super) fn several<T: FromStr<Err: Display>>(text: &str) -> Result<Several<T>, String> {
    parted(text, &[',', '\n'])
}

/// The same of values that have commas in them. A block of YAML ends with a line break, which is no value.
pub(super) fn lines<T: FromStr<Err: Display>>(text: &str) -> Result<Several<T>, String> {
    parted(text, &['\n'])
}

fn parted<T: FromStr<Err: Display>>(text: &str, separators: &[char]) -> Result<Several<T>, String> {
    let parts = text.split(separators).map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.map(|part| part.parse().map_err(|error: T::Err| error.to_string()));
    match parts.collect::<Result<Vec<T>, _>>()? {
        parts if parts.is_empty() => Err("expected at least one value".to_owned()),
        parts => Ok(Several(parts)),
    }
}

/// The values of all occurrences of a flag.
pub(super) fn all<T>(several: Vec<Several<T>>) -> Vec<T> {
    several.into_iter().flat_map(|several| several.0).collect()
}

pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "expected a whole number, such as 20".to_owned())
}

pub(super) fn at_least_one<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| *number > 0).and_then(|number: u64| T::try_from(number).ok());
    number.ok_or_else(|| "expected a whole number of at least 1, such as 20".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    at_least_one(text).map(Duration::from_secs).map_err(|_| "expected whole seconds, such as 30".to_owned())
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected a time with its offset, such as 2030-01-01T00:00:00Z".to_owned())
}

/// A number of bytes, with or without a unit such as MiB.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let expected = || "expected a number of bytes, such as 500000000, 512MiB or 2GiB".to_owned();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches("ib") {
        "" | "b" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(expected()),
    };
    let number: usize = at_least_one(digits).map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// A nesting depth that the JSON reader supports.
pub(super) fn depth(text: &str) -> Result<usize, String> {
    let max = Limits::MAX_JSON_DEPTH;
    at_least_one(text).ok().filter(|depth| *depth <= max).ok_or_else(|| format!("expected a number from 1 to {max}"))
}
