//! Faults on demand: which calls, how often, what happens. Decides; a vendor renders. Knows no vendor.

mod counters;
mod plan;
mod rules;
mod spec;

use std::sync::Arc;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::failure::NamedError;

pub use counters::Counters;
pub use plan::{Candidate, Chosen, Hold, Note, Plan, Source};
pub use rules::{NewRule, Rules};
pub use spec::{BadFault, DeliveryFault, FaultOutcome, Moment, Spec};

/// The request header that carries a fault specification.
pub const REQUESTED: HeaderName = HeaderName::from_static("x-fault");

/// The response header that says what was applied.
pub const APPLIED: HeaderName = HeaderName::from_static("x-fault-applied");

/// Which faults are applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// Every one.
    #[default]
    All,
    /// No answer with a status that the vendor does not publish for the operation.
    Documented,
    /// None, wherever it comes from.
    Off,
}

/// The specification in the headers of a call to that vendor, which lacks these errors, if there is one.
///
/// # Errors
/// [`BadFault`] if it is invalid.
pub fn requested(headers: &HeaderMap, vendor: &str, lacks: &[NamedError]) -> Result<Option<Arc<Spec>>, BadFault> {
    let is_misspelled = |name: &&HeaderName| name.as_str().starts_with(REQUESTED.as_str()) && **name != REQUESTED;
    if let Some(name) = headers.keys().find(is_misspelled) {
        return Err(BadFault(format!("unknown header {name}; expected {REQUESTED}")));
    }
    let mut lines = headers.get_all(REQUESTED).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let lines: Result<Vec<_>, _> = lines.map(HeaderValue::to_str).collect();
    let text = lines.map_err(|_| BadFault("the specification is not ASCII".to_owned()))?.join(", ");
    let spec = Spec::parse(&text)?;
    spec.check_call()?;
    spec.fits(vendor, lacks).map(|spec| Some(Arc::new(spec)))
}
