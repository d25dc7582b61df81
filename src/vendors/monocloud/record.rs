//! MonoCloud's user and what can happen to it. Pure: time comes in as an argument.
//!
//! Two things keep a user out, and they know nothing of each other: the flag `disabled`, which an administrator
//! sets, and the block, which failed sign-ins cause.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::directory::Record;
use crate::protocol::packed::Packed;

/// A user.
#[derive(Debug, Clone)]
pub(super) struct User {
    /// Kept out by an administrator.
    pub(super) disabled: bool,
    /// Epoch seconds.
    pub(super) last_updated: i64,
    /// Kept out by failed sign-ins.
    pub(super) block: Option<Block>,
    /// Where the user is signed in.
    pub(super) sessions: Arc<[Session]>,
    /// What the calls that change a state leave alone.
    pub(super) profile: Arc<Profile>,
}

/// A lockout after failed sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    /// Epoch seconds at which it ends by itself; never, if absent.
    pub(super) until: Option<i64>,
}

/// The members that stand still, wide ones as ready JSON.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) user_id: String,
    pub(super) creation_time: i64,
    pub(super) has_password: bool,
    pub(super) password_updated_at: Option<i64>,
    pub(super) passkeys: Packed<Vec<Passkey>>,
    pub(super) private_data: Packed<Map<String, Value>>,
    pub(super) public_data: Packed<Map<String, Value>>,
    pub(super) claims: Packed<Map<String, Value>>,
    pub(super) idps: Packed<Vec<Idp>>,
    pub(super) emails: Packed<Vec<Email>>,
    pub(super) phone_numbers: Packed<Vec<PhoneNumber>>,
    pub(super) username: Option<Packed<Username>>,
    pub(super) sign_in_count: u64,
    pub(super) last_sign_in_ip: Option<String>,
    pub(super) last_sign_in_attempt: Option<i64>,
}

/// An external account that is linked to the user.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Idp {
    provider_user_id: String,
    claims: Map<String, Value>,
    authenticator: ExternalAuthenticator,
}

/// An e-mail address.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Email {
    pub(super) authenticators: Vec<Authenticator>,
    pub(super) verified: bool,
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) primary: bool,
    pub(super) idps: Vec<IdentityProvider>,
}

/// A phone number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneNumber {
    phone: String,
    authenticators: Vec<Authenticator>,
    verified: bool,
    id: Uuid,
    primary: bool,
    idps: Vec<IdentityProvider>,
}

/// A user name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Username {
    pub(super) authenticators: Vec<Authenticator>,
    pub(super) id: Uuid,
    pub(super) idps: Vec<IdentityProvider>,
    pub(super) username: String,
}

/// A passkey.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Passkey {
    public_key: String,
    backup_state: bool,
    user_present: bool,
    backup_eligibility: bool,
    aa_guid: Uuid,
    name: Option<String>,
    passkey_id: String,
    user_agent: String,
    user_verified: bool,
}

/// A place where the user is signed in. Times are epoch seconds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    session_id: String,
    session_key: Option<String>,
    client_ids: Vec<String>,
    initiated_at: i64,
    expires_at: i64,
    last_updated: i64,
    last_metadata: Packed<SessionMetadata>,
}

/// Where a session was last seen.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionMetadata {
    city: Option<String>,
    country: Option<String>,
    region: Option<String>,
    latitude: Option<String>,
    longitude: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<String>,
}

/// A way to prove who one is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Authenticator {
    Password,
    Passkey,
    Email,
    Phone,
    #[serde(untagged)]
    External(ExternalAuthenticator),
}

/// Who vouches for an identifier.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum IdentityProvider {
    Monocloud,
    #[serde(untagged)]
    External(ExternalAuthenticator),
}

/// A service to sign in with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExternalAuthenticator {
    Google,
    Apple,
    Facebook,
    Microsoft,
    Github,
    Gitlab,
    Discord,
    Twitter,
    Linkedin,
    Xero,
}

impl Record for User {
    fn key(&self) -> &str {
        &self.profile.user_id
    }
}

impl User {
    /// Keeps the user out; with `revoke_sessions` also ends every session, whatever the flag was before.
    /// Answers whether the flag changed.
    pub(super) fn disable(&mut self, revoke_sessions: bool, now: i64) -> bool {
        if revoke_sessions {
            self.sessions = Arc::default();
        }
        self.set_disabled(true, now)
    }

    /// Lifts an earlier disable; revoked sessions stay gone. Answers whether the flag changed.
    pub(super) fn enable(&mut self, now: i64) -> bool {
        self.set_disabled(false, now)
    }

    /// Lifts the block. Answers whether there was one at `now`.
    pub(super) fn unblock(&mut self, now: i64) -> bool {
        let was_blocked = self.is_blocked(now);
        self.block = None;
        was_blocked
    }

    /// Whether failed sign-ins keep the user out at `now`, in epoch seconds.
    pub(super) fn is_blocked(&self, now: i64) -> bool {
        self.block.as_ref().is_some_and(|block| block.until.is_none_or(|until| now < until))
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
    fn a_block_ends_by_itself_when_its_time_has_come() {
        let mut user = user(false, Some(Some(NOW)));
        assert!(user.is_blocked(NOW - 1));
        assert!(!user.is_blocked(NOW));
        assert!(!user.unblock(NOW));
    }
}
