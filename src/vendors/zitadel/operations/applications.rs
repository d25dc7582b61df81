//! ZITADEL's applications: made, read, shut and opened again.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{
    Application, ApplicationAlias, ApplicationConfig, ApplicationEvent, ApplicationState, Details, GrantType, Log,
    Occurrence, OidcConfig, Project, ResponseType, WrongApplicationState,
};
use super::super::state::Zitadel;
use super::events;
use super::objects::{Permit, Receipt, new_secret};
use super::projects;
use super::write::new_id;
use crate::directory::DirectoryError;

/// An application to be made.
pub struct AddApplication {
    pub id: Option<String>,
    pub project_id: String,
    pub name: String,
    pub config: ApplicationConfig,
}

/// A new application.
pub struct Added {
    pub application: Application,
    /// What it proves itself with, which is answered this once.
    pub secret: Option<String>,
    pub receipt: Receipt,
}

/// An application that a call names, and who may do that to it.
pub struct Named<'a> {
    pub project_id: &'a str,
    pub id: &'a str,
    /// Of which organisation it has to be; the newer API does not say.
    pub organization: Option<&'a str>,
    pub permit: Permit<'a, Application>,
}

/// Makes an application. `permit` decides whether the caller may do that in the project.
pub fn add_application(
    zitadel: &Zitadel,
    input: AddApplication,
    permit: impl FnOnce(&Project) -> Result<(), Error>,
    caller: &Caller,
) -> Result<Added, Error> {
    let secret = input.config.has_secret().then(|| new_secret(zitadel));
    let mut ids = zitadel.context.ids.reserve();
    let id = input.id.filter(|id| !id.is_empty()).unwrap_or_else(|| new_id(&mut ids, caller.at()));
    let client_id = new_id(&mut ids, caller.at());
    let add = |project: &mut Project, log: &mut Log| {
        permit(project)?;
        if let ApplicationConfig::Oidc(config) = &input.config {
            check(zitadel, config)?;
            if is_there(zitadel, &id, &project.id) {
                return Err(ObjectError::ApplicationExists.into());
            }
        }
        let mut application = Application {
            id: id.into(),
            project_id: Arc::clone(&project.id),
            resource_owner: Arc::clone(&project.resource_owner),
            name: input.name.into(),
            state: ApplicationState::Active,
            client_id: client_id.into(),
            secret: secret.as_ref().map(|(_, hash)| hash.clone()),
            config: input.config,
            keys: Vec::new(),
            details: project.events,
        };
        project.write(log, application.occurrence(ApplicationEvent::Added));
        project.write(log, application.occurrence(ApplicationEvent::ConfigAdded));
        application.details = Details::row_of(&project.events);
        match zitadel.state.applications.insert(&application.id, || Ok::<_, Error>(application.clone())) {
            Ok(_) => {}
            // An API with a taken id is accepted as if it were new, but what reads show stays, as at the vendor.
            Err(DirectoryError::Exists) if !is_name_taken(zitadel, &application) => {}
            Err(_) => return Err(ObjectError::ApplicationTaken.into()),
        }
        Ok((application, Receipt::new(&project.events, &project.resource_owner)))
    };
    let added = events::logged(zitadel, caller, |log| {
        zitadel.state.projects.update(&input.project_id, |project| add(project, log))
    });
    let (application, receipt) = added.map_err(|error| projects::refused(error, ObjectError::ProjectMissing))?;
    ids.commit();
    Ok(Added { application, secret: secret.map(|(value, _)| value), receipt })
}

/// Whether an application of the project has that id.
fn is_there(zitadel: &Zitadel, id: &str, project_id: &str) -> bool {
    zitadel.state.applications.get(id).is_some_and(|other| *other.project_id == *project_id)
}

/// Whether an application of the project has that name.
fn is_name_taken(zitadel: &Zitadel, application: &Application) -> bool {
    let name = ApplicationAlias::name(&application.project_id, &application.name);
    zitadel.state.applications.find(&name).is_some()
}

/// Checks that the response types fit the grant types, and that a logout can be told.
pub(super) fn check(zitadel: &Zitadel, config: &OidcConfig) -> Result<(), ObjectError> {
    let takes = |grant| config.grant_types.contains(&grant);
    let (takes_code, is_implicit) = (takes(GrantType::AuthorizationCode), takes(GrantType::Implicit));
    let fits = config.response_types.iter().all(|kind| match kind {
        ResponseType::Code => takes_code,
        ResponseType::IdToken | ResponseType::IdTokenToken => is_implicit,
    });
    if !fits {
        return Err(ObjectError::ApplicationInvalid);
    }
    let settings = &zitadel.settings;
    let guards = settings.denies_hosts && settings.version.guards_logout_urls();
    match guards && is_denied(&config.back_channel_logout_uri) {
        true => Err(ObjectError::LogoutUrlDenied),
        false => Ok(()),
    }
}

