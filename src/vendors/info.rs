//! What is the same for a vendor in every world: its name, its paths, its operations. Knows no vendor.

use std::borrow::Cow;
use std::sync::LazyLock;

use http::HeaderMap;
use jiff::Timestamp;

use super::Setting;
use crate::exchange::Exchange;
use crate::failure::NamedError;
use crate::fidelity::Fidelity;
use crate::ids::Ids;
use crate::oidc::grants::Served;
use crate::protocol::Reply;
use crate::protocol::credential::Carrier;
use crate::protocol::route::Routes;
use crate::row::{Check, Operation};

/// What is the same for a vendor in every world.
pub struct VendorInfo {
    /// The vendor's name in paths, settings and faults; also its folder in `fixtures/`.
    pub name: &'static str,
    /// The vendor's name for people.
    pub title: &'static str,
    /// The prefixes of the paths that belong to it.
    pub claims: &'static [&'static str],
    /// Where its clients send credentials. The journal shows the first one that a call has.
    pub credentials: &'static [Carrier],
    /// Its operations, emulated or not.
    pub routes: fn() -> &'static Routes,
    /// What is known about each of its answers.
    pub fidelity: &'static LazyLock<Fidelity>,
    /// Turns an id as a call may write it into the user's key as the seed writes it.
    pub user_key: fn(&str) -> Cow<'_, str>,
    /// Adds the headers that every answer under its paths has, even if fauxidp wrote the answer.
    pub decorate: Option<fn(&Exchange, &mut Reply)>,
    /// Its remote calls, if it has any.
    pub rpc: Option<Rpc>,
    /// What of a request does not fit its operation, if the vendor declares what fits.
    pub misfits: Option<Check>,
    /// The parameters of a query and the members of a body that say which page of a list is asked for.
    pub paging: &'static [&'static str],
    /// Its settings.
    pub settings: &'static [Setting],
    /// The environment variables that its clients may need: those of its [`Endpoint`](super::Endpoint).
    pub environment: &'static [&'static str],
    /// Which grants its token endpoint serves, with which client authentication, if the vendor declares it.
    pub grants: Option<&'static Served>,
    /// What each of its doors answers after each event, as JSON that the tests write. See `docs/doors.md`.
    pub doors: Option<&'static str>,
    /// What it delivers to the outside by itself, each with the name under which rules find it.
    pub deliveries: &'static [&'static str],
    /// The named errors that it lacks.
    pub lacks: &'static [NamedError],
}

impl VendorInfo {
    /// Its operations, emulated or not.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        (self.routes)().operations()
    }
}

/// What reflection and health need to know about a vendor's remote calls.
pub struct Rpc {
    /// A serialized `google.protobuf.FileDescriptorSet`.
    pub descriptors: &'static [u8],
    /// Adds what the vendor's gRPC server says in each answer of one message, at that time. A client of the vendor sees
    /// gRPC's own services as its vendor's.
    pub server_headers: fn(&mut HeaderMap, &Ids, Timestamp),
}
