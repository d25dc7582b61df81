//! The vendors: what each one provides, and the one list that names them all.

mod endpoint;
mod event;
mod factory;
mod homes;
mod info;
mod jitsudo;
mod monocloud;
mod seed;
mod seed_file;
mod set;
mod settings;
mod sign_in;
mod zitadel;

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::protocol::{Call, Reply};
use crate::typed_json;

pub use endpoint::{BaseUrls, Endpoint};
pub use event::{Event, EventKind, Events};
pub use factory::{Made, SeedContext, UserFault, VendorFactory};
pub use homes::Homes;
pub use info::{Rpc, VendorInfo};
pub use seed::{Problems, SeedError, one_line};
#[cfg(test)]
pub use seed_file::check_schema;
pub use seed_file::{Embedded, SeedFile, join, read_seed};
pub use set::VendorSet;
pub use settings::{Form, Setting, Settings};
pub use sign_in::{KeyInfo, SignIn, SignInError, SignInRequest, SignedIn, Site};

/// The vendors that come with the crate: the one list that names them.
pub static BUILT_IN: [VendorFactory; 3] = [monocloud::FACTORY, zitadel::FACTORY, jitsudo::FACTORY];

/// One vendor's users in one world. All vendors start with the same people and share nothing afterwards.
pub trait Vendor: Send + Sync {
    /// What is the same in every world.
    fn info(&self) -> &'static VendorInfo;

    /// Answers a call that names one of the vendor's operations: the row's checks, its decoder, its operation, its
    /// renderer.
    fn handle(&self, exchange: &Exchange) -> Outcome;

    /// Any failure, in this vendor's words.
    fn refuse(&self, exchange: &Exchange, failure: &Failure) -> Reply;

    /// Whether the call has a credential that is accepted here.
    fn accepts_credential(&self, call: &Call) -> bool;

    /// The vendor in another world, which starts from this one's state, copy-on-write. A reset is a fork of the seed.
    fn fork(&self, context: WorldContext) -> Box<dyn Vendor>;

    /// The same vendor with other settings. It shares the state, so calls in progress are not lost.
    fn with_settings(&self, settings: &Settings) -> Box<dyn Vendor>;

    /// Writes everything that calls can change, as JSON, without what belongs to the world.
    ///
    /// # Errors
    /// Those of the writer.
    fn write_state(&self, to: &mut dyn Write) -> io::Result<()>;

    /// The vendor with a state that [`Vendor::write_state`] wrote, on this or another server.
    ///
    /// # Errors
    /// What is wrong with the state.
    fn restore(&self, state: &RawValue, context: WorldContext, settings: &Settings) -> Result<Box<dyn Vendor>, String>;

    /// How the vendor's clients connect to this world of a server at `base`, with a credential for everything.
    fn endpoint(&self, base: &BaseUrls) -> Endpoint;

    /// About how many records a list looks at.
    fn records(&self) -> usize {
        0
    }

    /// Whether there is a user with that key. A vendor that does not say is taken to have it.
    fn has_user(&self, _key: &str) -> bool {
        true
    }

    /// The keys of the first users, at most so many.
    fn user_keys(&self, _most: usize) -> Vec<String> {
        Vec::new()
    }

    /// The handler of events outside the API, if the vendor has one.
    fn events(&self) -> Option<&dyn Events> {
        None
    }

    /// The way in without a page, if users can sign in at the vendor.
    fn sign_in(&self) -> Option<&dyn SignIn> {
        None
    }
}

/// Writes a vendor's state as JSON.
pub(crate) fn write_state(state: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(to, state).map_err(io::Error::from)
}

/// A vendor's state from JSON.
pub(crate) fn read_state<T: DeserializeOwned>(vendor: &str, state: &RawValue) -> Result<T, String> {
    typed_json::read(state.get().as_bytes()).map_err(|misfit| format!("vendors.{vendor}.{misfit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_vendors_claim_the_same_path() {
        let claims: Vec<_> = BUILT_IN.iter().flat_map(|factory| factory.info.claims).collect();
        for (index, claim) in claims.iter().enumerate() {
            assert!(!claims[..index].contains(claim), "{claim}");
        }
    }

    #[test]
    fn the_fidelity_of_each_vendor_is_that_of_its_operations() {
        for info in VendorSet::built_in().infos() {
            let emulated = info.operations().filter(|operation| operation.is_emulated);
            let mut operations: Vec<_> = emulated.map(|operation| operation.name).collect();
            operations.sort_unstable();
            let known: Vec<_> = info.fidelity.operations().map(|(name, _)| name).collect();
            assert_eq!(operations, known, "{}", info.name);
        }
    }
}
