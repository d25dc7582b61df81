//! What ZITADEL's user service has otherwise in v2beta than in v2, whose messages it is given: messages of its own,
//! nobody is told when something was created, and who creates a human gets a 201. Knows no operation.

use buffa::Message;
use serde::Serialize;
use serde_json::Value;

use super::described;
use super::edge::Edge;
use super::message::{self, RequestMessage};
use crate::exchange::Exchange;
use crate::vendors::zitadel::error::Error;

/// The row of the answer that is a 201 at the gateway.
pub(in super::super) const CREATED: &str = "created";

/// The request of a call, whose message has these bytes, as that of v2.
pub(in super::super) fn decode<Q: RequestMessage>(exchange: &Exchange, edge: Edge, message: &[u8]) -> Result<Q, Error> {
    let message = described::decode(exchange, edge, message)?;
    let message = serde_json::to_vec(&message.to_value()).expect("a message is JSON");
    message::from_json(&message).map_err(Error::Undecodable)
}

/// The response of v2 as the caller reads it.
pub(in super::super) fn encode(exchange: &Exchange, edge: Edge, response: &(impl Message + Serialize)) -> Vec<u8> {
    let response = serde_json::to_vec(response).expect("a message is JSON");
    let mut response = described::answer(exchange, &response);
    undate(&mut response);
    described::encode(exchange, edge, &response)
}

/// Takes out of all details when something was created.
fn undate(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(undate),
        Value::Object(members) => {
            if let Some(details) = members.get_mut("details").and_then(Value::as_object_mut) {
                details.shift_remove("creationDate");
            }
            members.values_mut().for_each(undate);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_alone_lose_their_first_date() {
        let details = json!({ "sequence": 1, "creationDate": "x" });
        let mut response = json!({ "result": [{ "details": details }], "creationDate": "y" });
        undate(&mut response);
        assert_eq!(response, json!({ "result": [{ "details": { "sequence": 1 } }], "creationDate": "y" }));
    }
}
