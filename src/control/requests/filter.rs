//! Which calls of a journal are meant: the members that a query and a verification have in common.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::journal::{Entry, Protocol, RefusedBy};
use crate::protocol::credential::Credential;
use crate::vendors::VendorSet;

/// What calls have to be like; a member that is absent does not matter.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    vendor: Option<String>,
    operation: Option<String>,
    method: Option<String>,
    /// The path without its query, or with it; a `*` at the end stands for any end.
    path: Option<String>,
    protocol: Option<String>,
    user: Option<String>,
    /// In full, or as the journal shows it.
    credential: Option<String>,
    status: Option<Status>,
    refused_by: Option<String>,
    /// Only calls with a higher number.
    after: Option<u64>,
}

/// One status, or all of a class such as `4xx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Exactly(u16),
    Class(u16),
}

impl Filter {
    /// The filter that a query writes.
    pub(super) fn from_query(set: &VendorSet, query: &str) -> Result<Self, String> {
        let mut members = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let member = match value.parse::<u64>() {
                Ok(number) if name == "after" => Value::from(number),
                _ => Value::from(&*value),
            };
            if members.insert(name.to_string(), member).is_some() {
                return Err(format!("The query says {name:?} twice."));
            }
        }
        let filter: Self =
            serde_json::from_value(Value::Object(members)).map_err(|error| format!("The query says: {error}."))?;
        filter.check(set)?;
        Ok(filter)
    }

    /// Refuses words that no call can have: a slip there would look like a call that was never made.
    pub(super) fn check(&self, set: &VendorSet) -> Result<(), String> {
        known("vendor", self.vendor.as_deref(), set.names().into_iter())?;
        let own = |owner: &str| self.vendor.as_deref().is_none_or(|vendor| vendor == owner);
        let operations = set.operations().filter(|(owner, _)| own(owner));
        known("operation", self.operation.as_deref(), operations.map(|(_, operation)| operation.name))?;
        known("protocol", self.protocol.as_deref(), Protocol::NAMES.into_iter())?;
        known("refused_by", self.refused_by.as_deref(), RefusedBy::ALL.into_iter().map(RefusedBy::as_str))
    }

    /// Whether a call is meant.
    pub(super) fn matches(&self, entry: &Entry) -> bool {
        self.after.is_none_or(|after| entry.n > after) && self.differences(entry).is_empty()
    }

    /// How a call differs from what is meant, in words.
    pub(super) fn differences(&self, entry: &Entry) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |name: &str, wanted: &Option<String>, found: Option<&str>| {
            if let Some(wanted) = wanted.as_deref().filter(|wanted| Some(*wanted) != found) {
                differences.push(differs(name, found, wanted));
            }
        };
        compare("vendor", &self.vendor, entry.vendor);
        compare("operation", &self.operation, entry.operation);
        let method = self.method.as_ref().map(|method| method.to_ascii_uppercase());
        compare("method", &method, Some(entry.method.as_str()));
        compare("protocol", &self.protocol, Some(entry.protocol.as_str()));
        compare("user", &self.user, entry.user());
        compare("refused_by", &self.refused_by, entry.refused_by().map(RefusedBy::as_str));
        if let Some(wanted) = self.path.as_deref().filter(|wanted| !is_path(wanted, entry)) {
            differences.push(differs("path", Some(&entry.shown_path()), wanted));
        }
        if let Some(wanted) = &self.credential
            && !entry.credentials.contain(wanted)
        {
            let (found, wanted) = (entry.credentials.first().map(|credential| credential.show()), shown(wanted));
            differences.push(match found {
                Some(found) if found == wanted => format!("credential is another one that starts {found}"),
                found => differs("credential", found.as_deref(), &wanted),
            });
        }
        if let Some(wanted) = self.status.filter(|status| !entry.status().is_some_and(|found| status.is(found))) {
            let found = entry.status().map(|status| status.to_string());
            differences.push(differs("status", found.as_deref(), &wanted.words()));
        }
        if let Some(after) = self.after.filter(|after| entry.n <= *after) {
            differences.push(format!("it is not after call {after}"));
        }
        differences
    }

    /// What is meant, as the end of a sentence about calls.
    pub(super) fn words(&self) -> String {
        let credential = self.credential.as_deref().map(shown);
        let status = self.status.map(Status::words);
        let members = [
            ("vendor", &self.vendor),
            ("operation", &self.operation),
            ("method", &self.method),
            ("path", &self.path),
            ("protocol", &self.protocol),
            ("user", &self.user),
            ("credential", &credential),
            ("status", &status),
            ("refused_by", &self.refused_by),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
        let mut words: Vec<_> = members.collect();
        words.extend(self.after.map(|after| format!("a number after {after}")));
        match words.is_empty() {
            true => String::new(),
            false => format!(" with {}", words.join(", ")),
        }
    }
}

