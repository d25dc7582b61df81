//! The sign-in session of a browser: found by its cookie, started, and ended with what depends on it.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};

use super::access::SESSION_SECONDS;
use super::issue;
use crate::directory::DirectoryError;
use crate::ids::{Stream, hex};
use crate::oidc::visit::Who;
use crate::outcome::{OutboundDelivery, OutboundRequest, Signature};
use crate::tokens::{Defect, TokenKind};
use crate::vendors::monocloud::record::{
    Alias, Application, Authenticator, ClientLogin, Door, KeptOut, Kind, Session, SessionMetadata, User,
};
use crate::vendors::monocloud::state::MonoCloud;

/// How rules and the list of deliveries call a logout token on its way.
pub(in super::super) const DELIVER_LOGOUT: &str = "deliver_logout";

/// The event that a logout token tells of.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long a logout token lives, in seconds.
const LOGOUT_TOKEN_SECONDS: i64 = 300;

/// The address of callers: the server does not look at it.
const ADDRESS: &str = "127.0.0.1";

/// A user with one of the user's sessions.
#[derive(Debug, Clone)]
pub(in super::super) struct SignedIn {
    pub(in super::super) user: User,
    pub(in super::super) session: Session,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum SignInFailure {
    /// Nobody has that name and password.
    Unknown,
    /// The user may not enter.
    KeptOut(KeptOut),
    /// The user has to set a new password first.
    PasswordExpired,
    /// The application takes no passwords.
    PasswordNotTaken,
}

/// The value of the cookie of a session.
pub(in super::super) fn cookie_value(signed_in: &SignedIn) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let key = signed_in.session.session_key.as_deref().unwrap_or_default();
    format!("{key}.{}", URL_SAFE_NO_PAD.encode(&signed_in.user.profile.user_id))
}

/// Whose session has that cookie, if it lives and the user may go on with it.
pub(in super::super) fn signed_in(monocloud: &MonoCloud, cookie: &str) -> Option<SignedIn> {
    let found = session_of(monocloud, cookie)?;
    monocloud.may_enter(&found.user, Door::Session).ok()?;
    Some(found)
}

/// The session of that cookie, whether or not the user may enter.
pub(in super::super) fn session_of(monocloud: &MonoCloud, cookie: &str) -> Option<SignedIn> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let (key, user_id) = cookie.split_once('.')?;
    let user_id = String::from_utf8(URL_SAFE_NO_PAD.decode(user_id).ok()?).ok()?;
    let user = monocloud.state.users.get(&user_id)?;
    let own = |session: &&Session| session.session_key.as_deref() == Some(key);
    let session = user.live_sessions(monocloud.now()).find(own)?.clone();
    Some(SignedIn { user, session })
}

/// The user of that id, or with that e-mail address, phone number or user name.
pub(in super::super) fn find_user(monocloud: &MonoCloud, name: &str) -> Option<User> {
    let typed = || {
        let aliases = [Kind::Email, Kind::Phone, Kind::Username].map(|kind| Alias::new(kind, name));
        aliases.iter().find_map(|alias| monocloud.state.users.find(alias))
    };
    monocloud.state.users.get(name).or_else(typed)
}

/// Checks who one is. A wrong password counts as a failed sign-in of the user.
pub(super) fn identify(monocloud: &MonoCloud, who: Who<'_>) -> Result<User, SignInFailure> {
    let (name, password) = match who {
        Who::User(name) => (name, None),
        Who::Password { username, password } => (username, Some(password)),
    };
    let user = find_user(monocloud, name).ok_or(SignInFailure::Unknown)?;
    let Some(password) = password else { return Ok(user) };
    // Outside of the directory's lock: it takes long.
    let fits = user.profile.password_hash.as_ref().is_some_and(|hash| hash.fits(password));
    if !fits {
        let (now, lockout) = (monocloud.now(), monocloud.settings.lockout);
        let _ = monocloud.state.users.update(&user.profile.user_id, |user| {
            user.fail_sign_in(ADDRESS, lockout, now);
            Ok::<_, KeptOut>(())
        });
        return Err(SignInFailure::Unknown);
    }
    if user.profile.force_password_reset {
        monocloud.may_enter(&user, Door::SignIn).map_err(SignInFailure::KeptOut)?;
        return Err(SignInFailure::PasswordExpired);
    }
    Ok(user)
}

/// Whether an application takes what somebody shows to it.
pub(in super::super) fn check_way(application: &Application, who: Who<'_>) -> Result<(), SignInFailure> {
    match who {
        Who::Password { .. } if !application.takes(Authenticator::Password) => Err(SignInFailure::PasswordNotTaken),
        Who::Password { .. } | Who::User(_) => Ok(()),
    }
}

