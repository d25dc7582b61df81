//! Counts calls and their results, and measures how long they took, for Prometheus. Knows no vendor.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http::HeaderValue;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::limits::Limit;

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// The upper ends of the latency's buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 10.0];

/// The label of a vendor, an operation or a status that a call does not have.
const NONE: &str = "none";

/// How a fault that was not applied is marked, because too many calls are held already.
const SKIPPED: &[u8] = b";skipped=limit";

/// How many lines of the log could not be written. There is one log for the whole process.
pub static LOG_LINES_LOST: AtomicU64 = AtomicU64::new(0);

/// The counters of one server, over all its worlds.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    faults: Family<FaultLabels, Counter>,
    limits: Family<LimitLabels, Counter>,
    duration: Histogram,
    connections: Counter,
    open_connections: Gauge,
    worlds: Gauge,
    log_lines_lost: Counter,
}

// All labels come from tables, so their number is bounded.

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    vendor: &'static str,
    operation: &'static str,
    status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    vendor: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabels {
    limit: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Status(Option<u16>);

impl EncodeLabelValue for Status {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        match self.0 {
            Some(status) => write!(encoder, "{status}"),
            None => encoder.write_str(NONE),
        }
    }
}

/// A call that is over.
#[derive(Debug)]
pub struct Call<'a> {
    /// The vendor, if the call belonged to one.
    pub vendor: Option<&'static str>,
    /// The operation, if it named one.
    pub operation: Option<&'static str>,
    /// The status in HTTP's terms; `None` if the client disconnected first.
    pub status: Option<u16>,
    /// The injected faults, as in the answer's header.
    pub fault: Option<&'a HeaderValue>,
    /// How long it took.
    pub took: Duration,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("fauxidp"),
            calls: Family::default(),
            faults: Family::default(),
            limits: Family::default(),
            duration: Histogram::new(BUCKETS),
            connections: Counter::default(),
            open_connections: Gauge::default(),
            worlds: Gauge::default(),
            log_lines_lost: Counter::default(),
        };
        // So that limits that were never hit are shown, too.
        for limit in Limit::ALL {
            metrics.limit(limit, |_| ());
        }
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("build", "Version of the server", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("worlds", "Worlds that exist", self.worlds.clone());
        registry.register("connections", "Accepted connections", self.connections.clone());
        registry.register("connections_open", "Open connections", self.open_connections.clone());
        registry.register(
            "log_lines_lost",
            "Log lines of this process that could not be written",
            self.log_lines_lost.clone(),
        );
        registry.register(
            "requests",
            "Calls by vendor, operation and HTTP status; status=none means that the client disconnected first",
            self.calls.clone(),
        );
        registry.register("faults", "Calls with an injected fault", self.faults.clone());
        registry.register("limits", "Hits of each limit; the README names the flags", self.limits.clone());
        registry.register(
            "request_duration_seconds",
            "Time from the last byte of a request to its answer",
            self.duration.clone(),
        );
        self
    }

    /// Counts a call.
    pub fn count(&self, call: &Call<'_>) {
        let vendor = call.vendor.unwrap_or(NONE);
        let labels = CallLabels { vendor, operation: call.operation.unwrap_or(NONE), status: Status(call.status) };
        self.calls.get_or_create(&labels).inc();
        if let Some(fault) = call.fault {
            self.faults.get_or_create(&FaultLabels { vendor }).inc();
            if fault.as_bytes().windows(SKIPPED.len()).any(|part| part == SKIPPED) {
                self.limit_hit(Limit::Held);
            }
        }
        self.duration.observe(call.took.as_secs_f64());
    }

    /// Counts that a limit was hit.
    pub fn limit_hit(&self, limit: Limit) {
        self.limit(limit, |counter| _ = counter.inc());
    }

    fn limit(&self, limit: Limit, change: impl FnOnce(&Counter)) {
        change(&self.limits.get_or_create(&LimitLabels { limit: limit.as_str() }));
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn connection(&self) -> Connection<'_> {
        self.connections.inc();
        self.open_connections.inc();
        Connection(self)
    }

    /// All counters in Prometheus' text format, for a server that has `worlds` worlds and dropped `dropped` others.
    pub fn text(&self, worlds: usize, dropped: u64) -> String {
        // These are counted elsewhere.
        self.worlds.set(i64::try_from(worlds).unwrap_or(i64::MAX));
        self.limit(Limit::Worlds, |counter| counter.inner().store(dropped, Relaxed));
        self.log_lines_lost.inner().store(LOG_LINES_LOST.load(Relaxed), Relaxed);
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry).expect("a string takes text");
        text
    }
}

/// An open connection.
#[must_use = "it counts as closed when it is dropped"]
pub struct Connection<'a>(&'a Metrics);

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.open_connections.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(metrics: &Metrics, lines: &[&str]) {
        let text = metrics.text(2, 3);
        for line in lines {
            assert!(text.lines().any(|other| other == *line), "{line}\n{text}");
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("fauxidp_") && value.parse::<f64>().is_ok(), "{line}");
        }
    }

    #[test]
    fn calls_are_counted_by_their_labels_and_their_time() {
        let metrics = Metrics::default();
        let fault = HeaderValue::from_static("delay;ms=1;source=header;n=1;skipped=limit");
        for (took, fault) in [(50, None), (51, Some(&fault)), (20_000_000, None)] {
            let took = Duration::from_micros(took);
            metrics.count(&Call { vendor: Some("acme"), operation: Some("stop"), status: Some(404), fault, took });
        }
        metrics.count(&Call { vendor: None, operation: None, status: None, fault: None, took: Duration::ZERO });
        holds(
            &metrics,
            &[
                "# TYPE fauxidp_requests_total counter",
                "fauxidp_requests_total{vendor=\"acme\",operation=\"stop\",status=\"404\"} 3",
                "fauxidp_requests_total{vendor=\"none\",operation=\"none\",status=\"none\"} 1",
                "fauxidp_faults_total{vendor=\"acme\"} 1",
                "fauxidp_limits_total{limit=\"held\"} 1",
                "fauxidp_limits_total{limit=\"worlds\"} 3",
                "fauxidp_limits_total{limit=\"body\"} 0",
                "fauxidp_worlds 2",
                "fauxidp_request_duration_seconds_bucket{le=\"5e-05\"} 2",
                "fauxidp_request_duration_seconds_bucket{le=\"0.0001\"} 3",
                "fauxidp_request_duration_seconds_bucket{le=\"+Inf\"} 4",
                "fauxidp_request_duration_seconds_count 4",
                "fauxidp_request_duration_seconds_sum 20.000101",
            ],
        );
    }

    #[test]
    fn a_connection_is_open_until_it_is_dropped() {
        let metrics = Metrics::default();
        let (first, _second) = (metrics.connection(), metrics.connection());
        drop(first);
        holds(&metrics, &["fauxidp_connections_total 2", "fauxidp_connections_open 1"]);
    }
}
