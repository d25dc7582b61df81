//! Users as a whole: what is asked for, and how they are answered.

use http::StatusCode;
use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::operations::{NewUser, Page, PageRequest, Sort, UserField};
use super::super::record::{Kind, User};
use super::super::settings::Era;
use super::super::state::MonoCloud;
use super::identifiers::identifier;
use super::user::{Extent, body};
use super::{BAD_SORT, Body, Query, flag, text};
use crate::protocol::{Call, Reply};
use crate::shape::Member;

/// The user as a change answers it.
pub(in super::super) fn user(monocloud: &MonoCloud, status: StatusCode, user: &User) -> Reply {
    Reply::of(status, &body(monocloud, user, Extent::User))
}

/// The user as reading it answers.
pub(in super::super) fn user_with_access(monocloud: &MonoCloud, user: &User) -> Reply {
    Reply::of(StatusCode::OK, &body(monocloud, user, Extent::WithAccess))
}

/// Users as a list shows them.
pub(in super::super) fn users(monocloud: &MonoCloud, page: &Page<User>) -> Reply {
    super::page(page, |user| body(monocloud, user, Extent::Summary))
}

/// Which page of users is asked for. The seeds' generation sorts by their times alone.
pub(in super::super) fn page_request(
    monocloud: &MonoCloud,
    query: &Query<'_>,
) -> Result<PageRequest<UserField>, Error> {
    let request = query.page_request()?;
    let is_time = |sort: &Sort<_>| matches!(sort.field, UserField::CreationTime | UserField::LastUpdated);
    match monocloud.settings.era {
        Era::Seed if !request.sort.as_ref().is_none_or(is_time) => Err(BAD_SORT),
        Era::Seed | Era::Current => Ok(request),
    }
}

/// What it is described by.
pub(in super::super) const NEW_USER: &[&[Member]] = &[
    super::profile::TEXT_MEMBERS,
    super::profile::MEMBERS,
    super::passwords::HASHED,
    &[
        text("username"),
        text("email"),
        flag("email_verified"),
        text("phone_number"),
        flag("phone_number_verified"),
        text("password"),
        flag("is_temporary_password"),
        flag("skip_identifier_restriction_checks"),
    ],
];

/// What disabling can be told.
pub(in super::super) const DISABLE: &[&[Member]] = &[&[flag("revoke_sessions")]];

/// The account that is to be made.
pub(in super::super) fn new_user(call: &Call) -> Result<NewUser, Error> {
    let mut body = Body::of(call)?;
    body.flag("skip_identifier_restriction_checks", false); // no restrictions are emulated
    let mut claims = Map::new();
    let conforming = !body.flag("skip_conformance_checks", false);
    for (name, value) in super::profile::claims(&mut body, conforming) {
        value.map(|value| claims.insert(name.to_owned(), value));
    }
    let new = NewUser {
        username: identifier(&mut body, Kind::Username, false),
        email: identifier(&mut body, Kind::Email, false),
        email_verified: body.flag("email_verified", false),
        phone_number: identifier(&mut body, Kind::Phone, false),
        phone_number_verified: body.flag("phone_number_verified", false),
        password: super::passwords::new_password(&mut body, "password"),
        is_temporary: body.flag("is_temporary_password", true),
        claims,
    };
    body.finish(new)
}

/// Whether disable is asked to end the user's sessions.
pub(in super::super) fn revoke_sessions(call: &Call) -> Result<bool, Error> {
    match Body::of(call)?.members.get("revoke_sessions") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(revoke)) => Ok(*revoke),
        Some(_) => Err(Error::NotABoolean("revoke_sessions")),
    }
}
