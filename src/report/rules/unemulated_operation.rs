//! Operations that only the vendor has.

use super::{Calls, Found};
use crate::protocol::problem::Mark;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let unemulated = calls.iter().filter(|call| call.mark() == Some(Mark::Unemulated));
    let found = |call: super::Call<'_>| {
        let operation = call.entry.operation.unwrap_or("this operation");
        Found::one(&call, &format!("{operation} is not emulated"))
    };
    unemulated.map(found).collect()
}
