//! Authorization requests: checked, answered with the session that the browser has, or after a sign-in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::browser::{self, SignedIn};
use super::clients::{Reach, find_application};
use super::issue::{self, Subject};
use super::scopes::{self, Scopes};
use crate::oidc::authorize::{AuthorizeRequest, ResponseMode, ResponseType, words};
use crate::oidc::pkce::{Challenge, ChallengeMethod, is_verifier};
use crate::oidc::redirect_uri;
use crate::tokens::Defect;
use crate::vendors::monocloud::record::{Application, Authorization, ClientLogin, Code, GrantType, PushedRequest};
use crate::vendors::monocloud::state::MonoCloud;

/// A request that was checked: what the sign-in page carries in its URL.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Checked {
    pub(in super::super) client_id: String,
    pub(in super::super) audience: String,
    pub(in super::super) issuer: String,
    pub(in super::super) redirect_uri: String,
    pub(in super::super) response_type: ResponseType,
    pub(in super::super) response_mode: ResponseMode,
    pub(in super::super) scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<Challenge>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    prompt: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) login_hint: Option<String>,
    /// Who the ID token is about that the application has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hinted_user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    defect: Option<Defect>,
}

/// Why a request is refused.
#[derive(Debug, Clone)]
pub(in super::super) enum AuthorizeError {
    /// On a page: it is not known where else.
    OnPage(&'static str),
    /// At the redirect URI.
    Redirected {
        /// Where, in which mode, and with which state.
        to: Box<Target>,
        /// The name of the error.
        error: &'static str,
        /// What is wrong.
        description: Option<&'static str>,
    },
}

/// Where the answer of a request goes.
#[derive(Debug, Clone)]
pub(in super::super) struct Target {
    pub(in super::super) redirect_uri: String,
    pub(in super::super) mode: ResponseMode,
    pub(in super::super) state: Option<String>,
}

impl Checked {
    /// Where its answer goes.
    pub(in super::super) fn target(&self) -> Target {
        Target { redirect_uri: self.redirect_uri.clone(), mode: self.response_mode, state: self.state.clone() }
    }

    /// Whether nothing may be shown.
    pub(in super::super) fn is_silent(&self) -> bool {
        self.prompts_for("none")
    }

    /// Whether its prompt has that word.
    pub(super) fn prompts_for(&self, word: &str) -> bool {
        self.prompt.iter().any(|own| own == word)
    }

    /// The refusal at its redirect URI.
    pub(in super::super) fn refusal(&self, error: &'static str) -> AuthorizeError {
        AuthorizeError::Redirected { to: Box::new(self.target()), error, description: None }
    }

