//! fauxidp's own refusals: problem+json, always marked by the header `x-fauxidp`, so that none looks like a vendor's.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::Reply;

/// The header that marks an answer as fauxidp's own.
pub const MARK: HeaderName = HeaderName::from_static("x-fauxidp");

/// Why fauxidp itself answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// No route has that path.
    Unmatched,
    /// The vendor has that operation, the emulator lacks it.
    Unemulated,
    /// A fault specification that cannot be followed.
    BadFault,
    /// A world's name that cannot be.
    BadWorld,
    /// A call that a page of another origin may not make, or that the control API does not take.
    Refused,
    /// A limit was reached.
    Limit,
}

impl Mark {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Unmatched, Self::Unemulated, Self::BadFault, Self::BadWorld, Self::Refused, Self::Limit];

    /// The value of the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unmatched => "unmatched",
            Self::Unemulated => "unemulated",
            Self::BadFault => "bad-fault",
            Self::BadWorld => "bad-world",
            Self::Refused => "refused",
            Self::Limit => "limit",
        }
    }

    /// The reason that a header names.
    pub fn of(header: &HeaderValue) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == header)
    }

    /// The header's value.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.as_str())
    }
}

/// The refusal of a call for which the process has no memory left of its `max` bytes.
pub fn no_memory(max: usize) -> Reply {
    let detail = format!("The server has used its {max} bytes of memory (--max-memory): drop worlds, or wait.");
    let more = Map::from_iter([("limit".to_owned(), "memory".into())]);
    problem(StatusCode::SERVICE_UNAVAILABLE, Mark::Limit, &detail, more)
}

/// A refusal in fauxidp's own words, with further members.
pub fn problem(status: StatusCode, mark: Mark, detail: &str, more: Map<String, Value>) -> Reply {
    let mut body = json!({
        "type": format!("urn:fauxidp:{}", mark.as_str()),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if let Value::Object(members) = &mut body {
        members.extend(more);
    }
    Reply::new(status, "application/problem+json", body.to_string()).with(MARK, mark.header())
}
