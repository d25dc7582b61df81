//! Where users are members, in ZITADEL's first APIs.

use std::sync::Arc;

use hashbrown::HashSet;

use super::super::super::record::{Membership, User, permissions_of};
use super::super::super::state::{INSTANCE, Zitadel};

/// Of what somebody has to be a member.
pub enum Filter {
    Instance,
    Organization(String),
    Project(String),
    /// No membership is of a project grant.
    ProjectGrant,
}

/// A membership with what it is called by.
pub(in super::super::super) struct MembershipFound {
    pub membership: Membership,
    pub display_name: Arc<str>,
    pub resource_owner: Arc<str>,
}

/// The memberships of a user that the filters find: of the instance and, if one is given, of one organisation.
pub fn memberships(
    zitadel: &Zitadel,
    user_id: &str,
    organization: Option<&str>,
    filters: &[Filter],
) -> Vec<MembershipFound> {
    let user = zitadel.state.users.get(user_id);
    let all = user.iter().flat_map(|user| &user.profile.memberships);
    let counts = |one: &&Membership| {
        organization.is_none_or(|organization| one.applies_to(organization))
            && filters.iter().all(|filter| filter.finds(one))
    };
    all.filter(counts).map(|one| found(zitadel, one)).collect()
}

/// The names of what a user may do in an organisation, each once.
pub(in super::super::super) fn permissions(user: &User, organization: &str) -> Vec<String> {
    let memberships = user.profile.memberships.iter();
    let roles =
        memberships.filter(|one| one.applies_to(organization) && one.project.is_none()).flat_map(|one| &one.roles);
    let mut seen = HashSet::new();
    roles.flat_map(|role| permissions_of(role)).filter(|name| seen.insert(name.clone())).collect()
}

fn found(zitadel: &Zitadel, membership: &Membership) -> MembershipFound {
    let organization = membership.organization.as_deref();
    let project = membership.project.as_ref().and_then(|id| zitadel.state.projects.get(id));
    let name = organization.and_then(|id| zitadel.state.organizations.get(id)).map(|one| one.name);
    let display_name =
        project.map(|one| one.settings.name.as_str().into()).or(name).unwrap_or_else(|| "ZITADEL".into());
    let resource_owner = organization.unwrap_or(INSTANCE).into();
    MembershipFound { membership: membership.clone(), display_name, resource_owner }
}

impl Filter {
    fn finds(&self, membership: &Membership) -> bool {
        match self {
            Self::Instance => membership.organization.is_none(),
            Self::Organization(id) => membership.is_at(Some(id), None, None),
            Self::Project(id) => membership.project.as_deref() == Some(id),
            Self::ProjectGrant => false,
        }
    }
}