/// A credential as the journal would show it.
fn shown(credential: &str) -> String {
    match credential.ends_with('…') {
        true => credential.to_owned(),
        false => Credential::of(credential).show(),
    }
}

fn differs(name: &str, found: Option<&str>, wanted: &str) -> String {
    match found {
        Some(found) => format!("{name} is {found}, not {wanted}"),
        None => format!("it has no {name}, {wanted} is wanted"),
    }
}

fn is_path(wanted: &str, entry: &Entry) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => entry.path().starts_with(start),
        None => entry.path() == wanted || (wanted.contains('?') && entry.shown_path() == wanted),
    }
}

/// Checks that a word is one of those that there are; else says which come near it.
fn known(name: &str, word: Option<&str>, all: impl Iterator<Item = &'static str>) -> Result<(), String> {
    let Some(word) = word else { return Ok(()) };
    let mut all: Vec<_> = all.collect();
    if all.contains(&word) {
        return Ok(());
    }
    all.sort_by_key(|known| (strsim::levenshtein(known, word), *known));
    all.dedup();
    all.truncate(Protocol::NAMES.len());
    Err(format!("No call has the {name} {word:?}; the nearest are {}.", all.join(", ")))
}

impl Status {
    fn is(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(class) => status / 100 == class,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Exactly(status) => status.to_string(),
            Self::Class(class) => format!("{class}xx"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let class = text.strip_suffix("xx").and_then(|class| class.parse().ok()).map(Self::Class);
        class.or_else(|| text.parse().ok().map(Self::Exactly)).filter(|status| match status {
            Self::Exactly(status) => (100..600).contains(status),
            Self::Class(class) => (1..6).contains(class),
        })
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self::parse(&text)
            .ok_or_else(|| D::Error::invalid_value(Unexpected::Other(&text), &"a status such as 404 or \"4xx\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_number_or_a_class() {
        for (text, status) in [
            ("404", Some(Status::Exactly(404))),
            ("4xx", Some(Status::Class(4))),
            ("99", None),
            ("600", None),
            ("6xx", None),
            ("xx", None),
            ("ok", None),
        ] {
            assert_eq!(Status::parse(text), status, "{text}");
        }
        assert!(Status::Class(4).is(404) && !Status::Class(4).is(503) && !Status::Exactly(404).is(400));
    }

    #[test]
    fn words_that_no_call_can_have_are_refused() {
        for (query, error) in [
            ("user=a&user=b", "The query says \"user\" twice."),
            ("colour=red", "unknown field `colour`"),
            ("after=x", "invalid type: string \"x\", expected u64"),
            ("status=ok", "invalid value: ok, expected a status such as 404 or \"4xx\""),
            ("protocol=http", "No call has the protocol \"http\"; the nearest are http/2, grpc,"),
            ("refused_by=me", "No call has the refused_by \"me\"; the nearest are "),
        ] {
            let found = Filter::from_query(&VendorSet::built_in(), query).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
        let filter = Filter::from_query(&VendorSet::built_in(), "user=a%20b&status=4xx&after=7").unwrap();
        assert_eq!(filter.words(), " with user a b, status 4xx, a number after 7");
        assert_eq!(Filter::from_query(&VendorSet::built_in(), "").unwrap().words(), "");
    }
}
