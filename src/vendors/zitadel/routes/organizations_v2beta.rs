//! The routes of ZITADEL's organisations, their domains and metadata, in v2beta.

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
        "org_v2beta_create_organization",
        "POST",
        "/v2beta/organizations",
        Handler::described("CreateOrganizationRequest", |request| {
            let reply = request.serve_described("created", |message, caller| {
                let input = || wire::organizations::add_organization(message);
                let assigned = input()?.assigned();
                let added = organizations::add_organization(request.zitadel, input, caller)?;
                Ok(wire::organizations::created_v2beta(&added, &assigned))
            })?;
            Ok(request.created(reply))
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/CreateOrganization")
    .heavy(),
    Row::new(
        "org_v2beta_update_organization",
        "POST",
        "/v2beta/organizations/{id}",
        Handler::described("UpdateOrganizationRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let id = message.text("id");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::update_organization(request.zitadel, id, message.text("name"), permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/UpdateOrganization"),
    Row::new(
        "org_v2beta_list_organizations",
        "POST",
        "/v2beta/organizations/search",
        Handler::described("ListOrganizationsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let search = wire::organizations::list_organizations_v2beta(message);
                let may_see = |one: &Organization| caller.check(Permission::OrganizationRead, &one.id).is_ok();
                let asked = search.paging.limit;
                let page = organization_lists::list_organizations(request.zitadel, search, Limit::Bounded, may_see)?;
                // Unlike the other newer lists it only says what was asked for.
                Ok(wire::organizations::organizations_v2beta(&Page { limit: asked, ..page }))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/ListOrganizations")
    .reads_only()
    .list(),
    Row::new(
        "org_v2beta_delete_organization",
        "DELETE",
        "/v2beta/organizations/{id}",
        Handler::described("DeleteOrganizationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let id = message.text("id");
                let permit = || caller.check(Permission::OrganizationDelete, id);
                organizations::delete_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/DeleteOrganization"),
    Row::new(
        "org_v2beta_deactivate_organization",
        "POST",
        "/v2beta/organizations/{id}/deactivate",
        Handler::described("DeactivateOrganizationRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let id = message.text("id");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::deactivate_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/DeactivateOrganization"),
    Row::new(
        "org_v2beta_activate_organization",
        "POST",
        "/v2beta/organizations/{id}/activate",
        Handler::described("ActivateOrganizationRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let id = message.text("id");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::activate_organization(request.zitadel, id, permit, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/ActivateOrganization"),
    Row::new(
        "org_v2beta_add_organization_domain",
        "POST",
        "/v2beta/organizations/{organization_id}/domains",
        Handler::described("AddOrganizationDomainRequest", |request| {
            request.serve_described("added", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::add_domain(request.zitadel, &wire::organizations::domain(message), permit, caller)
                    .map(|receipt| wire::objects::only_date("creationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/AddOrganizationDomain"),
    Row::new(
        "org_v2beta_list_organization_domains",
        "POST",
        "/v2beta/organizations/{organization_id}/domains/search",
        Handler::described("ListOrganizationDomainsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let (id, search) = (message.text("organizationId"), wire::organizations::list_domains(message));
                let mut page = organization_domains::list_domains(request.zitadel, id, search)?;
                if caller.check(Permission::OrganizationRead, id).is_err() {
                    page = Page { items: Vec::new(), total: 0, ..page };
                }
                Ok(wire::organizations::domains(&page, id, "domainName"))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/ListOrganizationDomains")
    .reads_only()
    .list(),
    Row::new(
        "org_v2beta_delete_organization_domain",
        "DELETE",
        "/v2beta/organizations/{organization_id}/domains",
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
    .rpc("/zitadel.org.v2beta.OrganizationService/DeleteOrganizationDomain"),
    Row::new(
        "org_v2beta_generate_organization_domain_validation",
        "POST",
        "/v2beta/organizations/{organization_id}/domains/validation/generate",
        Handler::described("GenerateOrganizationDomainValidationRequest", |request| {
            request.serve_described("generated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::generate_validation(
                    request.zitadel,
                    &wire::organizations::domain(message),
                    permit,
                )
                .map(|()| json!({}))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/GenerateOrganizationDomainValidation")
    .unseen(),
    Row::new(
        "org_v2beta_verify_organization_domain",
        "POST",
        "/v2beta/organizations/{organization_id}/domains/validation/verify",
        Handler::described("VerifyOrganizationDomainRequest", |request| {
            request.serve_described("verified", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organization_domains::validate_domain(request.zitadel, &wire::organizations::domain(message), permit)
                    .map(|()| json!({}))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/VerifyOrganizationDomain")
    .unseen(),
    Row::new(
        "org_v2beta_set_organization_metadata",
        "POST",
        "/v2beta/organizations/{organization_id}/metadata",
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
    .rpc("/zitadel.org.v2beta.OrganizationService/SetOrganizationMetadata"),
    Row::new(
        "org_v2beta_list_organization_metadata",
        "POST",
        "/v2beta/organizations/{organization_id}/metadata/search",
        Handler::described("ListOrganizationMetadataRequest", |request| {
            request.serve_described("found", |message, caller| {
                let id = message.text("organizationId");
                let search = wire::organizations::list_metadata(message, ["filter", "pagination"]);
                let page = organization_metadata::list_metadata(request.zitadel, id, search)?;
                Ok(wire::organizations::metadata(
                    &page.showing(|_| caller.check(Permission::OrganizationRead, id).is_ok()),
                ))
            })
        }),
    )
    .rpc("/zitadel.org.v2beta.OrganizationService/ListOrganizationMetadata")
    .reads_only()
    .list(),
    Row::new(
        "org_v2beta_delete_organization_metadata",
        "DELETE",
        "/v2beta/organizations/{organization_id}/metadata",
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
    .rpc("/zitadel.org.v2beta.OrganizationService/DeleteOrganizationMetadata"),
];
