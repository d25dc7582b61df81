//! How ZITADEL's applications get tokens: for a code, for a refresh token, or for what a device shows.

use jiff::Timestamp;
use serde::Serialize;

use super::super::super::auth::tokens;
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{
    Application, AuthRequest, Authorization, Decision, Door, GrantType, OidcAuthMethod, OidcSession, Project, Stage,
    WrongSession,
};
use super::super::super::state::Zitadel;
use super::super::{callbacks, events};
use super::scope::Scopes;
use super::{Form, Granted, client, issue};
use crate::oidc::grants::Grant;
use crate::recent::{Keyed, Recent};

/// The application that calls, if it may use the grant.
pub(super) fn caller(
    zitadel: &Zitadel,
    form: &Form,
    grant: Grant,
    needed: GrantType,
) -> Result<(Application, Project), Refusal> {
    let found = client::application(zitadel, &form.client, &form.issuer)?;
    match found.0.oidc().is_some_and(|config| config.grant_types.contains(&needed)) {
        true => Ok(found),
        false => Err(Refusal::GrantTypeNotAllowed(grant.as_str())),
    }
}

/// Tokens for a code. A refusal leaves the code good.
pub(super) fn by_code(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let found = caller(zitadel, form, Grant::AuthorizationCode, GrantType::AuthorizationCode)?;
    let code = form.code.as_deref().ok_or(Refusal::Missing("code"))?;
    let redirect_uri = form.redirect_uri.as_deref().ok_or(Refusal::Missing("redirect_uri"))?;
    let id = tokens::open_code(&zitadel.context.ids, code).ok_or(Refusal::CodeInvalid)?;
    let request = zitadel.state.auth_requests.get(&id).ok_or(Refusal::CodeUsed)?;
    let Stage::Answered(authorization) = &request.stage else { return Err(Refusal::CodeUsed) };
    let now = zitadel.context.clock.now();
    check_session(zitadel, &authorization.session_id, now)?;
    check_user(zitadel, &authorization.user_id)?;
    check_client(zitadel, &found.0, &request.client_id, "authorization request")?;
    let is_public = found.0.oidc().is_some_and(|config| config.auth_method_type == OidcAuthMethod::None);
    match (&request.challenge, &form.code_verifier) {
        (Some(_), None) => return Err(Refusal::VerifierMissing),
        (Some(challenge), Some(verifier)) if !challenge.is_of(verifier) => return Err(Refusal::VerifierInvalid),
        (None, Some(_)) if is_public => return Err(Refusal::VerifierUnexpected),
        _ => {}
    }
    if redirect_uri != request.redirect_uri {
        return Err(Refusal::OtherRedirect);
    }
    let editor = if request.is_v2() { events::SYSTEM } else { events::NOBODY };
    events::logged_as(zitadel, editor, now, |log| {
        // Used in one step, so that of several calls at once one gets tokens.
        let used = zitadel.state.auth_requests.update(&id, |request| {
            match std::mem::replace(&mut request.stage, Stage::Done) {
                Stage::Answered(authorization) => {
                    events::of_request(log, request, AuthRequest::code_exchanged());
                    Ok(authorization)
                }
                Stage::Open | Stage::Failed | Stage::Done => Err(Refusal::CodeUsed),
            }
        });
        let authorization = used.ok_or(Refusal::CodeUsed)??;
        let authorization = Authorization { defect: form.defect.or(authorization.defect), ..*authorization };
        let authorization = authorization.for_client(&found.0.client_id);
        let granted = issue::first(zitadel, &found, &authorization, &form.issuer, log);
        match &granted {
            Ok(_) => callbacks::succeed(zitadel, &id, log),
            // The user was kept out a moment ago.
            Err(_) => put_back(&zitadel.state.auth_requests, request.clone()),
        }
        granted
    })
}

/// Makes a record what it was before a call that is refused.
fn put_back<T: Keyed + Serialize>(records: &Recent<T>, before: T) {
    let key = before.key().to_owned();
    let _ = records.update(&key, |record| {
        *record = before;
        Ok::<_, ()>(())
    });
}

/// Refuses an application what another one was given, in releases that tell them apart.
fn check_client(zitadel: &Zitadel, caller: &Application, owner: &str, what: &'static str) -> Result<(), Refusal> {
    let is_own = *caller.client_id == *owner || !zitadel.settings.version.binds_to_client();
    if is_own { Ok(()) } else { Err(Refusal::OtherClient(what)) }
}

/// Whether a session lives on. Its user's state is asked elsewhere.
fn check_session(zitadel: &Zitadel, id: &str, now: Timestamp) -> Result<(), Refusal> {
    let session = zitadel.state.sessions.get(id).ok_or(Refusal::SessionEnded(WrongSession::Terminated))?;
    session.check_active(now).map_err(Refusal::SessionEnded)
}

/// Whether a user may be given tokens.
pub(super) fn check_user(zitadel: &Zitadel, id: &str) -> Result<(), Refusal> {
    let user = zitadel.state.users.get(id);
    if user.is_some_and(|user| user.may_enter(Door::Token)) { Ok(()) } else { Err(Refusal::NotActive) }
}

