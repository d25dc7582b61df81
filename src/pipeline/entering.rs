//! The second and third step: finds the vendor and the world of a call.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Map;

use super::Pipeline;
use super::answering::{self, own};
use super::reading::{self, Excess, Unread};
use super::recorder::Recorder;
use super::unemulated::unemulated;
use crate::context::DEFAULT_WORLD;
use crate::control;
use crate::exchange::Exchange;
use crate::failure::Kind;
use crate::limits::Limit;
use crate::mount::{self, Mounted, Owner};
use crate::protocol::credential::{self, BadWorld};
use crate::protocol::problem::{MARK, Mark, problem};
use crate::protocol::route::Found;
use crate::protocol::rpc::{self, Framing, Wire};
use crate::protocol::{Call, Reply};
use crate::row::Operation;
use crate::vendors::VendorInfo;
use crate::world::World;

/// Where a call belongs.
struct Located {
    /// The index of its vendor, if it belongs to one.
    vendor: Option<usize>,
    world: Arc<World>,
    /// Whether the world is detached: it is kept only if the call succeeds.
    is_detached: bool,
}

/// Whose call it is, before its body is read.
pub(super) struct MountedCall {
    pub(super) owner: Owner,
    found: Found,
    /// The world that a prefix names.
    world: Option<String>,
}

/// A call in its world.
pub(super) struct Entered<'a> {
    pub(super) recorder: Recorder<'a>,
    /// The answer, if the call names no operation or exceeds a limit.
    pub(super) refusal: Option<Reply>,
}

