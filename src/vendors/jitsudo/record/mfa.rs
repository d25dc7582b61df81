//! A user's second factor, and a sign-in that waits for it. Pure: time and random numbers come in as arguments.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::Record;
use crate::totp::Secret;

/// How long a challenge counts. Nothing published says so.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// A user's second factor: an authenticator app, and codes for when it is lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SecondFactor {
    pub(in super::super) id: String,
    user: String,
    /// Base32.
    secret: String,
    /// Those that are not used up.
    backup_codes: Vec<String>,
}

/// A sign-in whose password was right and that waits for a code. A user has one: a newer one replaces it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Challenge {
    user: String,
    pub(in super::super) id: String,
    expires_at: Timestamp,
    /// Base32: the secret that the user was shown, but has not used yet.
    offered: Option<String>,
}

impl SecondFactor {
    /// The factor of a user who has this secret.
    pub(in super::super) fn new(id: String, user: &str, secret: &Secret, backup_codes: Vec<String>) -> Self {
        Self { id, user: user.to_owned(), secret: secret.to_base32(), backup_codes }
    }

    /// Replaces the backup codes.
    pub(in super::super) fn set_backup_codes(&mut self, codes: Vec<String>) {
        self.backup_codes = codes;
    }

    /// Whether the code is right. A backup code is used up.
    pub(in super::super) fn accept(&mut self, code: &str, now: Timestamp) -> bool {
        if Secret::parse(&self.secret).is_some_and(|secret| secret.accepts(code, now)) {
            return true;
        }
        let before = self.backup_codes.len();
        self.backup_codes.retain(|own| own != code);
        self.backup_codes.len() < before
    }
}

impl Challenge {
    /// A challenge of that user from `now` on.
    pub(in super::super) fn new(user: &str, id: String, now: Timestamp) -> Self {
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        Self { user: user.to_owned(), id, expires_at, offered: None }
    }

    /// One that always counts: a seed's, which is older than any server.
    pub(in super::super) fn permanent(user: &str, id: String) -> Self {
        Self { expires_at: Timestamp::MAX, ..Self::new(user, id, Timestamp::UNIX_EPOCH) }
    }

    /// Whether it still counts.
    pub(in super::super) fn is_valid_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Shows the user a secret. It replaces the one that was shown before.
    pub(in super::super) fn offer(&mut self, secret: &Secret) {
        self.offered = Some(secret.to_base32());
    }

    /// The secret that the user was shown.
    pub(in super::super) fn offered(&self) -> Option<Secret> {
        self.offered.as_deref().and_then(Secret::parse)
    }
}

impl Record for SecondFactor {
    type Alias = String;

    fn key(&self) -> &str {
        &self.user
    }

    fn aliases(&self) -> Vec<String> {
        Vec::new()
    }
}

/// It is found by its id.
impl Record for Challenge {
    type Alias = String;

    fn key(&self) -> &str {
        &self.user
    }

    fn aliases(&self) -> Vec<String> {
        vec![self.id.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_code_counts_once_and_a_code_of_the_app_at_its_time() {
        let secret = Secret::new([7; 20]);
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let mut factor = SecondFactor::new("f".to_owned(), "a", &secret, vec!["one".to_owned(), "two".to_owned()]);
        assert!(factor.accept(&secret.code(now), now) && factor.accept(&secret.code(now), now));
        assert!(!factor.accept(&secret.code(now), now + SignedDuration::from_mins(2)));
        assert!(factor.accept("one", now) && !factor.accept("one", now) && factor.accept("two", now));
        factor.set_backup_codes(vec!["three".to_owned()]);
        assert!(!factor.accept("two", now) && factor.accept("three", now));
    }

    #[test]
    fn a_challenge_ends_with_its_time() {
        let now = Timestamp::UNIX_EPOCH;
        let challenge = Challenge::new("a", "c".to_owned(), now);
        assert!(challenge.is_valid_at(now + SignedDuration::from_secs(299)));
        assert!(!challenge.is_valid_at(now + LIFETIME));
    }
}
