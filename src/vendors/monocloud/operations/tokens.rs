//! The token endpoint: what each grant gives, and to whom.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::browser::{self, SignInFailure};
use super::clients::Reach;
use super::issue::{self, AccessToken, Subject};
use super::scopes::{self, OFFLINE_ACCESS, Scopes};
use crate::context::WORLD_CLAIM;
use crate::directory::DirectoryError;
use crate::oidc::grants::Grant;
use crate::oidc::visit::Who;
use crate::tokens::{Algorithm, Defect};
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{
    Application, Authorization, Decision, Door, GrantType, RefreshToken, RefreshTokenExpiration, RefreshTokenUsage,
    User,
};
use crate::vendors::monocloud::state::MonoCloud;

/// How often a device may ask, in seconds.
pub(in super::super) const INTERVAL: i64 = 5;

/// What is asked of the token endpoint.
#[derive(Debug, Default)]
pub(in super::super) struct TokenRequest {
    pub(in super::super) grant_type: Option<String>,
    pub(in super::super) code: Option<String>,
    pub(in super::super) redirect_uri: Option<String>,
    pub(in super::super) code_verifier: Option<String>,
    pub(in super::super) refresh_token: Option<String>,
    pub(in super::super) device_code: Option<String>,
    pub(in super::super) username: Option<String>,
    pub(in super::super) password: Option<String>,
    pub(in super::super) scope: Option<String>,
    pub(in super::super) resources: Vec<String>,
    /// In which way the tokens are to be wrong.
    pub(in super::super) defect: Option<Defect>,
}

/// What the token endpoint gives.
pub(in super::super) struct Granted {
    pub(in super::super) access: AccessToken,
    pub(in super::super) id_token: Option<String>,
    pub(in super::super) refresh_token: Option<String>,
    pub(in super::super) scope: String,
    /// In which way the answer is to be wrong.
    pub(in super::super) defect: Option<Defect>,
}

/// Gives an application, which was authenticated, what its grant gives.
pub(in super::super) fn token(
    monocloud: &MonoCloud,
    application: &Arc<Application>,
    request: &TokenRequest,
    reach: &Reach,
) -> Result<Granted, Refusal> {
    let grant = request.grant_type.as_deref().ok_or(Refusal::GrantUnsupported)?;
    scopes::check_resources(monocloud, request.resources.iter().map(String::as_str))?;
    match Grant::parse(grant).ok_or(Refusal::GrantUnsupported)? {
        Grant::AuthorizationCode => by_code(monocloud, application, request, reach),
        Grant::RefreshToken => by_refresh_token(monocloud, application, request),
        Grant::ClientCredentials => for_itself(monocloud, application, request, reach),
        Grant::Password => by_password(monocloud, application, request, reach),
        Grant::DeviceCode => by_device_code(monocloud, application, request),
        Grant::Implicit | Grant::JwtBearer | Grant::TokenExchange => Err(Refusal::GrantUnsupported),
    }
}

fn by_code(
    monocloud: &MonoCloud,
    application: &Application,
    request: &TokenRequest,
    reach: &Reach,
) -> Result<Granted, Refusal> {
    if !(application.has(GrantType::AuthorizationCode) || application.has(GrantType::Hybrid)) {
        return Err(Refusal::ClientUnauthorized);
    }
    let code = request.code.as_deref().ok_or(Refusal::GrantInvalid)?;
    let is_own = monocloud.state.codes.get(code).is_some_and(|code| code.authorization.client_id == application.id);
    if !is_own {
        return Err(Refusal::GrantInvalid);
    }
    // From here on the code is used, whatever comes of it.
    let code = monocloud.state.codes.take(code).ok_or(Refusal::GrantInvalid)?;
    let verifier = request.code_verifier.as_deref();
    let is_proven = match &code.challenge {
        Some(challenge) => verifier.is_some_and(|verifier| challenge.fits(verifier)),
        None => verifier.is_none(),
    };
    let is_same = request.redirect_uri.as_deref() == Some(&*code.redirect_uri);
    if !(is_proven && is_same && monocloud.now() < code.expires) {
        return Err(Refusal::GrantInvalid);
    }
    let user = enter(monocloud, &code.authorization, Door::Code)?;
    // The code of a seed was issued under no name.
    let issuer = if code.authorization.issuer.is_empty() { &reach.issuer } else { &code.authorization.issuer };
    let authorization = Authorization {
        issuer: issuer.clone(),
        defect: request.defect.or(code.authorization.defect),
        ..code.authorization
    };
    Ok(grant(monocloud, application, &user, &authorization))
}

