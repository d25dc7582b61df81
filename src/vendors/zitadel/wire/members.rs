//! ZITADEL's messages about members, whom the newer API calls administrators.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::Described;
use super::listing::{Table, date, first_page, id, ids, newer_page, no_special, text};
use super::objects::{read, time};
use crate::vendors::zitadel::operations::listing::{Condition, Search};
use crate::vendors::zitadel::operations::member_lists::{Seat, SeatField};
use crate::vendors::zitadel::operations::members::Member;
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::record::{Level, User};

/// Somebody with roles.
pub(in super::super) fn member(message: &Described) -> Member {
    Member { user_id: message.text("userId").to_owned(), roles: message.read("roles") }
}

/// Of what a message of the newer API makes somebody an administrator.
pub(in super::super) enum Resource {
    Instance,
    Organization(String),
    Project(String),
    /// A project, and the organisation that it is granted to.
    Grant(String, String),
}

/// The resource of a message, which its rules require.
pub(in super::super) fn resource(message: &Described) -> Resource {
    resource_of(&message.read("resource"))
}

fn resource_of(resource: &Value) -> Resource {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match resource {
        resource if resource.get("organizationId").is_some() => {
            Resource::Organization(text(&resource["organizationId"]))
        }
        resource if resource.get("projectId").is_some() => Resource::Project(text(&resource["projectId"])),
        resource if resource.get("projectGrant").is_some() => {
            let grant = &resource["projectGrant"];
            Resource::Grant(text(&grant["projectId"]), text(&grant["organizationId"]))
        }
        _ => Resource::Instance,
    }
}

const SEATS: Table<SeatField> = Table {
    queries: &[
        date("creationDate", SeatField::Created),
        date("changeDate", SeatField::Changed),
        ids("inUserIdsFilter", SeatField::UserId),
        id("userOrganizationId", "id", SeatField::UserOrganization),
        text("userPreferredLoginName", "preferredLoginName", SeatField::LoginName),
        text("userDisplayName", "displayName", SeatField::DisplayName),
        id("role", "roleKey", SeatField::Roles),
        text("firstNameQuery", "firstName", SeatField::FirstName),
        text("lastNameQuery", "lastName", SeatField::LastName),
        text("emailQuery", "email", SeatField::Email),
        id("userIdQuery", "userId", SeatField::UserId),
    ],
    columns: &[
        ("_USER_ID", SeatField::UserId),
        ("_CREATION_DATE", SeatField::Created),
        ("_CHANGE_DATE", SeatField::Changed),
        ("_USER_RESOURCE_OWNER", SeatField::UserOrganization),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_administrators(message: &Described) -> Search<SeatField> {
    SEATS.newer(message, &|name, value| {
        let is = |level: &str, id: Option<(SeatField, &str)>| {
            let level = Condition::is(SeatField::Level, level);
            Condition::All(std::iter::once(level).chain(id.map(|(field, id)| Condition::is(field, id))).collect())
        };
        (name == "resource").then(|| match resource_of(value) {
            Resource::Instance => is("INSTANCE", None),
            Resource::Organization(id) => is("ORGANIZATION", Some((SeatField::Organization, &id))),
            Resource::Project(id) => is("PROJECT", Some((SeatField::Project, &id))),
            Resource::Grant(project, organization) => Condition::All(vec![
                is("GRANT", Some((SeatField::Project, &project))),
                Condition::is(SeatField::Organization, &organization),
            ]),
        })
    })
}

/// The search of a message of the first APIs.
pub(in super::super) fn list_members(message: &Described) -> Search<SeatField> {
    SEATS.older(message, &no_special)
}

/// What the answers of the newer APIs show of a user.
pub(super) fn user(user: &User) -> Value {
    json!({
        "id": user.profile.user_id,
        "preferredLoginName": user.profile.preferred_login_name,
        "displayName": user.human().map(|human| &human.profile.display_name),
        "organizationId": *user.profile.resource_owner,
    })
}

/// The answer of the newer API. `named` knows the names of organisations and projects, and who owns these.
pub(in super::super) fn administrators(page: &Page<Seat<'_>>, named: &dyn Fn(&Seat<'_>) -> Value) -> Value {
    newer_page(page, "administrators", |seat| {
        let name = match seat.level() {
            Level::Instance => "instance",
            Level::Organization => "organization",
            Level::Project => "project",
            Level::Grant => "projectGrant",
        };
        json!({
            "creationDate": time(seat.membership.details.creation_date),
            "changeDate": time(seat.membership.details.change_date),
            "user": user(&seat.user),
            name: named(seat),
            "roles": seat.membership.roles,
        })
    })
}

/// The answer of the first APIs. `owner` is that of the place.
pub(in super::super) fn members(page: &Page<Seat<'_>>, owner: &str, now: Timestamp) -> Value {
    first_page(page, now, |seat| {
        let profile = &seat.user.profile;
        let human = seat.user.human();
        json!({
            "userId": profile.user_id,
            "details": read(&seat.membership.details, owner),
            "roles": seat.membership.roles,
            "preferredLoginName": profile.preferred_login_name,
            "email": human.map(|human| &human.email.address.email),
            "firstName": human.map(|human| &human.profile.given_name),
            "lastName": human.map(|human| &human.profile.family_name),
            "displayName": display_name(&seat.user),
            "userType": if human.is_some() { "TYPE_HUMAN" } else { "TYPE_MACHINE" },
            "userResourceOwner": *profile.resource_owner,
        })
    })
}

/// A human's name for others, or a machine's.
fn display_name(user: &User) -> String {
    match (user.human(), user.machine()) {
        (Some(human), _) => human.profile.display_name.clone(),
        (None, Some(machine)) => machine.name.clone(),
        (None, None) => String::new(),
    }
}

/// The answer of the management API about what members may be.
pub(in super::super) fn roles(roles: &[&'static str]) -> Value {
    json!({ "result": roles })
}

/// The same where they are counted, under that name.
pub(in super::super) fn counted_roles(name: &str, roles: &[&'static str], now: Timestamp) -> Value {
    json!({ "details": { "totalResult": roles.len(), "viewTimestamp": time(now) }, name: roles })
}
