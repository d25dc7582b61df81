//! The routes of ZITADEL's organisations, their domains and metadata, in the newer API.

use serde_json::json;

use super::handler::{Handler, Row};
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::operations::{
    organization_domains, organization_lists, organization_metadata, organizations,
};
use crate::vendors::zitadel::record::{Organization, Permission};
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 14] = [
    Row::new(
        "add_organization",
        "POST",
        "/v2/organizations",
        Handler::described("AddOrganizationRequest", |request| {
            let reply = request.serve_described("added", |message, caller| {
                let input = || wire::organizations::add_organization(message);
                organizations::add_organization(request.zitadel, input, caller)
                    .map(|added| wire::organizations::added(&added))
            })?;
            Ok(request.created(reply))
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/AddOrganization")
    .heavy(),
    Row::new(
        "update_organization",
        "POST",
        "/v2/organizations/{organization_id}",
        Handler::described("UpdateOrganizationRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let id = message.text("organizationId").trim();
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::update_organization(request.zitadel, id, message.text("name"), permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/UpdateOrganization"),
    Row::new(
        "list_organizations",
        "POST",
        "/v2/organizations/_search",
        Handler::described("ListOrganizationsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let search =
                    wire::organizations::list_organizations(message, &request.zitadel.instance().default_organization);
                let may_see = |one: &Organization| caller.check(Permission::OrganizationRead, &one.id).is_ok();
                let page = organization_lists::list_organizations(request.zitadel, search, Limit::Unbounded, may_see)?;
                Ok(wire::organizations::organizations(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.org.v2.OrganizationService/ListOrganizations")
    .reads_only()
    .list(),
    Row::new(
        "deactivate_organization",
        "POST",
        "/v2/organizations/{organization_id}/deactivate",
        Handler::described("DeactivateOrganizationRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::deactivate_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeactivateOrganization"),
    Row::new(
        "activate_organization",
        "POST",
        "/v2/organizations/{organization_id}/activate",
        Handler::described("ActivateOrganizationRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::activate_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/ActivateOrganization"),
    Row::new(
        "delete_organization",
        "DELETE",
        "/v2/organizations/{organization_id}",
        Handler::described("DeleteOrganizationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationDelete, id);
                organizations::delete_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeleteOrganization"),
    Row::new(
        "add_organization_domain",
        "POST",
        "/v2/organizations/{organization_id}/domains",
        Handler::described("AddOrganizationDomainRequest", |request| {
            request.serve_described("added", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::add_domain(request.zitadel, &wire::organizations::domain(message), permit, caller)
                    .map(|receipt| wire::objects::only_date("creationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/AddOrganizationDomain"),
    Row::new(
        "list_organization_domains",
        "POST",
        "/v2/organizations/{organization_id}/domains/search",
        Handler::described("ListOrganizationDomainsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let (id, search) = (message.text("organizationId"), wire::organizations::list_domains(message));
                let mut page = organization_domains::list_domains(request.zitadel, id, search)?;
                if caller.check(Permission::OrganizationRead, id).is_err() {
                    page = Page { items: Vec::new(), total: 0, ..page };
                }
                Ok(wire::organizations::domains(&page, id, "domain"))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.org.v2.OrganizationService/ListOrganizationDomains")
    .reads_only()
    .list(),
    Row::new(
        "delete_organization_domain",
        "DELETE",
        "/v2/organizations/{organization_id}/domains",
        Handler::described("DeleteOrganizationDomainRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::remove_domain(
                    request.zitadel,
                    &wire::organizations::domain(message),
                    permit,
                    caller,
                )
                .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeleteOrganizationDomain"),
    Row::new(
        "generate_organization_domain_validation",
        "POST",
        "/v2/organizations/{organization_id}/domains/validation/generate",
        Handler::described("GenerateOrganizationDomainValidationRequest", |request| {
            request.serve_described("generated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                let domain = wire::organizations::domain(message);
                organization_domains::generate_validation(request.zitadel, &domain, permit).map(|()| json!({}))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/GenerateOrganizationDomainValidation")
    .unseen(),
    Row::new(
        "verify_organization_domain",
        "POST",
        "/v2/organizations/{organization_id}/domains/validation/verify",
        Handler::described("VerifyOrganizationDomainRequest", |request| {
            request.serve_described("verified", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::validate_domain(request.zitadel, &wire::organizations::domain(message), permit)
                    .map(|()| json!({}))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/VerifyOrganizationDomain")
    .unseen(),
    Row::new(
        "set_organization_metadata",
        "POST",
        "/v2/organizations/{organization_id}/metadata",
        Handler::described("SetOrganizationMetadataRequest", |request| {
            request.serve_described("set", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                let entries = wire::organizations::entries(message);
                organization_metadata::set_metadata(request.zitadel, id, entries, permit, caller)
                    .map(|receipt| wire::objects::only_date("setDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/SetOrganizationMetadata"),
    Row::new(
        "list_organization_metadata",
        "POST",
        "/v2/organizations/{organization_id}/metadata/search",
        Handler::described("ListOrganizationMetadataRequest", |request| {
            request.serve_described("found", |message, caller| {
                let id = message.text("organizationId");
                let search = wire::organizations::list_metadata(message, ["filters", "pagination"]);
                let page = organization_metadata::list_metadata(request.zitadel, id, search)?;
                Ok(wire::organizations::metadata(
                    &page.showing(|_| caller.check(Permission::OrganizationRead, id).is_ok()),
                ))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/ListOrganizationMetadata")
    .reads_only()
    .list(),
    Row::new(
        "delete_organization_metadata",
        "DELETE",
        "/v2/organizations/{organization_id}/metadata",
        Handler::described("DeleteOrganizationMetadataRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                let (keys, unknown): (Vec<String>, _) =
                    (message.read("keys"), ObjectError::MetadataKeyMissing("META-2npds"));
                organization_metadata::remove_metadata(request.zitadel, id, &keys, unknown, permit, caller)
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeleteOrganizationMetadata"),
];
