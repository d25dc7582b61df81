//! MonoCloud's user and what calls do to it. Pure: time comes in as an argument.
//!
//! Two independent things keep a user out: the flag `disabled`, which an administrator sets, and the block, which
//! failed sign-ins cause.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bounded;
use crate::directory::Record;
use crate::passwords::PasswordHash;

use super::members::Members;
use super::parts::{Activity, Address, Block, Identifier, Idp, Kind, Membership, Passkey, Session};

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct User {
    /// Kept out by an administrator.
    pub(in super::super) disabled: bool,
    /// Failed sign-ins in a row.
    #[serde(deserialize_with = "bounded::count")]
    pub(in super::super) failures: u32,
    /// Epoch seconds.
    pub(in super::super) last_updated: i64,
    /// Kept out by failed sign-ins.
    pub(in super::super) block: Option<Block>,
    /// The user's sessions.
    pub(in super::super) sessions: Arc<[Session]>,
    /// What calls that only change the state leave unchanged.
    pub(in super::super) profile: Arc<Profile>,
}

/// The members that rarely change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in super::super) struct Profile {
    pub(in super::super) user_id: String,
    pub(in super::super) creation_time: i64,
    pub(in super::super) has_password: bool,
    /// Whether the next sign-in asks for a new password.
    pub(in super::super) force_password_reset: bool,
    pub(in super::super) password_updated_at: Option<i64>,
    /// Absent if the user has no password, or if the seed does not give it.
    pub(in super::super) password_hash: Option<PasswordHash>,
    pub(in super::super) passkeys: Vec<Passkey>,
    pub(in super::super) private_data: Members,
    pub(in super::super) public_data: Members,
    pub(in super::super) claims: Members,
    pub(in super::super) idps: Vec<Idp>,
    pub(in super::super) emails: Vec<Identifier>,
    pub(in super::super) phone_numbers: Vec<Identifier>,
    pub(in super::super) username: Option<Box<Identifier>>,
    /// Absent if there was never an attempt to sign in.
    pub(in super::super) activity: Option<Box<Activity>>,
    /// The addresses from which sign-ins failed.
    pub(in super::super) addresses: Vec<Address>,
    pub(in super::super) groups: Vec<Membership>,
}

impl Profile {
    /// The data that applications store with the user.
    pub(in super::super) fn data(&self, data: Data) -> &Members {
        match data {
            Data::Public => &self.public_data,
            Data::Private => &self.private_data,
        }
    }

    /// The same, to be changed.
    pub(in super::super) fn data_mut(&mut self, data: Data) -> &mut Members {
        match data {
            Data::Public => &mut self.public_data,
            Data::Private => &mut self.private_data,
        }
    }

    /// The identifiers of that kind.
    pub(in super::super) fn identifiers(&self, kind: Kind) -> &[Identifier] {
        match kind {
            Kind::Email => &self.emails,
            Kind::Phone => &self.phone_numbers,
            Kind::Username => self.username.as_deref().map(std::slice::from_ref).unwrap_or_default(),
        }
    }

    /// Every identifier.
    pub(in super::super) fn all_identifiers(&self) -> impl Iterator<Item = &Identifier> {
        self.username.as_deref().into_iter().chain(&self.emails).chain(&self.phone_numbers)
    }

    /// The same, to be changed.
    pub(in super::super) fn all_identifiers_mut(&mut self) -> impl Iterator<Item = &mut Identifier> {
        self.username.as_deref_mut().into_iter().chain(&mut self.emails).chain(&mut self.phone_numbers)
    }
}

/// Data that applications store with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Data {
    /// What the user may see.
    Public,
    /// What the user may not.
    Private,
}

impl Record for User {
    type Alias = Alias;

    fn key(&self) -> &str {
        &self.profile.user_id
    }

    fn aliases(&self) -> Vec<Alias> {
        let all = |kind: Kind| self.profile.identifiers(kind).iter().map(move |one| Alias::new(kind, &one.value));
        all(Kind::Email).chain(all(Kind::Phone)).chain(all(Kind::Username)).collect()
    }
}

