//! What a user allowed an application, kept so that the user is not asked again. Pure: time comes in as an argument.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::directory::Record;

/// What a user allowed an application: there is one for both. Times are epoch seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Consent {
    pub(in super::super) id: String,
    pub(in super::super) user_id: String,
    pub(in super::super) client_id: String,
    pub(in super::super) creation_time: i64,
    pub(in super::super) scopes: Vec<AllowedScope>,
}

/// A scope that a user allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AllowedScope {
    pub(in super::super) scope: String,
    pub(in super::super) granted_on: i64,
    /// Absent if it does not expire.
    pub(in super::super) expiration: Option<i64>,
}

impl AllowedScope {
    fn lives(&self, now: i64) -> bool {
        self.expiration.is_none_or(|end| now < end)
    }
}

impl Consent {
    /// Whether it has each of these scopes at `now`.
    pub(in super::super) fn covers(&self, scopes: &[String], now: i64) -> bool {
        scopes.iter().all(|name| self.scopes.iter().any(|own| own.scope == *name && own.lives(now)))
    }

    /// The same without what has expired; nothing, if that is all.
    pub(in super::super) fn living(&self, now: i64) -> Option<Self> {
        let scopes: Vec<_> = self.scopes.iter().filter(|scope| scope.lives(now)).cloned().collect();
        (!scopes.is_empty()).then(|| Self { scopes, ..self.clone() })
    }

    /// Notes what the user decided about the scopes that were asked for: these are allowed for `lifetime` seconds, 0
    /// for ever, and the others are not any more.
    pub(in super::super) fn decide(&mut self, asked: &[String], allowed: &[String], lifetime: i64, now: i64) {
        self.scopes.retain(|scope| scope.lives(now) && !asked.contains(&scope.scope));
        let expiration = (lifetime > 0).then(|| now.saturating_add(lifetime));
        let allowed = allowed.iter().map(|name| AllowedScope { scope: name.clone(), granted_on: now, expiration });
        self.scopes.extend(allowed);
    }
}

/// Whose consent it is, and for which application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct ConsentAlias {
    pub(in super::super) user_id: String,
    pub(in super::super) client_id: String,
}

impl fmt::Display for ConsentAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "consent of {:?} for {:?}", self.user_id, self.client_id)
    }
}

impl Record for Arc<Consent> {
    type Alias = ConsentAlias;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<ConsentAlias> {
        vec![ConsentAlias { user_id: self.user_id.clone(), client_id: self.client_id.clone() }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn it_covers_what_was_allowed_until_it_expires() {
        let (id, user_id, client_id) = ("1".to_owned(), "ada".to_owned(), "web".to_owned());
        let mut consent = Consent { id, user_id, client_id, creation_time: 10, scopes: Vec::new() };
        assert_eq!(consent.living(10), None);
        consent.decide(&names(&["openid", "email", "read"]), &names(&["openid", "email"]), 0, 10);
        assert!(consent.covers(&names(&["openid", "email"]), 1_000) && !consent.covers(&names(&["read"]), 10));
        // A later decision is about what it asks alone.
        consent.decide(&names(&["read", "email"]), &names(&["read"]), 5, 20);
        assert!(consent.covers(&names(&["openid", "read"]), 24) && !consent.covers(&names(&["email"]), 24));
        assert!(!consent.covers(&names(&["openid", "read"]), 25), "it expired");
        let scopes = |consent: Consent| consent.scopes.into_iter().map(|scope| scope.scope).collect::<Vec<_>>();
        assert_eq!(consent.living(25).map(scopes), Some(names(&["openid"])));
    }
}