/// Signs somebody in. A session that the browser has already goes on, if it is the same user's, else it ends.
pub(in super::super) fn sign_in(
    monocloud: &MonoCloud,
    who: Who<'_>,
    cookie: Option<&str>,
    user_agent: Option<&str>,
) -> Result<SignedIn, SignInFailure> {
    let user = identify(monocloud, who)?;
    let (now, user_id) = (monocloud.now(), &user.profile.user_id);
    monocloud.may_enter(&user, Door::SignIn).map_err(SignInFailure::KeptOut)?;
    let before = cookie.and_then(|cookie| session_of(monocloud, cookie));
    let ids = &monocloud.context.ids;
    let (same, other): (Option<SignedIn>, Option<SignedIn>) = match before {
        Some(before) if before.user.profile.user_id == *user_id => (Some(before), None),
        before => (None, before),
    };
    let metadata = SessionMetadata {
        ip_address: Some(ADDRESS.to_owned()),
        user_agent: user_agent.map(str::to_owned),
        ..SessionMetadata::default()
    };
    let session_key = Some(hex(&ids.bytes::<32>(Stream::Sessions)));
    let session = match same.map(|same| same.session) {
        Some(session) => Session { session_key, auth_time: Some(now), last_updated: now, ..session },
        None => Session {
            session_id: hex(&ids.bytes::<16>(Stream::Sessions)),
            session_key,
            client_ids: Vec::new(),
            initiated_at: now,
            expires_at: now + SESSION_SECONDS,
            last_updated: now,
            last_metadata: metadata,
            auth_time: None,
            logins: Vec::new(),
        },
    };
    let done = monocloud.state.users.update(user_id, |user| {
        user.sign_in(ADDRESS, Some(session.clone()), now)?;
        Ok(user.clone())
    });
    let user = done.map_err(|error| match error {
        DirectoryError::Refused(kept_out) => SignInFailure::KeptOut(kept_out),
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => SignInFailure::Unknown,
    })?;
    if let Some(other) = other {
        // The browser's cookie leads to one session: the other user's is over, as nothing leads to it any more.
        remove(monocloud, &other);
    }
    Ok(SignedIn { user, session })
}

/// At how many applications a session is noted to be signed in, each by the issuer that it was told; the oldest go.
const MAX_LOGINS: usize = 100;

/// Notes that a session is signed in at an application.
pub(super) fn join(monocloud: &MonoCloud, signed_in: &SignedIn, login: ClientLogin) {
    let now = monocloud.now();
    let join = |user: &mut User| {
        let is_noted =
            |session: &Session| session.session_id == signed_in.session.session_id && session.logins.contains(&login);
        if user.sessions.iter().any(is_noted) {
            return Ok::<_, KeptOut>(());
        }
        let mut sessions = user.sessions.to_vec();
        let own = sessions.iter_mut().find(|session| session.session_id == signed_in.session.session_id);
        if let Some(session) = own {
            if !session.client_ids.contains(&login.client_id) {
                session.client_ids.push(login.client_id.clone());
            }
            if session.logins.len() >= MAX_LOGINS {
                session.logins.remove(0);
            }
            session.logins.push(login);
            session.last_updated = now;
            user.sessions = sessions.into();
        }
        Ok(())
    };
    let _ = monocloud.state.users.update(&signed_in.user.profile.user_id, join);
}

/// Ends the session of a browser. Returns what its applications are to be told.
pub(in super::super) fn sign_out(
    monocloud: &MonoCloud,
    signed_in: &SignedIn,
    defect: Option<Defect>,
) -> Vec<OutboundDelivery> {
    remove(monocloud, signed_in);
    sessions_ended(monocloud, &signed_in.user.profile.user_id, std::slice::from_ref(&signed_in.session), defect)
}

fn remove(monocloud: &MonoCloud, signed_in: &SignedIn) {
    let end = |user: &mut User| {
        let others = user.sessions.iter().filter(|other| other.session_id != signed_in.session.session_id);
        user.sessions = others.cloned().collect();
        Ok::<_, KeptOut>(())
    };
    let _ = monocloud.state.users.update(&signed_in.user.profile.user_id, end);
}

/// What follows when sessions of a user are over: tokens that are bound to them die. Returns what their applications
/// are to be told.
pub(in super::super) fn sessions_ended(
    monocloud: &MonoCloud,
    user_id: &str,
    sessions: &[Session],
    defect: Option<Defect>,
) -> Vec<OutboundDelivery> {
    let has_ended = |id: &Option<String>| sessions.iter().any(|session| Some(&session.session_id) == id.as_ref());
    let applications = &monocloud.state.applications;
    monocloud.state.reference_tokens.retain(|token| !(token.is_session_bound && has_ended(&token.session_id)));
    monocloud.state.refresh_tokens.retain(|token| {
        let is_bound = || {
            let application = applications.get(&token.authorization.client_id);
            application.is_some_and(|application| application.bind_refresh_tokens_to_session)
        };
        !(has_ended(&token.authorization.session_id) && is_bound())
    });
    let logins = sessions.iter().flat_map(|session| session.logins.iter().map(move |login| (session, login)));
    let told = logins.filter_map(|(session, login)| {
        let application = applications.get(&login.client_id)?;
        let uri = application.back_channel_logout_uri.clone()?;
        let session_id = application.back_channel_logout_session_required.then_some(&*session.session_id);
        let token = logout_token(monocloud, user_id, session_id, login, defect);
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        let mut request = OutboundRequest::new(Method::POST, uri);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.body = body.into();
        let user_id = Some(user_id.to_owned());
        Some(OutboundDelivery { operation: DELIVER_LOGOUT, user_id, request, signature: Signature::Jwt })
    });
    told.collect()
}

/// Says that a session ended (OpenID Connect Back-Channel Logout, 2.4).
fn logout_token(
    monocloud: &MonoCloud,
    user_id: &str,
    session_id: Option<&str>,
    login: &ClientLogin,
    defect: Option<Defect>,
) -> String {
    let now = monocloud.now();
    let claims = json!({
        "iss": login.issuer,
        "nbf": now,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_SECONDS,
        "aud": login.audience,
        "sub": user_id,
        "jti": hex(&monocloud.context.ids.bytes::<16>(Stream::Tokens)),
        "events": { LOGOUT_EVENT: {} },
    });
    let mut claims: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    claims.extend(session_id.map(|id| ("sid".to_owned(), Value::from(id))));
    issue::sign(monocloud, TokenKind::Logout, "logout+jwt", claims, defect)
}
