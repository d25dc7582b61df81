//! The roles that ZITADEL's users hold, and where. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::Details;
use super::permission::{Permission, is_role, roles_of};

/// Roles that a user holds in the whole instance, in one organisation, in one project of it, or in one grant of a
/// project to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The organisation's id; absent for the instance.
    pub organization: Option<String>,
    /// The project's id; absent for the whole organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The id of the grant by which the organisation has the project; absent where it owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The vendor's names of roles.
    pub roles: Vec<String>,
    /// The events that made it, which are those of the instance, the organisation or the project. What a seed gives is
    /// as old as the user.
    #[serde(default = "from_the_start")]
    pub details: Details,
}

/// What a seed does not say, until it is known how old the user is.
fn from_the_start() -> Details {
    Details::new(1, Timestamp::UNIX_EPOCH)
}

impl Membership {
    /// A seed's membership, which is as old as the user where it does not say.
    pub fn dated_from(self, creation_date: Timestamp) -> Self {
        let is_dated = self.details.creation_date != Timestamp::UNIX_EPOCH;
        Self { details: if is_dated { self.details } else { Details::new(1, creation_date) }, ..self }
    }

    /// Whether it counts in that organisation.
    pub fn applies_to(&self, organization: &str) -> bool {
        self.organization.as_deref().is_none_or(|own| own == organization)
    }

    /// Whether it is for other projects only.
    pub fn is_elsewhere(&self, project: Option<&str>) -> bool {
        self.project.as_deref().is_some_and(|own| project != Some(own))
    }

    /// Whether one of its roles has that permission.
    pub fn allows(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| permission.is_of(role))
    }

    /// Whether it is the one of that level: the instance, an organisation, a project of it, or a grant of one to it.
    pub fn is_at(&self, organization: Option<&str>, project: Option<&str>, grant: Option<&str>) -> bool {
        let own = [&self.organization, &self.project, &self.grant].map(Option::as_deref);
        own == [organization, project, grant]
    }
}

/// At what somebody is a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Instance,
    Organization,
    Project,
    Grant,
}

impl Level {
    /// The roles that members there can have.
    pub fn roles(self) -> Vec<&'static str> {
        match self {
            Self::Instance => roles_of("IAM_").collect(),
            Self::Organization => roles_of("ORG_").collect(),
            Self::Project => roles_of("PROJECT_").filter(|role| !role.starts_with("PROJECT_GRANT_")).collect(),
            Self::Grant => roles_of("PROJECT_GRANT_").collect(),
        }
    }

    /// Whether members there can have a role.
    pub fn has_role(self, role: &str) -> bool {
        is_role(role)
            && match self {
                Self::Organization => role.starts_with("ORG_") || role == "SELF_MANAGEMENT_GLOBAL",
                Self::Instance => role.starts_with("IAM_"),
                Self::Project => role.starts_with("PROJECT_") && !role.starts_with("PROJECT_GRANT_"),
                Self::Grant => role.starts_with("PROJECT_GRANT_"),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_counts_where_it_is() {
        let read = |text: &str| serde_json::from_str::<Membership>(text).unwrap();
        let instance = read(r#"{"roles":["IAM_OWNER"]}"#);
        let organization = read(r#"{"organization":"o","roles":["ORG_OWNER"]}"#);
        let project = read(r#"{"organization":"o","project":"p","roles":["PROJECT_OWNER"]}"#);
        assert!(instance.applies_to("o") && organization.applies_to("o") && !organization.applies_to("x"));
        assert!(!instance.is_elsewhere(None) && !organization.is_elsewhere(Some("p")));
        assert!(project.is_elsewhere(None) && project.is_elsewhere(Some("q")) && !project.is_elsewhere(Some("p")));
        assert!(project.is_at(Some("o"), Some("p"), None) && !project.is_at(Some("o"), None, None));
        assert!(project.allows(Permission::ApplicationDelete));
    }
}
