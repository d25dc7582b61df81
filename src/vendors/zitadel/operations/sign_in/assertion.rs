//! Tokens by which ZITADEL's machines and applications show who they are: what they must claim. Knows no door.

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::Value;

use super::super::super::auth::keys;
use super::super::super::record::{Application, ApplicationState, Key, OrganizationState, Project, ProjectState, User};
use super::super::super::state::Zitadel;
use crate::context::split_world;
use crate::oidc::assertion::unverified_subject;
use crate::tokens;

/// How far ahead the client's clock may be.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// How old an assertion may be.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The machine whose key signed the assertion for this issuer.
pub fn machine(zitadel: &Zitadel, assertion: &str, issuer: &str) -> Option<User> {
    let now = zitadel.context.clock.now();
    let user = zitadel.state.users.get(split_world(&unverified_subject(assertion)?).0)?;
    let own = &user.secrets.as_ref()?.keys;
    let takes_curves = zitadel.settings.version.takes_curve_keys();
    let counts = |key: &Key| now < key.expires && (takes_curves || keys::is_rsa(&key.public));
    is_signed(assertion, issuer, now, |id| own.iter().find(|key| key.id == id && counts(key))).then_some(user)
}

/// The application whose key signed the assertion for this issuer, if it and its project are active.
pub fn application(zitadel: &Zitadel, assertion: &str, issuer: &str) -> Option<(Application, Project)> {
    let now = zitadel.context.clock.now();
    let client_id = unverified_subject(assertion)?;
    let found = active_application(zitadel, split_world(&client_id).0)?;
    is_signed(assertion, issuer, now, |id| found.0.key(id, now)).then_some(found)
}

/// The application that is that client, and its project, if both and the organisation are active.
pub fn active_application(zitadel: &Zitadel, client_id: &str) -> Option<(Application, Project)> {
    zitadel.application_of_client(client_id).filter(|(application, project)| {
        let owner = zitadel.organization(&project.resource_owner);
        application.state == ApplicationState::Active
            && project.state == ProjectState::Active
            && owner.is_some_and(|owner| owner.state == OrganizationState::Active)
    })
}

/// Whether one of the holder's keys signed an assertion that holds now.
fn is_signed<'k>(assertion: &str, issuer: &str, now: Timestamp, key: impl FnOnce(&str) -> Option<&'k Key>) -> bool {
    let claims = tokens::key_id(assertion)
        .and_then(|id| key(&id))
        .and_then(|key| keys::verify_assertion(&key.public, assertion));
    claims.is_some_and(|claims| holds(&claims, issuer, now))
}

/// Whether verified claims are for this issuer, to the letter, and of this time.
fn holds(claims: &Value, issuer: &str, now: Timestamp) -> bool {
    let fits = |value: &Value| value == issuer;
    let audience = &claims["aud"];
    let time = |name: &str| rounded(Timestamp::from_millisecond((claims[name].as_f64()? * 1000.0) as i64).ok()?);
    let shifted = |by: SignedDuration| now.saturating_add(by).ok();
    let is_of_time = || {
        let (expires, issued) = (time("exp")?, time("iat")?);
        let lives = shifted(TOLERANCE)? < expires;
        let was_issued = issued <= rounded(shifted(TOLERANCE)?)? && issued >= rounded(shifted(-MAX_AGE)?)?;
        Some(lives && was_issued)
    };
    claims["iss"] == claims["sub"]
        && audience.as_array().map_or_else(|| fits(audience), |all| all.iter().any(fits))
        && is_of_time() == Some(true)
}

/// A time to the second, as the vendor compares it.
fn rounded(time: Timestamp) -> Option<Timestamp> {
    time.round(Unit::Second).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_assertion_holds_for_its_time_and_its_issuer() {
        let now = Timestamp::from_second(10_000).unwrap();
        let claims =
            |aud: Value, iat: i64, exp: i64| json!({ "iss": "a", "sub": "a", "aud": aud, "iat": iat, "exp": exp });
        for (claims, expected) in [
            (claims(json!("http://x"), 10_000, 10_060), true),
            (claims(json!(["y", "http://x"]), 10_001, 99_999), true),
            (claims(json!("http://x"), 6_400, 10_002), true),
            (claims(json!("http://x/"), 10_000, 10_060), false),
            (claims(json!([]), 10_000, 10_060), false),
            (claims(json!("http://x"), 10_002, 10_060), false),
            (claims(json!("http://x"), 6_399, 10_060), false),
            (claims(json!("http://x"), 9_000, 10_001), false),
            (json!({ "iss": "a", "sub": "b", "aud": "http://x", "iat": 10_000, "exp": 10_060 }), false),
            (json!({ "iss": "a", "sub": "a", "aud": "http://x", "iat": 10_000 }), false),
            (json!({ "iss": "a", "sub": "a", "aud": "http://x", "exp": 10_060 }), false),
        ] {
            assert_eq!(holds(&claims, "http://x", now), expected, "{claims}");
        }
    }
}
