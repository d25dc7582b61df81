//! The roles that ZITADEL's users are given in projects, which the newer API calls authorizations.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Details, Grantee, Log, Project, UserGrant, UserGrantState};
use super::super::state::Zitadel;
use super::events;
use super::objects::{Permit, Receipt};
use super::write::new_id;
use crate::directory::DirectoryError;

/// A grant to be made.
pub struct AddUserGrant {
    /// The organisation that gives it.
    pub organization: String,
    pub user_id: String,
    pub project_id: String,
    /// By which grant the organisation has the project. On a project of its own, one that is unknown is taken.
    pub project_grant_id: Option<String>,
    pub roles: Vec<String>,
}

/// A grant that a call names, and who may do that to it.
pub struct Asked<'a> {
    pub id: &'a str,
    /// Of which organisation it has to be; the newer API does not say.
    organization: Option<&'a str>,
    permit: Permit<'a, UserGrant>,
}

impl<'a> Asked<'a> {
    /// A grant of an organisation.
    pub fn own(id: &'a str, organization: &'a str) -> Self {
        Self { id, organization: Some(organization), permit: &|_| Ok(()) }
    }

    /// A grant of any organisation.
    pub fn any(id: &'a str, permit: Permit<'a, UserGrant>) -> Self {
        Self { id, organization: None, permit }
    }

    fn is(&self, grant: &UserGrant) -> bool {
        self.organization.is_none_or(|organization| *grant.resource_owner == *organization)
    }

    /// Changes the grant in one step. Whoever changes nothing needs no permission.
    fn change(
        &self,
        zitadel: &Zitadel,
        unknown: &'static str,
        caller: &Caller,
        change: impl FnOnce(&mut UserGrant, &mut Log) -> Result<(), Error>,
    ) -> Result<Receipt, Error> {
        let missing = || Error::from(ObjectError::GrantNotFound(unknown));
        let changed = events::logged(zitadel, caller, |log| {
            zitadel.state.user_grants.update(self.id, |grant| {
                if !self.is(grant) {
                    return Err(missing());
                }
                let before = grant.details;
                change(grant, log)?;
                if grant.details != before {
                    (self.permit)(grant)?;
                }
                Ok(Receipt::new(&grant.details, &grant.resource_owner))
            })
        });
        changed.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => missing(),
        })
    }
}

/// Gives a user roles in a project. `permit` is asked when user, project and roles are known.
pub fn add_user_grant(
    zitadel: &Zitadel,
    input: AddUserGrant,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<(Arc<str>, Receipt), Error> {
    if zitadel.state.users.get(&input.user_id).is_none() {
        return Err(ObjectError::GranteeMissing("COMMAND-4f8sg").into());
    }
    let project = zitadel.state.projects.get(&input.project_id).ok_or(ObjectError::ProjectGrantMissing)?;
    let named = input.project_grant_id.as_deref();
    let project_grant_id = has_project(&project, &input.organization, named, &input.roles)?;
    permit()?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, caller.at());
    let make = |log: &mut Log| {
        let mut grant = UserGrant {
            id: id.as_str().into(),
            resource_owner: input.organization.into(),
            user_id: input.user_id.into(),
            project_id: Arc::clone(&project.id),
            project_grant_id,
            roles: input.roles.into(),
            state: UserGrantState::Active,
            details: Details::new(0, caller.at()),
        };
        grant.begin(log);
        Ok::<_, Error>(grant)
    };
    let made = events::logged(zitadel, caller, |log| zitadel.state.user_grants.insert(&id, || make(log)));
    let grant = made.map_err(|_| ObjectError::GrantTaken)?;
    ids.commit();
    let receipt = Receipt::new(&grant.details, &grant.resource_owner);
    Ok((grant.id, receipt))
}

/// By which grant the organisation has the project and may give these roles; none where it owns it.
fn has_project(
    project: &Project,
    organization: &str,
    named: Option<&str>,
    roles: &[String],
) -> Result<Option<Arc<str>>, ObjectError> {
    let named = named.filter(|id| !id.is_empty());
    let granted = match *project.resource_owner == *organization {
        true => None,
        false => {
            let mut grants = project.grants.iter();
            let own = grants.find(|grant| grant.organization == organization && named.is_none_or(|id| id == grant.id));
            Some(own.ok_or(ObjectError::ProjectGrantMissing)?)
        }
    };
    let known: HashSet<&str> = match granted {
        Some(grant) => grant.roles.iter().map(|key| &**key).collect(),
        None => project.roles.iter().map(|role| &*role.key).collect(),
    };
    if !roles.iter().all(|key| known.contains(&**key)) {
        return Err(ObjectError::RoleMissing);
    }
    Ok(granted.map(|grant| grant.id.as_str()).or(named).map(Arc::from))
}

/// Which API gives a grant other roles: they tell it apart in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// The first one refuses the roles that the grant has.
    OfGrant,
    /// The newer one takes them without an event, and its event is called as if a project had lost roles.
    OfAuthorization,
}

