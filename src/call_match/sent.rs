//! Selects calls by what they sent: parameters of the query, headers, members of the body. Knows no vendor.

use std::collections::BTreeMap;
use std::fmt::Debug;

use http::HeaderName;
use serde_json::{Map, Value};

use super::is_text;
use crate::protocol::credential;
use crate::secrets;

/// What a call sent, as far as it is still known.
pub trait Sent: Debug {
    /// A header; several of one name as one list.
    fn header(&self, name: &str) -> Option<String>;

    /// The body as JSON; a form as an object of texts.
    fn body(&self) -> Option<Value>;
}

/// The asked names and what they are to be.
pub(super) type Named = BTreeMap<String, String>;

/// How the headers of a call differ from the asked ones.
pub(super) fn headers(asked: &Named, sent: Option<&dyn Sent>) -> Vec<String> {
    let found = |name: &str| sent.and_then(|sent| sent.header(&name.to_ascii_lowercase()));
    differences("header", asked, found)
}

/// How the query of a call differs from the asked parameters.
pub(super) fn query(asked: &Named, query: Option<&str>) -> Vec<String> {
    let found = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    differences("query", asked, found)
}

fn differences(what: &str, asked: &Named, found: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let difference = |(name, asked): (&String, &String)| match found(name) {
        Some(found) if is_text(asked, &found) => None,
        Some(found) => {
            let (found, asked) = (secrets::member(name, &found), secrets::member(name, asked));
            Some(format!("{what} {name} is {found}, not {asked}"))
        }
        None => Some(format!("{what} {name} is missing")),
    };
    asked.iter().filter_map(difference).collect()
}

/// How the body of a call differs from the asked members.
pub(super) fn body(asked: &Map<String, Value>, sent: Option<&dyn Sent>) -> Vec<String> {
    match sent.and_then(Sent::body) {
        Some(found) => {
            let mut differences = Vec::new();
            for (name, asked) in asked {
                compare(&format!("body.{name}"), asked, found.get(name), &mut differences);
            }
            differences
        }
        None => vec!["body is missing, too long or not JSON".to_owned()],
    }
}

/// An object is compared member by member, anything else as a whole.
fn compare(path: &str, asked: &Value, found: Option<&Value>, differences: &mut Vec<String>) {
    let name = path.rsplit('.').next().unwrap_or_default();
    match (asked, found) {
        (Value::Object(members), Some(Value::Object(found))) => {
            for (name, asked) in members {
                compare(&format!("{path}.{name}"), asked, found.get(name), differences);
            }
        }
        (asked, Some(found)) if asked == found => {}
        (asked, Some(found)) => {
            let shown = |value: &Value| match value {
                Value::String(text) => format!("{:?}", secrets::member(name, text)),
                other => secrets::value(other).to_string(),
            };
            differences.push(format!("{path} is {}, not {}", shown(found), shown(asked)));
        }
        (_, None) => differences.push(format!("{path} is missing")),
    }
}

/// Checks that headers have names, and that none of them is a credential, of which only `credential` is compared.
///
/// # Errors
/// Names the header.
pub(super) fn check_headers(asked: &Named) -> Result<(), String> {
    for name in asked.keys() {
        match HeaderName::try_from(name) {
            Err(_) => return Err(format!("{name:?} is not the name of a header")),
            Ok(name) if credential::is_header(&name) || secrets::is_secret(name.as_str()) => {
                return Err(format!("the header {name} is a credential, which the member \"credential\" compares"));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The asked names and what they are to be, in words.
pub(super) fn words(what: &str, asked: &Named) -> Vec<String> {
    asked.iter().map(|(name, value)| format!("{what} {name} {}", secrets::member(name, value))).collect()
}
