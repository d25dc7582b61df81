//! YAML as JSON, and where a member stands in it. Knows nothing of what it means.

use std::collections::HashMap;

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

use super::locate::{Place, begins};

/// A text that is no YAML, or that says what JSON cannot: what is wrong, and where.
pub(super) struct NoJson {
    pub(super) message: String,
    pub(super) place: Place,
}

/// How deep values may be nested, as in JSON.
const MAX_DEPTH: usize = 127;

/// How many bytes all texts may have in total, each as often as it is meant.
const MAX_BYTES: usize = 64 << 20;

/// The same as JSON. An empty text is an empty object.
///
/// # Errors
/// [`NoJson`].
pub(super) fn to_json(text: &str) -> Result<String, NoJson> {
    let wrong = |message: &str, marker: &Marker| NoJson { message: message.to_owned(), place: place(marker) };
    check_size(text)?;
    let documents = MarkedYaml::load_from_str(text).map_err(|error| wrong(error.info(), error.marker()))?;
    match &documents[..] {
        [] => Ok("{}".to_owned()),
        [one] => value(one).map(|value| value.to_string()),
        [_, second, ..] => Err(wrong("expected one document", &second.span.start)),
    }
}

/// Checks that a text says no more than can be read. The library's reader takes a call of a function for each level,
/// and copies what an alias stands for.
fn check_size(text: &str) -> Result<(), NoJson> {
    let (mut depth, mut bytes) = (0_usize, 0_usize);
    // How many bytes stand behind each anchor; those that are still read, with where they began.
    let (mut sizes, mut open) = (HashMap::new(), Vec::new());
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| NoJson { message: error.info().to_owned(), place: place(error.marker()) })?;
        match event {
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                depth += 1;
                open.push((anchor, bytes));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                depth -= 1;
                let (anchor, before) = open.pop().unwrap_or_default();
                sizes.insert(anchor, bytes - before);
            }
            Event::Scalar(text, _, anchor, _) => {
                bytes = bytes.saturating_add(text.len() + 1);
                sizes.insert(anchor, text.len() + 1);
            }
            Event::Alias(anchor) => bytes = bytes.saturating_add(sizes.get(&anchor).copied().unwrap_or_default()),
            _ => {}
        }
        let wrong = |message: &str| Err(NoJson { message: message.to_owned(), place: place(&span.start) });
        match (depth > MAX_DEPTH, bytes > MAX_BYTES) {
            (true, _) => return wrong("nested too deep"),
            (_, true) => return wrong("too much, with what its aliases stand for"),
            (false, false) => {}
        }
    }
    Ok(())
}

/// A text that was read, so that members can be looked for.
pub(super) struct Read<'t>(Vec<MarkedYaml<'t>>);

impl<'t> Read<'t> {
    /// The text; with nothing in it if it is no YAML.
    pub(super) fn of(text: &'t str) -> Self {
        Self(MarkedYaml::load_from_str(text).unwrap_or_default())
    }

    /// Where the value of a member such as `users[3].id` stands, or its name; as far as the text has it.
    pub(super) fn find(&self, field: &str, is_name: bool) -> Option<Place> {
        let mut here = self.0.first()?;
        let (mut name, mut rest) = (None, field);
        while !rest.is_empty() {
            let found = match &here.data {
                YamlData::Sequence(items) => rest.strip_prefix('[').and_then(|rest| {
                    let (index, after) = rest.split_once(']')?;
                    Some((None, items.get(index.parse::<usize>().ok()?)?, after))
                }),
                // A name can have dots and brackets itself.
                YamlData::Mapping(members) => {
                    let begun = members.iter().filter_map(|(key, inner)| {
                        let name = key.data.as_str()?;
                        Some((name.len(), key, inner, begins(rest, name)?))
                    });
                    begun.max_by_key(|(length, ..)| *length).map(|(_, key, inner, after)| (Some(key), inner, after))
                }
                _ => None,
            };
            let Some((key, inner, after)) = found else { break };
            (name, here, rest) = (key, inner, after);
        }
        Some(place(&name.filter(|_| is_name).unwrap_or(here).span.start))
    }
}

fn value(node: &MarkedYaml<'_>) -> Result<Value, NoJson> {
    let wrong = |message: &str| NoJson { message: message.to_owned(), place: place(&node.span.start) };
    match &node.data {
        YamlData::Value(Scalar::Null) => Ok(Value::Null),
        YamlData::Value(Scalar::Boolean(is)) => Ok((*is).into()),
        YamlData::Value(Scalar::Integer(number)) => Ok((*number).into()),
        YamlData::Value(Scalar::FloatingPoint(number)) => {
            serde_json::Number::from_f64(number.0).map(Value::Number).ok_or_else(|| wrong("not a number of JSON"))
        }
        YamlData::Value(Scalar::String(text)) => Ok((**text).into()),
        YamlData::Sequence(items) => items.iter().map(value).collect(),
        YamlData::Mapping(members) => {
            let member = |(key, inner): (&MarkedYaml<'_>, &MarkedYaml<'_>)| match key.data.as_str() {
                Some(name) => Ok((name.to_owned(), value(inner)?)),
                None => Err(NoJson { message: "expected a text as name".to_owned(), place: place(&key.span.start) }),
            };
            members.iter().map(member).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        _ => Err(wrong("JSON has nothing like this")),
    }
}

fn place(marker: &Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_read_as_json_and_its_members_are_found() {
        let text =
            "users:\n  - &mia\n    user_id: mia\n    disabled: yes\n    n: 0x10\n  - <: *mia\n  - {user_id: \"7\"}\n";
        let json = to_json(text).unwrap_or_else(|error| panic!("{}", error.message));
        let mia = r#"{"user_id":"mia","disabled":"yes","n":16}"#;
        assert_eq!(json, format!(r#"{{"users":[{mia},{{"<":{mia}}},{{"user_id":"7"}}]}}"#));
        let read = Read::of(text);
        let find = |field: &str, is_name| read.find(field, is_name).map(|place| (place.line, place.column));
        assert_eq!(find("users[0].disabled", false), Some((4, 15)));
        assert_eq!(find("users[0].disabled", true), Some((4, 5)));
        assert_eq!(find("users[2].user_id", false), Some((7, 15)));
        assert_eq!(find("users[2].none", false), Some((7, 5)));
        let deep = "- ".repeat(100_000);
        let billion = (1..10).fold("a0: &a0 [lol]\n".to_owned(), |text, n| {
            let aliases = vec![format!("*a{}", n - 1); 10].join(",");
            format!("{text}a{n}: &a{n} [{aliases}]\n")
        });
        for (text, line) in [(&*deep, 1), (&*billion, 9)] {
            assert_eq!(to_json(text).err().map(|error| error.place.line), Some(line));
        }
        for (text, line) in [("a: 1\na: 2", 2), ("a: [", 2), ("1: 2", 1), ("a: .nan", 1), ("a: 1\n---\nb: 2", 3)] {
            let error = to_json(text).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(error.place.line, line, "{text}: {}", error.message);
        }
    }
}
