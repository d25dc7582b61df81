//! Paths that no route has.

use super::{Calls, Found};
use crate::protocol::problem::Mark;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    let unmatched = calls.iter().filter(|call| call.mark() == Some(Mark::Unmatched));
    unmatched.map(|call| Found::one(&call, "no route has this path")).collect()
}
