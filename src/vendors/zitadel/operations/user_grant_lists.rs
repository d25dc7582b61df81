//! Searches among the roles that ZITADEL's users are given in projects.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Organization, Project, User, UserGrant, UserGrantState};
use super::super::state::{State, Zitadel};
use super::listing::{Cell, Limit, Row, Search};
use super::paging::Page;
use crate::directory::Snapshot;

/// A grant, and whom and what it shows: all of them are there.
pub struct Given<'a> {
    pub grant: Cow<'a, UserGrant>,
    pub user: Cow<'a, User>,
    pub project: Cow<'a, Project>,
    /// The organisation that gives it.
    pub organization: Cow<'a, Organization>,
    /// That of the user, if it is there.
    pub home: Option<Cow<'a, Organization>>,
}

/// What grants are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum GivenField {
    Id,
    State,
    Roles,
    ProjectId,
    ProjectName,
    ProjectGrant,
    Organization,
    OrganizationName,
    OrganizationDomain,
    UserId,
    UserName,
    FirstName,
    LastName,
    Email,
    DisplayName,
    LoginName,
    UserOrganization,
    UserKind,
    Created,
    Changed,
}

/// All that grants show.
struct Shown {
    users: Snapshot<User>,
    projects: Snapshot<Project>,
    organizations: Snapshot<Organization>,
}

impl Shown {
    fn of(zitadel: &Zitadel) -> Self {
        let State { users, projects, organizations, .. } = &*zitadel.state;
        Self { users: users.snapshot(), projects: projects.snapshot(), organizations: organizations.snapshot() }
    }

    /// The grant with all that it shows, if that is there.
    fn by<'a>(&'a self, grant: &'a UserGrant) -> Option<Given<'a>> {
        let project = self.projects.get(&grant.project_id)?;
        // A grant by a project grant that nobody knows is shown nowhere.
        if grant.project_grant_id.as_ref().is_some_and(|id| project.grant(id).is_none()) {
            return None;
        }
        let user = self.users.get(&grant.user_id)?;
        let organization = |id: &str| self.organizations.get(id).filter(|one| one.is_there()).map(Cow::Borrowed);
        Some(Given {
            grant: Cow::Borrowed(grant),
            user: Cow::Borrowed(user),
            project: Cow::Borrowed(project),
            organization: organization(&grant.resource_owner)?,
            home: organization(&user.profile.resource_owner),
        })
    }
}

impl Given<'_> {
    fn into_owned(self) -> Given<'static> {
        Given {
            grant: Cow::Owned(self.grant.into_owned()),
            user: Cow::Owned(self.user.into_owned()),
            project: Cow::Owned(self.project.into_owned()),
            organization: Cow::Owned(self.organization.into_owned()),
            home: self.home.map(|home| Cow::Owned(home.into_owned())),
        }
    }
}

impl Row for Given<'_> {
    type Field = GivenField;

    fn value(&self, field: GivenField) -> Cell<'_> {
        let human = self.user.human();
        Cell::Text(match field {
            GivenField::Id => &self.grant.id,
            GivenField::State => match self.grant.state {
                UserGrantState::Active => "ACTIVE",
                UserGrantState::Inactive => "INACTIVE",
            },
            GivenField::Roles => return Cell::Texts(self.grant.roles.iter().map(|role| &**role).collect()),
            GivenField::ProjectId => &self.project.id,
            GivenField::ProjectName => &self.project.settings.name,
            GivenField::ProjectGrant => self.grant.project_grant_id.as_deref().unwrap_or_default(),
            GivenField::Organization => &self.grant.resource_owner,
            GivenField::OrganizationName => &self.organization.name,
            GivenField::OrganizationDomain => self.organization.primary_domain(),
            GivenField::UserId => &self.user.profile.user_id,
            GivenField::UserName => &self.user.profile.username,
            GivenField::FirstName => human.map_or("", |human| &human.profile.given_name),
            GivenField::LastName => human.map_or("", |human| &human.profile.family_name),
            GivenField::Email => human.map_or("", |human| &human.email.address.email),
            GivenField::DisplayName => human.map_or("", |human| &human.profile.display_name),
            GivenField::LoginName => &self.user.profile.preferred_login_name,
            GivenField::UserOrganization => &self.user.profile.resource_owner,
            GivenField::UserKind => {
                if human.is_some() {
                    "HUMAN"
                } else {
                    "MACHINE"
                }
            }
            GivenField::Created => return Cell::Time(self.grant.details.creation_date),
            GivenField::Changed => return Cell::Time(self.grant.details.change_date),
        })
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.grant.id.cmp(&other.grant.id)
    }
}

/// A grant of an organisation.
pub fn get_user_grant(zitadel: &Zitadel, id: &str, organization: &str) -> Result<Given<'static>, Error> {
    let grant = zitadel.state.user_grants.get(id).filter(|grant| *grant.resource_owner == *organization);
    let given = grant.and_then(|grant| Shown::of(zitadel).by(&grant).map(Given::into_owned));
    given.ok_or(ObjectError::GrantNotFound("QUERY-wIPkA").into())
}

/// The grants that fit. What the caller may not see is only counted.
pub fn list_user_grants(
    zitadel: &Zitadel,
    search: Search<GivenField>,
    limit: Limit,
    fits: impl Fn(&UserGrant) -> bool,
    is_visible: impl Fn(&Given<'_>) -> bool,
) -> Result<Page<Given<'static>>, Error> {
    let (grants, shown) = (zitadel.state.user_grants.snapshot(), Shown::of(zitadel));
    let rows = grants.iter().filter(|grant| fits(grant)).filter_map(|grant| shown.by(grant));
    Ok(search.find(rows, limit)?.showing(is_visible).map(Given::into_owned))
}
