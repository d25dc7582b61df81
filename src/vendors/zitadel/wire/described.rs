//! Messages of ZITADEL that no code is generated for: read, checked and written by their descriptors alone. Knows no
//! message.
//!
//! A message is a JSON object, in the names of protobuf's JSON: enum values by name, bytes in base64, times and
//! durations as text, whole numbers as numbers. What it does not have has its default.

mod binary;
mod fields;
mod json;
mod misfits;
mod rules;
mod schema;
mod structs;
pub(super) mod values;

use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::edge::Edge;
use super::go_json;
use super::proto_syntax::{self, Broken, EMPTY};
use crate::exchange::Exchange;
use crate::protocol::rpc::Codec;
use crate::row::Operation;
use crate::vendors::zitadel::error::Error;

pub(in super::super) use misfits::misfits;
use schema::{MessageType, SCHEMA};

/// A message.
pub(in super::super) struct Described {
    kind: &'static MessageType,
    members: Map<String, Value>,
}

/// The request of a call, whose message has these bytes.
pub(in super::super) fn decode(exchange: &Exchange, edge: Edge, message: &[u8]) -> Result<Described, Error> {
    let (kind, _) = SCHEMA.method(rpc(exchange));
    let members = match edge {
        Edge::Rest => {
            let mut members = match has_body(exchange) {
                true => from_gateway(kind, message).map_err(Error::Undecodable)?,
                false => json::from_query(kind, exchange.call.head.uri.query()),
            };
            bind_path(kind, exchange, &mut members);
            members
        }
        Edge::Rpc(wire) if wire.codec == Codec::Proto => {
            binary::read(kind, message).map_err(|text| undecodable(kind, text))?
        }
        Edge::Rpc(_) => from_call(kind, message)?,
    };
    Ok(Described { kind, members })
}

/// The answer of a call that has this text in JSON. What the message lacks is dropped.
pub(in super::super) fn answer(exchange: &Exchange, text: &[u8]) -> Value {
    let (_, kind) = SCHEMA.method(rpc(exchange));
    Value::Object(json::read(kind, text).expect("what we wrote is JSON of the message"))
}

/// The answer of a call as the caller reads it.
pub(in super::super) fn encode(exchange: &Exchange, edge: Edge, answer: &Value) -> Vec<u8> {
    let (_, kind) = SCHEMA.method(rpc(exchange));
    match edge {
        Edge::Rpc(wire) if wire.codec == Codec::Proto => binary::write(kind, answer),
        Edge::Rpc(_) | Edge::Rest => serde_json::to_vec(&json::shown(kind, answer)).expect("a message is JSON"),
    }
}

impl Described {
    /// Checks the rules that the message declares, in the vendor's order.
    pub(in super::super) fn validate(&self) -> Result<(), Error> {
        rules::check(self.kind, &self.members).map_err(Error::Invalid)
    }

    /// A text; empty if there is none.
    pub(in super::super) fn text(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// All members as they are.
    pub(in super::super) fn to_value(&self) -> Value {
        Value::Object(self.members.clone())
    }

    /// Whether a member is there.
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member as a type of ours that has defaults.
    pub(in super::super) fn read<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        self.members.get(name).map_or_else(T::default, |member| read(member.clone()))
    }

    /// All members as a type of ours that has defaults for those that are not there.
    pub(in super::super) fn read_all<T: DeserializeOwned>(&self) -> T {
        read(Value::Object(self.members.clone()))
    }
}

/// Reads a value of a message. What our types lack was refused by the rules, or is ignored by them.
fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("our types have the members of the message")
}

/// The remote call by which the descriptors know the operation.
fn rpc(exchange: &Exchange) -> &'static str {
    exchange.operation.and_then(|operation| operation.rpc).expect("a described operation has a remote call")
}

/// Whether the gateway reads a body for this call.
pub(super) fn has_body(exchange: &Exchange) -> bool {
    exchange.operation.is_none_or(|operation| reads_body(operation, exchange.method()))
}

/// The same by the operation and the method.
fn reads_body(operation: &Operation, method: &Method) -> bool {
    match *method {
        _ if operation.ignores_body => false,
        Method::GET | Method::HEAD => false,
        // Those whose routes say so.
        Method::DELETE => {
            let path = operation.path;
            path.contains("/sessions/") || path.ends_with("/_bulk") || operation.is_connect && path.ends_with("/phone")
        }
        _ => true,
    }
}

/// A message from the gateway: the first value of the body counts, and nothing is an empty message.
fn from_gateway(kind: &MessageType, body: &[u8]) -> Result<Map<String, Value>, String> {
    match go_json::first_value(body).map_err(|error| error.to_string())? {
        Some(value) => json::read(kind, value),
        None => Ok(Map::new()),
    }
}

/// A message from a remote call in JSON, which must be one value and nothing else. The library reads token by token, so
/// what is wrong with a value comes before what is wrong behind it.
fn from_call(kind: &MessageType, message: &[u8]) -> Result<Map<String, Value>, Error> {
    if message.is_empty() {
        return Err(Error::Undecodable(EMPTY.to_owned()));
    }
    let broken = proto_syntax::first_error(message);
    let read = match &broken {
        None => json::read(kind, message.trim_ascii()),
        Some(Broken { before, .. }) if before.is_empty() => Ok(Map::new()),
        Some(Broken { before, .. }) => json::read(kind, before.trim_ascii()),
    };
    let members = read.map_err(|text| undecodable(kind, &text))?;
    broken.map_or(Ok(members), |Broken { reason, .. }| Err(undecodable(kind, &reason)))
}

/// What the vendor's library says of a message of that name in JSON that is well formed.
///
/// # Errors
/// What does not fit.
pub(super) fn check_json(name: &str, value: &[u8]) -> Result<(), String> {
    json::read(SCHEMA.message(name), value).map(drop)
}

/// What the vendor's library says of a remote call's message that it cannot read.
fn undecodable(kind: &MessageType, text: &str) -> Error {
    Error::Undecodable(format!("unmarshal message: unmarshal into *{}.{}: {text}", kind.package, kind.name))
}

/// The names of the parameters of an operation's path.
fn path_names(operation: &Operation) -> impl Iterator<Item = &'static str> + use<> {
    let names = operation.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    names.map(|name| name.trim_start_matches('*'))
}

/// The parameters of the path win over the members of the body.
fn bind_path(kind: &MessageType, exchange: &Exchange, members: &mut Map<String, Value>) {
    for (index, name) in exchange.operation.into_iter().flat_map(path_names).enumerate() {
        if let Some(field) = kind.field(name) {
            members.insert(field.json.clone(), exchange.parameter(index).into_owned().into());
        }
    }
}
