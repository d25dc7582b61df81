//! MonoCloud's bodies: requests in, answers out.

pub(super) mod access;
pub(super) mod consent;
pub(super) mod grants;
pub(super) mod groups;
pub(super) mod identifiers;
pub(super) mod passwords;
pub(super) mod profile;
pub(super) mod sign_in;
pub(super) mod tokens;
mod user;
pub(super) mod users;

use std::borrow::Cow;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use serde_json::{Map, Value, json};

use super::error::Error;
use super::operations::{Page, PageRequest, Sort};
use crate::protocol::{Call, Reply};
use crate::shape::{self, Member};

const PAGINATION: HeaderName = HeaderName::from_static("x-pagination");

/// The largest page (assumed, monocloud-a20).
const MAX_PAGE_SIZE: usize = 100;

/// An order that the list does not have.
const BAD_SORT: Error = Error::BadQuery("The sort is not a known field with :1 or :-1.");

/// The query of a list that can be searched.
pub(super) const FILTERED: &[&str] = &["page", "size", "filter", "sort"];

/// A text, which may be null as every member may.
const fn text(name: &'static str) -> Member {
    shape::text(name).or_null()
}

/// Texts of these names, likewise.
const fn each_text<const N: usize>(names: [&'static str; N]) -> [Member; N] {
    let mut members = [text(""); N];
    let mut at = 0;
    while at < N {
        members[at] = text(names[at]); // a constant function has no iterators
        at += 1;
    }
    members
}

/// A flag, likewise.
const fn flag(name: &'static str) -> Member {
    shape::flag(name).or_null()
}

/// A JSON object that a call sent, read member by member. What is wrong is collected, and reported by [`Body::finish`].
pub(super) struct Body {
    members: Map<String, Value>,
    errors: Vec<(&'static str, &'static str)>,
}

impl Body {
    /// The body of a call; an empty one is an empty object, whatever its content type.
    pub(super) fn of(call: &Call) -> Result<Self, Error> {
        let members = if call.body.is_empty() {
            Map::new()
        } else if !call.may_be_json() {
            return Err(Error::MediaType);
        } else {
            serde_json::from_slice(&call.body).map_err(|_| Error::Unparsable)?
        };
        Ok(Self { members, errors: Vec::new() })
    }

    /// A text; `None` if it is missing or null.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.nullable_text(name).flatten()
    }

    /// A text that may be set to null: `None` if it is missing.
    pub(super) fn nullable_text(&mut self, name: &'static str) -> Option<Option<String>> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text)),
            _ => self.reject(name, "The value is not a string."),
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, name: &'static str) -> String {
        match self.text(name) {
            Some(text) if !text.trim().is_empty() => text,
            _ => {
                if !self.errors.iter().any(|(member, _)| *member == name) {
                    self.errors.push((name, "The value is required."));
                }
                String::new()
            }
        }
    }

    /// A flag; `default` if it is missing or null.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        self.optional_flag(name).unwrap_or(default)
    }

    /// A flag that may be changed: `None` if it is missing or null.
    pub(super) fn optional_flag(&mut self, name: &'static str) -> Option<bool> {
        match self.members.remove(name)? {
            Value::Null => None,
            Value::Bool(flag) => Some(flag),
            _ => self.reject(name, "The value is not a boolean."),
        }
    }

    /// A number of seconds, at least one; `None` if it is missing or null.
    pub(super) fn seconds(&mut self, name: &'static str) -> Option<i64> {
        match self.members.remove(name)? {
            Value::Null => None,
            Value::Number(number) if number.as_i64().is_some_and(|seconds| (1..1 << 32).contains(&seconds)) => {
                number.as_i64()
            }
            _ => self.reject(name, "The value is not a number of seconds."),
        }
    }

    /// An object that may be set to null: `None` if it is missing.
    pub(super) fn nullable_object(&mut self, name: &'static str) -> Option<Option<Map<String, Value>>> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            Value::Object(members) => Some(Some(members)),
            _ => self.reject(name, "The value is not an object."),
        }
    }

    /// Says what is wrong with a member.
    pub(super) fn reject<T>(&mut self, name: &'static str, text: &'static str) -> Option<T> {
        self.errors.push((name, text));
        None
    }

    /// What was read, if nothing was wrong.
    pub(super) fn finish<T>(self, read: T) -> Result<T, Error> {
        if self.errors.is_empty() { Ok(read) } else { Err(Error::Invalid(self.errors)) }
    }
}

/// The query of a call.
pub(super) struct Query<'c>(Vec<(Cow<'c, str>, Cow<'c, str>)>);

impl<'c> Query<'c> {
    /// The query of a call.
    pub(super) fn of(call: &'c Call) -> Self {
        Self(form_urlencoded::parse(call.head.uri.query().unwrap_or_default().as_bytes()).collect())
    }

    /// A member that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// Which page is asked for, in which order; `F` names the fields that can be sorted by.
    pub(super) fn page_request<F: DeserializeOwned>(&self) -> Result<PageRequest<F>, Error> {
        let number = |name: &str, default: usize, error| match self.text(name) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|number| *number >= 1).ok_or(error),
        };
        let page = number("page", 1, Error::BadQuery("The page is not a number from 1."))?;
        let size = number("size", 10, Error::BadQuery("The size is not a number from 1."))?;
        let sort = self.text("sort").map(|text| sort(text).ok_or(BAD_SORT)).transpose()?;
        Ok(PageRequest { page, size: size.min(MAX_PAGE_SIZE), sort })
    }
}

/// An order: a field, and `:1` for upwards or `:-1` for downwards.
fn sort<F: DeserializeOwned>(text: &str) -> Option<Sort<F>> {
    let (field, direction) = text.split_once(':')?;
    let descending = match direction {
        "1" => false,
        "-1" => true,
        _ => return None,
    };
    let field = F::deserialize(IntoDeserializer::<value::Error>::into_deserializer(field)).ok()?;
    Some(Sort { field, descending })
}

/// A page, with what the vendor says of it in a header.
pub(super) fn page<'p, T, B: Serialize>(page: &'p Page<T>, item: impl Fn(&'p T) -> B) -> Reply {
    let (number, size) = (page.page, page.size);
    let has_next = number.saturating_mul(size) < page.total;
    let about = json!({
        "page_size": size,
        "current_page": number,
        "total_count": page.total,
        "has_previous": number > 1,
        "has_next": has_next,
    });
    let about = HeaderValue::from_str(&about.to_string()).expect("numbers and flags are a header's value");
    Reply::of(StatusCode::OK, &page.items.iter().map(item).collect::<Vec<_>>())
        .with(PAGINATION, about)
        .page_of(has_next)
}

/// The answer of what is gone.
pub(super) fn no_content() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}
