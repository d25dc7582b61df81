//! What is the same for a vendor in every world: its name, its paths, its operations. Knows no vendor.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::Setting;
use crate::exchange::Exchange;
use crate::failure::NamedError;
use crate::fidelity::Fidelity;
use crate::protocol::Reply;
use crate::protocol::credential::Carrier;
use crate::protocol::route::Routes;
use crate::row::Operation;

/// What is the same for a vendor in every world.
pub struct VendorInfo {
    /// The vendor's name in paths, settings and faults; also its folder in `fixtures/`.
    pub name: &'static str,
    /// The vendor's name for people.
    pub title: &'static str,
    /// The starts of the paths that are its own.
    pub claims: &'static [&'static str],
    /// Where its clients send credentials; the first that a call has stands for the call in the journal.
    pub credentials: &'static [Carrier],
    /// Its operations, emulated or not.
    pub routes: fn() -> &'static Routes,
    /// What is known of each of its answers.
    pub fidelity: &'static LazyLock<Fidelity>,
    /// The key of a user, as the seed writes it, from an id as a call may write it.
    pub user_key: fn(&str) -> Cow<'_, str>,
    /// Adds what every answer under its paths carries, whoever wrote it.
    pub decorate: Option<fn(&Exchange, &mut Reply)>,
    /// Its remote calls, where it has that edge.
    pub rpc: Option<Rpc>,
    /// What it declares about itself.
    pub settings: &'static [Setting],
    /// The named errors that it does not have.
    pub lacks: &'static [NamedError],
}

impl VendorInfo {
    /// Its operations, emulated or not.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        (self.routes)().operations()
    }
}

/// What reflection and health are told of a vendor's remote calls.
pub struct Rpc {
    /// A serialized `google.protobuf.FileDescriptorSet`.
    pub descriptors: &'static [u8],
}
