//! The routes of the instance's organisations in ZITADEL's admin API.

use serde_json::json;

use super::described::Gate;
use super::handler::{Handler, Row};
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::{organization_lists, organizations};
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 6] = [
    Row::new(
        "admin_v1_get_org_by_id",
        "GET",
        "/admin/v1/orgs/{id}",
        Handler::described("GetOrgByIDRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceRead);
            request.serve_v1(&gate, "found", |message, _| {
                let organization = organizations::get_organization(request.zitadel, message.text("id"), "QUERY-leq5Q")?;
                Ok(wire::organizations::one_org(&organization, true))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/GetOrgByID")
    .reads_only(),
    Row::new(
        "admin_v1_is_org_unique",
        "GET",
        "/admin/v1/orgs/_is_unique",
        Handler::described("IsOrgUniqueRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceRead);
            request.serve_v1(&gate, "found", |message, _| {
                organizations::is_unique(request.zitadel, message.text("name"), message.text("domain"))
                    .map(|is_unique| json!({ "isUnique": is_unique }))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/IsOrgUnique")
    .reads_only(),
    Row::new(
        "admin_v1_get_default_org",
        "GET",
        "/admin/v1/orgs/default",
        Handler::described("GetDefaultOrgRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceRead);
            request.serve_v1(&gate, "found", |_, _| {
                let id = request.zitadel.instance().default_organization;
                let organization = organizations::get_organization(request.zitadel, &id, "QUERY-leq5Q")?;
                Ok(wire::organizations::one_org(&organization, true))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/GetDefaultOrg")
    .reads_only(),
    Row::new(
        "admin_v1_list_orgs",
        "POST",
        "/admin/v1/orgs/_search",
        Handler::described("ListOrgsRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceRead);
            request.serve_v1(&gate, "found", |message, _| {
                let search =
                    wire::organizations::list_organizations(message, &request.zitadel.instance().default_organization);
                let page = organization_lists::list_organizations(request.zitadel, search, Limit::Unbounded, |_| true)?;
                Ok(wire::organizations::first_organizations(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/ListOrgs")
    .reads_only()
    .list(),
    Row::new(
        "admin_v1_set_up_org",
        "POST",
        "/admin/v1/orgs/_setup",
        Handler::described("SetUpOrgRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = || wire::organizations::set_up_org(message);
                organizations::add_organization(request.zitadel, input, &visitor.caller)
                    .map(|added| wire::organizations::set_up(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/SetUpOrg")
    .heavy(),
    Row::new(
        "admin_v1_remove_org",
        "DELETE",
        "/admin/v1/orgs/{org_id}",
        Handler::described("RemoveOrgRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceWrite);
            request.serve_v1(&gate, "removed", |message, visitor| {
                organizations::remove_organization(request.zitadel, message.text("orgId"), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/RemoveOrg"),
];
