//! Devices that cannot show a page: they show a code, which their user approves elsewhere.

use super::browser::SignedIn;
use super::clients::Reach;
use super::issue;
use super::scopes;
use crate::ids::Stream;
use crate::oidc::authorize::words;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{Application, Authorization, Decision, DeviceCode, GrantType};
use crate::vendors::monocloud::state::MonoCloud;

/// The lengths that a user code can have.
const CODE_LENGTHS: std::ops::RangeInclusive<usize> = 6..=32;

/// What a device gets.
pub(in super::super) struct DeviceAuthorization {
    /// With its world.
    pub(in super::super) device_code: String,
    pub(in super::super) user_code: String,
    /// In seconds.
    pub(in super::super) expires_in: i64,
}

/// Gives a device its codes.
pub(in super::super) fn authorize_device(
    monocloud: &MonoCloud,
    application: &Application,
    scope: Option<&str>,
    reach: &Reach,
) -> Result<DeviceAuthorization, Refusal> {
    if !application.has(GrantType::DeviceCode) {
        return Err(Refusal::ClientUnauthorized);
    }
    let scopes = scopes::resolve(monocloud, application, &words(scope), true)?;
    let device_code = issue::opaque(monocloud);
    let length = application.device_code_length.clamp(*CODE_LENGTHS.start(), *CODE_LENGTHS.end());
    let user_code = monocloud.context.ids.letters(Stream::Codes, b"0123456789", length);
    let expires_in = application.device_code_lifetime;
    monocloud.state.device_codes.push(DeviceCode {
        device_code: issue::bare(&device_code).to_owned(),
        user_code: user_code.clone(),
        client_id: application.id.clone(),
        audience: reach.audience(monocloud, &application.id),
        issuer: reach.issuer.clone(),
        scopes: scopes.names,
        expires: monocloud.now().saturating_add(expires_in),
        last_poll: None,
        decision: Decision::Pending,
    });
    Ok(DeviceAuthorization { device_code, user_code, expires_in })
}

/// The device that shows that code and waits for its user.
pub(in super::super) fn find_device(monocloud: &MonoCloud, user_code: &str) -> Option<DeviceCode> {
    let code: String = user_code.chars().filter(char::is_ascii_digit).collect();
    let now = monocloud.now();
    let is_waiting = |device: &DeviceCode| {
        device.user_code == code && now < device.expires && matches!(device.decision, Decision::Pending)
    };
    monocloud.state.device_codes.find(is_waiting)
}

/// Notes what the user of a device decided: that user, or nobody, who denied.
pub(in super::super) fn decide(monocloud: &MonoCloud, device: &DeviceCode, signed_in: Option<&SignedIn>) {
    let decision = match signed_in {
        None => Decision::Denied,
        Some(signed_in) => {
            let login = crate::vendors::monocloud::record::ClientLogin {
                client_id: device.client_id.clone(),
                audience: device.audience.clone(),
                issuer: device.issuer.clone(),
            };
            super::browser::join(monocloud, signed_in, login);
            Decision::Approved(Box::new(Authorization {
                client_id: device.client_id.clone(),
                audience: device.audience.clone(),
                issuer: device.issuer.clone(),
                user_id: signed_in.user.profile.user_id.clone(),
                session_id: Some(signed_in.session.session_id.clone()),
                scopes: device.scopes.clone(),
                auth_time: signed_in.session.auth_time(),
                nonce: None,
                defect: None,
            }))
        }
    };
    // Whoever decided first has decided.
    let _ = monocloud.state.device_codes.update(&device.device_code, |device| {
        if !matches!(device.decision, Decision::Pending) {
            return Err(());
        }
        device.decision = decision;
        Ok(())
    });
}
