//! What the binary writes to stderr: log lines and its last error, as text or JSON. Does not know what is logged.

mod queue;

use std::io;
use std::panic;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use queue::LineQueue;

/// How long the process waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// A log level, or off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level(LevelFilter);

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(LevelFilter::OFF),
            Self(LevelFilter::ERROR),
            Self(LevelFilter::WARN),
            Self(LevelFilter::INFO),
            Self(LevelFilter::DEBUG),
            Self(LevelFilter::TRACE),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self.0.into_level() {
            None => "off",
            Some(tracing::Level::ERROR) => "error",
            Some(tracing::Level::WARN) => "warn",
            Some(tracing::Level::INFO) => "info",
            Some(tracing::Level::DEBUG) => "debug",
            Some(tracing::Level::TRACE) => "trace",
        }))
    }
}

/// The log of the process.
pub(super) struct Log {
    queue: LineQueue,
    format: LogFormat,
}

impl Log {
    /// Starts logging to stderr: our own lines up to `level`, and only warnings and errors of our dependencies.
    ///
    /// # Errors
    /// The system cannot start another thread.
    pub(super) fn start(level: Level, format: LogFormat) -> io::Result<Self> {
        let queue = LineQueue::start(io::stderr(), |lost| {
            tracing::warn!(lost, "lost {lost} log lines: stderr was closed, full or not being read");
        })?;
        let filter =
            Targets::new().with_default(level.0.min(LevelFilter::WARN)).with_target(env!("CARGO_CRATE_NAME"), level.0);
        let lines = queue.clone();
        let layer = fmt::layer::<Registry>().with_writer(move || lines.clone()).with_ansi(false).with_target(false);
        let layer = match format {
            LogFormat::Text => layer.boxed(),
            LogFormat::Json => layer.json().flatten_event(true).boxed(),
        };
        // Only the first subscriber of a process counts; a second call has nothing to do.
        let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
        // The default hook does not write a log line, and blocks on stderr.
        panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string);
            let reason = panic.payload_as_str().unwrap_or("no reason given");
            tracing::error!(location, "panic: {reason}");
        }));
        Ok(Self { queue, format })
    }

    /// Logs why the process ends, whatever the level.
    pub(super) fn complain(&self, reason: &str) {
        self.queue.push(complaint(reason, self.format).as_bytes());
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.queue.flush(LAST_LINES);
    }
}

/// The line that says why a command failed.
pub(super) fn complaint(reason: &str, format: LogFormat) -> String {
    match format {
        LogFormat::Text => format!("fauxidp: {reason}\n"),
        LogFormat::Json => {
            let mut timestamp = String::new();
            // Writing to a string cannot fail.
            let _ = fmt::time().format_time(&mut Writer::new(&mut timestamp));
            format!("{}\n", json!({ "timestamp": timestamp, "level": "ERROR", "message": reason }))
        }
    }
}
