//! The emulator without sockets, for the project's own fuzz targets and benches. Not a stable interface. Knows no
//! vendor by name.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;

use crate::budget::Budget;
use crate::config::Config;
use crate::control::Control;
use crate::emulator::{self, SeedProblem, StartError};
use crate::faults::Spec;
use crate::metrics::Metrics;
use crate::outbound::OutboundClient;
use crate::pipeline::{Pipeline, StartFaults};
use crate::protocol::{Call, ReplyBody};
use crate::vendors::VendorSet;
use crate::world::{WorldLimits, WorldTemplate, Worlds};

pub use crate::directory::{Directory, DirectoryError, Duplicate, Record};
pub use crate::faults::{BadFault, Candidate, Counters, Plan, Source, requested};

/// An emulator without sockets.
pub struct InProcess(Pipeline);

impl InProcess {
    /// Starts as `config` says, but opens no sockets.
    ///
    /// # Errors
    /// [`StartError`] for invalid seeds and settings.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        emulator::worlds(config).map(|worlds| Self::over(worlds, config))
    }

    /// Starts with that text as the seed of the vendor at that index.
    ///
    /// # Errors
    /// What is wrong with the seed.
    pub fn with_seed(config: &Config, index: usize, text: &str) -> Result<Self, Vec<SeedProblem>> {
        let set = VendorSet::built_in();
        let mut seeds: Vec<_> = set.iter().map(|factory| factory.embedded.to_owned()).collect();
        text.clone_into(&mut seeds[index]);
        let template = WorldTemplate { seeds, ..emulator::template(set, config).expect("the configuration is right") };
        let limits = WorldLimits { max: config.max_worlds, idle: config.world_ttl, creation: config.worlds };
        let worlds = Worlds::new(template, limits).map_err(|errors| emulator::located(text, errors))?;
        Ok(Self::over(worlds, config))
    }

    fn over(worlds: Worlds, config: &Config) -> Self {
        let budget = Budget::new(config.limits.max_memory.unwrap_or(usize::MAX));
        let certificate = Box::new(|| Err("an in-process emulator has no TLS".to_owned()));
        Self(
            Pipeline::new(
                worlds,
                Control { allowed_hosts: Vec::new(), certificate, metrics: Metrics::default(), budget },
                StartFaults::default(),
                OutboundClient::new(Vec::new(), config.deliver_to, config.limits.outbound_timeout),
                config.limits,
            )
            .inline(),
        )
    }

    /// Answers one request as if it came from a connection.
    pub async fn answer(&self, request: Request<Full<Bytes>>) -> Response<ReplyBody> {
        let (head, body) = request.into_parts();
        self.0.answer(Call::begun(head, false), body).await
    }
}

/// Reads a specification of faults and writes it in its canonical form.
///
/// # Errors
/// What is wrong with it, in words.
pub fn fault(text: &str) -> Result<String, String> {
    Spec::parse(text).map(|spec| spec.rule).map_err(|bad| bad.to_string())
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::future::poll_immediate;
    use http_body_util::BodyExt;

    use super::*;

    async fn text(response: Response<ReplyBody>) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
    }

    /// A held call writes the time at which it resumes.
    #[tokio::test]
    async fn a_call_that_is_held_is_dated_when_it_goes_on() {
        let emulator = InProcess::start(&Config::default()).unwrap();
        let request = |method, path| Request::builder().method(method).uri(path);
        let held = request("POST", "/v2/users/69629023906488335/deactivate")
            .header("authorization", "Bearer zitadel-admin")
            .header("x-fault", "delay;ms=1")
            .body("{}".into())
            .unwrap();
        let mut held = pin!(emulator.answer(held));
        assert!(poll_immediate(held.as_mut()).await.is_none(), "it is held");
        let clock = request("PUT", "/__fauxidp/worlds/default/clock").body(r#"{"now":"2031-02-03T04:05:06Z"}"#.into());
        assert_eq!(emulator.answer(clock.unwrap()).await.status(), 200);
        let answer = text(held.await).await;
        assert!(answer.contains(r#""changeDate":"2031-02-03T04:05:06Z""#), "{answer}");
    }
}
