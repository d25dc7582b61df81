//! Members of a body that their operation does not have.

use super::{Calls, Found, misfits};
use crate::shape::Misfit;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    misfits(calls, |misfit| match misfit {
        Misfit::Member(text) => Some(text),
        Misfit::Parameter(_) | Misfit::Value(_) => None,
    })
}
