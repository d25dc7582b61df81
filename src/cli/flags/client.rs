//! The commands that ask a running server about one of its worlds.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::value::time;
use super::{Addresses, SERVER_LISTENS};
use crate::control::{FORMATS, SEVERITIES};

/// Which server and which world.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server", mut_arg("listen", |listen| listen.help(SERVER_LISTENS)))]
pub struct Target {
    /// URL or address of the server; defaults to the first --listen address.
    #[arg(long, value_name = "URL", env = "FAUXIDP_URL", global = true)]
    url: Option<String>,
    /// The world.
    #[arg(long, value_name = "NAME", env = "FAUXIDP_WORLD", default_value = "default", global = true)]
    pub world: String,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(flatten)]
    addresses: Addresses,
}

impl Target {
    /// The server's URL.
    pub fn url(&self) -> String {
        self.url.clone().unwrap_or_else(|| self.addresses.url())
    }
}

#[derive(Debug, Args)]
pub struct Worlds {
    #[command(subcommand)]
    pub action: Option<WorldsAction>,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Subcommand)]
pub enum WorldsAction {
    /// Print the names of all worlds (the default).
    List,
    /// Start the world of --world over.
    Reset,
    /// Copy the world of --world to a new one.
    Fork {
        /// The name of the copy.
        to: String,
    },
    /// Drop the world of --world.
    Drop,
    /// Write a world's state to a file.
    Save {
        /// The file.
        file: PathBuf,
    },
    /// Replace a world's state by that of a file.
    Load {
        /// The file.
        file: PathBuf,
    },
}

/// Which calls.
#[derive(Debug, Args)]
#[command(next_help_heading = "Calls")]
pub struct Calls {
    /// Calls to this vendor.
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Calls of this operation, such as disable_user; `fauxidp routes` prints all.
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Calls about this user.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Calls with this method.
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Calls to this path; * stands for any text.
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Calls with this credential.
    #[arg(long, value_name = "NAME")]
    credential: Option<String>,
}

impl Calls {
    /// The members of a match, in the control API's words.
    pub fn members(&self) -> Map<String, Value> {
        let all = [
            ("vendor", &self.vendor),
            ("operation", &self.operation),
            ("user", &self.user),
            ("method", &self.method),
            ("path", &self.path),
            ("credential", &self.credential),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into()))).collect()
    }
}

#[derive(Debug, Args)]
pub struct Requests {
    /// Print each further call as it arrives, until interrupted.
    #[arg(long, short)]
    pub follow: bool,
    /// Calls with this status, such as 404 or 4xx.
    #[arg(long, value_name = "STATUS", help_heading = "Calls")]
    pub status: Option<String>,
    #[command(flatten)]
    pub calls: Calls,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// Exactly this many calls.
    #[arg(long, value_name = "N", conflicts_with_all = ["at_least", "at_most"])]
    times: Option<u64>,
    /// At least this many calls; 1 if no number is given.
    #[arg(long, value_name = "N")]
    at_least: Option<u64>,
    /// At most this many calls.
    #[arg(long, value_name = "N")]
    at_most: Option<u64>,
    /// No other calls than these.
    #[arg(long)]
    no_other: bool,
    /// Every fault rule has fired.
    #[arg(long)]
    rules_fired: bool,
    /// Calls with this status, such as 404 or 4xx.
    #[arg(long, value_name = "STATUS", help_heading = "Calls")]
    status: Option<String>,
    #[command(flatten)]
    calls: Calls,
    #[command(flatten)]
    pub target: Target,
}

impl Verify {
    /// The body of the control API's `verify`.
    pub fn body(&self) -> Value {
        let mut calls = self.calls.members();
        if let Some(status) = &self.status {
            calls.insert("status".to_owned(), (&**status).into());
        }
        let mut body = json!({ "match": calls });
        let counts = [("times", self.times), ("at_least", self.at_least), ("at_most", self.at_most)];
        for (name, count) in counts.into_iter().filter_map(|(name, count)| Some((name, count?))) {
            body[name] = count.into();
        }
        if counts.iter().all(|(_, count)| count.is_none()) {
            body["at_least"] = 1.into();
        }
        for (name, _) in [("no_other", self.no_other), ("rules_fired", self.rules_fired)].iter().filter(|(_, is)| *is) {
            body[name] = true.into();
        }
        body
    }
}

#[derive(Debug, Args)]
pub struct Fault {
    #[command(subcommand)]
    pub action: Option<FaultAction>,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Subcommand)]
pub enum FaultAction {
    /// Add a fault for calls.
    Add {
        /// The fault, such as '503;retry-after=2;first=2'.
        spec: String,
        /// Remove it after this many milliseconds.
        #[arg(long, value_name = "MS")]
        ttl_ms: Option<u64>,
        #[command(flatten)]
        calls: Calls,
    },
    /// Print all faults (the default).
    List,
    /// Remove one fault, or all.
    Clear {
        /// The fault's id.
        id: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Clock {
    #[command(subcommand)]
    pub action: Option<ClockAction>,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Subcommand)]
pub enum ClockAction {
    /// Print the time (the default).
    Show,
    /// Set the clock, which then stands still.
    Set {
        /// The time, such as 2030-01-01T00:00:00Z.
        #[arg(value_name = "RFC3339", value_parser = time)]
        time: Timestamp,
    },
    /// Move the clock on.
    Advance {
        /// By this many milliseconds.
        ms: u64,
    },
    /// Let the clock run.
    Run,
    /// Stop the clock at its time.
    Freeze,
}

#[derive(Debug, Args)]
pub struct SignIn {
    /// The vendor.
    #[arg(long, value_name = "NAME")]
    vendor: String,
    /// The application's client id.
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The user's id.
    #[arg(long, value_name = "ID")]
    user: String,
    /// One of the application's redirect URIs; defaults to its first.
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// The scopes, separated by blanks.
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// Print tokens instead of a redirect with a code.
    #[arg(long)]
    pub tokens: bool,
    #[command(flatten)]
    pub target: Target,
}

impl SignIn {
    /// The body of the control API's `sign-in` and `tokens`.
    pub fn body(&self) -> Value {
        let all = [
            ("vendor", Some(&self.vendor)),
            ("client_id", Some(&self.client_id)),
            ("user", Some(&self.user)),
            ("redirect_uri", self.redirect_uri.as_ref()),
            ("scope", self.scope.as_ref()),
        ];
        let members = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone().into())));
        Value::Object(members.collect())
    }
}

#[derive(Debug, Args)]
pub struct Report {
    /// URL or address of the server, as --url says it.
    #[arg(value_name = "URL")]
    server: Option<String>,
    /// The form of the report.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(FORMATS))]
    format: String,
    /// The least that makes the exit code 1; a run without a call is an error.
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = PossibleValuesParser::new(SEVERITIES))]
    pub fail_on: String,
    #[command(flatten)]
    pub target: Target,
}

impl Report {
    /// The server's URL.
    pub fn url(&self) -> String {
        self.server.clone().unwrap_or_else(|| self.target.url())
    }

    /// The form of the report.
    pub fn format(&self) -> &str {
        if self.target.json { "json" } else { &self.format }
    }
}
