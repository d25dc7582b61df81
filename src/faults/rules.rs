//! The rules of one world: faults for the calls that match. They are ordered and bounded, and they can expire.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use super::counters::Counters;
use super::plan::{Candidate, Source};
use super::spec::Spec;
use crate::bounded;
use crate::call_match::{CallMatch, MatchInput};

/// The maximum number of rules in a world.
const MAX_RULES: usize = 256;

/// A rule to add, parsed and checked.
#[derive(Debug)]
pub struct NewRule {
    /// What happens.
    pub spec: Spec,
    /// The calls that it applies to.
    pub matching: CallMatch,
    /// Rules with a higher priority come first.
    pub priority: i64,
    /// How long it lasts, by the world's clock.
    pub ttl_ms: Option<u64>,
}

/// No room for another rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Full(
    /// The maximum number of rules.
    pub usize,
);

/// The rules of one world. A fork continues with the same rules and counts.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Table")]
pub struct Rules {
    table: Mutex<Table>,
    /// Whether there may be a rule. Written under the lock, read without it.
    may_match: AtomicBool,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// In the order in which they are matched.
    rules: Vec<Rule>,
    /// The highest id given so far.
    #[serde(deserialize_with = "bounded::count")]
    last: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: u64,
    #[serde(rename = "fault")]
    spec: Arc<Spec>,
    #[serde(rename = "match")]
    matching: CallMatch,
    priority: i64,
    ttl_ms: Option<u64>,
    until: Option<Timestamp>,
    counters: Arc<Counters>,
}

impl Rules {
    fn of(table: Table) -> Self {
        Self { may_match: AtomicBool::new(!table.rules.is_empty()), table: Mutex::new(table) }
    }

    /// Adds a rule at that time; answers it as it is shown.
    ///
    /// # Errors
    /// [`Full`], and nothing is added.
    pub fn add(&self, new: NewRule, now: Timestamp) -> Result<Value, Full> {
        let mut table = self.alive(now);
        if table.rules.len() >= MAX_RULES {
            return Err(Full(MAX_RULES));
        }
        table.last += 1;
        let rule = Rule {
            id: table.last,
            spec: Arc::new(new.spec),
            matching: new.matching,
            priority: new.priority,
            ttl_ms: new.ttl_ms,
            until: new.ttl_ms.map(|ttl| after(now, ttl)),
            counters: Arc::default(),
        };
        let shown = rule.shown();
        // Behind those of the same priority: the older comes first.
        let index = table.rules.partition_point(|other| other.priority >= rule.priority);
        table.rules.insert(index, rule);
        self.may_match.store(true, Ordering::SeqCst);
        Ok(shown)
    }

    /// Every rule as it is shown, in the order in which they are tried.
    pub fn shown(&self, now: Timestamp) -> Vec<Value> {
        self.alive(now).rules.iter().map(Rule::shown).collect()
    }

    /// Removes the rule with that id, or all rules. Returns how many there were.
    pub fn remove(&self, id: Option<u64>, now: Timestamp) -> usize {
        let mut table = self.alive(now);
        let before = table.rules.len();
        table.rules.retain(|rule| id.is_some_and(|id| rule.id != id));
        self.may_match.store(!table.rules.is_empty(), Ordering::SeqCst);
        before - table.rules.len()
    }

    /// Whether a call may match a rule. Most worlds have none, and need no lock to know.
    pub fn may_match(&self) -> bool {
        self.may_match.load(Ordering::SeqCst)
    }

    /// The rules that match a call, the highest first. `now` is called only if a rule can expire.
    pub fn match_rules(&self, call: &MatchInput<'_>, now: impl FnOnce() -> Timestamp) -> Vec<Candidate> {
        self.matching(call, |rule| !rule.spec.is_for_deliveries(), now)
    }

    /// The rules that match a delivery to the outside, the highest first. A rule for all calls is for none of them.
    pub fn match_deliveries(&self, delivery: &MatchInput<'_>, now: impl FnOnce() -> Timestamp) -> Vec<Candidate> {
        let is_meant = |rule: &Rule| rule.spec.is_for_deliveries() || rule.matching.asked_operation().is_some();
        self.matching(delivery, is_meant, now)
    }

    fn matching(
        &self,
        call: &MatchInput<'_>,
        is_meant: impl Fn(&Rule) -> bool,
        now: impl FnOnce() -> Timestamp,
    ) -> Vec<Candidate> {
        let mut table = self.lock();
        if table.rules.iter().any(|rule| rule.until.is_some()) {
            table.remove_expired(now());
        }
        let rules: Vec<_> = table.rules.iter().filter(|rule| is_meant(rule) && rule.matching.matches(call)).collect();
        let candidate = |rule: &&Rule| Candidate {
            source: Source::Rule,
            spec: Arc::clone(&rule.spec),
            counters: Arc::clone(&rule.counters),
        };
        rules.iter().map(candidate).collect()
    }

