//! Shortens secrets, wherever people see a call: in its path, its query, and its body. Knows no vendor.
//!
//! A secret is recognized by its name, or, inside a text, by its form.

mod name;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use name::is_secret;
use text::{Pairs, masked};

/// The maximum number of characters shown of any text.
const MAX_SHOWN: usize = 256;

/// The maximum length of a form's name, in bytes. A longer one may be a misplaced secret.
const MAX_NAME: usize = 64;

/// The maximum length of a name without a value: such as `pretty`, and too short for a token.
const MAX_FLAG: usize = 20;

/// Members that name another member's value, and those of which they say what it is.
const KEYS: [&str; 6] = ["key", "name", "field", "path", "attribute", "property"];
const VALUES: [&str; 3] = ["value", "values", "val"];

/// The first four characters and `…`; only `…` if the text has no more than four.
fn shortened(secret: &str) -> String {
    match secret.char_indices().nth(4) {
        Some((end, _)) => format!("{}…", &secret[..end]),
        None => "…".to_owned(),
    }
}

/// A JSON object or array with its secrets shortened; `None` for anything else.
pub fn json(text: &[u8]) -> Option<Value> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    if !matches!(value, Value::Object(_) | Value::Array(_)) {
        return None;
    }
    shorten(&mut value, false, &shown);
    Some(value)
}

/// Any JSON with its secrets shortened.
pub fn value(value: &Value) -> Value {
    let mut value = value.clone();
    shorten(&mut value, false, &shown);
    value
}

/// A text that stands under that name, shortened if it is a secret.
pub fn member(name: &str, text: &str) -> String {
    if is_secret(name) { shortened(text) } else { shown(text) }
}

/// A form, decoded, with its secrets shortened; `None` for a body that is none, and may be a secret as a whole.
pub fn form(text: &[u8]) -> Option<String> {
    text.contains(&b'=').then(|| pairs(text))
}

/// A path and query, with secrets shortened.
pub fn path(path: &str, query: Option<&str>) -> String {
    let path = masked(path, Pairs::Equals);
    match query {
        Some(query) => format!("{path}?{}", pairs(query.as_bytes())),
        None => path,
    }
}

/// The pairs of a form or a query.
fn pairs(text: &[u8]) -> String {
    let parsed: Vec<_> = form_urlencoded::parse(text).collect();
    // In `key=password&value=…` the value is the secret, and the key is none.
    let is_pair = parsed.iter().any(|(name, _)| is_one_of(&VALUES, name));
    let is_named = is_pair && parsed.iter().any(|(name, value)| is_one_of(&KEYS, name) && is_secret(value));
    let is_shortened = |name: &str| match is_pair && is_one_of(&KEYS, name) {
        true => false,
        false => is_secret(name) || (is_named && is_one_of(&VALUES, name)),
    };
    let shown = parsed.iter().map(|(name, value)| {
        // The end of a token in base64 looks like a separator.
        let is_flag = value.bytes().all(|byte| byte == b'=');
        let value = match is_shortened(name) {
            true if matches!(&**value, "true" | "false") => Cow::Borrowed(&**value),
            true => shortened(value).into(),
            false => shown(value).into(),
        };
        let name = if is_plain_name(name, is_flag) { Cow::Borrowed(&**name) } else { shortened(name).into() };
        format!("{name}={value}")
    });
    shown.collect::<Vec<_>>().join("&")
}

/// Whether a name is an ordinary one. An unusual one may be a misplaced secret, above all without a value.
fn is_plain_name(name: &str, is_flag: bool) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
    name.len() <= MAX_NAME
        && name.bytes().all(is_plain)
        && !(is_flag && (name.len() > MAX_FLAG || name.bytes().any(|byte| byte.is_ascii_digit())))
}

/// Shortens every text and number that is a secret or part of one. `shown` is what is shown of any other text.
fn shorten(value: &mut Value, secret: bool, shown: &dyn Fn(&str) -> String) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) if secret => *value = Value::String(shortened(&number.to_string())),
        Value::Number(_) => {}
        Value::String(text) if secret => *text = shortened(text),
        Value::String(text) => *text = shown(text),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, secret, shown)),
        Value::Object(members) => {
            // In `{"key": "password", "value": "…"}` the value is the secret, and the key is none.
            let is_pair = members.keys().any(|name| is_one_of(&VALUES, name));
            let is_name_of_secret =
                |(name, value): (&String, &Value)| is_one_of(&KEYS, name) && value.as_str().is_some_and(is_secret);
            let is_named = is_pair && members.iter().any(is_name_of_secret);
            for (name, member) in members.iter_mut() {
                let is_secret = match is_pair && is_one_of(&KEYS, name) {
                    true => false,
                    false => is_secret(name) || (is_named && is_one_of(&VALUES, name)),
                };
                shorten(member, secret || is_secret, shown);
            }
            if members.keys().any(|name| limited(name) != **name) {
                let named = std::mem::take(members).into_iter();
                *members = named.map(|(name, member)| (limited(&name), member)).collect::<Map<_, _>>();
            }
        }
    }
}

/// What is shown of a text that is no secret as a whole.
fn shown(text: &str) -> String {
    limited(&masked(text, Pairs::All))
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn limited(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
