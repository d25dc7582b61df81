//! One small, fast server that stands in for three identity vendors, MonoCloud, ZITADEL and jitsudo, so that people
//! can test code that disables, deactivates, suspends and restores users.
//!
//! Most people run the binary or the image: see the README. This is the manual of the library, for tests in Rust.
//!
//! # Start
//!
//! [`Emulator::start`] gives a server on a free port of the loopback address. It accepts connections when the call
//! returns, and stops when it is dropped. [`Emulator::builder`] configures what it starts with.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = fauxidp::Emulator::builder().people(100).clock("2030-01-01T00:00:00Z".parse()?).start().await?;
//! println!("it listens at {}", emulator.url());
//! emulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # A world per test
//!
//! A [`World`] is a complete, isolated copy of everything: users, settings, faults, journal, outbox, clock. One
//! emulator serves any number of tests at once, each in its own world. The credential selects the world, so a client
//! needs no other change: [`World::endpoint`] returns the credential and the base URL for a vendor's clients.
//!
//! ```
#![doc = include_str!("../tests/docs/client.rs.txt")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = fauxidp::Emulator::start().await?;
//! let world = emulator.world("offboarding-leaves-no-session")?;
//! let zitadel = world.endpoint("zitadel")?;
//! assert_eq!(zitadel.credential, "zitadel-admin~offboarding-leaves-no-session");
//! // The code under test talks to `zitadel.url` with `zitadel.credential`. Here it is a plain call:
//! let status = post(&zitadel.url, "/v2/users/human-active/deactivate", &zitadel.credential).await;
//! assert_eq!(status, 200);
//! // Another world knows nothing of it.
//! let other = emulator.world("another-test")?.endpoint("zitadel")?;
//! let status = post(&other.url, "/v2/users/human-active/reactivate", &other.credential).await;
//! assert_eq!(status, 400, "who is active cannot be reactivated");
//! # Ok(())
//! # }
//! ```
//!
//! MonoCloud's own clients refuse plain HTTP: they take the endpoint's `tls_url`, and have to trust
//! [`Emulator::certificate`].
//!
//! # Faults
//!
//! [`World::fault`] adds a rule: what happens, in the grammar of the header `X-Fault`, and to which calls. The client
//! under test needs no change.
//!
//! ```
#![doc = include_str!("../tests/docs/client.rs.txt")]
//! use fauxidp::{Emulator, Fault, Match};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! let world = emulator.world("the-second-try-works")?;
//! let deactivations = Match::operation("deactivate_user").user("human-active");
//! let rule = world.fault(Fault::new("503;retry-after=2;first=1").on(deactivations))?;
//!
//! let zitadel = world.endpoint("zitadel")?;
//! assert_eq!(post(&zitadel.url, "/v2/users/human-active/deactivate", &zitadel.credential).await, 503);
//! assert_eq!(post(&zitadel.url, "/v2/users/human-active/deactivate", &zitadel.credential).await, 200);
//! world.remove_fault(rule.id)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What was called
//!
//! [`World::verify`] compares the journal with what the test expects. If it fails, the error lists the nearest calls.
//! [`World::requests`] returns the calls themselves.
//!
//! ```
#![doc = include_str!("../tests/docs/client.rs.txt")]
//! use fauxidp::{Emulator, Match};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! let world = emulator.world("who-leaves-is-locked-out-once")?;
//! let zitadel = world.endpoint("zitadel")?;
//! post(&zitadel.url, "/v2/users/human-active/deactivate", &zitadel.credential).await;
//!
//! world.verify(&Match::operation("deactivate_user").user("human-active"), 1)?;
//! let missing = world.verify(&Match::operation("delete_user"), 1..).unwrap_err();
//! assert!(missing.to_string().contains("operation is deactivate_user, not delete_user"));
//! assert_eq!(world.requests(&Match::all().status("2xx"))?[0].user.as_deref(), Some("human-active"));
//! # Ok(())
//! # }
//! ```
//!
//! # Time
//!
//! [`World::clock`] freezes, sets and advances the world's time. Tokens, locks, codes and rules expire by it.
//!
//! ```
//! use std::time::Duration;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = fauxidp::Emulator::start().await?;
//! # let world = emulator.world("tomorrow")?;
//! world.clock().set("2030-01-01T00:00:00Z".parse()?)?;
//! let later = world.clock().advance(Duration::from_secs(12 * 60 * 60))?;
//! assert_eq!(later.to_string(), "2030-01-01T12:00:00Z");
//! # Ok(())
//! # }
//! ```
//!
//! # Snapshots
//!
//! [`World::snapshot`] takes a world's whole state, [`World::restore`] puts it back, also in another world or process.
//! [`World::fork`] copies a world that was prepared, which costs microseconds.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = fauxidp::Emulator::start().await?;
//! let prepared = emulator.world("prepared")?;
//! prepared.event("monocloud", "user-active", "failed_sign_in")?;
//! let snapshot = prepared.snapshot()?;
//! let copy = prepared.fork("copy")?;
//! prepared.reset()?;
//! assert_eq!(copy.snapshot()?, snapshot);
//! assert_ne!(prepared.snapshot()?, snapshot);
//! prepared.restore(&snapshot)?;
//! assert_eq!(prepared.snapshot()?, snapshot);
//! # Ok(())
//! # }
//! ```
//!
//! # Without the command line
//!
//! The feature `cli`, on by default, is the binary with its flags and its log. A test needs neither:
//!
//! ```toml
//! [dev-dependencies]
//! fauxidp = { version = "0.1", default-features = false }
//! ```
//!
//! Events go to whatever subscriber of the crate `tracing` the process has.
//!
//! # Where things are
//!
//! `server` owns the sockets, `pipeline` is the list of steps that a request goes through, `mount` decides whose call
//! it is, `faults` what is to happen to it, and `vendors` answers. `world` holds what calls change, `control` is
//! fauxidp's own API. The rest are small leaves. `ARCHITECTURE.md` walks a call through them.

