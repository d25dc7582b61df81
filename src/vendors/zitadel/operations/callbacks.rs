//! ZITADEL's answers to applications: a login page reads their requests and answers them, with a session or an error.

use jiff::Timestamp;

use super::super::auth::{self, Caller, tokens};
use super::super::error::Error;
use super::super::error::authorize::CallbackError;
use super::super::error::sessions::SessionError;
use super::super::record::{
    Answer, Application, AuthRequest, Authorization, Door, Log, Occurrence, Permission, Project, Session, Stage,
};
use super::super::state::{INSTANCE, Zitadel};
use super::events;
use super::objects::Receipt;
use super::sign_in::scope as scopes;
use super::sign_in::{Scopes, active_application, issue};
use crate::oidc::authorize::ResponseMode;
use crate::tokens::Defect;

/// How a request is answered.
pub enum CallbackKind {
    Session(SessionProof),
    Error(CallbackRefusal),
}

/// A session, and what shows that one may use it.
pub struct SessionProof {
    pub id: String,
    pub token: String,
}

/// The reasons for an error, as OAuth names them, in the order of the vendor's numbers, which start with 1.
const REASONS: [&str; 16] = [
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
];

/// An error for the application.
#[derive(Default)]
pub struct CallbackRefusal {
    /// Its reason, by the vendor's number; 0 is none.
    pub reason: usize,
    pub description: Option<String>,
    pub uri: Option<String>,
}

impl CallbackRefusal {
    /// The error of that name.
    pub(super) fn named(error: &str) -> Self {
        let reason = REASONS.iter().position(|known| *known == error).map_or(0, |index| index + 1);
        Self { reason, ..Self::default() }
    }

    /// Its name in OAuth.
    fn error(&self) -> &'static str {
        self.reason.checked_sub(1).and_then(|index| REASONS.get(index)).unwrap_or(&"server_error")
    }
}

/// Where the browser goes.
pub struct Callback {
    pub receipt: Receipt,
    pub url: String,
}

/// The request of that id, as its login client or with a permission. One that was answered is still shown.
pub(in super::super) fn get_auth_request(zitadel: &Zitadel, id: &str, caller: &Caller) -> Result<AuthRequest, Error> {
    let request = zitadel.state.auth_requests.get(id).filter(AuthRequest::is_v2);
    let request = request.ok_or(CallbackError::RequestNotFound)?;
    if request.login_client.as_ref() != Some(&caller.user().profile.user_id) {
        caller.check_in(Permission::SessionRead, None, None)?;
    }
    Ok(request)
}

/// Answers a request. `defect` is in which way tokens are to be wrong.
pub fn create_callback(
    zitadel: &Zitadel,
    id: &str,
    kind: CallbackKind,
    defect: Option<Defect>,
    caller: &Caller,
) -> Result<Callback, Error> {
    let by_session = matches!(kind, CallbackKind::Session(_));
    let request = zitadel.state.auth_requests.get(id).filter(AuthRequest::is_v2);
    let request = request.ok_or(CallbackError::RequestUnknown)?;
    if !request.is_open() {
        return Err(CallbackError::RequestHandled { by_session }.into());
    }
    if request.login_client.as_ref() != Some(&caller.user().profile.user_id) {
        caller.check_in(Permission::SessionLink, None, None)?;
    }
    match kind {
        CallbackKind::Error(refusal) => events::logged(zitadel, caller, |log| refuse(zitadel, &request, &refusal, log)),
        CallbackKind::Session(proof) => {
            let session = prove(zitadel, &proof, caller.at())?;
            complete(zitadel, &request, &session, defect, (&caller.user().profile.user_id, caller.at()))
        }
    }
}

/// The session of a proof, if it can be used.
pub(super) fn prove(zitadel: &Zitadel, proof: &SessionProof, now: Timestamp) -> Result<Session, Error> {
    let unknown = SessionError::Wrong(super::super::record::WrongSession::Unknown);
    let session = zitadel.state.sessions.get(&proof.id).ok_or(unknown)?;
    session.check_active(now).map_err(SessionError::Wrong)?;
    auth::session::check(zitadel, &proof.token, &session)?;
    Ok(session)
}

