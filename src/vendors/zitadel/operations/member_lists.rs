//! Searches among the members of ZITADEL's instance, organisations, projects and project grants.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::error::Error;
use super::super::record::{Level, Membership, User};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::members::Place;
use super::paging::Page;

/// A user's membership.
pub struct Seat<'a> {
    pub user: Cow<'a, User>,
    pub membership: Cow<'a, Membership>,
    /// Which of the user's seats it is.
    number: usize,
}

/// What members are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum SeatField {
    UserId,
    FirstName,
    LastName,
    Email,
    DisplayName,
    LoginName,
    UserOrganization,
    Roles,
    Level,
    Organization,
    Project,
    Created,
    Changed,
}

impl Seat<'_> {
    fn into_owned(self) -> Seat<'static> {
        Seat {
            user: Cow::Owned(self.user.into_owned()),
            membership: Cow::Owned(self.membership.into_owned()),
            number: self.number,
        }
    }

    /// At what it is.
    pub fn level(&self) -> Level {
        match (&self.membership.organization, &self.membership.project, &self.membership.grant) {
            (None, ..) => Level::Instance,
            (Some(_), None, _) => Level::Organization,
            (Some(_), Some(_), None) => Level::Project,
            (Some(_), Some(_), Some(_)) => Level::Grant,
        }
    }
}

impl Row for Seat<'_> {
    type Field = SeatField;

    fn value(&self, field: SeatField) -> Cell<'_> {
        let human = self.user.human();
        Cell::Text(match field {
            SeatField::UserId => &self.user.profile.user_id,
            SeatField::FirstName => human.map_or("", |human| &human.profile.given_name),
            SeatField::LastName => human.map_or("", |human| &human.profile.family_name),
            SeatField::Email => human.map_or("", |human| &human.email.address.email),
            SeatField::DisplayName => human.map_or("", |human| &human.profile.display_name),
            SeatField::LoginName => &self.user.profile.preferred_login_name,
            SeatField::UserOrganization => &self.user.profile.resource_owner,
            SeatField::Roles => return Cell::Texts(self.membership.roles.iter().map(|role| &**role).collect()),
            SeatField::Level => match self.level() {
                Level::Instance => "INSTANCE",
                Level::Organization => "ORGANIZATION",
                Level::Project => "PROJECT",
                Level::Grant => "GRANT",
            },
            SeatField::Organization => self.membership.organization.as_deref().unwrap_or_default(),
            SeatField::Project => self.membership.project.as_deref().unwrap_or_default(),
            SeatField::Created => return Cell::Time(self.membership.details.creation_date),
            SeatField::Changed => return Cell::Time(self.membership.details.change_date),
        })
    }

    fn tie(&self, other: &Self) -> Ordering {
        let by_user = self.user.profile.user_id.cmp(&other.user.profile.user_id);
        by_user.then(self.number.cmp(&other.number))
    }
}

/// The members of a place.
pub fn list_members(
    zitadel: &Zitadel,
    place: Place<'_>,
    search: Search<SeatField>,
) -> Result<Page<Seat<'static>>, Error> {
    list(zitadel, search, Limit::Unbounded, |membership| place.has(membership), |_| true)
}

/// Members of all places. What the caller may not see is only counted.
pub fn list_administrators(
    zitadel: &Zitadel,
    search: Search<SeatField>,
    is_visible: impl Fn(&Seat<'_>) -> bool,
) -> Result<Page<Seat<'static>>, Error> {
    list(zitadel, search, Limit::Bounded, |_| true, is_visible)
}

fn list(
    zitadel: &Zitadel,
    search: Search<SeatField>,
    limit: Limit,
    fits: impl Fn(&Membership) -> bool,
    is_visible: impl Fn(&Seat<'_>) -> bool,
) -> Result<Page<Seat<'static>>, Error> {
    let users = zitadel.state.users.snapshot();
    let fits = &fits;
    let rows = users.iter().flat_map(|user| {
        let own = user.profile.memberships.iter().enumerate().filter(move |(_, membership)| fits(membership));
        own.map(move |(number, membership)| Seat {
            user: Cow::Borrowed(user),
            membership: Cow::Borrowed(membership),
            number,
        })
    });
    Ok(search.find(rows, limit)?.showing(is_visible).map(Seat::into_owned))
}

/// What the members of an organisation, of the instance, or of a project of the organisation may be. The default
/// organisation has roles in the whole instance.
pub fn roles(zitadel: &Zitadel, level: Level, organization: &str) -> Vec<&'static str> {
    let mut roles = level.roles();
    if *zitadel.instance().default_organization == *organization {
        match level {
            Level::Organization => roles.push("SELF_MANAGEMENT_GLOBAL"),
            Level::Project => roles.retain(|role| role.ends_with("_GLOBAL")),
            Level::Instance | Level::Grant => {}
        }
    }
    roles
}
