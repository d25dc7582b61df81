//! The events of a ZITADEL user: their names, their numbers, and which of them reads and writes show. Pure.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contact::Channel;

use crate::bounded;

/// What can happen to a user. The vendor's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    #[serde(rename = "user.human.added")]
    HumanAdded,
    #[serde(rename = "user.machine.added")]
    MachineAdded,
    #[serde(rename = "user.username.changed")]
    UsernameChanged,
    #[serde(rename = "user.deactivated")]
    Deactivated,
    #[serde(rename = "user.reactivated")]
    Reactivated,
    #[serde(rename = "user.locked")]
    Locked,
    #[serde(rename = "user.unlocked")]
    Unlocked,
    #[serde(rename = "user.removed")]
    Removed,
    #[serde(rename = "user.human.initialization.code.added")]
    InitialCodeAdded,
    #[serde(rename = "user.human.profile.changed")]
    ProfileChanged,
    #[serde(rename = "user.human.email.changed")]
    EmailChanged,
    #[serde(rename = "user.human.email.verified")]
    EmailVerified,
    #[serde(rename = "user.human.email.verification.failed")]
    EmailVerificationFailed,
    #[serde(rename = "user.human.email.code.added")]
    EmailCodeAdded,
    #[serde(rename = "user.human.phone.changed")]
    PhoneChanged,
    #[serde(rename = "user.human.phone.removed")]
    PhoneRemoved,
    #[serde(rename = "user.human.phone.verified")]
    PhoneVerified,
    #[serde(rename = "user.human.phone.verification.failed")]
    PhoneVerificationFailed,
    #[serde(rename = "user.human.phone.code.added")]
    PhoneCodeAdded,
    #[serde(rename = "user.human.password.changed")]
    PasswordChanged,
    #[serde(rename = "user.human.password.code.added")]
    PasswordCodeAdded,
    #[serde(rename = "user.human.password.check.failed")]
    PasswordCheckFailed,
    #[serde(rename = "user.human.password.check.succeeded")]
    PasswordCheckSucceeded,
    #[serde(rename = "user.human.password.hash.updated")]
    PasswordHashUpdated,
    #[serde(rename = "user.human.mfa.otp.added")]
    TotpAdded,
    #[serde(rename = "user.human.mfa.otp.verified")]
    TotpVerified,
    #[serde(rename = "user.human.mfa.otp.check.succeeded")]
    TotpCheckSucceeded,
    #[serde(rename = "user.human.mfa.otp.check.failed")]
    TotpCheckFailed,
    #[serde(rename = "user.human.mfa.otp.removed")]
    TotpRemoved,
    #[serde(rename = "user.human.mfa.otp.sms.added")]
    SmsFactorAdded,
    #[serde(rename = "user.human.mfa.otp.sms.removed")]
    SmsFactorRemoved,
    #[serde(rename = "user.human.mfa.otp.email.added")]
    EmailFactorAdded,
    #[serde(rename = "user.human.mfa.otp.email.removed")]
    EmailFactorRemoved,
    #[serde(rename = "user.human.passwordless.initialization.code.added")]
    PasswordlessCodeAdded,
    #[serde(rename = "user.human.passwordless.initialization.code.requested")]
    PasswordlessCodeRequested,
    #[serde(rename = "user.machine.changed")]
    MachineChanged,
    #[serde(rename = "user.machine.secret.set")]
    SecretSet,
    #[serde(rename = "user.machine.secret.removed")]
    SecretRemoved,
    #[serde(rename = "user.machine.key.added")]
    KeyAdded,
    #[serde(rename = "user.machine.key.removed")]
    KeyRemoved,
    #[serde(rename = "user.pat.added")]
    TokenAdded,
    #[serde(rename = "user.pat.removed")]
    TokenRemoved,
    #[serde(rename = "user.metadata.set")]
    MetadataSet,
    #[serde(rename = "user.metadata.removed")]
    MetadataRemoved,
}

/// A part of a user that the vendor's commands load by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its making, name and state, which every command loads.
    User,
    Profile,
    Email,
    Phone,
    Password,
    Initialization,
    Factors,
    Machine,
    Credentials,
    Metadata,
}

/// Where an event stands among those of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Its number, from 1.
    #[serde(deserialize_with = "bounded::count")]
    pub sequence: u64,
    /// When it was.
    pub change_date: Timestamp,
}

