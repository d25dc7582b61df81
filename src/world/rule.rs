//! Checks a fault rule against the known vendors and operations. Knows no vendor by name.

use crate::call_match::CallMatch;
use crate::faults::Spec;
use crate::vendors::{VendorInfo, VendorSet};

/// Checks that every vendor whose calls can match has the error that the rule injects.
///
/// # Errors
/// A sentence that names what is unknown or missing.
pub fn fits(set: &VendorSet, spec: &Spec, calls: &CallMatch) -> Result<(), String> {
    let vendors = vendors_of(set, calls).map_err(|reason| format!("match: {reason}."))?;
    if let Some(name) = calls.asked_operation() {
        let is_delivery = vendors.iter().any(|info| info.deliveries.contains(&name));
        let fitting = if is_delivery { spec.check_delivery() } else { spec.check_call() };
        fitting.map_err(|bad| format!("fault: {bad}."))?;
    }
    for info in vendors {
        spec.check(info.title, info.lacks).map_err(|bad| match calls.asked_vendor() {
            Some(_) => format!("fault: {bad}."),
            None => format!("fault: {bad}; match only vendors that have it."),
        })?;
    }
    Ok(())
}

/// The vendors whose calls can match: those that emulate the operation.
fn vendors_of(set: &VendorSet, calls: &CallMatch) -> Result<Vec<&'static VendorInfo>, String> {
    calls.check_rule()?;
    set.check_rule(calls)?;
    let emulates = |info: &VendorInfo| {
        calls.asked_operation().is_none_or(|name| {
            info.deliveries.contains(&name) || info.operations().any(|own| own.name == name && own.is_emulated)
        })
    };
    let asked = set.infos().filter(|info| calls.asked_vendor().is_none_or(|name| name == info.name));
    let vendors: Vec<_> = asked.filter(|info| emulates(info)).collect();
    match (vendors.is_empty(), calls.asked_operation()) {
        (true, Some(name)) => Err(format!("the operation {name:?} is not emulated")),
        _ => Ok(vendors),
    }
}
