//! ZITADEL's sessions: created, written to, read, listed, ended.

pub(super) mod checks;
mod lists;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::auth::{self, Caller, tokens};
use super::super::error::Error;
use super::super::error::sessions::SessionError;
use super::super::record::{Permission, Session, SessionState, User, UserAgent, WrongSession};
use super::super::state::{INSTANCE, Zitadel};
use super::objects::Receipt;
use super::sign_in::issue;
use super::write::{digits, new_id};
use crate::ids::Stream;

pub use checks::{Checks, Factor, PasswordProof, UserCheck};
pub(super) use checks::{by_login_name, check_strictly};
pub(in super::super) use lists::{Comparison, ListSessions, SessionQuery, SessionsFound, list_sessions};

/// What is to be written into a session.
#[derive(Default)]
pub struct SessionChange {
    pub checks: Checks,
    /// In base64, by key. An empty value is none.
    pub metadata: BTreeMap<String, String>,
    pub user_agent: Option<UserAgent>,
    pub lifetime: Option<SignedDuration>,
    /// Whether the user is to be asked for something that is not emulated.
    pub has_challenges: bool,
}

/// A session after a write.
pub struct SessionWritten {
    pub id: String,
    /// Its new token, if anything changed.
    pub token: Option<String>,
    pub receipt: Receipt,
}

/// A session that is read, with its user.
pub(in super::super) struct SessionFound {
    pub session: Session,
    pub user: Option<User>,
}

impl SessionChange {
    fn check_emulated(&self) -> Result<(), SessionError> {
        if self.has_challenges { Err(SessionError::Unemulated) } else { Ok(()) }
    }
}

/// Creates a session.
pub fn create_session(zitadel: &Zitadel, change: SessionChange, caller: &Caller) -> Result<SessionWritten, Error> {
    let user = change.checks.find_user(zitadel)?;
    caller.check_in(Permission::SessionWrite, None, None)?;
    start(zitadel, change, user, caller.user().profile.user_id.as_str(), caller.at())
}

/// The same without a caller who would need a permission: the vendor's own page does it.
pub(super) fn start(
    zitadel: &Zitadel,
    change: SessionChange,
    user: Option<User>,
    creator: &str,
    now: Timestamp,
) -> Result<SessionWritten, Error> {
    change.check_emulated()?;
    let mut session = Session::new(String::new(), SessionState::Active, creator, now);
    session.details.push(1, now);
    session.user_agent.clone_from(&change.user_agent);
    let passed = change.checks.pass(zitadel, &session, user, now)?;
    let mut ids = zitadel.context.ids.reserve();
    session.id = new_id(&mut ids, now);
    ids.commit();
    passed.apply(&mut session);
    let token = finish(zitadel, &mut session, &change, passed.events(), now);
    let written = SessionWritten { id: session.id.clone(), token, receipt: receipt(&session) };
    zitadel.state.sessions.push(session);
    Ok(written)
}

/// Writes to a session. One that does not exist is written to all the same, as at the vendor, and no read finds it.
pub fn set_session(
    zitadel: &Zitadel,
    id: &str,
    change: &SessionChange,
    caller: &Caller,
) -> Result<SessionWritten, Error> {
    let now = caller.at();
    let user = change.checks.find_user(zitadel)?;
    let known = zitadel.state.sessions.get(id);
    let is_known = known.is_some();
    let session = known.unwrap_or_else(|| Session::new(id.to_owned(), SessionState::Unspecified, "", now));
    let organization = session.user.as_ref().map(|user| user.organization.as_str());
    caller.check_in(Permission::SessionWrite, organization, None)?;
    session.check_writable(now).map_err(SessionError::Wrong)?;
    change.check_emulated()?;
    let passed = change.checks.pass(zitadel, &session, user, now)?;
    let write = |session: &mut Session| {
        session.check_writable(now).map_err(SessionError::Wrong)?;
        passed.apply(session);
        let token = finish(zitadel, session, change, passed.events(), now);
        Ok(SessionWritten { id: session.id.clone(), token, receipt: receipt(session) })
    };
    if !is_known {
        let mut session = session;
        let written = write(&mut session)?;
        if written.token.is_some() {
            zitadel.state.sessions.take(id); // another call may have been quicker
            zitadel.state.sessions.push(session);
        }
        return Ok(written);
    }
    let written = zitadel.state.sessions.update(id, write);
    // The oldest session goes where there are too many.
    written.unwrap_or(Err(SessionError::Wrong(WrongSession::Terminated).into()))
}

