//! A call that the control API accepted, with the server that it is about.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Map;

use super::Control;
use crate::exchange::Exchange;
use crate::protocol::credential::BadWorld;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::{Reply, credential};
use crate::vendors::VendorSet;
use crate::world::{World, Worlds};

/// A call to the control API.
pub(super) struct Request<'a> {
    pub(super) control: &'a Control,
    pub(super) worlds: &'a Worlds,
    pub(super) exchange: &'a Exchange,
}

impl Request<'_> {
    /// The body.
    pub(super) fn body(&self) -> &[u8] {
        &self.exchange.call.body
    }

    /// The query, without its question mark; empty if there is none.
    pub(super) fn query(&self) -> &str {
        self.exchange.call.head.uri.query().unwrap_or_default()
    }

    /// The path parameter at that index.
    pub(super) fn parameter(&self, index: usize) -> Cow<'_, str> {
        self.exchange.parameter(index)
    }

    /// The server's vendors.
    pub(super) fn vendors(&self) -> &VendorSet {
        self.worlds.vendors()
    }

    /// Answers from the world in the path, which must exist.
    pub(super) fn read(&self, answer: impl FnOnce(&World) -> Reply) -> Reply {
        self.named(|name| match self.worlds.get(name) {
            Some(world) => answer(&world),
            None => no_world(name),
        })
    }

    /// Answers from the world in the path. If it does not exist, a call that is not refused creates it.
    pub(super) fn write(&self, answer: impl FnOnce(&World) -> Reply) -> Reply {
        self.named(|name| {
            let Some((world, is_detached)) = self.worlds.of_call(name) else { return no_world(name) };
            let reply = answer(&world);
            if is_detached && reply.status.is_success() {
                self.worlds.adopt(world);
            }
            reply
        })
    }

    /// Answers with the world name in the path, if it is valid.
    pub(super) fn named(&self, answer: impl FnOnce(&str) -> Reply) -> Reply {
        let name = self.parameter(0);
        if credential::is_world(&name) { answer(&name) } else { bad_name(&name) }
    }
}

/// The answer if no world has that name.
pub(super) fn no_world(name: &str) -> Reply {
    problem(StatusCode::NOT_FOUND, Mark::BadWorld, &format!("There is no world {name:?}."), Map::new())
}

/// The answer if a world cannot have that name.
pub(super) fn bad_name(name: &str) -> Reply {
    let detail = BadWorld::Name(name.to_owned()).to_string();
    problem(StatusCode::BAD_REQUEST, Mark::BadWorld, &detail, Map::new())
}
