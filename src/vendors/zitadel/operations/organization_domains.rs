//! The domains of ZITADEL's organisations. Each counts as verified at once, as the vendor's default policy has it.

use std::cmp::Ordering;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Domain, Log, Organization, WrongDomain};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::objects::Receipt;
use super::organizations::change_known;
use super::paging::Page;

/// A domain of an organisation.
pub struct Named<'a> {
    pub organization: &'a str,
    pub domain: &'a str,
}

/// The id of "the organisation has no such domain", by what was asked.
pub const REMOVED: &str = "ORG-GDfA3";
const GENERATED: &str = "ORG-AGD31";
const VALIDATED: &str = "ORG-Sjdi3";

/// Adds a domain to an organisation.
pub fn add_domain(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    let domain = named.domain.trim();
    if domain.is_empty() {
        return Err(ObjectError::DomainBlank.into());
    }
    change(zitadel, named, permit, "", caller, |organization, log| organization.add_domain(domain, log))
}

/// Removes a domain from an organisation.
pub fn remove_domain(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    change(zitadel, named, permit, REMOVED, caller, |organization, log| organization.remove_domain(named.domain, log))
}

/// Lets a domain stand for its organisation.
pub fn set_primary_domain(zitadel: &Zitadel, named: &Named<'_>, caller: &Caller) -> Result<Receipt, Error> {
    let set = |organization: &mut Organization, log: &mut Log| organization.set_primary_domain(named.domain, log);
    change(zitadel, named, || Ok(()), REMOVED, caller, set)
}

/// How a domain could be verified: it never has to be.
pub fn generate_validation(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    verified(zitadel, named, permit, GENERATED)
}

/// Whether a domain can be reached as was agreed: it never has to be.
pub fn validate_domain(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    verified(zitadel, named, permit, VALIDATED)
}

fn verified(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
    unknown: &'static str,
) -> Result<(), Error> {
    permit()?;
    let organization = zitadel.organization(named.organization);
    match organization.as_ref().and_then(|organization| organization.domain(named.domain)) {
        Some(_) => Err(ObjectError::DomainVerified.into()),
        None => Err(ObjectError::DomainNotFound(unknown).into()),
    }
}

fn change(
    zitadel: &Zitadel,
    named: &Named<'_>,
    permit: impl FnOnce() -> Result<(), Error>,
    unknown: &'static str,
    caller: &Caller,
    change: impl FnOnce(&mut Organization, &mut Log) -> Result<(), WrongDomain>,
) -> Result<Receipt, Error> {
    let missing =
        || if unknown.is_empty() { Error::OrganizationMissing } else { ObjectError::DomainNotFound(unknown).into() };
    permit()?;
    change_known(zitadel, named.organization, (missing, ObjectError::DomainExists), caller, |organization, log| {
        change(organization, log).map_err(|wrong| match wrong {
            WrongDomain::Missing => ObjectError::DomainNotFound(unknown).into(),
            WrongDomain::Taken => ObjectError::DomainTaken.into(),
            WrongDomain::Exists => ObjectError::DomainExists.into(),
            WrongDomain::Primary => ObjectError::DomainPrimary.into(),
        })
    })
}

/// What domains are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum DomainField {
    Name,
    Created,
}

impl Row for Domain {
    type Field = DomainField;

    fn value(&self, field: DomainField) -> Cell<'_> {
        match field {
            DomainField::Name => Cell::Text(&self.name),
            DomainField::Created => Cell::Time(self.details.creation_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

/// The domains of an organisation; of one that is not there, none.
pub fn list_domains(zitadel: &Zitadel, organization: &str, search: Search<DomainField>) -> Result<Page<Domain>, Error> {
    let domains = zitadel.organization(organization).map(|organization| organization.domains.to_vec());
    search.find(domains.unwrap_or_default().into_iter(), Limit::Unbounded)
}