/// Answers a request with a session, which was looked at. The state of its user is not: who redeems the code is asked.
/// `who` answers, and when.
pub(super) fn complete(
    zitadel: &Zitadel,
    request: &AuthRequest,
    session: &Session,
    defect: Option<Defect>,
    who: (&str, Timestamp),
) -> Result<Callback, Error> {
    let user = session.user.as_ref().ok_or(SessionError::UserMissing("COMMAND-Sfw3f"))?;
    let found = check(zitadel, request, &user.id, &user.organization)?;
    let (amr, auth_time) = session.authentication();
    let authorization = Authorization {
        client_id: request.client_id.clone(),
        azp: request.azp.clone(),
        user_id: user.id.clone(),
        session_id: session.id.clone(),
        scope: request.scope.join(" "),
        audience: request.audience.clone(),
        nonce: request.nonce.clone(),
        amr,
        auth_time,
        defect,
    };
    super::sessions::check_strictly(zitadel, &user.id)?;
    let stage = match request.answer {
        Answer::Code => Stage::Answered(Box::new(authorization.clone())),
        Answer::IdToken | Answer::IdTokenAndToken => Stage::Done,
    };
    if request.answer != Answer::Code {
        let user = zitadel.state.users.get(&user.id);
        user.filter(|user| user.may_enter(Door::Token)).ok_or(SessionError::UserNotActive)?;
    }
    let (editor, now) = who;
    let linked = AuthRequest::linked(session);
    let receipt = events::logged_as(zitadel, editor, now, |log| enter(zitadel, request, stage, linked, log))?;
    let url = match request.answer {
        Answer::Code => {
            let code = tokens::code(zitadel.settings.version, &zitadel.context.ids, &request.id);
            url_with(request, &[("code", &zitadel.context.tag_with_world(code))], true)
        }
        Answer::IdToken | Answer::IdTokenAndToken => events::logged_as(zitadel, events::SYSTEM, now, |log| {
            let url = implicit(zitadel, request, &found, &authorization, log)?;
            succeed(zitadel, &request.id, log);
            Ok::<_, Error>(url)
        })?,
    };
    Ok(Callback { receipt, url })
}

/// The answer with tokens, at once.
fn implicit(
    zitadel: &Zitadel,
    request: &AuthRequest,
    (application, project): &(Application, Project),
    authorization: &Authorization,
    log: &mut Log,
) -> Result<String, Error> {
    /// What the vendor counts until the end of an access token that there is not.
    const NEVER: &str = "18446744064486179580";
    let with_access = request.answer == Answer::IdTokenAndToken;
    let subject = issue::Subject { application, project, authorization, issuer: &request.issuer };
    let tokens = issue::implicit(zitadel, &subject, with_access, log);
    let tokens = tokens.map_err(|_| SessionError::UserNotActive)?;
    let expires_in = tokens.expires_in.to_string();
    let mut parameters = vec![("id_token", tokens.id_token.as_deref().unwrap_or_default()), ("token_type", "Bearer")];
    if with_access {
        parameters.extend([("access_token", &*tokens.access_token), ("expires_in", &*expires_in)]);
    } else {
        parameters.push(("expires_in", NEVER));
    }
    Ok(url_with(request, &parameters, false))
}

/// The application that asks, if it may, and for that user of that organisation.
pub(super) fn check(
    zitadel: &Zitadel,
    request: &AuthRequest,
    user_id: &str,
    organization: &str,
) -> Result<(Application, Project), CallbackError> {
    let found = active_application(zitadel, &request.client_id).ok_or(CallbackError::ApplicationShut)?;
    let project = &found.1;
    let scope = request.scope.join(" ");
    let scopes = Scopes(&scope);
    let is_own = |id: &str| id == organization;
    let has_domain = |domain: &str| zitadel.organization_of_domain(domain).is_some_and(|found| is_own(&found.id));
    if !scopes.after(scopes::ORGANIZATION).all(is_own) || !scopes.after(scopes::DOMAIN).all(has_domain) {
        return Err(CallbackError::OrganizationOther);
    }
    let granted = || project.grants.iter().any(|grant| is_own(&grant.organization) && !grant.is_inactive);
    let has_project = || is_own(&project.resource_owner) || granted();
    let has_role = || !zitadel.active_grants(user_id, &project.id).is_empty();
    let settings = &project.settings;
    match (settings.has_project_check && !has_project()) || (settings.project_role_check && !has_role()) {
        true => Err(CallbackError::ProjectDenied),
        false => Ok(found),
    }
}

