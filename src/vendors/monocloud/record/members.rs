//! A JSON object in a record, kept small: most users have a few short claims and no data. Pure.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// The members of a JSON object in the order in which they were given.
///
/// A flat list: for a few members a map takes several times as much memory, and there is one of these in every user.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub(in super::super) struct Members(Box<[(Cow<'static, str>, Member)]>);

/// The names of generated people's claims, which need no memory of their own.
const USUAL_NAMES: [&str; 3] = ["name", "given_name", "family_name"];

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Member {
    Text(Box<str>),
    Other(Box<Value>),
}

impl Member {
    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone().into()),
            Self::Other(value) => (**value).clone(),
        }
    }
}

impl Members {
    /// The members that are texts.
    pub(in super::super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(_, member)| match member {
            Member::Text(text) => Some(&**text),
            Member::Other(_) => None,
        })
    }

    /// The value of a member.
    pub(in super::super) fn get(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, member)| member.to_value())
    }

    /// Changes the object. Returns whether it differs.
    pub(in super::super) fn edit(&mut self, change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        let mut members = self.to_map();
        change(&mut members);
        // Compared as maps: the order of the members does not make another object.
        let changed = members != self.to_map();
        if changed {
            *self = members.into();
        }
        changed
    }

    fn to_map(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, member)| (name.clone().into_owned(), member.to_value())).collect()
    }
}

impl From<Map<String, Value>> for Members {
    fn from(map: Map<String, Value>) -> Self {
        let member = |value| match value {
            Value::String(text) => Member::Text(text.into()),
            value => Member::Other(Box::new(value)),
        };
        let name = |name: String| match USUAL_NAMES.into_iter().find(|usual| *usual == name) {
            Some(usual) => Cow::Borrowed(usual),
            None => Cow::Owned(name),
        };
        Self(map.into_iter().map(|(key, value)| (name(key), member(value))).collect())
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_as_it_was_read() {
        let text = r#"{"b":"\"","name":"é","a":[1,{"c":1.50}],"d":null,"é":"é","e":{}}"#;
        let members: Members = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&members).unwrap(), text.replace("1.50", "1.5"));
        assert_eq!(members.texts().collect::<Vec<_>>(), ["\"", "é", "é"]);
        assert_eq!(serde_json::to_string(&Members::default()).unwrap(), "{}");
    }

    #[test]
    fn an_edit_tells_whether_the_object_is_another_one() {
        let mut members: Members = serde_json::from_str(r#"{"a":"1","b":"2"}"#).unwrap();
        let swapped = |map: &mut Map<String, Value>| _ = map.shift_remove("a").and_then(|a| map.insert("a".into(), a));
        assert!(!members.edit(swapped));
        assert!(members.edit(|map| _ = map.insert("c".into(), Value::Null)));
        assert_eq!(serde_json::to_string(&members).unwrap(), r#"{"a":"1","b":"2","c":null}"#);
    }
}