mod bounded;
mod budget;
mod call_match;
mod clock;
mod collections;
pub mod config;
mod context;
mod control;
mod deliveries;
mod directory;
mod emulator;
mod exchange;
mod failure;
mod faults;
mod fidelity;
#[doc(hidden)]
pub mod fixture;
mod grpc;
mod html;
mod ids;
#[doc(hidden)]
pub mod in_process;
mod journal;
mod json_difference;
mod keep;
mod limits;
mod listen;
mod metrics;
mod mount;
mod oidc;
mod outbound;
mod outbox;
mod outcome;
mod passwords;
mod people;
mod pipeline;
mod protocol;
mod recent;
mod report;
mod row;
mod secrets;
mod server;
mod shape;
mod similar;
mod tokens;
mod totp;
mod typed_json;
mod vendors;
mod world;

#[cfg(feature = "cli")]
pub mod cli;

pub use budget::measure_with as measure_memory_with;
pub use config::{Config, DeliverTo, FaultPolicy, Limits, Listen, WorldCreation};
pub use emulator::{
    Builder, Clock, Emulator, Fault, Match, Recorded, Refused, Rule, SeedProblem, SignIn, SignedIn, Snapshot,
    StartError, Times, World, check_fixtures, clean_name, seed_schema,
};
pub use server::tls::TlsError;
pub use vendors::{Endpoint, SeedError};

/// What a further vendor is made of, to register with [`Builder::vendor`]. **Unstable**: it changes with the crate's
/// inside.
pub mod vendor {
    pub use crate::context::WorldContext;
    pub use crate::exchange::Exchange;
    pub use crate::failure::{Failure, Kind, NamedError, Overrides};
    pub use crate::fidelity::Fidelity;
    pub use crate::outcome::{
        Ask, Continuation, OutboundDelivery, OutboundError, OutboundReply, OutboundRequest, Outcome, Signature,
    };
    pub use crate::people::Person;
    pub use crate::protocol::credential::Carrier;
    pub use crate::protocol::route::{RouteTable, Routes};
    pub use crate::protocol::{Call, Reply};
    pub use crate::row::{Dialect, Field, Operation, Row, Subject};
    pub use crate::tokens::Defect;
    pub use crate::vendors::{
        BaseUrls, Event, EventKind, Events, Form, KeyInfo, Made, Rpc, SeedContext, Setting, Settings, SignIn,
        SignInError, SignInRequest, SignedIn, Site, UserFault, Vendor, VendorFactory, VendorInfo,
    };
}

/// What the project's own tests ask of the declarations; no promise is made of it.
#[doc(hidden)]
pub mod declared {
    pub use crate::control::built_in_operations;
    pub use crate::failure::NamedError;
    pub use crate::fidelity::{Answer, Confidence};
    pub use crate::oidc::grants::{ClientAuth, Grant};
    pub use crate::row::Operation;
    pub use crate::vendors::{BUILT_IN, VendorInfo, VendorSet};

    /// The id of the first generated person at each vendor, in the order of [`BUILT_IN`].
    pub fn first_person_ids(seed: u64) -> Vec<String> {
        crate::people::people(1, seed)
            .flat_map(|person| BUILT_IN.iter().map(move |factory| (factory.id)(&person)))
            .collect()
    }
}
