//! What the calls to a world say about their client: what it does wrong, what it called, which faults it met. A pure
//! function over the journal. Knows no vendor.

mod call;
mod coverage;
mod format;
mod rules;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::journal::Reading;
use crate::protocol::credential::Carrier;
use crate::row::{Check, Operation};

pub use format::Format;
pub use rules::{RULES, Rule};

use call::Calls;
use coverage::{FaultMet, VendorCoverage};

/// What a vendor serves, as far as the rules ask.
pub struct Served {
    /// The vendor.
    pub vendor: &'static str,
    /// Its operations, emulated or not.
    pub operations: Vec<&'static Operation>,
    /// Its deprecated operations by name, each with the one to call instead.
    pub replaced: HashMap<&'static str, &'static Operation>,
    /// Where its clients send credentials.
    pub credentials: &'static [Carrier],
    /// What of a request does not fit its operation, if the vendor declares what fits.
    pub misfits: Option<Check>,
    /// The names by which a call says which page of a list it asks for.
    pub paging: &'static [&'static str],
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It can be meant, or comes from the test itself.
    Warning,
    /// It fails at the real service, or shows nothing about it.
    Error,
}

impl Severity {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Warning, Self::Error].into_iter().find(|severity| severity.as_str() == name)
    }
}

/// Calls that break a rule.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The rule.
    #[serde(serialize_with = "id")]
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// The numbers of the calls in the journal, the one that breaks the rule last.
    pub calls: Vec<u64>,
    /// What happened.
    pub message: String,
    /// What to do.
    pub advice: &'static str,
}

fn id<S: Serializer>(rule: &&'static Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.id)
}

/// What the calls to a world say about their client.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The world.
    pub world: String,
    /// How many calls the journal holds.
    pub calls: usize,
    /// How many older calls the journal's limits drove out: the report does not know them.
    pub dropped: u64,
    /// When the first call came, by the world's clock.
    pub first: Option<Timestamp>,
    /// When the last one came.
    pub last: Option<Timestamp>,
    /// How many findings are errors.
    pub errors: usize,
    /// How many findings are warnings.
    pub warnings: usize,
    /// The findings, in the order of the rules and then of the calls.
    pub findings: Vec<Finding>,
    /// Which operations of each vendor were called.
    pub coverage: Vec<VendorCoverage>,
    /// Which faults the calls met.
    pub faults: Vec<FaultMet>,
    /// The rules for faults that never fired.
    pub idle_faults: Vec<String>,
}

impl Report {
    /// The report about the calls that a journal holds. `idle_faults` are the world's rules that never fired.
    pub fn of(world: &str, served: &[Served], journal: &Reading, idle_faults: Vec<String>) -> Self {
        let calls = Calls::new(&journal.entries, served);
        let findings: Vec<_> = RULES.iter().flat_map(|rule| rule.findings(&calls)).collect();
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            world: world.to_owned(),
            calls: journal.entries.len(),
            dropped: journal.dropped,
            first: journal.entries.iter().map(|entry| entry.at).min(),
            last: journal.entries.iter().map(|entry| entry.at).max(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            coverage: served.iter().map(|served| VendorCoverage::of(served, &calls)).collect(),
            faults: FaultMet::all(&calls),
            idle_faults,
            findings,
        }
    }

    /// Whether a finding is at least that bad.
    pub fn fails(&self, at: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= at)
    }
}
