//! The calls of a journal as the rules see them. Knows no rule.

use serde_json::Value;

use super::Served;
use crate::call_match::{Protocol, RefusedBy, Sent};
use crate::journal::Entry;
use crate::protocol::problem::Mark;
use crate::row::{Dialect, Operation};

/// The faults that take the answer away, so that the client cannot know what became of its call.
const TAKES_THE_ANSWER: [&str; 5] = ["close", "reset", "garbage", "truncate", "hang"];

/// All calls, in the order in which they were answered.
pub struct Calls<'a> {
    all: Vec<Call<'a>>,
}

/// One call with its operation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub entry: &'a Entry,
    /// What is known of its operation, if it named one.
    pub operation: Option<&'static Operation>,
    /// The header in which its vendor takes a credential first.
    pub credential_header: Option<&'static str>,
}

impl<'a> Calls<'a> {
    pub fn new(entries: &'a [Entry], served: &[Served]) -> Self {
        let call = |entry: &'a Entry| {
            let served = served.iter().find(|served| Some(served.vendor) == entry.vendor);
            let is_its = |operation: &&&'static Operation| Some(operation.name) == entry.operation;
            let operation = served.and_then(|served| served.operations.iter().find(is_its).copied());
            let credential_header = served.and_then(|served| served.credentials.iter().find_map(|one| one.header()));
            Call { entry, operation, credential_header }
        };
        Self { all: entries.iter().map(call).collect() }
    }

    /// Every call, the newest last.
    pub fn iter(&self) -> impl Iterator<Item = Call<'a>> + '_ {
        self.all.iter().copied()
    }

    /// Every call with those that came after it.
    pub fn with_later(&self) -> impl Iterator<Item = (Call<'a>, &[Call<'a>])> + '_ {
        self.all.iter().enumerate().map(|(index, call)| (*call, &self.all[index + 1..]))
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Call<'_> {
    /// Its number.
    pub fn n(&self) -> u64 {
        self.entry.n
    }

    /// The call in a few words.
    pub fn named(&self) -> String {
        format!("call {}, {} {}", self.entry.n, self.entry.method, self.entry.shown_path())
    }

    /// Its status; 0 if the client left first.
    pub fn status(&self) -> u16 {
        self.entry.status().unwrap_or(0)
    }

    pub fn succeeded(&self) -> bool {
        (200..400).contains(&self.status())
    }

    /// Why fauxidp itself answered, if it did.
    pub fn mark(&self) -> Option<Mark> {
        self.entry.answer.as_ref()?.mark
    }

    /// Whether the vendor itself refused it with that status.
    pub fn is_refused_by_vendor(&self, status: u16) -> bool {
        self.status() == status && self.entry.refused_by() == Some(RefusedBy::Vendor)
    }

    /// Whether it is a call of the vendor's API, not of a sign-in.
    pub fn is_api(&self) -> bool {
        self.operation.is_some_and(|operation| operation.dialect == Dialect::Api)
    }

    /// Whether it would change something.
    pub fn writes(&self) -> bool {
        self.operation.is_some_and(|operation| operation.dialect == Dialect::Api && !operation.reads_only)
    }

    /// Whether it has a body that its operation reads.
    pub fn reads_body(&self) -> bool {
        let reads = |operation: &Operation| operation.is_emulated && !operation.ignores_body && !operation.reads_only;
        self.operation.is_some_and(reads) && self.entry.body().is_some()
    }

    pub fn is_remote(&self) -> bool {
        matches!(self.entry.protocol, Protocol::Remote(_))
    }

    /// Whether the client cannot know what became of it: no answer arrived, or one that only says that it failed.
    pub fn is_unsure(&self) -> bool {
        let takes = |member: &str| TAKES_THE_ANSWER.contains(&member.split(';').next().unwrap_or_default());
        matches!(self.status(), 0 | 500 | 502 | 504) || self.faults().any(takes)
    }

    /// What was injected, member by member.
    pub fn faults(&self) -> impl Iterator<Item = &str> {
        let fault = self.entry.answer.as_ref().and_then(|answer| answer.fault.as_ref()?.to_str().ok());
        fault.unwrap_or_default().split(", ").filter(|member| !member.is_empty())
    }

    /// A member of its body, or a field of its form, that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.entry.body()?.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// The refresh token that it sends to get new tokens.
    pub fn refresh_token(&self) -> Option<String> {
        self.text("grant_type").filter(|grant| grant == "refresh_token")?;
        self.text("refresh_token")
    }

    /// Whether another call is made to the same operation about the same user, whatever else it sends.
    pub fn is_alike(&self, other: &Self) -> bool {
        let (own, other) = (self.entry.match_input(), other.entry.match_input());
        (own.vendor, own.operation, own.method, own.path, own.user_id)
            == (other.vendor, other.operation, other.method, other.path, other.user_id)
    }

    /// Whether another call sends the same again.
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_alike(other) && self.entry.sends_the_same(other.entry)
    }
}
