//! The routes of the applications of a project and of their keys, in ZITADEL's first API.

use super::described::Gate;
use super::handler::{Handler, Row};
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::application_changes::{self, Kind};
use crate::vendors::zitadel::operations::applications::{self, Named};
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::{application_keys, application_lists};
use crate::vendors::zitadel::record::{Application, Permission, Project};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::described::Described;

/// The application of a message, which has to be one of that organisation.
fn named<'a>(message: &'a Described, organization: &'a str) -> Named<'a> {
    let (project_id, id) = (message.text("projectId"), message.text("appId"));
    Named { project_id, id, organization: Some(organization), permit: &|_| Ok(()) }
}

/// Whether a project is one of that organisation.
fn is_own(organization: &str) -> impl FnOnce(&Project) -> Result<(), Error> {
    move |project| match *project.resource_owner == *organization {
        true => Ok(()),
        false => Err(ObjectError::ProjectMissing.into()),
    }
}

pub(super) static ROWS: [Row; 16] = [
    Row::new(
        "management_v1_list_apps",
        "POST",
        "/management/v1/projects/{project_id}/apps/_search",
        Handler::described("ListAppsRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let (id, search) = (message.text("projectId"), wire::applications::list_apps(message));
                let own = |one: &Application| *one.project_id == *id && *one.resource_owner == *visitor.organization;
                let page =
                    application_lists::list_applications(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::applications::apps(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListApps")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_get_app_by_id",
        "GET",
        "/management/v1/projects/{project_id}/apps/{app_id}",
        Handler::described("GetAppByIDRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let named = named(message, &visitor.organization);
                applications::get_app_by_id(request.zitadel, &named)
                    .map(|application| wire::applications::app(&application))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetAppByID")
    .reads_only(),
    Row::new(
        "management_v1_add_oidc_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/oidc",
        Handler::described("AddOIDCAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::applications::add_oidc_app(message);
                request.may_store(input.config.back_channel_logout_uri())?;
                applications::add_application(request.zitadel, input, is_own(&visitor.organization), &visitor.caller)
                    .map(|added| wire::applications::added(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOIDCApp")
    .heavy(),
    Row::new(
        "management_v1_add_api_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/api",
        Handler::described("AddAPIAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::applications::add_api_app(message);
                applications::add_application(request.zitadel, input, is_own(&visitor.organization), &visitor.caller)
                    .map(|added| wire::applications::added(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddAPIApp")
    .heavy(),
    Row::new(
        "management_v1_update_app",
        "PUT",
        "/management/v1/projects/{project_id}/apps/{app_id}",
        Handler::described("UpdateAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let named = named(message, &visitor.organization);
                application_changes::update_name(request.zitadel, &named, message.text("name"), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateApp"),
    Row::new(
        "management_v1_update_oidc_app_config",
        "PUT",
        "/management/v1/projects/{project_id}/apps/{app_id}/oidc_config",
        Handler::described("UpdateOIDCAppConfigRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let named = named(message, &visitor.organization);
                let new = wire::applications::update_oidc_config(message);
                request.may_store(&new.back_channel_logout_uri)?;
                application_changes::update_oidc(request.zitadel, &named, |_| new, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateOIDCAppConfig"),
    Row::new(
        "management_v1_update_api_app_config",
        "PUT",
        "/management/v1/projects/{project_id}/apps/{app_id}/api_config",
        Handler::described("UpdateAPIAppConfigRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let named = named(message, &visitor.organization);
                let method = wire::applications::update_api_config(message);
                application_changes::update_api(request.zitadel, &named, method, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateAPIAppConfig"),
    Row::new(
        "management_v1_deactivate_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/_deactivate",
        Handler::described("DeactivateAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let named = named(message, &visitor.organization);
                applications::deactivate_app(request.zitadel, &named, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateApp"),
    Row::new(
        "management_v1_reactivate_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/_reactivate",
        Handler::described("ReactivateAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "reactivated", |message, visitor| {
                let named = named(message, &visitor.organization);
                applications::reactivate_app(request.zitadel, &named, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateApp"),
    Row::new(
        "management_v1_remove_app",
        "DELETE",
        "/management/v1/projects/{project_id}/apps/{app_id}",
        Handler::described("RemoveAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationDelete, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let named = named(message, &visitor.organization);
                application_changes::remove_app(request.zitadel, &named, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveApp"),
    Row::new(
        "management_v1_regenerate_oidc_client_secret",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/oidc_config/_generate_client_secret",
        Handler::described("RegenerateOIDCClientSecretRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "generated", |message, visitor| {
                let named = named(message, &visitor.organization);
                let (secret, receipt) =
                    application_changes::generate_secret(request.zitadel, &named, Kind::Oidc, &visitor.caller)?;
                Ok(wire::applications::new_app_secret(&secret, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RegenerateOIDCClientSecret")
    .heavy(),
    Row::new(
        "management_v1_regenerate_api_client_secret",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/api_config/_generate_client_secret",
        Handler::described("RegenerateAPIClientSecretRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "generated", |message, visitor| {
                let named = named(message, &visitor.organization);
                let (secret, receipt) =
                    application_changes::generate_secret(request.zitadel, &named, Kind::Api, &visitor.caller)?;
                Ok(wire::applications::new_app_secret(&secret, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RegenerateAPIClientSecret")
    .heavy(),
    Row::new(
        "management_v1_list_app_keys",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/keys/_search",
        Handler::described("ListAppKeysRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let named = named(message, &visitor.organization);
                let search = wire::applications::list_app_keys(message);
                let page = application_keys::list_keys(
                    request.zitadel,
                    search,
                    Limit::Unbounded,
                    |one| named.is(one),
                    |_| true,
                )?;
                Ok(wire::applications::app_keys(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListAppKeys")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_get_app_key",
        "GET",
        "/management/v1/projects/{project_id}/apps/{app_id}/keys/{key_id}",
        Handler::described("GetAppKeyRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let named = named(message, &visitor.organization);
                let permit =
                    |one: &Application| named.is(one).then_some(()).ok_or(Error::from(ObjectError::KeyUnknown));
                application_keys::get_key(request.zitadel, message.text("keyId"), permit)
                    .map(|key| wire::applications::app_key(&key))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetAppKey")
    .reads_only(),
    Row::new(
        "management_v1_add_app_key",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/keys",
        Handler::described("AddAppKeyRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let named = named(message, &visitor.organization);
                let expires = wire::applications::expiration(message);
                application_keys::add_app_key(request.zitadel, &named, expires, &visitor.caller)
                    .map(|key| wire::applications::new_key(&key))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddAppKey"),
    Row::new(
        "management_v1_remove_app_key",
        "DELETE",
        "/management/v1/projects/{project_id}/apps/{app_id}/keys/{key_id}",
        Handler::described("RemoveAppKeyRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let named = named(message, &visitor.organization);
                application_keys::remove_app_key(request.zitadel, &named, message.text("keyId"), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveAppKey"),
];