/// Answers a request with an error.
pub(super) fn refuse(
    zitadel: &Zitadel,
    request: &AuthRequest,
    refusal: &CallbackRefusal,
    log: &mut Log,
) -> Result<Callback, Error> {
    let receipt = enter(zitadel, request, Stage::Failed, AuthRequest::failed(refusal.reason), log)?;
    let mut parameters = vec![("error", refusal.error())];
    parameters.extend(refusal.description.as_deref().map(|text| ("error_description", text)));
    parameters.extend(refusal.uri.as_deref().map(|uri| ("error_uri", uri)));
    Ok(Callback { receipt, url: url_with(request, &parameters, false) })
}

/// Where the browser goes that comes back from the older login page before the request is answered.
pub(in super::super) fn unfinished(zitadel: &Zitadel, id: &str) -> Option<String> {
    const TEXT: &str = "Unfortunately, the user may be not logged in and/or additional interaction is required.";
    let request = zitadel.state.auth_requests.get(id).filter(|request| !request.is_v2() && request.is_open())?;
    Some(url_with(&request, &[("error", "interaction_required"), ("error_description", TEXT)], false))
}

/// Writes down that the application of a request has its tokens.
pub(super) fn succeed(zitadel: &Zitadel, id: &str, log: &mut Log) {
    let _ = zitadel.state.auth_requests.update(id, |request| {
        events::of_request(log, request, AuthRequest::succeeded());
        Ok::<_, ()>(())
    });
}

/// Answers an open request, once. What is answered tells of the answer's event; that of a code comes after it.
fn enter(
    zitadel: &Zitadel,
    request: &AuthRequest,
    stage: Stage,
    occurrence: Occurrence,
    log: &mut Log,
) -> Result<Receipt, CallbackError> {
    let entered = zitadel.state.auth_requests.update(&request.id, |request| {
        if !request.is_open() {
            return Err(CallbackError::RequestHandled { by_session: !matches!(stage, Stage::Failed) });
        }
        events::of_request(log, request, occurrence);
        let receipt = Receipt::new(&request.details, &INSTANCE.into());
        if matches!(stage, Stage::Answered(_)) {
            events::of_request(log, request, AuthRequest::code_added());
        }
        request.stage = stage;
        Ok(receipt)
    });
    entered.unwrap_or(Err(CallbackError::RequestUnknown))
}

/// The redirect URI with parameters, in the vendor's order: by name, together with those that it has. `has_state` says
/// whether a state that the request lacks is answered empty.
pub(super) fn url_with(request: &AuthRequest, parameters: &[(&str, &str)], has_state: bool) -> String {
    let state = request.state.as_deref().or(has_state.then_some("")).map(|state| ("state", state));
    let parameters = parameters.iter().copied().chain(state);
    let (uri, query) = request.redirect_uri.split_once('?').unwrap_or((&request.redirect_uri, ""));
    let is_fragment = match request.mode {
        Some(ResponseMode::Query) => false,
        Some(ResponseMode::Fragment) => true,
        Some(ResponseMode::FormPost) | None => request.answer != Answer::Code,
    };
    if is_fragment {
        return format!("{}#{}", request.redirect_uri, sorted(parameters.map(owned).collect()));
    }
    let parameters: Vec<_> = parameters.map(owned).collect();
    let own = form_urlencoded::parse(query.as_bytes()).into_owned();
    let own = own.filter(|(name, _)| !parameters.iter().any(|(other, _)| other == name));
    let all = own.chain(parameters.iter().cloned()).collect();
    format!("{uri}?{}", sorted(all))
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn sorted(mut parameters: Vec<(String, String)>) -> String {
    parameters.sort_by(|one, other| one.0.cmp(&other.0));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
