//! ZITADEL's sessions: created, written to, read, listed, ended.

pub(super) mod checks;
mod lists;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::auth::{self, Caller, tokens};
use super::super::error::Error;
use super::super::error::sessions::SessionError;
use super::super::record::{Log, Permission, Session, SessionState, User, UserAgent};
use super::super::state::{INSTANCE, Zitadel};
use super::events;
use super::objects::Receipt;
use super::sign_in::issue;
use super::write::{digits, new_id};
use crate::ids::Stream;

use checks::Passed;
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
    events::logged(zitadel, caller, |log| start(zitadel, change, user, caller.user().profile.user_id.as_str(), log))
}

/// The same without a caller who would need a permission: the vendor's own page does it.
pub(super) fn start(
    zitadel: &Zitadel,
    change: SessionChange,
    user: Option<User>,
    creator: &str,
    log: &mut Log,
) -> Result<SessionWritten, Error> {
    change.check_emulated()?;
    let now = log.at;
    let mut session = Session::new(String::new(), SessionState::Active, creator, now);
    session.user_agent.clone_from(&change.user_agent);
    let compared = change.checks.compare(zitadel, user.as_ref(), None);
    let passed = change.checks.pass(zitadel, &session, user.as_ref(), compared.as_ref(), log)?;
    let mut ids = zitadel.context.ids.reserve();
    session.id = new_id(&mut ids, now);
    ids.commit();
    let user_agent = change.user_agent.as_ref().map(UserAgent::said);
    events::of_session(log, &mut session, "session.added", json!({ "user_agent": user_agent }));
    let token = write(zitadel, &mut session, &change, passed, log);
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
    let session = zitadel.state.sessions.get(id);
    let session = session.unwrap_or_else(|| Session::new(id.to_owned(), SessionState::Unspecified, "", now));
    let organization = session.user.as_ref().map(|user| user.organization.as_str());
    caller.check_in(Permission::SessionWrite, organization, None)?;
    session.check_writable(now).map_err(SessionError::Wrong)?;
    change.check_emulated()?;
    events::logged(zitadel, caller, |log| {
        let compared = change.checks.compare(zitadel, user.as_ref(), session.user.as_ref());
        let write = |session: &mut Session| {
            session.check_writable(now).map_err(SessionError::Wrong)?;
            let passed = change.checks.pass(zitadel, session, user.as_ref(), compared.as_ref(), log)?;
            let token = write(zitadel, session, change, passed, log);
            Ok(SessionWritten { id: session.id.clone(), token, receipt: receipt(session) })
        };
        zitadel.state.sessions.update_or_push(session, write, |written| written.token.is_some())
    })
}

/// Writes what was checked, and what needs no check. Returns the new token, if the session changed.
fn write(
    zitadel: &Zitadel,
    session: &mut Session,
    change: &SessionChange,
    passed: Passed,
    log: &mut Log,
) -> Option<String> {
    let before = session.details.sequence;
    passed.write(session, log);
    let metadata = change.metadata.iter().filter(|(_, value)| !value.is_empty());
    let metadata: BTreeMap<_, _> = metadata.map(|(key, value)| (key.clone(), value.clone())).collect();
    if !metadata.is_empty() {
        events::of_session(log, session, "session.metadata.set", json!({ "metadata": metadata }));
        session.metadata = metadata;
    }
    if let Some(lifetime) = change.lifetime {
        session.expires = Some(log.at.saturating_add(lifetime).unwrap_or(Timestamp::MAX));
        let nanoseconds = i64::try_from(lifetime.as_nanos()).unwrap_or(i64::MAX);
        events::of_session(log, session, "session.lifetime.set", json!({ "lifetime": nanoseconds }));
    }
    let is_new = session.state == SessionState::Active && session.token_id.is_empty();
    if session.details.sequence == before && !is_new {
        return None;
    }
    session.token_id = digits(u64::from_be_bytes(zitadel.context.ids.bytes(Stream::Tokens)));
    let token_id = json!({ "tokenID": session.token_id });
    events::of_session(log, session, "session.token.set", token_id);
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
    let ended = terminate(zitadel, id, Some(&caller.user().profile.user_id), now);
    Ok(Deleted { receipt: receipt(ended.as_ref().unwrap_or(&session)), ended })
}

/// Ends a session that has not ended yet, expired or not. `None` if there is none. The editor is its user where nothing
/// else is said.
pub(super) fn terminate(zitadel: &Zitadel, id: &str, editor: Option<&str>, now: Timestamp) -> Option<Session> {
    let own = || zitadel.state.sessions.get(id)?.user.map(|user| user.id);
    let editor = editor.map_or_else(|| own().unwrap_or_default(), str::to_owned);
    let ended = events::logged_as(zitadel, &editor, now, |log| {
        let end = |session: &mut Session| {
            if session.state != SessionState::Active {
                return Err(());
            }
            session.state = SessionState::Terminated;
            events::of_session(log, session, "session.terminated", json!({}));
            Ok(session.clone())
        };
        zitadel.state.sessions.update(id, end).unwrap_or(Err(()))
    });
    let ended = ended.ok()?;
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
