//! The token endpoint of ZITADEL: which grant there is, and what machines get for a key or for a secret.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::auth::tokens;
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{ACCESS_TOKEN_LIFETIME, AccessToken, Authorization, BY_KEY, Log, TokenReason, User};
use super::super::super::state::Zitadel;
use super::super::events;
use super::issue::{EXPIRES_IN, begin, keep, number, shared_claims, sign};
use super::scope::{self, Scopes};
use super::{Form, Granted, assertion, claims, client, exchange, token_exchange};
use crate::oidc::grants::Grant;
use crate::tokens::{TokenKind, half_hash};

/// How a user is recognised by a secret, in the words of RFC 8176.
const BY_SECRET: &str = "pwd";

/// Gives a caller what its grant gives.
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
        Grant::AuthorizationCode => return exchange::by_code(zitadel, form),
        Grant::RefreshToken => return exchange::by_refresh_token(zitadel, form),
        Grant::DeviceCode => return exchange::by_device_code(zitadel, form),
        Grant::TokenExchange => return token_exchange::by_token(zitadel, form),
        Grant::Implicit | Grant::Password => return Err(unsupported()),
    };
    let scope = scope::granted(&form.scope, zitadel.settings.version.has_groups()).ok_or(Refusal::ScopeMissing)?;
    let scope = of_own_organization(zitadel, &user, scope);
    events::logged_as(zitadel, events::NOBODY, zitadel.context.clock.now(), |log| {
        issue(zitadel, &user, form, scope, amr, log)
    })
}

/// The scopes of a machine, which may name its own organisation alone; others are dropped.
fn of_own_organization(zitadel: &Zitadel, user: &User, scope: String) -> String {
    if !Scopes(&scope).name_organizations() {
        return scope;
    }
    let owner = zitadel.organization(&user.profile.resource_owner);
    let domain = owner.as_ref().map_or("", |owner| owner.primary_domain());
    scope::in_organization(&scope, &user.profile.resource_owner, domain)
}

/// How an assertion that does not hold is refused.
fn bad_assertion(zitadel: &Zitadel) -> Refusal {
    match zitadel.settings.version.names_bad_assertions() {
        true => Refusal::AssertionInvalid,
        false => Refusal::AssertionFailed,
    }
}

/// What a machine lets itself have. A key counts as a way to recognise it, which no token claims.
fn authorization(user: &User, scope: &str, audience: &[String], amr: &[String], now: Timestamp) -> Authorization {
    let client_id = user.profile.username.to_string();
    Authorization {
        azp: client_id.clone(),
        client_id,
        user_id: user.profile.user_id.clone(),
        session_id: String::new(),
        scope: scope.to_owned(),
        audience: audience.to_vec(),
        nonce: None,
        amr: if amr.is_empty() { vec![BY_KEY.to_owned()] } else { amr.to_vec() },
        auth_time: Some(now),
        defect: None,
    }
}

/// Issues a machine's tokens.
fn issue(
    zitadel: &Zitadel,
    user: &User,
    form: &Form,
    scope: String,
    amr: Vec<String>,
    log: &mut Log,
) -> Result<Granted, Refusal> {
    let now = log.at;
    let expires = now.saturating_add(ACCESS_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX);
    let user_id = user.profile.user_id.clone();
    let client_id = user.profile.username.to_string();
    let scopes = Scopes(&scope);
    let audience: Vec<String> = scopes.audience().map(str::to_owned).collect();
    let mut session = begin(zitadel, authorization(user, &scope, &audience, &amr, now), log)?;
    let id = format!("{}-at_{}", session.id, number(zitadel));
    let claims = |audience: &[String], expires: Timestamp, more: Value| {
        let mut all = shared_claims(zitadel, &form.issuer, &user_id, audience, expires);
        all.extend(more.as_object().cloned().into_iter().flatten());
        all.extend(claims::asserted(zitadel, user, scopes));
        all
    };
    let has_jwts = user.machine().is_some_and(|machine| machine.access_token_type.is_some());
    let access_token = match has_jwts {
        true => {
            let more = json!({ "nbf": now.as_second(), "client_id": client_id, "jti": id });
            // It carries its world in a claim.
            sign(zitadel, TokenKind::Access, claims(&audience, expires, more), form.defect)
        }
        false => {
            let (version, ids) = (zitadel.settings.version, &zitadel.context.ids);
            zitadel.context.tag_with_world(tokens::opaque(version, ids, &id, &user_id))
        }
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
        sign(zitadel, TokenKind::Id, claims(&audience, expires, more), form.defect)
    });
    let reason = if amr.is_empty() { TokenReason::JwtProfile } else { TokenReason::ClientCredentials };
    session.add_access(log, id.clone(), &scope, reason);
    let (azp, auth_time, session) = (None, Some(now), None);
    let access = AccessToken { id, client_id, azp, scope, amr, auth_time, session, audience, issued: now, expires };
    keep(zitadel, &user_id, access, None)?;
    let (refresh_token, exchanged) = (None, None);
    Ok(Granted { access_token, refresh_token, id_token, expires_in: EXPIRES_IN, exchanged, defect: form.defect })
}
