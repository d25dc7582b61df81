//! When ZITADEL's organisations lock users out: policies of their own, instead of the instance's.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Details, LockoutPolicy, LoginPolicy, Organization, Policy};
use super::super::state::{INSTANCE, Zitadel};
use super::objects::Receipt;
use crate::directory::DirectoryError;

/// A policy, and whose it is.
pub struct PolicyFound<T> {
    pub policy: Policy<T>,
    pub owner: Arc<str>,
}

impl<T> PolicyFound<T> {
    /// Whether it is the instance's.
    pub fn is_default(&self) -> bool {
        *self.owner == *INSTANCE
    }
}

/// The lockout policy that counts in an organisation.
pub fn get_lockout_policy(zitadel: &Zitadel, organization: &str) -> PolicyFound<LockoutPolicy> {
    let own = zitadel.organization(organization);
    match own.and_then(|own| Some((own.lockout_policy?, own.id))) {
        Some((policy, owner)) => PolicyFound { policy, owner },
        None => PolicyFound { policy: zitadel.instance().lockout_policy, owner: INSTANCE.into() },
    }
}

/// The login policy that counts in an organisation.
pub fn get_login_policy(zitadel: &Zitadel, organization: &str) -> PolicyFound<LoginPolicy> {
    let own = zitadel.organization(organization);
    match own.and_then(|own| Some((own.login_policy?, own.id))) {
        Some((policy, owner)) => PolicyFound { policy: (*policy).clone(), owner },
        None => PolicyFound { policy: (*zitadel.instance().login_policy).clone(), owner: INSTANCE.into() },
    }
}

/// Gives an organisation a lockout policy of its own.
pub fn add_lockout_policy(
    zitadel: &Zitadel,
    organization: &str,
    rules: LockoutPolicy,
    now: Timestamp,
) -> Result<Receipt, Error> {
    change(zitadel, organization, now, |own, events| match own.lockout_policy {
        Some(_) => Err(ObjectError::LockoutPolicyTaken.into()),
        None => {
            own.lockout_policy = Some(Policy { details: Details::row_of(events), rules });
            Ok(())
        }
    })
}

/// Takes an organisation's own lockout policy away.
pub fn reset_lockout_policy(zitadel: &Zitadel, organization: &str, now: Timestamp) -> Result<Receipt, Error> {
    change(zitadel, organization, now, |own, _| match own.lockout_policy.take() {
        Some(_) => Ok(()),
        None => Err(ObjectError::LockoutPolicyMissing.into()),
    })
}

/// Changes an organisation, which is one event.
fn change(
    zitadel: &Zitadel,
    organization: &str,
    now: Timestamp,
    change: impl FnOnce(&mut Organization, &Details) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let changed = zitadel.state.organizations.update(organization, |own| {
        let mut events = own.events;
        events.push(1, now);
        change(own, &events)?;
        own.events = events;
        Ok(Receipt::new(&events, &own.id))
    });
    changed.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        _ => Error::OrganizationMissing,
    })
}
