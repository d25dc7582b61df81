//! jitsudo's bodies: requests in, answers out. Holds what every part of the API shares.

pub(super) mod audit;
pub(super) mod auth;
pub(super) mod groups;
pub(super) mod mfa;
pub(super) mod sso;
pub(super) mod tenants;
pub(super) mod users;

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::error::Error;
use super::operations::{ListQuery, Page};
use super::record::uuid;
use super::settings::Behaviour;
use crate::exchange::Exchange;
use crate::protocol::{Call, Reply};

/// The most items of a page.
const MAX_LIMIT: usize = 250;

/// How many items a page has where the call names no limit.
const DEFAULT_LIMIT: usize = 50;

/// The id in the path, in lower case.
pub(super) fn id(exchange: &Exchange) -> Result<String, Error> {
    let id = uuid(exchange.parameter(0).as_bytes()).ok_or(Error::MalformedId)?;
    Ok(id.to_string())
}

/// The id of the user that the call is about.
pub(super) fn user_id(exchange: &Exchange) -> Result<&str, Error> {
    exchange.user_id().filter(|id| uuid(id.as_bytes()).is_some()).ok_or(Error::MalformedId)
}

/// A user's id as the records have it: in lower case.
pub(super) fn user_key(id: &str) -> Cow<'_, str> {
    match id.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => id.to_ascii_lowercase().into(),
        false => id.into(),
    }
}

/// Which part of a list is asked for.
pub(super) fn list_query(call: &Call, behaviour: &Behaviour) -> Result<ListQuery, Error> {
    let limit = match query(call, "limit") {
        None => DEFAULT_LIMIT,
        Some(text) => match text.parse() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => limit,
            Ok(limit) if limit > MAX_LIMIT && behaviour.limit_is_clamped => MAX_LIMIT,
            _ => return Err(Error::InvalidQuery("limit")),
        },
    };
    Ok(ListQuery { limit, cursor: query(call, "cursor").map(Cow::into_owned) })
}

/// A page of a list.
pub(super) fn page<'p, T, B: Serialize>(page: &'p Page<T>, item: impl FnMut(&'p T) -> B) -> Reply {
    #[derive(Serialize)]
    struct Body<'a, B> {
        data: Vec<B>,
        next_cursor: Option<&'a str>,
        has_more: bool,
    }
    let next = page.next.as_deref();
    let has_more = next.is_some();
    let body = Body { data: page.items.iter().map(item).collect(), next_cursor: next, has_more };
    Reply::of(StatusCode::OK, &body).page_of(has_more)
}

/// An answer that only says something.
pub(super) fn message(status: StatusCode, text: &str) -> Reply {
    Reply::of(status, &json!({ "message": text }))
}

/// A parameter of the query.
fn query<'c>(call: &'c Call, name: &str) -> Option<Cow<'c, str>> {
    let pairs = call.head.uri.query()?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.into_iter().find(|(found, _)| *found == name)?;
    let spaced = match value.contains('+') {
        true => Cow::Owned(value.replace('+', " ")),
        false => Cow::Borrowed(value),
    };
    Some(match spaced {
        Cow::Borrowed(text) => percent_encoding::percent_decode_str(text).decode_utf8_lossy(),
        Cow::Owned(text) => percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned().into(),
    })
}

/// The body's members. Unknown members are ignored.
fn object(call: &Call) -> Result<Map<String, Value>, Error> {
    if !call.may_be_json() {
        return Err(Error::MediaType);
    }
    match serde_json::from_slice(&call.body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::UnreadableBody),
    }
}

/// One member of the body, for who needs no other: the rest is read, but not kept.
fn member(call: &Call, name: &'static str) -> Result<Option<Value>, Error> {
    /// Borrowed where it is written without escapes.
    #[derive(Deserialize)]
    struct Name<'n>(#[serde(borrow)] Cow<'n, str>);
    struct Only(&'static str);
    impl<'de> Visitor<'de> for Only {
        type Value = Option<Value>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some((Name(name), value)) = members.next_entry::<Name<'de>, Value>()? {
                if name == self.0 {
                    found = Some(value); // the last one counts
                }
            }
            Ok(found)
        }
    }
    if !call.may_be_json() {
        return Err(Error::MediaType);
    }
    let mut reader = serde_json::Deserializer::from_slice(&call.body);
    let found = reader.deserialize_map(Only(name)).and_then(|found| reader.end().map(|()| found));
    found.map_err(|_| Error::UnreadableBody)
}

/// A text that has to be there and to say something.
fn required_text(members: &Map<String, Value>, name: &'static str) -> Result<String, Error> {
    optional_text(members, name)?.ok_or(Error::InvalidMember(name))
}

/// A text that says something, if it is there.
fn optional_text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Error> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Error::InvalidMember(name)),
    }
}

/// A text, or null to remove it; `None` if the member is not there.
fn nullable_text(members: &Map<String, Value>, name: &'static str) -> Result<Option<Option<String>>, Error> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => Ok(Some(Some(text.clone()))),
        Some(_) => Err(Error::InvalidMember(name)),
    }
}

/// A role by its name.
fn is_role(role: &str, behaviour: &Behaviour) -> bool {
    matches!(role, "user" | "admin") || (behaviour.any_role && !role.is_empty())
}

/// A time as the settings show it: RFC 3339, in whole seconds or with microseconds.
struct Time<'b>(Timestamp, &'b Behaviour);

impl Serialize for Time<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = if self.1.microseconds { 6 } else { 0 };
        let printer = DateTimePrinter::new().precision(Some(digits));
        serializer.serialize_str(&printer.timestamp_to_string(&self.0))
    }
}
