//! jitsudo's records and what can happen to them. Pure: time comes in as an argument.

mod audit;
mod group;
mod mfa;
mod oidc_config;
mod pending;
mod tenant;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Record;
use crate::passwords::PasswordHash;

pub(super) use audit::{Actor, ActorType, AuditLog, Entry};
pub(super) use group::{Group, GroupName, Member, Origin, RoleMapping};
pub(super) use mfa::{Challenge, SecondFactor};
pub(super) use oidc_config::{NewOidcConfig, OidcConfig};
pub(super) use pending::{PendingToken, Purpose};
pub(super) use tenant::Tenant;

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    /// False while suspended.
    pub(super) active: bool,
    /// When the record last changed.
    pub(super) updated_at: Timestamp,
    /// What suspending leaves alone.
    pub(super) profile: Arc<Profile>,
}

/// The members that seldom change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Profile {
    /// In lower case.
    pub(super) id: Arc<str>,
    pub(super) tenant: Uuid,
    pub(super) email: Box<str>,
    pub(super) name: Box<str>,
    pub(super) roles: Arc<[String]>,
    pub(super) auth_provider: AuthProvider,
    pub(super) email_verified: bool,
    pub(super) is_owner: bool,
    pub(super) created_at: Timestamp,
    /// A data URI.
    pub(super) avatar_base64: Option<Arc<str>>,
    /// What only the user's own profile shows; few have any.
    pub(super) names: Option<Box<Names>>,
    /// As it was hashed. Who has none cannot log in with one.
    pub(super) password: Option<PasswordHash>,
}

/// The parts of a name that people give themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) display_name: Option<String>,
}

/// Who checks the user's sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum AuthProvider {
    Local,
    Oidc,
    Saml,
}

impl Record for User {
    type Alias = Address;

    fn key(&self) -> &str {
        &self.profile.id
    }

    /// An address is one person's within a tenant. Two tenants may have the same one.
    fn aliases(&self) -> Vec<Address> {
        vec![Address::new(self.profile.tenant, &self.profile.email)]
    }
}

/// By which a tenant's user is found, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Address {
    tenant: Uuid,
    /// In lower case.
    pub(super) email: String,
}

impl Address {
    pub(super) fn new(tenant: Uuid, email: &str) -> Self {
        Self { tenant, email: email.to_lowercase() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.email)
    }
}

impl User {
    /// Suspends or reactivates the user. Returns whether that was a change; only then `updated_at` changes.
    pub(super) fn set_active(&mut self, active: bool, now: Timestamp) -> bool {
        let changes = self.active != active;
        if changes {
            self.active = active;
            self.updated_at = now;
        }
        changes
    }

    /// Changes the profile. Returns whether it differs; only then `updated_at` changes.
    pub(super) fn edit(&mut self, now: Timestamp, change: impl FnOnce(&mut Profile)) -> bool {
        let mut profile = (*self.profile).clone();
        change(&mut profile);
        let changes = profile != *self.profile;
        if changes {
            self.profile = Arc::new(profile);
            self.updated_at = now;
        }
        changes
    }

    /// Whether the user may administer others.
    pub(super) fn is_admin(&self) -> bool {
        self.profile.roles.iter().any(|role| role == "admin")
    }
}

/// The UUID in a text of 36 characters, of any version and in any case.
pub(super) fn uuid(text: &[u8]) -> Option<Uuid> {
    Uuid::try_parse_ascii(text).ok().filter(|_| text.len() == 36)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use crate::vendors::jitsudo::seed;

    #[test]
    fn suspending_and_reactivating_change_the_flag_and_the_time_only_when_there_is_something_to_change() {
        let (born, now) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let person = people::people(1, 1).next().unwrap();
        for (before, asked, changed) in
            [(true, false, true), (true, true, false), (false, true, true), (false, false, false)]
        {
            let mut user = User { active: before, ..seed::user(&person, Uuid::nil(), &Arc::default(), born) };
            assert_eq!(user.set_active(asked, now), changed, "{before} {asked}");
            assert_eq!((user.active, user.updated_at), (asked, if changed { now } else { born }));
        }
    }

    #[test]
    fn an_edit_moves_the_time_only_where_it_changes_something() {
        let (born, now) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let mut user = seed::user(&people::people(1, 1).next().unwrap(), Uuid::nil(), &Arc::default(), born);
        let name = user.profile.name.clone();
        assert!(!user.edit(now, |profile| profile.name = name));
        assert_eq!(user.updated_at, born);
        assert!(user.edit(now, |profile| profile.name = "Somebody Else".into()));
        assert_eq!((user.updated_at, &*user.profile.name), (now, "Somebody Else"));
    }

    #[test]
    fn only_a_uuid_in_its_usual_form_is_one() {
        assert!(uuid(b"2489E9AD-2EE2-8E00-8EC9-32D5F69181C0").is_some());
        assert!(uuid(b"2489e9ad2ee28e008ec932d5f69181c0").is_none());
        assert!(uuid(b"{2489e9ad-2ee2-8e00-8ec9-32d5f69181c0}").is_none());
        assert!(uuid(b"me").is_none());
    }
}
