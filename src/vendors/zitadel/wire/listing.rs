//! Searches in ZITADEL's described messages, and pages as answers. What can be searched for is a table.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::Described;
use super::described::values::seconds_of_time;
use super::objects::time;
use crate::vendors::zitadel::operations::listing::{Condition, Search};
use crate::vendors::zitadel::operations::lists::Comparison;
use crate::vendors::zitadel::operations::paging::{Page, Paging};
use crate::vendors::zitadel::operations::search::{Match, TextMethod};

/// A query or filter that a message may have.
pub(super) struct Query<F> {
    /// The member of the oneof.
    pub(super) name: &'static str,
    /// The member that holds the value; empty if the query is the value.
    pub(super) member: &'static str,
    pub(super) field: F,
    pub(super) kind: Kind,
}

/// How a query compares.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// By the method that it names.
    Text,
    /// With that text alone.
    Id,
    /// With one of these texts.
    Ids,
    /// With a value of an enum, which the row holds in its last word.
    Enum,
    /// By time.
    Time,
}

/// A query that compares texts.
pub(super) const fn text<F>(name: &'static str, member: &'static str, field: F) -> Query<F> {
    Query { name, member, field, kind: Kind::Text }
}

/// A query that compares ids.
pub(super) const fn id<F>(name: &'static str, member: &'static str, field: F) -> Query<F> {
    Query { name, member, field, kind: Kind::Id }
}

/// A query that compares with several ids.
pub(super) const fn ids<F>(name: &'static str, field: F) -> Query<F> {
    Query { name, member: "ids", field, kind: Kind::Ids }
}

/// A query that compares values of an enum.
pub(super) const fn word<F>(name: &'static str, member: &'static str, field: F) -> Query<F> {
    Query { name, member, field, kind: Kind::Enum }
}

/// A query that compares times.
pub(super) const fn date<F>(name: &'static str, field: F) -> Query<F> {
    Query { name, member: "timestamp", field, kind: Kind::Time }
}

/// What a list knows: its queries, and its columns by the last words of their names.
pub(super) struct Table<F: 'static> {
    pub(super) queries: &'static [Query<F>],
    pub(super) columns: &'static [(&'static str, F)],
}

/// A query with a meaning of its own.
type Special<'a, F> = &'a dyn Fn(&str, &Value) -> Option<Condition<F>>;

impl<F: Copy> Table<F> {
    /// The search of a message of the newer lists: `filters` and `pagination`.
    pub(super) fn newer(&self, message: &Described, special: Special<'_, F>) -> Search<F> {
        self.search(message, ["filters", "pagination"], special)
    }

    /// The search of a message of the older lists: `queries` and `query`.
    pub(super) fn older(&self, message: &Described, special: Special<'_, F>) -> Search<F> {
        self.search(message, ["queries", "query"], special)
    }

    /// The search of a message with these names for its queries and its page.
    pub(super) fn search(&self, message: &Described, names: [&str; 2], special: Special<'_, F>) -> Search<F> {
        let queries: Vec<Value> = message.read(names[0]);
        let page: Value = message.read(names[1]);
        let paging = Paging {
            offset: page["offset"].as_u64().unwrap_or_default(),
            limit: page["limit"].as_u64().and_then(|limit| u32::try_from(limit).ok()).unwrap_or_default(),
            ascending: page["asc"].as_bool().unwrap_or_default(),
        };
        let column = message.text("sortingColumn");
        let column = self.columns.iter().find(|(name, _)| column.ends_with(name)).map(|(_, field)| *field);
        Search { conditions: queries.iter().map(|query| self.condition(query, special)).collect(), column, paging }
    }

    fn condition(&self, query: &Value, special: Special<'_, F>) -> Condition<F> {
        let nothing = || Condition::Any(Vec::new());
        let Some((name, value)) = query.as_object().and_then(|members| members.iter().next()) else {
            return nothing();
        };
        let inner = || value["queries"].as_array().into_iter().flatten().map(|query| self.condition(query, special));
        match &**name {
            "and" => return Condition::All(inner().collect()),
            "or" => return Condition::Any(inner().collect()),
            "not" => return Condition::Not(Box::new(self.condition(&value["query"], special))),
            _ => {}
        }
        if let Some(condition) = special(name, value) {
            return condition;
        }
        self.queries.iter().find(|known| known.name == name).map_or_else(nothing, |known| known.condition(value))
    }
}

