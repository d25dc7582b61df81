//! Signing in without a page, through the same functions as the page.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::authorize::{self, AuthorizeError};
use super::browser::{self, SignInFailure, SignedIn};
use super::clients::{Reach, find_application};
use super::{keys, tokens};
use crate::context::split_world;
use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::cookie::SessionCookie;
use crate::oidc::respond::with_query;
use crate::oidc::visit::Who;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{Application, Authorization};
use crate::vendors::monocloud::state::{MonoCloud, NAME};
use crate::vendors::{self, KeyInfo, SignIn, SignInError, SignInRequest, Site};

impl SignIn for MonoCloud {
    fn sign_in(&self, request: &SignInRequest, site: &Site) -> Result<vendors::SignedIn, SignInError> {
        let (application, reach) = self.place(request, site)?;
        let signed_in = self.enter(request)?;
        let first = application.redirect_uris.first().cloned();
        let asked = AuthorizeRequest {
            client_id: Some(application.id.clone()),
            redirect_uri: request.redirect_uri.clone().or(first),
            response_type: Some("code".to_owned()),
            response_mode: Some("query".to_owned()),
            scope: Some(scope(&application, request)),
            state: request.state.clone(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            code_challenge_method: request.code_challenge.is_some().then(|| "S256".to_owned()),
            ..AuthorizeRequest::default()
        };
        // Who calls this holds the server in the hand: a request need not be pushed or have a challenge.
        let lenient = Application { require_pkce: false, ..(*application).clone() };
        let checked = authorize::check_parameters(self, &lenient, &asked, true, &reach, request.defect);
        let checked = checked.map_err(|error| match error {
            AuthorizeError::OnPage(text) => SignInError::oauth("invalid_request", Some(text)),
            AuthorizeError::Redirected { error, description, .. } => SignInError::oauth(error, description),
        })?;
        let mut parameters = authorize::answer(self, &application, &checked, &signed_in);
        let code = parameters.iter().find(|(name, _)| *name == "code").map(|(_, code)| code.clone());
        parameters.extend(checked.state.clone().map(|state| ("state", state)));
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
        let path = site.path(NAME, &self.context.world);
        Ok(vendors::SignedIn {
            callback_url: with_query(&checked.redirect_uri, &parameters),
            code: code.unwrap_or_default(),
            session_id: signed_in.session.session_id.clone(),
            cookie: SessionCookie::new(NAME, &self.context.world, &site.origin, &path),
            cookie_value: browser::cookie_value(&signed_in),
            expires: signed_in.session.expires_at,
        })
    }

    fn tokens(&self, request: &SignInRequest, site: &Site) -> Result<Map<String, Value>, SignInError> {
        let (application, reach) = self.place(request, site)?;
        let scope = scope(&application, request);
        let scopes = super::scopes::resolve(self, &application, &crate::oidc::authorize::words(Some(&scope)), true);
        let scopes = scopes.map_err(refused)?;
        let signed_in = self.enter(request)?;
        let audience = reach.audience(self, &application.id);
        let login = crate::vendors::monocloud::record::ClientLogin {
            client_id: application.id.clone(),
            audience: audience.clone(),
            issuer: reach.issuer.clone(),
        };
        browser::join(self, &signed_in, login);
        let authorization = Authorization {
            client_id: application.id.clone(),
            audience,
            issuer: reach.issuer,
            user_id: signed_in.user.profile.user_id.clone(),
            session_id: Some(signed_in.session.session_id.clone()),
            scopes: scopes.names,
            auth_time: signed_in.session.auth_time(),
            nonce: request.nonce.clone(),
            defect: request.defect,
        };
        let granted = tokens::grant(self, &application, &signed_in.user, &authorization);
        Ok(granted.members())
    }

    fn keys(&self) -> Vec<KeyInfo> {
        let info = |key: crate::vendors::monocloud::record::SigningKey| KeyInfo {
            current: key.is_current(),
            kid: key.id,
            alg: "RS256",
            since: key.creation_time,
        };
        keys::signing_keys(self).into_iter().map(info).collect()
    }

    fn rotate_key(&self) -> Result<(), SignInError> {
        keys::rotate_key(self).map_err(refused)
    }

    fn retire_key(&self, key_id: &str) -> Result<(), SignInError> {
        match keys::retire_key(self, key_id).map_err(refused)? {
            true => Ok(()),
            false => Err(SignInError::Unsupported(format!("there is no key {key_id:?}"))),
        }
    }
}

impl MonoCloud {
    /// The application of a request, and how it is reached. An id that names the world is meant for the issuer without
    /// one.
    fn place(&self, request: &SignInRequest, site: &Site) -> Result<(Arc<Application>, Reach), SignInError> {
        let (bare, world) = split_world(&request.client_id);
        let is_tagged = world == Some(&*self.context.world);
        let client_id = if is_tagged { bare } else { &*request.client_id };
        let application = find_application(self, client_id).ok_or_else(|| refused(Refusal::ClientInvalid))?;
        let world = if is_tagged { crate::context::DEFAULT_WORLD } else { &*self.context.world };
        let issuer = match &self.settings.issuer {
            Some(fixed) => crate::oidc::issuer::in_world(fixed, &self.context.world),
            None => format!("{}{}", site.origin, site.path(NAME, world)),
        };
        Ok((application, Reach { issuer, is_tagged }))
    }

    fn enter(&self, request: &SignInRequest) -> Result<SignedIn, SignInError> {
        browser::sign_in(self, Who::User(&request.user), None, None).map_err(|failure| match failure {
            SignInFailure::Unknown => SignInError::oauth("access_denied", Some("there is no such user")),
            SignInFailure::KeptOut(why) => SignInError::oauth("access_denied", Some(&why.to_string())),
            SignInFailure::PasswordExpired | SignInFailure::PasswordNotTaken => {
                SignInError::oauth("access_denied", None)
            }
        })
    }
}

/// What a request asks for: by default all identity scopes of the application, and a refresh token if it may have one.
fn scope(application: &Application, request: &SignInRequest) -> String {
    request.scope.clone().unwrap_or_else(|| {
        let offline = application.allow_offline_access.then_some(super::scopes::OFFLINE_ACCESS);
        let identity = application.allowed_identity_scopes.iter().map(String::as_str);
        identity.chain(offline).collect::<Vec<_>>().join(" ")
    })
}

fn refused(refusal: Refusal) -> SignInError {
    let (error, description) = refusal.error();
    SignInError::oauth(error, description)
}
