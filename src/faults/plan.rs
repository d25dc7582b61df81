//! What happens to one call: which source fills which slot, and whether its conditions select the call.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::counters::Counters;
use super::spec::{FaultOutcome, Moment, Selectors, Slot, Spec, Timing};
use crate::ids;

/// Where a specification came from, the highest first: a slot is filled by the highest source that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The call's own header.
    Header,
    /// A rule of the world.
    Rule,
    /// The user that the call is about.
    User,
    /// The command line.
    Start,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Rule => "rule",
            Self::User => "user",
            Self::Start => "start",
        }
    }
}

/// A specification that may apply to a call.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Where it came from.
    pub source: Source,
    /// What it says.
    pub spec: Arc<Spec>,
    /// Where it is counted.
    pub counters: Arc<Counters>,
}

/// What is to happen to one call.
#[derive(Debug)]
pub struct Plan {
    /// How it is delayed.
    pub timing: Option<Chosen<Hold>>,
    /// What it gets instead of its answer.
    pub outcome: Option<Chosen<FaultOutcome>>,
    vendor: &'static str,
    operation: &'static str,
}

/// How a call is delayed, with the time already drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It waits.
    Wait(Duration),
    /// The body of its answer is sent in pieces, with a pause before each.
    Drip {
        /// The number of pieces.
        chunks: usize,
        /// The pause.
        pause: Duration,
    },
}

/// A member whose conditions selected the call.
#[derive(Debug)]
pub struct Chosen<T> {
    /// What happens.
    pub what: T,
    /// When it happens.
    pub at: Moment,
    /// The member as it was written, with its source and the number of the call.
    mark: String,
    counters: Arc<Counters>,
    rule: String,
    slot: Slot,
}

/// What a mark adds about how a fault was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    Plain,
    /// The vendor publishes no such status for the operation.
    Undocumented,
    /// It was left out for that reason.
    SkippedAsUndocumented,
    /// It was left out: too many calls are held already.
    SkippedByLimit,
}

impl Plan {
    /// Decides what happens to a call of that operation, and counts it.
    ///
    /// `candidates` are in order, the highest first. A chosen member whose conditions decline does not fall through.
    pub fn new(candidates: &[Candidate], vendor: &'static str, operation: &'static str) -> Self {
        // `none` keeps lower sources away.
        let reach = candidates.iter().position(|candidate| candidate.spec.clears);
        let reached = &candidates[..reach.map_or(candidates.len(), |index| index + 1)];
        let reached: Vec<_> = reached
            .iter()
            .map(|candidate| (candidate, candidate.counters.count(&candidate.spec.rule, vendor, operation)))
            .collect();
        let mut plan = Self { timing: None, outcome: None, vendor, operation };
        let timing = reached.iter().find_map(|(from, n)| Some((from, *n, from.spec.timing.as_ref()?)));
        if let Some((from, n, member)) = timing
            && plan.takes(from, n, Slot::Timing, &member.when)
        {
            let what = drawn(&member.what, n);
            plan.timing = Some(Chosen::new(from, n, Slot::Timing, what, member.at, &member.text));
        }
        let outcome = reached.iter().find_map(|(from, n)| Some((from, *n, from.spec.outcome.as_ref()?)));
        if let Some((from, n, member)) = outcome
            && plan.takes(from, n, Slot::Outcome, &member.when)
        {
            let what = member.what.clone();
            plan.outcome = Some(Chosen::new(from, n, Slot::Outcome, what, member.at, &member.text));
        }
        plan
    }

    fn takes(&self, from: &Candidate, n: u64, slot: Slot, when: &Selectors) -> bool {
        let select = |fired| when.select(n, fired);
        from.counters.fire(&from.spec.rule, self.vendor, self.operation, slot, select)
    }

    /// Whether any of it depends on how the call would have ended.
    pub fn needs_trial(&self) -> bool {
        self.timing.as_ref().is_some_and(Chosen::is_validated)
            || self.outcome.as_ref().is_some_and(Chosen::is_validated)
    }

    /// Takes back what only a call that would have succeeded gets.
    pub fn withdraw_validated(&mut self) {
        if let Some(chosen) = self.timing.take_if(|chosen| chosen.is_validated()) {
            chosen.take_back(self.vendor, self.operation);
        }
        if self.outcome.as_ref().is_some_and(Chosen::is_validated) {
            self.withdraw_outcome();
        }
    }

    /// Takes the outcome back; answers it, for its mark.
    pub fn withdraw_outcome(&mut self) -> Option<Chosen<FaultOutcome>> {
        let chosen = self.outcome.take()?;
        chosen.take_back(self.vendor, self.operation);
        Some(chosen)
    }

    /// Counts, for each source, that something happens to the call: once nothing is taken back any more.
    pub fn settle(&self) {
        let timing = self.timing.as_ref().map(|chosen| &chosen.counters);
        let outcome = self.outcome.as_ref().map(|chosen| &chosen.counters);
        let same = timing.zip(outcome).is_some_and(|(timing, outcome)| Arc::ptr_eq(timing, outcome));
        for counters in timing.into_iter().chain(outcome.filter(|_| !same)) {
            counters.touch();
        }
    }
}

/// The time that the call of that number waits, the same in every world.
fn drawn(timing: &Timing, n: u64) -> Hold {
    match timing {
        Timing::Delay(range) => Hold::Wait(Duration::from_millis(between(range, n))),
        Timing::Drip { chunks, ms } => Hold::Drip {
            chunks: usize::try_from(*chunks).unwrap_or(usize::MAX),
            pause: Duration::from_micros(ms * 1_000 / chunks),
        },
    }
}

fn between(range: &RangeInclusive<u64>, n: u64) -> u64 {
    range.start() + ids::draw(0, n, range.end() - range.start() + 1)
}

impl<T> Chosen<T> {
    fn new(from: &Candidate, n: u64, slot: Slot, what: T, at: Moment, text: &str) -> Self {
        let mark = format!("{text};source={};n={n}", from.source.as_str());
        Self { what, at, mark, counters: Arc::clone(&from.counters), rule: from.spec.rule.clone(), slot }
    }

    fn is_validated(&self) -> bool {
        self.at == Moment::Validated
    }

    fn take_back(&self, vendor: &'static str, operation: &'static str) {
        self.counters.unfire(&self.rule, vendor, operation, self.slot);
    }

    /// The mark of the answer.
    pub fn mark(&self, note: Note) -> String {
        let note = match note {
            Note::Plain => "",
            Note::Undocumented => ";undocumented",
            Note::SkippedAsUndocumented => ";skipped=undocumented",
            Note::SkippedByLimit => ";skipped=limit",
        };
        format!("{}{note}", self.mark)
    }
}