impl Pipeline {
    /// Finds the world of a mounted call. The call has no body yet.
    ///
    /// # Errors
    /// The answer to a call that is in no world: with a broken body, with an invalid world, or without memory for it.
    pub(super) fn enter(
        &self,
        mut call: Box<Call>,
        mounted: MountedCall,
        read: Result<Bytes, Unread>,
    ) -> Result<Entered<'_>, Box<Reply>> {
        let MountedCall { owner, found, world: named } = mounted;
        let excess = match read.and_then(|body| reading::shallow(&self.limits, &call.head, body)) {
            Ok(body) => {
                call.body = body;
                None
            }
            Err(Unread::Excess(excess)) => Some(excess),
            Err(Unread::Half) => return Err(Box::new(reading::half())),
        };
        if let Some(excess) = &excess {
            self.control.metrics.limit_hit(excess.limit);
        }
        if let Some(excess) = excess.filter(|excess| excess.limit == Limit::Memory) {
            // A world or an entry in a journal would take more of what is not there.
            return Err(Box::new(self.decorated(owner.vendor(), *call, excess.problem())));
        }
        // The world that the credential or the path names. The call keeps it to the end, even if it is reset.
        let Located { vendor, world, is_detached } = match self.locate(owner, &mut call, named.as_deref()) {
            Ok(located) => located,
            Err((vendor, refusal)) => return Err(Box::new(self.decorated(vendor, *call, *refusal))),
        };
        let mut recorder = Recorder::new(Exchange::new(*call), world, vendor, &self.control.metrics);
        recorder.is_detached = is_detached;
        let refusal = match vendor {
            Some(_) => self.name_operation(&mut recorder, found, excess),
            None => Some(self.unmatched(None, &recorder.exchange)),
        };
        Ok(Entered { recorder, refusal })
    }

    /// Splits the path of a call: its owner, the operation that it names there, and the world that a prefix names.
    pub(super) fn mount(&self, call: &mut Call) -> MountedCall {
        let sent = call.head.uri.path();
        let plain = if call.is_coded { Cow::Owned(mount::plain(sent)) } else { sent.into() };
        let vendors = self.worlds.vendors();
        let Mounted { owner, world, prefix, path } = mount::mount(vendors, call.listener, &plain);
        let found = match owner {
            Owner::Vendor(vendor) => (vendors[vendor].info.routes)().find(call.method(), path),
            Owner::Control | Owner::None => Found::Nothing,
        };
        let found = match found {
            // A redirect stays in the world: it has the prefix, and the query as it came.
            Found::Untidy(path) => {
                let query = call.head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                Found::Untidy(format!("{prefix}{path}{query}"))
            }
            found => found,
        };
        let is_rpc = match &found {
            Found::Operation(matched) => matched.is_rpc,
            _ => rpc::is_call(path),
        };
        // The services without Connect stand behind another library, which also reads text.
        let reads_text = matches!(&found, Found::Operation(matched) if !matched.operation.is_connect);
        let in_text = || reads_text.then(|| Wire::in_text(&call.head.headers)).flatten();
        let wire = is_rpc.then(|| Wire::of(&call.head.headers).or_else(in_text)).flatten();
        let routed = (!prefix.is_empty() || call.is_coded).then(|| path.into());
        let (prefix, named) = (prefix.to_owned(), world.map(str::to_owned));
        (call.routed, call.wire, call.prefix) = (routed, wire, prefix);
        MountedCall { owner, found, world: named }
    }

    /// Notes in the exchange which operation it is and which user it is about. Returns the answer if the operation
    /// cannot be handled.
    fn name_operation(&self, recorder: &mut Recorder<'_>, found: Found, excess: Option<Excess>) -> Option<Reply> {
        let (vendor, exchange) = recorder.vendor_and_exchange();
        match &found {
            Found::Operation(matched) => exchange.match_to(matched.clone(), vendor.info().user_key),
            Found::Unemulated(operation) => exchange.name(operation),
            Found::WrongMethod { operation, .. } => exchange.dialect = operation.dialect,
            Found::Untidy(_) | Found::Nothing => {}
        }
        Some(match (found, excess) {
            (Found::Nothing, _) => self.unmatched(Some(vendor.info()), exchange),
            (Found::Unemulated(operation), _) => {
                own(&exchange.call, unemulated(vendor.info(), operation, &exchange.call))
            }
            // The vendor would refuse this too, so the answer is in its words.
            (_, Some(Excess { limit: Limit::Body, .. })) => {
                answering::refuse(vendor, exchange, Kind::TooLarge).with(MARK, Mark::Limit.header())
            }
            (_, Some(excess)) => own(&exchange.call, excess.problem()),
            (Found::WrongMethod { allow, .. }, None) => answering::refuse(vendor, exchange, Kind::WrongMethod(allow)),
            (Found::Untidy(target), None) => answering::refuse(vendor, exchange, Kind::UntidyPath(target)),
            (Found::Operation(_), None) => return None,
        })
    }

    fn unmatched(&self, vendor: Option<&VendorInfo>, exchange: &Exchange) -> Reply {
        let refusal = control::unmatched(self.worlds.vendors(), vendor, exchange.method(), exchange.path());
        // A server of Connect knows its methods by their paths and answers any other one in plain HTTP, of which gRPC's
        // clients make UNIMPLEMENTED. Calls by Connect itself get the error that such clients read.
        let is_native = exchange.call.wire.is_some_and(|wire| wire.framing == Framing::Grpc);
        match is_native && vendor.is_some_and(|info| has_connect_service(info, exchange.path())) {
            true => refusal,
            false => own(&exchange.call, refusal),
        }
    }

    /// A refusal of a call that is in no world, with the headers that every answer of its vendor has.
    fn decorated(&self, vendor: Option<usize>, call: Call, refusal: Reply) -> Reply {
        let mut reply = own(&call, refusal);
        let decorate = vendor.and_then(|vendor| self.worlds.vendors()[vendor].info.decorate);
        if let Some(decorate) = decorate {
            decorate(&Exchange::new(call), &mut reply);
        }
        reply
    }

    /// The vendor and the world of a call, and whether that world is detached: an accepted credential creates its
    /// world; any other call is answered in a world that is dropped afterwards.
    ///
    /// # Errors
    /// Its vendor, if known, and the refusal.
    fn locate(
        &self,
        owner: Owner,
        call: &mut Call,
        of_path: Option<&str>,
    ) -> Result<Located, (Option<usize>, Box<Reply>)> {
        let seed = self.worlds.seed();
        let mounted = owner.vendor();
        let named = match mounted {
            Some(vendor) => credential::take_world(call, seed.vendor(vendor).info().credentials, of_path),
            // No vendor claims the path, so the credential may be any vendor's.
            None => {
                let carriers = self.worlds.vendors().infos().flat_map(|info| info.credentials);
                credential::take_world(call, carriers, of_path)
            }
        };
        // If no vendor claims the path, the vendor that accepts the credential owns the call.
        let accepting =
            |world: &World| (0..seed.set().len()).find(|vendor| world.vendor(*vendor).accepts_credential(call));
        let bad = |bad: BadWorld| problem(StatusCode::BAD_REQUEST, Mark::BadWorld, &bad.to_string(), Map::new());
        let name = match named {
            Ok(name) => name,
            Err(error) => return Err((mounted.or_else(|| accepting(seed)), Box::new(bad(error)))),
        };
        let found = match &name {
            Some(name) => self.worlds.of_call(name).ok_or(name),
            None => Ok((self.worlds.make(DEFAULT_WORLD), false)),
        };
        let (world, is_detached) = match found {
            Ok(found) => found,
            Err(name) => {
                return Err((mounted.or_else(|| accepting(seed)), Box::new(bad(BadWorld::Missing(name.clone())))));
            }
        };
        let vendor = mounted.or_else(|| accepting(&world));
        let accepted = || vendor.is_some_and(|vendor| world.vendor(vendor).accepts_credential(call));
        Ok(match is_detached && accepted() {
            true => Located { vendor, world: self.worlds.adopt(world), is_detached: false },
            false => Located { vendor, world, is_detached },
        })
    }
}

/// Whether the path names a service that the vendor serves over Connect.
fn has_connect_service(info: &VendorInfo, path: &str) -> bool {
    let Some((service, _)) = path.rsplit_once('/') else { return false };
    let is_of_it = |rpc: &str| rpc.rsplit_once('/').is_some_and(|(own, _)| own == service);
    let has = |operation: &Operation| operation.is_connect && operation.rpc.is_some_and(is_of_it);
    (info.routes)().operations().any(has)
}
