//! A mailed token that is not used yet. A user has one per purpose: a newer one replaces it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::Record;

/// What a user was sent a token for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct PendingToken {
    key: String,
    pub(in super::super) user: String,
    pub(in super::super) purpose: Purpose,
    pub(in super::super) token: String,
    expires_at: Timestamp,
}

/// What a mailed token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Purpose {
    /// Confirming the address, and setting the first password.
    Invite,
    /// Setting another password.
    Reset,
}

impl Purpose {
    /// The word for it.
    pub(in super::super) const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Reset => "password_reset",
        }
    }

    /// How long it is valid. Nothing published says so.
    const fn lifetime(self) -> SignedDuration {
        match self {
            Self::Invite => SignedDuration::from_hours(7 * 24),
            Self::Reset => SignedDuration::from_hours(1),
        }
    }
}

impl PendingToken {
    /// A token for that user, sent at `now`.
    pub(in super::super) fn new(user: &str, purpose: Purpose, token: String, now: Timestamp) -> Self {
        let expires_at = now.saturating_add(purpose.lifetime()).unwrap_or(Timestamp::MAX);
        Self { key: Self::key_of(user, purpose), user: user.to_owned(), purpose, token, expires_at }
    }

    /// One that always counts: a seed's, which is older than any server.
    pub(in super::super) fn permanent(user: &str, purpose: Purpose, token: String) -> Self {
        Self { expires_at: Timestamp::MAX, ..Self::new(user, purpose, token, Timestamp::UNIX_EPOCH) }
    }

    /// The key of what that user was sent for that.
    pub(in super::super) fn key_of(user: &str, purpose: Purpose) -> String {
        format!("{user}/{}", purpose.as_str())
    }

    /// Whether it still counts at `now`.
    pub(in super::super) fn is_valid_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// It is found by its token.
impl Record for PendingToken {
    type Alias = String;

    fn key(&self) -> &str {
        &self.key
    }

    fn aliases(&self) -> Vec<String> {
        vec![self.token.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_for_its_time_alone() {
        let sent = Timestamp::UNIX_EPOCH;
        for (purpose, hours) in [(Purpose::Invite, 168), (Purpose::Reset, 1)] {
            let pending = PendingToken::new("a", purpose, "t".to_owned(), sent);
            let after = |seconds: i64| sent + SignedDuration::from_secs(seconds);
            assert!(pending.is_valid_at(after(hours * 3600 - 1)) && !pending.is_valid_at(after(hours * 3600)));
        }
    }
}