/// Tokens for a refresh token, which is used up. It outlives its session.
pub(super) fn by_refresh_token(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let found = caller(zitadel, form, Grant::RefreshToken, GrantType::RefreshToken)?;
    let token = form.refresh_token.as_deref().ok_or(Refusal::Missing("refresh_token"))?;
    let (id, refresh_id) = tokens::open_refresh(&zitadel.context.ids, token).ok_or(Refusal::RefreshInvalid)?;
    let session = zitadel.state.oidc_sessions.get(&id).ok_or(Refusal::RefreshUsed)?;
    let now = zitadel.context.clock.now();
    if !session.takes(&refresh_id, now) {
        return Err(Refusal::RefreshUsed);
    }
    check_user(zitadel, &session.authorization.user_id)?;
    check_client(zitadel, &found.0, &session.authorization.client_id, "refresh token")?;
    // A narrower scope has no effect.
    let own = Scopes(&session.authorization.scope);
    if !form.scope.split_whitespace().all(|scope| own.has(scope)) {
        return Err(Refusal::ScopeInvalid);
    }
    let next = format!("{id}-rt_{}", issue::number(zitadel));
    // Used in one step, so that of several calls at once one gets the next token.
    let used = zitadel.state.oidc_sessions.update(&id, |session| {
        if !session.takes(&refresh_id, now) {
            return Err(Refusal::RefreshUsed);
        }
        session.refresh_id = Some(next.clone());
        session.refreshed = now;
        Ok(session.clone())
    });
    let used = used.ok_or(Refusal::RefreshUsed)??;
    let asked = form.scope.split_whitespace().collect::<Vec<_>>().join(" ");
    let scope = if asked.is_empty() { used.authorization.scope.clone() } else { asked };
    let authorization = Authorization { defect: form.defect, ..used.authorization.clone() };
    let used = OidcSession { authorization: authorization.for_client(&found.0.client_id), ..used };
    let granted = events::logged_as(zitadel, events::NOBODY, now, |log| {
        issue::next(zitadel, &found, &used, &scope, &form.issuer, log)
    });
    if granted.is_err() {
        // The user was kept out a moment ago.
        let _ = zitadel.state.oidc_sessions.update(&id, |kept| {
            (kept.refresh_id, kept.refreshed) = (session.refresh_id, session.refreshed);
            Ok::<_, ()>(())
        });
    }
    granted
}

/// Ends a refresh token, with the access token that came with it. `None` if it is no refresh token.
pub(super) fn revoke(zitadel: &Zitadel, token: &str, application: &Application) -> Option<Result<(), Refusal>> {
    let (id, refresh_id) = tokens::open_refresh(&zitadel.context.ids, token)?;
    let Some(session) = zitadel.state.oidc_sessions.get(&id) else { return Some(Ok(())) };
    if !session.authorization.audience.iter().any(|audience| **audience == *application.client_id) {
        return Some(Err(Refusal::NotIssuedForClient));
    }
    let now = zitadel.context.clock.now();
    let ended = events::logged_as(zitadel, events::NOBODY, now, |log| {
        let end = |session: &mut OidcSession| {
            session.takes(&refresh_id, now).then_some(()).ok_or(())?;
            session.revoke_refresh(log);
            Ok(session.access_id.clone())
        };
        zitadel.state.oidc_sessions.update(&id, end).unwrap_or(Err(()))
    });
    if let Ok(access_id) = ended {
        issue::end_access(zitadel, &session.authorization.user_id, |access| access.id == access_id);
    }
    Some(Ok(()))
}

/// Tokens for a device. It may ask as often as it likes.
pub(super) fn by_device_code(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let found = caller(zitadel, form, Grant::DeviceCode, GrantType::DeviceCode)?;
    let code = form.device_code.as_deref().ok_or(Refusal::Missing("device_code"))?;
    let request = zitadel.state.device_requests.get(code);
    let is_bound = zitadel.settings.version.binds_to_client();
    let unknown = if is_bound { Refusal::OtherClient("authorization request") } else { Refusal::DeviceUsed };
    let request = request.ok_or(unknown)?;
    check_client(zitadel, &found.0, &request.client_id, "authorization request")?;
    let user_id = match &request.decision {
        Decision::Denied => return Err(Refusal::DeviceDenied),
        Decision::Redeemed => return Err(Refusal::DeviceUsed),
        Decision::Pending if zitadel.context.clock.now() >= request.expires => return Err(Refusal::DeviceExpired),
        Decision::Pending => return Err(Refusal::DevicePending),
        Decision::Approved(authorization) => &authorization.user_id,
    };
    // The code stays good for a user who may come back.
    check_user(zitadel, user_id).map_err(|_| Refusal::DeviceUsed)?;
    let used = zitadel.state.device_requests.update(code, |request| {
        match std::mem::replace(&mut request.decision, Decision::Redeemed) {
            Decision::Approved(authorization) => Ok(authorization),
            Decision::Pending | Decision::Denied | Decision::Redeemed => Err(Refusal::DeviceUsed),
        }
    });
    let authorization = Authorization { defect: form.defect, ..*used.ok_or(Refusal::DeviceUsed)?? };
    let authorization = authorization.for_client(&found.0.client_id);
    let granted = events::logged_as(zitadel, events::NOBODY, zitadel.context.clock.now(), |log| {
        issue::first(zitadel, &found, &authorization, &form.issuer, log)
    });
    if granted.is_err() {
        put_back(&zitadel.state.device_requests, request); // the user was kept out a moment ago
    }
    granted
}
