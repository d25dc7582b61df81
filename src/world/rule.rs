//! Checks a fault rule against the known vendors and operations. Knows no vendor by name.

use crate::call_match::CallMatch;
use crate::context::split_world;
use crate::faults::Spec;
use crate::similar::{most_similar, shown};
use crate::vendors::{Vendor, VendorInfo, VendorSet};

use super::World;

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

/// How many users of each vendor are compared with an unknown one: a comparison takes microseconds.
const MAX_COMPARED: usize = 200;

/// How many of the nearest users are listed.
const MAX_NEAREST: usize = 3;

/// Checks that calls of this world can be selected: their credential names no other one, and their user exists, or did
/// when a call of the journal was about it.
///
/// # Errors
/// The other world; the unknown user, and the known ones closest to it.
pub fn check_world(world: &World, calls: &CallMatch) -> Result<(), String> {
    let named = calls.asked_credential().and_then(|credential| split_world(credential).1);
    if let Some(other) = named.filter(|other| *other != &*world.context.world) {
        let own = &world.context.world;
        return Err(format!(
            "the credential is one of the world {:?}, and this is {own:?}; leave out its end",
            shown(other)
        ));
    }
    check_user(world, calls)
}

fn check_user(world: &World, calls: &CallMatch) -> Result<(), String> {
    let Some(user) = calls.asked_user() else { return Ok(()) };
    let is_meant = |vendor: &&dyn Vendor| calls.asked_vendor().is_none_or(|name| name == vendor.info().name);
    if world.vendors().filter(is_meant).any(|vendor| vendor.has_user(user)) || world.journal.names_user(user) {
        return Ok(());
    }
    let known: Vec<_> = world.vendors().filter(is_meant).flat_map(|vendor| vendor.user_keys(MAX_COMPARED)).collect();
    let nearest = most_similar(user, known.iter().map(String::as_str), MAX_NEAREST).join(", ");
    Err(format!("unknown user {:?}; the closest matches are {nearest}", shown(user)))
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
