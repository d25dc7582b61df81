//! The ordered list of steps that every request goes through, whatever it came in by.

mod reading;
mod visit;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use hyper::body::Body;
use serde_json::{Map, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::control::{self, Control};
use crate::failure::{Failure, Kind};
use crate::faults::{self, BadFault, Hold, Met, Moment, Note, Outcome, Plan, Policy, Spec};
use crate::limits::{Limit, Limits};
use crate::metrics::Connection;
use crate::mount::{self, Mounted, Owner};
use crate::protocol::delivery::{Cut, Drip};
use crate::protocol::problem::{MARK, Mark, problem};
use crate::protocol::route::{Found, Matched};
use crate::protocol::rpc::{self, RpcError, Wire, code};
use crate::protocol::{Call, Reply, ReplyBody, credential};
use crate::vendors::DEFAULT_WORLD;
use crate::vendors::{About, Vendor};
use crate::world::{World, Worlds};

use reading::{Excess, Unread};
use visit::{Subject, Visit};

const EXPLAIN: HeaderName = HeaderName::from_static("x-fauxidp-explain");
const FIDELITY: HeaderName = HeaderName::from_static("x-fauxidp-fidelity");

/// Everything that a request can need.
pub struct Pipeline {
    worlds: Worlds,
    control: Control,
    faults: StartFaults,
    held: Arc<Semaphore>,
    limits: Limits,
}

/// What the start says about faults. It stands outside the worlds, so that no reset takes it away.
#[derive(Default)]
pub struct StartFaults {
    /// Which are followed.
    pub policy: Policy,
    /// For every call, the highest first.
    pub specs: Vec<Arc<Spec>>,
}

impl Pipeline {
    /// The pipeline over these worlds.
    pub fn new(worlds: Worlds, control: Control, faults: StartFaults, limits: Limits) -> Self {
        Self { worlds, control, faults, held: Arc::new(Semaphore::new(limits.max_held)), limits }
    }

    /// The world of that name.
    pub fn world(&self, name: &str) -> Option<Arc<World>> {
        self.worlds.get(name)
    }

    /// Answers a call to fauxidp's own API that comes from within the process.
    pub fn control(&self, head: Parts, body: Bytes) -> Reply {
        self.control.answer(Call::new(head, body), &self.worlds)
    }

    /// Answers one call, whose body is still to come.
    pub async fn answer<B: Body<Data = Bytes>>(&self, call: Box<Call>, body: B) -> Response<ReplyBody> {
        // Collect: nothing later waits for a slow sender, and no lock is held across a wait.
        let read = reading::read(&self.limits, &call, body).await;
        match self.begin(call, read) {
            Step::Done(reply) => reply.into_response(),
            Step::Waits(rest) => rest.await.into_response(),
        }
    }

    /// Everything that does not wait, which for nearly all calls is everything. The call has no body yet.
    fn begin(&self, mut call: Box<Call>, read: Result<Bytes, Unread>) -> Step<'_> {
        let excess = match read.and_then(|body| reading::shallow(&self.limits, &call.head, body)) {
            Ok(body) => {
                call.body = body;
                None
            }
            Err(Unread::Excess(excess)) => Some(excess),
            Err(Unread::Half) => {
                // Half a body is no body: nothing is done with it.
                let detail = "The request body ended early or was framed wrongly.";
                return Step::Done(problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new()));
            }
        };
        if let Some(excess) = &excess {
            self.control.metrics.limit_hit(excess.limit);
        }
        // Mount: whose call it is decides in which dialect it is answered.
        let sent = call.head.uri.path();
        let plain = if call.is_coded { Cow::Owned(mount::plain(sent)) } else { sent.into() };
        let vendors = self.worlds.vendors();
        let Mounted { owner, world, prefix, path } = mount::mount(vendors, call.listener, &plain);
        let found = match owner {
            Owner::Vendor(vendor) => vendors[vendor].about.routes.find(call.method(), path),
            Owner::Control | Owner::None => Found::Nothing,
        };
        let is_rpc = match &found {
            Found::Operation(matched) => matched.is_rpc,
            _ => rpc::is_call(path),
        };
        let wire = is_rpc.then(|| Wire::of(&call.head.headers)).flatten();
        let routed = (!prefix.is_empty() || call.is_coded).then(|| path.into());
        let (prefix, named) = (prefix.to_owned(), world.map(str::to_owned));
        (call.routed, call.wire, call.prefix) = (routed, wire, prefix);
        let place = match owner {
            // Control comes before worlds and faults, so that none of them can lock it out.
            Owner::Control => {
                return Step::Done(match excess {
                    Some(excess) => excess.problem(),
                    None => self.control.answer(*call, &self.worlds),
                });
            }
            Owner::None => {
                let world = named.map_or_else(
                    || self.worlds.make(DEFAULT_WORLD),
                    |name| self.worlds.get(&name).unwrap_or_else(|| self.worlds.visit(&name)),
                );
                let visit = Visit::new(call, world, None, &self.control.metrics);
                let reply = own(&visit.call, control::unmatched(vendors, visit.call.method(), visit.call.path()));
                visit.end(&reply);
                return Step::Done(reply);
            }
            Owner::Vendor(vendor) => vendor,
        };
        // World: the one that the credential or the path names. It is held until the answer, also through a reset.
        let (world, is_kept) = match self.enter(place, &mut call, named) {
            Ok(entered) => entered,
            Err(bad) => return Step::Done(own(&call, bad)),
        };
        let mut visit = Visit::new(call, world, Some(place), &self.control.metrics);
        let vendor = visit.world.vendor(place);
        let call = &mut visit.call;
        if let Found::Lacking(operation) | Found::Operation(Matched { operation, .. }) = &found {
            visit.operation = Some(operation.name);
        }
        let mut reply = match (found, excess) {
            (Found::Nothing, _) => own(call, control::unmatched(vendors, call.method(), call.path())),
            (Found::Lacking(operation), _) => own(call, unemulated(vendor.about(), operation.name)),
            // What the vendor would say too, so it is in its words.
            (_, Some(Excess { limit: Limit::Body, .. })) => {
                refuse(vendor, call, Kind::TooLarge).with(MARK, Mark::Limit.header())
            }
            (_, Some(excess)) => own(call, excess.problem()),
            (Found::WrongMethod(allow), None) => refuse(vendor, call, Kind::WrongMethod(allow)),
            (Found::Untidy(path), None) => refuse(vendor, call, Kind::UntidyPath(path)),
            (Found::Operation(matched), None) => {
                let matched = call.matched.insert(matched).clone();
                visit.user = vendor.subject(call).map(|key| Subject::of(call, key));
                match self.meet(&visit, place, &matched) {
                    Ok(None) => explained(vendor, &visit.call, &matched),
                    Ok(Some(plan)) => {
                        visit.is_met = true;
                        return Step::Waits(Box::pin(async move {
                            let mut reply = self.faulty(&mut visit, place, &matched, plan).await;
                            self.end(visit, place, is_kept, &mut reply);
                            reply
                        }));
                    }
                    Err(bad) => bad,
                }
            }
        };
        self.end(visit, place, is_kept, &mut reply);
        Step::Done(reply)
    }

    /// The last steps of a call to a vendor.
    fn end(&self, visit: Visit<'_>, place: usize, is_kept: bool, reply: &mut Reply) {
        // What somebody did without a credential, such as signing in, stays where they did it.
        if !is_kept && reply.outcome().is_success() && !visit.call.method().is_safe() {
            self.worlds.adopt(Arc::clone(&visit.world));
        }
        visit.world.vendor(place).finish(&visit.call, reply);
        // Journal: before the answer is on its way, so that whoever has it can look.
        visit.end(reply);
    }

    /// The world that a call belongs to, and whether it is kept anyway. A credential that counts makes it; another one is judged in one that nobody keeps.
    #[allow(clippy::result_large_err)] // the refusal is the answer
    fn enter(&self, place: usize, call: &mut Call, prefix: Option<String>) -> Result<(Arc<World>, bool), Reply> {
        let bad = |detail: &str| problem(StatusCode::BAD_REQUEST, Mark::BadWorld, detail, Map::new());
        let seed = self.worlds.seed();
        let named = seed.vendor(place).take_world(call);
        if let (Some(prefix), Some(named)) = (&prefix, &named)
            && prefix != named
        {
            let detail = format!("The path names the world {prefix:?}, the credential {named:?}.");
            return Err(bad(&detail));
        }
        let Some(name) = named.or(prefix) else {
            return Ok((self.worlds.make(DEFAULT_WORLD), true));
        };
        if !credential::is_world(&name) {
            let rule = "A world's name has 1 to 64 letters, digits, `-`, `_` and `.`, and does not start with a `.`";
            return Err(bad(&format!("{rule}; {name:?} is none.")));
        }
        Ok(match self.worlds.get(&name) {
            Some(world) => (world, true),
            None if seed.vendor(place).admits(call) => (self.worlds.make(&name), true),
            None => (self.worlds.visit(&name), false),
        })
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn connection(&self) -> Connection<'_> {
        self.control.metrics.connection()
    }

    /// Counts that a limit was hit, of which only the connections know.
    pub fn limit_hit(&self, limit: Limit) {
        self.control.metrics.limit_hit(limit);
    }

    /// Fault: what is to happen to the call, if anything is.
    #[allow(clippy::result_large_err)] // the refusal is the answer
    fn meet(&self, visit: &Visit<'_>, place: usize, matched: &Matched) -> Result<Option<Box<Plan>>, Reply> {
        let Visit { call, world, .. } = visit;
        let may_be = call.speaks_to_us || !self.faults.specs.is_empty() || world.may_have_faults(place, visit.user());
        if !may_be || self.faults.policy == Policy::Off {
            return Ok(None); // nearly all calls
        }
        let about = world.vendor(place).about();
        let bad_fault = |bad: BadFault| {
            let detail = format!("X-Fault: {bad}");
            own(call, problem(StatusCode::BAD_REQUEST, Mark::BadFault, &detail, Map::new()))
        };
        let requested = match call.speaks_to_us {
            true => faults::requested(&call.head.headers, about.title, about.lacks).map_err(bad_fault)?,
            false => None,
        };
        let operation = matched.operation.name;
        let met = Met { call, vendor: about.name, operation, user: visit.user() };
        let candidates = world.faults(place, &met, requested, &self.faults.specs);
        Ok((!candidates.is_empty()).then(|| Box::new(Plan::new(&candidates, about.name, operation))))
    }

    /// A call to which something may happen: fault, vendor, marks, in the order that the fault says.
    async fn faulty(&self, visit: &mut Visit<'_>, place: usize, matched: &Matched, mut plan: Box<Plan>) -> Reply {
        let (world, published) = (Arc::clone(&visit.world), matched.operation.published);
        let vendor = world.vendor(place);
        // A trial tells whether the call would succeed; on a copy, so that it changes nothing.
        if plan.needs_trial() && !handle(&*world.trial(place), &visit.call).outcome().is_success() {
            plan.withdraw_validated();
        }
        let mut skipped = Vec::new();
        if let Some(note) = self.objection(&world, place, &visit.call, matched, &plan) {
            skipped.extend(plan.withdraw_outcome().map(|outcome| outcome.mark(note)));
        }
        plan.settle();
        let mut marks = Vec::new();
        if let Some(delay) = plan.timing.as_ref().filter(|delay| delay.at != Moment::After) {
            marks.push(delay.mark(self.hold(delay.what, None).await));
            visit.call.at = world.clock().now();
        }
        let call = &visit.call;
        let early = plan.outcome.as_ref().filter(|outcome| outcome.at != Moment::After);
        let mut reply = match early {
            Some(outcome) => self.instead(vendor, call, &outcome.what, None).await,
            None => explained(vendor, call, matched),
        };
        if let Some(outcome) = plan.outcome.as_ref().filter(|outcome| outcome.at == Moment::After) {
            reply = self.instead(vendor, call, &outcome.what, Some(reply)).await;
        }
        if let Some(delay) = plan.timing.as_ref().filter(|delay| delay.at == Moment::After) {
            marks.push(delay.mark(self.hold(delay.what, Some(&mut reply)).await));
        }
        if let Some(outcome) = &plan.outcome {
            let undocumented = matches!(outcome.what, Outcome::Refusal(_)) && !published.contains(&status(&reply));
            marks.push(outcome.mark(if undocumented { Note::Undocumented } else { Note::Plain }));
        }
        marks.extend(skipped);
        match HeaderValue::from_str(&marks.join(", ")) {
            Ok(marks) if !marks.is_empty() => reply.with(faults::APPLIED, marks),
            _ => reply,
        }
    }

    /// Why the outcome that was chosen is left out.
    fn objection(&self, world: &World, place: usize, call: &Call, matched: &Matched, plan: &Plan) -> Option<Note> {
        match &plan.outcome.as_ref()?.what {
            Outcome::Refusal(failure) if self.faults.policy == Policy::Documented => {
                // On a copy, so that looking at it uses up no id.
                let status = status(&world.trial(place).refuse(call, failure));
                (!matched.operation.published.contains(&status)).then_some(Note::SkippedAsUndocumented)
            }
            Outcome::Hang(_) if self.held.available_permits() == 0 => Some(Note::SkippedByLimit),
            _ => None,
        }
    }

    /// What a call gets instead of its answer, which is there where the fault acts on it.
    async fn instead(&self, vendor: &dyn Vendor, call: &Call, outcome: &Outcome, answer: Option<Reply>) -> Reply {
        let cut = match outcome {
            Outcome::Refusal(failure) => return vendor.refuse(call, failure),
            Outcome::Cut(cut) => *cut,
            Outcome::Hang(ms) => {
                self.hold(Hold::Wait(Duration::from_millis(*ms)), None).await;
                Cut::Close
            }
        };
        let mut reply = answer.unwrap_or_else(|| Reply::empty(StatusCode::SERVICE_UNAVAILABLE));
        reply.delivery.get_or_insert_default().cut = Some(cut);
        reply
    }

    /// Waits with no lock held, or has the answer wait on its way. Too many that are held already are left alone.
    async fn hold(&self, hold: Hold, reply: Option<&mut Reply>) -> Note {
        let Some(place) = self.place() else {
            return Note::SkippedByLimit;
        };
        match (hold, reply) {
            (Hold::Wait(time), _) => tokio::time::sleep(time).await,
            (Hold::Drip { chunks, pause }, Some(reply)) => {
                reply.delivery.get_or_insert_default().drip = Some(Drip { chunks, pause, place: Arc::new(place) });
            }
            (Hold::Drip { .. }, None) => {} // always after the answer
        }
        Note::Plain
    }

    /// A place among the calls that are held.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.held).try_acquire_owned().ok()
    }
}

