//! ZITADEL's user and its state machine. Pure: time comes in as an argument.

mod application;
mod auth_request;
mod compliance;
mod contact;
mod details;
mod device;
pub(super) mod email;
mod event;
mod gone;
mod history;
mod kind;
mod log;
mod oidc;
mod oidc_session;
mod organization;
mod permission;
mod phone;
mod policy;
mod project;
mod redirect;
mod roles;
mod secrets;
mod session;
mod user_grant;

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounded;
use crate::directory::Record;

pub(super) use application::{
    ApiAuthMethod, Application, ApplicationAlias, ApplicationConfig, ApplicationEvent, ApplicationState,
    WrongApplicationState,
};
pub(super) use auth_request::{Answer, AuthRequest, Prompt, Stage};
pub(super) use contact::{Channel, Contact, EmailAddress, PhoneNumber};
pub(super) use details::Details;
pub(super) use device::{Decision, DeviceRequest};
pub(super) use event::{Aggregate, Event, MAX_EVENTS, Payload};
pub(super) use gone::Gone;
pub(super) use history::{EventKind, History, Part, Position};
pub(super) use kind::{Gender, Human, HumanProfile, JwtTokens, Machine};
pub(super) use log::{Log, Occurrence};
pub(super) use oidc::{GrantType, LoginVersion, OidcAuthMethod, OidcConfig, ResponseType, TokenType};
pub(super) use oidc_session::{ACCESS_TOKEN_LIFETIME, Authorization, BY_KEY, OidcSession, TokenReason};
pub(super) use organization::{Domain, InstanceState, Organization, OrganizationAlias, OrganizationState, WrongDomain};
pub(super) use permission::{Permission, permissions_of};
pub(super) use phone::normalize;
pub(super) use policy::{ComplexityPolicy, LockoutPolicy, LoginPolicy, Policy};
pub(super) use project::{
    Project, ProjectGrant, ProjectName, ProjectRole, ProjectSettings, ProjectState, WrongProjectState,
};
pub(super) use redirect::WrongRedirect;
pub(super) use roles::{Level, Membership};
pub(super) use secrets::{AccessToken, Code, Key, Metadata, Secrets, Token, Totp, WrongCode, seed_expiry};
pub(super) use session::{PasswordCheck, Session, SessionState, SessionUser, UserAgent, WrongSession};
pub(super) use user_grant::{Grantee, UserGrant, UserGrantState};

/// A user, human or machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    /// Its state.
    pub(super) state: UserState,
    /// What happened to it.
    pub(super) history: History,
    /// What reading the user never shows; generated people share theirs.
    pub(super) secrets: Option<Arc<Secrets>>,
    /// What the lifecycle leaves alone.
    pub(super) profile: Arc<Profile>,
}

/// A user's state. `deleted` is not among them: a deleted user is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// A session from before. The vendor does not ask there; it is asked where doors are strict.
    Session,
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
    /// What deactivating is. There is no tie to the lock: deactivating a locked user forgets it.
    pub(super) fn deactivated(self) -> Result<EventKind, WrongState> {
        match self {
            Self::Active | Self::Locked => Ok(EventKind::Deactivated),
            Self::Inactive => Err(WrongState::AlreadyInactive),
            Self::Initial => Err(WrongState::CantDeactivateInitial),
        }
    }

    /// What reactivating is.
    pub(super) fn reactivated(self) -> Result<EventKind, WrongState> {
        match self {
            Self::Inactive => Ok(EventKind::Reactivated),
            Self::Active | Self::Locked | Self::Initial => Err(WrongState::NotInactive),
        }
    }

    /// What locking is.
    pub(super) fn locked(self) -> Result<EventKind, WrongState> {
        match self {
            Self::Active | Self::Initial => Ok(EventKind::Locked),
            Self::Inactive | Self::Locked => Err(WrongState::ShouldBeActiveOrInitial),
        }
    }

    /// What unlocking is: it makes active, also a user that was locked while initial.
    pub(super) fn unlocked(self) -> Result<EventKind, WrongState> {
        match self {
            Self::Locked => Ok(EventKind::Unlocked),
            Self::Active | Self::Inactive | Self::Initial => Err(WrongState::NotLocked),
        }
    }
}

