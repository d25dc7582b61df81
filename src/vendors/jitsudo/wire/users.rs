//! Users, and one's own profile, on the wire.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::operations::users::{Invitation, ProfileEdit, UserEdit, UserFilter};
use super::super::record::{AuthProvider, User};
use super::super::settings::Behaviour;
use super::{Time, is_role, member, nullable_text, object, optional_text, query, required_text};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, flag, text, texts};

/// The user object, member for member in the order of the vendor's page.
#[derive(Serialize)]
pub(in super::super) struct UserBody<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    roles: &'a [String],
    auth_provider: AuthProvider,
    active: bool,
    email_verified: bool,
    is_owner: bool,
    created_at: Time<'a>,
    updated_at: Time<'a>,
    /// The inner `None` is written as null.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_base64: Option<Option<&'a str>>,
}

/// The caller's own profile.
#[derive(Serialize)]
struct ProfileBody<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    auth_provider: AuthProvider,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_base64: Option<Option<&'a str>>,
}

/// The whole user.
pub(in super::super) fn user(status: StatusCode, user: &User, behaviour: &Behaviour) -> Reply {
    Reply::of(status, &user_body(user, behaviour))
}

/// The whole user, as a list holds it.
pub(in super::super) fn user_body<'a>(user: &'a User, behaviour: &'a Behaviour) -> UserBody<'a> {
    let profile = &user.profile;
    UserBody {
        id: &profile.id,
        email: &profile.email,
        name: &profile.name,
        roles: &profile.roles,
        auth_provider: profile.auth_provider,
        active: user.active,
        email_verified: profile.email_verified,
        is_owner: profile.is_owner,
        created_at: Time(profile.created_at, behaviour),
        updated_at: Time(user.updated_at, behaviour),
        avatar_base64: avatar(user, behaviour),
    }
}

/// One's own profile.
pub(in super::super) fn profile(user: &User, behaviour: &Behaviour) -> Reply {
    let profile = &user.profile;
    let names = profile.names.as_deref();
    let body = ProfileBody {
        id: &profile.id,
        email: &profile.email,
        name: &profile.name,
        auth_provider: profile.auth_provider,
        first_name: names.and_then(|names| names.first_name.as_deref()),
        last_name: names.and_then(|names| names.last_name.as_deref()),
        display_name: names.and_then(|names| names.display_name.as_deref()),
        avatar_base64: avatar(user, behaviour),
    };
    Reply::of(StatusCode::OK, &body)
}

fn avatar<'a>(user: &'a User, behaviour: &Behaviour) -> Option<Option<&'a str>> {
    let avatar = user.profile.avatar_base64.as_deref();
    (avatar.is_some() || !behaviour.unset_avatar_is_absent).then_some(avatar)
}

/// What suspend takes.
pub(in super::super) const SUSPEND: &[&[Member]] = &[&[flag("active").required()]];

/// The state that suspend is asked for.
pub(in super::super) fn active(call: &Call) -> Result<bool, Error> {
    match member(call, "active")? {
        Some(Value::Bool(active)) => Ok(active),
        _ => Err(Error::InvalidMember("active")),
    }
}

/// What an invitation takes.
pub(in super::super) const INVITATION: &[&[Member]] =
    &[&[text("email").required(), text("name").required(), texts("roles")]];

/// Who is to be invited.
pub(in super::super) fn invitation(call: &Call, behaviour: &Behaviour) -> Result<Invitation, Error> {
    let members = object(call)?;
    let email = required_text(&members, "email")?;
    if !is_address(&email) {
        return Err(Error::InvalidMember("email"));
    }
    let roles = roles(&members, behaviour)?.unwrap_or_else(|| vec!["user".to_owned()]);
    Ok(Invitation { email, name: required_text(&members, "name")?, roles })
}

/// What an admin can change.
pub(in super::super) const EDIT: &[&[Member]] = &[&[text("name"), texts("roles")]];

/// What an admin changes.
pub(in super::super) fn user_edit(call: &Call, behaviour: &Behaviour) -> Result<UserEdit, Error> {
    let members = object(call)?;
    Ok(UserEdit { name: optional_text(&members, "name")?, roles: roles(&members, behaviour)? })
}

/// What people can change themselves.
pub(in super::super) const PROFILE: &[&[Member]] = &[&[
    text("first_name").or_null(),
    text("last_name").or_null(),
    text("display_name").or_null(),
    text("avatar_base64").or_null(),
]];

/// What people change themselves.
pub(in super::super) fn profile_edit(call: &Call) -> Result<ProfileEdit, Error> {
    let members = object(call)?;
    Ok(ProfileEdit {
        first_name: nullable_text(&members, "first_name")?,
        last_name: nullable_text(&members, "last_name")?,
        display_name: nullable_text(&members, "display_name")?,
        avatar_base64: nullable_text(&members, "avatar_base64")?,
    })
}

/// Which users are asked for.
pub(in super::super) fn user_filter(call: &Call) -> Result<UserFilter, Error> {
    let active = match query(call, "active").as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Error::InvalidQuery("active")),
    };
    Ok(UserFilter { active, email: query(call, "email").map(|email| email.into_owned()) })
}

fn roles(members: &Map<String, Value>, behaviour: &Behaviour) -> Result<Option<Vec<String>>, Error> {
    let wrong = Error::InvalidMember("roles");
    let roles = match members.get("roles") {
        None => return Ok(None),
        Some(Value::Array(roles)) if !roles.is_empty() => roles,
        Some(_) => return Err(wrong),
    };
    let role = |role: &Value| role.as_str().filter(|role| is_role(role, behaviour)).map(str::to_owned);
    roles.iter().map(role).collect::<Option<Vec<_>>>().map(Some).ok_or(wrong)
}

/// Whether a text can be an e-mail address: something on both sides of one `@`, and no spaces.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    text.len() <= 320
        && parts.is_some_and(|(_, domain)| !domain.contains('@'))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_two_sides_and_no_spaces() {
        for (text, is) in
            [("a@b", true), ("a@", false), ("@b", false), ("a", false), ("a@b@c", false), ("a b@c", false)]
        {
            assert_eq!(is_address(text), is, "{text}");
        }
    }
}
