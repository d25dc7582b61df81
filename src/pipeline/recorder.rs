//! Records an exchange in the journal and the metrics when it is over, however it ends.

use std::sync::Arc;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::heavy;
use crate::exchange::Exchange;
use crate::faults;
use crate::journal::{AnswerSummary, Entry, Seen, Stopwatch};
use crate::limits::Limit;
use crate::metrics::{Call as Counted, Metrics};
use crate::protocol::Reply;
use crate::protocol::problem::{MARK, Mark};
use crate::row::Operation;
use crate::tokens::Defect;
use crate::vendors::Vendor;
use crate::world::World;

/// An exchange in its world, with its vendor if it has one.
pub(super) struct Recorder<'a> {
    pub(super) exchange: Arc<Exchange>,
    pub(super) world: Arc<World>,
    /// Whether the world is detached: it is dropped unless the call succeeds.
    pub(super) is_detached: bool,
    /// Whether a fault may be applied to it.
    pub(super) has_fault: bool,
    /// The index of its vendor.
    vendor: Option<usize>,
    metrics: &'a Metrics,
    at: Timestamp,
    watch: Stopwatch,
    answer: Option<AnswerSummary>,
}

impl<'a> Recorder<'a> {
    /// Starts to record an exchange with the vendor at that index.
    pub(super) fn new(mut exchange: Exchange, world: Arc<World>, vendor: Option<usize>, metrics: &'a Metrics) -> Self {
        let (at, watch) = (world.clock().now(), Stopwatch::start());
        exchange.call.at = at;
        let exchange = Arc::new(exchange);
        Self { exchange, world, is_detached: false, has_fault: false, vendor, metrics, at, watch, answer: None }
    }

    /// Whether it has a vendor.
    pub(super) fn is_vendors(&self) -> bool {
        self.vendor.is_some()
    }

    /// The index of its vendor.
    pub(super) fn vendor_index(&self) -> usize {
        self.vendor.expect("only a vendor's exchange gets as far as being handled")
    }

    /// Whether the call takes long.
    pub(super) fn is_heavy(&self) -> bool {
        let exchange = &self.exchange;
        let is_long = |operation: &Operation| {
            operation.is_heavy || operation.is_list && self.vendor().records() > heavy::MANY_RECORDS
        };
        exchange.call.body.len() > heavy::LARGE_BODY || exchange.operation.is_some_and(is_long)
    }

    /// Its vendor, in its world.
    pub(super) fn vendor(&self) -> &dyn Vendor {
        self.world.vendor(self.vendor_index())
    }

    /// Its vendor, and the exchange to be updated.
    pub(super) fn vendor_and_exchange(&mut self) -> (&dyn Vendor, &mut Exchange) {
        let vendor = self.world.vendor(self.vendor.expect("it is a vendor's"));
        (vendor, Arc::make_mut(&mut self.exchange))
    }

    /// Resumes after a delay: what the call writes from here on has the current time.
    pub(super) fn resume(&mut self) {
        Arc::make_mut(&mut self.exchange).call.at = self.world.clock().now();
    }

    /// Says in which way the tokens of the answer are to be wrong.
    pub(super) fn set_defect(&mut self, defect: Defect) {
        Arc::make_mut(&mut self.exchange).defect = Some(defect);
    }

    /// Records that the call was answered.
    pub(super) fn end(mut self, reply: &Reply) {
        let (status, headers) = (reply.outcome(), &reply.headers);
        self.answer = Some(AnswerSummary {
            status,
            fault: self.has_fault.then(|| headers.get(faults::APPLIED).cloned().map(Box::new)).flatten(),
            mark: headers.get(MARK).filter(|_| !status.is_success()).and_then(Mark::of),
            retry_after: retry_after(status, headers),
            has_more: reply.has_more,
        });
    }
}

impl Drop for Recorder<'_> {
    /// Also records a call whose client disconnected before the answer, since that drops this in the middle.
    fn drop(&mut self) {
        let (took, answer) = (self.watch.elapsed(), self.answer.take());
        let vendor = self.vendor.map(|vendor| self.world.set()[vendor].info.name);
        let operation = self.exchange.operation.map(|operation| operation.name);
        let call = &self.exchange.call;
        tracing::debug!(
            world = self.world.name(),
            vendor,
            operation,
            user = self.exchange.user_id(),
            status = answer.as_ref().map(|answer| answer.status.as_u16()),
            duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "{} {}",
            call.method(),
            call.path().escape_debug()
        );
        self.metrics.count(&Counted {
            vendor,
            operation,
            status: answer.as_ref().map(|answer| answer.status.as_u16()),
            fault: answer.as_ref().and_then(|answer| answer.fault.as_deref()),
            took,
        });
        let (at, began) = (self.at, self.watch);
        let seen = Seen { at, vendor, operation, user_id: self.exchange.user_id(), answer, began, took };
        let journal = &self.world.journal;
        if journal.add(Entry::new(&self.exchange.call, seen)) && !journal.is_off() {
            self.metrics.limit_hit(Limit::Journal);
        }
    }
}

/// After how many seconds a refusal asks for the call again.
fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<u16> {
    let asked = headers.get(RETRY_AFTER).filter(|_| status.is_client_error() || status.is_server_error())?;
    let seconds: u64 = asked.to_str().ok()?.parse().ok()?;
    Some(seconds.try_into().unwrap_or(u16::MAX))
}
