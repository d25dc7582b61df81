//! The parts of a call that a selection is compared with, before and after the answer. Knows no vendor.

use super::Sent;
use crate::protocol::Call;
use crate::protocol::credential::Credentials;
use crate::protocol::rpc::Framing;
use crate::secrets;

/// The parts of a call that are compared.
#[derive(Debug)]
pub struct MatchInput<'a> {
    /// The vendor, if the call belongs to one.
    pub vendor: Option<&'a str>,
    /// The operation, if the call names one.
    pub operation: Option<&'a str>,
    /// The method.
    pub method: &'a str,
    /// The path without its query.
    pub path: &'a str,
    /// The query.
    pub query: Option<&'a str>,
    /// The key of the user that it is about.
    pub user_id: Option<&'a str>,
    /// Its credentials.
    pub credentials: &'a Credentials,
    /// What is known of it once it is over.
    pub finished: Option<Finished>,
    /// What it sent, once it is over.
    pub sent: Option<&'a dyn Sent>,
}

/// What is known of a call once it is over.
#[derive(Debug, Clone, Copy)]
pub struct Finished {
    /// Its number in the world, from 1.
    pub n: u64,
    /// The protocol that it used.
    pub protocol: Protocol,
    /// The status; `None` if the client disconnected first.
    pub status: Option<u16>,
    /// Who refused it, if it was refused.
    pub refused_by: Option<RefusedBy>,
}

impl<'a> MatchInput<'a> {
    /// A call to a vendor's operation that has not been answered yet.
    pub fn begun(call: &'a Call, vendor: &'a str, operation: &'a str, user_id: Option<&'a str>) -> Self {
        Self {
            vendor: Some(vendor),
            operation: Some(operation),
            method: call.method().as_str(),
            path: call.path(),
            query: call.head.uri.query(),
            user_id,
            credentials: &call.credentials,
            finished: None,
            sent: None,
        }
    }

    /// The path and query, with secrets shortened.
    pub fn shown_path(&self) -> String {
        secrets::path(self.path, self.query)
    }

    pub(super) fn protocol(&self) -> Option<&'static str> {
        self.finished.map(|finished| finished.protocol.as_str())
    }

    pub(super) fn refused_by(&self) -> Option<&'static str> {
        self.finished?.refused_by.map(RefusedBy::as_str)
    }
}

/// The protocol of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON over HTTP/1.1 or older.
    Http1,
    /// JSON over HTTP/2.
    Http2,
    /// A remote call, with that framing.
    Remote(Framing),
}

impl Protocol {
    /// Every name.
    pub const NAMES: [&str; 5] = ["http/1.1", "http/2", "grpc", "grpc-web", "connect"];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http1 => Self::NAMES[0],
            Self::Http2 => Self::NAMES[1],
            Self::Remote(framing) => framing.as_str(),
        }
    }
}

/// Who refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedBy {
    /// The vendor itself, without a fault.
    Vendor,
    /// A fault.
    Fault,
    /// fauxidp itself.
    Own,
}

impl RefusedBy {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Vendor, Self::Fault, Self::Own];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Fault => "fault",
            Self::Own => "fauxidp",
        }
    }
}
