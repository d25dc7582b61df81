//! The ordered list of steps that every request goes through, whatever its protocol.

mod answering;
mod control;
mod delivering;
mod entering;
mod faulting;
mod grpc;
mod heavy;
mod nested;
mod reading;
mod recorder;
mod unemulated;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use hyper::body::Body;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::exchange::Exchange;
use crate::failure::{Failure, Kind};
use crate::faults::{Policy, Spec};
use crate::grpc::{Method, Services};
use crate::limits::{Limit, Limits};
use crate::metrics::Connection;
use crate::mount::Owner;
use crate::outbound::OutboundClient;
use crate::outcome::{Ask, Outcome};
use crate::protocol::{Call, Reply, ReplyBody};
use crate::vendors::{Vendor, VendorSet};
use crate::world::{World, Worlds};

use entering::Entered;
use heavy::Heavy;
use recorder::Recorder;

/// From how many bytes on what was read is not answered where no memory is left: the client may never take it.
const LARGE: usize = 16 << 10;

/// Everything that a request can need.
pub struct Pipeline {
    worlds: Arc<Worlds>,
    control: Arc<Control>,
    faults: StartFaults,
    outbound: OutboundClient,
    /// gRPC's own.
    services: Services,
    held: Arc<Semaphore>,
    heavy: Heavy,
    limits: Limits,
    /// Held by a read while memory is tight.
    turn: Arc<Mutex<()>>,
    /// Cancelled when the server stops.
    stop: CancellationToken,
}

/// The faults that were given at the start. They are not part of a world, so a reset does not remove them.
#[derive(Default)]
pub struct StartFaults {
    /// Which are applied.
    pub policy: Policy,
    /// The faults for every call, highest rank first.
    pub specs: Vec<Arc<Spec>>,
}

impl Pipeline {
    /// The pipeline over these worlds.
    pub fn new(
        worlds: Worlds,
        control: Control,
        faults: StartFaults,
        outbound: OutboundClient,
        limits: Limits,
    ) -> Self {
        let services = Services::of(worlds.vendors());
        let held = Arc::new(Semaphore::new(limits.max_held));
        Self {
            worlds: Arc::new(worlds),
            control: Arc::new(control),
            faults,
            outbound,
            services,
            held,
            heavy: Heavy::new(),
            limits,
            turn: Arc::default(),
            stop: CancellationToken::new(),
        }
    }

    /// The same, but heavy operations run in the caller's task, for callers without a multi-threaded runtime.
    #[must_use]
    pub fn inline(self) -> Self {
        Self { heavy: Heavy::inline(), ..self }
    }

