//! The end of a session that an application asks for at ZITADEL.

use serde_json::{Map, Value, json};

use super::super::auth;
use super::super::error::sign_in::Refusal;
use super::super::record::{Application, Session};
use super::super::state::Zitadel;
use super::events;
use super::sessions;
use super::sign_in::{active_application, issue};
use crate::context::split_world;
use crate::oidc::respond::with_query;
use crate::tokens::TokenKind;

/// What is asked.
#[derive(Debug, Default)]
pub struct EndSession {
    pub id_token_hint: Option<String>,
    pub client_id: Option<String>,
    pub post_logout_redirect_uri: Option<String>,
    pub state: Option<String>,
    pub logout_hint: Option<String>,
    pub ui_locales: Option<String>,
    /// Whether the newer login page is to ask, where nothing ends.
    pub is_v2: bool,
    /// The page that says that a session ended.
    pub done: String,
}

/// Where the browser goes.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// To the application.
    Application(String),
    /// To the page that says so, after a session ended.
    Done,
    /// To that of the older login page; nothing ended.
    DoneV1,
    /// To the newer login page, which asks whom to sign out, with these parameters.
    AskV2(Vec<(&'static str, String)>),
}

/// Ends the session that the hint is of, and returns it. Without a hint nothing ends.
pub(in super::super) fn end_session(
    zitadel: &Zitadel,
    asked: &EndSession,
) -> Result<(Ended, Option<Session>), Refusal> {
    let hint = asked.id_token_hint.as_deref();
    let claims = hint.map(|hint| auth::own_claims(zitadel, hint).ok_or(Refusal::LogoutHintInvalid)).transpose()?;
    let own = |name: &str| claims.as_ref()?[name].as_str().map(|text| split_world(text).0.to_owned());
    let azp = own("azp").or_else(|| own("client_id"));
    if let (Some(azp), Some(client_id)) = (&azp, &asked.client_id)
        && azp != client_id
    {
        return Err(Refusal::LogoutClientOther);
    }
    let client_id = azp.or_else(|| asked.client_id.clone());
    let application = client_id.map(|id| active_application(zitadel, &id).ok_or(Refusal::LogoutClientUnknown));
    let application = application.transpose()?.map(|(application, _)| application);
    let to = match (&asked.post_logout_redirect_uri, &application) {
        (Some(uri), Some(application)) => Some(after(application, uri, asked.state.as_deref())?),
        _ => None,
    };
    if let Some(session_id) = own("sid") {
        let session = sessions::terminate(zitadel, &session_id, Some(events::NOBODY), zitadel.context.clock.now());
        return Ok((to.map_or(Ended::Done, Ended::Application), session));
    }
    let ended = match (asked.is_v2, to) {
        (false, Some(to)) => Ended::Application(to),
        (false, None) => Ended::DoneV1,
        (true, to) => Ended::AskV2(question(zitadel, asked, to)),
    };
    Ok((ended, None))
}

/// The redirect URI with the state, if it is one of the application's.
fn after(application: &Application, uri: &str, state: Option<&str>) -> Result<String, Refusal> {
    let takes = application.oidc().is_some_and(|config| config.takes_post_logout(uri));
    if !takes {
        return Err(Refusal::LogoutRedirectInvalid);
    }
    let state: Vec<_> = state.map(|state| ("state", state)).into_iter().collect();
    Ok(with_query(uri, &state))
}

/// Where the newer login page goes on, as its token says.
pub(in super::super) fn target(zitadel: &Zitadel, token: &str) -> Option<String> {
    auth::own_claims(zitadel, token)?["post_logout_redirect_uri"].as_str().map(str::to_owned)
}

/// What the newer login page is asked, by name.
fn question(zitadel: &Zitadel, asked: &EndSession, to: Option<String>) -> Vec<(&'static str, String)> {
    let to = to.unwrap_or_else(|| asked.done.clone());
    let mut claims: Map<String, Value> = Map::new();
    claims.insert("post_logout_redirect_uri".to_owned(), json!(to));
    if let Some(hint) = &asked.logout_hint {
        claims.insert("logout_hint".to_owned(), json!(hint));
    }
    let locales: Vec<_> = asked.ui_locales.as_deref().unwrap_or_default().split_whitespace().collect();
    if !locales.is_empty() {
        claims.insert("ui_locales".to_owned(), json!(locales));
    }
    issue::name_world(zitadel, &mut claims);
    let token = issue::sign(zitadel, TokenKind::Logout, claims, None);
    let hint = asked.logout_hint.clone().map(|hint| ("logout_hint", hint));
    let locales = asked.ui_locales.clone().map(|locales| ("ui_locales", locales));
    let always = [("logout_token", token), ("post_logout_redirect", to)];
    hint.into_iter().chain(always).chain(locales).collect()
}
