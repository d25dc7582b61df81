//! ZITADEL's projects with their roles and the organisations that they are granted to. Pure.

use std::fmt;
use std::ops::Not;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::details::Details;
use super::event::Aggregate;
use super::log::{Log, Occurrence};
use crate::directory::Record;

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Project {
    pub id: Arc<str>,
    pub resource_owner: Arc<str>,
    pub state: ProjectState,
    pub settings: Arc<ProjectSettings>,
    /// All events: also those of roles, applications, members and project grants.
    pub events: Details,
    /// Those of the project itself, as reading it shows.
    pub row: Details,
    pub roles: Arc<[ProjectRole]>,
    pub grants: Arc<[ProjectGrant]>,
}

/// A project's state. A removed one is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ProjectState {
    #[serde(rename = "PROJECT_STATE_ACTIVE")]
    Active,
    #[serde(rename = "PROJECT_STATE_INACTIVE")]
    Inactive,
}

/// What a call sets of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ProjectSettings {
    pub name: String,
    /// Whether roles are put into tokens that do not ask for them.
    pub project_role_assertion: bool,
    /// Whether only users with a role may sign in.
    pub project_role_check: bool,
    /// Whether only users of an organisation that has the project may.
    pub has_project_check: bool,
    pub private_labeling_setting: PrivateLabeling,
}

/// Whose look the login page has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum PrivateLabeling {
    #[default]
    #[serde(rename = "PRIVATE_LABELING_SETTING_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "PRIVATE_LABELING_SETTING_ENFORCE_PROJECT_RESOURCE_OWNER_POLICY")]
    Project,
    #[serde(rename = "PRIVATE_LABELING_SETTING_ALLOW_LOGIN_USER_RESOURCE_OWNER_POLICY")]
    User,
}

/// A role that a project has to grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRole {
    pub key: String,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    pub details: Details,
}

/// An organisation that may grant some of the project's roles itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectGrant {
    pub id: String,
    pub organization: String,
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_inactive: bool,
    pub details: Details,
}

/// A project's name, unique in its organisation whatever its case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectName {
    organization: Arc<str>,
    name: String,
}

/// Why a project's state cannot be left by a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongProjectState {
    /// Deactivating what is not active.
    NotActive,
    /// Reactivating what is not inactive.
    NotInactive,
}

impl ProjectState {
    /// Where deactivating leads.
    pub fn deactivated(self) -> Result<Self, WrongProjectState> {
        match self {
            Self::Active => Ok(Self::Inactive),
            Self::Inactive => Err(WrongProjectState::NotActive),
        }
    }

    /// Where reactivating leads.
    pub fn reactivated(self) -> Result<Self, WrongProjectState> {
        match self {
            Self::Inactive => Ok(Self::Active),
            Self::Active => Err(WrongProjectState::NotInactive),
        }
    }
}

impl Project {
    /// A new project without roles: one event.
    pub fn new(id: String, resource_owner: Arc<str>, settings: ProjectSettings, log: &mut Log) -> Self {
        let said = settings.said();
        let events = Details::new(0, log.at);
        let mut project = Self {
            id: id.into(),
            resource_owner,
            state: ProjectState::Active,
            settings: settings.into(),
            events,
            row: events,
            roles: Arc::default(),
            grants: Arc::default(),
        };
        project.push(log, Occurrence::saying("project.added", said));
        project
    }

    /// The role of that key.
    pub fn role(&self, key: &str) -> Option<&ProjectRole> {
        self.roles.iter().find(|role| role.key == key)
    }

    /// The grant of that id.
    pub fn grant(&self, id: &str) -> Option<&ProjectGrant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// Writes an event, also of something in the project.
    pub fn write(&mut self, log: &mut Log, occurrence: Occurrence) {
        log.write(Aggregate::Project, [&self.id, &self.resource_owner], &mut self.events, occurrence);
    }

    /// Writes an event of the project itself.
    fn push(&mut self, log: &mut Log, occurrence: Occurrence) {
        self.write(log, occurrence);
        self.row.follow(&self.events);
    }

    /// Writes the event that sets the state.
    pub fn enter(&mut self, state: ProjectState, log: &mut Log) {
        self.state = state;
        let kind = match state {
            ProjectState::Active => "project.reactivated",
            ProjectState::Inactive => "project.deactivated",
        };
        self.push(log, Occurrence::bare(kind));
    }

    /// Writes the event that ends the project.
    pub fn end(&mut self, log: &mut Log) {
        self.push(log, Occurrence::bare("project.removed"));
    }

    /// Writes the event that adds a role. Its key must be free.
    pub fn add_role(&mut self, key: String, display_name: String, group: String, log: &mut Log) {
        let mut role = ProjectRole { key, display_name, group, details: self.events };
        self.write(log, Occurrence::saying("project.role.added", role.said()));
        role.details = Details::row_of(&self.events);
        self.roles = self.roles.iter().cloned().chain([role]).collect();
    }

    /// Sets what a call sets of a project; the same again is no event.
    pub fn set(&mut self, settings: ProjectSettings, log: &mut Log) {
        if *self.settings != settings {
            let changed = Occurrence::changing("project.changed", &[], &self.settings.said(), settings.said());
            self.settings = settings.into();
            self.push(log, changed);
        }
    }

    /// Changes a role; the same again is no event. `false` if there is none of that key.
    pub fn change_role(&mut self, key: &str, change: impl FnOnce(&mut ProjectRole), log: &mut Log) -> bool {
        let mut roles = self.roles.to_vec();
        let Some(role) = roles.iter_mut().find(|role| role.key == key) else { return false };
        let before = role.clone();
        change(role);
        if *role != before {
            let changed = Occurrence::changing("project.role.changed", &["key"], &before.said(), role.said());
            self.write(log, changed);
            role.details.follow(&self.events);
            self.roles = roles.into();
        }
        true
    }

