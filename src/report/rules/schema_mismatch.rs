//! Bodies that are not what their operation takes.

use super::{Calls, Found, misfits};
use crate::shape::Misfit;

pub(super) fn find(calls: &Calls<'_>) -> Vec<Found> {
    misfits(calls, |misfit| match misfit {
        Misfit::Value(text) => Some(text),
        Misfit::Parameter(_) | Misfit::Member(_) => None,
    })
}
