//! Searches among ZITADEL's applications.

use std::cmp::Ordering;

use super::super::error::Error;
use super::super::record::{Application, ApplicationConfig, ApplicationState};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::paging::Page;

/// What applications are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum ApplicationField {
    Id,
    Name,
    Project,
    State,
    Kind,
    Created,
    Changed,
}

impl Row for Application {
    type Field = ApplicationField;

    fn value(&self, field: ApplicationField) -> Cell<'_> {
        match field {
            ApplicationField::Id => Cell::Text(&self.id),
            ApplicationField::Name => Cell::Text(&self.name),
            ApplicationField::Project => Cell::Text(&self.project_id),
            ApplicationField::State => Cell::Text(match self.state {
                ApplicationState::Active => "ACTIVE",
                ApplicationState::Inactive => "INACTIVE",
            }),
            ApplicationField::Kind => Cell::Text(match self.config {
                ApplicationConfig::Oidc(_) => "OIDC",
                ApplicationConfig::Api(_) => "API",
            }),
            ApplicationField::Created => Cell::Time(self.details.creation_date),
            ApplicationField::Changed => Cell::Time(self.details.change_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// The applications that fit. What the caller may not see is only counted.
pub fn list_applications(
    zitadel: &Zitadel,
    search: Search<ApplicationField>,
    limit: Limit,
    fits: impl Fn(&Application) -> bool,
    is_visible: impl Fn(&Application) -> bool,
) -> Result<Page<Application>, Error> {
    let applications = zitadel.state.applications.snapshot();
    let found = search.find(applications.iter().filter(|one| fits(one)), limit)?;
    Ok(found.showing(|one| is_visible(one)).map(Application::clone))
}