fn status(reply: &Reply) -> u16 {
    reply.outcome().as_u16()
}

/// The vendor's answer. A panic costs one 500 in its dialect and no more: what it changed is not kept.
fn handle(vendor: &dyn Vendor, call: &Call) -> Reply {
    catch_unwind(AssertUnwindSafe(|| vendor.handle(call))).unwrap_or_else(|_| {
        tracing::error!(
            vendor = vendor.about().name,
            path = call.path(),
            "the handler of {} {} panicked",
            call.method(),
            call.path()
        );
        vendor.refuse(call, &Failure::from(Kind::Broken))
    })
}

/// The vendor's answer, and how sure it is.
fn explained(vendor: &dyn Vendor, call: &Call, matched: &Matched) -> Reply {
    let mut reply = handle(vendor, call);
    explain(&mut reply, vendor.about(), call, Some(matched));
    reply
}

fn refuse(vendor: &dyn Vendor, call: &Call, kind: Kind) -> Reply {
    let mut reply = vendor.refuse(call, &Failure::from(kind));
    explain(&mut reply, vendor.about(), call, None);
    reply
}

/// Says how sure the answer is, where the call asks for it.
fn explain(reply: &mut Reply, about: &About, call: &Call, matched: Option<&Matched>) {
    if !call.speaks_to_us || call.header(&EXPLAIN).is_none_or(|value| value != "1") {
        return;
    }
    let own = matched.and_then(|matched| matched.operation.answer(reply.answer));
    let common = || about.common.iter().find(|answer| answer.name == reply.answer);
    let value = match own.or_else(common).filter(|row| row.status == reply.outcome().as_u16()) {
        Some(row) => {
            let operation = matched.filter(|_| own.is_some()).map_or("any", |matched| matched.operation.name);
            format!("{}; ref={}; row={}.{operation}.{}", row.sureness.as_str(), row.source, about.name, row.name)
        }
        // A setting made the answer something else than what the table promises.
        None => "assumed; ref=settings".to_owned(),
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        reply.headers.insert(FIDELITY, value);
    }
}

