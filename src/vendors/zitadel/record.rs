//! ZITADEL's user and its state machine. Pure: time comes in as an argument.

#[allow(dead_code)] // until the operations on it have landed
mod application;
mod contact;
#[allow(dead_code)] // until the operations on it have landed
mod details;
mod kind;
#[allow(dead_code)] // until the operations on it have landed
mod oidc;
#[allow(dead_code)] // until the operations on it have landed
mod organization;
#[allow(dead_code)] // until the operations on it have landed
mod permission;
mod policy;
#[allow(dead_code)] // until the operations on it have landed
mod project;
#[allow(dead_code)] // until the operations on it have landed
mod roles;
mod secrets;
#[allow(dead_code)] // until the operations on it have landed
mod user_grant;

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::Record;

pub(super) use application::{ApiAuthMethod, Application, ApplicationAlias, ApplicationConfig, ApplicationState};
pub(super) use contact::{Channel, Contact, EmailAddress};
pub(super) use details::Details;
pub(super) use kind::{Gender, Human, HumanProfile, JwtTokens, Machine};
pub(super) use oidc::OidcConfig;
pub(super) use organization::{InstanceState, Organization, OrganizationAlias, OrganizationState};
pub(super) use permission::Permission;
pub(super) use policy::{LockoutPolicy, LoginPolicy, Policy};
pub(super) use project::{Project, ProjectSettings, ProjectState};
pub(super) use roles::Membership;
pub(super) use secrets::{AccessToken, Code, Key, Metadata, Secrets, Token, seed_expiry};
pub(super) use user_grant::{UserGrant, UserGrantState};

/// A user, human or machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    /// Its state.
    pub(super) state: UserState,
    /// How many events it has seen; a write adds one.
    pub(super) sequence: u64,
    /// When the last event was.
    pub(super) change_date: Timestamp,
    /// What reading the user never shows; most users have none.
    pub(super) secrets: Option<Arc<Secrets>>,
    /// What the lifecycle leaves alone.
    pub(super) profile: Arc<Profile>,
}

/// A user's state. `deleted` is not among them: a deleted user is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UserState {
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

/// The members that the lifecycle leaves alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Profile {
    pub(super) user_id: String,
    /// Shared with others of the organisation, as far as they come from one seed.
    pub(super) resource_owner: Arc<str>,
    pub(super) creation_date: Timestamp,
    /// The next two are mostly the same text.
    pub(super) username: Arc<str>,
    pub(super) login_names: Box<[Arc<str>]>,
    pub(super) preferred_login_name: Arc<str>,
    pub(super) kind: Kind,
    pub(super) memberships: Vec<Membership>,
}

/// Person or service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Kind {
    Human(Box<Human>),
    Machine(Box<Machine>),
}

/// Where a user or its token can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// A call with a token.
    Api,
    /// The token endpoint.
    Token,
    /// A service asks whether a token is valid.
    Introspection,
    /// A user's own data.
    Userinfo,
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

impl UserState {
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
    /// Writes one event that sets the state. A state that keeps the user out ends its tokens permanently.
    pub(super) fn enter(&mut self, state: UserState, now: Timestamp) {
        self.state = state;
        self.write(1, now);
        if let (UserState::Inactive | UserState::Locked, Some(secrets)) = (state, &mut self.secrets) {
            Arc::make_mut(secrets).end_tokens();
        }
    }

    /// Writes that many events.
    pub(super) fn write(&mut self, events: u64, now: Timestamp) {
        self.sequence += events;
        if events > 0 {
            self.change_date = now;
        }
    }

    /// Whether the user may enter through a door in its current state. No door checks the state itself.
    pub(super) fn may_enter(&self, door: Door) -> bool {
        match door {
            Door::Api | Door::Token => matches!(self.state, UserState::Active | UserState::Initial),
            Door::Introspection | Door::Userinfo => self.state == UserState::Active,
        }
    }

    /// What reading the user never shows, to be changed.
    pub(super) fn secrets_mut(&mut self) -> &mut Secrets {
        Arc::make_mut(self.secrets.get_or_insert_default())
    }

    /// The members that the lifecycle leaves alone, to be changed.
    pub(super) fn profile_mut(&mut self) -> &mut Profile {
        Arc::make_mut(&mut self.profile)
    }

    /// The human, if it is one.
    pub(super) fn human(&self) -> Option<&Human> {
        match &self.profile.kind {
            Kind::Human(human) => Some(human),
            Kind::Machine(_) => None,
        }
    }

    /// The human, if it is one, to be changed.
    pub(super) fn human_mut(&mut self) -> Option<&mut Human> {
        match &mut self.profile_mut().kind {
            Kind::Human(human) => Some(human),
            Kind::Machine(_) => None,
        }
    }

    /// The machine, if it is one.
    pub(super) fn machine(&self) -> Option<&Machine> {
        match &self.profile.kind {
            Kind::Machine(machine) => Some(machine),
            Kind::Human(_) => None,
        }
    }

    /// The machine, if it is one, to be changed.
    pub(super) fn machine_mut(&mut self) -> Option<&mut Machine> {
        match &mut self.profile_mut().kind {
            Kind::Machine(machine) => Some(machine),
            Kind::Human(_) => None,
        }
    }
}

/// A user name as users are found by it: unique, whatever its case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Username(String);

impl Username {
    pub(super) fn new(username: &str) -> Self {
        Self(username.to_lowercase())
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Record for User {
    type Alias = Username;

    fn key(&self) -> &str {
        &self.profile.user_id
    }

    fn aliases(&self) -> Vec<Username> {
        vec![Username::new(&self.profile.username)]
    }
}

/// How many events a removed user has had: a new user with the same id continues the count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RemovedUser {
    pub(super) user_id: String,
    pub(super) sequence: u64,
}

impl Record for RemovedUser {
    type Alias = Infallible;

    fn key(&self) -> &str {
        &self.user_id
    }
}

#[cfg(test)]
mod tests {
    use super::UserState::{Active, Inactive, Initial, Locked};
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
        let mut alive = seed::user(&person, &"org".into(), now);
        alive.secrets_mut().tokens.push(Token::seeded("1", "t", now));
        for (step, lives) in [(Inactive, false), (Locked, false), (Active, true)] {
            let mut user = alive.clone();
            user.enter(step, now);
            assert_eq!((user.secrets_mut().token("t", now).is_some(), user.sequence), (lives, alive.sequence + 1));
            user.enter(Active, now);
            assert_eq!(user.secrets_mut().token("t", now).is_some(), lives, "{step:?}, then active");
            assert_eq!(user.secrets_mut().tokens.len(), 1, "it is still listed");
        }
    }

    #[test]
    fn every_door_answers_for_every_state() {
        let person = people::people(1, 1).next().unwrap();
        let user = seed::user(&person, &"org".into(), Timestamp::UNIX_EPOCH);
        for (door, active, initial) in [
            (Door::Api, true, true),
            (Door::Token, true, true),
            (Door::Introspection, true, false),
            (Door::Userinfo, true, false),
        ] {
            for (state, open) in [(Active, active), (Initial, initial), (Inactive, false), (Locked, false)] {
                assert_eq!(User { state, ..user.clone() }.may_enter(door), open, "{door:?} {state:?}");
            }
        }
    }
}
