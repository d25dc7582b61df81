//! Where a user is signed in, from where not, and with what: sessions, addresses, passkeys, linked accounts.

use serde::Deserialize;

use super::change::{Changed, change};
use super::lists::{Page, PageRequest};
use crate::directory::DirectoryError;
use crate::ids::{Stream, hex};
use crate::vendors::Event;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{
    Address, Alias, Authenticator, ExternalAuthenticator, IdentityProvider, Idp, Kind, Session, SessionMetadata, User,
};
use crate::vendors::monocloud::state::MonoCloud;

/// How long a session lasts, in seconds (assumed, monocloud-a29).
pub(super) const SESSION_SECONDS: i64 = 14 * 24 * 60 * 60;

/// What sessions can be sorted by.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum SessionField {
    SessionId,
    InitiatedAt,
    ExpiresAt,
    LastUpdated,
}

/// A page of the user's sessions, of all applications or of one.
pub(in super::super) fn list_sessions(
    monocloud: &MonoCloud,
    user_id: &str,
    client_id: Option<&str>,
    request: PageRequest<SessionField>,
) -> Result<Page<Session>, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let of_client = |session: &&Session| client_id.is_none_or(|id| session.client_ids.iter().any(|own| own == id));
    let live = user.live_sessions(monocloud.now()).filter(of_client);
    Ok(Page::of(live, request, |session, field| match field {
        SessionField::SessionId => session.session_id.as_str().into(),
        SessionField::InitiatedAt => session.initiated_at.into(),
        SessionField::ExpiresAt => session.expires_at.into(),
        SessionField::LastUpdated => session.last_updated.into(),
    }))
}

/// One of the user's sessions.
pub(in super::super) fn get_session(monocloud: &MonoCloud, user_id: &str, session_id: &str) -> Result<Session, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let found = user.live_sessions(monocloud.now()).find(|session| session.session_id == session_id);
    found.cloned().ok_or(Error::SessionNotFound)
}

/// Ends one of the user's sessions.
pub(in super::super) fn revoke_session(
    monocloud: &MonoCloud,
    user_id: &str,
    session_id: &str,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        if !user.live_sessions(now).any(|session| session.session_id == session_id) {
            return Err(Error::SessionNotFound);
        }
        user.sessions = user.sessions.iter().filter(|session| session.session_id != session_id).cloned().collect();
        Ok(true)
    })
}

/// What blocked addresses can be sorted by.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum AddressField {
    BlockUntil,
    LastLoginAttempt,
}

/// A page of the addresses from which the user is kept out; `filter` is a part of them.
pub(in super::super) fn list_blocked_ips(
    monocloud: &MonoCloud,
    user_id: &str,
    filter: Option<&str>,
    request: PageRequest<AddressField>,
) -> Result<Page<Address>, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let (now, part) = (monocloud.now(), filter.unwrap_or(""));
    let blocked = user.profile.addresses.iter().filter(|one| one.is_blocked(now) && one.ip.contains(part));
    Ok(Page::of(blocked, request, |one, field| match field {
        AddressField::BlockUntil => one.block_until.into(),
        AddressField::LastLoginAttempt => one.last_login_attempt.into(),
    }))
}

/// Lets an address, or `all`, in again.
pub(in super::super) fn unblock_ip(monocloud: &MonoCloud, user_id: &str, ip: &str) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
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
pub(in super::super) fn remove_passkey(
    monocloud: &MonoCloud,
    user_id: &str,
    passkey_id: &str,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
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
    monocloud: &MonoCloud,
    user_id: &str,
    authenticator: ExternalAuthenticator,
    provider_user_id: &str,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        let own = |idp: &Idp| idp.authenticator == authenticator && idp.provider_user_id == provider_user_id;
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
pub(in super::super) fn sign_in(monocloud: &MonoCloud, event: &Event) -> Result<(), String> {
    let now = monocloud.now();
    let metadata = SessionMetadata {
        ip_address: Some(ip(event).to_owned()),
        user_agent: event.user_agent.clone(),
        ..SessionMetadata::default()
    };
    let session = Session {
        session_id: hex(&monocloud.context.ids.bytes::<16>(Stream::Sessions)),
        session_key: Some(hex(&monocloud.context.ids.bytes::<32>(Stream::Sessions))),
        client_ids: event.client.iter().cloned().collect(),
        initiated_at: now,
        expires_at: now + SESSION_SECONDS,
        last_updated: now,
        last_metadata: metadata,
        auth_time: None,
        logins: Vec::new(),
    };
    let done = monocloud.state.users.update(&user_id_of(monocloud, event), |user| {
        user.sign_in(ip(event), Some(session), now).map_err(|kept_out| kept_out.to_string())
    });
    done.map_err(|error| event_error(event, error))
}

/// Records a failed attempt to sign in as the user.
pub(in super::super) fn fail_sign_in(monocloud: &MonoCloud, event: &Event) -> Result<(), String> {
    let (now, lockout) = (monocloud.now(), monocloud.settings.lockout);
    let step = |user: &mut User| {
        user.fail_sign_in(ip(event), lockout, now);
        Ok(())
    };
    monocloud.state.users.update(&user_id_of(monocloud, event), step).map_err(|error| event_error(event, error))
}

/// The id of the user, who may be named by what people type to sign in.
fn user_id_of(monocloud: &MonoCloud, event: &Event) -> String {
    let typed = [Kind::Email, Kind::Phone, Kind::Username].map(|kind| Alias::new(kind, &event.user));
    let named = || typed.iter().find_map(|alias| monocloud.state.users.find(alias));
    match monocloud.state.users.get(&event.user).or_else(named) {
        Some(user) => user.profile.user_id.clone(),
        None => event.user.clone(),
    }
}

fn event_error(event: &Event, error: DirectoryError<Alias, String>) -> String {
    match error {
        DirectoryError::Refused(text) => text,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => {
            format!("unknown user {:?}", event.user)
        }
    }
}

/// The IP address of the event, or a default.
fn ip(event: &Event) -> &str {
    event.ip.as_deref().unwrap_or("127.0.0.1")
}
