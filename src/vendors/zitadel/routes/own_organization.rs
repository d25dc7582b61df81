//! The routes of the organisation of a call, its domains and metadata, in ZITADEL's first API.

use serde_json::json;

use super::described::Gate;
use super::handler::{Handler, Row};
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::organization_domains::{self, Named};
use crate::vendors::zitadel::operations::{organization_metadata, organizations};
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 19] = [
    Row::new(
        "management_v1_get_my_org",
        "GET",
        "/management/v1/orgs/me",
        Handler::described("GetMyOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationRead);
            request.serve_v1(&gate, "found", |_, visitor| {
                let organization =
                    organizations::get_organization(request.zitadel, &visitor.organization, "QUERY-iTTGJ")?;
                Ok(wire::organizations::one_org(&organization, true))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetMyOrg")
    .reads_only(),
    Row::new(
        "management_v1_get_org_by_domain_global",
        "GET",
        "/management/v1/global/orgs/_by_domain",
        Handler::described("GetOrgByDomainGlobalRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationGlobalRead);
            request.serve_v1(&gate, "found", |message, _| {
                let organization = organizations::get_organization_by_domain(request.zitadel, message.text("domain"))?;
                Ok(wire::organizations::one_org(&organization, false))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetOrgByDomainGlobal")
    .reads_only(),
    Row::new(
        "management_v1_add_org",
        "POST",
        "/management/v1/orgs",
        Handler::described("AddOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationCreate);
            request.serve_v1(&gate, "added", |message, visitor| {
                organizations::add_own_organization(request.zitadel, message.text("name"), &visitor.caller)
                    .map(|added| wire::organizations::added_own(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOrg"),
    Row::new(
        "management_v1_update_org",
        "PUT",
        "/management/v1/orgs/me",
        Handler::described("UpdateOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "updated", |message, visitor| {
                let (id, caller) = (&visitor.organization, &visitor.caller);
                organizations::update_organization(request.zitadel, id, message.text("name"), || Ok(()), caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateOrg"),
    Row::new(
        "management_v1_deactivate_org",
        "POST",
        "/management/v1/orgs/me/_deactivate",
        Handler::described("DeactivateOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "deactivated", |_, visitor| {
                organizations::deactivate_organization(
                    request.zitadel,
                    &visitor.organization,
                    || Ok(()),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateOrg"),
    Row::new(
        "management_v1_reactivate_org",
        "POST",
        "/management/v1/orgs/me/_reactivate",
        Handler::described("ReactivateOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "reactivated", |_, visitor| {
                organizations::activate_organization(request.zitadel, &visitor.organization, || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateOrg"),
    Row::new(
        "management_v1_remove_org",
        "DELETE",
        "/management/v1/orgs/me",
        Handler::described("RemoveOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationDelete);
            request.serve_v1(&gate, "removed", |_, visitor| {
                organizations::remove_organization(request.zitadel, &visitor.organization, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveOrg"),
    Row::new(
        "management_v1_add_org_domain",
        "POST",
        "/management/v1/orgs/me/domains",
        Handler::described("AddOrgDomainRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let named = Named { organization: &visitor.organization, domain: message.text("domain") };
                organization_domains::add_domain(request.zitadel, &named, || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOrgDomain"),
    Row::new(
        "management_v1_list_org_domains",
        "POST",
        "/management/v1/orgs/me/domains/_search",
        Handler::described("ListOrgDomainsRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let (id, search) = (&visitor.organization, wire::organizations::list_own_domains(message));
                let page = organization_domains::list_domains(request.zitadel, id, search)?;
                Ok(wire::organizations::own_domains(&page, id, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListOrgDomains")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_remove_org_domain",
        "DELETE",
        "/management/v1/orgs/me/domains/{domain}",
        Handler::described("RemoveOrgDomainRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let named = Named { organization: &visitor.organization, domain: message.text("domain") };
                organization_domains::remove_domain(request.zitadel, &named, || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveOrgDomain"),
    Row::new(
        "management_v1_generate_org_domain_validation",
        "POST",
        "/management/v1/orgs/me/domains/{domain}/validation/_generate",
        Handler::described("GenerateOrgDomainValidationRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "generated", |message, visitor| {
                let named = Named { organization: &visitor.organization, domain: message.text("domain") };
                organization_domains::generate_validation(request.zitadel, &named, || Ok(())).map(|()| json!({}))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GenerateOrgDomainValidation")
    .unseen(),
    Row::new(
        "management_v1_validate_org_domain",
        "POST",
        "/management/v1/orgs/me/domains/{domain}/validation/_validate",
        Handler::described("ValidateOrgDomainRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "validated", |message, visitor| {
                let named = Named { organization: &visitor.organization, domain: message.text("domain") };
                organization_domains::validate_domain(request.zitadel, &named, || Ok(())).map(|()| json!({}))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ValidateOrgDomain")
    .unseen(),
    Row::new(
        "management_v1_set_primary_org_domain",
        "POST",
        "/management/v1/orgs/me/domains/{domain}/_set_primary",
        Handler::described("SetPrimaryOrgDomainRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "set", |message, visitor| {
                let named = Named { organization: &visitor.organization, domain: message.text("domain") };
                organization_domains::set_primary_domain(request.zitadel, &named, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/SetPrimaryOrgDomain"),
    Row::new(
        "management_v1_set_org_metadata",
        "POST",
        "/management/v1/metadata/{key}",
        Handler::described("SetOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "set", |message, visitor| {
                let entries = vec![wire::organizations::entry(message.text("key"), &message.read("value"))];
                organization_metadata::set_metadata(
                    request.zitadel,
                    &visitor.organization,
                    entries,
                    || Ok(()),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SetOrgMetadata"),
    Row::new(
        "management_v1_bulk_set_org_metadata",
        "POST",
        "/management/v1/metadata/_bulk",
        Handler::described("BulkSetOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "set", |message, visitor| {
                let entries = wire::organizations::entries(message);
                organization_metadata::set_metadata(
                    request.zitadel,
                    &visitor.organization,
                    entries,
                    || Ok(()),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkSetOrgMetadata"),
    Row::new(
        "management_v1_list_org_metadata",
        "POST",
        "/management/v1/metadata/_search",
        Handler::described("ListOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let (id, search) =
                    (&visitor.organization, wire::organizations::list_metadata(message, ["queries", "query"]));
                let page = organization_metadata::list_metadata(request.zitadel, id, search)?;
                Ok(wire::organizations::own_metadata(&page, id, request.zitadel.last_event()))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListOrgMetadata")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_get_org_metadata",
        "GET",
        "/management/v1/metadata/{key}",
        Handler::described("GetOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let entry =
                    organization_metadata::get_metadata(request.zitadel, &visitor.organization, message.text("key"))?;
                Ok(json!({ "metadata": wire::organizations::own_entry(&entry, &visitor.organization) }))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetOrgMetadata")
    .reads_only(),
    Row::new(
        "management_v1_remove_org_metadata",
        "DELETE",
        "/management/v1/metadata/{key}",
        Handler::described("RemoveOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let (keys, unknown) = ([message.text("key").to_owned()], ObjectError::MetadataNotFound("META-mcnw3"));
                organization_metadata::remove_metadata(
                    request.zitadel,
                    &visitor.organization,
                    &keys,
                    unknown,
                    || Ok(()),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveOrgMetadata"),
    Row::new(
        "management_v1_bulk_remove_org_metadata",
        "DELETE",
        "/management/v1/metadata/_bulk",
        Handler::described("BulkRemoveOrgMetadataRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationWrite);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let (keys, unknown): (Vec<String>, _) =
                    (message.read("keys"), ObjectError::MetadataKeyMissing("META-2npds"));
                organization_metadata::remove_metadata(
                    request.zitadel,
                    &visitor.organization,
                    &keys,
                    unknown,
                    || Ok(()),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkRemoveOrgMetadata"),
];
