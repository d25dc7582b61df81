//! jitsudo's bodies: requests in, users out.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::Rules;
use super::error::Error;
use super::record::{AuthProvider, User, uuid};
use crate::protocol::{Call, Reply, is_json};

/// The user object, member for member in the order of the vendor's page.
#[derive(Serialize)]
struct UserBody<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    roles: &'a [String],
    auth_provider: AuthProvider,
    active: bool,
    email_verified: bool,
    is_owner: bool,
    #[serde(serialize_with = "whole_seconds")]
    created_at: jiff::Timestamp,
    #[serde(serialize_with = "whole_seconds")]
    updated_at: jiff::Timestamp,
    /// The inner `None` is written as null.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_base64: Option<Option<&'a str>>,
}

/// The whole user.
pub(super) fn user(user: &User, rules: &Rules) -> Reply {
    let profile = &user.profile;
    let avatar = profile.avatar_base64.as_deref();
    let body = UserBody {
        id: &profile.id,
        email: &profile.email,
        name: &profile.name,
        roles: &profile.roles,
        auth_provider: profile.auth_provider,
        active: user.active,
        email_verified: profile.email_verified,
        is_owner: profile.is_owner,
        created_at: profile.created_at,
        updated_at: user.updated_at,
        avatar_base64: (avatar.is_some() || !rules.unset_avatar_is_absent).then_some(avatar),
    };
    let body = serde_json::to_vec(&body).expect("a user is JSON");
    Reply::new(StatusCode::OK, "application/json", body)
}

/// The id in the path, in lower case.
pub(super) fn user_id(call: &Call) -> Result<String, Error> {
    let id = uuid(&call.parameter(0)).ok_or(Error::MalformedId)?;
    Ok(id.to_string())
}

/// The state that suspend is asked for.
pub(super) fn active(call: &Call) -> Result<bool, Error> {
    if call.media_type().is_some_and(|media_type| !is_json(media_type)) {
        return Err(Error::MediaType);
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(&call.body) else {
        return Err(Error::UnreadableBody);
    };
    match members.get("active") {
        Some(Value::Bool(active)) => Ok(*active),
        _ => Err(Error::InvalidMember("active")),
    }
}

/// RFC 3339 without fractions of a second.
fn whole_seconds<S: serde::Serializer>(time: &jiff::Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.0}"))
}