/// Writes what needs no check. Returns the new token, if the session changed.
fn finish(
    zitadel: &Zitadel,
    session: &mut Session,
    change: &SessionChange,
    checked: u64,
    now: Timestamp,
) -> Option<String> {
    let mut events = checked;
    let metadata = change.metadata.iter().filter(|(_, value)| !value.is_empty());
    let metadata: BTreeMap<_, _> = metadata.map(|(key, value)| (key.clone(), value.clone())).collect();
    if !metadata.is_empty() {
        session.metadata = metadata;
        events += 1;
    }
    if let Some(lifetime) = change.lifetime {
        session.expires = Some(now.saturating_add(lifetime).unwrap_or(Timestamp::MAX));
        events += 1;
    }
    let is_new = session.state == SessionState::Active && session.token_id.is_empty();
    if events == 0 && !is_new {
        return None;
    }
    session.token_id = digits(u64::from_be_bytes(zitadel.context.ids.bytes(Stream::Tokens)));
    session.details.push(events + 1, now);
    let token = tokens::session(zitadel.settings.version, &zitadel.context.ids, &session.id, &session.token_id);
    Some(zitadel.context.tag_with_world(token))
}

fn receipt(session: &Session) -> Receipt {
    Receipt::new(&session.details, &INSTANCE.into())
}

/// A session as the caller may read it: by a permission, as its user or creator, or by its token.
pub(in super::super) fn get_session(
    zitadel: &Zitadel,
    id: &str,
    token: Option<&str>,
    caller: &Caller,
) -> Result<SessionFound, Error> {
    let session = zitadel.state.sessions.get(id).ok_or(SessionError::NotFound)?;
    let found = SessionFound { user: user_of(zitadel, &session), session };
    if !found.session.is_shown(found.user.as_ref()) {
        return Err(SessionError::NotFound.into());
    }
    match token {
        Some(token) if auth::session::fits(zitadel, token, &found.session) => {}
        Some(_) if zitadel.settings.version.reads_any_token() => return Err(SessionError::ReadDenied.into()),
        Some(_) => return Err(SessionError::ReadDeniedByKey.into()),
        None => check_reader(&found.session, caller)?,
    }
    Ok(found)
}

/// The user of a session as it is now.
fn user_of(zitadel: &Zitadel, session: &Session) -> Option<User> {
    zitadel.state.users.get(&session.user.as_ref()?.id)
}

fn check_reader(session: &Session, caller: &Caller) -> Result<(), Error> {
    let own = &caller.user().profile.user_id;
    if session.user.as_ref().is_some_and(|user| user.id == *own) || session.creator == *own {
        return Ok(());
    }
    let organization = session.user.as_ref().map(|user| user.organization.as_str());
    caller.check_in(Permission::SessionRead, organization, None)
}

/// What became of a session that was to be ended.
pub struct Deleted {
    pub receipt: Receipt,
    /// The session, if it was this call that ended it.
    pub ended: Option<Session>,
}

/// Ends a session: by a permission, as its user, or by its token. What is not there has ended already.
pub fn delete_session(zitadel: &Zitadel, id: &str, token: Option<&str>, caller: &Caller) -> Result<Deleted, Error> {
    let now = caller.at();
    let session = zitadel.state.sessions.get(id);
    let session = session.unwrap_or_else(|| Session::new(id.to_owned(), SessionState::Unspecified, "", now));
    let is_own = session.user.as_ref().is_some_and(|user| user.id == caller.user().profile.user_id);
    match token {
        Some(token) => auth::session::check(zitadel, token, &session)?,
        None if is_own => {}
        None => {
            let organization = session.user.as_ref().map(|user| user.organization.as_str());
            caller.check_in(Permission::SessionDelete, organization, None)?;
        }
    }
    let ended = terminate(zitadel, id, now);
    Ok(Deleted { receipt: receipt(ended.as_ref().unwrap_or(&session)), ended })
}

/// Ends a session that lives. `None` if there is none.
pub(super) fn terminate(zitadel: &Zitadel, id: &str, now: Timestamp) -> Option<Session> {
    let ended = zitadel.state.sessions.update(id, |session| {
        session.check_active(now)?;
        session.state = SessionState::Terminated;
        session.details.push(1, now);
        Ok::<_, WrongSession>(session.clone())
    });
    let ended = ended?.ok()?;
    if let Some(user) = &ended.user {
        issue::end_access(zitadel, &user.id, |access| access.session.as_deref() == Some(id));
    }
    Some(ended)
}

/// Hides the sessions of a user that is gone, also from a later user with its id.
pub(super) fn hide_of_user(zitadel: &Zitadel, user_id: &str) {
    zitadel.state.sessions.update_all(
        |session| session.user.as_ref().is_some_and(|user| user.id == user_id),
        |session| {
            if let Some(user) = &mut session.user {
                user.times_kept_out = None;
            }
        },
    );
}
