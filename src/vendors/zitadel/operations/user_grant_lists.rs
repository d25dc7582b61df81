//! Searches among the roles that ZITADEL's users are given in projects.

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Organization, Project, User, UserGrant, UserGrantState};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::paging::Page;

/// A grant, and whom and what it shows: all of them are there.
#[derive(Clone)]
pub struct Given {
    pub grant: UserGrant,
    pub user: User,
    pub project: Project,
    /// The organisation that gives it.
    pub organization: Organization,
    /// That of the user, if it is there.
    pub home: Option<Organization>,
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

impl Given {
    /// The grant with all that it shows, if that is there.
    fn new(zitadel: &Zitadel, grant: &UserGrant) -> Option<Self> {
        let project = zitadel.state.projects.get(&grant.project_id)?;
        // A grant by a project grant that nobody knows is shown nowhere.
        if grant.project_grant_id.as_ref().is_some_and(|id| project.grant(id).is_none()) {
            return None;
        }
        let user = zitadel.state.users.get(&grant.user_id)?;
        let organization = zitadel.organization(&grant.resource_owner)?;
        let home = zitadel.organization(&user.profile.resource_owner);
        Some(Self { grant: grant.clone(), user, project, organization, home })
    }
}

impl Row for Given {
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

    fn key(&self) -> &str {
        &self.grant.id
    }
}

/// A grant of an organisation.
pub fn get_user_grant(zitadel: &Zitadel, id: &str, organization: &str) -> Result<Given, Error> {
    let grant = zitadel.state.user_grants.get(id).filter(|grant| *grant.resource_owner == *organization);
    let given = grant.and_then(|grant| Given::new(zitadel, &grant));
    given.ok_or(ObjectError::GrantNotFound("QUERY-wIPkA").into())
}

/// The grants that fit. What the caller may not see is only counted.
pub fn list_user_grants(
    zitadel: &Zitadel,
    search: Search<GivenField>,
    limit: Limit,
    fits: impl Fn(&UserGrant) -> bool,
    is_visible: impl Fn(&Given) -> bool,
) -> Result<Page<Given>, Error> {
    let grants = zitadel.state.user_grants.snapshot();
    let rows = grants.iter().filter(|grant| fits(grant)).filter_map(|grant| Given::new(zitadel, grant));
    Ok(search.find(rows, limit)?.showing(is_visible))
}