    /// The same rules with their counts, counted on apart.
    pub fn fork(&self) -> Self {
        let mut table = self.lock().clone();
        for rule in &mut table.rules {
            rule.counters = Arc::new(rule.counters.fork());
        }
        Self::of(table)
    }

    /// Asks for each rule whether it can be followed; answers the first refusal.
    ///
    /// # Errors
    /// The refusal.
    pub fn check<E>(&self, fits: impl Fn(&Spec, &CallMatch) -> Result<(), E>) -> Result<(), E> {
        self.lock().rules.iter().try_for_each(|rule| fits(&rule.spec, &rule.matching))
    }

    fn alive(&self, now: Timestamp) -> MutexGuard<'_, Table> {
        let mut table = self.lock();
        table.remove_expired(now);
        table
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.lock().serialize(serializer)
    }
}

impl TryFrom<Table> for Rules {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        if table.rules.len() > MAX_RULES {
            return Err(format!("a world can have at most {MAX_RULES} rules"));
        }
        let ordered = table.rules.is_sorted_by(|one, next| one.priority >= next.priority);
        let ids: BTreeSet<u64> = table.rules.iter().map(|rule| rule.id).collect();
        let known = ids.len() == table.rules.len() && ids.iter().all(|id| (1..=table.last).contains(id));
        if !ordered || !known {
            return Err("the rules must be sorted by priority, with ids of their own from 1 to `last`".to_owned());
        }
        Ok(Self::of(table))
    }
}

impl Table {
    /// Removes the rules whose time to live is over.
    fn remove_expired(&mut self, now: Timestamp) {
        self.rules.retain(|rule| rule.until.is_none_or(|until| now < until));
    }
}

impl Rule {
    fn shown(&self) -> Value {
        let (seen, fired) = self.counters.totals();
        json!({
            "id": self.id,
            "fault": self.spec.rule,
            "match": self.matching,
            "priority": self.priority,
            "ttl_ms": self.ttl_ms,
            "seen": seen,
            "fired": fired,
        })
    }
}

fn after(now: Timestamp, ms: u64) -> Timestamp {
    let time = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    now.saturating_add(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(fault: &str, priority: i64, ttl_ms: Option<u64>) -> NewRule {
        NewRule { spec: Spec::parse(fault).unwrap(), matching: CallMatch::all(), priority, ttl_ms }
    }

    fn faults(rules: &Rules, now: Timestamp) -> Vec<String> {
        rules.shown(now).iter().map(|rule| rule["fault"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_higher_priority_comes_first_and_then_the_older() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        for (fault, priority) in [("401", 0), ("402", 5), ("403", 0), ("404", 5), ("405", -1)] {
            rules.add(rule(fault, priority, None), now).unwrap();
        }
        assert_eq!(faults(&rules, now), ["402", "404", "401", "403", "405"]);
        assert_eq!((rules.remove(Some(3), now), rules.remove(Some(3), now)), (1, 0));
        assert_eq!(faults(&rules, now), ["402", "404", "401", "405"]);
        assert_eq!(rules.remove(None, now), 4);
        assert_eq!(rules.add(rule("503", 0, None), now).unwrap()["id"], 6);
    }

    #[test]
    fn a_rule_ends_when_its_time_is_over() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        rules.add(rule("503", 0, Some(1_000)), now).unwrap();
        rules.add(rule("404", 0, Some(u64::MAX)), now).unwrap();
        assert_eq!(faults(&rules, after(now, 999)), ["503", "404"]);
        assert_eq!(faults(&rules, after(now, 1_000)), ["404"]);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..MAX_RULES {
            rules.add(rule("503", 0, None), now).unwrap();
        }
        assert_eq!(rules.add(rule("503", 0, None), now), Err(Full(MAX_RULES)));
        rules.remove(Some(1), now);
        assert!(rules.add(rule("503", 0, None), now).is_ok());
    }

    #[test]
    fn a_look_without_the_lock_tells_whether_a_rule_may_match() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        assert!(!rules.may_match() && !rules.fork().may_match());
        rules.add(rule("503", 0, None), now).unwrap();
        let read: Rules = serde_json::from_value(serde_json::to_value(&rules).unwrap()).unwrap();
        assert!(rules.may_match() && rules.fork().may_match() && read.may_match());
        rules.add(rule("404", 0, Some(1)), now).unwrap();
        assert_eq!((rules.remove(Some(1), now), rules.may_match()), (1, true));
        assert_eq!((rules.remove(None, now), rules.may_match()), (1, false));
    }

    #[test]
    fn a_fork_counts_on_apart() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        rules.add(rule("503", 0, None), now).unwrap();
        let count = |rules: &Rules| rules.lock().rules[0].counters.count("503", "a", "get");
        count(&rules);
        let fork = rules.fork();
        assert_eq!((count(&fork), count(&fork), count(&rules)), (2, 3, 2));
    }
}
