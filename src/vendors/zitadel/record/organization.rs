//! ZITADEL's organisations and the instance around them, with their domains and policies. Pure.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::details::Details;
use super::event::Aggregate;
use super::log::{Log, Occurrence};
use super::policy::{ComplexityPolicy, LockoutPolicy, LoginPolicy, Policy};
use super::secrets::Metadata;
use crate::directory::Record;

/// An organisation. A removed one stays as a record: calls may still name it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    pub id: Arc<str>,
    pub name: Arc<str>,
    pub state: OrganizationState,
    pub domains: Arc<[Domain]>,
    /// All events.
    pub events: Details,
    /// Those that lists show: of the name, the state and the primary domain.
    pub row: Details,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_policy: Option<Arc<Policy<LoginPolicy>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lockout_policy: Option<Policy<LockoutPolicy>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity_policy: Option<Policy<ComplexityPolicy>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Metadata>,
}

/// An organisation's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum OrganizationState {
    #[serde(rename = "ORG_STATE_ACTIVE")]
    Active,
    #[serde(rename = "ORG_STATE_INACTIVE")]
    Inactive,
    #[serde(rename = "ORG_STATE_REMOVED")]
    Removed,
}

/// A domain of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Domain {
    pub name: String,
    pub is_verified: bool,
    pub is_primary: bool,
    pub details: Details,
}

/// Why a domain cannot be changed as is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongDomain {
    /// The organisation has none of that name.
    Missing,
    /// It has one already.
    Taken,
    /// It has one already, with other capitals.
    Exists,
    /// It stands for the organisation.
    Primary,
}

/// The instance: what all organisations have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstanceState {
    pub id: Arc<str>,
    /// The organisation of whoever names none.
    pub default_organization: Arc<str>,
    pub events: Details,
    pub login_policy: Arc<Policy<LoginPolicy>>,
    pub lockout_policy: Policy<LockoutPolicy>,
}

/// What an organisation is found by besides its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrganizationAlias {
    /// Its name, in any case.
    Name(String),
    /// A verified domain, in any case.
    Domain(String),
}

impl Organization {
    /// A new organisation, whose domain comes from its name: four events.
    pub fn new(id: String, name: &str, host: &str, log: &mut Log) -> Self {
        let events = Details::new(0, log.at);
        let mut organization = Self {
            id: id.into(),
            name: name.into(),
            state: OrganizationState::Active,
            domains: Arc::default(),
            events,
            row: events,
            login_policy: None,
            lockout_policy: None,
            complexity_policy: None,
            metadata: Vec::new(),
        };
        organization.write(log, Occurrence::saying("org.added", json!({ "name": name })));
        organization.make_domain(domain_of(name, host), log);
        organization
    }

    /// Whether there still is such an organisation.
    pub fn is_there(&self) -> bool {
        self.state != OrganizationState::Removed
    }

    /// The domain that stands for the organisation.
    pub fn primary_domain(&self) -> &str {
        self.domains.iter().find(|domain| domain.is_primary).map_or("", |domain| &domain.name)
    }

    /// Writes an event.
    pub fn write(&mut self, log: &mut Log, occurrence: Occurrence) {
        log.write(Aggregate::Org, [&self.id, &self.id], &mut self.events, occurrence);
    }

    /// Writes the event that sets the state.
    pub fn enter(&mut self, state: OrganizationState, log: &mut Log) {
        self.state = state;
        let occurrence = match state {
            OrganizationState::Active => Occurrence::saying("org.reactivated", json!({})),
            OrganizationState::Inactive => Occurrence::saying("org.deactivated", json!({})),
            OrganizationState::Removed => Occurrence::bare("org.removed"),
        };
        self.write(log, occurrence);
        self.row.follow(&self.events);
    }

    /// Writes the events of another name: the domain that was made of the old one gives way to one of the new.
    pub fn rename(&mut self, name: &str, host: &str, log: &mut Log) {
        let (before, after) = (domain_of(&self.name, host), domain_of(name, host));
        self.name = name.into();
        self.write(log, Occurrence::saying("org.changed", json!({ "name": name })));
        self.row.follow(&self.events);
        if before == after {
            return;
        }
        self.make_domain(after, log);
        self.domains = self.domains.iter().filter(|domain| domain.name != before).cloned().collect();
        self.write_domain("org.domain.removed", &before, log);
    }