    /// Whether a session is enough, without anything that is shown.
    pub(in super::super) fn is_answered_by(
        &self,
        monocloud: &MonoCloud,
        application: &Application,
        signed_in: &SignedIn,
    ) -> bool {
        let age = monocloud.now() - signed_in.session.auth_time();
        let asks_anew = ["login", "select_account", "create"].into_iter().any(|word| self.prompts_for(word));
        let is_young = self.max_age.is_none_or(|max| age <= max)
            && (application.user_sso_lifetime == 0 || age <= application.user_sso_lifetime);
        let is_meant = self.hinted_user.as_ref().is_none_or(|user| *user == signed_in.user.profile.user_id);
        !asks_anew && is_young && is_meant
    }
}

/// Checks a request. One that was pushed takes the place of what was sent with it.
pub(in super::super) fn check(
    monocloud: &MonoCloud,
    sent: AuthorizeRequest,
    reach: &Reach,
    defect: Option<Defect>,
) -> Result<(Checked, Arc<Application>), AuthorizeError> {
    let client_id = sent.client_id.clone().ok_or(AuthorizeError::OnPage("The request has no client_id."))?;
    let application = find_application(monocloud, &client_id)
        .ok_or(AuthorizeError::OnPage("There is no application with that client_id."))?;
    let (request, is_pushed) = match &sent.request_uri {
        None => (sent, false),
        Some(uri) => {
            let fits = |pushed: &PushedRequest| pushed.client_id == client_id && monocloud.now() < pushed.expires;
            let is_own = monocloud.state.pushed_requests.get(uri).is_some_and(|pushed| fits(&pushed));
            let pushed = if is_own { monocloud.state.pushed_requests.take(uri) } else { None };
            let pushed = pushed.ok_or(AuthorizeError::OnPage("The request_uri is unknown or expired."))?;
            let (fauxidp_user, client_id) = (sent.fauxidp_user, sent.client_id);
            (AuthorizeRequest { fauxidp_user, client_id, ..pushed.request }, true)
        }
    };
    let checked = check_parameters(monocloud, &application, &request, is_pushed, reach, defect)?;
    Ok((checked, application))
}

/// Checks the parameters of a request, pushed or not.
pub(in super::super) fn check_parameters(
    monocloud: &MonoCloud,
    application: &Application,
    request: &AuthorizeRequest,
    is_pushed: bool,
    reach: &Reach,
    defect: Option<Defect>,
) -> Result<Checked, AuthorizeError> {
    let uri = request.redirect_uri.as_deref().ok_or(AuthorizeError::OnPage("The request has no redirect_uri."))?;
    let takes_any = is_pushed && application.allow_any_pushed_authorization_redirect_uri;
    let is_taken = redirect_uri::is_taken(&application.redirect_uris, application.fauxidp.takes_local, uri)
        || (takes_any && redirect_uri::RedirectUri::parse(uri).is_some());
    if !is_taken {
        return Err(AuthorizeError::OnPage("The redirect_uri is not one of the application."));
    }
    let response_type = request.response_type.as_deref().and_then(ResponseType::parse);
    let mode = request.response_mode.as_deref().map(ResponseMode::parse);
    let default_mode = response_type.map_or(ResponseMode::Query, ResponseType::default_mode);
    let target = Target {
        redirect_uri: uri.to_owned(),
        mode: mode.flatten().unwrap_or(default_mode),
        state: request.state.clone(),
    };
    let refuse = |error: &'static str, description: Option<&'static str>| AuthorizeError::Redirected {
        to: Box::new(target.clone()),
        error,
        description,
    };
    let invalid = |description: &'static str| refuse("invalid_request", Some(description));
    if request.request.is_some() {
        return Err(refuse("request_not_supported", None));
    }
    if application.require_pushed_authorization_requests && !is_pushed {
        return Err(invalid("Pushed authorization is required."));
    }
    let response_type = response_type.ok_or_else(|| refuse("unsupported_response_type", None))?;
    if mode == Some(None) || (target.mode == ResponseMode::Query && response_type.has_tokens()) {
        return Err(invalid("Invalid response_mode."));
    }
    if !is_granted(application, response_type) {
        return Err(refuse("unauthorized_client", None));
    }
    if response_type.token && !application.allow_access_tokens_via_browser {
        return Err(invalid("Access tokens may not come through the browser."));
    }
    let challenge = challenge(application, request, response_type).map_err(invalid)?;
    let names = scopes_of(monocloud, application, request, response_type)
        .map_err(|(error, description)| refuse(error, description))?;
    let prompt = words(request.prompt.as_deref());
    if prompt.contains(&"none") && prompt.len() > 1 {
        return Err(invalid("The prompt none stands alone."));
    }
    let max_age = match request.max_age.as_deref().map(str::parse::<u32>) {
        None => None,
        Some(Ok(seconds)) => Some(i64::from(seconds)),
        Some(Err(_)) => return Err(invalid("Invalid max_age.")),
    };
    Ok(Checked {
        client_id: application.id.clone(),
        audience: reach.audience(monocloud, &application.id),
        issuer: reach.issuer.clone(),
        redirect_uri: uri.to_owned(),
        response_type,
        response_mode: target.mode,
        scopes: names,
        state: request.state.clone(),
        nonce: request.nonce.clone(),
        challenge,
        prompt: prompt.into_iter().map(str::to_owned).collect(),
        max_age,
        login_hint: request.login_hint.clone(),
        hinted_user: request.id_token_hint.as_deref().and_then(|hint| super::tokens::user_of_hint(monocloud, hint)),
        defect,
    })
}

/// The scopes of a request; else the error, and what is wrong.
fn scopes_of(
    monocloud: &MonoCloud,
    application: &Application,
    request: &AuthorizeRequest,
    response_type: ResponseType,
) -> Result<Vec<String>, (&'static str, Option<&'static str>)> {
    let asked = request.scopes();
    if asked.is_empty() {
        return Err(("invalid_request", Some("The scope is missing.")));
    }
    if response_type.id_token && !asked.contains(&"openid") {
        return Err(("invalid_scope", Some("The scope openid is missing.")));
    }
    let scopes = scopes::resolve(monocloud, application, &asked, true).map_err(|refusal| (refusal.error().0, None))?;
    let resources = request.resource.iter().map(String::as_str);
    scopes::check_resources(monocloud, resources).map_err(|refusal| (refusal.error().0, None))?;
    if response_type.id_token && request.nonce.is_none() {
        return Err(("invalid_request", Some("The nonce is missing.")));
    }
    Ok(scopes.names)
}

/// Whether the application's grants cover a response type.
fn is_granted(application: &Application, response_type: ResponseType) -> bool {
    application.has(match response_type {
        ResponseType::CODE => GrantType::AuthorizationCode,
        ResponseType { code: true, .. } => GrantType::Hybrid,
        ResponseType { code: false, .. } => GrantType::Implicit,
    })
}

/// The challenge of a request.
fn challenge(
    application: &Application,
    request: &AuthorizeRequest,
    response_type: ResponseType,
) -> Result<Option<Challenge>, &'static str> {
    if !response_type.code {
        return Ok(None);
    }
    let Some(value) = &request.code_challenge else {
        return if application.require_pkce { Err("The code_challenge is missing.") } else { Ok(None) };
    };
    let method = ChallengeMethod::parse(request.code_challenge_method.as_deref());
    match method.ok_or("Unknown code_challenge_method.")? {
        ChallengeMethod::Plain if !application.allow_plain_text_pkce => {
            Err("The code_challenge_method is not allowed.")
        }
        _ if !is_verifier(value) => Err("Invalid code_challenge."),
        method => Ok(Some(Challenge { method, value: value.clone() })),
    }
}

