//! Devices that sign somebody in at ZITADEL: they start, and somebody decides.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::super::auth::{Caller, tokens};
use super::super::error::Error;
use super::super::error::authorize::CallbackError;
use super::super::error::sessions::SessionError;
use super::super::error::sign_in::Refusal;
use super::super::record::{Authorization, Decision, DeviceRequest, Permission, Session};
use super::super::state::Zitadel;
use super::authorize::{audience, requested_scope};
use super::callbacks::{SessionProof, prove};
use super::sign_in::{Form, application, azp};
use crate::ids::Stream;

/// A device's request as a login page sees it.
pub(in super::super) struct DeviceFound {
    pub request: DeviceRequest,
    /// How a decision names it.
    pub id: String,
    pub app_name: String,
    pub project_name: String,
}

/// Starts a request. Whether the application may use the grant is asked when the device asks for tokens.
pub(in super::super) fn start(zitadel: &Zitadel, form: &Form, is_tagged: bool) -> Result<DeviceRequest, Refusal> {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let (application, project) = application(zitadel, &form.client, &form.issuer)?;
    let (ids, now) = (&zitadel.context.ids, zitadel.context.clock.now());
    let letters = ids.letters(Stream::Codes, LETTERS, 8);
    let (one, other) = letters.split_at(4);
    let scope = requested_scope(zitadel, &project, &form.scope);
    let request = DeviceRequest {
        device_code: URL_SAFE_NO_PAD.encode(ids.bytes::<16>(Stream::Tokens)),
        user_code: format!("{one}-{other}"),
        azp: azp(&zitadel.context, &application.client_id, is_tagged),
        client_id: application.client_id.to_string(),
        audience: audience(zitadel, &project, &scope),
        scope,
        expires: now.saturating_add(DeviceRequest::LIFETIME).unwrap_or(Timestamp::MAX),
        decision: Decision::Pending,
    };
    zitadel.state.device_requests.push(request.clone());
    Ok(request)
}

/// The request that waits with that code. Anybody who may call may see it.
pub(in super::super) fn find(zitadel: &Zitadel, user_code: &str) -> Option<DeviceRequest> {
    let now = zitadel.context.clock.now();
    zitadel.state.device_requests.find(|request| request.user_code == user_code && request.is_pending(now))
}

/// The same as the API shows it.
pub(in super::super) fn get_device_request(zitadel: &Zitadel, user_code: &str) -> Result<DeviceFound, Error> {
    let request = find(zitadel, user_code).ok_or(CallbackError::DeviceNotFound)?;
    let named = zitadel.application_of_client(&request.client_id);
    let (app_name, project_name) = named.map_or_else(Default::default, |(application, project)| {
        (application.name.to_string(), project.settings.name.clone())
    });
    let id = tokens::device(zitadel.settings.version, &zitadel.context.ids, &request.device_code);
    let id = zitadel.context.tag_with_world(id);
    Ok(DeviceFound { request, id, app_name, project_name })
}

/// Decides: with a session it is approved, without one denied.
pub fn decide(zitadel: &Zitadel, id: &str, proof: Option<&SessionProof>, caller: &Caller) -> Result<(), Error> {
    let unknown = match zitadel.settings.version.reads_any_token() {
        true => CallbackError::DeviceIdBroken,
        false => CallbackError::DeviceIdShort,
    };
    let device_code = tokens::open_device(&zitadel.context.ids, id).ok_or(unknown)?;
    let request = zitadel.state.device_requests.get(&device_code).ok_or(unknown)?;
    if !request.is_pending(caller.at()) {
        return Err(CallbackError::DeviceHandled.into());
    }
    caller.check_in(Permission::SessionLink, None, None)?;
    match proof {
        Some(proof) => {
            let session = prove(zitadel, proof, caller.at())?;
            approve(zitadel, &request, &session, caller.at())
        }
        None => Ok(enter(zitadel, &request, Decision::Denied, caller.at())?),
    }
}

/// Approves a request by a session, which was looked at.
pub(super) fn approve(
    zitadel: &Zitadel,
    request: &DeviceRequest,
    session: &Session,
    now: Timestamp,
) -> Result<(), Error> {
    let user = session.user.as_ref().ok_or(SessionError::UserMissing("COMMAND-Sfw3f"))?;
    super::sessions::check_strictly(zitadel, &user.id)?;
    let (amr, auth_time) = session.authentication();
    let authorization = Authorization {
        client_id: request.client_id.clone(),
        azp: request.azp.clone(),
        user_id: user.id.clone(),
        session_id: session.id.clone(),
        scope: request.scope.join(" "),
        audience: request.audience.clone(),
        nonce: None,
        amr,
        auth_time,
        defect: None,
    };
    Ok(enter(zitadel, request, Decision::Approved(Box::new(authorization)), now)?)
}

/// Denies a request.
pub(super) fn deny(zitadel: &Zitadel, request: &DeviceRequest, now: Timestamp) {
    let _ = enter(zitadel, request, Decision::Denied, now); // it was decided already
}

fn enter(zitadel: &Zitadel, request: &DeviceRequest, decision: Decision, now: Timestamp) -> Result<(), CallbackError> {
    let entered = zitadel.state.device_requests.update(&request.device_code, |request| {
        if !request.is_pending(now) {
            return Err(CallbackError::DeviceHandled);
        }
        request.decision = decision;
        Ok(())
    });
    entered.unwrap_or(Err(CallbackError::DeviceHandled))
}
