//! A tenant's identity provider: where its people sign in, and as whom their codes are redeemed there. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Record;

/// The provider of one tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct OidcConfig {
    tenant: String,
    /// What the provider calls itself. In a seed it may be a path: this server under the name of each call.
    pub(in super::super) issuer_url: String,
    pub(in super::super) client_id: String,
    /// Nobody reads it again.
    pub(in super::super) client_secret: Option<String>,
    pub(in super::super) scopes: Vec<String>,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
}

/// A provider as a tenant's admin describes it.
#[derive(Debug, Clone)]
pub(in super::super) struct NewOidcConfig {
    pub(in super::super) issuer_url: String,
    pub(in super::super) client_id: String,
    /// The one before stays, if there is none.
    pub(in super::super) client_secret: Option<String>,
    pub(in super::super) scopes: Vec<String>,
}

impl OidcConfig {
    /// The key of a tenant's provider.
    pub(in super::super) fn key_of(tenant: Uuid) -> String {
        tenant.to_string()
    }

    /// A tenant's provider from `now` on.
    pub(in super::super) fn new(tenant: Uuid, new: NewOidcConfig, now: Timestamp) -> Self {
        let NewOidcConfig { issuer_url, client_id, client_secret, scopes } = new;
        let tenant = Self::key_of(tenant);
        Self { tenant, issuer_url, client_id, client_secret, scopes, created_at: now, updated_at: now }
    }

    /// The same provider, described anew.
    pub(in super::super) fn replace(&mut self, new: NewOidcConfig, now: Timestamp) {
        let NewOidcConfig { issuer_url, client_id, client_secret, scopes } = new;
        (self.issuer_url, self.client_id, self.scopes, self.updated_at) = (issuer_url, client_id, scopes, now);
        self.client_secret = client_secret.or(self.client_secret.take());
    }
}

impl Record for OidcConfig {
    type Alias = String;

    fn key(&self) -> &str {
        &self.tenant
    }

    fn aliases(&self) -> Vec<String> {
        Vec::new()
    }
}
