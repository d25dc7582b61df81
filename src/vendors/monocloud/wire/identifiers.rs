//! E-mail addresses, phone numbers and user names.

use http::StatusCode;
use serde_json::json;

use super::super::error::Error;
use super::super::operations::{Link, NewIdentifier};
use super::super::record::Kind;
use super::{Body, flag, text};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, number};

/// An address and how it is added.
pub(in super::super) const EMAIL: &[&[Member]] = &[&[text("email").required()], ADDED];

/// A number and how it is added.
pub(in super::super) const PHONE: &[&[Member]] = &[&[text("phone_number").required()], ADDED];

const ADDED: &[Member] = &[flag("is_verified"), flag("skip_restriction_checks")];

/// A user name.
pub(in super::super) const USERNAME: &[&[Member]] = &[&[text("username").required()]];

/// What a link can be told.
pub(in super::super) const LINK: &[&[Member]] = &[&[number("expiry").or_null()]];

/// The address or number that is to be added.
pub(in super::super) fn add_identifier(call: &Call, kind: Kind) -> Result<NewIdentifier, Error> {
    let mut body = Body::of(call)?;
    body.flag("skip_restriction_checks", false); // no restrictions are emulated
    let new = NewIdentifier {
        value: identifier(&mut body, kind, true).unwrap_or_default(),
        is_verified: body.flag("is_verified", false),
    };
    body.finish(new)
}

/// The user name that is to be set.
pub(in super::super) fn set_username(call: &Call) -> Result<String, Error> {
    let mut body = Body::of(call)?;
    let name = identifier(&mut body, Kind::Username, true).unwrap_or_default();
    body.finish(name)
}

/// An identifier in the member of its kind, if it looks like one.
pub(super) fn identifier(body: &mut Body, kind: Kind, required: bool) -> Option<String> {
    let (name, looks, wrong): (_, fn(&str) -> bool, _) = match kind {
        Kind::Email => ("email", is_email, "The value is not an e-mail address."),
        Kind::Phone => ("phone_number", is_phone_number, "The value is not a phone number with a leading +."),
        Kind::Username => ("username", is_username, "The value is not a user name."),
    };
    let errors = body.errors.len();
    let text = if required { Some(body.required(name)) } else { body.text(name) };
    match text {
        Some(text) if body.errors.len() == errors && !looks(&text) => body.reject(name, wrong),
        text => text,
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !name.contains('@'))
        && !text.contains(char::is_whitespace)
}

/// In the form of E.164.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or("");
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_username(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// How long a link is to hold.
pub(in super::super) fn link_expiry(call: &Call) -> Result<Option<i64>, Error> {
    let mut body = Body::of(call)?;
    let expiry = body.seconds("expiry");
    body.finish(expiry)
}

/// That a link was sent.
pub(in super::super) fn sent_link(link: &Link) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "email_sent": link.email_sent, "expires_at": link.expires_at }))
}
