//! ZITADEL's user grants, which its newer API calls authorizations: the roles of a user in a project. Pure.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::details::Details;
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
