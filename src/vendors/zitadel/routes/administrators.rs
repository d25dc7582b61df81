//! The routes of those who administrate something, in ZITADEL's newer API.

use serde_json::{Value, json};

use super::handler::{Handler, Row};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::error::members::MemberError;
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::member_lists::{self, Seat};
use crate::vendors::zitadel::operations::members::{self, Place};
use crate::vendors::zitadel::record::{Level, Permission};
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::members::Resource;

/// What somebody administrates, with all that names it.
struct Named {
    level: Level,
    /// The organisation: of a project, whose it is; of a grant, whom it is granted to.
    organization: String,
    project: String,
    grant: String,
    /// Whose the project is.
    owner: String,
}

impl Named {
    fn as_place(&self) -> Place<'_> {
        let organization = &self.organization;
        match self.level {
            Level::Instance => Place::Instance,
            Level::Organization => Place::Organization(organization),
            Level::Project => Place::Project { organization, id: &self.project },
            Level::Grant => Place::Grant { organization, project: &self.project, id: &self.grant },
        }
    }
}

/// What a resource is.
fn place(zitadel: &Zitadel, resource: &Resource) -> Result<Named, Error> {
    let nothing = || Named {
        level: Level::Instance,
        organization: String::new(),
        project: String::new(),
        grant: String::new(),
        owner: String::new(),
    };
    let project = |id: &str| zitadel.state.projects.get(id).ok_or(Error::from(ObjectError::ProjectMissing));
    Ok(match resource {
        Resource::Instance => nothing(),
        Resource::Organization(id) => Named { level: Level::Organization, organization: id.clone(), ..nothing() },
        Resource::Project(id) => {
            let owner = project(id)?.resource_owner.to_string();
            Named { level: Level::Project, organization: owner.clone(), project: id.clone(), owner, ..nothing() }
        }
        Resource::Grant(id, organization) => {
            let project = project(id)?;
            let grant = project.grants.iter().find(|grant| grant.organization == *organization);
            let grant = grant.ok_or(ObjectError::ProjectGrantNotFound("PROJECT-D8JxR"))?.id.clone();
            Named {
                level: Level::Grant,
                organization: organization.clone(),
                project: id.clone(),
                grant,
                owner: project.resource_owner.to_string(),
            }
        }
    })
}

/// What the vendor sees to before it asks whether the caller may: that the organisation is there, of a project that the
/// user is.
fn check_parties(zitadel: &Zitadel, resource: &Resource, user_id: &str) -> Result<(), Error> {
    match resource {
        Resource::Organization(id) if zitadel.organization(id).is_none() => Err(Error::OrganizationMissing),
        Resource::Project(_) if zitadel.state.users.get(user_id).is_none() => {
            Err(MemberError::UserMissing(Level::Project).into())
        }
        Resource::Instance | Resource::Organization(_) | Resource::Project(_) | Resource::Grant(..) => Ok(()),
    }
}

/// What is done to the membership.
#[derive(Clone, Copy)]
enum Right {
    Write,
    Delete,
}

/// Whether the caller may do that to the members there.
fn permit(caller: &Caller, place: &Named, right: Right) -> Result<(), Error> {
    let (write, delete) = match place.level {
        Level::Instance => (Permission::InstanceMemberWrite, Permission::InstanceMemberDelete),
        Level::Organization => (Permission::OrganizationMemberWrite, Permission::OrganizationMemberDelete),
        Level::Project => (Permission::ProjectMemberWrite, Permission::ProjectMemberDelete),
        Level::Grant => (Permission::ProjectGrantMemberWrite, Permission::ProjectGrantMemberDelete),
    };
    let permission = match right {
        Right::Write => write,
        Right::Delete => delete,
    };
    let project = Some(&*place.project).filter(|id| !id.is_empty());
    match place.level {
        Level::Instance => caller.check_in(permission, None, None),
        Level::Organization => caller.check_in(permission, Some(&place.organization), None),
        Level::Project | Level::Grant => caller.check_in(permission, Some(&place.owner), project),
    }
}

