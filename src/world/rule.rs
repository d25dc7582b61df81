//! Whether a rule is about something that there is. Knows no vendor by name.

use http::Method;

use crate::faults::{Match, Spec};
use crate::vendors::{About, VendorSet};

/// Whether the vendors whose calls can match have what the rule asks for.
///
/// # Errors
/// A sentence that names what there is not.
pub fn fits(set: &VendorSet, spec: &Spec, matching: &Match) -> Result<(), String> {
    for about in vendors_of(set, matching).map_err(|reason| format!("match: {reason}."))? {
        spec.check(about.title, about.lacks).map_err(|bad| match matching.vendor {
            Some(_) => format!("fault: {bad}."),
            None => format!("fault: {bad}, so the rule has to match another vendor."),
        })?;
    }
    Ok(())
}

/// The vendors whose calls can match.
fn vendors_of(set: &VendorSet, matching: &Match) -> Result<Vec<&'static About>, String> {
    let all = set.infos();
    let mut within: Vec<_> =
        all.clone().filter(|about| matching.vendor.as_deref().is_none_or(|name| name == about.name)).collect();
    if within.is_empty() {
        let known: Vec<_> = all.map(|about| about.name).collect();
        let asked = matching.vendor.as_deref().unwrap_or_default();
        return Err(format!("there is no vendor {asked:?}, only {}", known.join(", ")));
    }
    if let Some(name) = &matching.operation {
        let named = |about: &&'static About| about.operations().find(|operation| operation.name == *name);
        let lacking = within.iter().find_map(named);
        within.retain(|about| named(about).is_some_and(|operation| operation.emulated));
        match (within.is_empty(), lacking) {
            (false, _) => {}
            (true, Some(_)) => return Err(format!("the operation {name:?} is not emulated")),
            (true, None) => {
                let of = matching.vendor.as_ref().map(|vendor| format!(" of {vendor}")).unwrap_or_default();
                return Err(format!("there is no operation {name:?}{of}; GET /__fauxidp/routes lists them"));
            }
        }
    }
    if let Some(method) = &matching.method
        && (Method::from_bytes(method.as_bytes()).is_err() || *method != method.to_ascii_uppercase())
    {
        return Err(format!("{method:?} is no method in capitals"));
    }
    if matching.path.as_ref().is_some_and(|path| !path.starts_with('/')) {
        return Err("a path starts with a slash".to_owned());
    }
    Ok(within)
}
