//! The roles of ZITADEL's users and what they allow. Pure.

use serde::{Deserialize, Serialize};

/// Roles that a user holds in one organisation, or in the whole instance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The organisation's id; absent for the instance.
    pub organization: Option<String>,
    /// The vendor's names of roles.
    pub roles: Vec<String>,
}

/// A permission on users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// `user.read`
    Read,
    /// `user.write`
    Write,
    /// `user.delete`
    Delete,
}

impl Membership {
    /// Whether it counts in that organisation.
    pub fn applies_to(&self, organization: &str) -> bool {
        self.organization.as_deref().is_none_or(|own| own == organization)
    }

    /// Whether one of its roles has that permission.
    pub fn allows(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| match role.as_str() {
            "IAM_OWNER" | "IAM_ORG_MANAGER" | "IAM_USER_MANAGER" | "ORG_OWNER" | "ORG_USER_MANAGER" => true,
            "IAM_LOGIN_CLIENT" => permission != Permission::Delete,
            // Inferred from the names (zitadel-roles): the sheet of roles lists only those that write.
            "IAM_OWNER_VIEWER" | "ORG_OWNER_VIEWER" => permission == Permission::Read,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_it_says() {
        for (role, read, write, delete) in [
            ("IAM_OWNER", true, true, true),
            ("ORG_USER_MANAGER", true, true, true),
            ("IAM_LOGIN_CLIENT", true, true, false),
            ("IAM_OWNER_VIEWER", true, false, false),
            ("ORG_PROJECT_CREATOR", false, false, false),
        ] {
            let membership = Membership { organization: None, roles: vec![role.to_owned()] };
            assert_eq!(membership.allows(Permission::Read), read, "{role}");
            assert_eq!(membership.allows(Permission::Write), write, "{role}");
            assert_eq!(membership.allows(Permission::Delete), delete, "{role}");
        }
    }
}
