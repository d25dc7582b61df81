//! Messages of ZITADEL's user service on both edges: decoded, bound to the path, checked, encoded. Knows no operation.

use std::borrow::Cow;

use buffa::encoding::{Tag, skip_field};
use buffa::json::{JsonParseOptions, with_json_parse_options};
use buffa::{DecodeError, Message, MessageName};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::described;
use super::edge::Edge;
use super::go_json;
use super::proto_syntax::{self, Broken, EMPTY};
use crate::exchange::Exchange;
use crate::protocol::json;
use crate::protocol::rpc::Codec;
use crate::typed_json;
use crate::vendors::zitadel::error::Error;

/// A request message with its rules.
pub(in super::super) trait RequestMessage: Message + MessageName + DeserializeOwned + Default {
    /// Puts the parameters of the path and the query into the message; they win over the body's.
    fn bind(&mut self, _: &Exchange) {}

    /// Checks the rules of the vendor's validator, in the order of the fields.
    fn validate(&self) -> Result<(), Error>;
}

/// The request of a call whose message has these bytes.
pub(in super::super) fn decode<Q: RequestMessage>(exchange: &Exchange, edge: Edge, message: &[u8]) -> Result<Q, Error> {
    match edge {
        Edge::Rest => {
            let mut request = if described::has_body(exchange) { from_gateway(message)? } else { Q::default() };
            request.bind(exchange);
            Ok(request)
        }
        Edge::Rpc(wire) => from_call(wire.codec, message),
    }
}

/// The response as the caller reads it.
pub(in super::super) fn encode(edge: Edge, response: &(impl Message + Serialize)) -> Vec<u8> {
    match edge {
        Edge::Rpc(wire) if wire.codec == Codec::Proto => response.encode_to_vec(),
        Edge::Rpc(_) | Edge::Rest => json(response),
    }
}

/// A message from the gateway: the first value of the body counts, and nothing is an empty message.
fn from_gateway<Q: RequestMessage>(body: &[u8]) -> Result<Q, Error> {
    match go_json::first_value(body).map_err(|error| Error::Undecodable(error.to_string()))? {
        Some(b"{}") => Ok(Q::default()), // the usual body of a call that names its user in the path
        Some(value) => from_json(value).map_err(Error::Undecodable),
        None => Ok(Q::default()),
    }
}

/// A message from a remote call.
fn from_call<Q: RequestMessage>(codec: Codec, message: &[u8]) -> Result<Q, Error> {
    let wrong = |text: &str| {
        // The library names the message by the last part of its package.
        let package = Q::PACKAGE.split('.').nth(1).unwrap_or_default();
        Error::Undecodable(format!("unmarshal message: unmarshal into *{package}.{}: {text}", Q::NAME))
    };
    if codec == Codec::Proto {
        return from_proto(message).map_err(|error| match error {
            DecodeError::InvalidUtf8 => wrong("string field contains invalid UTF-8"),
            _ => wrong("proto: cannot parse invalid wire-format data"),
        });
    }
    if message.is_empty() {
        return Err(Error::Undecodable(EMPTY.to_owned()));
    }
    // The library reads token by token, so what is wrong with a value comes before what is wrong behind it.
    match proto_syntax::first_error(message) {
        None => from_json(message.trim_ascii()).map_err(|text| wrong(&text)),
        Some(Broken { reason, before }) => match before.is_empty() {
            true => Err(wrong(&reason)),
            false => from_json::<Q>(before.trim_ascii()).map_or_else(|text| Err(wrong(&text)), |_| Err(wrong(&reason))),
        },
    }
}

/// A message from protobuf. As in Go, a field whose wire type is not its own is one that the message does not have.
fn from_proto<Q: RequestMessage>(message: &[u8]) -> Result<Q, DecodeError> {
    let mut known = Cow::Borrowed(message);
    loop {
        match Q::decode_from_slice(&known) {
            Err(DecodeError::WireTypeMismatch { field_number, expected, actual }) => {
                let rest = without(&known, field_number, actual)?;
                if rest.len() == known.len() {
                    return Err(DecodeError::WireTypeMismatch { field_number, expected, actual }); // deeper within
                }
                known = Cow::Owned(rest);
            }
            decoded => return decoded,
        }
    }
}

/// A message without the fields of that number that have that wire type.
fn without(message: &[u8], number: u32, wire_type: u8) -> Result<Vec<u8>, DecodeError> {
    let (mut rest, mut kept) = (message, Vec::with_capacity(message.len()));
    while !rest.is_empty() {
        let field = rest;
        let tag = Tag::decode(&mut rest)?;
        skip_field(tag, &mut rest)?;
        if tag.field_number() != number || tag.wire_type() as u8 != wire_type {
            kept.extend_from_slice(&field[..field.len() - rest.len()]);
        }
    }
    Ok(kept)
}

/// A message from JSON that is well formed. The reader of the messages takes a list for a message, and what it refuses
/// is not always what the vendor's library comes to first: then the descriptors tell.
pub(super) fn from_json<Q: RequestMessage>(value: &[u8]) -> Result<Q, String> {
    let members = go_json::members(value).map_err(|error| error.to_string())?;
    let options = JsonParseOptions::new().ignore_unknown_enum_values(true);
    let read = with_json_parse_options(&options, || typed_json::read(value));
    if read.is_err() || value.contains(&b'[') {
        described::check_json(&format!("{}.{}", Q::PACKAGE, Q::NAME), value)?;
    }
    read.map_err(|misfit| go_json::explain(&members, &typed_json::show(&misfit.path), &misfit.error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::proto::DeactivateUserRequest;
    use super::*;

    #[test]
    fn a_field_of_another_wire_type_is_unknown() {
        let id = |message: &[u8]| from_proto::<DeactivateUserRequest>(message).map(|request| request.user_id);
        for (message, expected) in [
            (&b"\x0a\x01a"[..], Ok("a")),
            (b"\x08\x07", Ok("")),
            (b"\x08\x07\x0a\x01a\x0d\x01\x02\x03\x04\x08\x01", Ok("a")),
            (b"\x0a\xff", Err(DecodeError::UnexpectedEof)),
            (b"\x08\x07\x0a", Err(DecodeError::UnexpectedEof)),
            (b"\x0a\x01\xff", Err(DecodeError::InvalidUtf8)),
        ] {
            assert_eq!(id(message), expected.map(str::to_owned), "{message:?}");
        }
    }
}
