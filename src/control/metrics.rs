//! The server's counters in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use http::StatusCode;

use crate::limits::Limit;
use crate::metrics::{BUCKETS, LOG_LINES_LOST, Metrics};
use crate::protocol::Reply;
use crate::world::Worlds;

const TEXT: &str = "a string takes text";

/// A page of text: counters and how each is called.
struct Page(String);

impl Page {
    /// What a metric means and what kind it is.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n").expect(TEXT);
    }

    /// One value. Labels come from the server's own tables and need no escapes.
    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        match labels {
            "" => writeln!(self.0, "{name} {value}").expect(TEXT),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}").expect(TEXT),
        }
    }

    /// A metric of one value.
    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.value(name, "", value);
    }
}

/// What was counted, in a server with these worlds.
pub(super) fn show(metrics: &Metrics, worlds: &Worlds) -> Reply {
    page(metrics, worlds.count(), worlds.dropped())
}

fn page(metrics: &Metrics, worlds: usize, dropped: u64) -> Reply {
    let counts = metrics.read();
    let mut page = Page(String::new());
    page.head("fauxidp_build_info", "gauge", "What the server is.");
    page.value("fauxidp_build_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1);
    page.single("fauxidp_worlds", "gauge", "Worlds that there are.", worlds);
    page.single("fauxidp_connections_total", "counter", "Connections that were accepted.", counts.opened);
    page.single("fauxidp_connections_open", "gauge", "Connections that are open.", counts.open);
    let (name, help) = ("fauxidp_log_lines_lost_total", "Log lines of this process that could not be written.");
    page.single(name, "counter", help, LOG_LINES_LOST.load(Relaxed));

    let name = "fauxidp_requests_total";
    page.head(
        name,
        "counter",
        "Calls by vendor, operation and status in HTTP's terms; status none where the client left.",
    );
    for (labels, count) in counts.calls {
        let (vendor, operation) = (labels.vendor.unwrap_or("none"), labels.operation.unwrap_or("none"));
        let status = labels.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        page.value(name, &format!("vendor=\"{vendor}\",operation=\"{operation}\",status=\"{status}\""), count);
    }
    let name = "fauxidp_faults_total";
    page.head(name, "counter", "Calls to which a fault was applied.");
    for (vendor, count) in counts.faults {
        page.value(name, &format!("vendor=\"{}\"", vendor.unwrap_or("none")), count);
    }
    let name = "fauxidp_limits_total";
    page.head(name, "counter", "How often a limit was hit; the README says which flag sets it.");
    for (limit, count) in counts.limits {
        let count = if limit == Limit::Worlds { dropped } else { count };
        page.value(name, &format!("limit=\"{}\"", limit.as_str()), count);
    }
    let name = "fauxidp_request_duration_seconds";
    page.head(name, "histogram", "How long calls took, from their last byte on.");
    for (end, count) in BUCKETS.iter().zip(counts.buckets) {
        page.value(&format!("{name}_bucket"), &format!("le=\"{}\"", seconds(*end)), count);
    }
    page.value(&format!("{name}_bucket"), "le=\"+Inf\"", counts.count);
    page.value(&format!("{name}_sum"), "", seconds(counts.microseconds));
    page.value(&format!("{name}_count"), "", counts.count);
    Reply::new(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", page.0)
}

/// Microseconds in seconds.
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metrics::Call;

    #[test]
    fn the_page_has_every_metric_in_prometheus_format() {
        let metrics = Metrics::default();
        let (operation, took) = (Some("stop"), Duration::from_micros(75));
        metrics.count(&Call { vendor: Some("acme"), operation, status: Some(404), fault: None, took });
        metrics.count(&Call { vendor: None, operation: None, status: None, fault: None, took });
        let page = page(&metrics, 2, 3);
        let text = std::str::from_utf8(&page.body).unwrap();
        for line in [
            "# TYPE fauxidp_requests_total counter",
            "fauxidp_requests_total{vendor=\"acme\",operation=\"stop\",status=\"404\"} 1",
            "fauxidp_requests_total{vendor=\"none\",operation=\"none\",status=\"none\"} 1",
            "fauxidp_worlds 2",
            "fauxidp_limits_total{limit=\"worlds\"} 3",
            "fauxidp_limits_total{limit=\"body\"} 0",
            "fauxidp_request_duration_seconds_bucket{le=\"0.00005\"} 0",
            "fauxidp_request_duration_seconds_bucket{le=\"0.0001\"} 2",
            "fauxidp_request_duration_seconds_bucket{le=\"+Inf\"} 2",
            "fauxidp_request_duration_seconds_sum 0.00015",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("fauxidp_") && value.parse::<f64>().is_ok(), "{line}");
        }
    }
}
