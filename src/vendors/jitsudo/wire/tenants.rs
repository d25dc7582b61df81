//! Tenants on the wire.

use http::StatusCode;
use serde_json::json;

use super::super::record::Tenant;
use super::query;
use crate::protocol::{Call, Reply};

/// How people of a tenant sign in.
pub(in super::super) fn providers(tenant: &Tenant) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "tenant_id": tenant.id, "methods": tenant.auth_methods }))
}

/// What providers are looked up by: domain and slug.
pub(in super::super) fn looked_up(call: &Call) -> (Option<String>, Option<String>) {
    let text = |name| query(call, name).map(|text| text.into_owned());
    (text("domain"), text("slug"))
}
