//! Signing in, and mailed tokens, on the wire.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::auth::IssuedToken;
use super::super::error::Error;
use super::super::operations::auth::Login;
use super::super::record::User;
use super::super::settings::Behaviour;
use super::{Time, object, optional_text, required_text};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, text};

/// The fewest characters of a password.
const MIN_PASSWORD_CHARS: usize = 8;

/// What a login takes.
pub(in super::super) const LOGIN: &[&[Member]] =
    &[&[text("email").required(), text("password").required(), text("tenant_slug")]];

/// Who wants in.
pub(in super::super) fn login(call: &Call) -> Result<Login, Error> {
    let members = object(call)?;
    // A password may be nothing but spaces.
    let Some(Value::String(password)) = members.get("password") else {
        return Err(Error::InvalidMember("password"));
    };
    Ok(Login {
        email: required_text(&members, "email")?,
        password: password.clone(),
        tenant_slug: optional_text(&members, "tenant_slug")?,
    })
}

/// A token and when it ends.
pub(in super::super) fn issued(issued: &IssuedToken, behaviour: &Behaviour) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        token: &'a str,
        expires_at: Time<'a>,
    }
    Reply::of(StatusCode::OK, &Body { token: &issued.token, expires_at: Time(issued.expires_at, behaviour) })
}

/// An address.
pub(in super::super) const EMAIL: &[&[Member]] = &[&[text("email").required()]];

/// The address that a message is requested for.
pub(in super::super) fn email(call: &Call) -> Result<String, Error> {
    required_text(&object(call)?, "email")
}

/// What a mailed token is sent in.
pub(in super::super) const TOKEN: &[&[Member]] = &[&[text("token").required()]];

/// A mailed token.
pub(in super::super) fn token(call: &Call) -> Result<String, Error> {
    required_text(&object(call)?, "token")
}

/// A mailed token, and a new password.
pub(in super::super) const RESET: &[&[Member]] = &[&[text("token").required(), text("new_password").required()]];

/// The same for the first password.
pub(in super::super) const INITIAL: &[&[Member]] = &[&[text("token").required(), text("password").required()]];

/// A mailed token, and the password that is to be set, under that name.
pub(in super::super) fn new_password(call: &Call, name: &'static str) -> Result<(String, String), Error> {
    let members = object(call)?;
    let token = required_text(&members, "token")?;
    match members.get(name) {
        Some(Value::String(password)) if password.chars().count() < MIN_PASSWORD_CHARS => {
            Err(Error::ShortPassword(name))
        }
        Some(Value::String(password)) => Ok((token, password.clone())),
        _ => Err(Error::InvalidMember(name)),
    }
}

/// Whose address is verified now.
pub(in super::super) fn verified(user: &User) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "message": "The address is verified.", "email": user.profile.email }))
}