/// The user behind an authorization, if the user may enter by that door.
fn enter(monocloud: &MonoCloud, authorization: &Authorization, door: Door) -> Result<User, Refusal> {
    let user = monocloud.state.users.get(&authorization.user_id).ok_or(Refusal::GrantInvalid)?;
    monocloud.may_enter(&user, door).map_err(|_| Refusal::GrantInvalid)?;
    Ok(user)
}

/// All that a user's authorization gives, a first refresh token included.
pub(super) fn grant(
    monocloud: &MonoCloud,
    application: &Application,
    user: &User,
    authorization: &Authorization,
) -> Granted {
    let scopes = scopes::granted(monocloud, application, &authorization.scopes);
    let refresh_token = scopes
        .has(OFFLINE_ACCESS)
        .then(|| issue::refresh_token(monocloud, application, authorization, monocloud.now()));
    granted(monocloud, application, user, authorization, &scopes, refresh_token)
}

fn granted(
    monocloud: &MonoCloud,
    application: &Application,
    user: &User,
    authorization: &Authorization,
    scopes: &Scopes,
    refresh_token: Option<String>,
) -> Granted {
    let defect = authorization.defect;
    let subject = Subject {
        client_id: &authorization.client_id,
        issuer: &authorization.issuer,
        user: Some((user, authorization)),
        defect,
    };
    let access = issue::access_token(monocloud, application, scopes, &subject);
    let id_token = scopes
        .has("openid")
        .then(|| issue::id_token(monocloud, application, user, authorization, (Some(&access.token), None)));
    Granted { access, id_token, refresh_token, scope: scopes.names.join(" "), defect }
}

fn by_refresh_token(
    monocloud: &MonoCloud,
    application: &Application,
    request: &TokenRequest,
) -> Result<Granted, Refusal> {
    let token = request.refresh_token.as_deref().ok_or(Refusal::RequestInvalid("The refresh_token is missing."))?;
    let now = monocloud.now();
    let found = monocloud.state.refresh_tokens.get(token).ok_or(Refusal::GrantInvalid)?;
    let usable = |token: &RefreshToken| {
        let is_own = token.authorization.client_id == application.id && application.allow_offline_access;
        is_own && !token.is_used && now < token.expires
    };
    if !usable(&found) {
        return Err(Refusal::GrantInvalid);
    }
    let user = enter(monocloud, &found.authorization, Door::Refresh)?;
    let asked = crate::oidc::authorize::words(request.scope.as_deref());
    if asked.iter().any(|scope| !found.authorization.scopes.iter().any(|own| own == scope)) {
        return Err(Refusal::ScopeInvalid);
    }
    // Used in one step, so that of several calls at once one gets the next token.
    let used = monocloud.state.refresh_tokens.update(token, |token| {
        if !usable(token) {
            return Err(Refusal::GrantInvalid);
        }
        match application.refresh_token_usage {
            RefreshTokenUsage::OneTimeOnly => token.is_used = true,
            RefreshTokenUsage::Reuse if application.refresh_token_expiration == RefreshTokenExpiration::Sliding => {
                token.expires = issue::refresh_end(application, token.issued, now);
            }
            RefreshTokenUsage::Reuse => {}
        }
        Ok(token.clone())
    });
    let used = used.ok_or(Refusal::GrantInvalid)??;
    let next = match application.refresh_token_usage {
        RefreshTokenUsage::OneTimeOnly => {
            issue::refresh_token(monocloud, application, &used.authorization, used.issued)
        }
        RefreshTokenUsage::Reuse => monocloud.context.tag_with_world(used.token.clone()),
    };
    let authorization = Authorization { defect: request.defect, ..used.authorization };
    let mut scopes = scopes::granted(monocloud, application, &authorization.scopes);
    if !asked.is_empty() {
        scopes = scopes::granted(monocloud, application, &asked.into_iter().map(str::to_owned).collect::<Vec<_>>());
    }
    Ok(granted(monocloud, application, &user, &authorization, &scopes, Some(next)))
}

fn for_itself(
    monocloud: &MonoCloud,
    application: &Application,
    request: &TokenRequest,
    reach: &Reach,
) -> Result<Granted, Refusal> {
    if !application.has(GrantType::ClientCredentials) || !application.require_client_secret {
        return Err(Refusal::ClientUnauthorized);
    }
    let asked = crate::oidc::authorize::words(request.scope.as_deref());
    let scopes = scopes::resolve(monocloud, application, &asked, false)?;
    let client_id = application.id.as_str();
    let subject = Subject { client_id, issuer: &reach.issuer, user: None, defect: request.defect };
    let access = issue::access_token(monocloud, application, &scopes, &subject);
    let scope = scopes.names.join(" ");
    Ok(Granted { access, id_token: None, refresh_token: None, scope, defect: request.defect })
}

