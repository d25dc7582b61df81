//! The routes of ZITADEL's applications and their keys.

use super::described::{Gate, Visitor};
use super::handler::{Handler, Row};
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::applications::{self, Named};
use crate::vendors::zitadel::record::{Permission, Project};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::described::Described;

/// The application of a message of the first API.
fn named(message: &Described) -> Named<'_> {
    Named { project_id: message.text("projectId"), id: message.text("appId") }
}

/// Whether a project is one of the organisation of a call.
fn is_own(visitor: &Visitor) -> impl FnOnce(&Project) -> Result<(), Error> {
    |project| match *project.resource_owner == *visitor.organization {
        true => Ok(()),
        false => Err(ObjectError::ProjectMissing.into()),
    }
}

pub(super) static ROWS: [Row; 8] = [
    Row::new(
        "management_v1_add_oidc_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/oidc",
        Handler::described("AddOIDCAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::applications::add_oidc_app(message);
                request.may_store(input.config.back_channel_logout_uri())?;
                applications::add_application(request.zitadel, input, is_own(visitor), visitor.caller.at())
                    .map(|added| wire::applications::added(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOIDCApp")
    .heavy()
    .unseen(),
    Row::new(
        "management_v1_add_api_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/api",
        Handler::described("AddAPIAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::applications::add_api_app(message);
                applications::add_application(request.zitadel, input, is_own(visitor), visitor.caller.at())
                    .map(|added| wire::applications::added(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddAPIApp")
    .heavy()
    .unseen(),
    Row::new(
        "management_v1_get_app_by_id",
        "GET",
        "/management/v1/projects/{project_id}/apps/{app_id}",
        Handler::described("GetAppByIDRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                applications::get_app_by_id(request.zitadel, &named(message), &visitor.organization)
                    .map(|application| wire::applications::app(&application))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetAppByID")
    .reads_only(),
    Row::new(
        "management_v1_deactivate_app",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/_deactivate",
        Handler::described("DeactivateAppRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let now = visitor.caller.at();
                applications::deactivate_app(request.zitadel, &named(message), &visitor.organization, now)
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
                let now = visitor.caller.at();
                applications::reactivate_app(request.zitadel, &named(message), &visitor.organization, now)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateApp"),
    Row::new(
        "management_v1_add_app_key",
        "POST",
        "/management/v1/projects/{project_id}/apps/{app_id}/keys",
        Handler::described("AddAppKeyRequest", |request| {
            let gate = Gate::InProject(Permission::ApplicationWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let (expires, now) = (wire::applications::expiration(message), visitor.caller.at());
                let organization = &visitor.organization;
                applications::add_app_key(request.zitadel, &named(message), expires, organization, now)
                    .map(|key| wire::applications::new_key(&key))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddAppKey")
    .unseen(),
    Row::new(
        "create_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/CreateApplication",
        Handler::described("CreateApplicationRequest", |request| {
            request.serve_described("created", |message, caller| {
                let input = wire::applications::create_application(message).ok_or(Error::SamlUnemulated)?;
                request.may_store(input.config.back_channel_logout_uri())?;
                let permit = |project: &Project| {
                    caller.check_in(Permission::ApplicationWrite, Some(&project.resource_owner), Some(&project.id))
                };
                applications::add_application(request.zitadel, input, permit, caller.at())
                    .map(|added| wire::applications::created_application(&added))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/CreateApplication")
    .heavy()
    .unseen(),
    Row::new(
        "get_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/GetApplication",
        Handler::described("GetApplicationRequest", |request| {
            request.serve_described("found", |message, caller| {
                applications::get_application(request.zitadel, message.text("applicationId"), |application| {
                    let (organization, project) = (&application.resource_owner, &application.project_id);
                    caller.check_in(Permission::ApplicationRead, Some(organization), Some(project))
                })
                .map(|application| wire::applications::application(&application))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/GetApplication")
    .reads_only(),
];