impl User {
    /// Adds an event, with what it means for the state: one that keeps the user out ends its tokens permanently.
    pub(super) fn apply(&mut self, kind: EventKind, at: Timestamp) {
        self.history.add(kind, at);
        if (self.state, kind) == (UserState::Locked, EventKind::Deactivated) {
            self.secrets_mut().is_locked = true;
        }
        match kind {
            EventKind::Deactivated => self.state = UserState::Inactive,
            EventKind::Locked => self.state = UserState::Locked,
            EventKind::Reactivated | EventKind::Unlocked => self.state = UserState::Active,
            EventKind::InitialCodeAdded => self.state = UserState::Initial,
            _ => {}
        }
        match (kind, &mut self.secrets) {
            (EventKind::Deactivated | EventKind::Locked, Some(secrets)) => Arc::make_mut(secrets).end_tokens(),
            (EventKind::PasswordChanged | EventKind::PasswordCheckSucceeded, Some(secrets))
                if secrets.failed_checks > 0 =>
            {
                Arc::make_mut(secrets).failed_checks = 0;
            }
            (EventKind::Unlocked, Some(secrets)) if secrets.has_failed() || secrets.is_locked => {
                let secrets = Arc::make_mut(secrets);
                (secrets.failed_checks, secrets.is_locked) = (0, false);
                secrets.factors.totp.iter_mut().for_each(|totp| totp.failed_checks = 0);
            }
            (EventKind::TotpCheckSucceeded | EventKind::TotpCheckFailed, Some(secrets)) => {
                let totp = Arc::make_mut(secrets).factors.totp.iter_mut();
                let is_right = kind == EventKind::TotpCheckSucceeded;
                totp.for_each(|totp| totp.failed_checks = if is_right { 0 } else { totp.failed_checks + 1 });
            }
            (EventKind::PasswordCheckFailed, _) => self.secrets_mut().failed_checks += 1,
            _ => {}
        }
    }

    /// Whether the user may enter through a door in its current state. No door checks the state itself.
    pub(super) fn may_enter(&self, door: Door) -> bool {
        match door {
            // A token answers for itself: what the user had when it was kept out is dead, and what it was given since
            // lives.
            Door::Api => true,
            Door::Token => matches!(self.state, UserState::Active | UserState::Initial),
            Door::Introspection | Door::Userinfo | Door::Session => self.state == UserState::Active,
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

    /// Whether the vendor's commands for the other kind of user find it: what they load are events, and those of a
    /// state are the same for both kinds.
    pub(super) fn is_known_by_state(&self) -> bool {
        self.history.has_changed_state() || matches!(self.state, UserState::Inactive | UserState::Locked)
    }

    /// The same for commands that load only locks.
    pub(super) fn is_known_by_lock(&self) -> bool {
        self.history.was_locked() || self.state == UserState::Locked
    }

    /// The human, also what updates of a human wrote about a machine.
    pub(super) fn any_human(&self) -> Option<&Human> {
        self.human().or_else(|| self.secrets.as_ref()?.human.as_deref())
    }

    /// The same, to be changed. For a machine it is made if there is none yet.
    pub(super) fn any_human_mut(&mut self) -> &mut Human {
        match self.profile.kind {
            Kind::Human(_) => self.human_mut().expect("it is one"),
            Kind::Machine(_) => self.secrets_mut().human.get_or_insert_default(),
        }
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
    #[serde(deserialize_with = "bounded::count")]
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

    fn a_user() -> User {
        seed::user(&people::people(1, 1).next().unwrap(), &"org".into(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_state_answers_every_call_as_the_sheet_says() {
        let user = a_user();
        for (from, deactivate, reactivate, lock, unlock) in [
            (Active, Ok(Inactive), Err(NotInactive), Ok(Locked), Err(NotLocked)),
            (Inactive, Err(AlreadyInactive), Ok(Active), Err(ShouldBeActiveOrInitial), Err(NotLocked)),
            (Locked, Ok(Inactive), Err(NotInactive), Err(ShouldBeActiveOrInitial), Ok(Active)),
            (Initial, Err(CantDeactivateInitial), Err(NotInactive), Ok(Locked), Err(NotLocked)),
        ] {
            let after = |event: Result<EventKind, WrongState>| {
                event.map(|event| {
                    let mut user = User { state: from, ..user.clone() };
                    user.apply(event, Timestamp::UNIX_EPOCH);
                    user.state
                })
            };
            assert_eq!(after(from.deactivated()), deactivate, "deactivate {from:?}");
            assert_eq!(after(from.reactivated()), reactivate, "reactivate {from:?}");
            assert_eq!(after(from.locked()), lock, "lock {from:?}");
            assert_eq!(after(from.unlocked()), unlock, "unlock {from:?}");
        }
    }

    #[test]
    fn tokens_that_died_with_a_state_stay_dead() {
        let now = Timestamp::UNIX_EPOCH;
        let mut alive = a_user();
        alive.secrets_mut().tokens.push(Token::seeded("1", "t", now));
        for (step, lives) in
            [(EventKind::Deactivated, false), (EventKind::Locked, false), (EventKind::ProfileChanged, true)]
        {
            let mut user = alive.clone();
            user.apply(step, now);
            assert_eq!(user.secrets_mut().token("t", now).is_some(), lives);
            user.apply(EventKind::Reactivated, now);
            assert_eq!(user.secrets_mut().token("t", now).is_some(), lives, "{step:?}, then active");
            assert_eq!(user.secrets_mut().tokens.len(), 1, "it is still listed");
        }
    }

    #[test]
    fn every_door_answers_for_every_state() {
        let user = a_user();
        for (door, active, initial) in
            [(Door::Token, true, true), (Door::Introspection, true, false), (Door::Userinfo, true, false)]
        {
            for (state, open) in [(Active, active), (Initial, initial), (Inactive, false), (Locked, false)] {
                assert_eq!(User { state, ..user.clone() }.may_enter(door), open, "{door:?} {state:?}");
                assert!(User { state, ..user.clone() }.may_enter(Door::Api), "its token decides");
            }
        }
    }
}
