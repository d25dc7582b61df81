//! MonoCloud's application, a client of its provider, with its secrets. Pure.

use std::convert::Infallible;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parts::Authenticator;
use crate::directory::Record;

/// An application as the Management API shows it, and what it does not show. Times are epoch seconds.
/// The first values are those of the server family that the vendor's is of (inferred, monocloud-a40).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Application {
    pub(in super::super) id: String,
    pub(in super::super) enabled: bool,
    pub(in super::super) app_type: String,
    pub(in super::super) tech_type: String,
    pub(in super::super) client_name: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) client_uri: Option<String>,
    pub(in super::super) logo_uri: Option<String>,
    pub(in super::super) require_client_secret: bool,
    pub(in super::super) allowed_grant_types: Vec<GrantType>,
    pub(in super::super) require_pkce: bool,
    pub(in super::super) allow_plain_text_pkce: bool,
    pub(in super::super) require_request_object: bool,
    pub(in super::super) require_pushed_authorization_requests: bool,
    pub(in super::super) allow_any_pushed_authorization_redirect_uri: bool,
    pub(in super::super) authorization_request_lifetime: i64,
    pub(in super::super) allow_access_tokens_via_browser: bool,
    pub(in super::super) redirect_uris: Vec<String>,
    pub(in super::super) post_logout_redirect_uris: Vec<String>,
    pub(in super::super) front_channel_logout_uri: Option<String>,
    pub(in super::super) back_channel_logout_uri: Option<String>,
    pub(in super::super) front_channel_logout_session_required: bool,
    pub(in super::super) back_channel_logout_session_required: bool,
    pub(in super::super) allow_offline_access: bool,
    pub(in super::super) allowed_identity_scopes: Vec<String>,
    pub(in super::super) identity_token_lifetime: i64,
    pub(in super::super) authorization_code_lifetime: i64,
    pub(in super::super) access_token_lifetime: i64,
    pub(in super::super) access_token_type: AccessTokenType,
    pub(in super::super) absolute_refresh_token_lifetime: i64,
    pub(in super::super) sliding_refresh_token_lifetime: i64,
    pub(in super::super) refresh_token_usage: RefreshTokenUsage,
    pub(in super::super) refresh_token_expiration: RefreshTokenExpiration,
    pub(in super::super) update_access_token_claims_on_refresh: bool,
    pub(in super::super) emit_offline_access_scope_in_access_token: bool,
    pub(in super::super) bind_refresh_tokens_to_session: bool,
    pub(in super::super) enable_consent: bool,
    pub(in super::super) require_consent: bool,
    pub(in super::super) always_require_consent_for_offline_access: bool,
    pub(in super::super) remember_consent: RememberConsent,
    pub(in super::super) show_consent_scope_selection: bool,
    pub(in super::super) consent_lifetime: i64,
    pub(in super::super) always_include_user_claims_in_id_token: bool,
    /// The ways to show who one is that it takes; none named means all.
    pub(in super::super) authenticator_restrictions: Vec<Authenticator>,
    pub(in super::super) claims: Map<String, Value>,
    pub(in super::super) client_claims_prefix: Option<String>,
    pub(in super::super) always_send_client_claims: bool,
    pub(in super::super) allowed_cors_origins: Vec<String>,
    pub(in super::super) user_sso_lifetime: i64,
    pub(in super::super) device_code_length: usize,
    pub(in super::super) device_code_lifetime: i64,
    pub(in super::super) creation_time: i64,
    pub(in super::super) last_updated: i64,
    /// What is not shown with it.
    pub(in super::super) fauxidp: Hidden,
}

