//! Groups of a tenant's users, and the roles that they give.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Record;

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Group {
    /// In lower case.
    pub(in super::super) id: String,
    pub(in super::super) tenant: Uuid,
    pub(in super::super) name: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) source: Origin,
    pub(in super::super) members: Arc<Vec<Member>>,
    pub(in super::super) role_mappings: Arc<Vec<RoleMapping>>,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
}

/// Where a group or a membership comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Origin {
    Local,
    Scim,
}

/// A user in a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Member {
    /// The user's id.
    pub(in super::super) user: String,
    pub(in super::super) source: Origin,
    pub(in super::super) joined_at: Timestamp,
}

/// A role that a group gives.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct RoleMapping {
    pub(in super::super) role: String,
    pub(in super::super) created_at: Timestamp,
}

impl Record for Group {
    type Alias = GroupName;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<GroupName> {
        vec![GroupName::new(self.tenant, &self.name)]
    }
}

/// By which a tenant's group is found, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct GroupName {
    tenant: Uuid,
    /// In lower case.
    pub(in super::super) name: String,
}

impl GroupName {
    pub(in super::super) fn new(tenant: Uuid, name: &str) -> Self {
        Self { tenant, name: name.to_lowercase() }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.name)
    }
}

impl Group {
    /// Whether a user is in it.
    pub(in super::super) fn has_member(&self, user: &str) -> bool {
        self.members.iter().any(|member| member.user == user)
    }

    /// Takes a user in; `None` if it is in already.
    pub(in super::super) fn add_member(&mut self, user: &str, now: Timestamp) -> Option<Member> {
        if self.has_member(user) {
            return None;
        }
        let member = Member { user: user.to_owned(), source: Origin::Local, joined_at: now };
        Arc::make_mut(&mut self.members).push(member.clone());
        self.updated_at = now;
        Some(member)
    }

    /// Lets a user go, who is no more.
    pub(in super::super) fn remove_member(&mut self, user: &str, now: Timestamp) {
        Arc::make_mut(&mut self.members).retain(|member| member.user != user);
        self.updated_at = now;
    }

    /// Gives the group a role; `None` if it has it already.
    pub(in super::super) fn add_role_mapping(&mut self, role: &str, now: Timestamp) -> Option<RoleMapping> {
        if self.role_mappings.iter().any(|mapping| mapping.role == role) {
            return None;
        }
        let mapping = RoleMapping { role: role.to_owned(), created_at: now };
        Arc::make_mut(&mut self.role_mappings).push(mapping.clone());
        self.updated_at = now;
        Some(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_in_a_group_once_and_a_role_too() {
        let (born, now) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let mut group = Group {
            id: String::new(),
            tenant: Uuid::nil(),
            name: "Engineering".to_owned(),
            description: None,
            source: Origin::Local,
            members: Arc::default(),
            role_mappings: Arc::default(),
            created_at: born,
            updated_at: born,
        };
        let before = group.clone();
        assert!(group.add_member("a", now).is_some() && group.add_member("a", now).is_none() && group.has_member("a"));
        assert!(group.add_role_mapping("admin", now).is_some() && group.add_role_mapping("admin", now).is_none());
        assert_eq!((group.updated_at, before.members.len()), (now, 0), "a copy keeps its own");
        group.remove_member("a", now);
        assert!(!group.has_member("a"));
    }
}
