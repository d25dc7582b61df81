//! E-mail addresses, phone numbers and user names.

use http::StatusCode;
use serde_json::json;

use super::super::error::Error;
use super::super::operations::{Link, NewIdentifier};
use super::{Body, json_reply};
use crate::protocol::{Call, Reply};

/// The address that is to be added.
pub(in super::super) fn add_email(call: &Call) -> Result<NewIdentifier, Error> {
    add(call, email)
}

/// The number that is to be added.
pub(in super::super) fn add_phone(call: &Call) -> Result<NewIdentifier, Error> {
    add(call, phone_number)
}

fn add(call: &Call, value: fn(&mut Body, bool) -> Option<String>) -> Result<NewIdentifier, Error> {
    let mut body = Body::of(call)?;
    body.flag("skip_restriction_checks", false); // no restrictions are emulated
    let new = NewIdentifier {
        value: value(&mut body, true).unwrap_or_default(),
        is_verified: body.flag("is_verified", false),
    };
    body.done(new)
}

/// The user name that is to be set.
pub(in super::super) fn set_username(call: &Call) -> Result<String, Error> {
    let mut body = Body::of(call)?;
    let name = username(&mut body, true).unwrap_or_default();
    body.done(name)
}

/// An e-mail address.
pub(super) fn email(body: &mut Body, needed: bool) -> Option<String> {
    let looks = |text: &str| {
        let parts = text.rsplit_once('@');
        parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !name.contains('@'))
            && !text.contains(char::is_whitespace)
    };
    checked(body, "email", needed, looks, "The value is not an e-mail address.")
}

/// A phone number in the form of E.164.
pub(super) fn phone_number(body: &mut Body, needed: bool) -> Option<String> {
    let looks = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or("");
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    checked(body, "phone_number", needed, looks, "The value is not a phone number with a leading +.")
}

/// A name to sign in with.
pub(super) fn username(body: &mut Body, needed: bool) -> Option<String> {
    let looks = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    checked(body, "username", needed, looks, "The value is not a user name.")
}

fn checked(
    body: &mut Body,
    name: &'static str,
    needed: bool,
    looks: impl Fn(&str) -> bool,
    wrong: &'static str,
) -> Option<String> {
    let faults = body.wrong.len();
    let text = if needed { Some(body.needed(name)) } else { body.text(name) };
    match text {
        Some(text) if body.wrong.len() == faults && !looks(&text) => body.refuse(name, wrong),
        text => text,
    }
}

/// How long a link is to hold.
pub(in super::super) fn link_expiry(call: &Call) -> Result<Option<i64>, Error> {
    let mut body = Body::of(call)?;
    let expiry = body.seconds("expiry");
    body.done(expiry)
}

/// That a link was sent.
pub(in super::super) fn sent_link(link: &Link) -> Reply {
    json_reply(StatusCode::OK, &json!({ "email_sent": link.email_sent, "expires_at": link.expires_at }))
}
