//! The audit log.

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::Entry;
use super::super::state::Jitsudo;
use super::{ListQuery, Page, decode_cursor, encode_cursor};

/// Which entries to list.
#[derive(Default)]
pub(in super::super) struct AuditFilter {
    pub(in super::super) actor_id: Option<String>,
    pub(in super::super) resource_type: Option<String>,
    pub(in super::super) resource_id: Option<String>,
    pub(in super::super) action: Option<String>,
    /// That moment and later.
    pub(in super::super) from: Option<Timestamp>,
    /// Before that moment.
    pub(in super::super) to: Option<Timestamp>,
}

/// What was done in the caller's tenant, newest first.
pub(in super::super) fn list_audit_log(
    jitsudo: &Jitsudo,
    caller: &Caller,
    filter: &AuditFilter,
    list_query: &ListQuery,
) -> Result<Page<Entry>, Error> {
    let before = |cursor: &str| {
        decode_cursor(cursor).and_then(|position| position.parse().ok()).ok_or(Error::InvalidQuery("cursor"))
    };
    let before: Option<u64> = list_query.cursor.as_deref().map(before).transpose()?;
    jitsudo.access.admin(caller)?;
    let equals = |expected: &Option<String>, value: &str| expected.as_ref().is_none_or(|text| text == value);
    let matches = |entry: &Entry| {
        entry.tenant == caller.tenant()
            && filter.actor_id.as_ref().is_none_or(|id| entry.actor.id.as_deref() == Some(id))
            && equals(&filter.resource_type, &entry.resource_type)
            && equals(&filter.resource_id, &entry.resource_id)
            && equals(&filter.action, &entry.action)
            && filter.from.is_none_or(|from| entry.created_at >= from)
            && filter.to.is_none_or(|to| entry.created_at < to)
    };
    let (items, next) = jitsudo.state.audit.list(before, list_query.limit, matches);
    Ok(Page { items, next: next.map(|n| encode_cursor(&n.to_string())) })
}

/// The entry of that id in the caller's tenant.
pub(in super::super) fn get_audit_log_entry(jitsudo: &Jitsudo, caller: &Caller, id: &str) -> Result<Entry, Error> {
    jitsudo.access.admin(caller)?;
    jitsudo.state.audit.get(caller.tenant(), id).ok_or(Error::EntryNotFound)
}
