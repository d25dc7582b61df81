//! A token in exchange for another one (RFC 8693), as ZITADEL's applications get it: of the same user, for less or the
//! same. Acting for somebody else is switched off in the vendor's default policy.

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::auth::{self, Bearer, HeldToken, bearer};
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{Application, Authorization, GrantType, Project};
use super::super::super::state::Zitadel;
use super::super::events;
use super::client::azp;
use super::granted::NamedType;
use super::issue::{self, Exchanged};
use super::scope::{self, Scopes};
use super::{Form, Granted, assertion, exchange, introspection};
use crate::context::split_world;
use crate::oidc::grants::Grant;

/// What an exchange asks for, besides scopes.
#[derive(Debug, Default)]
pub(in super::super::super) struct ExchangeForm {
    pub subject_token: Option<String>,
    pub subject_token_type: Option<String>,
    pub actor_token: Option<String>,
    pub actor_token_type: Option<String>,
    pub requested_token_type: Option<String>,
    pub audience: Vec<String>,
    pub has_resource: bool,
}

/// The user of a token, and what the token is for.
struct Holder {
    user_id: String,
    scope: String,
    audience: Vec<String>,
    amr: Vec<String>,
    auth_time: Option<Timestamp>,
}

/// Tokens in exchange for another one, which stays good.
pub(super) fn by_token(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let found = exchange::caller(zitadel, form, Grant::TokenExchange, GrantType::TokenExchange)?;
    let asked = &form.exchange;
    let subject = asked.subject_token.as_deref().ok_or(Refusal::Missing("subject_token"))?;
    let kind = NamedType::parse(asked.subject_token_type.as_deref(), "subject_token_type")?;
    let kind = kind.ok_or(Refusal::Missing("subject_token_type"))?;
    let wanted = NamedType::parse(asked.requested_token_type.as_deref(), "requested_token_type")?;
    NamedType::parse(asked.actor_token_type.as_deref(), "actor_token_type")?;
    if asked.has_resource {
        return Err(Refusal::ResourceUnsupported);
    }
    let holder = subject_of(zitadel, form, &found, subject, kind).ok_or(Refusal::SubjectInvalid)?;
    if matches!(kind, NamedType::Jwt | NamedType::UserId) || asked.actor_token.is_some() {
        return Err(Refusal::ImpersonationOff);
    }
    let (scope, audience) = (scopes(zitadel, form, &holder)?, audience(asked, holder.audience)?);
    let wanted = match wanted.unwrap_or(NamedType::Access) {
        NamedType::Access => Exchanged::Opaque,
        NamedType::Jwt => Exchanged::Jwt,
        NamedType::Id => Exchanged::Id,
        NamedType::Refresh | NamedType::UserId => return Err(Refusal::RequestedTypeUnsupported),
    };
    let is_tagged = form.client.as_ref().is_ok_and(|client| client.ids.iter().any(|id| split_world(id).1.is_some()));
    let authorization = Authorization {
        client_id: found.0.client_id.to_string(),
        azp: azp(&zitadel.context, &found.0.client_id, is_tagged),
        user_id: holder.user_id,
        session_id: String::new(),
        scope,
        audience,
        nonce: None,
        amr: holder.amr,
        auth_time: holder.auth_time,
        defect: form.defect,
    };
    events::logged_as(zitadel, events::NOBODY, zitadel.context.clock.now(), |log| {
        issue::exchanged(zitadel, &found, &authorization, wanted, &form.issuer, log)
    })
}

/// Whose token it is, if it is one of that type that lives and was made for the project of the application.
fn subject_of(
    zitadel: &Zitadel,
    form: &Form,
    (application, project): &(Application, Project),
    token: &str,
    kind: NamedType,
) -> Option<Holder> {
    let now = zitadel.context.clock.now();
    let is_own = |audience: &[String]| {
        let own = audience.iter().any(|id| **id == *application.client_id || **id == *project.id);
        own || !zitadel.settings.version.guards_exchange()
    };
    match kind {
        NamedType::Access => {
            let Bearer { user, token } = bearer(zitadel, token, now)?;
            let user_id = user.profile.user_id.clone();
            match token {
                HeldToken::Personal(_) => Some(Holder {
                    user_id,
                    scope: introspection::personal_scope(project),
                    audience: vec![application.client_id.to_string(), project.id.to_string()],
                    amr: Vec::new(),
                    auth_time: None,
                }),
                HeldToken::Access(access) => is_own(&access.audience).then_some(Holder {
                    user_id,
                    scope: access.scope,
                    audience: access.audience,
                    amr: access.amr,
                    auth_time: access.auth_time,
                }),
            }
        }
        NamedType::Id => id_token(zitadel, token, now).filter(|holder| is_own(&holder.audience)),
        NamedType::Jwt => {
            let user = assertion::machine(zitadel, token, &form.issuer)?;
            Some(Holder::named(user.profile.user_id.clone()))
        }
        NamedType::UserId => zitadel.state.users.get(token).map(|_| Holder::named(token.to_owned())),
        NamedType::Refresh => None,
    }
}

/// What an ID token of this world says. It knows no scopes.
fn id_token(zitadel: &Zitadel, token: &str, now: Timestamp) -> Option<Holder> {
    let claims = auth::own_claims(zitadel, token)?;
    let texts = |name: &str| {
        let all = claims[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        all.map(|text| split_world(text).0.to_owned()).collect::<Vec<_>>()
    };
    let lives = claims["exp"].as_i64().is_some_and(|end| now.as_second() < end) && claims["azp"].is_string();
    lives.then_some(())?;
    Some(Holder {
        user_id: claims["sub"].as_str()?.to_owned(),
        scope: String::new(),
        audience: texts("aud"),
        amr: texts("amr"),
        auth_time: claims["auth_time"].as_i64().and_then(|time| Timestamp::from_second(time).ok()),
    })
}

impl Holder {
    fn named(user_id: String) -> Self {
        Self { user_id, scope: String::new(), audience: Vec::new(), amr: Vec::new(), auth_time: None }
    }
}

/// The scopes that are asked for, which the token has to have; if none is, those of the token.
fn scopes(zitadel: &Zitadel, form: &Form, holder: &Holder) -> Result<String, Refusal> {
    let Some(asked) = scope::granted(&form.scope, zitadel.settings.version.has_groups()) else {
        return Ok(if holder.scope.is_empty() { "openid".to_owned() } else { holder.scope.clone() });
    };
    let lacks = |scope: &&str| !Scopes(&holder.scope).has(scope);
    match asked.split_whitespace().find(lacks).filter(|_| zitadel.settings.version.guards_exchange()) {
        Some(scope) => Err(Refusal::ScopeNotInToken(scope.to_owned())),
        None => Ok(asked),
    }
}

/// The audience that is asked for, which the token has to have; if none is, that of the token.
fn audience(asked: &ExchangeForm, own: Vec<String>) -> Result<Vec<String>, Refusal> {
    match asked.audience.iter().find(|id| !own.contains(id)) {
        Some(id) => Err(Refusal::AudienceNotInToken(id.clone())),
        None if asked.audience.is_empty() => Ok(own),
        None => Ok(asked.audience.clone()),
    }
}