/// What the vendor shows elsewhere, or not at all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Hidden {
    pub(in super::super) secrets: Vec<Secret>,
    /// Whether every redirect URI on this machine is taken, with any port and path: for those of a seed.
    pub(in super::super) takes_local: bool,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            id: String::new(),
            enabled: true,
            app_type: "custom".to_owned(),
            tech_type: "unknown".to_owned(),
            client_name: String::new(),
            description: None,
            client_uri: None,
            logo_uri: None,
            require_client_secret: true,
            allowed_grant_types: Vec::new(),
            require_pkce: true,
            allow_plain_text_pkce: false,
            require_request_object: false,
            require_pushed_authorization_requests: false,
            allow_any_pushed_authorization_redirect_uri: false,
            authorization_request_lifetime: 600,
            allow_access_tokens_via_browser: false,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            front_channel_logout_uri: None,
            back_channel_logout_uri: None,
            front_channel_logout_session_required: true,
            back_channel_logout_session_required: true,
            allow_offline_access: false,
            allowed_identity_scopes: Vec::new(),
            identity_token_lifetime: 300,
            authorization_code_lifetime: 300,
            access_token_lifetime: 3_600,
            access_token_type: AccessTokenType::Jwt,
            absolute_refresh_token_lifetime: 2_592_000,
            sliding_refresh_token_lifetime: 1_296_000,
            refresh_token_usage: RefreshTokenUsage::OneTimeOnly,
            refresh_token_expiration: RefreshTokenExpiration::Absolute,
            update_access_token_claims_on_refresh: false,
            emit_offline_access_scope_in_access_token: false,
            bind_refresh_tokens_to_session: false,
            enable_consent: false,
            require_consent: false,
            always_require_consent_for_offline_access: false,
            remember_consent: RememberConsent::UserSelected,
            show_consent_scope_selection: true,
            consent_lifetime: 0,
            always_include_user_claims_in_id_token: false,
            authenticator_restrictions: Vec::new(),
            claims: Map::new(),
            client_claims_prefix: Some("client_".to_owned()),
            always_send_client_claims: false,
            allowed_cors_origins: Vec::new(),
            user_sso_lifetime: 0,
            device_code_length: 9,
            device_code_lifetime: 300,
            creation_time: 0,
            last_updated: 0,
            fauxidp: Hidden::default(),
        }
    }
}

impl Application {
    /// Whether it may use that grant.
    pub(in super::super) fn has(&self, grant: GrantType) -> bool {
        self.allowed_grant_types.contains(&grant)
    }

    /// Whether its users may show that way who they are.
    pub(in super::super) fn takes(&self, way: Authenticator) -> bool {
        self.authenticator_restrictions.is_empty() || self.authenticator_restrictions.contains(&way)
    }
}

impl Record for Arc<Application> {
    type Alias = Infallible;

    fn key(&self) -> &str {
        &self.id
    }
}

/// A secret of an application or of an API. A seed may give its text alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, from = "AnySecret")]
pub(in super::super) struct Secret {
    pub(in super::super) id: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) expiration: Option<i64>,
    pub(in super::super) r#type: SecretType,
    pub(in super::super) creation_time: i64,
    pub(in super::super) last_updated: i64,
    pub(in super::super) secret_value: String,
}

impl Secret {
    /// Whether it counts at `now`.
    pub(in super::super) fn lives(&self, now: i64) -> bool {
        self.expiration.is_none_or(|end| now < end)
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum AnySecret {
    Text(String),
    Whole(WholeSecret),
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WholeSecret {
    id: String,
    description: Option<String>,
    expiration: Option<i64>,
    r#type: SecretType,
    creation_time: i64,
    last_updated: i64,
    secret_value: String,
}

impl From<AnySecret> for Secret {
    fn from(secret: AnySecret) -> Self {
        match secret {
            AnySecret::Text(secret_value) => Self {
                id: String::new(),
                description: None,
                expiration: None,
                r#type: SecretType::SharedSecret,
                creation_time: 0,
                last_updated: 0,
                secret_value,
            },
            AnySecret::Whole(secret) => {
                let WholeSecret { id, description, expiration, r#type, creation_time, last_updated, secret_value } =
                    secret;
                Self { id, description, expiration, r#type, creation_time, last_updated, secret_value }
            }
        }
    }
}

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum SecretType {
    SharedSecret,
    X509Thumbprint,
    X509Name,
    X509IssuerName,
    X509CertificateBase64,
    Jwk,
    JwtAssertionSharedSecret,
}

/// A grant in the vendor's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum GrantType {
    Implicit,
    Hybrid,
    AuthorizationCode,
    ClientCredentials,
    ResourceOwnerPassword,
    DeviceCode,
}

/// What an access token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum AccessTokenType {
    /// It says what it is for.
    Jwt,
    /// Only the server knows.
    Reference,
}

/// What using a refresh token does to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum RefreshTokenUsage {
    Reuse,
    OneTimeOnly,
}

/// Whether using a refresh token prolongs its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum RefreshTokenExpiration {
    Sliding,
    Absolute,
}

/// Whether what a user allowed is kept, so that the user is not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum RememberConsent {
    Never,
    Always,
    /// The user decides, on the page.
    UserSelected,
}
