//! Where a user is signed in, from where not, and with what: sessions, addresses, passkeys, linked accounts.

use std::fmt::Write;

use super::lists::{Key, Page};
use super::{Changed, change};
use crate::directory::DirectoryError;
use crate::ids::Stream;
use crate::vendors::Event;
use crate::vendors::monocloud::MonoCloud;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{
    Address, Alias, Authenticator, ExternalAuthenticator, IdentityProvider, Idp, Kind, Session, SessionMetadata, User,
};
use crate::vendors::monocloud::wire::Query;

/// How long a session lasts, in seconds (assumed, monocloud-a29).
const SESSION_SECONDS: i64 = 14 * 24 * 60 * 60;

/// A page of the user's sessions.
pub(in super::super) fn list_sessions(
    state: &MonoCloud,
    user_id: &str,
    query: &Query<'_>,
) -> Result<Page<Session>, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let paging = query.paging()?;
    let sort = query.sort(&["session_id", "initiated_at", "expires_at", "last_updated"])?;
    let client = query.text("client_id");
    let wanted = |session: &&Session| client.is_none_or(|client| session.client_ids.iter().any(|own| own == client));
    let key = |session, field| -> Key<'_> {
        let session: &Session = session;
        match field {
            "session_id" => session.session_id.as_str().into(),
            "initiated_at" => session.initiated_at.into(),
            "expires_at" => session.expires_at.into(),
            _ => session.last_updated.into(),
        }
    };
    Ok(Page::of(user.live_sessions(state.now()).filter(wanted), paging, sort, key))
}

/// One of the user's sessions.
pub(in super::super) fn get_session(state: &MonoCloud, user_id: &str, session_id: &str) -> Result<Session, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let found = user.live_sessions(state.now()).find(|session| session.session_id == session_id);
    found.cloned().ok_or(Error::SessionNotFound)
}

/// Ends one of the user's sessions.
pub(in super::super) fn revoke_session(state: &MonoCloud, user_id: &str, session_id: &str) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| {
        if !user.live_sessions(now).any(|session| session.session_id == session_id) {
            return Err(Error::SessionNotFound);
        }
        user.sessions = user.sessions.iter().filter(|session| session.session_id != session_id).cloned().collect();
        Ok(true)
    })
}

/// A page of the addresses from which the user is kept out.
pub(in super::super) fn list_blocked_ips(
    state: &MonoCloud,
    user_id: &str,
    query: &Query<'_>,
) -> Result<Page<Address>, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let paging = query.paging()?;
    let sort = query.sort(&["block_until", "last_login_attempt"])?;
    let now = state.now();
    let part = query.text("filter").unwrap_or("");
    let blocked = user.profile.addresses.iter().filter(|one| one.is_blocked(now) && one.ip.contains(part));
    Ok(Page::of(blocked, paging, sort, |one, field| match field {
        "block_until" => one.block_until.into(),
        _ => one.last_login_attempt.into(),
    }))
}

/// Lets an address, or `all`, in again.
pub(in super::super) fn unblock_ip(
    state: &MonoCloud,
    user_id: &str,
    ip: Result<String, Error>,
) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| {
        let ip = ip?;
        let mut profile = (*user.profile).clone();
        let mut changed = false;
        for one in profile.addresses.iter_mut().filter(|one| ip == "all" || one.ip == ip) {
            changed |= one.is_blocked(now);
            one.block_until = None;
            one.failure_count = 0;
        }
        user.profile = profile.into(); // as unblocking the account, it leaves `last_updated` alone
        Ok(changed)
    })
}

/// Removes a passkey.
pub(in super::super) fn remove_passkey(state: &MonoCloud, user_id: &str, passkey_id: &str) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| {
        let index = user.profile.passkeys.iter().position(|passkey| passkey.passkey_id == passkey_id);
        let index = index.ok_or(Error::PasskeyNotFound)?;
        Ok(user.edit(now, |profile| {
            profile.passkeys.remove(index);
            true
        }))
    })
}

/// Parts the user from a linked account, which then vouches for no identifier any more.
pub(in super::super) fn disconnect_external_authenticator(
    state: &MonoCloud,
    user_id: &str,
    account: Result<(ExternalAuthenticator, String), Error>,
) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| {
        let (authenticator, id) = account?;
        let own = |idp: &Idp| idp.authenticator == authenticator && idp.provider_user_id == id;
        let index = user.profile.idps.iter().position(own).ok_or(Error::ProviderNotFound)?;
        Ok(user.edit(now, |profile| {
            profile.idps.remove(index);
            if profile.idps.iter().all(|idp| idp.authenticator != authenticator) {
                for one in profile.all_identifiers_mut() {
                    one.idps.to_mut().retain(|idp| *idp != IdentityProvider::External(authenticator));
                    one.authenticators.to_mut().retain(|way| *way != Authenticator::External(authenticator));
                }
            }
            true
        }))
    })
}

/// Takes notice that the user signed in.
pub(in super::super) fn sign_in(state: &MonoCloud, event: &Event) -> Result<(), String> {
    let now = state.now();
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02X}").expect("a string takes text");
            text
        })
    };
    let metadata = SessionMetadata {
        ip_address: Some(ip(event).to_owned()),
        user_agent: event.user_agent.clone(),
        ..SessionMetadata::default()
    };
    let session = Session {
        session_id: hex(&state.shared.ids.bytes::<16>(Stream::Sessions)),
        session_key: Some(hex(&state.shared.ids.bytes::<32>(Stream::Sessions))),
        client_ids: event.client.iter().cloned().collect(),
        initiated_at: now,
        expires_at: now + SESSION_SECONDS,
        last_updated: now,
        last_metadata: metadata,
    };
    let done = state.users.update(&who(state, event), |user| user.sign_in(ip(event), session, now));
    done.map_err(|error| event_error(event, error))
}

/// Takes notice that somebody failed to sign in as the user.
pub(in super::super) fn fail_sign_in(state: &MonoCloud, event: &Event) -> Result<(), String> {
    let (now, lockout) = (state.now(), state.rules.lockout);
    let step = |user: &mut User| {
        user.fail_sign_in(ip(event), lockout, now);
        Ok(())
    };
    state.users.update(&who(state, event), step).map_err(|error| event_error(event, error))
}

/// The id of the user, who may be told by what people type to sign in.
fn who(state: &MonoCloud, event: &Event) -> String {
    let typed = [Kind::Email, Kind::Phone, Kind::Username].map(|kind| Alias::new(kind, &event.user));
    let named = || typed.iter().find_map(|alias| state.users.find(alias));
    match state.users.get(&event.user).or_else(named) {
        Some(user) => user.profile.user_id.clone(),
        None => event.user.clone(),
    }
}

fn event_error(event: &Event, error: DirectoryError<Alias, String>) -> String {
    match error {
        DirectoryError::Refused(text) => text,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => {
            format!("there is no user {:?}", event.user)
        }
    }
}

/// From where it happened; somewhere, where nobody says.
fn ip(event: &Event) -> &str {
    event.ip.as_deref().unwrap_or("127.0.0.1")
}