/// fauxidp's own refusal, as the protocol of the call shows it.
fn own(call: &Call, refusal: Reply) -> Reply {
    let Some(wire) = call.wire else {
        return refusal;
    };
    let code = match refusal.status {
        StatusCode::BAD_REQUEST => code::INVALID_ARGUMENT,
        StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED => code::UNIMPLEMENTED,
        _ => code::RESOURCE_EXHAUSTED,
    };
    let problem: serde_json::Value = serde_json::from_slice(&refusal.body).unwrap_or_default();
    let reply = wire.failure(&RpcError::new(code, problem["detail"].as_str().unwrap_or_default()));
    match refusal.headers.get(MARK) {
        Some(mark) => reply.with(MARK, mark.clone()),
        None => reply,
    }
}

/// The vendor has this operation, the emulator lacks it.
fn unemulated(about: &About, operation: &str) -> Reply {
    let detail = format!("{} has the operation {operation}, but it is not emulated.", about.title);
    let more = json!({ "vendor": about.name, "operation": operation });
    let more = more.as_object().cloned().unwrap_or_default();
    problem(StatusCode::NOT_IMPLEMENTED, Mark::Unemulated, &detail, more)
}

/// An answer, or what has to be waited for until there is one. That stands apart, so that all others take less room.
enum Step<'a> {
    Done(Reply),
    Waits(Pin<Box<dyn Future<Output = Reply> + Send + 'a>>),
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::value::RawValue;

    use super::*;
    use crate::config::Config;
    use crate::emulator;
    use crate::vendors::{BaseUrls, Endpoint, Settings, Shared};

    /// A vendor with a bug in every operation.
    struct Buggy<'a>(&'a dyn Vendor);

    impl Vendor for Buggy<'_> {
        fn about(&self) -> &'static About {
            self.0.about()
        }

        fn handle(&self, _: &Call) -> Reply {
            panic!("a bug that is planted")
        }

        fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>> {
            self.0.subject(call)
        }

        fn take_world(&self, call: &mut Call) -> Option<String> {
            self.0.take_world(call)
        }

        fn admits(&self, call: &Call) -> bool {
            self.0.admits(call)
        }

        fn refuse(&self, call: &Call, failure: &Failure) -> Reply {
            self.0.refuse(call, failure)
        }

        fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
            self.0.fork(shared)
        }

        fn state(&self) -> Box<RawValue> {
            self.0.state()
        }

        fn restored(&self, state: &RawValue, shared: Shared, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
            self.0.restored(state, shared, settings)
        }

        fn with(&self, settings: &Settings) -> Box<dyn Vendor> {
            self.0.with(settings)
        }

        fn endpoint(&self, base: &BaseUrls) -> Endpoint {
            self.0.endpoint(base)
        }
    }

    #[test]
    fn a_panic_costs_one_500_in_the_vendors_dialect() {
        let worlds = emulator::worlds(&Config::default()).unwrap();
        for vendor in worlds.make(DEFAULT_WORLD).vendors() {
            let (head, ()) = http::Request::new(()).into_parts();
            let call = Call::new(head, Bytes::new());
            let reply = handle(&Buggy(vendor), &call);
            let expected = vendor.refuse(&call, &Failure::from(Kind::Broken));
            assert_eq!((reply.status, reply.outcome()), (StatusCode::INTERNAL_SERVER_ERROR, reply.status));
            assert_eq!(reply.headers[CONTENT_TYPE], expected.headers[CONTENT_TYPE]);
            assert!(!reply.body.is_empty() && !reply.headers.contains_key(MARK), "{}", vendor.about().name);
        }
    }
}