/// The events of a user, as far as answers show them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct History {
    /// The number of the last event, and its time: what answers to writes show.
    #[serde(deserialize_with = "bounded::count")]
    sequence: u64,
    change_date: Timestamp,
    /// What differs from it; nothing for a user that had no event since it was seeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Arc<Details>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Details {
    /// The last event that changes what reading the user shows.
    shown: Position,
    /// The last event of its making, name or state.
    user: Position,
    /// The last event of every other part that has had one.
    parts: Vec<Event>,
    /// Whether its state has ever changed, and whether it was ever locked or unlocked.
    #[serde(default)]
    has_changed_state: bool,
    #[serde(default)]
    was_locked: bool,
    /// How often it was deactivated or locked, and how often its password was changed.
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "bounded::count")]
    times_kept_out: u64,
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "bounded::count")]
    times_password_changed: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// An event that happened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Event {
    kind: EventKind,
    position: Position,
}

impl EventKind {
    /// The vendor's name.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// What makes a code for that channel.
    pub fn code_added(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::EmailCodeAdded,
            Channel::Phone => Self::PhoneCodeAdded,
        }
    }

    /// What verifies the address of that channel.
    pub fn verified(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::EmailVerified,
            Channel::Phone => Self::PhoneVerified,
        }
    }

    /// A wrong code for that channel.
    pub fn verification_failed(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::EmailVerificationFailed,
            Channel::Phone => Self::PhoneVerificationFailed,
        }
    }

    /// Another address of that channel, or none.
    pub fn address_changed(channel: Channel, address: &str) -> Self {
        match (channel, address) {
            (Channel::Email, _) => Self::EmailChanged,
            (Channel::Phone, "") => Self::PhoneRemoved,
            (Channel::Phone, _) => Self::PhoneChanged,
        }
    }

    fn part(self) -> Part {
        match self {
            Self::HumanAdded
            | Self::MachineAdded
            | Self::UsernameChanged
            | Self::Deactivated
            | Self::Reactivated
            | Self::Locked
            | Self::Unlocked
            | Self::Removed => Part::User,
            Self::ProfileChanged => Part::Profile,
            Self::EmailChanged | Self::EmailVerified | Self::EmailVerificationFailed | Self::EmailCodeAdded => {
                Part::Email
            }
            Self::PhoneChanged
            | Self::PhoneRemoved
            | Self::PhoneVerified
            | Self::PhoneVerificationFailed
            | Self::PhoneCodeAdded => Part::Phone,
            Self::PasswordChanged
            | Self::PasswordCodeAdded
            | Self::PasswordCheckFailed
            | Self::PasswordCheckSucceeded
            | Self::PasswordHashUpdated => Part::Password,
            Self::InitialCodeAdded => Part::Initialization,
            Self::TotpAdded
            | Self::TotpVerified
            | Self::TotpCheckSucceeded
            | Self::TotpCheckFailed
            | Self::TotpRemoved
            | Self::SmsFactorAdded
            | Self::SmsFactorRemoved
            | Self::EmailFactorAdded
            | Self::EmailFactorRemoved
            | Self::PasswordlessCodeAdded
            | Self::PasswordlessCodeRequested => Part::Factors,
            Self::MachineChanged | Self::SecretSet | Self::SecretRemoved => Part::Machine,
            Self::KeyAdded | Self::KeyRemoved | Self::TokenAdded | Self::TokenRemoved => Part::Credentials,
            Self::MetadataSet | Self::MetadataRemoved => Part::Metadata,
        }
    }

    /// Whether it changes the row that reads show. What a row has no column for does not.
    fn is_shown(self) -> bool {
        match self.part() {
            Part::User | Part::Profile | Part::Machine => true,
            Part::Email | Part::Phone => !matches!(
                self,
                Self::EmailVerificationFailed
                    | Self::EmailCodeAdded
                    | Self::PhoneVerificationFailed
                    | Self::PhoneCodeAdded
            ),
            Part::Password | Part::Initialization | Part::Factors | Part::Credentials | Part::Metadata => false,
        }
    }
}

impl History {
    /// The history of a user that starts after that many events.
    pub fn starting(sequence: u64, change_date: Timestamp) -> Self {
        Self { sequence, change_date, details: None }
    }

