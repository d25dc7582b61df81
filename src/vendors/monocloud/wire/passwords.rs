//! Passwords in, and the links that set them anew.

use http::StatusCode;
use serde_json::json;

use super::super::error::Error;
use super::super::operations::{ChangePassword, Link, ResetPassword, Secret, SetPassword};
use super::Body;
use crate::protocol::{Call, Reply};

/// A password or its hash. `None` where there is neither.
pub(in super::super) fn secret(body: &mut Body, plain: &'static str) -> Option<Secret> {
    let unchecked = body.flag("skip_password_policy_checks", false);
    let algorithm = body.text("password_hash_algorithm");
    let hash = body.text("password_hash");
    match (body.text(plain), hash) {
        (Some(_), Some(_)) => body.refuse("password_hash", "There is a password already."),
        (Some(password), None) => Some(Secret::Plain { password, unchecked }),
        (None, Some(_)) if algorithm.as_deref() != Some("bcrypt") => {
            body.refuse("password_hash_algorithm", "The value is not bcrypt.")
        }
        (None, Some(hash)) if hash.len() != 60 || !hash.starts_with("$2") => {
            body.refuse("password_hash", "The value is not a hash of that algorithm.")
        }
        (None, Some(hash)) => Some(Secret::Hash(hash)),
        (None, None) => None,
    }
}

/// The password that is to be set.
pub(in super::super) fn set_password(call: &Call) -> Result<SetPassword, Error> {
    let mut body = Body::of(call)?;
    let read = SetPassword {
        secret: needed(&mut body, "password"),
        is_temporary: body.flag("is_temporary_password", true),
        revoke_sessions: body.flag("revoke_sessions", false),
    };
    body.done(read)
}

/// The password that is to be set by somebody who knows the old one.
pub(in super::super) fn change_password(call: &Call) -> Result<ChangePassword, Error> {
    let mut body = Body::of(call)?;
    let read = ChangePassword {
        old_password: body.needed("old_password"),
        secret: needed(&mut body, "new_password"),
        revoke_sessions: body.flag("revoke_sessions", false),
    };
    body.done(read)
}

/// How the link is to be made that sets a password anew.
pub(in super::super) fn reset_password(call: &Call) -> Result<ResetPassword, Error> {
    let mut body = Body::of(call)?;
    let read = ResetPassword { send_email: body.flag("send_email", false), expiry: body.seconds("expiry") };
    body.done(read)
}

/// The link that sets a password anew.
pub(in super::super) fn reset_link(link: &Link) -> Reply {
    let body = json!({ "link": link.link, "expires_at": link.expires_at, "email_sent": link.email_sent });
    Reply::of(StatusCode::OK, &body)
}

/// A secret that has to be there.
fn needed(body: &mut Body, plain: &'static str) -> Secret {
    let faults = body.wrong.len();
    secret(body, plain).unwrap_or_else(|| {
        if body.wrong.len() == faults {
            body.wrong.push((plain, "The value is required."));
        }
        Secret::Hash(String::new()) // never used: the body is refused
    })
}
