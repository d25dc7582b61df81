//! Where ZITADEL's credential stands, which count, and what their users may do.

use std::collections::{HashMap, HashSet};

use super::error::Error;
use super::record::{Membership, User};
use crate::directory::{Directory, Record};
use crate::protocol::Call;

/// Whose tokens there are, and which organisations exist.
#[derive(Debug)]
pub(super) struct Access {
    /// Token to user id. Whether a token still lives, its user's record says.
    tokens: HashMap<String, String>,
    organizations: HashSet<String>,
    first_owner: String,
}

/// A permission on users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    /// `user.read`
    Read,
    /// `user.write`
    Write,
    /// `user.delete`
    Delete,
}

/// Who calls.
#[derive(Debug)]
pub(super) struct Caller(User);

impl Access {
    /// The tokens of these users.
    pub(super) fn new(users: &[User], organizations: impl IntoIterator<Item = String>) -> Self {
        let is_owner = |user: &&User| {
            user.profile.memberships.iter().any(|m| m.organization.is_none() && m.allows(Permission::Delete))
        };
        let owner = users.iter().find(|user| is_owner(user) && !user.tokens.is_empty());
        let tokens =
            users.iter().flat_map(|user| user.tokens.iter().map(|token| (token.clone(), user.key().to_owned())));
        Self {
            tokens: tokens.collect(),
            organizations: organizations.into_iter().collect(),
            first_owner: owner.map(|user| user.tokens[0].clone()).unwrap_or_default(),
        }
    }

    /// A token that may do everything; empty if there is none.
    pub(super) fn first_owner(&self) -> &str {
        &self.first_owner
    }

    /// Finds the caller by the token, then checks the organisation that the call wants to work in.
    pub(super) fn authenticate(&self, users: &Directory<User>, call: &Call) -> Result<Caller, Error> {
        let header = call.header("authorization").filter(|header| !header.is_empty());
        // One scheme, in this spelling, and one space.
        let token = header.ok_or(Error::AuthHeaderMissing)?.strip_prefix("Bearer ").ok_or(Error::InvalidAuthHeader)?;
        if token.contains("Bearer ") {
            return Err(Error::InvalidAuthHeader);
        }
        let user = self.tokens.get(token).and_then(|id| users.get(id));
        let user = user.filter(|user| user.tokens.iter().any(|live| live == token)).ok_or(Error::InvalidToken)?;
        match call.header("x-zitadel-orgid") {
            Some(id) if !id.is_empty() && !self.organizations.contains(id) => Err(Error::OrganizationUnknown),
            _ => Ok(Caller(user)),
        }
    }
}

impl Caller {
    /// Whether the caller is that user.
    pub(super) fn is(&self, user: &User) -> bool {
        self.0.key() == user.key()
    }

    /// Checks a permission in one organisation: by a role there or in the instance.
    pub(super) fn check(&self, permission: Permission, organization: &str) -> Result<(), Error> {
        let mut memberships =
            self.0.profile.memberships.iter().filter(|membership| membership.reaches(organization)).peekable();
        if memberships.peek().is_none() {
            return Err(Error::MembershipNotFound);
        }
        match memberships.any(|membership| membership.allows(permission)) {
            true => Ok(()),
            false => Err(Error::PermissionDenied),
        }
    }
}

impl Membership {
    fn reaches(&self, organization: &str) -> bool {
        self.organization.as_deref().is_none_or(|own| own == organization)
    }

    fn allows(&self, permission: Permission) -> bool {
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
