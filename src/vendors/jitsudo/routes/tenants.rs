//! The routes of tenants.

use super::handler::{Handler, Row};
use crate::row::Operation;
use crate::vendors::jitsudo::operations::tenants;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 1] = [Row::new(
    "get_auth_providers",
    "GET",
    "/v1/auth/providers",
    Handler::open(|request| {
        let (domain, slug) = wire::tenants::looked_up(request.call);
        let tenant = tenants::get_auth_providers(request.jitsudo, domain.as_deref(), slug.as_deref())?;
        Ok(wire::tenants::providers(tenant).fidelity_row("found"))
    }),
)
.reads_only()];

/// What is not emulated.
pub(super) static UNEMULATED: [Operation; 3] = [
    Operation::unemulated("list_tenants", "GET", "/v1/tenants"),
    Operation::unemulated("create_tenant", "POST", "/v1/tenants"),
    Operation::unemulated("update_tenant", "PUT", "/v1/tenants/{id}"),
];
