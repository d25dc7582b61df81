//! The flags of limits and time-outs.

use std::time::Duration;

use clap::Args;

use super::value::{at_least_one, depth, number, seconds, size};
use crate::{Config, Limits};

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitFlags {
    /// Number of calls that each world's journal keeps, dropping the oldest; 0 turns it off.
    #[arg(
        long, env = "FAUXIDP_JOURNAL", value_name = "N", hide_short_help = true,
        default_value_t = Config::default().journal, value_parser = number::<usize>
    )]
    pub(super) journal: usize,
    /// Maximum number of worlds; beyond it, the least recently used one is dropped.
    #[arg(
        long, env = "FAUXIDP_MAX_WORLDS", value_name = "N", hide_short_help = true,
        default_value_t = 10_000, value_parser = at_least_one::<usize>
    )]
    pub(super) max_worlds: usize,
    /// Drop worlds that have been idle for this many seconds.
    #[arg(
        long, env = "FAUXIDP_WORLD_TTL", value_name = "SECONDS", hide_short_help = true, value_parser = seconds
    )]
    pub(super) world_ttl: Option<Duration>,
    /// Maximum memory of the process, such as 768MiB; a half of what the machine or the control group has.
    #[arg(long, env = "FAUXIDP_MAX_MEMORY", value_name = "SIZE", hide_short_help = true, value_parser = size)]
    max_memory: Option<usize>,
    /// Maximum size of a state sent to the control API, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_STATE", value_name = "BYTES", hide_short_help = true,
        default_value_t = Limits::default().max_state, value_parser = at_least_one::<usize>
    )]
    max_state: usize,
    /// Maximum size of any other request body, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_BODY", value_name = "BYTES", hide_short_help = true,
        default_value_t = Limits::default().max_body, value_parser = at_least_one::<usize>
    )]
    max_body: usize,
    /// Maximum size of a request's headers, in bytes, counted as in HTTP/2.
    #[arg(
        long, env = "FAUXIDP_MAX_HEADER", value_name = "BYTES", hide_short_help = true,
        default_value_t = Limits::default().max_header, value_parser = at_least_one::<usize>
    )]
    max_header: usize,
    /// Maximum length of a path and its query, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_URI", value_name = "BYTES", hide_short_help = true,
        default_value_t = Limits::default().max_uri, value_parser = at_least_one::<usize>
    )]
    max_uri: usize,
    /// Maximum nesting depth of JSON bodies, up to 100.
    #[arg(
        long, env = "FAUXIDP_MAX_JSON_DEPTH", value_name = "N", hide_short_help = true,
        default_value_t = Limits::default().max_json_depth, value_parser = depth
    )]
    max_json_depth: usize,
    /// Maximum number of calls that faults hold at once.
    #[arg(
        long, env = "FAUXIDP_MAX_HELD", value_name = "N", hide_short_help = true,
        default_value_t = Limits::default().max_held, value_parser = at_least_one::<usize>
    )]
    max_held: usize,
    /// Maximum number of connections; further ones wait until one ends.
    #[arg(
        long, env = "FAUXIDP_MAX_CONNECTIONS", value_name = "N", hide_short_help = true,
        default_value_t = Limits::default().max_connections, value_parser = at_least_one::<usize>
    )]
    max_connections: usize,
    /// Maximum number of concurrent calls on one HTTP/2 connection.
    #[arg(
        long, env = "FAUXIDP_MAX_STREAMS", value_name = "N", hide_short_help = true,
        default_value_t = Limits::default().max_streams, value_parser = at_least_one::<u32>
    )]
    max_streams: u32,
    /// Time allowed for a TLS handshake or for a request's head.
    #[arg(
        long, env = "FAUXIDP_HEADER_TIMEOUT", value_name = "SECONDS", hide_short_help = true,
        default_value = "30", value_parser = seconds
    )]
    header_timeout: Duration,
    /// Time allowed for each MiB of a request body.
    #[arg(
        long, env = "FAUXIDP_BODY_TIMEOUT", value_name = "SECONDS", hide_short_help = true,
        default_value = "30", value_parser = seconds
    )]
    body_timeout: Duration,
    /// Close connections that have been idle for this many seconds.
    #[arg(
        long, env = "FAUXIDP_IDLE_TIMEOUT", value_name = "SECONDS", hide_short_help = true,
        default_value = "120", value_parser = seconds
    )]
    idle_timeout: Duration,
}

impl From<LimitFlags> for Limits {
    fn from(flags: LimitFlags) -> Self {
        Self {
            max_state: flags.max_state,
            max_memory: flags.max_memory,
            max_body: flags.max_body,
            max_header: flags.max_header,
            max_uri: flags.max_uri,
            max_json_depth: flags.max_json_depth,
            max_held: flags.max_held,
            max_connections: flags.max_connections,
            max_streams: flags.max_streams,
            header_timeout: flags.header_timeout,
            body_timeout: flags.body_timeout,
            idle_timeout: flags.idle_timeout,
            ..Self::default()
        }
    }
}
