//! ZITADEL's user and its state machine. Pure: time comes in as an argument.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::Record;

/// A user, human or machine.
#[derive(Debug, Clone)]
pub(super) struct User {
    /// Where it stands.
    pub(super) state: State,
    /// How many events it has seen; a write adds one.
    pub(super) sequence: u64,
    /// When the last event was.
    pub(super) change_date: Timestamp,
    /// Its personal access tokens. Whatever keeps the user out deletes them for good.
    pub(super) tokens: Arc<[String]>,
    /// What the lifecycle leaves alone.
    pub(super) profile: Arc<Profile>,
}

/// A user's state. `deleted` is not among them: a deleted user is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// May sign in.
    #[serde(rename = "USER_STATE_ACTIVE")]
    Active,
    /// Deactivated.
    #[serde(rename = "USER_STATE_INACTIVE")]
    Inactive,
    /// Locked.
    #[serde(rename = "USER_STATE_LOCKED")]
    Locked,
    /// Imported, not yet verified.
    #[serde(rename = "USER_STATE_INITIAL")]
    Initial,
}

/// The members that stand still.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) user_id: String,
    pub(super) resource_owner: String,
    pub(super) creation_date: Timestamp,
    pub(super) username: String,
    pub(super) login_names: Vec<String>,
    pub(super) preferred_login_name: String,
    pub(super) kind: Kind,
    pub(super) memberships: Vec<Membership>,
}

/// Person or service.
#[derive(Debug)]
pub(super) enum Kind {
    Human(Box<Human>),
    Machine(Box<Machine>),
}

/// What makes a user human.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Human {
    pub(super) profile: HumanProfile,
    pub(super) email: Contact<EmailAddress>,
    pub(super) phone: Contact<PhoneNumber>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) password_change_required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password_changed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mfa_init_skipped: Option<Timestamp>,
}

/// A human's names. The optional fields of the vendor are always written, also when empty.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HumanProfile {
    pub(super) given_name: String,
    pub(super) family_name: String,
    pub(super) nick_name: String,
    pub(super) display_name: String,
    pub(super) preferred_language: String,
    pub(super) gender: Gender,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) avatar_url: String,
}

/// A human's gender.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Gender {
    #[serde(rename = "GENDER_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "GENDER_FEMALE")]
    Female,
    #[serde(rename = "GENDER_MALE")]
    Male,
    #[serde(rename = "GENDER_DIVERSE")]
    Diverse,
}

/// An address of a human and whether it was verified.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact<T> {
    #[serde(flatten)]
    pub(super) address: T,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) is_verified: bool,
}

/// The member of [`Contact`] for an e-mail.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct EmailAddress {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
}

/// The member of [`Contact`] for a phone.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct PhoneNumber {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) phone: String,
}

/// What makes a user a machine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Machine {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) has_secret: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_token_type: Option<JwtTokens>,
}

/// The token type that is not the default, which is never written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum JwtTokens {
    #[serde(rename = "ACCESS_TOKEN_TYPE_JWT")]
    Jwt,
}

/// Roles that a user holds in one organisation, or in the whole instance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Membership {
    /// The organisation's id; absent for the instance.
    pub(super) organization: Option<String>,
    /// The vendor's names of roles.
    pub(super) roles: Vec<String>,
}

/// Why a state cannot be left by a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongState {
    /// Deactivating an inactive user.
    AlreadyInactive,
    /// Deactivating an initial user.
    CantDeactivateInitial,
    /// Reactivating a user that is not inactive.
    NotInactive,
    /// Locking a user that is neither active nor initial.
    ShouldBeActiveOrInitial,
    /// Unlocking a user that is not locked.
    NotLocked,
}

impl State {
    /// Where deactivating leads. There is no tie to the lock: deactivating a locked user forgets it.
    pub(super) fn deactivated(self) -> Result<Self, WrongState> {
        match self {
            Self::Active | Self::Locked => Ok(Self::Inactive),
            Self::Inactive => Err(WrongState::AlreadyInactive),
            Self::Initial => Err(WrongState::CantDeactivateInitial),
        }
    }

    /// Where reactivating leads.
    pub(super) fn reactivated(self) -> Result<Self, WrongState> {
        match self {
            Self::Inactive => Ok(Self::Active),
            Self::Active | Self::Locked | Self::Initial => Err(WrongState::NotInactive),
        }
    }

    /// Where locking leads.
    pub(super) fn locked(self) -> Result<Self, WrongState> {
        match self {
            Self::Active | Self::Initial => Ok(Self::Locked),
            Self::Inactive | Self::Locked => Err(WrongState::ShouldBeActiveOrInitial),
        }
    }

    /// Where unlocking leads: always to active, also for a user that was locked while initial.
    pub(super) fn unlocked(self) -> Result<Self, WrongState> {
        match self {
            Self::Locked => Ok(Self::Active),
            Self::Active | Self::Inactive | Self::Initial => Err(WrongState::NotLocked),
        }
    }
}

impl User {
    /// Writes one event that sets the state.
    pub(super) fn enter(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.sequence += 1;
        self.change_date = now;
        if matches!(state, State::Inactive | State::Locked) {
            self.tokens = Arc::default();
        }
    }
}

impl Record for User {
    fn key(&self) -> &str {
        &self.profile.user_id
    }
}

// Serde asks for a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::State::{Active, Inactive, Initial, Locked};
    use super::WrongState::{AlreadyInactive, CantDeactivateInitial, NotInactive, NotLocked, ShouldBeActiveOrInitial};
    use super::*;
    use crate::people;
    use crate::vendors::zitadel::seed;

    #[test]
    fn every_state_answers_every_call_as_the_sheet_says() {
        for (from, deactivate, reactivate, lock, unlock) in [
            (Active, Ok(Inactive), Err(NotInactive), Ok(Locked), Err(NotLocked)),
            (Inactive, Err(AlreadyInactive), Ok(Active), Err(ShouldBeActiveOrInitial), Err(NotLocked)),
            (Locked, Ok(Inactive), Err(NotInactive), Err(ShouldBeActiveOrInitial), Ok(Active)),
            (Initial, Err(CantDeactivateInitial), Err(NotInactive), Ok(Locked), Err(NotLocked)),
        ] {
            assert_eq!(from.deactivated(), deactivate, "deactivate {from:?}");
            assert_eq!(from.reactivated(), reactivate, "reactivate {from:?}");
            assert_eq!(from.locked(), lock, "lock {from:?}");
            assert_eq!(from.unlocked(), unlock, "unlock {from:?}");
        }
    }

    #[test]
    fn tokens_that_died_with_a_state_stay_dead() {
        let now = Timestamp::UNIX_EPOCH;
        let person = people::people(1, 1).next().unwrap();
        let alive = User { tokens: Arc::new(["t".to_owned()]), ..seed::user(&person, "org", now) };
        for (step, left) in [(Inactive, 0), (Locked, 0), (Active, 1)] {
            let mut user = alive.clone();
            user.enter(step, now);
            assert_eq!((user.tokens.len(), user.sequence), (left, alive.sequence + 1), "{step:?}");
            user.enter(Active, now);
            assert_eq!(user.tokens.len(), left, "{step:?}, then active");
        }
    }
}
