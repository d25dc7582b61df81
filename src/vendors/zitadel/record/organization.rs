//! ZITADEL's organisations and the instance around them, with their domains and policies. Pure.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::Details;
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
    pub fn new(id: String, name: &str, host: &str, now: Timestamp) -> Self {
        let events = Details::new(4, now);
        let domain = Domain { name: domain_of(name, host), is_verified: true, is_primary: true, details: events };
        Self {
            id: id.into(),
            name: name.into(),
            state: OrganizationState::Active,
            domains: [domain].into(),
            events,
            row: events,
            login_policy: None,
            lockout_policy: None,
            complexity_policy: None,
            metadata: Vec::new(),
        }
    }

    /// Whether there still is such an organisation.
    pub fn is_there(&self) -> bool {
        self.state != OrganizationState::Removed
    }

    /// The domain that stands for the organisation.
    pub fn primary_domain(&self) -> &str {
        self.domains.iter().find(|domain| domain.is_primary).map_or("", |domain| &domain.name)
    }

    /// Writes the event that sets the state.
    pub fn enter(&mut self, state: OrganizationState, now: Timestamp) {
        self.state = state;
        self.events.push(1, now);
        self.row.follow(&self.events);
    }

    /// Writes the events of another name: the domain that was made of the old one gives way to one of the new.
    pub fn rename(&mut self, name: &str, host: &str, now: Timestamp) {
        let (before, after) = (domain_of(&self.name, host), domain_of(name, host));
        self.name = name.into();
        self.events.push(1, now);
        self.row.follow(&self.events);
        if before == after {
            return;
        }
        self.events.push(3, now); // added, verified, made the primary one
        let details = Details::row_of(&self.events);
        self.row.follow(&self.events);
        let kept = self.domains.iter().filter(|domain| domain.name != before && domain.name != after).cloned();
        let kept = kept.map(|domain| Domain { is_primary: false, ..domain }).collect::<Vec<_>>();
        let made = Domain { name: after, is_verified: true, is_primary: true, details };
        self.domains = kept.into_iter().chain([made]).collect();
        self.events.push(1, now);
    }

    /// Writes the events that add a domain, which counts as verified.
    ///
    /// # Errors
    /// [`WrongDomain::Taken`]
    pub fn add_domain(&mut self, name: &str, now: Timestamp) -> Result<(), WrongDomain> {
        if self.domain(name).is_some() {
            return Err(WrongDomain::Taken);
        }
        self.events.push(2, now);
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
    pub fn remove_domain(&mut self, name: &str, now: Timestamp) -> Result<(), WrongDomain> {
        match self.domain(name) {
            None => return Err(WrongDomain::Missing),
            Some(domain) if domain.is_primary => return Err(WrongDomain::Primary),
            Some(_) => {}
        }
        self.events.push(1, now);
        self.domains = self.domains.iter().filter(|domain| domain.name != name).cloned().collect();
        Ok(())
    }

    /// Writes the event that lets a domain stand for the organisation.
    ///
    /// # Errors
    /// [`WrongDomain::Missing`]
    pub fn set_primary_domain(&mut self, name: &str, now: Timestamp) -> Result<(), WrongDomain> {
        if self.domain(name).is_none() {
            return Err(WrongDomain::Missing);
        }
        self.events.push(1, now);
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
    use super::*;

    #[test]
    fn a_removed_organization_gives_its_name_and_domain_back() {
        let now = Timestamp::UNIX_EPOCH;
        let mut organization = Organization::new("1".to_owned(), "Big Corp", "localhost", now);
        assert_eq!(organization.primary_domain(), "big-corp.localhost");
        assert_eq!(organization.aliases().len(), 2);
        organization.enter(OrganizationState::Removed, now);
        assert!(!organization.is_there() && organization.aliases().is_empty());
        assert_eq!((organization.events.sequence, organization.row.sequence), (5, 5));
    }
}
