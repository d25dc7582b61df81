//! Changes of ZITADEL's applications: their names, configurations and secrets, and their end.

use std::sync::Arc;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{ApiAuthMethod, Application, ApplicationConfig, ApplicationEvent, OidcConfig};
use super::super::state::Zitadel;
use super::applications::{Named, change, check, with_project};
use super::objects::{Receipt, new_secret};
use crate::directory::DirectoryError;

/// That there is no such application, where its name or its configuration is changed.
const UNNAMED: ObjectError = ObjectError::ApplicationNotFound("COMMAND-28di9");
const UNCONFIGURED: ObjectError = ObjectError::ApplicationNotFound("COMMAND-2n8uU");

/// Gives an application another name.
pub fn update_name(zitadel: &Zitadel, named: &Named<'_>, name: &str, caller: &Caller) -> Result<Receipt, Error> {
    let changed = change(zitadel, named, UNNAMED, caller, |application, events| {
        if *application.name == *name {
            return Err(ObjectError::ApplicationUnchanged("COMMAND-2m8vx").into());
        }
        (named.permit)(application)?;
        application.name = name.into();
        application.details.follow(events);
        Ok(((), application.occurrence(ApplicationEvent::Renamed)))
    });
    changed.map(|((), receipt)| receipt)
}

/// Configures an application that signs users in.
pub fn update_oidc(
    zitadel: &Zitadel,
    named: &Named<'_>,
    edit: impl FnOnce(&OidcConfig) -> OidcConfig,
    caller: &Caller,
) -> Result<Receipt, Error> {
    configure(zitadel, named, caller, |config| {
        let ApplicationConfig::Oidc(old) = config else { return Err(ObjectError::NotOidc("COMMAND-GBr34")) };
        let new = edit(old);
        check(zitadel, &new)?;
        // What only a seed says stays.
        let new = OidcConfig { takes_loopback: old.takes_loopback, ..new };
        Ok((**old != new).then(|| ApplicationConfig::Oidc(Arc::new(new))))
    })
}

/// Configures an API.
pub fn update_api(
    zitadel: &Zitadel,
    named: &Named<'_>,
    method: ApiAuthMethod,
    caller: &Caller,
) -> Result<Receipt, Error> {
    configure(zitadel, named, caller, |config| match config {
        ApplicationConfig::Api(old) => Ok((*old != method).then_some(ApplicationConfig::Api(method))),
        ApplicationConfig::Oidc(_) => Err(ObjectError::NotApi("COMMAND-Gnwt3")),
    })
}

fn configure(
    zitadel: &Zitadel,
    named: &Named<'_>,
    caller: &Caller,
    edit: impl FnOnce(&ApplicationConfig) -> Result<Option<ApplicationConfig>, ObjectError>,
) -> Result<Receipt, Error> {
    let changed = change(zitadel, named, UNCONFIGURED, caller, |application, events| {
        let new = edit(&application.config)?;
        (named.permit)(application)?;
        let before = application.said();
        application.config = new.ok_or(ObjectError::ApplicationUnchanged("COMMAND-1m88i"))?;
        application.details.follow(events);
        Ok(((), application.reconfigured(&before)))
    });
    changed.map(|((), receipt)| receipt)
}

/// Of which kind an application has to be that gets another secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Oidc,
    Api,
    Any,
}

/// Gives an application another secret, also one that proves itself in another way.
pub fn generate_secret(
    zitadel: &Zitadel,
    named: &Named<'_>,
    kind: Kind,
    caller: &Caller,
) -> Result<(String, Receipt), Error> {
    let (value, hash) = new_secret(zitadel);
    let missing = ObjectError::ApplicationNotFound(if kind == Kind::Any { "COMMAND-Kd92s" } else { "COMMAND-2g66f" });
    let ((), receipt) = change(zitadel, named, missing, caller, |application, events| {
        match (kind, &application.config) {
            (Kind::Oidc, ApplicationConfig::Api(_)) => return Err(ObjectError::NotOidc("COMMAND-Ghrh3").into()),
            (Kind::Api, ApplicationConfig::Oidc(_)) => return Err(ObjectError::NotApi("COMMAND-aeH4").into()),
            _ => {}
        }
        (named.permit)(application)?;
        application.secret = Some(hash);
        application.details.follow(events);
        Ok(((), application.occurrence(ApplicationEvent::SecretChanged)))
    })?;
    Ok((value, receipt))
}

/// Removes an application.
pub fn remove_app(zitadel: &Zitadel, named: &Named<'_>, caller: &Caller) -> Result<Receipt, Error> {
    let missing = ObjectError::ApplicationNotFound("COMMAND-0po9s");
    let removed = with_project(zitadel, named, missing, caller, |_| {
        let removed = zitadel.state.applications.remove(named.id, |application: &Application| {
            if *application.project_id != *named.project_id {
                return Err(Error::from(missing));
            }
            (named.permit)(application)?;
            Ok(((), application.occurrence(ApplicationEvent::Removed)))
        });
        removed.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => missing.into(),
        })
    });
    removed.map(|((), receipt)| receipt)
}
