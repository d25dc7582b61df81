//! What memberships permit: one answer for every operation. Knows no operation and no role.

use super::super::error::Error;
use super::super::record::{Membership, Permission};

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no role that counts there.
    NoMembership,
    /// There is one, without the permission.
    NoPermission,
    /// There is one with the permission, for other projects.
    Elsewhere,
}

/// Whether memberships give a permission in an organisation, or in a project of it. Without an organisation only those
/// of the instance count.
pub fn judge(
    memberships: &[Membership],
    permission: Permission,
    organization: Option<&str>,
    project: Option<&str>,
) -> Result<(), Refused> {
    let counts = |membership: &&Membership| match organization {
        Some(organization) => membership.applies_to(organization),
        None => membership.organization.is_none(),
    };
    let mut refused = Refused::NoMembership;
    for membership in memberships.iter().filter(counts) {
        match (membership.allows(permission), membership.is_elsewhere(project)) {
            (true, false) => return Ok(()),
            (true, true) => refused = Refused::Elsewhere,
            (false, _) if refused == Refused::NoMembership => refused = Refused::NoPermission,
            (false, _) => {}
        }
    }
    Err(refused)
}

impl Refused {
    /// As an operation says it that looks at its object first.
    pub fn in_operation(self) -> Error {
        match self {
            Self::NoMembership => Error::MembershipNotFound,
            Self::NoPermission | Self::Elsewhere => Error::PermissionDenied,
        }
    }

    /// As the vendor says it before a call is looked at.
    pub fn at_the_gate(self) -> Error {
        match self {
            Self::NoMembership => Error::MembershipNotFound,
            Self::NoPermission => Error::EndpointDenied,
            Self::Elsewhere => Error::PermissionElsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_counts_where_it_is_held() {
        let membership = |text: &str| serde_json::from_str::<Membership>(text).unwrap();
        let project = membership(r#"{"organization":"o","project":"p","roles":["PROJECT_OWNER"]}"#);
        let viewer = membership(r#"{"organization":"o","roles":["ORG_OWNER_VIEWER"]}"#);
        let instance = membership(r#"{"roles":["IAM_OWNER"]}"#);
        let write =
            |held: &[Membership], organization, project| judge(held, Permission::ProjectWrite, organization, project);
        let held = [viewer, project];
        assert_eq!(write(&held, Some("o"), Some("p")), Ok(()));
        assert_eq!(write(&held, Some("o"), Some("q")), Err(Refused::Elsewhere));
        assert_eq!(write(&held[..1], Some("o"), None), Err(Refused::NoPermission));
        assert_eq!(write(&held, Some("x"), None), Err(Refused::NoMembership));
        assert_eq!(write(&held, None, None), Err(Refused::NoMembership));
        assert_eq!(write(&[instance], None, None), Ok(()));
    }
}