/// Whether the caller may see a membership.
fn may_see(caller: &Caller, seat: &Seat<'_>) -> bool {
    let permission = match seat.level() {
        Level::Instance => Permission::InstanceMemberRead,
        Level::Organization => Permission::OrganizationMemberRead,
        Level::Project => Permission::ProjectMemberRead,
        Level::Grant => Permission::ProjectGrantMemberRead,
    };
    let membership = &seat.membership;
    caller.check_in(permission, membership.organization.as_deref(), membership.project.as_deref()).is_ok()
}

/// What the answer says of the place of a membership.
fn named(zitadel: &Zitadel, seat: &Seat<'_>) -> Value {
    let membership = &seat.membership;
    let (organization, project) = (membership.organization.as_deref(), membership.project.as_deref());
    let project = project.and_then(|id| zitadel.state.projects.get(id));
    let (id, name, owner) = project
        .as_ref()
        .map_or(("", "", ""), |project| (&*project.id, &*project.settings.name, &*project.resource_owner));
    match seat.level() {
        Level::Instance => true.into(),
        Level::Organization => {
            let found = organization.and_then(|id| zitadel.organization(id));
            json!({ "id": organization, "name": found.as_ref().map(|found| &*found.name) })
        }
        Level::Project => json!({ "id": id, "name": name, "organizationId": owner }),
        Level::Grant => json!({
            "id": membership.grant, "projectId": id, "projectName": name, "organizationId": owner,
            "grantedOrganizationId": organization,
        }),
    }
}

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "list_administrators",
        "POST",
        "/zitadel.internal_permission.v2.InternalPermissionService/ListAdministrators",
        Handler::described("ListAdministratorsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let search = wire::members::list_administrators(message);
                let page = member_lists::list_administrators(request.zitadel, search, |seat| may_see(caller, seat))?;
                Ok(wire::members::administrators(&page, &|seat| named(request.zitadel, seat)))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.internal_permission.v2.InternalPermissionService/ListAdministrators")
    .reads_only()
    .list(),
    Row::new(
        "create_administrator",
        "POST",
        "/zitadel.internal_permission.v2.InternalPermissionService/CreateAdministrator",
        Handler::described("CreateAdministratorRequest", |request| {
            request.serve_described("created", |message, caller| {
                let resource = wire::members::resource(message);
                check_parties(request.zitadel, &resource, message.text("userId"))?;
                let place = place(request.zitadel, &resource)?;
                permit(caller, &place, Right::Write)?;
                members::add_member(request.zitadel, place.as_place(), wire::members::member(message), caller)
                    .map(|receipt| wire::objects::only_date("creationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.internal_permission.v2.InternalPermissionService/CreateAdministrator"),
    Row::new(
        "update_administrator",
        "POST",
        "/zitadel.internal_permission.v2.InternalPermissionService/UpdateAdministrator",
        Handler::described("UpdateAdministratorRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let resource = wire::members::resource(message);
                let place = place(request.zitadel, &resource)?;
                permit(caller, &place, Right::Write)?;
                members::update_member(request.zitadel, place.as_place(), wire::members::member(message), caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.internal_permission.v2.InternalPermissionService/UpdateAdministrator"),
    Row::new(
        "delete_administrator",
        "POST",
        "/zitadel.internal_permission.v2.InternalPermissionService/DeleteAdministrator",
        Handler::described("DeleteAdministratorRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let resource = wire::members::resource(message);
                let place = place(request.zitadel, &resource)?;
                let (user_id, permit) = (message.text("userId"), || permit(caller, &place, Right::Delete));
                let deleted = members::remove_member(request.zitadel, place.as_place(), user_id, permit, caller)?;
                Ok(deleted.map_or_else(|| json!({}), |receipt| wire::objects::only_date("deletionDate", receipt.at)))
            })
        }),
    )
    .rpc("/zitadel.internal_permission.v2.InternalPermissionService/DeleteAdministrator"),
];
