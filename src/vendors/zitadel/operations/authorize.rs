//! The authorize door of ZITADEL: a request is checked in the vendor's order, and kept for a login page.

use serde_json::Value;

use super::super::auth::{self, keys};
use super::super::error::authorize::AuthorizeError;
use super::super::record::{
    Answer, Application, AuthRequest, Details, Log, LoginVersion, OidcConfig, OrganizationAlias, Project, Prompt,
    ResponseType, Stage, WrongRedirect,
};
use super::super::state::Zitadel;
use super::callbacks;
use super::events;
use super::sign_in::scope as scopes;
use super::sign_in::{Scopes, active_application, azp, granted_scope};
use super::write::digits;
use crate::context::split_world;
use crate::ids::Stream;
use crate::oidc::assertion::unverified_claims;
use crate::oidc::authorize::{AuthorizeRequest, ResponseMode, words};
use crate::oidc::pkce::{Challenge, ChallengeMethod};
use crate::tokens;

/// What is asked of the door.
#[derive(Debug, Default)]
pub struct Asked {
    pub request: AuthorizeRequest,
    /// Whether there is a scope, maybe an empty one.
    pub has_scope: bool,
    /// What this server is called.
    pub issuer: String,
    /// Whom the caller says to be the login client.
    pub login_client: Option<String>,
    /// Whether the client named its world with its id.
    pub is_tagged: bool,
}

/// What the door decides.
#[derive(Debug)]
pub enum Decision {
    /// A page of this server answers the request, or of somebody else at that address.
    Login { request: Box<AuthRequest>, base_uri: Option<String> },
    /// The request cannot be kept, which the application is told.
    Refused(String),
}

/// Checks a request. It is not kept yet.
pub(in super::super) fn authorize(zitadel: &Zitadel, asked: Asked) -> Result<Decision, AuthorizeError> {
    let Asked { mut request, mut has_scope, issuer, login_client, is_tagged } = asked;
    let max_age = request.max_age.as_deref().map(str::parse::<u32>).transpose();
    let mut max_age = max_age.map_err(|_| AuthorizeError::Undecodable)?.map(u64::from);
    let claims =
        request.request.take().map(|object| request_object(zitadel, &request, &object, &issuer)).transpose()?;
    let client_id = request.client_id.clone().ok_or(AuthorizeError::ClientMissing)?;
    let found = active_application(zitadel, &client_id).filter(|(application, _)| application.oidc().is_some());
    let (application, project) = found.ok_or(AuthorizeError::ClientUnknown)?;
    let config = application.oidc().ok_or(AuthorizeError::ClientUnknown)?;
    if let Some((object, claims)) = claims {
        verify_object(zitadel, &application, &object)?;
        has_scope |= claims["scope"].is_string();
        overlay(&mut request, &claims);
    }
    let redirect_uri = request.redirect_uri.clone().ok_or(AuthorizeError::RedirectMissing)?;
    let prompt: Vec<Prompt> = words(request.prompt.as_deref()).into_iter().filter_map(Prompt::parse).collect();
    if prompt.contains(&Prompt::None) && words(request.prompt.as_deref()).len() > 1 {
        return Err(AuthorizeError::PromptNone);
    }
    if prompt.contains(&Prompt::Login) {
        max_age = Some(0);
    }
    if !has_scope {
        return Err(AuthorizeError::ScopeMissing);
    }
    let answer = check_redirect(config, &redirect_uri, request.response_type.as_deref())?;
    let scope = requested_scope(zitadel, &project, request.scope.as_deref().unwrap_or_default());
    let is_v2 = login_client.is_some() || matches!(config.login_version, Some(LoginVersion::V2 { .. }));
    let number = digits(u64::from_be_bytes(zitadel.context.ids.bytes(Stream::Tokens)));
    let now = zitadel.context.clock.now();
    let hint = request.id_token_hint.as_deref();
    let stored = AuthRequest {
        id: if is_v2 { format!("{}{number}", AuthRequest::V2) } else { number },
        details: Details::new(0, now),
        azp: azp(&zitadel.context, &client_id, is_tagged),
        audience: audience(zitadel, &project, &scope),
        client_id,
        issuer,
        redirect_uri,
        answer,
        mode: request.response_mode.as_deref().and_then(ResponseMode::parse),
        challenge: challenge(&request),
        state: request.state,
        nonce: request.nonce,
        prompt,
        ui_locales: locales(request.ui_locales.as_deref()),
        max_age,
        login_hint: request.login_hint,
        hint_user_id: hint.and_then(|hint| auth::own_claims(zitadel, hint)?["sub"].as_str().map(str::to_owned)),
        login_client,
        stage: Stage::Open,
        scope,
    };
    if !knows_organizations(zitadel, &stored.scope) {
        let error = [("error", "invalid_request"), ("error_description", "Errors.Org.NotFound")];
        return Ok(Decision::Refused(callbacks::url_with(&stored, &error, false)));
    }
    let base_uri = match &config.login_version {
        Some(LoginVersion::V2 { base_uri }) if !base_uri.is_empty() => Some(base_uri.clone()),
        _ => None,
    };
    Ok(Decision::Login { request: Box::new(stored), base_uri })
}

