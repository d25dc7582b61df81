//! What of the vendors' operations was called, and which faults were met. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Served;
use super::call::Calls;

/// Which operations of a vendor were called.
#[derive(Debug, Serialize)]
pub struct VendorCoverage {
    /// The vendor.
    pub vendor: &'static str,
    /// The operations that were called, by name.
    pub called: BTreeSet<&'static str>,
    /// How many are emulated.
    pub operations: usize,
}

impl VendorCoverage {
    pub(super) fn of(served: &Served, calls: &Calls<'_>) -> Self {
        let own = calls.iter().filter(|call| call.entry.vendor == Some(served.vendor));
        let emulated = served.operations.iter().filter(|operation| operation.is_emulated);
        // Several rows can be one operation: the same name on two paths.
        let names: BTreeSet<_> = emulated.map(|operation| operation.name).collect();
        let called = own.filter_map(|call| call.entry.operation).filter(|name| names.contains(name)).collect();
        Self { vendor: served.vendor, called, operations: names.len() }
    }
}

/// A fault that calls met.
#[derive(Debug, Serialize)]
pub struct FaultMet {
    /// The fault as it was written.
    pub fault: String,
    /// The numbers of the calls.
    pub calls: Vec<u64>,
}

impl FaultMet {
    pub(super) fn all(calls: &Calls<'_>) -> Vec<Self> {
        let mut met: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let all: Vec<_> = calls.iter().collect();
        for call in &all {
            for member in call.faults().filter(|member| !member.contains(";skipped")) {
                let fault = member.split(";source=").next().unwrap_or(member);
                met.entry(fault).or_default().push(call.n());
            }
        }
        met.into_iter().map(|(fault, calls)| Self { fault: fault.to_owned(), calls }).collect()
    }
}
