//! The limits of a server: sizes, numbers, how long it waits for a client, and whether its calls make worlds. Does not
//! know what is answered.

use std::time::Duration;

/// The limits of one server. A limit that would refuse every call if it were 0 is treated as 1.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub max_body: usize,
    /// The largest state of a world, in bytes.
    pub max_state: usize,
    /// The most memory that the process may use, in bytes; a half of what there is if absent. Only as far as it is
    /// measured: see [`measure_memory_with`](crate::measure_memory_with).
    pub max_memory: Option<usize>,
    /// The largest header list, in bytes: names, values and 32 for each line, as in HTTP/2.
    pub max_header: usize,
    /// The longest path and query, in bytes.
    pub max_uri: usize,
    /// How deep the JSON of a body may be nested, up to [`Limits::MAX_JSON_DEPTH`].
    pub max_json_depth: usize,
    /// The maximum number of calls that faults hold at once.
    pub max_held: usize,
    /// The maximum number of connections; further ones wait until one ends.
    pub max_connections: usize,
    /// The maximum number of concurrent calls on one HTTP/2 connection.
    pub max_streams: u32,
    /// How long a TLS handshake or the head of a request may take.
    pub header_timeout: Duration,
    /// The time allowed for each MiB of a body, or part of one.
    pub body_timeout: Duration,
    /// How long a connection may be idle.
    pub idle_timeout: Duration,
    /// How long a request to the outside may take in total. No flag sets it.
    pub outbound_timeout: Duration,
}

impl Limits {
    /// The greatest depth of a body's JSON: a state that holds the body must be readable, too.
    pub const MAX_JSON_DEPTH: usize = 100;
}

/// How worlds come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorldCreation {
    /// The first accepted call that names a world makes it.
    Implicit,
    /// A world is made by the control API; a call that names another one is refused.
    Explicit,
}

impl Default for Limits {
    /// The command line's defaults.
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_state: 256 << 20,
            max_memory: None,
            max_header: 32 << 10,
            max_uri: 8 << 10,
            max_json_depth: 100,
            max_held: 1_024,
            max_connections: 10_000,
            max_streams: 256,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            // Longer than most clients keep theirs (Go: 90 s), so that the client closes first and no call is sent to a
            // server that is just closing.
            idle_timeout: Duration::from_secs(120),
            outbound_timeout: Duration::from_secs(10),
        }
    }
}

/// The limits whose hits are counted. The metrics use these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A request body, or a state, is too large.
    Body,
    /// A body came too slowly.
    BodyTimeout,
    /// All connections are in use; the next one waits.
    Connections,
    /// The headers are too large.
    Header,
    /// A head, or a TLS handshake, came too slowly.
    HeaderTimeout,
    /// A fault does not hold its call, since the maximum number of calls is held already.
    Held,
    /// A connection did nothing for too long.
    IdleTimeout,
    /// The oldest entry of a journal was dropped to make room.
    Journal,
    /// JSON is nested too deeply.
    JsonDepth,
    /// The process has used up its memory.
    Memory,
    /// The process can open no more files, so that a connection waits.
    OpenFiles,
    /// A connection of HTTP/2 reset too many streams and was closed.
    Resets,
    /// A world has all the rules that it can have.
    Rules,
    /// A connection of HTTP/2 has all its streams; its next call waits.
    Streams,
    /// A path is too long.
    Uri,
    /// A world made room for another one.
    Worlds,
}

impl Limit {
    /// All of them, by name.
    pub const ALL: [Self; 16] = [
        Self::Body,
        Self::BodyTimeout,
        Self::Connections,
        Self::Header,
        Self::HeaderTimeout,
        Self::Held,
        Self::IdleTimeout,
        Self::Journal,
        Self::JsonDepth,
        Self::Memory,
        Self::OpenFiles,
        Self::Resets,
        Self::Rules,
        Self::Streams,
        Self::Uri,
        Self::Worlds,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::BodyTimeout => "body-timeout",
            Self::Connections => "connections",
            Self::Header => "header",
            Self::HeaderTimeout => "header-timeout",
            Self::Held => "held",
            Self::IdleTimeout => "idle-timeout",
            Self::Journal => "journal",
            Self::JsonDepth => "json-depth",
            Self::Memory => "memory",
            Self::OpenFiles => "open-files",
            Self::Resets => "resets",
            Self::Rules => "rules",
            Self::Streams => "streams",
            Self::Uri => "uri",
            Self::Worlds => "worlds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_stands_at_its_place() {
        for (index, limit) in Limit::ALL.iter().enumerate() {
            assert_eq!(*limit as usize, index, "{}", limit.as_str());
        }
        assert!(Limit::ALL.is_sorted_by_key(|limit| limit.as_str()));
    }
}
