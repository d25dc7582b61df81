//! The tokens of ZITADEL's sessions: which session they are for, and what they are good for as credentials of the API.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::tokens;
use crate::vendors::zitadel::error::sessions::SessionError;
use crate::vendors::zitadel::record::{Session, User};
use crate::vendors::zitadel::state::Zitadel;

/// Whether that is the session's token, and the newest.
pub fn fits(zitadel: &Zitadel, token: &str, session: &Session) -> bool {
    let opened = tokens::open_session(&zitadel.context.ids, token);
    opened.is_some_and(|(id, token_id)| id == session.id && token_id == session.token_id)
}

/// Refuses what is not the session's token, or not the newest.
pub fn check(zitadel: &Zitadel, token: &str, session: &Session) -> Result<(), SessionError> {
    if fits(zitadel, token, session) {
        return Ok(());
    }
    let is_broken = !zitadel.settings.version.reads_any_token() && URL_SAFE_NO_PAD.decode(token).is_err();
    Err(if is_broken { SessionError::TokenBroken } else { SessionError::TokenInvalid })
}

/// Whose token it is, if it is one of a session.
pub fn holder(zitadel: &Zitadel, token: &str, now: Timestamp) -> Option<Result<User, SessionError>> {
    let (id, token_id) = tokens::open_session(&zitadel.context.ids, token)?;
    Some(enter(zitadel, &id, &token_id, now))
}

/// The user of the session, whom more must have been seen of than a name.
fn enter(zitadel: &Zitadel, id: &str, token_id: &str, now: Timestamp) -> Result<User, SessionError> {
    let session = zitadel.state.sessions.get(id).ok_or(SessionError::BearerUnknown)?;
    let user = session.user.as_ref().and_then(|user| zitadel.state.users.get(&user.id));
    if !session.is_shown(user.as_ref()) {
        return Err(SessionError::BearerUnknown);
    }
    if session.token_id != token_id {
        return Err(SessionError::BearerDenied);
    }
    if session.has_expired(now) {
        return Err(SessionError::BearerExpired);
    }
    let has_totp = session.user.as_ref().is_some_and(|user| user.totp.is_some());
    let has_password = |user: &User| session.password(user).is_some();
    let user = user.filter(|user| has_password(user) || has_totp).ok_or(SessionError::BearerUnauthenticated)?;
    let factors = user.secrets.as_ref().map(|secrets| &secrets.factors);
    let has_app = factors.and_then(|factors| factors.totp.as_ref()).is_some_and(|totp| totp.is_ready);
    if has_app && !(has_totp && has_password(&user)) { Err(SessionError::BearerLacksFactor) } else { Ok(user) }
}
