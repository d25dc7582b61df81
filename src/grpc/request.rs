//! A call to one of gRPC's own services, as the pipeline hands it over. Knows no answer.

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::budget::Budget;
use crate::limits::Limits;
use crate::protocol::Call;

/// A method of these services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// How a service is.
    Check,
    /// How a service is, and again when that changes.
    Watch,
    /// What there is: a conversation, question by question.
    Reflect,
}

impl Method {
    /// The method of that path.
    pub fn of(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("/grpc.")? {
            "health.v1.Health/Check" => Self::Check,
            "health.v1.Health/Watch" => Self::Watch,
            "reflection.v1.ServerReflection/ServerReflectionInfo"
            | "reflection.v1alpha.ServerReflection/ServerReflectionInfo" => Self::Reflect,
            _ => return None,
        })
    }

    /// Whether the request is answered message by message, before its body is there whole.
    pub fn reads_stream(self) -> bool {
        self == Self::Reflect
    }

    /// Whether the answer stays open, so that the call needs a permit to be held.
    pub fn is_held(self) -> bool {
        self != Self::Check
    }
}

/// What was sent: whole, or as it comes.
pub enum Sent<B> {
    /// The body.
    Whole(Bytes),
    /// What the body is read from.
    Stream(B),
}

/// A call to one of these services.
pub struct Request<'a> {
    /// The method that its path names.
    pub method: Method,
    /// The call; its body is in `sent`.
    pub call: &'a Call,
    /// What it may take.
    pub limits: &'a Limits,
    /// The memory that the process may use.
    pub budget: &'a Budget,
    /// Cancelled when the server stops, which ends streams.
    pub stop: &'a CancellationToken,
    /// Its permit to be held, if it needs one; released with the end of the answer.
    pub permit: Option<OwnedSemaphorePermit>,
}
