//! Reads JSON as types, and says which member does not fit. Knows none of the types.
//!
//! Where the reader stopped tells the member. To keep track of members while reading would compile each type twice,
//! which was a tenth of the binary.

use std::fmt;

use serde::de::DeserializeOwned;

/// What does not fit.
#[derive(Debug)]
pub struct Misfit {
    /// The member; empty for the whole.
    pub path: Vec<Segment>,
    pub error: serde_json::Error,
}

/// A step to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Member(String),
    Item(usize),
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = show(&self.path);
        if !path.is_empty() {
            write!(formatter, "{path}: ")?;
        }
        self.error.fmt(formatter)
    }
}

/// A path such as `users[3].emails[0].id`.
pub fn show<'s>(path: impl IntoIterator<Item = &'s Segment>) -> String {
    path.into_iter().fold(String::new(), |text, segment| match segment {
        Segment::Item(number) => format!("{text}[{number}]"),
        Segment::Member(name) => below(text, name),
    })
}

/// The path of a member.
pub fn below(path: String, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The value of a text.
///
/// # Errors
/// What does not fit.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Misfit> {
    serde_json::from_slice(text).map_err(|error| {
        let again = &|text: &[u8]| serde_json::from_slice::<T>(text).err();
        Misfit { path: walk(&text[..culprit(text, &error, again)]), error }
    })
}

/// The largest text that is asked about again: what is asked has a copy of it, and states can be very large.
const MAX_ASKED_AGAIN: usize = 1 << 20;

/// Where what does not fit ends. An error about the last member of an object, or the last item of a list, is told where
/// the whole ends if the reader had read the value before its type refused it. So what is told there is asked again
/// with one more behind it.
fn culprit(text: &[u8], error: &serde_json::Error, again: &dyn Fn(&[u8]) -> Option<serde_json::Error>) -> usize {
    let mut end = offset(text, error);
    if text.len() > MAX_ASKED_AGAIN {
        return end; // the member around it is told
    }
    let reason = reason(error);
    while let Some(more) = match text[..end].last() {
        Some(b'}') => Some(",\"\":0"),
        Some(b']') => Some(",0"),
        _ => None,
    } {
        let longer = [&text[..end - 1], more.as_bytes(), &text[end - 1..]].concat();
        match again(&longer) {
            Some(other) if self::reason(&other) == reason && offset(&longer, &other) < end + more.len() => {
                end = offset(&longer, &other).min(end - 1);
            }
            _ => break,
        }
    }
    end
}

/// The error without its place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// How much of the text was read when it was told.
fn offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::len);
    let before: usize = lines.take(error.line().saturating_sub(1)).sum();
    let end = (before + error.column()).min(text.len());
    let read = text[..end].trim_ascii_end();
    // What opens a value that does not fit at all, or follows one, was only looked at.
    read.strip_suffix(b"[").or(read.strip_suffix(b"{")).or(read.strip_suffix(b",")).unwrap_or(read).len()
}

/// The member at which the text ends.
fn walk(text: &[u8]) -> Vec<Segment> {
    let mut path: Vec<Option<Segment>> = Vec::new();
    let mut at = 0;
    let mut is_name = false;
    while let Some(byte) = text.get(at) {
        let mut next = at + 1;
        match byte {
            b'"' => {
                next = end_of_string(text, next);
                if is_name && let Some(last) = path.last_mut() {
                    *last = serde_json::from_slice(&text[at..next]).ok().map(Segment::Member);
                    is_name = false;
                }
            }
            b'{' => {
                path.push(None);
                is_name = true;
            }
            b'[' => {
                path.push(Some(Segment::Item(0)));
                is_name = false;
            }
            b'}' | b']' => {
                path.pop();
                is_name = false;
            }
            b',' => match path.last_mut() {
                Some(Some(Segment::Item(number))) => *number += 1,
                _ => is_name = true,
            },
            _ => {}
        }
        at = next;
    }
    path.into_iter().flatten().collect()
}

fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        at += if *byte == b'\\' { 2 } else { 1 };
        if *byte == b'"' {
            break;
        }
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Deserializer};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Whole {
        id: u8,
        #[serde(default)]
        items: Vec<Item>,
        #[serde(default, deserialize_with = "even")]
        last: u8,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Item {
        name: String,
        #[serde(default, deserialize_with = "even")]
        size: u8,
        #[serde(default, deserialize_with = "evens")]
        sizes: Vec<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "type", rename_all = "lowercase")]
    #[expect(dead_code, reason = "only read")]
    enum Kind {
        One { text: String },
    }

    /// Refuses what was read, as a check does that stands behind the reader.
    fn even<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        let number = u8::deserialize(deserializer)?;
        if number % 2 == 0 { Ok(number) } else { Err(serde::de::Error::custom("odd")) }
    }

    fn evens<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let numbers = Vec::<u8>::deserialize(deserializer)?;
        if numbers.iter().all(|number| number % 2 == 0) { Ok(numbers) } else { Err(serde::de::Error::custom("odd")) }
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_member() {
        for (text, expected) in [
            (r#"{"id":"x"}"#, "id: invalid type"),
            (r#"{"id":300}"#, "id: invalid value"),
            (r#"{"id":{"a":1}}"#, "id: invalid type"),
            (r#"{"id":[1]}"#, "id: invalid type"),
            (r#"[1,2]"#, "[1]: invalid type"),
            (r#"{"id":1,"it\u0065ms":[{"name":"a"},{"name":7}]}"#, "items[1].name: invalid type"),
            (r#"{"id":1,"items":[{"name":"a"},{}]}"#, "items[1]: missing field"),
            (r#"{"items":[{"name":"a"}]}"#, "missing field"),
            (r#"{"id":1,"items":[{"name":"a"},{"name":"b","nam":1}]}"#, "items[1].nam: unknown field"),
            (r#"{"id":1,"items":[{"size":1,"name":"a"}]}"#, "items[0].size: odd"),
            ("{\"id\":1,\n\"items\":[\n{\"name\":\"}]\\\"\",\"size\":1}\n]}", "items[0].size: odd"),
            (r#"{"id":1,"items":[{"name":"a","sizes":[2,4,5]}]}"#, "items[0].sizes: odd"),
            (r#"{"id":1,"items":[{"name":"a","sizes":[2,"4"]}]}"#, "items[0].sizes[1]: invalid type"),
            (r#"{"id":1,"last":3}"#, "last: odd"),
            (r#"{"last":3,"id":1}"#, "last: odd"),
            (r#"{"id":1,"kind":{"type":"one","text":5}}"#, "kind: invalid type"),
            (r#"{"id":1,"kind":{"type":"one"}}"#, "kind: missing field"),
            (r#"{"id":1,"kind":{"type":"two"}}"#, "kind.type: unknown variant"),
            (r#"{"id":1,"id":2}"#, "id: duplicate field"),
            (r#"{"id":1"#, "id: EOF"),
            (r#"{"id":1}}"#, "trailing characters"),
        ] {
            let told = read::<Whole>(text.as_bytes()).unwrap_err().to_string();
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }

    #[test]
    fn a_large_text_is_read_once() {
        let large = |name: usize| format!(r#"{{"id":1,"items":[{{"name":"{}","size":1}}]}}"#, "a".repeat(name));
        for (name, expected) in [(1 << 10, "items[0].size: odd"), (1 << 20, "items[0]: odd")] {
            let told = read::<Whole>(large(name).as_bytes()).unwrap_err().to_string();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
