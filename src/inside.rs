//! Ways past the sockets, for the project's own fuzz targets and benches. No promise is made of them.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;

use crate::config::Config;
use crate::control::Control;
use crate::emulator::{self, StartError};
use crate::faults::Spec;
use crate::metrics::Metrics;
use crate::pipeline::{Pipeline, StartFaults};
use crate::protocol::{Call, ReplyBody};
use crate::vendors;
use crate::world::{Beginning, Limits, Worlds};

pub use crate::directory::{Directory, Record};
pub use crate::faults::{BadFault, Candidate, Counters, Plan, Source, requested};

/// An emulator that listens nowhere.
pub struct Inside(Pipeline);

impl Inside {
    /// Starts as `config` says, but for its sockets.
    ///
    /// # Errors
    /// [`StartError`] for what it says of seeds and settings.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        emulator::worlds(config).map(|worlds| Self::over(worlds, config))
    }

    /// Starts with that text as the seed of the vendor at that place of [`vendors::ALL`].
    ///
    /// # Errors
    /// In words, what does not fit in the seed.
    pub fn with_seed(config: &Config, place: usize, text: &str) -> Result<Self, String> {
        let mut seeds: Vec<_> = vendors::ALL.iter().map(|maker| maker.embedded.to_owned()).collect();
        text.clone_into(&mut seeds[place]);
        let beginning = Beginning { seeds, ..emulator::beginning(config).map_err(|error| error.to_string())? };
        let limits = Limits { most: config.max_worlds, idle: config.world_ttl };
        let worlds = Worlds::new(beginning, limits).map_err(|(_, error)| error.to_string())?;
        Ok(Self::over(worlds, config))
    }

    fn over(worlds: Worlds, config: &Config) -> Self {
        let certificate = Box::new(|| Err("there is no TLS inside".to_owned()));
        Self(Pipeline::new(
            worlds,
            Control { allowed_hosts: Vec::new(), certificate, metrics: Metrics::default() },
            StartFaults::default(),
            config.limits,
        ))
    }

    /// Answers one request, as a connection would ask for it.
    pub async fn answer(&self, request: Request<Full<Bytes>>) -> Response<ReplyBody> {
        let (head, body) = request.into_parts();
        self.0.answer(Call::begun(head, false), body).await
    }
}

/// Reads a specification of faults and writes it in its canonical form.
///
/// # Errors
/// In words, why it cannot be followed.
pub fn fault(text: &str) -> Result<String, String> {
    Spec::parse(text).map(|spec| spec.rule).map_err(|bad| bad.to_string())
}