/// For lists whose queries are all in the table.
pub(super) fn no_special<F>(_: &str, _: &Value) -> Option<Condition<F>> {
    None
}

impl<F: Copy> Query<F> {
    fn condition(&self, query: &Value) -> Condition<F> {
        let value = if self.member.is_empty() { query } else { &query[self.member] };
        let text = value.as_str().unwrap_or_default();
        match self.kind {
            Kind::Text => Condition::Text(self.field, match_of(text, &query["method"])),
            Kind::Id => Condition::is(self.field, text),
            Kind::Enum => Condition::is(self.field, last_word(text)),
            Kind::Ids => {
                let ids = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
                Condition::In(self.field, ids.collect::<HashSet<_>>())
            }
            Kind::Time => {
                let at = seconds_of_time(text).and_then(|(seconds, nanos)| Timestamp::new(seconds, nanos).ok());
                Condition::Time(self.field, comparison(&query["method"]), at.unwrap_or(Timestamp::UNIX_EPOCH))
            }
        }
    }
}

/// Which page of a list an answer is: its offset, its limit, and the length of the list.
pub(in super::super) fn page_of(message: &Described, answer: &Value) -> Option<(u64, u64, u64)> {
    let total = |name| answer.get(name)?.get("totalResult")?.as_u64();
    let (asked, total) = match total("pagination") {
        Some(total) => ("pagination", total),
        None => ("query", total("details")?),
    };
    let asked: Value = message.read(asked);
    let applied = answer["pagination"]["appliedLimit"].as_u64();
    let limit = applied.or_else(|| asked["limit"].as_u64()).unwrap_or_default();
    Some((asked["offset"].as_u64().unwrap_or_default(), limit, total))
}

/// The last word of an enum's value.
pub(super) fn last_word(value: &str) -> &str {
    value.rsplit('_').next().unwrap_or_default()
}

/// A comparison by the method of that name.
pub(super) fn match_of(value: &str, method: &Value) -> Match {
    let method = method.as_str().unwrap_or_default();
    let way = match () {
        () if method.contains("STARTS_WITH") => TextMethod::StartsWith,
        () if method.contains("CONTAINS") => TextMethod::Contains,
        () if method.contains("ENDS_WITH") => TextMethod::EndsWith,
        () => TextMethod::Equals,
    };
    Match::new(value, way, method.ends_with("_IGNORE_CASE"))
}

fn comparison(method: &Value) -> Comparison {
    match method.as_str().unwrap_or_default() {
        name if name.ends_with("AFTER_OR_EQUALS") => Comparison::AfterOrEquals,
        name if name.ends_with("BEFORE_OR_EQUALS") => Comparison::BeforeOrEquals,
        name if name.ends_with("AFTER") => Comparison::After,
        name if name.ends_with("BEFORE") => Comparison::Before,
        _ => Comparison::Equals,
    }
}

/// A page of the newer lists, with the rows under that name.
pub(super) fn newer_page<T>(page: &Page<T>, name: &str, row: impl Fn(&T) -> Value) -> Value {
    json!({
        "pagination": { "totalResult": page.total, "appliedLimit": page.limit },
        name: page.items.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A page of the older lists of the second API.
pub(super) fn older_page<T>(page: &Page<T>, now: Timestamp, row: impl Fn(&T) -> Value) -> Value {
    json!({
        "details": { "totalResult": page.total, "timestamp": time(now) },
        "result": page.items.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A page of the first APIs, which does not count what an empty page leaves out.
pub(super) fn first_page<T>(page: &Page<T>, now: Timestamp, row: impl Fn(&T) -> Value) -> Value {
    let total = if page.items.is_empty() { 0 } else { page.total };
    json!({
        "details": { "totalResult": total, "viewTimestamp": time(now) },
        "result": page.items.iter().map(row).collect::<Vec<_>>(),
    })
}
