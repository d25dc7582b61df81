//! What tokens are good for: userinfo, introspection, revocation.

use serde_json::{Map, Value};

use super::claims;
use super::tokens::own_claims;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{ApiResource, Application, Door, User};
use crate::vendors::monocloud::state::MonoCloud;

/// The claims of an access token that has not expired, in either form, if its user may enter by that door.
fn living(monocloud: &MonoCloud, token: &str, door: Door) -> Option<(Map<String, Value>, Option<User>)> {
    let now = monocloud.now();
    let reference = monocloud.state.reference_tokens.get(token).filter(|token| now < token.expires);
    let claims = match reference {
        Some(reference) => reference.claims,
        None => {
            let claims = own_claims(monocloud, token)?;
            let claims = claims.as_object().filter(|claims| claims.contains_key("scope"))?.clone();
            let has_begun = claims.get("nbf").and_then(Value::as_i64).is_none_or(|begin| begin <= now);
            let lives = claims.get("exp").and_then(Value::as_i64).is_some_and(|end| now < end);
            (has_begun && lives).then_some(claims)?
        }
    };
    let user = match claims.get("sub").and_then(Value::as_str) {
        None => None,
        Some(id) => Some(monocloud.state.users.get(id)?),
    };
    if let Some(user) = &user {
        monocloud.may_enter(user, door).ok()?;
    }
    Some((claims, user))
}

/// What the holder of a token learns about itself.
pub(in super::super) fn userinfo(monocloud: &MonoCloud, token: Option<&str>) -> Result<Map<String, Value>, Refusal> {
    let found = token.and_then(|token| living(monocloud, token, Door::Userinfo)).ok_or(Refusal::TokenInvalid)?;
    let (token, Some(user)) = found else { return Err(Refusal::ScopeInsufficient) };
    let scope = token.get("scope").and_then(Value::as_str).unwrap_or_default();
    let scopes: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == "openid") {
        return Err(Refusal::ScopeInsufficient);
    }
    let mut about = Map::from_iter([("sub".to_owned(), Value::from(&*user.profile.user_id))]);
    about.extend(claims::of_scopes(monocloud, &user, &scopes));
    Ok(about)
}

/// What an API learns about a token; `None` if it is not valid, or not meant for this API.
pub(in super::super) fn introspect(
    monocloud: &MonoCloud,
    api: &ApiResource,
    token: &str,
) -> Option<Map<String, Value>> {
    let (claims, _) = living(monocloud, token, Door::Introspection)?;
    let is_meant = match claims.get("aud")? {
        Value::String(audience) => *audience == api.audience,
        Value::Array(all) => all.iter().any(|audience| *audience == *api.audience),
        _ => false,
    };
    is_meant.then_some(claims)
}

/// Ends a refresh token or a reference token of that application. One that is unknown is no error, and a JWT lives on.
pub(in super::super) fn revoke(monocloud: &MonoCloud, application: &Application, token: &str) {
    let (state, id) = (&monocloud.state, &application.id);
    if state.refresh_tokens.get(token).is_some_and(|token| token.authorization.client_id == *id) {
        state.refresh_tokens.take(token);
    }
    if state.reference_tokens.get(token).is_some_and(|token| token.client_id == *id) {
        state.reference_tokens.take(token);
    }
}
