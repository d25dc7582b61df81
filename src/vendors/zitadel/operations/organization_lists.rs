//! Searches among ZITADEL's organisations.

use std::cmp::Ordering;

use super::super::error::Error;
use super::super::record::{Organization, OrganizationState};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::paging::Page;

/// What organisations are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum OrganizationField {
    Id,
    Name,
    Domain,
    State,
    Created,
}

impl Row for Organization {
    type Field = OrganizationField;

    fn value(&self, field: OrganizationField) -> Cell<'_> {
        match field {
            OrganizationField::Id => Cell::Text(&self.id),
            OrganizationField::Name => Cell::Text(&self.name),
            OrganizationField::Domain => Cell::Texts(self.domains.iter().map(|domain| &*domain.name).collect()),
            OrganizationField::State => Cell::Text(match self.state {
                OrganizationState::Active => "ACTIVE",
                OrganizationState::Inactive => "INACTIVE",
                OrganizationState::Removed => "REMOVED",
            }),
            OrganizationField::Created => Cell::Time(self.events.creation_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// The organisations that are there. What the caller may not see is only counted.
pub fn list_organizations(
    zitadel: &Zitadel,
    search: Search<OrganizationField>,
    limit: Limit,
    is_visible: impl Fn(&Organization) -> bool,
) -> Result<Page<Organization>, Error> {
    let organizations = zitadel.state.organizations.snapshot();
    let found = search.find(organizations.iter().filter(|one| one.is_there()), limit)?;
    Ok(found.showing(|one| is_visible(one)).map(Organization::clone))
}
