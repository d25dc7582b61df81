//! Parameters of a query that their operation does not have.

use super::{Calls, Found, misfits};
use crate::shape::Misfit;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    misfits(calls, |misfit| match misfit {
        Misfit::Parameter(text) => Some(text),
        Misfit::Member(_) | Misfit::Value(_) => None,
    })
}
