//! The calls of a journal as the rules see them: what each is, and which ones are the same. Knows no rule.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::Hash;

use serde_json::Value;

use super::Served;
use crate::call_match::{Protocol, RefusedBy, Sent};
use crate::journal::Entry;
use crate::protocol::problem::Mark;
use crate::row::{Check, Dialect, Operation};
use crate::shape::Misfit;

/// The faults that take the answer away, so that the client cannot know what became of its call.
const TAKES_THE_ANSWER: [&str; 5] = ["close", "reset", "garbage", "truncate", "hang"];

/// All calls, in the order in which they were answered. No rule compares each with each: a journal can be long.
pub struct Calls<'a> {
    all: Vec<Call<'a>>,
    /// For each call, the index of the next one that is the same.
    next_same: Vec<Option<usize>>,
    /// The calls of which something does not fit, once a rule asked.
    misfits: OnceCell<Vec<(Call<'a>, Vec<Misfit>)>>,
}

/// One call with its operation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub entry: &'a Entry,
    /// What is known of its operation, if it named one.
    pub operation: Option<&'static Operation>,
    /// The operation to call instead of it, if it is deprecated.
    pub instead: Option<&'static Operation>,
    /// What of it can be checked.
    check: Option<Check>,
    /// The names by which it can say which page of a list it asks for.
    paging: &'static [&'static str],
    /// The header in which its vendor takes a credential first.
    pub credential_header: Option<&'static str>,
    /// A number that all calls to the same operation about the same user have, whatever else they send.
    pub alike: usize,
}

impl<'a> Calls<'a> {
    pub fn new(entries: &'a [Entry], served: &[Served]) -> Self {
        let served: HashMap<_, _> = served
            .iter()
            .map(|served| {
                let operations: HashMap<_, _> = served.operations.iter().rev().map(|one| (one.name, *one)).collect();
                let header = served.credentials.iter().find_map(|carrier| carrier.header());
                (served.vendor, (served, operations, header))
            })
            .collect();
        let mut alike = Numbers::default();
        let call = |entry: &'a Entry| {
            let (vendor, input) = (entry.vendor.and_then(|vendor| served.get(vendor)), entry.match_input());
            let named = vendor.zip(entry.operation);
            let operation = named.and_then(|((_, operations, _), name)| operations.get(name).copied());
            let instead = named.and_then(|((served, ..), name)| served.replaced.get(name).copied());
            let alike = alike.of((input.vendor, input.operation, input.method, input.path, input.user_id));
            let credential_header = vendor.and_then(|(.., header)| *header);
            let paging = vendor.map_or(&[][..], |(served, ..)| served.paging);
            let check = vendor.and_then(|(served, ..)| served.misfits);
            Call { entry, operation, instead, check, paging, credential_header, alike }
        };
        let all: Vec<_> = entries.iter().map(call).collect();
        let mut last = HashMap::new();
        let mut next_same = vec![None; all.len()];
        for (index, call) in all.iter().enumerate() {
            if let Some(before) = last.insert((call.alike, call.entry.sent()), index) {
                next_same[before] = Some(index);
            }
        }
        Self { all, next_same, misfits: OnceCell::new() }
    }

    /// Every call, the newest last.
    pub fn iter(&self) -> impl Iterator<Item = Call<'a>> + '_ {
        self.all.iter().copied()
    }

    /// Every call of which something does not fit its operation. Three rules ask, and each body is read once.
    pub fn misfits(&self) -> &[(Call<'a>, Vec<Misfit>)] {
        let found = |call: Call<'a>| Some((call, call.misfits())).filter(|(_, misfits)| !misfits.is_empty());
        self.misfits.get_or_init(|| self.iter().filter_map(found).collect())
    }

    /// Every three calls that follow each other.
    pub fn threes(&self) -> impl Iterator<Item = [Call<'a>; 3]> + '_ {
        self.all.windows(3).map(|three| [three[0], three[1], three[2]])
    }

    /// Every call that was sent again as it was, with the next such call, unless one between them is `other`.
    pub fn repeated(&self, other: impl Fn(&Call<'a>) -> bool) -> Vec<(Call<'a>, Call<'a>)> {
        // How many of those came before each call.
        let count = |others: &mut usize, call: &Call<'a>| {
            let before = *others;
            *others += usize::from(other(call));
            Some(before)
        };
        let before: Vec<usize> = self.all.iter().scan(0, count).collect();
        let pair = |(index, next): (usize, &Option<usize>)| {
            let next = (*next)?;
            let between = before[next] - before[index] - usize::from(other(&self.all[index]));
            (between == 0).then(|| (self.all[index], self.all[next]))
        };
        self.next_same.iter().enumerate().filter_map(pair).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Numbers for what is equal.
#[derive(Default)]
struct Numbers<K>(HashMap<K, usize>);

impl<K: Hash + Eq> Numbers<K> {
    fn of(&mut self, key: K) -> usize {
        let next = self.0.len();
        match self.0.entry(key) {
            Slot::Occupied(known) => *known.get(),
            Slot::Vacant(slot) => *slot.insert(next),
        }
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

    /// What of it does not fit its operation. Nothing is known of an operation that is not emulated, and a sign-in may
    /// be asked for with more than the vendor knows.
    fn misfits(&self) -> Vec<Misfit> {
        let known = self.operation.filter(|operation| operation.is_emulated && self.is_api());
        let checked = known.zip(self.check).filter(|_| self.mark().is_none());
        checked.map_or_else(Vec::new, |(operation, check)| check(operation, &self.entry.asked()))
    }

    /// Whether its answer is a page of a list that goes on.
    pub fn has_more(&self) -> bool {
        self.entry.answer.as_ref().is_some_and(|answer| answer.has_more)
    }

    /// What its query and body say, but for the page of a list that it asks for. A name before a dot is that of an
    /// object.
    pub fn sent_but_page(&self) -> (Vec<(String, String)>, String) {
        let is_other = |name: &str| !self.paging.contains(&name.split('.').next().unwrap_or_default());
        let query = self.entry.match_input().query.unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(name, _)| is_other(name));
        let mut body = self.entry.body().unwrap_or_default();
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, _| is_other(name));
        }
        (query.collect(), body.to_string())
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
}
