//! ZITADEL's messages about projects, their roles and the grants of them.

use serde_json::{Value, json};

use super::described::Described;
use super::objects::time;
use crate::vendors::zitadel::operations::projects::{AddProject, AddRole};
use crate::vendors::zitadel::operations::user_grants::AddUserGrant;
use crate::vendors::zitadel::record::ProjectSettings;

/// The project that a message of the first API asks for.
pub(in super::super) fn add_project(message: &Described, organization: &str) -> AddProject {
    AddProject { id: None, organization: organization.to_owned(), settings: message.read_all() }
}

/// The project that a message of the newer API asks for.
pub(in super::super) fn create_project(message: &Described) -> AddProject {
    let settings = ProjectSettings {
        name: message.text("name").to_owned(),
        project_role_assertion: message.read("projectRoleAssertion"),
        project_role_check: message.read("authorizationRequired"),
        has_project_check: message.read("projectAccessRequired"),
        private_labeling_setting: message.read("privateLabelingSetting"),
    };
    let id = Some(message.text("projectId")).filter(|id| !id.is_empty());
    AddProject { id: id.map(str::to_owned), organization: message.text("organizationId").to_owned(), settings }
}

/// The role that a message of the first API asks for.
pub(in super::super) fn add_role(message: &Described) -> AddRole {
    AddRole {
        project_id: message.text("projectId").to_owned(),
        key: message.text("roleKey").to_owned(),
        display_name: message.text("displayName").to_owned(),
        group: message.text("group").to_owned(),
    }
}

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

/// The answer of the newer APIs to a creation, whose id is under that name.
pub(in super::super) fn created(id_name: &str, id: &str, at: jiff::Timestamp) -> Value {
    json!({ id_name: id, "creationDate": time(at) })
}
