//! MonoCloud's bodies: requests in, users out.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::record::{Email, Idp, Passkey, PhoneNumber, User, Username};
use crate::protocol::packed::Packed;
use crate::protocol::{Call, Reply, is_json};

/// The user object of the seeds, member for member and in their order.
#[derive(Serialize)]
struct UserBody<'a> {
    creation_time: i64,
    passkeys: &'a Packed<Vec<Passkey>>,
    last_updated: i64,
    private_data: &'a Packed<Map<String, Value>>,
    idps: &'a Packed<Vec<Idp>>,
    emails: &'a Packed<Vec<Email>>,
    phone_numbers: &'a Packed<Vec<PhoneNumber>>,
    password_updated_at: Option<i64>,
    user_id: &'a str,
    claims: &'a Packed<Map<String, Value>>,
    public_data: &'a Packed<Map<String, Value>>,
    disabled: bool,
    username: Option<&'a Packed<Username>>,
    has_password: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    access: Option<Access<'a>>,
}

/// What only reading one user shows.
#[derive(Serialize)]
struct Access<'a> {
    sign_in_count: u64,
    last_sign_in_ip: Option<&'a str>,
    last_sign_in_attempt: Option<i64>,
    blocked: bool,
}

/// The user as disable, enable and unblock answer it.
pub(super) fn user(user: &User) -> Reply {
    body(user, None)
}

/// The user as reading it answers, at `now` in epoch seconds.
pub(super) fn user_with_access(user: &User, now: i64) -> Reply {
    let profile = &user.profile;
    let access = Access {
        sign_in_count: profile.sign_in_count,
        last_sign_in_ip: profile.last_sign_in_ip.as_deref(),
        last_sign_in_attempt: profile.last_sign_in_attempt,
        blocked: user.is_blocked(now),
    };
    body(user, Some(access))
}

fn body(user: &User, access: Option<Access<'_>>) -> Reply {
    let profile = &user.profile;
    let body = UserBody {
        creation_time: profile.creation_time,
        passkeys: &profile.passkeys,
        last_updated: user.last_updated,
        private_data: &profile.private_data,
        idps: &profile.idps,
        emails: &profile.emails,
        phone_numbers: &profile.phone_numbers,
        password_updated_at: profile.password_updated_at,
        user_id: &profile.user_id,
        claims: &profile.claims,
        public_data: &profile.public_data,
        disabled: user.disabled,
        username: profile.username.as_ref(),
        has_password: profile.has_password,
        access,
    };
    let body = serde_json::to_vec(&body).expect("a user is JSON");
    Reply::new(StatusCode::OK, "application/json", body)
}

/// Whether disable is asked to end the user's sessions. An empty body means no, whatever its content type.
pub(super) fn revoke_sessions(call: &Call) -> Result<bool, Error> {
    if call.body.is_empty() {
        return Ok(false);
    }
    if call.media_type().is_some_and(|media_type| !is_json(media_type)) {
        return Err(Error::MediaType);
    }
    let body = serde_json::from_slice(&call.body).map_err(|_| Error::Unparsable)?;
    let Value::Object(members) = body else {
        return Err(Error::Unparsable);
    };
    match members.get("revoke_sessions") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(revoke)) => Ok(*revoke),
        Some(_) => Err(Error::NotABoolean("revoke_sessions")),
    }
}