/// Answers a request for a user who is signed in: the parameters that go to the redirect URI, without the state.
pub(in super::super) fn answer(
    monocloud: &MonoCloud,
    application: &Application,
    checked: &Checked,
    signed_in: &SignedIn,
) -> Vec<(&'static str, String)> {
    let login = ClientLogin {
        client_id: checked.client_id.clone(),
        audience: checked.audience.clone(),
        issuer: checked.issuer.clone(),
    };
    browser::join(monocloud, signed_in, login);
    let authorization = authorization(checked, signed_in);
    let mut parameters = Vec::new();
    let code = checked.response_type.code.then(|| {
        let code = issue::opaque(monocloud);
        monocloud.state.codes.push(Code {
            code: issue::bare(&code).to_owned(),
            authorization: authorization.clone(),
            redirect_uri: checked.redirect_uri.clone(),
            challenge: checked.challenge.clone(),
            expires: monocloud.now().saturating_add(application.authorization_code_lifetime),
        });
        code
    });
    let scopes: Scopes = scopes::granted(monocloud, application, &checked.scopes);
    let access = checked.response_type.token.then(|| {
        let subject = Subject {
            client_id: &checked.client_id,
            issuer: &checked.issuer,
            user: Some((&signed_in.user, &authorization)),
            defect: checked.defect,
        };
        issue::access_token(monocloud, application, &scopes, &subject)
    });
    if checked.response_type.id_token {
        let with = (access.as_ref().map(|access| &*access.token), code.as_deref());
        let token = issue::id_token(monocloud, application, &signed_in.user, &authorization, with);
        parameters.push(("id_token", token));
    }
    parameters.extend(code.map(|code| ("code", code)));
    if let Some(access) = access {
        parameters.push(("access_token", access.token));
        parameters.push(("token_type", "Bearer".to_owned()));
        parameters.push(("expires_in", access.expires_in.to_string()));
    }
    parameters.push(("scope", checked.scopes.join(" ")));
    parameters
}

fn authorization(checked: &Checked, signed_in: &SignedIn) -> Authorization {
    Authorization {
        client_id: checked.client_id.clone(),
        audience: checked.audience.clone(),
        issuer: checked.issuer.clone(),
        user_id: signed_in.user.profile.user_id.clone(),
        session_id: Some(signed_in.session.session_id.clone()),
        scopes: checked.scopes.clone(),
        auth_time: signed_in.session.auth_time(),
        nonce: checked.nonce.clone(),
        defect: checked.defect,
    }
}

/// A request that an application pushed, checked as it will be when it is used.
pub(in super::super) struct Pushed {
    pub(in super::super) request_uri: String,
    /// In seconds.
    pub(in super::super) expires_in: i64,
}

/// Keeps a request for later.
pub(in super::super) fn push(
    monocloud: &MonoCloud,
    application: &Application,
    request: AuthorizeRequest,
    reach: &Reach,
) -> Result<Pushed, AuthorizeError> {
    check_parameters(monocloud, application, &request, true, reach, None)?;
    let value = issue::opaque(monocloud);
    let request_uri = format!("urn:ietf:params:oauth:request_uri:{value}");
    let expires_in = application.authorization_request_lifetime;
    monocloud.state.pushed_requests.push(PushedRequest {
        request_uri: issue::bare(&request_uri).to_owned(),
        client_id: application.id.clone(),
        request,
        expires: monocloud.now().saturating_add(expires_in),
    });
    Ok(Pushed { request_uri, expires_in })
}
