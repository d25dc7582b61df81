//! How ZITADEL's machines get tokens: for a key, or for a secret.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::super::auth::{signer, tokens};
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{AccessToken, Door, GrantType, User};
use super::super::super::state::Zitadel;
use super::super::write::digits;
use super::claims::{self, Claims};
use super::scope::{self, Scopes};
use super::{Form, assertion, client};
use crate::context::WORLD_CLAIM;
use crate::directory::DirectoryError;
use crate::ids::Stream;
use crate::oidc::grants::Grant;
use crate::tokens::half_hash;

/// How long an access token lives. The vendor's default.
const ACCESS_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// How a user is recognised by a secret, in the words of RFC 8176.
const BY_SECRET: &str = "pwd";

/// What the token endpoint gives.
pub struct Granted {
    pub access_token: String,
    pub id_token: Option<String>,
    /// In seconds.
    pub expires_in: i64,
}

/// Gives a machine an access token for its key or its secret.
pub fn token(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let name = form.grant_type.as_deref().filter(|name| !name.is_empty()).ok_or(Refusal::GrantTypeMissing)?;
    let unsupported = || Refusal::GrantTypeUnsupported(name.to_owned());
    let grant = Grant::parse(name).ok_or_else(unsupported)?;
    let (user, amr) = match grant {
        Grant::JwtBearer => {
            let assertion = form.assertion.as_deref().filter(|assertion| !assertion.is_empty());
            let assertion = assertion.ok_or(Refusal::AssertionMissing)?;
            (assertion::machine(zitadel, assertion, &form.issuer).ok_or_else(|| bad_assertion(zitadel))?, vec![])
        }
        Grant::ClientCredentials => (client::machine(zitadel, &form.client)?, vec![BY_SECRET.to_owned()]),
        Grant::AuthorizationCode => return Err(lacking(zitadel, form, grant, GrantType::AuthorizationCode)),
        Grant::RefreshToken => return Err(lacking(zitadel, form, grant, GrantType::RefreshToken)),
        Grant::DeviceCode => return Err(lacking(zitadel, form, grant, GrantType::DeviceCode)),
        Grant::TokenExchange => return Err(lacking(zitadel, form, grant, GrantType::TokenExchange)),
        Grant::Implicit | Grant::Password => return Err(unsupported()),
    };
    let scope = scope::granted(&form.scope, zitadel.settings.version.has_groups()).ok_or(Refusal::ScopeMissing)?;
    issue(zitadel, &user, form, scope, amr)
}

/// How an assertion that does not hold is refused.
fn bad_assertion(zitadel: &Zitadel) -> Refusal {
    match zitadel.settings.version.names_bad_assertions() {
        true => Refusal::AssertionInvalid,
        false => Refusal::AssertionFailed,
    }
}

/// Why a grant of applications is refused: the client may not have it, or it is not emulated.
fn lacking(zitadel: &Zitadel, form: &Form, grant: Grant, needed: GrantType) -> Refusal {
    match client::application(zitadel, &form.client, &form.issuer) {
        Err(refusal) => refusal,
        Ok((application, _)) => match application.oidc().is_some_and(|config| config.grant_types.contains(&needed)) {
            true => Refusal::GrantTypeNotEmulated(grant.as_str()),
            false => Refusal::GrantTypeNotAllowed(grant.as_str()),
        },
    }
}

/// Issues a machine's tokens.
fn issue(zitadel: &Zitadel, user: &User, form: &Form, scope: String, amr: Vec<String>) -> Result<Granted, Refusal> {
    let ids = &zitadel.context.ids;
    let now = zitadel.context.clock.now();
    let expires = now.saturating_add(ACCESS_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX);
    let user_id = user.profile.user_id.clone();
    let client_id = user.profile.username.to_string();
    let scopes = Scopes(&scope);
    let audience: Vec<String> = scopes.audience().map(str::to_owned).collect();
    let number = || digits(u64::from_be_bytes(ids.bytes(Stream::Tokens)));
    let id = format!("V2_{}-at_{}", number(), number());
    let claims = |audience: &[String], expires: Timestamp, more: serde_json::Value| {
        let shared = json!({
            "iss": form.issuer, "sub": user_id, "aud": audience, "exp": expires.as_second(), "iat": now.as_second(),
            WORLD_CLAIM: *zitadel.context.world,
        });
        let objects = [shared, more].into_iter().filter_map(|claims| claims.as_object().cloned()).flatten();
        objects.chain(claims::asserted(zitadel, user, scopes)).collect::<Claims>()
    };
    let has_jwts = user.machine().is_some_and(|machine| machine.access_token_type.is_some());
    let access_token = match has_jwts {
        true => {
            let more = json!({ "nbf": now.as_second(), "client_id": client_id, "jti": id });
            signer(zitadel).sign(&claims(&audience, expires, more)) // it carries its world in a claim
        }
        false => zitadel.context.tag_with_world(tokens::opaque(zitadel.settings.version, ids, &id, &user_id)),
    };
    let id_token = scopes.has("openid").then(|| {
        let audience: Vec<_> = audience.iter().cloned().chain([client_id.clone()]).collect();
        let mut more = json!({
            "auth_time": now.as_second(), "azp": client_id, "client_id": client_id, "at_hash": half_hash(&access_token),
        });
        // After an assertion the vendor's ID token has already expired.
        let expires = if amr.is_empty() { now } else { expires };
        if !amr.is_empty() {
            more["amr"] = amr.clone().into();
        }
        signer(zitadel).sign(&claims(&audience, expires, more))
    });
    let access = AccessToken { id, client_id, scope, amr, audience, issued: now, expires };
    keep(zitadel, &user_id, access)?;
    let expires_in = ACCESS_TOKEN_LIFETIME.as_secs() - 1; // counted from the time at which the token was made
    Ok(Granted { access_token, id_token, expires_in })
}

/// Keeps a token that is issued. The state is looked at under the same lock as the write.
fn keep(zitadel: &Zitadel, user_id: &str, access: AccessToken) -> Result<(), Refusal> {
    let kept = zitadel.state.users.update(user_id, |user| {
        if !user.may_enter(Door::Token) {
            return Err(Refusal::NotActive);
        }
        user.secrets_mut().grant(access);
        Ok(())
    });
    kept.map(|_| ()).map_err(|error| match error {
        DirectoryError::Refused(refusal) => refusal,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => Refusal::NotActive,
    })
}
