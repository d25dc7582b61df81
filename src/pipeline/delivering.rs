//! What a vendor delivers to the outside once a call is answered: the fault rules decide what becomes of each delivery.

use std::time::Duration;

use http::Uri;

use super::Pipeline;
use super::recorder::Recorder;
use crate::call_match::MatchInput;
use crate::deliveries::State;
use crate::faults::{Chosen, DeliveryFault, FaultOutcome, Hold, Note, Plan, Policy};
use crate::outbound::Planned;
use crate::outcome::OutboundDelivery;
use crate::protocol::credential::Credentials;

impl Pipeline {
    /// Makes the deliveries of one call in the background. Each is in the world's list before this returns.
    pub(super) fn deliver(&self, recorder: &Recorder<'_>, deliveries: Vec<OutboundDelivery>) {
        let (world, info) = (&recorder.world, recorder.vendor().info());
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for mut delivery in deliveries {
            let plan = self.delivery_plan(recorder, &delivery);
            let (mark, fault, pause) = plan.as_deref().map_or_else(Default::default, followed);
            let n = world.deliveries.begin(world.clock().now(), info.name, &delivery, mark);
            if fault == Some(DeliveryFault::BadSignature) {
                delivery = delivery.with_bad_signature();
            }
            let times = match fault {
                Some(DeliveryFault::Drop) => {
                    world.deliveries.end(n, State::Dropped);
                    continue;
                }
                Some(DeliveryFault::Duplicate) => 2,
                _ => 1,
            };
            let is_late = fault == Some(DeliveryFault::Reorder);
            let planned = Planned { n, request: delivery.request, times, pause, is_late };
            if is_late { &mut last } else { &mut first }.push(planned);
        }
        first.append(&mut last);
        if !first.is_empty() {
            self.outbound.deliver(first, &world.deliveries);
        }
    }

    /// What is to happen to a delivery, if anything.
    fn delivery_plan(&self, recorder: &Recorder<'_>, delivery: &OutboundDelivery) -> Option<Box<Plan>> {
        if self.faults.policy == Policy::Off {
            return None;
        }
        let (world, info) = (&recorder.world, recorder.vendor().info());
        let uri: Uri = delivery.request.url.parse().unwrap_or_default();
        let input = MatchInput {
            vendor: Some(info.name),
            operation: Some(delivery.operation),
            method: delivery.request.method.as_str(),
            path: uri.path(),
            query: uri.query(),
            user_id: delivery.user_id.as_deref(),
            credentials: &Credentials::default(),
            finished: None,
            sent: None,
        };
        let candidates = world.delivery_faults(&input, &self.faults.specs);
        let plan = (!candidates.is_empty()).then(|| Box::new(Plan::new(&candidates, info.name, delivery.operation)))?;
        plan.settle();
        Some(plan)
    }
}

/// How a plan reads in the list of deliveries, what it does, and how long it waits before.
fn followed(plan: &Plan) -> (Option<String>, Option<DeliveryFault>, Duration) {
    let timing = plan.timing.as_ref().map(|timing| timing.mark(Note::Plain));
    let marks: Vec<_> = timing.into_iter().chain(plan.outcome.as_ref().map(|one| one.mark(Note::Plain))).collect();
    let fault = match plan.outcome.as_ref().map(|outcome: &Chosen<FaultOutcome>| &outcome.what) {
        Some(FaultOutcome::Delivery(fault)) => Some(*fault),
        _ => None,
    };
    let pause = match plan.timing.as_ref().map(|timing| timing.what) {
        Some(Hold::Wait(pause)) => pause,
        Some(Hold::Drip { .. }) | None => Duration::ZERO,
    };
    ((!marks.is_empty()).then(|| marks.join(", ")), fault, pause)
}