fn by_password(
    monocloud: &MonoCloud,
    application: &Application,
    request: &TokenRequest,
    reach: &Reach,
) -> Result<Granted, Refusal> {
    if !application.has(GrantType::ResourceOwnerPassword) {
        return Err(Refusal::ClientUnauthorized);
    }
    let asked = crate::oidc::authorize::words(request.scope.as_deref());
    let scopes = scopes::resolve(monocloud, application, &asked, true)?;
    let (Some(username), Some(password)) = (&request.username, request.password.as_deref()) else {
        return Err(Refusal::PasswordInvalid);
    };
    let who = Who::Password { username, password };
    let user = browser::check_way(application, who).and_then(|()| browser::identify(monocloud, who));
    let user = user.map_err(|failure| match failure {
        SignInFailure::Unknown => Refusal::PasswordInvalid,
        SignInFailure::KeptOut(_) | SignInFailure::PasswordExpired | SignInFailure::PasswordNotTaken => {
            Refusal::GrantInvalid
        }
    })?;
    let now = monocloud.now();
    let done = monocloud.state.users.update(&user.profile.user_id, |user| {
        user.sign_in("127.0.0.1", None, now)?;
        Ok::<_, crate::vendors::monocloud::record::KeptOut>(user.clone())
    });
    let user = done.map_err(|error| match error {
        DirectoryError::Refused(_) | DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => {
            Refusal::GrantInvalid
        }
    })?;
    let authorization = Authorization {
        client_id: application.id.clone(),
        audience: reach.audience(monocloud, &application.id),
        issuer: reach.issuer.clone(),
        user_id: user.profile.user_id.clone(),
        session_id: None,
        scopes: scopes.names,
        auth_time: now,
        nonce: None,
        defect: request.defect,
    };
    Ok(grant(monocloud, application, &user, &authorization))
}

fn by_device_code(
    monocloud: &MonoCloud,
    application: &Application,
    request: &TokenRequest,
) -> Result<Granted, Refusal> {
    if !application.has(GrantType::DeviceCode) {
        return Err(Refusal::ClientUnauthorized);
    }
    let code = request.device_code.as_deref().ok_or(Refusal::RequestInvalid("The device_code is missing."))?;
    let now = monocloud.now();
    let codes = &monocloud.state.device_codes;
    let polled = codes.update(code, |code| {
        if code.client_id != application.id {
            return Err(Refusal::GrantInvalid);
        }
        let is_early = code.last_poll.is_some_and(|last| now - last < INTERVAL);
        code.last_poll = Some(now);
        Ok((code.clone(), is_early))
    });
    let (found, is_early) = polled.ok_or(Refusal::GrantInvalid)??;
    if now >= found.expires {
        return Err(Refusal::DeviceCodeExpired);
    }
    match found.decision {
        Decision::Denied => {
            codes.take(code);
            Err(Refusal::DeviceDenied)
        }
        Decision::Pending if is_early => Err(Refusal::SlowDown),
        Decision::Pending => Err(Refusal::AuthorizationPending),
        Decision::Approved(authorization) => {
            codes.take(code).ok_or(Refusal::GrantInvalid)?;
            let user = enter(monocloud, &authorization, Door::Device)?;
            let authorization = Authorization { defect: request.defect, ..*authorization };
            Ok(grant(monocloud, application, &user, &authorization))
        }
    }
}

/// The claims of a JWT that this world's provider signed, whatever its age.
pub(super) fn own_claims(monocloud: &MonoCloud, token: &str) -> Option<Value> {
    let id = crate::tokens::key_id(token)?;
    let key = monocloud.state.signing_keys.get(&id)?;
    let claims: Value = key.key().key().public().read_token(token, &[Algorithm::Rs256])?;
    (claims[WORLD_CLAIM] == *monocloud.context.world).then_some(claims)
}

/// The user of an ID token that an application sends as a hint.
pub(super) fn user_of_hint(monocloud: &MonoCloud, hint: &str) -> Option<String> {
    own_claims(monocloud, hint)?["sub"].as_str().map(str::to_owned)
}

impl Granted {
    /// The members of the token endpoint's answer.
    pub(in super::super) fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut set = |name: &str, value: Option<Value>| members.extend(value.map(|value| (name.to_owned(), value)));
        set("id_token", self.id_token.clone().map(Value::from));
        set("access_token", Some((&*self.access.token).into()));
        set("expires_in", Some(self.access.expires_in.into()));
        set("token_type", Some("Bearer".into()));
        set("refresh_token", self.refresh_token.clone().map(Value::from));
        set("scope", Some((&*self.scope).into()));
        members
    }
}
