//! How ZITADEL's organisations lock users out, and what passwords have to have there: policies of their own, instead
//! of the instance's.

use std::sync::Arc;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::management::ManagementError;
use super::super::error::objects::ObjectError;
use super::super::record::{ComplexityPolicy, Details, LockoutPolicy, LoginPolicy, Occurrence, Organization, Policy};
use super::super::state::{INSTANCE, Zitadel};
use super::objects::Receipt;
use super::organizations::change_known;

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
        None => default_lockout_policy(zitadel),
    }
}

/// The login policy that counts in an organisation.
pub fn get_login_policy(zitadel: &Zitadel, organization: &str) -> PolicyFound<LoginPolicy> {
    let own = zitadel.organization(organization);
    match own.and_then(|own| Some((own.login_policy?, own.id))) {
        Some((policy, owner)) => PolicyFound { policy: (*policy).clone(), owner },
        None => default_login_policy(zitadel),
    }
}

/// Gives an organisation a lockout policy of its own.
pub fn add_lockout_policy(
    zitadel: &Zitadel,
    organization: &str,
    rules: LockoutPolicy,
    caller: &Caller,
) -> Result<Receipt, Error> {
    change(zitadel, organization, caller, |own, events| match own.lockout_policy {
        Some(_) => Err(ObjectError::LockoutPolicyTaken.into()),
        None => {
            own.lockout_policy = Some(Policy { details: Details::row_of(events), rules });
            Ok(Occurrence::saying("org.policy.lockout.added", rules.said()))
        }
    })
}

/// Takes an organisation's own lockout policy away.
pub fn reset_lockout_policy(zitadel: &Zitadel, organization: &str, caller: &Caller) -> Result<Receipt, Error> {
    change(zitadel, organization, caller, |own, _| match own.lockout_policy.take() {
        Some(_) => Ok(Occurrence::bare("org.policy.lockout.removed")),
        None => Err(ObjectError::LockoutPolicyMissing.into()),
    })
}

/// The instance's login policy.
pub fn default_login_policy(zitadel: &Zitadel) -> PolicyFound<LoginPolicy> {
    PolicyFound { policy: (*zitadel.instance().login_policy).clone(), owner: INSTANCE.into() }
}

/// The instance's lockout policy.
pub fn default_lockout_policy(zitadel: &Zitadel) -> PolicyFound<LockoutPolicy> {
    PolicyFound { policy: zitadel.instance().lockout_policy, owner: INSTANCE.into() }
}

/// The instance's policy of passwords, which nobody changes here.
pub fn default_complexity_policy(zitadel: &Zitadel) -> PolicyFound<ComplexityPolicy> {
    /// Which event of the instance it is: the vendor sets instances up in the same order.
    const SEQUENCE: u64 = 13;
    let details = Details { sequence: SEQUENCE, ..zitadel.instance().lockout_policy.details };
    PolicyFound { policy: Policy { details, rules: ComplexityPolicy::INSTANCE }, owner: INSTANCE.into() }
}

/// The policy of passwords that counts in an organisation.
pub fn get_complexity_policy(zitadel: &Zitadel, organization: &str) -> PolicyFound<ComplexityPolicy> {
    let own = zitadel.organization(organization);
    match own.and_then(|own| Some((own.complexity_policy?, own.id))) {
        Some((policy, owner)) => PolicyFound { policy, owner },
        None => default_complexity_policy(zitadel),
    }
}

fn check_length(rules: ComplexityPolicy) -> Result<(), ObjectError> {
    match ComplexityPolicy::LENGTHS.contains(&rules.min_length) {
        true => Ok(()),
        false => Err(ObjectError::MinimumLengthDenied),
    }
}

/// Gives an organisation a policy of passwords of its own.
pub fn add_complexity_policy(
    zitadel: &Zitadel,
    organization: &str,
    rules: ComplexityPolicy,
    caller: &Caller,
) -> Result<Receipt, Error> {
    check_length(rules)?;
    change(zitadel, organization, caller, |own, events| match own.complexity_policy {
        Some(_) => Err(ManagementError::ComplexityTaken.into()),
        None => {
            own.complexity_policy = Some(Policy { details: Details::row_of(events), rules });
            Ok(Occurrence::saying("org.policy.password.complexity.added", rules.said()))
        }
    })
}

/// Changes an organisation's own policy of passwords, whole.
pub fn update_complexity_policy(
    zitadel: &Zitadel,
    organization: &str,
    rules: ComplexityPolicy,
    caller: &Caller,
) -> Result<Receipt, Error> {
    check_length(rules)?;
    change(zitadel, organization, caller, |own, events| {
        let policy = own.complexity_policy.as_mut().ok_or(ManagementError::ComplexityMissing)?;
        if policy.rules == rules {
            return Err(ManagementError::ComplexityUnchanged.into());
        }
        let before = std::mem::replace(&mut policy.rules, rules).said();
        policy.details.follow(events);
        Ok(Occurrence::changing("org.policy.password.complexity.changed", &[], &before, rules.said()))
    })
}

/// Takes an organisation's own policy of passwords away.
pub fn reset_complexity_policy(zitadel: &Zitadel, organization: &str, caller: &Caller) -> Result<Receipt, Error> {
    change(zitadel, organization, caller, |own, _| match own.complexity_policy.take() {
        Some(_) => Ok(Occurrence::bare("org.policy.password.complexity.removed")),
        None => Err(ManagementError::ComplexityMissing.into()),
    })
}

/// Changes an organisation, which is one event; `change` says which, and gets the count with it.
fn change(
    zitadel: &Zitadel,
    organization: &str,
    caller: &Caller,
    change: impl FnOnce(&mut Organization, &Details) -> Result<Occurrence, Error>,
) -> Result<Receipt, Error> {
    let words = (|| Error::OrganizationMissing, ObjectError::OrganizationTaken);
    change_known(zitadel, organization, words, caller, |own, log| {
        let mut next = own.events;
        next.push(1, log.at);
        let occurrence = change(own, &next)?;
        own.write(log, occurrence);
        Ok(())
    })
}