/// Whether the vendor's default list of denied hosts has that of a URL: localhost, and addresses that are not public.
fn is_denied(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => {
            let is_shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || is_shared
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// The application of that id, of whatever project.
pub fn get_application(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce(&Application) -> Result<(), Error>,
) -> Result<Application, Error> {
    let application = zitadel.state.applications.get(id).ok_or(ObjectError::ApplicationUnknown)?;
    permit(&application)?;
    Ok(application)
}

/// An application of a project of an organisation.
pub fn get_app_by_id(zitadel: &Zitadel, named: &Named<'_>) -> Result<Application, Error> {
    get_application(zitadel, named.id, |application| {
        if *application.project_id != *named.project_id {
            return Err(ObjectError::ApplicationUnknown.into());
        }
        match named.is_own(&application.resource_owner) {
            true => Ok(()),
            false => Err(ObjectError::ApplicationElsewhere.into()),
        }
    })
}

/// Deactivates an application: nobody signs in to it any more.
pub fn deactivate_app(zitadel: &Zitadel, named: &Named<'_>, caller: &Caller) -> Result<Receipt, Error> {
    enter(zitadel, named, ApplicationEvent::Deactivated, ApplicationState::deactivated, caller)
}

/// Reactivates an application.
pub fn reactivate_app(zitadel: &Zitadel, named: &Named<'_>, caller: &Caller) -> Result<Receipt, Error> {
    enter(zitadel, named, ApplicationEvent::Reactivated, ApplicationState::reactivated, caller)
}

fn enter(
    zitadel: &Zitadel,
    named: &Named<'_>,
    event: ApplicationEvent,
    next: impl FnOnce(ApplicationState) -> Result<ApplicationState, WrongApplicationState>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    let missing = ObjectError::ApplicationNotFound("COMMAND-ov9d3");
    let changed = change(zitadel, named, missing, caller, |application, events| {
        application.state = next(application.state).map_err(|wrong| match wrong {
            WrongApplicationState::NotActive => ObjectError::ApplicationNotActive,
            WrongApplicationState::NotInactive => ObjectError::ApplicationNotInactive,
        })?;
        (named.permit)(application)?;
        application.details.follow(events);
        Ok(((), application.occurrence(event)))
    });
    changed.map(|((), receipt)| receipt)
}

/// When an application changed last that is to be changed in several steps.
pub fn check_there(zitadel: &Zitadel, named: &Named<'_>) -> Result<Timestamp, Error> {
    let application = zitadel.state.applications.get(named.id).filter(|application| named.is(application));
    let application = application.ok_or(ObjectError::ApplicationNotFound("COMMAND-28di9"))?;
    Ok(application.details.change_date)
}

impl Named<'_> {
    /// Whether an application is the one that is named.
    pub fn is(&self, application: &Application) -> bool {
        *application.id == *self.id
            && *application.project_id == *self.project_id
            && self.is_own(&application.resource_owner)
    }

    fn is_own(&self, organization: &str) -> bool {
        self.organization.is_none_or(|own| own == organization)
    }
}

/// Changes an application of a project, which is one event of the project; `change` says which, and gets the count
/// with it.
pub(super) fn change<R>(
    zitadel: &Zitadel,
    named: &Named<'_>,
    missing: ObjectError,
    caller: &Caller,
    change: impl FnOnce(&mut Application, &Details) -> Result<(R, Occurrence), Error>,
) -> Result<(R, Receipt), Error> {
    with_project(zitadel, named, missing, caller, |events| {
        let changed = zitadel.state.applications.update(named.id, |application| {
            match *application.project_id == *named.project_id {
                true => change(application, events),
                false => Err(missing.into()),
            }
        });
        changed.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            DirectoryError::Absent => missing.into(),
            DirectoryError::Exists | DirectoryError::Taken(_) => ObjectError::ApplicationTaken.into(),
        })
    })
}

/// Writes an event of the project of an application, in one step with what `write` does, which says which.
pub(super) fn with_project<R>(
    zitadel: &Zitadel,
    named: &Named<'_>,
    missing: ObjectError,
    caller: &Caller,
    write: impl FnOnce(&Details) -> Result<(R, Occurrence), Error>,
) -> Result<(R, Receipt), Error> {
    let changed = events::logged(zitadel, caller, |log| {
        zitadel.state.projects.update(named.project_id, |project| {
            if !named.is_own(&project.resource_owner) {
                return Err(missing.into());
            }
            let mut next = project.events;
            next.push(1, log.at);
            let (answer, occurrence) = write(&next)?;
            project.write(log, occurrence);
            Ok((answer, Receipt::new(&project.events, &project.resource_owner)))
        })
    });
    changed.map_err(|error| projects::refused(error, missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_hosts_are_told_of_a_logout() {
        for (url, denied) in [
            ("", false),
            ("https://app.example/logout", false),
            ("https://203.0.113.7/logout", false),
            ("http://localhost/logout", true),
            ("http://127.0.0.1:9/logout", true),
            ("http://[::1]/logout", true),
            ("http://10.0.0.1/logout", true),
            ("http://100.64.0.1/logout", true),
        ] {
            assert_eq!(is_denied(url), denied, "{url}");
        }
    }
}