/// An identifier that must be unique, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) enum Alias {
    Email(String),
    Phone(String),
    Username(String),
}

impl Alias {
    pub(in super::super) fn new(kind: Kind, value: &str) -> Self {
        match kind {
            Kind::Email => Self::Email(value.to_lowercase()),
            Kind::Phone => Self::Phone(value.to_owned()),
            Kind::Username => Self::Username(value.to_lowercase()),
        }
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(email) => write!(f, "e-mail address {email}"),
            Self::Phone(number) => write!(f, "phone number {number}"),
            Self::Username(name) => write!(f, "username {name}"),
        }
    }
}

impl User {
    /// Disables the user; with `revoke_sessions` also ends every session, even if the user was already disabled.
    /// Returns whether the flag changed.
    pub(in super::super) fn disable(&mut self, revoke_sessions: bool, now: i64) -> bool {
        if revoke_sessions {
            self.revoke_sessions();
        }
        self.set_disabled(true, now)
    }

    /// Enables the user again; revoked sessions stay revoked. Returns whether the flag changed.
    pub(in super::super) fn enable(&mut self, now: i64) -> bool {
        self.set_disabled(false, now)
    }

    /// Lifts the block. Returns whether there was one at `now`.
    pub(in super::super) fn unblock(&mut self, now: i64) -> bool {
        let was_blocked = self.is_blocked(now);
        self.block = None;
        self.failures = 0;
        was_blocked
    }

    /// Whether failed sign-ins keep the user out at `now`, in epoch seconds.
    pub(in super::super) fn is_blocked(&self, now: i64) -> bool {
        self.block_until(now).is_some()
    }

    /// The end of the block at `now`, if there is a block; `Some(None)` if it never ends.
    pub(in super::super) fn block_until(&self, now: i64) -> Option<Option<i64>> {
        let block = self.block.as_ref()?;
        block.until.is_none_or(|until| now < until).then_some(block.until)
    }

    /// Ends every session.
    pub(in super::super) fn revoke_sessions(&mut self) {
        self.sessions = Arc::default();
    }