/// Keeps a request for a login page, unless it is known.
pub(in super::super) fn keep(zitadel: &Zitadel, request: &AuthRequest) {
    let begin = |log: &mut Log| {
        let begin = |request: &mut AuthRequest| {
            if request.details.sequence == 0 {
                let organization = named_organization(zitadel, &request.scope);
                let added = request.added(organization.as_deref());
                events::of_request(log, request, added);
            }
            Ok::<_, ()>(())
        };
        zitadel.state.auth_requests.update_or_push(request.clone(), begin, |()| true)
    };
    let _ = events::logged_as(zitadel, events::NOBODY, request.details.creation_date, begin); // nothing refuses it
}

/// The id of the organisation that the scopes name.
fn named_organization(zitadel: &Zitadel, scope: &[String]) -> Option<String> {
    let scope = scope.join(" ");
    let by_id = Scopes(&scope).after(scopes::ORGANIZATION).next().map(str::to_owned);
    let by_domain = || {
        let domain = Scopes(&scope).after(scopes::DOMAIN).next()?;
        zitadel.organization_of_domain(domain).map(|organization| organization.id.to_string())
    };
    by_id.or_else(by_domain)
}

/// Reads a request object (OpenID Connect Core, 6.1), whose signature is looked at when its client is known.
fn request_object(
    zitadel: &Zitadel,
    request: &AuthorizeRequest,
    object: &str,
    issuer: &str,
) -> Result<(String, Value), AuthorizeError> {
    let broken = match zitadel.settings.version.reads_any_token() {
        true => AuthorizeError::RequestBroken,
        false => AuthorizeError::RequestUnreadable,
    };
    let claims = unverified_claims(object).ok_or(broken)?;
    let own = request.client_id.as_deref();
    let is_own = |name: &str| claims[name].as_str().is_some_and(|id| Some(split_world(id).0) == own);
    if !is_own("client_id") || !is_own("iss") {
        return Err(AuthorizeError::RequestIssuer);
    }
    let fits = |value: &Value| value == issuer;
    let audience = &claims["aud"];
    if !audience.as_array().map_or_else(|| fits(audience), |all| all.iter().any(fits)) {
        return Err(AuthorizeError::RequestAudience);
    }
    Ok((object.to_owned(), claims))
}

fn verify_object(zitadel: &Zitadel, application: &Application, object: &str) -> Result<(), AuthorizeError> {
    let now = zitadel.context.clock.now();
    let key = tokens::key_id(object).and_then(|id| application.key(&id, now).cloned());
    let claims = key.and_then(|key| keys::verify_assertion(&key.public, object));
    claims.map(|_| ()).ok_or(AuthorizeError::RequestSignature)
}

/// What the request object says wins.
fn overlay(request: &mut AuthorizeRequest, claims: &Value) {
    for (name, member) in [
        ("redirect_uri", &mut request.redirect_uri),
        ("response_type", &mut request.response_type),
        ("response_mode", &mut request.response_mode),
        ("scope", &mut request.scope),
        ("state", &mut request.state),
        ("nonce", &mut request.nonce),
        ("code_challenge", &mut request.code_challenge),
        ("code_challenge_method", &mut request.code_challenge_method),
        ("prompt", &mut request.prompt),
        ("login_hint", &mut request.login_hint),
        ("id_token_hint", &mut request.id_token_hint),
        ("ui_locales", &mut request.ui_locales),
    ] {
        if let Some(text) = claims[name].as_str().filter(|text| !text.is_empty()) {
            *member = Some(text.to_owned());
        }
    }
}

