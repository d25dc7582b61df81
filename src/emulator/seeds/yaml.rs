//! YAML as JSON, and where a member stands in it. Knows nothing of what it means.

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use serde_json::{Map, Value};

use super::locate::{Place, begins};

/// A text that is no YAML, or that says what JSON cannot: what is wrong, and where.
pub(super) struct NoJson {
    pub(super) message: String,
    pub(super) place: Place,
}

/// The same as JSON. An empty text is an empty object.
///
/// # Errors
/// [`NoJson`].
pub(super) fn to_json(text: &str) -> Result<String, NoJson> {
    let wrong = |message: &str, marker: &Marker| NoJson { message: message.to_owned(), place: place(marker) };
    let documents = MarkedYaml::load_from_str(text).map_err(|error| wrong(error.info(), error.marker()))?;
    match &documents[..] {
        [] => Ok("{}".to_owned()),
        [one] => value(one).map(|value| value.to_string()),
        [_, second, ..] => Err(wrong("expected one document", &second.span.start)),
    }
}

/// Where the value of a member such as `users[3].id` stands, or its name; as far as the text has it.
pub(super) fn find(text: &str, field: &str, is_name: bool) -> Option<Place> {
    let documents = MarkedYaml::load_from_str(text).ok()?;
    let mut here = documents.first()?;
    let (mut name, mut rest) = (None, field);
    while !rest.is_empty() {
        let found = match &here.data {
            YamlData::Sequence(items) => rest.strip_prefix('[').and_then(|rest| {
                let (index, after) = rest.split_once(']')?;
                Some((None, items.get(index.parse::<usize>().ok()?)?, after))
            }),
            YamlData::Mapping(members) => members.iter().find_map(|(key, inner)| {
                let text = key.data.as_str()?;
                Some((Some(key), inner, begins(rest, text)?))
            }),
            _ => None,
        };
        let Some((key, inner, after)) = found else { break };
        (name, here, rest) = (key, inner, after);
    }
    Some(place(&name.filter(|_| is_name).unwrap_or(here).span.start))
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
        let find = |field: &str, is_name| find(text, field, is_name).map(|place| (place.line, place.column));
        assert_eq!(find("users[0].disabled", false), Some((4, 15)));
        assert_eq!(find("users[0].disabled", true), Some((4, 5)));
        assert_eq!(find("users[2].user_id", false), Some((7, 15)));
        assert_eq!(find("users[2].none", false), Some((7, 5)));
        for (text, line) in [("a: 1\na: 2", 2), ("a: [", 2), ("1: 2", 1), ("a: .nan", 1), ("a: 1\n---\nb: 2", 3)] {
            let error = to_json(text).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(error.place.line, line, "{text}: {}", error.message);
        }
    }
}