    /// The sessions that have not expired at `now`.
    pub(in super::super) fn live_sessions(&self, now: i64) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(move |session| now < session.expires_at)
    }

    /// Changes the profile. Keeps the change only if `step` returns true.
    pub(in super::super) fn edit(&mut self, now: i64, step: impl FnOnce(&mut Profile) -> bool) -> bool {
        let mut profile = Profile::clone(&self.profile);
        let changed = step(&mut profile);
        if changed {
            self.profile = Arc::new(profile);
            self.last_updated = now;
        }
        changed
    }

    fn set_disabled(&mut self, disabled: bool, now: i64) -> bool {
        let changes = self.disabled != disabled;
        if changes {
            self.disabled = disabled;
            self.last_updated = now; // only where the flag changes (assumed, monocloud-a4)
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::super::Lockout;
    use super::*;
    use crate::people;
    use crate::vendors::monocloud::seed;

    const BORN: i64 = 100;
    const NOW: i64 = 500;

    fn user(disabled: bool, block: Option<Option<i64>>) -> User {
        let person = people::people(1, 1).next().unwrap();
        let session = r#"{"session_id":"A","session_key":null,"client_ids":[],"initiated_at":1,"expires_at":2,
            "last_updated":1,"last_metadata":{}}"#;
        User {
            disabled,
            block: block.map(|until| Block { until }),
            sessions: Arc::new([serde_json::from_str(session).unwrap()]),
            ..seed::user(&person, BORN)
        }
    }

    #[test]
    fn each_transition_touches_only_what_is_its_own() {
        type Step = fn(&mut User) -> bool;
        type After = (bool, bool, bool, usize, i64);
        let disable: Step = |user| user.disable(false, NOW);
        let revoke: Step = |user| user.disable(true, NOW);
        let enable: Step = |user| user.enable(NOW);
        let unblock: Step = |user| user.unblock(NOW);
        // before: disabled, blocked; step; after: changed, disabled, blocked, sessions, last_updated
        let table: [(bool, bool, Step, After); 14] = [
            (false, false, disable, (true, true, false, 1, NOW)),
            (true, false, disable, (false, true, false, 1, BORN)),
            (false, true, disable, (true, true, true, 1, NOW)),
            (false, false, revoke, (true, true, false, 0, NOW)),
            (true, false, revoke, (false, true, false, 0, BORN)),
            (true, true, revoke, (false, true, true, 0, BORN)),
            (true, false, enable, (true, false, false, 1, NOW)),
            (false, false, enable, (false, false, false, 1, BORN)),
            (true, true, enable, (true, false, true, 1, NOW)),
            (false, true, enable, (false, false, true, 1, BORN)),
            (false, true, unblock, (true, false, false, 1, BORN)),
            (true, true, unblock, (true, true, false, 1, BORN)),
            (true, false, unblock, (false, true, false, 1, BORN)),
            (false, false, unblock, (false, false, false, 1, BORN)),
        ];
        for (row, (disabled, blocked, step, after)) in table.into_iter().enumerate() {
            let mut user = user(disabled, blocked.then_some(None));
            let changed = step(&mut user);
            let found = (changed, user.disabled, user.is_blocked(NOW), user.sessions.len(), user.last_updated);
            assert_eq!(found, after, "row {row}");
        }
    }

    #[test]
    fn the_fifth_failure_blocks_and_only_time_or_unblock_lifts_it() {
        let mut user = user(false, None);
        (0..4).for_each(|_| user.fail_sign_in("::1", Lockout::UserAccount, NOW));
        assert!(!user.is_blocked(NOW));
        user.fail_sign_in("::1", Lockout::UserAccount, NOW);
        assert!(user.is_blocked(NOW + 299) && !user.is_blocked(NOW + 300));
        user.fail_sign_in("::1", Lockout::UserAccount, NOW + 200);
        assert!(!user.is_blocked(NOW + 300), "an attempt that was turned away counts for nothing");
        assert!(!user.enable(NOW) && user.is_blocked(NOW));
        user.fail_sign_in("::1", Lockout::UserAccount, NOW + 300);
        assert_eq!((user.failures, user.is_blocked(NOW + 300)), (1, false));
        (0..4).for_each(|_| user.fail_sign_in("::1", Lockout::UserAccount, NOW + 300));
        assert!(user.unblock(NOW + 301) && !user.is_blocked(NOW + 301));
        assert_eq!(user.failures, 0);
    }

    #[test]
    fn what_is_kept_of_sign_ins_is_bounded() {
        let mut user = user(false, None);
        let session = Session { expires_at: NOW + 1, ..user.sessions[0].clone() };
        for n in 0..1_100 {
            user.fail_sign_in(&n.to_string(), Lockout::Ip, NOW);
            let session = Session { session_id: n.to_string(), ..session.clone() };
            user.sign_in("::1", Some(session), NOW).unwrap();
        }
        assert_eq!((user.profile.addresses.len(), user.sessions.len()), (1_000, 1_000));
        assert_eq!(user.profile.addresses[0].ip, "100");
    }

    #[test]
    fn failures_from_one_address_block_it_alone() {
        let mut user = user(false, None);
        (0..5).for_each(|_| user.fail_sign_in("::1", Lockout::Ip, NOW));
        user.fail_sign_in("::2", Lockout::Ip, NOW);
        let blocked: Vec<_> = user.profile.addresses.iter().map(|address| address.is_blocked(NOW)).collect();
        assert_eq!((blocked, user.is_blocked(NOW)), (vec![true, false], false));
    }

    #[test]
    fn a_block_ends_by_itself_when_its_time_has_come() {
        let mut user = user(false, Some(Some(NOW)));
        assert!(user.is_blocked(NOW - 1));
        assert!(!user.is_blocked(NOW));
        assert!(!user.unblock(NOW));
    }
}
