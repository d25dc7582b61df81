//! One function per operation of jitsudo's API. The order is the sheet's: permission, lookup, owner rule, change.

pub(super) mod audit;
pub(super) mod auth;
pub(super) mod groups;
pub(super) mod mfa;
pub(super) mod sso;
pub(super) mod tenants;
pub(super) mod users;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use super::auth::Caller;
use super::error::Error;
use super::record::{Actor, Address, Entry, PendingToken, Purpose, User};
use super::settings::Ruling;
use super::state::{Jitsudo, NAME};
use crate::directory::{DirectoryError, Record};
use crate::ids::{Reservation, Stream};
use crate::outbox::Message;

/// Which part of a list to return.
pub(super) struct ListQuery {
    /// The maximum number of items.
    pub(super) limit: usize,
    /// Where the last page ended.
    pub(super) cursor: Option<String>,
}

/// A part of a list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the next part starts, if there is one.
    pub(super) next: Option<String>,
}

/// Tenants are walls: another tenant's user is not there.
fn check_user_tenant(jitsudo: &Jitsudo, caller: &Caller, user: &User) -> Result<(), Error> {
    match user.profile.tenant == caller.tenant() {
        true => Ok(()),
        false if jitsudo.behaviour.other_tenant_is_forbidden => Err(Error::Forbidden("other_tenant")),
        false => Err(Error::UserNotFound),
    }
}

fn allow(ruling: Ruling, reason: &'static str) -> Result<(), Error> {
    match ruling {
        Ruling::Allowed => Ok(()),
        Ruling::Forbidden => Err(Error::Forbidden(reason)),
        Ruling::Conflict => Err(Error::Conflict(reason)),
    }
}

/// What it means that the directory of users refused.
fn user_error(error: DirectoryError<Address, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists | DirectoryError::Taken(_) => Error::EmailTaken,
        DirectoryError::Refused(error) => error,
    }
}

/// Writes into the audit log what was done to a user, now.
fn log_user_action(jitsudo: &Jitsudo, actor: Actor, action: &'static str, user: &User) {
    log_action(jitsudo, jitsudo.context.clock.now(), user.profile.tenant, actor, action, of_user(user));
}

/// Writes into the audit log what was changed in a user, at the time that the record shows.
fn log_user_change(jitsudo: &Jitsudo, actor: Actor, action: &'static str, user: &User) {
    log_action(jitsudo, user.updated_at, user.profile.tenant, actor, action, of_user(user));
}

fn of_user(user: &User) -> (&'static str, Arc<str>) {
    ("user", Arc::clone(&user.profile.id))
}

/// Writes into the audit log what was done to a resource, its type and id.
fn log_action(
    jitsudo: &Jitsudo,
    at: Timestamp,
    tenant: Uuid,
    actor: Actor,
    action: &'static str,
    (kind, id): (&'static str, Arc<str>),
) {
    jitsudo.state.audit.write(Entry {
        id: Uuid::new_v8(jitsudo.context.ids.bytes(Stream::AuditIds)),
        tenant,
        actor,
        action: action.into(),
        resource_type: kind.into(),
        resource_id: id,
        created_at: at,
    });
}

/// A UUID of version 8, as the vendor's sample is.
fn new_id(ids: &mut Reservation<'_>) -> String {
    Uuid::new_v8(ids.bytes()).to_string()
}

/// Mails a user a token. It replaces the one that was sent for the same purpose before.
fn mail_token(jitsudo: &Jitsudo, user: &User, purpose: Purpose) {
    let now = jitsudo.context.clock.now();
    let token = loop {
        let token = format!("{:032x}", u128::from_be_bytes(jitsudo.context.ids.bytes(Stream::Links)));
        // A seed can hold any token, also the one that comes next; then another one is drawn.
        if jitsudo.state.pending.upsert(PendingToken::new(user.key(), purpose, token.clone(), now)).is_ok() {
            break token;
        }
    };
    jitsudo.context.outbox.send(Message {
        at: now,
        vendor: NAME.into(),
        user: user.key().to_owned(),
        by: "email".into(),
        to: user.profile.email.to_string(),
        about: purpose.as_str().into(),
        code: Some(jitsudo.context.tag_with_world(token)),
        link: None,
    });
}

/// Encodes a position in a list as a cursor, so that clients treat it as opaque.
fn encode_cursor(position: &str) -> String {
    URL_SAFE_NO_PAD.encode(position)
}

/// Decodes a cursor into the position in the list.
fn decode_cursor(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
