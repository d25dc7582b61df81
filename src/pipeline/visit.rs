//! A call on its way through the pipeline. When it is over, however it ends, the journal and the metrics hear of it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::faults;
use crate::journal::{Ended, Entry, Seen, Stopwatch};
use crate::limits::Limit;
use crate::metrics::{Call as Counted, Metrics};
use crate::protocol::problem::MARK;
use crate::protocol::{Call, Reply};
use crate::world::World;

/// A call to a vendor, or to nobody, in the world that it belongs to.
pub(super) struct Visit<'a> {
    pub(super) call: Box<Call>,
    pub(super) world: Arc<World>,
    /// The user that the call is about.
    pub(super) user: Option<Subject>,
    /// The operation that the call names, also one that the emulator lacks.
    pub(super) operation: Option<&'static str>,
    /// Whether a fault meets it, and may be applied.
    pub(super) is_met: bool,
    metrics: &'a Metrics,
    place: Option<usize>,
    at: Timestamp,
    watch: Stopwatch,
    ended: Option<Ended>,
}

/// The key of a user: where it stands in the path, as most do, so that it needs no memory of its own, or itself.
pub(super) enum Subject {
    InPath(Range<usize>),
    Apart(String),
}

impl Subject {
    /// That key, which may be a part of the call's path.
    pub(super) fn of(call: &Call, key: Cow<'_, str>) -> Self {
        let start = key.as_ptr().addr().wrapping_sub(call.path().as_ptr().addr());
        let place = start..start.saturating_add(key.len());
        match call.path().get(place.clone()) {
            Some(part) if std::ptr::eq(part, &*key) => Self::InPath(place),
            _ => Self::Apart(key.into_owned()),
        }
    }
}

impl<'a> Visit<'a> {
    /// A call to the vendor at that place of the set.
    pub(super) fn new(mut call: Box<Call>, world: Arc<World>, place: Option<usize>, metrics: &'a Metrics) -> Self {
        let (at, watch) = (world.clock().now(), Stopwatch::start());
        call.at = at;
        Self { call, world, user: None, operation: None, is_met: false, metrics, place, at, watch, ended: None }
    }

    /// The key of the user that the call is about.
    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_ref().map(|user| match user {
            Subject::InPath(place) => &self.call.path()[place.clone()],
            Subject::Apart(key) => key,
        })
    }

    /// The call was answered.
    pub(super) fn end(mut self, reply: &Reply) {
        let (status, headers) = (reply.outcome(), &reply.headers);
        self.ended = Some(Ended {
            status,
            fault: self.is_met.then(|| headers.get(faults::APPLIED).cloned().map(Box::new)).flatten(),
            is_own: !status.is_success() && headers.contains_key(MARK),
        });
    }
}

impl Drop for Visit<'_> {
    /// Also where the client left before the answer, and this is dropped in the middle.
    fn drop(&mut self) {
        let (took, ended) = (self.watch.elapsed(), self.ended.take());
        let vendor = self.place.map(|place| self.world.set()[place].about.name);
        self.metrics.count(&Counted {
            vendor,
            operation: self.operation,
            status: ended.as_ref().map(|ended| ended.status.as_u16()),
            fault: ended.as_ref().and_then(|ended| ended.fault.as_deref()),
            took,
        });
        let seen = Seen {
            at: self.at,
            vendor,
            operation: self.operation,
            user: self.user().filter(|user| !user.is_empty()),
            ended,
            took,
        };
        let journal = &self.world.journal;
        if journal.keep(Entry::new(&self.call, seen)) && !journal.is_off() {
            self.metrics.limit_hit(Limit::Journal);
        }
    }
}
