//! Faults of one call: which are chosen, and how they change the way the call is answered.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::HeaderValue;
use serde_json::Map;
use tokio::sync::OwnedSemaphorePermit;

use super::Pipeline;
use super::answering::{self, own};
use super::recorder::Recorder;
use crate::call_match::MatchInput;
use crate::exchange::Exchange;
use crate::faults::{self, BadFault, FaultOutcome, Hold, Moment, Note, Plan, Policy};
use crate::protocol::Reply;
use crate::protocol::delivery::{Cut, Drip};
use crate::protocol::problem::{Mark, problem};

impl Pipeline {
    /// What is to happen to the call, if anything.
    ///
    /// # Errors
    /// fauxidp's refusal of an invalid fault.
    pub(super) fn plan(&self, recorder: &Recorder<'_>) -> Result<Option<Box<Plan>>, Box<Reply>> {
        let Recorder { exchange, world, .. } = recorder;
        let Exchange { call, operation: Some(operation), .. } = &**exchange else { return Ok(None) };
        let vendor = recorder.vendor_index();
        let is_asked = call.speaks_to_us || !self.faults.specs.is_empty();
        if self.faults.policy == Policy::Off || !(is_asked || world.may_have_faults(vendor, exchange.user_id())) {
            return Ok(None); // nearly all calls
        }
        let info = recorder.vendor().info();
        let bad_fault = |bad: BadFault| {
            let detail = format!("X-Fault: {bad}");
            Box::new(own(call, problem(StatusCode::BAD_REQUEST, Mark::BadFault, &detail, Map::new())))
        };
        let requested = match call.speaks_to_us {
            true => faults::requested(&call.head.headers, info.title, info.lacks).map_err(bad_fault)?,
            false => None,
        };
        let input = MatchInput::begun(call, info.name, operation.name, exchange.user_id());
        let candidates = world.faults(vendor, &input, requested, &self.faults.specs);
        Ok((!candidates.is_empty()).then(|| Box::new(Plan::new(&candidates, info.name, operation.name))))
    }

    /// Answers a call that has a plan: fault, vendor and marks, in the order that the fault asks for.
    pub(super) async fn follow(&self, recorder: &mut Recorder<'_>, mut plan: Box<Plan>) -> Reply {
        // A trial on a copy shows whether the call would succeed, without changing anything.
        if plan.needs_trial() && !self.would_succeed(recorder).await {
            plan.withdraw_validated();
        }
        let mut skipped = Vec::new();
        if let Some(note) = self.objection(recorder, &plan) {
            skipped.extend(plan.withdraw_outcome().map(|outcome| outcome.mark(note)));
        }
        plan.settle();
        let mut marks = Vec::new();
        if let Some(delay) = plan.timing.as_ref().filter(|delay| delay.at != Moment::After) {
            marks.push(delay.mark(self.hold(delay.what, None).await));
            recorder.resume();
        }
        if let Some(FaultOutcome::Token(defect)) = plan.outcome.as_ref().map(|outcome| &outcome.what) {
            recorder.set_defect(*defect);
        }
        let early = plan.outcome.as_ref().filter(|outcome| outcome.at != Moment::After);
        let mut reply = match early {
            Some(outcome) => self.instead(recorder, &outcome.what, None).await,
            None => self.handle(recorder).await,
        };
        if let Some(outcome) = plan.outcome.as_ref().filter(|outcome| outcome.at == Moment::After) {
            reply = self.instead(recorder, &outcome.what, Some(reply)).await;
        }
        if let Some(delay) = plan.timing.as_ref().filter(|delay| delay.at == Moment::After) {
            marks.push(delay.mark(self.hold(delay.what, Some(&mut reply)).await));
        }
        if let Some(outcome) = &plan.outcome {
            let is_undocumented = matches!(outcome.what, FaultOutcome::Refusal(_)) && !is_published(recorder, &reply);
            marks.push(outcome.mark(if is_undocumented { Note::Undocumented } else { Note::Plain }));
        }
        marks.extend(skipped);
        match HeaderValue::from_str(&marks.join(", ")) {
            Ok(marks) if !marks.is_empty() => reply.with(faults::APPLIED, marks),
            _ => reply,
        }
    }

    async fn would_succeed(&self, recorder: &Recorder<'_>) -> bool {
        let (trial, exchange) = (recorder.world.trial(recorder.vendor_index()), Arc::clone(&recorder.exchange));
        let work = move || answering::would_succeed(&*trial, &exchange);
        if recorder.is_heavy() { self.heavy.run(work).await.unwrap_or(false) } else { work() }
    }

    /// Why the chosen outcome is skipped.
    fn objection(&self, recorder: &Recorder<'_>, plan: &Plan) -> Option<Note> {
        match &plan.outcome.as_ref()?.what {
            FaultOutcome::Refusal(failure) if self.faults.policy == Policy::Documented => {
                // On a copy, so that checking it uses up no id.
                let trial = recorder.world.trial(recorder.vendor_index());
                let reply = trial.refuse(&recorder.exchange, failure);
                (!is_published(recorder, &reply)).then_some(Note::SkippedAsUndocumented)
            }
            FaultOutcome::Hang(_) if self.held.available_permits() == 0 => Some(Note::SkippedByLimit),
            _ => None,
        }
    }

    /// What a call gets instead of its answer. `answer` is set if the fault acts on the finished answer.
    async fn instead(&self, recorder: &Recorder<'_>, outcome: &FaultOutcome, answer: Option<Reply>) -> Reply {
        let cut = match outcome {
            FaultOutcome::Refusal(failure) => return recorder.vendor().refuse(&recorder.exchange, failure),
            // The vendor followed it, while it answered.
            FaultOutcome::Token(_) | FaultOutcome::Delivery(_) => {
                return answer.expect("it acts on the answer, so there is one");
            }
            FaultOutcome::Cut(cut) => *cut,
            FaultOutcome::Hang(ms) => {
                self.hold(Hold::Wait(Duration::from_millis(*ms)), None).await;
                Cut::Close
            }
        };
        let mut reply = answer.unwrap_or_else(|| Reply::empty(StatusCode::SERVICE_UNAVAILABLE));
        reply.delivery.get_or_insert_default().cut = Some(cut);
        reply
    }

    /// Waits without holding a lock, or delays the answer on its way. If too many calls are held already, does nothing.
    async fn hold(&self, hold: Hold, reply: Option<&mut Reply>) -> Note {
        let Some(permit) = self.permit_to_hold() else {
            return Note::SkippedByLimit;
        };
        match (hold, reply) {
            (Hold::Wait(time), _) => tokio::time::sleep(time).await,
            (Hold::Drip { chunks, pause }, Some(reply)) => {
                let drip = Drip { chunks, pause, permit: Arc::new(permit) };
                reply.delivery.get_or_insert_default().drip = Some(drip);
            }
            (Hold::Drip { .. }, None) => {} // always after the answer
        }
        Note::Plain
    }

    /// A permit to hold a call.
    pub(super) fn permit_to_hold(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.held).try_acquire_owned().ok()
    }
}

/// Whether the vendor publishes the status of that answer for the operation.
fn is_published(recorder: &Recorder<'_>, reply: &Reply) -> bool {
    let (info, status) = (recorder.vendor().info(), reply.outcome().as_u16());
    let known = recorder.exchange.operation.and_then(|operation| info.fidelity.operation(operation.name));
    known.is_some_and(|known| known.published.contains(&status))
}
