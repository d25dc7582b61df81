//! The routes of tenants.

use super::handler::{Handler, Row};
use crate::vendors::jitsudo::operations::{sso, tenants};
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 2] = [
    Row::new(
        "get_auth_providers",
        "GET",
        "/v1/auth/providers",
        Handler::open(|request| {
            let (domain, slug) = wire::tenants::looked_up(request.call);
            let tenant = tenants::get_auth_providers(request.jitsudo, domain.as_deref(), slug.as_deref())?;
            let methods = sso::methods(request.jitsudo, tenant);
            Ok(wire::tenants::providers(tenant, &methods).fidelity_row("found"))
        }),
    )
    .query(&["domain", "slug"])
    .reads_only(),
    Row::new(
        "list_tenants",
        "GET",
        "/v1/tenants",
        Handler::keys(|request| {
            let behaviour = &request.jitsudo.behaviour;
            let list_query = wire::list_query(request.call, behaviour)?;
            let page = tenants::list_tenants(request.jitsudo, request.caller, &list_query)?;
            Ok(wire::page(&page, |owned| wire::tenants::body(owned, behaviour)).fidelity_row("listed"))
        }),
    )
    .query(&["limit", "cursor"])
    .reads_only(),
];
