//! Tenants on the wire.

use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::super::operations::tenants::OwnedTenant;
use super::super::record::Tenant;
use super::super::settings::Behaviour;
use super::{Time, query};
use crate::protocol::{Call, Reply};

/// A tenant. The member for its first verified domain, whose name is not known, is left out.
#[derive(Serialize)]
pub(in super::super) struct TenantBody<'a> {
    id: Uuid,
    name: &'a str,
    slug: &'a str,
    locale: &'a str,
    owner_email: Option<&'a str>,
    owner_user_id: Option<&'a str>,
    sso_start_url: Option<&'a str>,
    sso_region: Option<&'a str>,
    is_master: bool,
    created_at: Time<'a>,
    updated_at: Time<'a>,
}

/// A tenant, as a list holds it.
pub(in super::super) fn body<'a>(owned: &'a OwnedTenant<'_>, behaviour: &'a Behaviour) -> TenantBody<'a> {
    let OwnedTenant { tenant, owner } = owned;
    TenantBody {
        id: tenant.id,
        name: &tenant.name,
        slug: &tenant.slug,
        locale: &tenant.locale,
        owner_email: owner.as_ref().map(|owner| &*owner.profile.email),
        owner_user_id: owner.as_ref().map(|owner| &*owner.profile.id),
        sso_start_url: tenant.sso_start_url.as_deref(),
        sso_region: tenant.sso_region.as_deref(),
        is_master: tenant.is_master,
        created_at: Time(tenant.created_at, behaviour),
        updated_at: Time(tenant.updated_at, behaviour),
    }
}

/// How people of a tenant sign in.
pub(in super::super) fn providers(tenant: &Tenant, methods: &[String]) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "tenant_id": tenant.id, "methods": methods }))
}

/// What providers are looked up by: domain and slug.
pub(in super::super) fn looked_up(call: &Call) -> (Option<String>, Option<String>) {
    let text = |name| query(call, name).map(|text| text.into_owned());
    (text("domain"), text("slug"))
}
