//! What belongs to a world as a whole and not to one vendor: its name, clock, ids and outbox. Knows no vendor.

use std::sync::Arc;

use crate::clock::Clock;
use crate::ids::Ids;
use crate::outbox::Outbox;
use crate::tokens::Keys;

/// The world of calls that name none.
pub const DEFAULT_WORLD: &str = "default";

/// What the vendors of one world share. A clone is the same; [`WorldContext::fork`] makes another.
#[derive(Debug, Clone)]
pub struct WorldContext {
    /// The world's name.
    pub world: Arc<str>,
    /// The world's clock.
    pub clock: Clock,
    /// The world's ids.
    pub ids: Ids,
    /// The world's key pairs.
    pub keys: Keys,
    /// The messages that would have been sent.
    pub outbox: Outbox,
}

impl WorldContext {
    /// A copy for an independent world of that name.
    pub fn fork(&self, world: &str) -> Self {
        Self {
            world: world.into(),
            clock: self.clock.fork(),
            ids: self.ids.fork(),
            keys: self.keys.fork(),
            outbox: self.outbox.fork(),
        }
    }

    /// A credential tagged with its world, so that any call with it reaches that world.
    pub fn tag_with_world(&self, credential: String) -> String {
        match &*self.world {
            DEFAULT_WORLD => credential,
            world => format!("{credential}~{world}"),
        }
    }
}

/// The claim in which a JWT carries its world.
pub const WORLD_CLAIM: &str = "fauxidp_world";

/// Splits a credential from its world, which follows the last `~`.
pub fn split_world(credential: &str) -> (&str, Option<&str>) {
    match credential.rsplit_once('~') {
        Some((credential, world)) => (credential, Some(world)),
        None => (credential, None),
    }
}