/// Gives a grant other roles.
pub fn update_user_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    roles: Vec<String>,
    update: Update,
    caller: &Caller,
) -> Result<Receipt, Error> {
    asked.change(zitadel, "COMMAND-3M9sd", caller, |grant, log| {
        if *grant.roles == *roles {
            return match update {
                Update::OfGrant => Err(ObjectError::GrantUnchanged.into()),
                Update::OfAuthorization => Ok(()),
            };
        }
        let project = zitadel.state.projects.get(&grant.project_id).ok_or(ObjectError::ProjectGrantMissing)?;
        has_project(&project, &grant.resource_owner, grant.project_grant_id.as_deref(), &roles)?;
        let kind = match update {
            Update::OfGrant => "user.grant.changed",
            Update::OfAuthorization => CASCADED,
        };
        grant.set_roles(roles, kind, log);
        Ok(())
    })
}

/// Deactivates a grant: its roles do not count any more. An inactive one stays as it is, whoever asks.
pub fn deactivate_user_grant(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Receipt, Error> {
    asked.change(zitadel, "COMMAND-3M9sd", caller, |grant, log| {
        grant.enter(UserGrantState::Inactive, log);
        Ok(())
    })
}

/// Reactivates a grant.
pub fn reactivate_user_grant(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Receipt, Error> {
    asked.change(zitadel, "COMMAND-Lp0gs", caller, |grant, log| {
        grant.enter(UserGrantState::Active, log);
        Ok(())
    })
}

/// Takes a grant away. One that is not there is gone already.
pub fn delete_authorization(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce(&UserGrant) -> Result<(), Error>,
    caller: &Caller,
) -> Result<(), Error> {
    match remove(zitadel, id, REMOVED, caller, permit) {
        Ok(_) | Err(DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_)) => Ok(()),
        Err(DirectoryError::Refused(error)) => Err(error),
    }
}

/// The kinds of the events that a grant ends by, and of that which takes roles away because the project has lost them.
const REMOVED: &str = "user.grant.removed";
const REMOVED_TOO: &str = "user.grant.cascade.removed";
const CASCADED: &str = "user.grant.cascade.changed";

/// Removes a grant that may be removed, which is an event of that kind.
fn remove(
    zitadel: &Zitadel,
    id: &str,
    kind: &'static str,
    caller: &Caller,
    permit: impl FnOnce(&UserGrant) -> Result<(), Error>,
) -> Result<Receipt, DirectoryError<Grantee, Error>> {
    events::logged(zitadel, caller, |log| {
        zitadel.state.user_grants.remove(id, |grant| {
            permit(grant)?;
            let mut ended = grant.clone();
            ended.end(kind, log);
            Ok(Receipt::new(&ended.details, &ended.resource_owner))
        })
    })
}

/// Takes a grant of an organisation away.
pub fn remove_user_grant(zitadel: &Zitadel, id: &str, organization: &str, caller: &Caller) -> Result<Receipt, Error> {
    let missing = || Error::from(ObjectError::GrantNotFound("COMMAND-1My0t"));
    let removed = remove(zitadel, id, REMOVED, caller, |grant| {
        if *grant.resource_owner == *organization { Ok(()) } else { Err(missing()) }
    });
    removed.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => missing(),
    })
}

/// Takes grants of an organisation away, all of them or none.
pub fn remove_user_grants(zitadel: &Zitadel, ids: &[String], organization: &str, caller: &Caller) -> Result<(), Error> {
    if ids.is_empty() {
        return Err(ObjectError::NoGrants.into());
    }
    let is_own =
        |id: &String| zitadel.state.user_grants.get(id).is_some_and(|grant| *grant.resource_owner == *organization);
    if !ids.iter().all(is_own) {
        return Err(ObjectError::GrantNotFound("COMMAND-1My0t").into());
    }
    ids.iter().try_for_each(|id| remove_user_grant(zitadel, id, organization, caller).map(drop))
}

/// Takes all grants of a user away that is gone.
pub(super) fn remove_of_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Option<Receipt> {
    remove_where(zitadel, |grant| *grant.user_id == *user_id, caller)
}

/// Takes the grants away that fit, with an event for each; the last of them.
pub(super) fn remove_where(
    zitadel: &Zitadel,
    is_gone: impl Fn(&UserGrant) -> bool,
    caller: &Caller,
) -> Option<Receipt> {
    let mut last = None;
    for grant in zitadel.state.user_grants.snapshot().iter().filter(|grant| is_gone(grant)) {
        last = remove(zitadel, &grant.id, REMOVED_TOO, caller, |_| Ok(())).ok().or(last);
    }
    last
}

/// Leaves the grants that fit only the roles that stay, with an event for each that loses one; the last of them.
pub(super) fn keep_roles(
    zitadel: &Zitadel,
    fits: impl Fn(&UserGrant) -> bool,
    stays: impl Fn(&str) -> bool,
    caller: &Caller,
) -> Option<Receipt> {
    let loses = |grant: &UserGrant| fits(grant) && !grant.roles.iter().all(|role| stays(role));
    let mut last = None;
    for grant in zitadel.state.user_grants.snapshot().iter().filter(|grant| loses(grant)) {
        let changed = events::logged(zitadel, caller, |log| {
            zitadel.state.user_grants.update(&grant.id, |grant| {
                if !loses(grant) {
                    return Err(()); // another call was faster
                }
                grant.set_roles(grant.roles.iter().filter(|role| stays(role)).cloned().collect(), CASCADED, log);
                Ok(Receipt::new(&grant.details, &grant.resource_owner))
            })
        });
        last = changed.ok().or(last);
    }
    last
}
