//! What ZITADEL tells of a token: its client by introspection, its holder by userinfo; and how a token is revoked.

use serde_json::Value;

use super::super::super::auth::{Bearer, HeldToken, bearer};
use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{Door, Project, User};
use super::super::super::state::Zitadel;
use super::claims::{self, Claims};
use super::scope::{METADATA, PROJECT_ROLE, RESOURCE_OWNER, Scopes};
use super::{Form, client, exchange, issue};
use crate::oidc::client::Proof;

/// A valid token, as introspection shows it.
pub struct Introspected {
    pub token: HeldToken,
    /// Its scopes.
    pub scope: String,
    /// Whom it is for.
    pub audience: Vec<String>,
    pub user: User,
    /// What its scopes and the asking application's project tell of the user.
    pub claims: Claims,
}

/// What introspection shows of a token. `None` if the token is not valid, or not for the application that asks.
pub fn introspect(zitadel: &Zitadel, form: &Form) -> Result<Option<Introspected>, Refusal> {
    // A token is missed only where somebody asks who could show who it is.
    let asking = client::asking(zitadel, &form.client, &form.issuer);
    if matches!(asking, Ok(_) | Err(Refusal::ClientUnauthorized)) && form.token.is_empty() {
        return Err(Refusal::TokenMissing);
    }
    if asking.is_err() && shows_no_token(form) {
        return Ok(None); // so the vendor says, and not that the client is nobody
    }
    let (application, project) = asking?;
    let Some(Bearer { user, token }) = bearer(zitadel, &form.token, zitadel.context.clock.now()) else {
        return Ok(None);
    };
    let (scope, audience) = match &token {
        HeldToken::Personal(_) => {
            (personal_scope(&project), vec![application.client_id.to_string(), project.id.to_string()])
        }
        HeldToken::Access(access) => (access.scope.clone(), access.audience.clone()),
    };
    let is_for_it = audience.iter().any(|audience| **audience == *application.client_id || **audience == *project.id);
    if !is_for_it || !user.may_enter(Door::Introspection) {
        return Ok(None);
    }
    let mut claims = told(zitadel, &user, Scopes(&scope));
    claims.extend(claims::roles(zitadel, &user, Scopes(&scope), Some(&project.id), true));
    Ok(Some(Introspected { token, scope, audience, user, claims }))
}

/// Whether the client shows something that is no token at all.
fn shows_no_token(form: &Form) -> bool {
    let proof = form.client.as_ref().map(|client| &client.proof);
    matches!(proof, Ok(Proof::Assertion(assertion)) if assertion.matches('.').count() != 2)
}

/// The scopes of a personal access token, as an application of that project sees them.
pub(super) fn personal_scope(project: &Project) -> String {
    let roles = project.roles.iter().map(|role| format!(" {PROJECT_ROLE}{}", role.key));
    format!("openid profile {METADATA} {RESOURCE_OWNER}{}", roles.collect::<String>())
}

fn told(zitadel: &Zitadel, user: &User, scopes: Scopes<'_>) -> Claims {
    let mut claims = claims::identity(user, scopes);
    claims.extend(claims::asserted(zitadel, user, scopes));
    claims
}

/// Ends an access or refresh token. One that does not live is no error.
pub fn revoke(zitadel: &Zitadel, form: &Form) -> Result<(), Refusal> {
    let (application, _) = client::application(zitadel, &form.client, &form.issuer)?;
    if form.token.is_empty() {
        return Err(Refusal::TokenMissing);
    }
    if let Some(done) = exchange::revoke(zitadel, &form.token, &application) {
        return done;
    }
    let Some(Bearer { user, token }) = bearer(zitadel, &form.token, zitadel.context.clock.now()) else {
        return Ok(());
    };
    let access = match token {
        HeldToken::Access(access) if access.audience.iter().any(|id| **id == *application.client_id) => access,
        HeldToken::Access(_) | HeldToken::Personal(_) => return Err(Refusal::NotIssuedForClient),
    };
    issue::revoke_access(zitadel, &user, &access);
    Ok(())
}

/// What the holder of a token learns about itself.
pub fn userinfo(zitadel: &Zitadel, token: Option<&str>) -> Result<Claims, Refusal> {
    let token = token.ok_or(Refusal::AccessTokenMissing)?;
    let Bearer { user, token } =
        bearer(zitadel, token, zitadel.context.clock.now()).ok_or(Refusal::AccessTokenInvalid)?;
    if !user.may_enter(Door::Userinfo) {
        return Err(Refusal::NoActiveUser);
    }
    let (scope, project) = match &token {
        HeldToken::Personal(_) => (format!("openid profile {METADATA} {RESOURCE_OWNER}"), None),
        HeldToken::Access(access) => (access.scope.clone(), issue::project_of(zitadel, access)),
    };
    let mut claims = Claims::from_iter([("sub".to_owned(), Value::from(user.profile.user_id.clone()))]);
    claims.extend(told(zitadel, &user, Scopes(&scope)));
    let all = project.as_ref().is_some_and(|project| project.settings.project_role_assertion);
    let asking = project.as_ref().map(|project| &*project.id);
    claims.extend(claims::roles(zitadel, &user, Scopes(&scope), asking, all));
    Ok(claims)
}