/// Checks the redirect URI, then what is to be answered.
fn check_redirect(
    config: &OidcConfig,
    redirect_uri: &str,
    response_type: Option<&str>,
) -> Result<Answer, AuthorizeError> {
    config.check_redirect(redirect_uri, response_type == Some("code")).map_err(|wrong| match wrong {
        WrongRedirect::Unknown => AuthorizeError::RedirectUnknown,
        WrongRedirect::Insecure => AuthorizeError::RedirectInsecure,
    })?;
    let response_type = response_type.ok_or(AuthorizeError::ResponseTypeMissing)?;
    let answer = Answer::parse(response_type).ok_or(AuthorizeError::ResponseTypeUnknown)?;
    let needed = match answer {
        Answer::Code => ResponseType::Code,
        Answer::IdToken => ResponseType::IdToken,
        Answer::IdTokenAndToken => ResponseType::IdTokenToken,
    };
    if config.response_types.contains(&needed) { Ok(answer) } else { Err(AuthorizeError::ResponseTypeUnknown) }
}

/// The scopes that count: those that the vendor knows, and of roles those that the project has.
pub(super) fn requested_scope(zitadel: &Zitadel, project: &Project, asked: &str) -> Vec<String> {
    let known = granted_scope(asked, zitadel.settings.version.has_groups()).unwrap_or_default();
    let counts = |scope: &&str| {
        let role = scope.strip_prefix(scopes::PROJECT_ROLE);
        role.is_none_or(|role| project.role(role).is_some())
    };
    known.split(' ').filter(|scope| !scope.is_empty()).filter(counts).map(str::to_owned).collect()
}

/// Whom the tokens of a project's applications are for: all of them, the project, and whom the scopes ask for.
pub(super) fn audience(zitadel: &Zitadel, project: &Project, scope: &[String]) -> Vec<String> {
    let applications = zitadel.state.applications.snapshot();
    let own = applications.iter().filter(|application| application.project_id == project.id);
    let mut audience: Vec<String> = own.map(|application| application.client_id.to_string()).collect();
    audience.push(project.id.to_string());
    for asked in Scopes(&scope.join(" ")).audience() {
        if !audience.iter().any(|known| known == asked) {
            audience.push(asked.to_owned());
        }
    }
    audience
}

/// Whether there are the organisations that the scopes name.
fn knows_organizations(zitadel: &Zitadel, scope: &[String]) -> bool {
    let scope = scope.join(" ");
    let scopes = Scopes(&scope);
    let has_domain = |domain: &str| {
        let alias = OrganizationAlias::Domain(domain.to_lowercase());
        zitadel.state.organizations.find(&alias).is_some()
    };
    scopes.after(scopes::ORGANIZATION).all(|id| zitadel.organization(id).is_some())
        && scopes.after(scopes::DOMAIN).all(has_domain)
}

/// The challenge of a request. One whose method is unknown counts as plain.
fn challenge(request: &AuthorizeRequest) -> Option<Challenge> {
    let value = request.code_challenge.clone()?;
    let method = ChallengeMethod::parse(request.code_challenge_method.as_deref()).unwrap_or(ChallengeMethod::Plain);
    Some(Challenge { method, value })
}

/// The languages that are some.
fn locales(asked: Option<&str>) -> Vec<String> {
    words(asked).into_iter().filter(|word| is_language(word)).map(str::to_owned).collect()
}

/// Whether a text is the tag of a language: one of two letters that exists, maybe with a script and a region.
fn is_language(tag: &str) -> bool {
    const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv \
        cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie \
        ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk \
        ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se \
        sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo \
        xh yi yo za zh zu";
    let is_letters = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut parts = parts.peekable();
    let _script = parts.next_if(|part| is_letters(part, 4));
    let _region = parts
        .next_if(|part| is_letters(part, 2) || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())));
    parts.next().is_none() && language.len() == 2 && LANGUAGES.split_whitespace().any(|known| known == language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_languages_are_kept() {
        for (tag, expected) in
            [("de", true), ("fr-CH", true), ("zh-Hant-TW", true), ("es-419", true), ("xx-nope", false), ("!!", false)]
        {
            assert_eq!(is_language(tag), expected, "{tag}");
        }
    }
}
