//! Signing in at ZITADEL without a page, through the same functions as the page.

use serde_json::{Map, Value, json};

use super::super::auth;
use super::super::error::sign_in::Refusal;
use super::super::error::{Error, ErrorContext};
use super::super::record::{Application, AuthRequest, Authorization, GrantType, OidcConfig, Project, Session};
use super::super::state::{NAME, Zitadel};
use super::authorize::{Asked, Decision, audience, authorize, requested_scope};
use super::events;
use super::login;
use super::sign_in::{active_application, azp, issue};
use crate::context::{DEFAULT_WORLD, split_world};
use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::cookie::SessionCookie;
use crate::oidc::issuer::in_world;
use crate::oidc::visit::Who;
use crate::vendors::{self, KeyInfo, SignIn, SignInError, SignInRequest, Site};

/// The application of a request, and how it is reached.
struct Place {
    application: Application,
    project: Project,
    issuer: String,
    /// Whether the client's id names the world, so that the issuer does not.
    is_tagged: bool,
}

impl SignIn for Zitadel {
    fn sign_in(&self, request: &SignInRequest, site: &Site) -> Result<vendors::SignedIn, SignInError> {
        let place = self.place(request, site)?;
        let config = place.config().ok_or_else(unknown_application)?;
        let asked = AuthorizeRequest {
            client_id: Some(place.application.client_id.to_string()),
            redirect_uri: request.redirect_uri.clone().or_else(|| config.redirect_uris.first().cloned()),
            response_type: Some("code".to_owned()),
            scope: Some(scope(config, request)),
            state: request.state.clone(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            code_challenge_method: request.code_challenge.is_some().then(|| "S256".to_owned()),
            ..AuthorizeRequest::default()
        };
        let (issuer, is_tagged) = (place.issuer.clone(), place.is_tagged);
        let asked = Asked { request: asked, has_scope: true, issuer, login_client: None, is_tagged };
        let stored = match authorize(self, asked) {
            Ok(Decision::Login { request, .. }) => request,
            Ok(Decision::Refused(_)) => {
                return Err(SignInError::oauth("invalid_request", Some("Errors.Org.NotFound")));
            }
            Err(error) => {
                let (error, description, _) = error.parts();
                return Err(SignInError::oauth(error, Some(description)));
            }
        };
        let session = self.enter(Some(&stored), request)?;
        let callback = login::complete(self, &stored, &session, request.defect).map_err(|error| refused(&error))?;
        let query = callback.url.split_once('?').map_or("", |(_, query)| query);
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
        // Where clients find the vendor: at the root, also where others have a prefix there.
        let path = in_world("", &self.context.world);
        Ok(vendors::SignedIn {
            code: code.map(|(_, code)| code.into_owned()).unwrap_or_default(),
            session_id: session.id.clone(),
            cookie: SessionCookie::new(NAME, &self.context.world, &site.origin, &path),
            cookie_value: login::cookie_value(self, &session),
            expires: self.context.clock.now().as_second().saturating_add(login::COOKIE_SECONDS),
            callback_url: callback.url,
        })
    }

    fn tokens(&self, request: &SignInRequest, site: &Site) -> Result<Map<String, Value>, SignInError> {
        let place = self.place(request, site)?;
        let config = place.config().ok_or_else(unknown_application)?;
        let scope = requested_scope(self, &place.project, &scope(config, request));
        let session = self.enter(None, request)?;
        let user = session.user.as_ref().ok_or_else(|| refused(&Error::UserNotFound))?;
        let (amr, auth_time) = session.authentication();
        let client_id = place.application.client_id.to_string();
        let authorization = Authorization {
            azp: azp(&self.context, &client_id, place.is_tagged),
            client_id,
            user_id: user.id.clone(),
            session_id: session.id.clone(),
            audience: audience(self, &place.project, &scope),
            scope: scope.join(" "),
            nonce: request.nonce.clone(),
            amr,
            auth_time,
            defect: request.defect,
        };
        let found = (place.application, place.project);
        let granted = events::logged_as(self, events::SYSTEM, self.context.clock.now(), |log| {
            issue::first(self, &found, &authorization, &place.issuer, log)
        });
        granted.map(|granted| granted.members()).map_err(|refusal| {
            let (error, description) = refusal.error();
            SignInError::oauth(error, Some(&description))
        })
    }

    fn keys(&self) -> Vec<KeyInfo> {
        let [current, next] = auth::signers(self).map(|signer| signer.id().to_owned());
        // They are as old as the instance.
        let since = self.instance().events.creation_date.as_second();
        let info = |kid, current| KeyInfo { kid, alg: "RS256", current, since };
        vec![info(current, true), info(next, false)]
    }

    fn rotate_key(&self) -> Result<(), SignInError> {
        Err(SignInError::Unsupported("ZITADEL's keys do not change within a world".to_owned()))
    }

    fn retire_key(&self, _: &str) -> Result<(), SignInError> {
        self.rotate_key()
    }
}

impl Place {
    fn config(&self) -> Option<&OidcConfig> {
        self.application.oidc()
    }
}

impl Zitadel {
    /// Where a request leads. A client's id that names the world is meant for the issuer without one.
    fn place(&self, request: &SignInRequest, site: &Site) -> Result<Place, SignInError> {
        let (bare, world) = split_world(&request.client_id);
        let is_tagged = world == Some(&*self.context.world) && *self.context.world != *DEFAULT_WORLD;
        let client_id = if is_tagged { bare } else { &*request.client_id };
        let (application, project) = active_application(self, client_id).ok_or_else(unknown_application)?;
        let world = if is_tagged { DEFAULT_WORLD } else { &*self.context.world };
        let issuer = match &self.settings.issuer {
            Some(fixed) => in_world(fixed, &self.context.world),
            None => in_world(&site.origin, world),
        };
        Ok(Place { application, project, issuer, is_tagged })
    }

    fn enter(&self, asked: Option<&AuthRequest>, request: &SignInRequest) -> Result<Session, SignInError> {
        login::sign_in(self, asked, Who::User(&request.user), None).map_err(|error| refused(&error))
    }
}

fn unknown_application() -> SignInError {
    let (error, description) = Refusal::ApplicationUnknown.error();
    SignInError::oauth(error, Some(&description))
}

/// What a request asks for: by default who it is, and a refresh token if the application may have one.
fn scope(config: &OidcConfig, request: &SignInRequest) -> String {
    const IDENTITY: &str = "openid profile email phone";
    request.scope.clone().unwrap_or_else(|| match config.grant_types.contains(&GrantType::RefreshToken) {
        true => format!("{IDENTITY} offline_access"),
        false => IDENTITY.to_owned(),
    })
}

/// The vendor's own error.
fn refused(error: &Error) -> SignInError {
    let status = error.status(&ErrorContext::DEFAULT);
    let message = status.id.map_or_else(|| status.text.to_owned(), |id| format!("{} ({id})", status.text));
    let members = json!({ "code": status.code.number(), "message": message });
    SignInError::Refused(members.as_object().cloned().unwrap_or_default())
}
