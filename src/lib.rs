//! One small, fast server that stands in for three identity vendors, MonoCloud, ZITADEL and jitsudo, so that people
//! can test code that disables, deactivates, suspends and restores users.
//!
//! Most people run the binary or the image; the README tells how. As a library, [`Emulator::start`] gives a server on
//! a free port that stops when it is dropped:
//!
//! ```
//! # async fn example() -> Result<(), fauxidp::StartError> {
//! let emulator = fauxidp::Emulator::start().await?;
//! println!("the client under test talks to {}", emulator.url());
//! emulator.stop().await;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```
//!
//! # Where things are
//!
//! `server` owns the sockets, `pipeline` is the list of steps that a request goes through, `mount` decides whose call
//! it is, `faults` what is to happen to it, and `vendors` answers. `world` holds what calls change, `control` is
//! fauxidp's own API. The rest are small leaves. `ARCHITECTURE.md` walks a call through them.

mod clock;
pub mod config;
mod control;
mod directory;
mod emulator;
mod failure;
mod faults;
mod fidelity;
mod ids;
#[doc(hidden)]
pub mod inside;
mod journal;
mod limits;
mod metrics;
mod mount;
mod outbox;
mod passwords;
mod people;
mod pipeline;
mod protocol;
mod server;
mod streams;
mod vendors;
mod world;

#[cfg(feature = "cli")]
pub mod cli;

pub use config::{Config, FaultPolicy};
pub use emulator::{Emulator, StartError};
pub use server::tls::TlsError;
pub use vendors::SeedError;

/// What the project's own tests ask of the declarations; no promise is made of it.
#[doc(hidden)]
pub mod declared {
    pub use crate::control::{all_operations, fidelity_table};
    pub use crate::failure::Name;
    pub use crate::fidelity::{Answer, Operation, Sureness};
    pub use crate::vendors::{ALL, About};

    /// The id of the first made-up person at each vendor, in the order of [`ALL`].
    pub fn first_person_ids(seed: u64) -> Vec<String> {
        crate::people::people(1, seed).flat_map(|person| ALL.iter().map(move |maker| (maker.id)(&person))).collect()
    }
}
