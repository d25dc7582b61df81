//! The routes of ZITADEL's applications and their keys, in the newer API.

use super::handler::{Handler, Row};
use super::projects::in_project;
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::application_changes::{self, Kind};
use crate::vendors::zitadel::operations::applications::{self, Named};
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::objects::Permit;
use crate::vendors::zitadel::operations::{application_keys, application_lists};
use crate::vendors::zitadel::record::{Application, Permission};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::applications::Part;
use crate::vendors::zitadel::wire::described::Described;

/// The application of a message.
fn named<'a>(message: &'a Described, permit: Permit<'a, Application>) -> Named<'a> {
    let (project_id, id) = (message.text("projectId"), message.text("applicationId"));
    Named { project_id, id, organization: None, permit }
}

/// The application whose keys a message is about: blanks around its ids do not count.
fn named_of_keys<'a>(message: &'a Described, permit: Permit<'a, Application>) -> Named<'a> {
    let named = named(message, permit);
    Named { project_id: named.project_id.trim(), id: named.id.trim(), ..named }
}

/// Whether the caller may do that to an application.
fn in_application(caller: &Caller, permission: Permission) -> impl Fn(&Application) -> Result<(), Error> {
    move |one| caller.check_in(permission, Some(&one.resource_owner), Some(&one.project_id))
}

pub(super) static ROWS: [Row; 12] = [
    Row::new(
        "create_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/CreateApplication",
        Handler::described("CreateApplicationRequest", |request| {
            request.serve_described("created", |message, caller| {
                let input = wire::applications::create_application(message).ok_or(Error::SamlUnemulated)?;
                request.may_store(input.config.back_channel_logout_uri())?;
                applications::add_application(
                    request.zitadel,
                    input,
                    in_project(caller, Permission::ApplicationWrite),
                    caller,
                )
                .map(|added| wire::applications::created_application(&added))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/CreateApplication")
    .heavy(),
    Row::new(
        "update_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/UpdateApplication",
        Handler::described("UpdateApplicationRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named(message, &permit);
                let zitadel = request.zitadel;
                let mut written = None;
                if !message.text("name").is_empty() {
                    written = Some(application_changes::update_name(zitadel, &named, message.text("name"), caller)?);
                }
                match wire::applications::update_application(message) {
                    Part::Oidc(part) => {
                        request.may_store(wire::applications::logout_url(&part))?;
                        let merge = |old: &_| wire::applications::merged(old, part);
                        written = Some(application_changes::update_oidc(zitadel, &named, merge, caller)?);
                    }
                    Part::Api(method) => {
                        written = Some(application_changes::update_api(zitadel, &named, method, caller)?);
                    }
                    Part::Saml => return Err(Error::SamlUnemulated),
                    Part::Nothing => {}
                }
                let at = match written {
                    Some(receipt) => receipt.at,
                    None => applications::check_there(zitadel, &named)?,
                };
                Ok(wire::objects::only_date("changeDate", at))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/UpdateApplication"),
    Row::new(
        "get_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/GetApplication",
        Handler::described("GetApplicationRequest", |request| {
            request.serve_described("found", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationRead);
                applications::get_application(request.zitadel, message.text("applicationId"), permit)
                    .map(|application| wire::applications::application(&application))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/GetApplication")
    .reads_only(),
    Row::new(
        "delete_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/DeleteApplication",
        Handler::described("DeleteApplicationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationDelete);
                let named = named(message, &permit);
                application_changes::remove_app(request.zitadel, &named, caller)
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/DeleteApplication"),
    Row::new(
        "deactivate_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/DeactivateApplication",
        Handler::described("DeactivateApplicationRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named(message, &permit);
                applications::deactivate_app(request.zitadel, &named, caller)
                    .map(|receipt| wire::objects::only_date("deactivationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/DeactivateApplication"),
    Row::new(
        "reactivate_application",
        "POST",
        "/zitadel.application.v2.ApplicationService/ReactivateApplication",
        Handler::described("ReactivateApplicationRequest", |request| {
            request.serve_described("reactivated", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named(message, &permit);
                applications::reactivate_app(request.zitadel, &named, caller)
                    .map(|receipt| wire::objects::only_date("reactivationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/ReactivateApplication"),
    Row::new(
        "generate_client_secret",
        "POST",
        "/zitadel.application.v2.ApplicationService/GenerateClientSecret",
        Handler::described("GenerateClientSecretRequest", |request| {
            request.serve_described("generated", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named(message, &permit);
                let (secret, receipt) =
                    application_changes::generate_secret(request.zitadel, &named, Kind::Any, caller)?;
                Ok(wire::applications::new_secret(&secret, &receipt))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/GenerateClientSecret")
    .heavy(),
    Row::new(
        "list_applications",
        "POST",
        "/zitadel.application.v2.ApplicationService/ListApplications",
        Handler::described("ListApplicationsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let (search, may_see) = (
                    wire::applications::list_applications(message),
                    in_application(caller, Permission::ApplicationRead),
                );
                let page = application_lists::list_applications(
                    request.zitadel,
                    search,
                    Limit::Bounded,
                    |_| true,
                    |one| may_see(one).is_ok(),
                )?;
                Ok(wire::applications::applications(&page))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.application.v2.ApplicationService/ListApplications")
    .reads_only()
    .list(),
    Row::new(
        "create_application_key",
        "POST",
        "/zitadel.application.v2.ApplicationService/CreateApplicationKey",
        Handler::described("CreateApplicationKeyRequest", |request| {
            request.serve_described("created", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named_of_keys(message, &permit);
                let expires = wire::applications::expiration(message);
                application_keys::add_app_key(request.zitadel, &named, expires, caller)
                    .map(|key| wire::applications::created_key(&key))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/CreateApplicationKey"),
    Row::new(
        "delete_application_key",
        "POST",
        "/zitadel.application.v2.ApplicationService/DeleteApplicationKey",
        Handler::described("DeleteApplicationKeyRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationWrite);
                let named = named_of_keys(message, &permit);
                let key = message.text("keyId").trim();
                application_keys::remove_app_key(request.zitadel, &named, key, caller)
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/DeleteApplicationKey"),
    Row::new(
        "get_application_key",
        "POST",
        "/zitadel.application.v2.ApplicationService/GetApplicationKey",
        Handler::described("GetApplicationKeyRequest", |request| {
            request.serve_described("found", |message, caller| {
                let permit = in_application(caller, Permission::ApplicationRead);
                application_keys::get_key(request.zitadel, message.text("keyId").trim(), permit)
                    .map(|key| wire::applications::key(&key))
            })
        }),
    )
    .rpc("/zitadel.application.v2.ApplicationService/GetApplicationKey")
    .reads_only(),
    Row::new(
        "list_application_keys",
        "POST",
        "/zitadel.application.v2.ApplicationService/ListApplicationKeys",
        Handler::described("ListApplicationKeysRequest", |request| {
            request.serve_described("found", |message, caller| {
                let (search, may_see) =
                    (wire::applications::list_keys(message), in_application(caller, Permission::ApplicationRead));
                let page = application_keys::list_keys(
                    request.zitadel,
                    search,
                    Limit::Bounded,
                    |_| true,
                    |one| may_see(one).is_ok(),
                )?;
                Ok(wire::applications::keys(&page))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.application.v2.ApplicationService/ListApplicationKeys")
    .reads_only()
    .list(),
];
