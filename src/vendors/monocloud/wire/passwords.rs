//! Passwords, and the links that reset them.

use http::StatusCode;
use serde_json::json;

use super::super::error::Error;
use super::super::operations::{ChangePassword, Link, NewPassword, ResetPassword, SetPassword};
use super::{Body, flag, text};
use crate::passwords;
use crate::protocol::{Call, Reply};
use crate::shape::{Member, number, word};

/// A hash in place of a password, and how either is taken.
pub(super) const HASHED: &[Member] = &[
    flag("skip_password_policy_checks"),
    word("password_hash_algorithm", &["bcrypt"]).or_null(),
    text("password_hash"),
];

/// A password that is to be set.
pub(in super::super) const SET: &[&[Member]] =
    &[HASHED, &[text("password"), flag("is_temporary_password"), flag("revoke_sessions")]];

/// The same by a caller that knows the old one.
pub(in super::super) const CHANGE: &[&[Member]] =
    &[HASHED, &[text("old_password").required(), text("new_password"), flag("revoke_sessions")]];

/// What a link that resets one can be told.
pub(in super::super) const RESET: &[&[Member]] = &[&[flag("send_email"), number("expiry").or_null()]];

/// A password or its hash. `None` if there is neither.
pub(in super::super) fn new_password(body: &mut Body, plain: &'static str) -> Option<NewPassword> {
    let unchecked = body.flag("skip_password_policy_checks", false);
    let algorithm = body.text("password_hash_algorithm");
    let hash = body.text("password_hash");
    match (body.text(plain), hash) {
        (Some(_), Some(_)) => body.reject("password_hash", "There is a password already."),
        (Some(password), None) => Some(NewPassword::Plain { password, unchecked }),
        (None, Some(_)) if algorithm.as_deref() != Some("bcrypt") => {
            body.reject("password_hash_algorithm", "The value is not bcrypt.")
        }
        (None, Some(hash)) if hash.len() != 60 || passwords::cost(&hash).is_none() => {
            body.reject("password_hash", "The value is not a hash of that algorithm.")
        }
        (None, Some(hash)) => Some(NewPassword::Hash(hash.into())),
        (None, None) => None,
    }
}

/// The password that is to be set.
pub(in super::super) fn set_password(call: &Call) -> Result<SetPassword, Error> {
    let mut body = Body::of(call)?;
    let read = SetPassword {
        password: required(&mut body, "password"),
        is_temporary: body.flag("is_temporary_password", true),
        revoke_sessions: body.flag("revoke_sessions", false),
    };
    body.finish(read)
}

/// A new password from a caller that knows the old one.
pub(in super::super) fn change_password(call: &Call) -> Result<ChangePassword, Error> {
    let mut body = Body::of(call)?;
    let read = ChangePassword {
        old_password: body.required("old_password"),
        password: required(&mut body, "new_password"),
        revoke_sessions: body.flag("revoke_sessions", false),
    };
    body.finish(read)
}

/// How to make a link that resets a password.
pub(in super::super) fn reset_password(call: &Call) -> Result<ResetPassword, Error> {
    let mut body = Body::of(call)?;
    let read = ResetPassword { send_email: body.flag("send_email", false), expiry: body.seconds("expiry") };
    body.finish(read)
}

/// The link that resets a password.
pub(in super::super) fn reset_link(link: &Link) -> Reply {
    let body = json!({ "link": link.link, "expires_at": link.expires_at, "email_sent": link.email_sent });
    Reply::of(StatusCode::OK, &body)
}

/// A secret that has to be there.
fn required(body: &mut Body, plain: &'static str) -> NewPassword {
    let errors = body.errors.len();
    new_password(body, plain).unwrap_or_else(|| {
        if body.errors.len() == errors {
            body.errors.push((plain, "The value is required."));
        }
        NewPassword::Hash("".into()) // never used: the body is refused
    })
}
