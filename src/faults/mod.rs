//! Faults on demand: which calls, how often, what happens. Decides; a vendor renders. Knows no vendor.

mod counters;
mod spec;

use std::time::Duration;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::failure::{Failure, Name};
use crate::ids;

pub use counters::Counters;
pub use spec::{BadFault, Moment, Spec};
use spec::{Selectors, Slot};

/// The request header that carries a fault specification.
pub const REQUESTED: HeaderName = HeaderName::from_static("x-fault");

/// The response header that says what was applied.
pub const APPLIED: HeaderName = HeaderName::from_static("x-fault-applied");

/// Where a specification came from, the highest first: a slot is filled by the highest source that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The call's own header.
    Header,
    /// The user that the call is about.
    User,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::User => "user",
        }
    }
}

/// What is to happen to one call.
#[derive(Debug, Default)]
pub struct Plan {
    /// How long it is held.
    pub timing: Option<Chosen<Duration>>,
    /// What it gets instead of its answer.
    pub outcome: Option<Chosen<Failure>>,
}

/// A member whose selectors chose the call.
#[derive(Debug)]
pub struct Chosen<T> {
    /// What happens.
    pub what: T,
    /// When it happens.
    pub at: Moment,
    /// The member as it was written, with its source and the number of the call.
    mark: String,
    rule: String,
    slot: Slot,
}

/// The specification in the headers of a call to that vendor, which lacks these errors, if there is one.
///
/// # Errors
/// [`BadFault`] for one that cannot be followed.
pub fn requested(headers: &HeaderMap, vendor: &str, lacks: &[Name]) -> Result<Option<Spec>, BadFault> {
    let mut lines = headers.get_all(REQUESTED).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let lines: Result<Vec<_>, _> = lines.map(HeaderValue::to_str).collect();
    let text = lines.map_err(|_| BadFault("the specification is not ASCII".to_owned()))?.join(", ");
    Spec::parse(&text)?.fits(vendor, lacks).map(Some)
}

/// Decides what happens to a call of that operation, and counts it.
///
/// `sources` are in order, the highest first. A chosen member whose selectors decline does not fall through.
pub fn plan(sources: &[(Source, Spec)], counters: &Counters, vendor: &'static str, operation: &'static str) -> Plan {
    let mut plan = Plan::default();
    // `none` keeps lower sources away.
    let reach = sources.iter().position(|(_, spec)| spec.clears).map_or(sources.len(), |place| place + 1);
    let sources = &sources[..reach];
    let counts: Vec<_> = sources.iter().map(|(_, spec)| counters.count(&spec.rule, vendor, operation)).collect();
    let decide = |slot: Slot, member: &Selectors, place: usize| {
        let (n, rule) = (counts[place], &sources[place].1.rule);
        counters.fire(rule, vendor, operation, slot, |fired| member.select(n, fired)).then_some(n)
    };
    let mark = |place: usize, text: &str, n: u64| format!("{text};source={};n={n}", sources[place].0.as_str());

    let timing = sources.iter().enumerate().find_map(|(place, (_, spec))| Some((place, spec, spec.timing.as_ref()?)));
    if let Some((place, spec, member)) = timing
        && let Some(n) = decide(Slot::Timing, &member.when, place)
    {
        let (least, most) = (member.what.start(), member.what.end());
        let what = Duration::from_millis(least + ids::draw(0, n, most - least + 1));
        let mark = mark(place, &member.text, n);
        plan.timing = Some(Chosen { what, at: member.at, mark, rule: spec.rule.clone(), slot: Slot::Timing });
    }
    let outcome = sources.iter().enumerate().find_map(|(place, (_, spec))| Some((place, spec, spec.outcome.as_ref()?)));
    if let Some((place, spec, member)) = outcome
        && let Some(n) = decide(Slot::Outcome, &member.when, place)
    {
        let what = member.what.clone();
        let mark = mark(place, &member.text, n);
        plan.outcome = Some(Chosen { what, at: member.at, mark, rule: spec.rule.clone(), slot: Slot::Outcome });
    }
    plan
}

impl Plan {
    /// Whether any of it depends on how the call would have ended.
    pub fn needs_trial(&self) -> bool {
        self.timing.as_ref().is_some_and(|chosen| chosen.at == Moment::Validated)
            || self.outcome.as_ref().is_some_and(|chosen| chosen.at == Moment::Validated)
    }

    /// Takes back what only a call that would have succeeded gets.
    pub fn withdraw_validated(&mut self, counters: &Counters, vendor: &'static str, operation: &'static str) {
        if let Some(chosen) = self.timing.take_if(|chosen| chosen.at == Moment::Validated) {
            counters.unfire(&chosen.rule, vendor, operation, chosen.slot);
        }
        if let Some(chosen) = self.outcome.take_if(|chosen| chosen.at == Moment::Validated) {
            counters.unfire(&chosen.rule, vendor, operation, chosen.slot);
        }
    }
}

impl Chosen<Duration> {
    /// The mark of the answer; `skipped` where too many calls are held already.
    pub fn mark(&self, skipped: bool) -> String {
        format!("{}{}", self.mark, if skipped { ";skipped=limit" } else { "" })
    }
}

impl Chosen<Failure> {
    /// The mark of the answer, which came out with that status.
    pub fn mark(&self, status: u16, published: &[u16]) -> String {
        format!("{}{}", self.mark, if published.contains(&status) { "" } else { ";undocumented" })
    }
}