    /// Writes the event that removes a role, and takes it out of the grants of the project. `false` if there is none.
    pub fn remove_role(&mut self, key: &str, log: &mut Log) -> bool {
        if self.role(key).is_none() {
            return false;
        }
        self.write(log, Occurrence::saying("project.role.removed", json!({ "key": key })));
        self.roles = self.roles.iter().filter(|role| role.key != key).cloned().collect();
        let granted: Vec<_> = self.grants.iter().filter(|grant| grant.roles.iter().any(|own| own == key)).collect();
        for id in granted.into_iter().map(|grant| grant.id.clone()).collect::<Vec<_>>() {
            let kind = "project.grant.cascade.changed";
            self.change_grant(&id, kind, |grant| grant.roles.retain(|own| own != key), log);
        }
        true
    }

    /// Writes the event that grants the project to an organisation.
    pub fn add_grant(&mut self, id: String, organization: String, roles: Vec<String>, log: &mut Log) {
        let said = json!({ "grantId": id, "grantedOrgId": organization, "roleKeys": roles });
        self.write(log, Occurrence::saying("project.grant.added", said));
        let details = Details::row_of(&self.events);
        let grant = ProjectGrant { id, organization, roles, is_inactive: false, details };
        self.grants = self.grants.iter().cloned().chain([grant]).collect();
    }

    /// Changes a grant, which is an event of that kind; the same again is none. `false` if there is none of that id.
    pub fn change_grant(
        &mut self,
        id: &str,
        kind: &'static str,
        change: impl FnOnce(&mut ProjectGrant),
        log: &mut Log,
    ) -> bool {
        let mut grants = self.grants.to_vec();
        let Some(grant) = grants.iter_mut().find(|grant| grant.id == id) else { return false };
        let before = grant.clone();
        change(grant);
        if *grant != before {
            let roles = (grant.roles != before.roles).then_some(&grant.roles);
            self.write(log, Occurrence::saying(kind, json!({ "grantId": id, "roleKeys": roles })));
            grant.details.follow(&self.events);
            self.grants = grants.into();
        }
        true
    }

    /// Writes the event that takes a grant back. `false` if there is none.
    pub fn remove_grant(&mut self, id: &str, log: &mut Log) -> bool {
        if self.grant(id).is_none() {
            return false;
        }
        self.write(log, Occurrence::saying("project.grant.removed", json!({ "grantId": id })));
        self.grants = self.grants.iter().filter(|grant| grant.id != id).cloned().collect();
        true
    }
}

impl ProjectSettings {
    /// What events say of them.
    fn said(&self) -> Value {
        json!({
            "name": self.name,
            "projectRoleAssertion": self.project_role_assertion,
            "projectRoleCheck": self.project_role_check,
            "hasProjectCheck": self.has_project_check,
            "privateLabelingSetting": self.private_labeling_setting as u8,
        })
    }
}

impl ProjectRole {
    /// What events say of it.
    fn said(&self) -> Value {
        json!({ "key": self.key, "displayName": self.display_name, "group": self.group })
    }
}

impl ProjectName {
    /// That name in that organisation.
    pub fn new(organization: &Arc<str>, name: &str) -> Self {
        Self { organization: Arc::clone(organization), name: name.to_lowercase() }
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl Record for Project {
    type Alias = ProjectName;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<ProjectName> {
        vec![ProjectName::new(&self.resource_owner, &self.settings.name)]
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn an_event_of_a_role_is_one_of_the_project_but_does_not_show_on_it() {
        let log = &mut Log::new("ada", Timestamp::UNIX_EPOCH);
        let settings = ProjectSettings { name: "Portal".to_owned(), ..ProjectSettings::default() };
        let mut project = Project::new("1".to_owned(), "org".into(), settings, log);
        project.add_role("admin".to_owned(), "Admin".to_owned(), String::new(), log);
        assert_eq!((project.events.sequence, project.row.sequence), (2, 1));
        assert_eq!(project.role("admin").map(|role| role.details.sequence), Some(2));
        project.enter(project.state.deactivated().unwrap(), log);
        assert_eq!((project.state, project.row.sequence), (ProjectState::Inactive, 3));
        assert_eq!(project.state.deactivated(), Err(WrongProjectState::NotActive));
        assert_eq!(project.state.reactivated(), Ok(ProjectState::Active));
        assert_eq!(ProjectState::Active.reactivated(), Err(WrongProjectState::NotInactive));
    }

    #[test]
    fn what_changes_nothing_is_no_event_and_a_removed_role_leaves_its_grants() {
        let log = &mut Log::new("ada", Timestamp::UNIX_EPOCH);
        let mut project = Project::new("1".to_owned(), "org".into(), ProjectSettings::default(), log);
        project.set(ProjectSettings::default(), log);
        project.add_role("admin".to_owned(), "Admin".to_owned(), String::new(), log);
        assert!(project.change_role("admin", |_| {}, log) && !project.change_role("nobody", |_| {}, log));
        project.add_grant("g".to_owned(), "other".to_owned(), vec!["admin".to_owned()], log);
        assert_eq!(project.events.sequence, 3);
        assert!(project.remove_role("admin", log) && !project.remove_role("admin", log));
        assert_eq!((project.events.sequence, project.grant("g").unwrap().roles.len()), (5, 0));
        assert!(project.remove_grant("g", log) && !project.remove_grant("g", log));
        assert_eq!((project.events.sequence, project.row.sequence), (6, 1));
    }
}
