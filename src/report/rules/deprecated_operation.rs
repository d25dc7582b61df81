//! Operations that the vendor calls deprecated.

use super::{Calls, Found};

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let mut found: Vec<(&str, Found)> = Vec::new();
    for call in calls.iter() {
        let (Some(old), Some(new)) = (call.entry.operation, call.instead) else { continue };
        // Once for each operation: one place in the client makes all of its calls.
        match found.iter_mut().find(|(name, _)| *name == old) {
            Some((_, known)) => known.calls.push(call.n()),
            None => {
                let what = format!("{old} is deprecated; {} ({} {}) replaces it", new.name, new.method, new.path);
                found.push((old, Found::one(&call, &what)));
            }
        }
    }
    found.into_iter().map(|(_, found)| found).collect()
}
