//! A tenant: whose users are walled off from everybody else's. Calls read it and do not change it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Tenant {
    pub(in super::super) id: Uuid,
    pub(in super::super) name: String,
    pub(in super::super) slug: String,
    pub(in super::super) locale: String,
    /// Where its people sign in to AWS, and in which region that is.
    pub(in super::super) sso_start_url: Option<String>,
    pub(in super::super) sso_region: Option<String>,
    /// Whether it is the one that the others are administered from.
    pub(in super::super) is_master: bool,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
    /// The domains of its people's addresses.
    pub(in super::super) domains: Vec<String>,
    /// How its people sign in.
    pub(in super::super) auth_methods: Vec<String>,
    /// The notices of the rules that refuse.
    pub(in super::super) notices: Vec<String>,
}
