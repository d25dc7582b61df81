//! The requests of ZITADEL's applications to sign somebody in, from the authorize door to the code. Pure.

use serde::{Deserialize, Serialize};

use super::details::Details;
use super::oidc_session::Authorization;
use crate::oidc::authorize::ResponseMode;
use crate::oidc::pkce::Challenge;
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

impl Prompt {
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