    /// Adds an event.
    pub(super) fn add(&mut self, kind: EventKind, at: Timestamp) {
        let before = self.last();
        let last = Position { sequence: before.sequence + 1, change_date: at };
        (self.sequence, self.change_date) = (last.sequence, at);
        let nothing = || {
            let (parts, no) = (Vec::new(), false);
            Arc::new(Details {
                shown: before,
                user: before,
                parts,
                has_changed_state: no,
                was_locked: no,
                times_kept_out: 0,
                times_password_changed: 0,
            })
        };
        let details = Arc::make_mut(self.details.get_or_insert_with(nothing));
        if kind.is_shown() {
            details.shown = last;
        }
        let is_lock = matches!(kind, EventKind::Locked | EventKind::Unlocked);
        details.was_locked |= is_lock;
        details.has_changed_state |= is_lock || matches!(kind, EventKind::Deactivated | EventKind::Reactivated);
        details.times_kept_out += u64::from(matches!(kind, EventKind::Deactivated | EventKind::Locked));
        details.times_password_changed += u64::from(kind == EventKind::PasswordChanged);
        let event = Event { kind, position: last };
        match details.parts.iter_mut().find(|earlier| earlier.kind.part() == kind.part()) {
            _ if kind.part() == Part::User => details.user = last,
            Some(earlier) => *earlier = event,
            None => details.parts.push(event),
        }
    }

    /// The last event.
    pub fn last(&self) -> Position {
        Position { sequence: self.sequence, change_date: self.change_date }
    }

    /// The last event that changed what reading the user shows.
    pub fn shown(&self) -> Position {
        self.details.as_ref().map_or_else(|| self.last(), |details| details.shown)
    }

    /// The last event that a command has seen which loads these parts. It always loads [`Part::User`].
    pub fn loaded(&self, parts: &[Part]) -> Position {
        let Some(details) = &self.details else {
            return self.last();
        };
        let events = details.parts.iter().filter(|event| parts.contains(&event.kind.part()));
        let positions = events.map(|event| event.position).chain([details.user]);
        positions.max_by_key(|position| position.sequence).unwrap_or_else(|| self.last())
    }

    /// Whether there was an event of its state since it was seeded.
    pub fn has_changed_state(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.has_changed_state)
    }

    /// Whether it was locked or unlocked since it was seeded.
    pub fn was_locked(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.was_locked)
    }

    /// How often it was deactivated or locked since it was seeded.
    pub fn times_kept_out(&self) -> u64 {
        self.details.as_ref().map_or(0, |details| details.times_kept_out)
    }

    /// How often its password was changed since it was seeded.
    pub fn times_password_changed(&self) -> u64 {
        self.details.as_ref().map_or(0, |details| details.times_password_changed)
    }

    /// The last event of that part.
    pub fn last_of(&self, part: Part) -> Option<Position> {
        let details = self.details.as_ref()?;
        details.parts.iter().find(|event| event.kind.part() == part).map(|event| event.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequences(history: &History) -> (u64, u64) {
        (history.last().sequence, history.shown().sequence)
    }

    #[test]
    fn reads_show_the_last_event_that_changes_what_they_show() {
        let mut history = History::starting(0, Timestamp::UNIX_EPOCH);
        for (kind, shown) in [
            (EventKind::HumanAdded, 1),
            (EventKind::EmailCodeAdded, 1),
            (EventKind::EmailVerified, 3),
            (EventKind::PasswordChanged, 3),
            (EventKind::MetadataSet, 3),
            (EventKind::Deactivated, 6),
        ] {
            history.add(kind, Timestamp::UNIX_EPOCH);
            assert_eq!(history.shown().sequence, shown, "{kind:?}");
        }
        assert_eq!(sequences(&history), (6, 6));
    }

    #[test]
    fn a_command_sees_the_parts_that_it_loads() {
        let mut history = History::starting(2, Timestamp::UNIX_EPOCH);
        assert_eq!(history.loaded(&[]).sequence, 2);
        for kind in [EventKind::Locked, EventKind::EmailCodeAdded, EventKind::PasswordChanged] {
            history.add(kind, Timestamp::UNIX_EPOCH);
        }
        for (parts, sequence) in
            [(&[][..], 3), (&[Part::Email], 4), (&[Part::Email, Part::Password], 5), (&[Part::Phone], 3)]
        {
            assert_eq!(history.loaded(parts).sequence, sequence, "{parts:?}");
        }
    }

    #[test]
    fn what_was_stored_reads_the_same() {
        let mut history = History::starting(2, Timestamp::UNIX_EPOCH);
        let text = serde_json::to_string(&history).unwrap();
        assert_eq!(text, r#"{"sequence":2,"change_date":"1970-01-01T00:00:00Z"}"#);
        history.add(EventKind::EmailCodeAdded, Timestamp::UNIX_EPOCH);
        let text = serde_json::to_string(&history).unwrap();
        let again: History = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        assert_eq!(sequences(&again), (3, 2));
    }
}
