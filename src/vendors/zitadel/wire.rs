//! ZITADEL's JSON on the REST edge: requests in, details and users out.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue, VARY};
use jiff::Timestamp;
use serde::Serialize;

use super::error::{Error, ID_LENGTH};
use super::record::{Human, Kind, Machine, State, User};
use super::routes::Row;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::protocol::packed::Packed;
use crate::protocol::{Call, Reply, go_json};

/// A request about one user.
#[derive(Debug)]
pub(super) struct Request {
    /// The user's id.
    pub(super) user_id: String,
}

/// Decodes a request. The path's id wins over the body's, but a wrong type in the body is an error all the same.
/// The content type does not matter on this edge.
pub(super) fn request(call: &Call, row: &Row) -> Result<Request, Error> {
    if row.takes_body
        && let Some(value) = go_json::first_value(&call.body)?
    {
        let mut seen = false;
        for member in go_json::members(value)? {
            if !matches!(&*member.name, "userId" | "user_id") {
                continue;
            }
            if std::mem::replace(&mut seen, true) {
                return Err(member.duplicate().into());
            }
            if !member.is_null() {
                member.string("userId")?;
            }
        }
    }
    Ok(Request { user_id: call.parameter(0).into_owned() })
}

impl Request {
    /// The rules of the vendor's request messages.
    pub(super) fn validate(&self, row: &Row) -> Result<(), Error> {
        match self.user_id.chars().count() {
            1..=200 => Ok(()),
            _ => Err(Error::Invalid { message: row.message, field: "UserId", reason: ID_LENGTH }),
        }
    }
}

/// Where a record stands in its history. All four members, as the seed prints them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    sequence: String,
    #[serde(serialize_with = "timestamp")]
    change_date: Timestamp,
    resource_owner: &'a str,
    #[serde(serialize_with = "timestamp")]
    creation_date: Timestamp,
}

impl<'a> Details<'a> {
    fn of(user: &'a User) -> Self {
        Self {
            sequence: user.sequence.to_string(),
            change_date: user.change_date,
            resource_owner: &user.profile.resource_owner,
            creation_date: user.profile.creation_date,
        }
    }
}

/// An answer. Empty members are left out, as protobuf's JSON has it.
#[derive(Serialize)]
struct Body<'a> {
    details: Details<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody<'a> {
    user_id: &'a str,
    details: Details<'a>,
    state: State,
    username: &'a str,
    login_names: &'a Packed<Vec<String>>,
    preferred_login_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    human: Option<&'a Packed<Human>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<&'a Packed<Machine>>,
}

/// What a write answers.
pub(super) fn details(user: &User) -> Reply {
    success(&Body { details: Details::of(user), user: None })
}

/// What reading one user answers.
pub(super) fn user(user: &User) -> Reply {
    let profile = &user.profile;
    let (human, machine) = match &profile.kind {
        Kind::Human(human) => (Some(human), None),
        Kind::Machine(machine) => (None, Some(machine)),
    };
    let body = UserBody {
        user_id: &profile.user_id,
        details: Details::of(user),
        state: user.state,
        username: &profile.username,
        login_names: &profile.login_names,
        preferred_login_name: &profile.preferred_login_name,
        human,
        machine,
    };
    success(&Body { details: Details::of(user), user: Some(body) })
}

// What the gateway forwards of the inner call's headers (inferred, zitadel-headers).
pub(super) const INNER_TYPE: HeaderName = HeaderName::from_static("grpcgateway-content-type");
const INNER_CACHE: HeaderName = HeaderName::from_static("grpcgateway-cache-control");
const INNER_PRAGMA: HeaderName = HeaderName::from_static("grpcgateway-pragma");

fn success(body: &Body<'_>) -> Reply {
    let body = serde_json::to_vec(body).expect("an answer is JSON");
    Reply::new(StatusCode::OK, "application/json", body)
        .with(INNER_TYPE, HeaderValue::from_static("application/grpc"))
        .with(INNER_CACHE, HeaderValue::from_static("no-store"))
        .with(INNER_PRAGMA, HeaderValue::from_static("no-cache"))
}

/// The answer with the headers that all answers of this edge carry.
pub(super) fn with_headers(reply: Reply, clock: &Clock, ids: &Ids) -> Reply {
    reply
        .with(HeaderName::from_static("x-request-id"), request_id(clock, ids))
        .with(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("none"))
        .with(VARY, HeaderValue::from_static("Origin"))
}

/// A request id in the vendor's form: 20 digits in base 32 that stand for the time and eight bytes.
fn request_id(clock: &Clock, ids: &Ids) -> HeaderValue {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let seconds = clock.now().as_second() as u32; // the form has 32 bits for the time
    let number = u128::from(seconds) << 64 | u128::from(u64::from_be_bytes(ids.bytes()));
    // 96 bits are 19 digits and one bit, which the form puts in front of the last, padded one.
    let padded = number << 4;
    let text: [u8; 20] = std::array::from_fn(|place| DIGITS[(padded >> (95 - 5 * place)) as usize % 32]);
    HeaderValue::from_bytes(&text).expect("digits are ASCII")
}

/// RFC 3339 with 0, 3 or 6 digits of a second: the fewest groups of three that lose nothing.
fn timestamp<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let digits = match time.subsec_nanosecond() {
        0 => 0,
        nanos if nanos % 1_000_000 == 0 => 3,
        nanos if nanos % 1_000 == 0 => 6,
        _ => 9,
    };
    serializer.collect_str(&format_args!("{time:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_the_fewest_groups_of_three_digits() {
        #[derive(Serialize)]
        struct Time(#[serde(serialize_with = "timestamp")] Timestamp);
        for text in ["2025-03-25T09:53:34Z", "2025-03-25T09:53:34.029Z", "2025-03-25T09:53:34.029100Z"] {
            let time = Time(text.parse().unwrap());
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
        }
    }

    #[test]
    fn a_request_id_starts_with_the_time() {
        let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let first = request_id(&clock, &Ids::seeded(1));
        let second = request_id(&clock, &Ids::seeded(2));
        assert_eq!(first.len(), 20);
        assert_eq!(first.as_bytes()[..6], second.as_bytes()[..6]);
        assert_ne!(first, second);
    }
}
