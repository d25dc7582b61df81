//! MonoCloud's API resource: an audience with scopes, and who may ask for them. Pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::application::{AccessTokenType, Secret};
use crate::directory::Record;

/// An API as the Management API shows it, with what stands below it. Times are epoch seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ApiResource {
    pub(in super::super) id: String,
    pub(in super::super) enabled: bool,
    pub(in super::super) display_name: Option<String>,
    pub(in super::super) description: Option<String>,
    pub(in super::super) creation_time: i64,
    pub(in super::super) last_updated: i64,
    pub(in super::super) audience: String,
    pub(in super::super) allow_multi_audience: bool,
    pub(in super::super) allow_user_info_access: bool,
    pub(in super::super) access_token_type: AccessTokenType,
    pub(in super::super) access_token_lifetime: i64,
    pub(in super::super) bind_tokens_to_session: bool,
    pub(in super::super) include_jwt_id: bool,
    pub(in super::super) user_claims: Vec<String>,
    /// What stands below it.
    pub(in super::super) fauxidp: Below,
}

/// What the vendor shows below an API.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Below {
    pub(in super::super) secrets: Vec<Secret>,
    pub(in super::super) scopes: Vec<ApiScope>,
    pub(in super::super) policies: Vec<ApiAccessPolicy>,
}

impl Default for ApiResource {
    fn default() -> Self {
        Self {
            id: String::new(),
            enabled: true,
            display_name: None,
            description: None,
            creation_time: 0,
            last_updated: 0,
            audience: String::new(),
            allow_multi_audience: false,
            allow_user_info_access: false,
            access_token_type: AccessTokenType::Jwt,
            access_token_lifetime: 3_600,
            bind_tokens_to_session: false,
            include_jwt_id: true,
            user_claims: Vec::new(),
            fauxidp: Below::default(),
        }
    }
}

impl ApiResource {
    /// Whether that application may ask for that scope.
    pub(in super::super) fn permits(&self, client_id: &str, scope: &str) -> bool {
        let is_listed =
            |policy: &ApiAccessPolicy| policy.scopes.is_empty() || policy.scopes.iter().any(|own| own == scope);
        let mut own = self.fauxidp.policies.iter().filter(|policy| policy.enabled && policy.client_id == client_id);
        self.enabled && self.fauxidp.scopes.iter().any(|own| own.name == scope) && own.any(is_listed)
    }
}

impl Record for Arc<ApiResource> {
    /// The audience, of which there is one.
    type Alias = String;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<String> {
        vec![self.audience.clone()]
    }
}

/// A scope of an API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ApiScope {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    pub(in super::super) display_name: Option<String>,
    pub(in super::super) description: Option<String>,
    pub(in super::super) show_in_discovery_document: bool,
    pub(in super::super) creation_time: i64,
    pub(in super::super) last_updated: i64,
    pub(in super::super) required: bool,
    pub(in super::super) emphasize: bool,
    /// Given when an application asks for no scope.
    pub(in super::super) is_default: bool,
    pub(in super::super) user_claims: Vec<String>,
}

impl Default for ApiScope {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            display_name: None,
            description: None,
            show_in_discovery_document: true,
            creation_time: 0,
            last_updated: 0,
            required: false,
            emphasize: false,
            is_default: false,
            user_claims: Vec::new(),
        }
    }
}

/// Which application may ask for which scopes of an API; none named means all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ApiAccessPolicy {
    pub(in super::super) id: String,
    #[serde(default = "yes")]
    pub(in super::super) enabled: bool,
    pub(in super::super) name: String,
    pub(in super::super) client_id: String,
    pub(in super::super) scopes: Vec<String>,
}

const fn yes() -> bool {
    true
}
