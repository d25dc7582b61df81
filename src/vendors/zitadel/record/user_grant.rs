//! ZITADEL's user grants, which its newer API calls authorizations: the roles of a user in a project. Pure.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::details::Details;
use super::event::Aggregate;
use super::log::{Log, Occurrence};
use crate::directory::Record;

/// The roles that an organisation gives a user in a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserGrant {
    pub id: Arc<str>,
    /// The organisation that gives them.
    pub resource_owner: Arc<str>,
    pub user_id: Arc<str>,
    pub project_id: Arc<str>,
    /// By which grant the organisation has the project; none where it owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_grant_id: Option<Arc<str>>,
    pub roles: Arc<[String]>,
    pub state: UserGrantState,
    pub details: Details,
}

/// A grant's state. A removed one is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserGrantState {
    #[serde(rename = "USER_GRANT_STATE_ACTIVE")]
    Active,
    #[serde(rename = "USER_GRANT_STATE_INACTIVE")]
    Inactive,
}

/// Who is given what by whom: no two grants share all of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grantee {
    resource_owner: Arc<str>,
    user_id: Arc<str>,
    project_id: Arc<str>,
    project_grant_id: Option<Arc<str>>,
}

impl UserGrant {
    /// Writes an event.
    fn write(&mut self, log: &mut Log, occurrence: Occurrence) {
        log.write(Aggregate::UserGrant, [&self.id, &self.resource_owner], &mut self.details, occurrence);
    }

    /// Writes the event that makes it.
    pub fn begin(&mut self, log: &mut Log) {
        let said = json!({
            "userId": *self.user_id,
            "projectId": *self.project_id,
            "grantId": self.project_grant_id.as_deref(),
            "roleKeys": *self.roles,
        });
        self.write(log, Occurrence::saying("user.grant.added", said));
    }

    /// Writes the event of that kind that gives it other roles.
    pub fn set_roles(&mut self, roles: Vec<String>, kind: &'static str, log: &mut Log) {
        self.roles = roles.into();
        self.write(log, Occurrence::saying(kind, json!({ "roleKeys": *self.roles })));
    }

    /// Writes the event that sets the state. The same again is none.
    pub fn enter(&mut self, state: UserGrantState, log: &mut Log) {
        if std::mem::replace(&mut self.state, state) != state {
            let kind = match state {
                UserGrantState::Active => "user.grant.reactivated",
                UserGrantState::Inactive => "user.grant.deactivated",
            };
            self.write(log, Occurrence::bare(kind));
        }
    }

    /// Writes the event of that kind that ends it.
    pub fn end(&mut self, kind: &'static str, log: &mut Log) {
        self.write(log, Occurrence::bare(kind));
    }

    #[allow(dead_code)] // asked by the doors of OpenID Connect
    /// Whether it counts: a grant that is not active gives no role.
    pub fn is_active(&self) -> bool {
        self.state == UserGrantState::Active
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.user_id, self.project_id)
    }
}

impl Record for UserGrant {
    type Alias = Grantee;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<Grantee> {
        vec![Grantee {
            resource_owner: Arc::clone(&self.resource_owner),
            user_id: Arc::clone(&self.user_id),
            project_id: Arc::clone(&self.project_id),
            project_grant_id: self.project_grant_id.clone(),
        }]
    }
}