    /// Answers one call, whose body is still to come.
    pub async fn answer<B>(&self, mut call: Box<Call>, body: B) -> Response<ReplyBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        // gRPC's own services belong to no world and can stream, so they skip the other steps. The same limits hold.
        if let Some(method) = Method::of(call.head.uri.path()) {
            return Box::pin(self.grpc(method, call, body)).await;
        }
        // Mount: the call's owner decides in which dialect it is answered. fauxidp's own API is answered here, before
        // worlds and faults, so that neither can lock it out.
        let mounted = self.mount(&mut call);
        if mounted.owner == Owner::Control {
            return Box::pin(self.control_call(call, body)).await.into_response();
        }
        // Collect: nothing later waits for a slow sender, and no lock is held across a wait.
        let read = reading::read(&self.limits, self.budget(), &call, body, self.limits.max_body).await;
        // World: where the call is judged.
        let reply = match self.enter(call, mounted, read) {
            Err(reply) => *reply,
            Ok(Entered { recorder, refusal: Some(reply) }) => self.finish(recorder, reply),
            Ok(Entered { recorder, refusal: None }) => self.exchange(recorder).await,
        };
        reply.into_response()
    }

    /// A call that names an operation: faults, then the vendor.
    async fn exchange(&self, mut recorder: Recorder<'_>) -> Reply {
        // Fault: what is to happen to the call, if anything.
        let reply = match self.plan(&recorder) {
            Err(refusal) => *refusal,
            // Handle: nearly all calls, without a wait.
            Ok(None) => self.handle(&mut recorder).await,
            Ok(Some(plan)) => {
                recorder.has_fault = true;
                Box::pin(self.follow(&mut recorder, plan)).await
            }
        };
        self.finish(recorder, reply)
    }

    /// The vendor's answer, with its confidence. Sends what the vendor asked to deliver.
    async fn handle(&self, recorder: &mut Recorder<'_>) -> Reply {
        let mut outcome = self.compute(recorder, |vendor, exchange| vendor.handle(exchange)).await;
        let (mut reply, deliveries) = loop {
            outcome = match outcome {
                Outcome::Reply(reply, deliveries) => break (reply, deliveries),
                Outcome::Ask(ask) => Box::pin(self.ask(recorder, *ask)).await,
            };
        };
        // Only now, when the answer is decided, and whether or not the client is still connected.
        if !deliveries.is_empty() {
            self.deliver(recorder, deliveries);
        }
        answering::explain(&mut reply, recorder.vendor().info(), &recorder.exchange);
        reply
    }

    /// Sends a request to the outside, without holding a lock, and lets the vendor continue with the answer.
    async fn ask(&self, recorder: &mut Recorder<'_>, Ask { request, then }: Ask) -> Outcome {
        let answer = self.send(&recorder.exchange.call, request).await;
        recorder.resume();
        self.compute(recorder, |_, exchange| then(exchange, answer)).await
    }

    /// Runs a step of the vendor, off the workers if it takes long.
    async fn compute(
        &self,
        recorder: &Recorder<'_>,
        step: impl FnOnce(&dyn Vendor, &Exchange) -> Outcome + Send + 'static,
    ) -> Outcome {
        let turn = self.turn(&recorder.exchange);
        if !recorder.is_heavy() {
            let _turn = turn.as_deref().map(Mutex::lock);
            return answering::guarded(recorder.vendor(), &recorder.exchange, step);
        }
        let (world, exchange) = (Arc::clone(&recorder.world), Arc::clone(&recorder.exchange));
        let vendor = recorder.vendor_index();
        let work = move || {
            let _turn = turn.as_deref().map(Mutex::lock);
            answering::guarded(world.vendor(vendor), &exchange, step)
        };
        let done = self.heavy.run(work).await;
        done.unwrap_or_else(|| recorder.vendor().refuse(&recorder.exchange, &Failure::from(Kind::Broken)).into())
    }

    /// The last steps of a call to a vendor.
    fn finish(&self, recorder: Recorder<'_>, mut reply: Reply) -> Reply {
        let Recorder { exchange, world, .. } = &recorder;
        if reply.body.len() > LARGE && exchange.operation.is_some_and(|own| own.reads_only) && self.budget().is_spent()
        {
            reply = answering::own(&exchange.call, self.control.no_memory());
        }
        // A call without a credential that succeeds, such as a sign-in, creates its world, as an accepted credential
        // does.
        let is_done = reply.outcome().is_success() && !exchange.method().is_safe();
        if recorder.is_detached && (is_done || reply.keeps_world) {
            self.worlds.adopt(Arc::clone(world));
        }
        if let Some(decorate) = recorder.is_vendors().then(|| recorder.vendor().info().decorate).flatten() {
            decorate(exchange, &mut reply);
        }
        // Journal: before the answer is sent, so that a client that has the answer finds the entry.
        recorder.end(&reply);
        reply
    }

    /// The vendors of every world.
    pub fn vendors(&self) -> &VendorSet {
        self.worlds.vendors()
    }

    /// The world of that name.
    pub fn world(&self, name: &str) -> Option<Arc<World>> {
        self.worlds.get(name)
    }

    /// Answers a call to fauxidp's own API that comes from within the process.
    pub fn control(&self, head: Parts, body: Bytes) -> Reply {
        self.control.answer(Call::new(head, body), &self.worlds)
    }

    /// The names of all worlds.
    pub fn world_names(&self) -> Vec<String> {
        self.worlds.names()
    }

    /// What tells everybody that the server stops.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn connection(&self) -> Connection<'_> {
        self.control.metrics.connection()
    }

    /// Counts a hit of a limit that only the connections know.
    pub fn limit_hit(&self, limit: Limit) {
        self.control.metrics.limit_hit(limit);
    }
}
