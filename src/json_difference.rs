//! Whether two texts of JSON say the same, whatever their spaces and the order of members. Knows nothing of what they
//! are about.

use std::fmt;
use std::io::{self, Write};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A writer that compares what is written with a given text, and keeps nothing. It stops at the first byte that
/// differs. What is written has no spaces around its tokens; those of the given text do not count.
pub struct Comparison<'a> {
    rest: &'a [u8],
    in_text: bool,
    is_escaped: bool,
}

impl<'a> Comparison<'a> {
    /// A comparison with that text.
    pub fn with(given: &'a [u8]) -> Self {
        Self { rest: given, in_text: false, is_escaped: false }
    }

    /// Whether all of the given text was written.
    pub fn is_over(&self) -> bool {
        self.rest.trim_ascii_start().is_empty()
    }
}

impl Write for Comparison<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            if !self.in_text {
                self.rest = self.rest.trim_ascii_start();
            }
            match self.rest.split_first() {
                Some((first, rest)) if first == byte => self.rest = rest,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'"' => self.in_text = !self.in_text,
                b'\\' => self.is_escaped = self.in_text,
                _ => {}
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The first difference between a given text and what was made of it, with the path of the member.
///
/// # Errors
/// One of them is no JSON.
pub fn difference(given: &str, own: &str) -> serde_json::Result<Option<String>> {
    let (given, own) = (serde_json::from_str(given)?, serde_json::from_str(own)?);
    let mut path = String::new();
    compare(given, own, &mut path)
}

/// The members of an object, or the name that it has twice.
struct Members<'a>(Result<HashMap<String, &'a RawValue>, String>);

fn compare(given: &RawValue, own: &RawValue, path: &mut String) -> serde_json::Result<Option<String>> {
    if given.get() == own.get() {
        return Ok(None);
    }
    let is = |start: char| given.get().starts_with(start) && own.get().starts_with(start);
    if is('{') {
        return members(given, own, path);
    }
    if is('[') {
        return items(given, own, path);
    }
    let (given, own): (Value, Value) = (serde_json::from_str(given.get())?, serde_json::from_str(own.get())?);
    Ok((given != own).then(|| format!("{}: it would become {}", shown(path), cut(&own.to_string()))))
}

fn members(given: &RawValue, own: &RawValue, path: &mut String) -> serde_json::Result<Option<String>> {
    let (given, own): (Members<'_>, Members<'_>) =
        (serde_json::from_str(given.get())?, serde_json::from_str(own.get())?);
    let mut given = match given.0 {
        Ok(given) => given,
        Err(name) => return Ok(Some(format!("{}: duplicate member", shown(&joined(path, &name))))),
    };
    for (name, own) in own.0.unwrap_or_default() {
        let length = path.len();
        *path = joined(path, &name);
        let found = match given.remove(&name) {
            Some(given) => compare(given, own, path)?,
            None => Some(format!("{}: missing member", shown(path))),
        };
        if found.is_some() {
            return Ok(found);
        }
        path.truncate(length);
    }
    let unknown = given.keys().min().map(|name| joined(path, name));
    Ok(unknown.map(|path| format!("{}: unknown member", shown(&path))))
}

fn items(given: &RawValue, own: &RawValue, path: &mut String) -> serde_json::Result<Option<String>> {
    let (given, own): (Vec<&RawValue>, Vec<&RawValue>) =
        (serde_json::from_str(given.get())?, serde_json::from_str(own.get())?);
    if given.len() != own.len() {
        return Ok(Some(format!("{}: of {} items it would keep {}", shown(path), given.len(), own.len())));
    }
    let length = path.len();
    for (index, (given, own)) in given.into_iter().zip(own).enumerate() {
        path.push_str(&format!("[{index}]"));
        let found = compare(given, own, path)?;
        if found.is_some() {
            return Ok(found);
        }
        path.truncate(length);
    }
    Ok(None)
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "the whole" } else { path }
}

/// A value for a message: not more than fits on a line.
fn cut(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAnObject;
        impl<'de> Visitor<'de> for OfAnObject {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = HashMap::new();
                let mut twice = None;
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    match members.entry(name) {
                        Entry::Vacant(entry) => _ = entry.insert(value),
                        Entry::Occupied(entry) => twice = Some(entry.key().clone()),
                    }
                }
                Ok(Members(twice.map_or(Ok(members), Err)))
            }
        }
        deserializer.deserialize_map(OfAnObject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told_with_its_path() {
        let own = r#"{"a":[{"b":1.5,"c":"é"},{}],"d":null}"#;
        for (given, told) in [
            (r#" { "d": null, "a": [ {"c":"\u00e9", "b": 1.50}, { } ] } "#, None),
            (r#"{"a":[{"b":2,"c":"é"},{}],"d":null}"#, Some("a[0].b: it would become 1.5")),
            (r#"{"a":[{"b":1.5,"c":"é"},{"x":1}],"d":null}"#, Some("a[1].x: unknown member")),
            (r#"{"a":[{"b":1.5,"c":"é"}],"d":null}"#, Some("a: of 1 items it would keep 2")),
            (r#"{"a":[{"b":1.5,"c":"é"},{}]}"#, Some("d: missing member")),
            (r#"{"a":[{"b":1.5,"c":"é"},{}],"d":null,"d":null}"#, Some("d: duplicate member")),
            (r#"{"a":[{"b":1.5,"c":"é"},[]],"d":null}"#, Some("a[1]: it would become {}")),
            (r#"[]"#, Some("the whole: it would become ")),
        ] {
            let found = difference(given, own).unwrap();
            assert_eq!(found.is_some(), told.is_some(), "{given}: {found:?}");
            assert!(found.unwrap_or_default().starts_with(told.unwrap_or_default()), "{given}");
        }
    }

    #[test]
    fn a_comparison_sees_past_spaces_outside_of_texts_alone() {
        let same = |given: &str, own: &str| {
            let mut comparison = Comparison::with(given.as_bytes());
            own.bytes().all(|byte| comparison.write_all(&[byte]).is_ok()) && comparison.is_over()
        };
        let own = r#"{"a b":["\" \\",1]}"#;
        assert!(same(own, own) && same(&format!(" {own}\n"), own));
        assert!(same("{ \"a b\" :\n[ \"\\\" \\\\\" , 1 ] }", own));
        assert!(!same(r#"{"a  b":["\" \\",1]}"#, own));
        assert!(!same(r#"{"a b":["\"  \\",1]}"#, own));
        assert!(!same(r#"{"a b":["\" \\",1]} x"#, own));
        assert!(!same(r#"{"a b":["\" \\",1"#, own));
    }
}
