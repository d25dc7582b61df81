//! ZITADEL's messages about the roles of users in projects: grants in the first API, authorizations in the newer one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::Described;
use super::listing::{Table, first_page, id, ids, newer_page, no_special, text, word};
use super::objects::{read, time};
use crate::vendors::zitadel::operations::listing::{Condition, Search};
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::operations::user_grant_lists::{Given, GivenField};
use crate::vendors::zitadel::operations::user_grants::AddUserGrant;
use crate::vendors::zitadel::record::UserGrantState;

/// The grant that a message asks for, to be given by that organisation.
pub(in super::super) fn add_user_grant(message: &Described, organization: &str) -> AddUserGrant {
    AddUserGrant {
        organization: organization.to_owned(),
        user_id: message.text("userId").to_owned(),
        project_id: message.text("projectId").to_owned(),
        project_grant_id: Some(message.text("projectGrantId")).filter(|id| !id.is_empty()).map(str::to_owned),
        roles: message.read("roleKeys"),
    }
}

const GRANTS: Table<GivenField> = Table {
    queries: &[
        ids("authorizationIds", GivenField::Id),
        id("organizationId", "id", GivenField::Organization),
        word("state", "state", GivenField::State),
        ids("inUserIds", GivenField::UserId),
        id("userOrganizationId", "id", GivenField::UserOrganization),
        text("userPreferredLoginName", "loginName", GivenField::LoginName),
        text("userDisplayName", "displayName", GivenField::DisplayName),
        id("projectId", "id", GivenField::ProjectId),
        text("projectName", "name", GivenField::ProjectName),
        text("roleKey", "key", GivenField::Roles),
        id("projectGrantId", "id", GivenField::ProjectGrant),
        id("projectIdQuery", "projectId", GivenField::ProjectId),
        id("userIdQuery", "userId", GivenField::UserId),
        text("roleKeyQuery", "roleKey", GivenField::Roles),
        id("projectGrantIdQuery", "projectGrantId", GivenField::ProjectGrant),
        text("userNameQuery", "userName", GivenField::UserName),
        text("firstNameQuery", "firstName", GivenField::FirstName),
        text("lastNameQuery", "lastName", GivenField::LastName),
        text("emailQuery", "email", GivenField::Email),
        text("orgNameQuery", "orgName", GivenField::OrganizationName),
        text("orgDomainQuery", "orgDomain", GivenField::OrganizationDomain),
        text("projectNameQuery", "projectName", GivenField::ProjectName),
        text("displayNameQuery", "displayName", GivenField::DisplayName),
        word("userTypeQuery", "type", GivenField::UserKind),
    ],
    columns: &[
        ("_CREATED_DATE", GivenField::Created),
        ("_CHANGED_DATE", GivenField::Changed),
        ("_NAME_ID", GivenField::Id),
        ("_USER_ID", GivenField::UserId),
        ("_PROJECT_ID", GivenField::ProjectId),
        ("_USER_ORGANIZATION_ID", GivenField::UserOrganization),
        ("_ORGANIZATION_ID", GivenField::Organization),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_authorizations(message: &Described) -> Search<GivenField> {
    GRANTS.newer(message, &no_special)
}

/// The search of a message of the first API. That it asks for granted ones, too, finds no less.
pub(in super::super) fn list_user_grants(message: &Described) -> Search<GivenField> {
    GRANTS.older(message, &|name, _| (name == "withGrantedQuery").then(|| Condition::All(Vec::new())))
}

/// The answer of the newer API.
pub(in super::super) fn authorizations(page: &Page<Given<'_>>) -> Value {
    newer_page(page, "authorizations", |given| {
        let Given { grant, user, project, organization, .. } = given;
        let roles = grant
            .roles
            .iter()
            .filter_map(|key| project.role(key))
            .map(|role| json!({ "key": role.key, "displayName": role.display_name, "group": role.group }));
        json!({
            "id": *grant.id,
            "creationDate": time(grant.details.creation_date),
            "changeDate": time(grant.details.change_date),
            "project": {
                "id": *project.id, "name": project.settings.name, "organizationId": *project.resource_owner,
            },
            "organization": { "id": *organization.id, "name": *organization.name },
            "user": super::members::user(user),
            "state": match grant.state {
                UserGrantState::Active => "STATE_ACTIVE",
                UserGrantState::Inactive => "STATE_INACTIVE",
            },
            "roles": roles.collect::<Vec<_>>(),
        })
    })
}

/// The answer of the first API about several grants.
pub(in super::super) fn user_grants(page: &Page<Given<'_>>, now: Timestamp) -> Value {
    first_page(page, now, shown)
}

/// The answer to somebody about the own grants, which knows the organisation that gives them, and not the own.
pub(in super::super) fn own_user_grants(page: &Page<Given>, now: Timestamp) -> Value {
    first_page(page, now, |given| {
        let Given { grant, user, project, organization, .. } = given;
        json!({
            "orgId": *organization.id,
            "projectId": *project.id,
            "userId": user.profile.user_id,
            "roles": *grant.roles,
            "orgName": *organization.name,
            "grantId": *grant.id,
            "details": read(&grant.details, &grant.resource_owner),
            "orgDomain": organization.primary_domain(),
            "projectName": project.settings.name,
            "projectGrantId": grant.project_grant_id.as_deref(),
            "roleKeys": *grant.roles,
            "userType": if user.human().is_some() { "TYPE_HUMAN" } else { "TYPE_MACHINE" },
        })
    })
}

/// The answer of the first API about one grant.
pub(in super::super) fn user_grant(given: &Given<'_>) -> Value {
    json!({ "userGrant": shown(given) })
}

fn shown(given: &Given<'_>) -> Value {
    let Given { grant, user, project, organization, home } = given;
    let human = user.human();
    let (home_id, home_name, home_domain) = home
        .as_ref()
        .map(|home| (&*home.id, &*home.name, home.primary_domain()))
        .unwrap_or((&*user.profile.resource_owner, "", ""));
    json!({
        "id": *grant.id,
        "details": read(&grant.details, &grant.resource_owner),
        "roleKeys": *grant.roles,
        "state": grant.state,
        "userId": user.profile.user_id,
        "userName": user.profile.username,
        "firstName": human.map(|human| &human.profile.given_name),
        "lastName": human.map(|human| &human.profile.family_name),
        "email": human.map(|human| &human.email.address.email),
        "displayName": human.map(|human| &human.profile.display_name),
        "orgId": home_id,
        "orgName": home_name,
        "orgDomain": home_domain,
        "projectId": *project.id,
        "projectName": project.settings.name,
        "projectGrantId": grant.project_grant_id.as_deref(),
        "preferredLoginName": user.profile.preferred_login_name,
        "userType": if human.is_some() { "TYPE_HUMAN" } else { "TYPE_MACHINE" },
        "grantedOrgId": *organization.id,
        "grantedOrgName": *organization.name,
        "grantedOrgDomain": organization.primary_domain(),
    })
}
