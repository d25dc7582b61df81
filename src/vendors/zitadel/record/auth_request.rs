//! The requests of ZITADEL's applications to sign somebody in, from the authorize door to the code. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::details::Details;
use super::log::Occurrence;
use super::oidc_session::{Authorization, auth_methods, auth_time};
use super::session::Session;
use crate::oidc::authorize::ResponseMode;
use crate::oidc::pkce::{Challenge, ChallengeMethod};
use crate::recent::Keyed;

/// A request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthRequest {
    /// With [`AuthRequest::V2`] in front where the newer login page is to answer it.
    pub id: String,
    pub details: Details,
    pub client_id: String,
    /// The same as the client called itself: maybe with its world.
    pub azp: String,
    pub scope: Vec<String>,
    pub audience: Vec<String>,
    /// What this server was called when it was asked.
    pub issuer: String,
    pub redirect_uri: String,
    pub answer: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ResponseMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<Prompt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Who the ID token is about that the application has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_user_id: Option<String>,
    /// The user who alone may answer it without a permission, as the authorize door was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_client: Option<String>,
    pub stage: Stage,
}

/// What the application is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    Code,
    IdToken,
    IdTokenAndToken,
}

/// How far a request is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Nobody has answered it.
    Open,
    /// It was answered with an error.
    Failed,
    /// It was answered with a code, which is good for this.
    Answered(Box<Authorization>),
    /// The code was used, or there was none.
    Done,
}

/// What the login page is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    #[serde(rename = "PROMPT_NONE")]
    None,
    #[serde(rename = "PROMPT_LOGIN")]
    Login,
    #[serde(rename = "PROMPT_CONSENT")]
    Consent,
    #[serde(rename = "PROMPT_SELECT_ACCOUNT")]
    SelectAccount,
    #[serde(rename = "PROMPT_CREATE")]
    Create,
}

impl AuthRequest {
    /// How the ids of requests start that the newer login page answers.
    pub const V2: &'static str = "V2_";

    /// Whether the newer login page, and the API, may answer it.
    pub fn is_v2(&self) -> bool {
        self.id.starts_with(Self::V2)
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open)
    }
}

/// What its events say, with the vendor's numbers of what can be chosen.
impl AuthRequest {
    /// The event that makes it. `organization` is the one whose people alone may answer it.
    pub fn added(&self, organization: Option<&str>) -> Occurrence {
        let challenge = self.challenge.as_ref().map(|challenge| {
            let method = match challenge.method {
                ChallengeMethod::Plain => 0,
                ChallengeMethod::S256 => 1,
            };
            json!({ "Challenge": challenge.value, "Method": method })
        });
        let occurrence = Occurrence::saying(
            "auth_request.added",
            json!({
                "client_id": self.client_id,
                "redirect_uri": self.redirect_uri,
                "state": self.state,
                "nonce": self.nonce,
                "scope": self.scope,
                "audience": self.audience,
                "response_type": self.answer.number(),
                "response_mode": self.mode.map_or(0, mode_number),
                "code_challenge": challenge,
                "prompt": self.prompt.iter().map(|prompt| prompt.number()).collect::<Vec<_>>(),
                "ui_locales": self.ui_locales,
                "login_hint": self.login_hint,
                "hint_user_id": self.hint_user_id,
                "need_refresh_token": self.scope.iter().any(|scope| scope == "offline_access"),
                "issuer": self.issuer,
                "organization_id": organization,
            }),
        );
        let occurrence = occurrence.and(json!({ "login_client": self.login_client.as_deref().unwrap_or_default() }));
        // In nanoseconds; 0 is said, too.
        let max_age = self.max_age.map(|seconds| seconds.saturating_mul(1_000_000_000));
        occurrence.and(max_age.map_or(Value::Null, |max_age| json!({ "max_age": max_age })))
    }

    /// The event of an answer with a session.
    pub fn linked(session: &Session) -> Occurrence {
        let (amr, time) = session.authentication();
        Occurrence::bare("auth_request.session.linked").and(json!({
            "session_id": session.id,
            "user_id": session.user.as_ref().map_or("", |user| &*user.id),
            "auth_time": auth_time(time),
            "auth_methods": auth_methods(&amr),
        }))
    }

    /// The event of an answer with an error, which the vendor numbers.
    pub fn failed(reason: usize) -> Occurrence {
        Occurrence::saying("auth_request.failed", json!({ "reason": reason }))
    }

    /// The event of a code.
    pub fn code_added() -> Occurrence {
        Occurrence::saying("auth_request.code.added", json!({}))
    }

    /// The event of a code's use.
    pub fn code_exchanged() -> Occurrence {
        Occurrence::bare("auth_request.code.exchanged")
    }

    /// The event of its end: the application has tokens.
    pub fn succeeded() -> Occurrence {
        Occurrence::bare("auth_request.succeeded")
    }
}

fn mode_number(mode: ResponseMode) -> u8 {
    match mode {
        ResponseMode::Query => 1,
        ResponseMode::Fragment => 2,
        ResponseMode::FormPost => 3,
    }
}

impl Prompt {
    fn number(self) -> u8 {
        match self {
            Self::None => 1,
            Self::Login => 2,
            Self::Consent => 3,
            Self::SelectAccount => 4,
            Self::Create => 5,
        }
    }

    /// The one of that name in a request.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "login" => Some(Self::Login),
            "consent" => Some(Self::Consent),
            "select_account" => Some(Self::SelectAccount),
            "create" => Some(Self::Create),
            _ => None,
        }
    }
}

impl Answer {
    fn number(self) -> u8 {
        match self {
            Self::Code => 0,
            Self::IdToken => 1,
            Self::IdTokenAndToken => 2,
        }
    }

    /// What a response type asks for, if the vendor has it.
    pub fn parse(response_type: &str) -> Option<Self> {
        match response_type {
            "code" => Some(Self::Code),
            "id_token" => Some(Self::IdToken),
            "id_token token" => Some(Self::IdTokenAndToken),
            _ => None,
        }
    }
}

impl Keyed for AuthRequest {
    fn key(&self) -> &str {
        &self.id
    }
}
