//! What MonoCloud issues and keeps: codes, refresh and reference tokens, device codes, pushed requests. Pure.
//!
//! Times are epoch seconds.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::pkce::Challenge;
use crate::recent::Keyed;
use crate::tokens::Defect;

/// What a user allowed an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Authorization {
    pub(in super::super) client_id: String,
    /// The application's id as it was sent, with a world if it named one: the audience of ID tokens.
    pub(in super::super) audience: String,
    /// What the provider was called; empty for the code of a seed.
    pub(in super::super) issuer: String,
    pub(in super::super) user_id: String,
    /// Absent if the password grant gave it.
    pub(in super::super) session_id: Option<String>,
    pub(in super::super) scopes: Vec<String>,
    pub(in super::super) auth_time: i64,
    pub(in super::super) nonce: Option<String>,
    /// In which way its tokens are to be wrong.
    pub(in super::super) defect: Option<Defect>,
}

/// A code that was not redeemed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Code {
    pub(in super::super) code: String,
    pub(in super::super) authorization: Authorization,
    pub(in super::super) redirect_uri: String,
    pub(in super::super) challenge: Option<Challenge>,
    pub(in super::super) expires: i64,
}

/// A refresh token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RefreshToken {
    pub(in super::super) token: String,
    pub(in super::super) authorization: Authorization,
    /// When the first of its kind was issued.
    pub(in super::super) issued: i64,
    pub(in super::super) expires: i64,
    /// Whether another one came in its place.
    pub(in super::super) is_used: bool,
}

/// An access token of which only the server knows what it is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ReferenceToken {
    pub(in super::super) token: String,
    pub(in super::super) client_id: String,
    pub(in super::super) user_id: Option<String>,
    pub(in super::super) session_id: Option<String>,
    /// Whether it dies with the session.
    pub(in super::super) is_session_bound: bool,
    /// What a JWT would say.
    pub(in super::super) claims: Map<String, Value>,
    pub(in super::super) expires: i64,
}

/// A device that waits for its user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DeviceCode {
    pub(in super::super) device_code: String,
    pub(in super::super) user_code: String,
    pub(in super::super) client_id: String,
    pub(in super::super) audience: String,
    pub(in super::super) issuer: String,
    pub(in super::super) scopes: Vec<String>,
    pub(in super::super) expires: i64,
    pub(in super::super) last_poll: Option<i64>,
    pub(in super::super) decision: Decision,
}

/// What the user of a device decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Decision {
    Pending,
    Denied,
    Approved(Box<Authorization>),
}

/// An authorization request that the application pushed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PushedRequest {
    pub(in super::super) request_uri: String,
    pub(in super::super) client_id: String,
    pub(in super::super) request: AuthorizeRequest,
    pub(in super::super) expires: i64,
}

macro_rules! keyed {
    ($($record:ident by $key:ident,)+) => {
        $(impl Keyed for $record {
            fn key(&self) -> &str {
                &self.$key
            }
        })+
    };
}

keyed! {
    Code by code,
    RefreshToken by token,
    ReferenceToken by token,
    DeviceCode by device_code,
    PushedRequest by request_uri,
}