    /// Writes the events of a domain that comes from the name: it is added, verified, and made the primary one.
    fn make_domain(&mut self, name: String, log: &mut Log) {
        for kind in ["org.domain.added", "org.domain.verified", "org.domain.primary.set"] {
            self.write_domain(kind, &name, log);
        }
        self.row.follow(&self.events);
        let kept = self.domains.iter().filter(|domain| domain.name != name).cloned();
        let kept = kept.map(|domain| Domain { is_primary: false, ..domain }).collect::<Vec<_>>();
        let made = Domain { name, is_verified: true, is_primary: true, details: Details::row_of(&self.events) };
        self.domains = kept.into_iter().chain([made]).collect();
    }

    fn write_domain(&mut self, kind: &'static str, name: &str, log: &mut Log) {
        self.write(log, Occurrence::saying(kind, json!({ "domain": name })));
    }

    /// Writes the events that add a domain, which counts as verified.
    ///
    /// # Errors
    /// [`WrongDomain::Taken`], [`WrongDomain::Exists`]
    pub fn add_domain(&mut self, name: &str, log: &mut Log) -> Result<(), WrongDomain> {
        if self.domain(name).is_some() {
            return Err(WrongDomain::Taken);
        }
        if self.domains.iter().any(|domain| domain.name.to_lowercase() == name.to_lowercase()) {
            return Err(WrongDomain::Exists);
        }
        self.write_domain("org.domain.added", name, log);
        self.write_domain("org.domain.verified", name, log);
        let details = Details::row_of(&self.events);
        let added = Domain { name: name.to_owned(), is_verified: true, is_primary: false, details };
        self.domains = self.domains.iter().cloned().chain([added]).collect();
        Ok(())
    }

    /// The domain of that name.
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name == name)
    }

    /// Writes the event that removes a domain.
    ///
    /// # Errors
    /// [`WrongDomain::Missing`], [`WrongDomain::Primary`]
    pub fn remove_domain(&mut self, name: &str, log: &mut Log) -> Result<(), WrongDomain> {
        match self.domain(name) {
            None => return Err(WrongDomain::Missing),
            Some(domain) if domain.is_primary => return Err(WrongDomain::Primary),
            Some(_) => {}
        }
        self.write_domain("org.domain.removed", name, log);
        self.domains = self.domains.iter().filter(|domain| domain.name != name).cloned().collect();
        Ok(())
    }

    /// Writes the event that lets a domain stand for the organisation.
    ///
    /// # Errors
    /// [`WrongDomain::Missing`]
    pub fn set_primary_domain(&mut self, name: &str, log: &mut Log) -> Result<(), WrongDomain> {
        if self.domain(name).is_none() {
            return Err(WrongDomain::Missing);
        }
        self.write_domain("org.domain.primary.set", name, log);
        self.row.follow(&self.events);
        let events = self.events;
        let changed = self.domains.iter().cloned().map(|mut domain| {
            domain.is_primary = domain.name == name;
            if domain.is_primary {
                domain.details.follow(&events);
            }
            domain
        });
        self.domains = changed.collect();
        Ok(())
    }
}

/// The domain that an organisation of that name gets.
pub fn domain_of(name: &str, host: &str) -> String {
    format!("{}.{host}", name.to_lowercase().replace(' ', "-"))
}

impl InstanceState {
    /// Writes an event.
    pub fn write(&mut self, log: &mut Log, occurrence: Occurrence) {
        log.write(Aggregate::Instance, [&self.id, &self.id], &mut self.events, occurrence);
    }
}

impl fmt::Display for OrganizationAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Name(text) | Self::Domain(text)) = self;
        formatter.write_str(text)
    }
}

impl Record for Organization {
    type Alias = OrganizationAlias;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<OrganizationAlias> {
        if !self.is_there() {
            return Vec::new();
        }
        let domains = self.domains.iter().filter(|domain| domain.is_verified);
        let domains = domains.map(|domain| OrganizationAlias::Domain(domain.name.to_lowercase()));
        [OrganizationAlias::Name(self.name.to_lowercase())].into_iter().chain(domains).collect()
    }
}

impl Record for InstanceState {
    type Alias = std::convert::Infallible;

    fn key(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_removed_organization_gives_its_name_and_domain_back() {
        let log = &mut Log::new("ada", Timestamp::UNIX_EPOCH);
        let mut organization = Organization::new("1".to_owned(), "Big Corp", "localhost", log);
        assert_eq!(organization.primary_domain(), "big-corp.localhost");
        assert_eq!(organization.aliases().len(), 2);
        organization.enter(OrganizationState::Removed, log);
        assert!(!organization.is_there() && organization.aliases().is_empty());
        assert_eq!((organization.events.sequence, organization.row.sequence), (5, 5));
    }
}
