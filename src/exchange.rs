//! A mounted call, as every later step gets it, from faults to the journal. Knows no vendor.

use std::borrow::Cow;
use std::sync::OnceLock;

use bytes::Bytes;
use http::Method;
use percent_encoding::percent_decode_str;

use crate::protocol::Call;
use crate::protocol::route::Matched;
use crate::protocol::rpc::{self, Codec, RpcError, field};
use crate::row::{Dialect, Field, Operation, Subject};
use crate::tokens::Defect;

/// A request that was read and mounted, with what is known about it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The request.
    pub call: Call,
    /// The row that its method and path name; `None` if the vendor can only refuse.
    pub matched: Option<Matched>,
    /// The operation that they name, even if it is not emulated.
    pub operation: Option<&'static Operation>,
    /// How a refusal looks.
    pub dialect: Dialect,
    /// The key of the user that it is about, as the seed writes it, whether or not there is such a user.
    pub user_id: Option<String>,
    /// In which way the tokens of the answer are to be wrong, if a fault says so.
    pub defect: Option<Defect>,
    message: OnceLock<Result<Bytes, RpcError>>,
}

impl Exchange {
    /// A request of which nothing else is known yet.
    pub fn new(call: Call) -> Self {
        let (matched, operation, dialect, user_id, defect) = (None, None, Dialect::Api, None, None);
        Self { call, matched, operation, dialect, user_id, defect, message: OnceLock::new() }
    }

    /// Sets the operation.
    pub fn name(&mut self, operation: &'static Operation) {
        (self.operation, self.dialect) = (Some(operation), operation.dialect);
    }

    /// Sets the row that answers it, and finds the user it is about; `user_key` is the vendor's form of a user's id.
    pub fn match_to(&mut self, matched: Matched, user_key: fn(&str) -> Cow<'_, str>) {
        let subject = matched.operation.subject;
        self.name(matched.operation);
        self.matched = Some(matched);
        let is_rpc = self.call.wire.is_some();
        let user_id = match subject {
            Subject::None => None,
            Subject::Path(_) if is_rpc => None,
            Subject::Path(index) => Some(self.parameter(index)),
            Subject::PathOrField(index, _) if !is_rpc => Some(self.parameter(index)),
            Subject::PathOrField(_, field) | Subject::Field(field) => self.field(field).map(Cow::Owned),
        };
        self.user_id = user_id.map(|id| user_key(&id).into_owned()).filter(|id| !id.is_empty());
    }

    /// A text field of the message; the body of a call that is no remote one is read as JSON.
    fn field(&self, field: Field) -> Option<String> {
        let codec = self.call.wire.map_or(Codec::Json, |wire| wire.codec);
        field::text_field(codec, self.message().as_ref().ok()?, field)
    }

    /// The key of the user that it is about.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The bytes of a remote call's message: out of its frame, inflated, once.
    ///
    /// # Errors
    /// What is wrong with the frame, with the compression, or with the size.
    pub fn message(&self) -> &Result<Bytes, RpcError> {
        self.message.get_or_init(|| match self.call.wire {
            Some(wire) => wire.message(&self.call.head.headers, &self.call.body, rpc::MAX_MESSAGE),
            None => Ok(self.call.body.clone()),
        })
    }

    /// Whether it is a remote call, whatever its content type.
    pub fn is_rpc(&self) -> bool {
        match &self.matched {
            Some(matched) => matched.is_rpc,
            None => rpc::is_call(self.call.path()),
        }
    }

    /// The path parameter at that index, counted from 0 and percent-decoded; empty if there is none.
    pub fn parameter(&self, index: usize) -> Cow<'_, str> {
        let raw = self.matched.as_ref().map_or("", |matched| matched.parameter(self.call.path(), index));
        percent_decode_str(raw).decode_utf8_lossy()
    }

    /// The method.
    pub fn method(&self) -> &Method {
        self.call.method()
    }

    /// The path that was routed.
    pub fn path(&self) -> &str {
        self.call.path()
    }
}
