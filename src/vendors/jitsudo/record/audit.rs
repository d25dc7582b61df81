//! What was done in a world's tenants, and by which actor. Only the newest entries are kept.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bounded;
use crate::collections::Collection;

/// The most entries that are kept; the oldest go first.
const MAX_ENTRIES: usize = 10_000;

/// One thing that was done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Entry {
    pub(in super::super) id: Uuid,
    pub(in super::super) tenant: Uuid,
    pub(in super::super) actor: Actor,
    /// Such as `user.suspend`.
    pub(in super::super) action: Cow<'static, str>,
    pub(in super::super) resource_type: Cow<'static, str>,
    pub(in super::super) resource_id: Arc<str>,
    pub(in super::super) created_at: Timestamp,
}

/// Who did it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Actor {
    pub(in super::super) kind: ActorType,
    /// The system has none.
    pub(in super::super) id: Option<Arc<str>>,
}

/// The kinds that the vendor names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum ActorType {
    ApiKey,
    /// Anybody with a bearer token: the vendor has no other word for them.
    Oidc,
    System,
}

impl Actor {
    /// Nobody in person.
    pub(in super::super) const SYSTEM: Self = Self { kind: ActorType::System, id: None };
}

/// The entries of one world, oldest first. Forks share them until one of them writes.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct AuditLog(Mutex<Arc<Log>>);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
struct Log {
    /// Each with its number. They are stored in the queue itself, so a new one does not touch the memory of the one
    /// that is dropped.
    entries: VecDeque<(u64, Entry)>,
    written: u64,
}

/// A log as a world's state holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    entries: VecDeque<(u64, Entry)>,
    #[serde(deserialize_with = "bounded::count")]
    written: u64,
}

impl TryFrom<Written> for Log {
    type Error = String;

    fn try_from(Written { entries, written }: Written) -> Result<Self, String> {
        let is_ordered = entries.iter().map(|(n, _)| n).is_sorted_by(|one, next| one < next);
        let is_known = entries.back().is_none_or(|(n, _)| *n <= written);
        if entries.len() > MAX_ENTRIES || !is_ordered || !is_known {
            return Err(format!("the entries must be at most {MAX_ENTRIES}, with rising numbers up to `written`"));
        }
        Ok(Self { entries, written })
    }
}

impl AuditLog {
    /// A log of these entries, oldest first.
    pub(in super::super) fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let log = Self(Mutex::default());
        entries.into_iter().for_each(|entry| log.write(entry));
        log
    }

    /// Adds an entry.
    pub(in super::super) fn write(&self, entry: Entry) {
        let mut log = self.lock();
        let log = Arc::make_mut(&mut log);
        log.written += 1;
        let n = log.written;
        // A restored state can hold more than the limit, so one write may have to evict several.
        while bounded::evict_oldest(&mut log.entries, MAX_ENTRIES).is_some() {}
        log.entries.push_back((n, entry));
    }

    /// The entry of that id in that tenant.
    pub(in super::super) fn get(&self, tenant: Uuid, id: &str) -> Option<Entry> {
        let id = Uuid::try_parse(id).ok()?;
        let log = self.lock();
        log.entries.iter().find(|(_, entry)| entry.tenant == tenant && entry.id == id).map(|(_, entry)| entry.clone())
    }

    /// The newest entries that `filter` takes, newest first: at most `limit`, from before number `before`. With the
    /// number from which to continue, if there are more.
    pub(in super::super) fn list(
        &self,
        before: Option<u64>,
        limit: usize,
        filter: impl Fn(&Entry) -> bool,
    ) -> (Vec<Entry>, Option<u64>) {
        let log = self.lock();
        let older = log.entries.iter().rev().filter(|(n, _)| before.is_none_or(|before| *n < before));
        let mut found: Vec<_> = older.filter(|(_, entry)| filter(entry)).take(limit + 1).collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(n, _)| *n);
        (found.into_iter().map(|(_, entry)| entry.clone()).collect(), next)
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Log>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collection for AuditLog {
    fn fork(&self) -> Self {
        Self(Mutex::new(Arc::clone(&self.lock())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: usize) -> Entry {
        Entry {
            id: Uuid::from_u128(id as u128),
            tenant: Uuid::nil(),
            actor: Actor::SYSTEM,
            action: "user.suspend".into(),
            resource_type: "user".into(),
            resource_id: "".into(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn pages_go_from_the_newest_to_the_oldest_whatever_is_written_between() {
        let log = AuditLog::new((1..=5).map(entry));
        let ids = |found: &[Entry]| found.iter().map(|entry| entry.id.as_u128()).collect::<Vec<_>>();
        let (first, next) = log.list(None, 2, |_| true);
        assert_eq!((ids(&first), next), (vec![5, 4], Some(4)));
        log.write(entry(6));
        let (second, next) = log.list(next, 2, |entry| entry.id.as_u128() != 3);
        assert_eq!((ids(&second), next), (vec![2, 1], None));
    }

    #[test]
    fn a_state_with_too_many_entries_is_bounded_by_the_next_write() {
        let log =
            Log { entries: (0..).zip((0..2 * MAX_ENTRIES).map(entry)).collect(), written: 2 * MAX_ENTRIES as u64 };
        let log = AuditLog(Mutex::new(Arc::new(log)));
        log.write(entry(2 * MAX_ENTRIES));
        let (kept, next) = log.list(None, usize::MAX - 1, |_| true);
        let ends = (kept.first().unwrap().id.as_u128(), kept.last().unwrap().id.as_u128());
        assert_eq!((kept.len(), ends, next), (MAX_ENTRIES, (2 * MAX_ENTRIES as u128, MAX_ENTRIES as u128 + 1), None));
    }

    #[test]
    fn the_oldest_entries_go_first_and_a_fork_keeps_its_own() {
        let log = AuditLog::new((0..MAX_ENTRIES + 2).map(entry));
        let has = |log: &AuditLog, tenant, id| log.get(tenant, &Uuid::from_u128(id).to_string()).is_some();
        assert!(!has(&log, Uuid::nil(), 1) && has(&log, Uuid::nil(), 2));
        assert!(!has(&log, Uuid::max(), 2), "tenants are walls");
        let fork = log.fork();
        fork.write(entry(MAX_ENTRIES + 9));
        assert!(has(&log, Uuid::nil(), 2) && !has(&fork, Uuid::nil(), 2));
    }
}
