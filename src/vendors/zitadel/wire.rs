//! ZITADEL's messages on both of its edges, REST and remote calls: requests in, details and users out.

pub(super) mod cors;
mod detailed;
mod go_json;
mod rules;
pub(super) mod sign_in;

use std::borrow::Cow;
use std::sync::LazyLock;

use buffa::json::{JsonParseOptions, with_json_parse_options};
use buffa::{EnumValue, Message, MessageField, MessageName};
use buffa_types::google::protobuf::Timestamp;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderName, HeaderValue, PRAGMA, VARY};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Zitadel;
use super::auth::{self, Caller};
use super::error::Error;
use super::operations::credentials::{Listed, Paging};
use super::operations::{self, Written};
use super::proto::zitadel::filter::v2::PaginationResponse;
use super::proto::zitadel::metadata::v2::Metadata as ListedMetadata;
use super::proto::zitadel::object::v2::{Details, ListDetails};
use super::proto::zitadel::user::v2 as proto;
use super::record::{Gender, Human, Kind, Machine, Metadata, State, User};
use crate::clock::Clock;
use crate::ids::{Ids, Stream};
use crate::protocol::rpc::{self, Codec, RpcError, Wire};
use crate::protocol::{Call, Reply};
use crate::vendors::Shared;

pub(super) use detailed::Detailed;

/// The largest message, compressed or not.
const MAX_MESSAGE: usize = 1 << 20;

/// By which edge a call came.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edge {
    /// The paths of the gateway.
    Rest,
    /// A remote call.
    Rpc(Wire),
}

/// An operation that succeeded.
pub(super) struct Done {
    message: Vec<u8>,
    at: jiff::Timestamp,
    answer: &'static str,
}

impl Edge {
    /// The edge of a call.
    ///
    /// # Errors
    /// The refusal of a remote call whose content type is not understood.
    #[allow(clippy::result_large_err)] // the refusal is the answer
    pub(super) fn of(call: &Call) -> Result<Self, Reply> {
        let is_rpc = || call.matched.as_ref().map_or_else(|| rpc::is_call(call.path()), |matched| matched.is_rpc);
        match call.wire {
            Some(wire) => Ok(Self::Rpc(wire)),
            None if !is_rpc() => Ok(Self::Rest),
            None if call.method() == http::Method::POST => Err(rpc::wrong_content_type().proving("wrong_content_type")),
            None => Err(rpc::wrong_method().proving("wrong_method")),
        }
    }

    /// The bytes of the request's message.
    pub(super) fn message(self, call: &Call) -> Result<Bytes, Error> {
        match self {
            Self::Rest => Ok(call.body.clone()),
            Self::Rpc(wire) => wire.message(&call.head.headers, &call.body, MAX_MESSAGE).map_err(Error::Framing),
        }
    }

    /// A successful answer with its headers.
    pub(super) fn success(self, done: Done, shared: &Shared) -> Reply {
        let reply = match self {
            Self::Rest => Reply {
                headers: gateway_headers(request_id(done.at, &shared.ids)),
                body: done.message.into(),
                ..Reply::empty(StatusCode::OK)
            },
            Self::Rpc(wire) => {
                let reply = wire
                    .success(done.message)
                    .with(EXPIRES, http_date(&shared.clock))
                    .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
                    .with(PRAGMA, HeaderValue::from_static("no-cache"));
                self.with_headers(reply, shared)
            }
        };
        reply.proving(done.answer)
    }

    /// An error of a remote call.
    pub(super) fn failure(self, error: &RpcError) -> Reply {
        match self {
            Self::Rest => Reply::empty(StatusCode::BAD_REQUEST), // never asked for: this edge has no frames
            Self::Rpc(wire) => wire.failure(error),
        }
    }

    /// The answer with the headers that all answers of this edge carry.
    pub(super) fn with_headers(self, reply: Reply, shared: &Shared) -> Reply {
        let reply = reply
            .with(REQUEST_ID, request_id(shared.clock.now(), &shared.ids))
            .with(VARY, HeaderValue::from_static("Origin"));
        match self {
            Self::Rest => reply.with(ROBOTS, HeaderValue::from_static("none")),
            Self::Rpc(_) => reply,
        }
    }
}

/// The headers of the gateway's successful answers. They are the same but for one, so they are copied.
fn gateway_headers(request_id: HeaderValue) -> HeaderMap {
    static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (INNER_TYPE, "application/grpc"),
            (INNER_CACHE, "no-store"),
            (INNER_PRAGMA, "no-cache"),
            (REQUEST_ID, ""),
            (VARY, "Origin"),
            (ROBOTS, "none"),
        ];
        headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    });
    let mut headers = HEADERS.clone();
    // Put in its place, which is there: half the work of inserting it.
    *headers.get_mut(&REQUEST_ID).expect("it is among them") = request_id;
    headers
}

/// The world's time, as `Expires` says it.
fn http_date(clock: &Clock) -> HeaderValue {
    let text = clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).expect("a date is ASCII")
}

/// A request message with its rules.
pub(super) trait Request: Message + MessageName + DeserializeOwned + Default {
    /// Puts the parameters of the path and the query into the message; they win over the body's.
    fn bind(&mut self, _: &Call) {}

    /// What the operation asks of its caller before it looks at anything else.
    fn admit(&self, _: &Zitadel, _: &Call, _: &Caller) -> Result<(), Error> {
        Ok(())
    }

    /// Checks the rules of the vendor's validator, in the order of the fields.
    fn validate(&self) -> Result<(), Error>;
}

/// What an operation answers.
pub(super) trait Answer {
    /// In protobuf.
    fn encoded(&self) -> Vec<u8>;

    /// In protobuf's JSON.
    fn json(&self) -> Vec<u8>;
}

impl<A: Message + Serialize> Answer for A {
    fn encoded(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a message is JSON")
    }
}

/// Runs one operation on whichever edge: decodes, authenticates, validates, operates, encodes.
pub(super) fn serve<Q: Request, A: Answer>(
    state: &Zitadel,
    call: &Call,
    (edge, message): (Edge, &[u8]),
    operate: impl FnOnce(&Q, &Caller) -> Result<A, Error>,
    answer: &'static str,
) -> Result<Done, Error> {
    let request = match edge {
        Edge::Rest => {
            let mut request = if takes_body(call) { from_gateway(message)? } else { Q::default() };
            request.bind(call);
            request
        }
        Edge::Rpc(wire) => from_call(wire.codec, message)?,
    };
    let caller = auth::authenticate(state, call)?;
    request.admit(state, call, &caller)?;
    request.validate()?;
    let response = operate(&request, &caller)?;
    let message = match edge {
        Edge::Rpc(wire) if wire.codec == Codec::Proto => response.encoded(),
        _ => response.json(),
    };
    Ok(Done { message, at: caller.at(), answer })
}

/// Whether the gateway reads the body of a call.
fn takes_body(call: &Call) -> bool {
    match *call.method() {
        http::Method::GET => false,
        http::Method::DELETE => call.path().ends_with("/phone"), // the one whose route says so
        _ => true,
    }
}

/// A message from the gateway: the first value of the body counts, and nothing is an empty message.
fn from_gateway<Q: Request>(body: &[u8]) -> Result<Q, Error> {
    match go_json::first_value(body).map_err(|error| Error::Undecodable(error.to_string()))? {
        Some(b"{}") => Ok(Q::default()), // the usual body of a call that names its user in the path
        Some(value) => from_json(value).map_err(Error::Undecodable),
        None => Ok(Q::default()),
    }
}

/// A message from a remote call.
fn from_call<Q: Request>(codec: Codec, message: &[u8]) -> Result<Q, Error> {
    let wrong = |text: &str| {
        // The library names the message by the last part of its package.
        let package = Q::PACKAGE.split('.').nth(1).unwrap_or_default();
        Error::Undecodable(format!("unmarshal message: unmarshal into *{package}.{}: {text}", Q::NAME))
    };
    if codec == Codec::Proto {
        return Q::decode_from_slice(message).map_err(|error| wrong(&format!("proto: {error}")));
    }
    if message.is_empty() {
        return Err(Error::Undecodable("unmarshal message: zero-length payload is not a valid JSON object".to_owned()));
    }
    // The library's own words for broken JSON are not the gateway's; their exact text is assumed.
    match go_json::first_value(message) {
        Ok(Some(value)) if message.trim_ascii().len() == value.len() => from_json(value).map_err(|text| wrong(&text)),
        Ok(Some(_)) => Err(wrong("proto: syntax error: unexpected token after the value")),
        Ok(None) => Err(wrong("proto: unexpected EOF")),
        Err(error) => Err(wrong(&format!("proto: syntax error: {error}"))),
    }
}

/// A message from JSON that is well formed.
fn from_json<Q: Request>(value: &[u8]) -> Result<Q, String> {
    let members = go_json::members(value).map_err(|error| error.to_string())?;
    let options = JsonParseOptions::new().ignore_unknown_enum_values(true);
    let mut reader = serde_json::Deserializer::from_slice(value);
    let read = with_json_parse_options(&options, || serde_path_to_error::deserialize(&mut reader));
    read.map_err(|error| go_json::explain(&members, &error.path().to_string(), &error.inner().to_string()))
}

/// The id in the path of a call, or in the message of a remote one.
pub(super) fn user_id(call: &Call) -> Option<Cow<'_, str>> {
    match Edge::of(call).ok()? {
        // Parameters that are no user's stand in no path.
        Edge::Rest => Some(call.parameter(0)),
        edge @ Edge::Rpc(wire) => {
            let message = edge.message(call).ok()?;
            // Every request about one user has its id as the first field.
            from_call::<proto::GetUserByIDRequest>(wire.codec, &message).ok().map(|request| request.user_id.into())
        }
    }
}

/// Where a record stands in its history. All four members, as the seed prints them.
pub(super) fn details(user: &User) -> MessageField<Details, buffa::Inline<Details>> {
    MessageField::some(Details {
        sequence: user.sequence,
        change_date: MessageField::some(timestamp(user.change_date)),
        resource_owner: user.profile.resource_owner.to_string(),
        creation_date: MessageField::some(timestamp(user.profile.creation_date)),
    })
}

/// A user that was made.
pub(super) fn created(done: Written) -> proto::CreateUserResponse {
    proto::CreateUserResponse {
        id: done.user.profile.user_id.clone(),
        creation_date: set(done.user.profile.creation_date),
        email_code: done.email_code,
        phone_code: done.phone_code,
    }
}

/// A human that was made in the older way.
pub(super) fn added(done: Written) -> proto::AddHumanUserResponse {
    proto::AddHumanUserResponse {
        user_id: done.user.profile.user_id.clone(),
        details: details(&done.user),
        email_code: done.email_code,
        phone_code: done.phone_code,
    }
}

/// A user that was changed.
pub(super) fn updated(done: Written) -> proto::UpdateUserResponse {
    proto::UpdateUserResponse {
        change_date: set(done.user.change_date),
        email_code: done.email_code,
        phone_code: done.phone_code,
    }
}

/// A human that was changed in the older way.
pub(super) fn human_updated(done: Written) -> proto::UpdateHumanUserResponse {
    proto::UpdateHumanUserResponse {
        details: details(&done.user),
        email_code: done.email_code,
        phone_code: done.phone_code,
    }
}

/// A page of metadata.
pub(super) fn metadata((entries, paging): (Vec<Metadata>, Paging)) -> proto::ListUserMetadataResponse {
    let entry = |entry: Metadata| ListedMetadata {
        creation_date: set(entry.created),
        change_date: set(entry.changed),
        key: entry.key,
        value: entry.value,
    };
    proto::ListUserMetadataResponse {
        pagination: pagination(paging),
        metadata: entries.into_iter().map(entry).collect(),
    }
}

/// A token of a list.
pub(super) fn listed_token(listed: Listed) -> proto::PersonalAccessToken {
    proto::PersonalAccessToken {
        creation_date: set(listed.created),
        change_date: set(listed.created),
        id: listed.id,
        user_id: listed.user_id,
        organization_id: listed.organization,
        expiration_date: set(listed.expires),
    }
}

/// A key of a list.
pub(super) fn listed_key(listed: Listed) -> proto::Key {
    proto::Key {
        creation_date: set(listed.created),
        change_date: set(listed.created),
        id: listed.id,
        user_id: listed.user_id,
        organization_id: listed.organization,
        expiration_date: set(listed.expires),
    }
}

/// How much there is, and how much of it is shown at most.
pub(super) fn pagination(paging: Paging) -> MessageField<PaginationResponse, buffa::Inline<PaginationResponse>> {
    MessageField::some(PaginationResponse { total_result: paging.total as u64, applied_limit: paging.limit.into() })
}

/// A page of users.
pub(super) fn list(page: &operations::Page) -> proto::ListUsersResponse {
    proto::ListUsersResponse {
        details: MessageField::some(ListDetails {
            total_result: if page.users.is_empty() { 0 } else { page.total as u64 },
            timestamp: page.last_event.map(timestamp).map_or_else(MessageField::none, MessageField::some),
            ..ListDetails::default()
        }),
        result: page.users.iter().map(user).collect(),
        ..proto::ListUsersResponse::default()
    }
}

/// A user as reading it shows.
pub(super) fn user(user: &User) -> proto::User {
    let profile = &user.profile;
    proto::User {
        user_id: profile.user_id.clone(),
        details: details(user),
        state: EnumValue::Known(match user.state {
            State::Active => proto::UserState::Active,
            State::Inactive => proto::UserState::Inactive,
            State::Locked => proto::UserState::Locked,
            State::Initial => proto::UserState::Initial,
        }),
        username: profile.username.to_string(),
        login_names: profile.login_names.iter().map(ToString::to_string).collect(),
        preferred_login_name: profile.preferred_login_name.to_string(),
        r#type: Some(match &profile.kind {
            Kind::Human(human) => human_user(human).into(),
            Kind::Machine(machine) => machine_user(machine).into(),
        }),
    }
}

fn human_user(human: &Human) -> proto::HumanUser {
    let profile = &human.profile;
    proto::HumanUser {
        profile: MessageField::some(proto::HumanProfile {
            given_name: profile.given_name.clone(),
            family_name: profile.family_name.clone(),
            nick_name: Some(profile.nick_name.clone()),
            display_name: Some(profile.display_name.clone()),
            preferred_language: Some(profile.preferred_language.to_string()),
            gender: Some(EnumValue::Known(match profile.gender {
                Gender::Unspecified => proto::Gender::Unspecified,
                Gender::Female => proto::Gender::Female,
                Gender::Male => proto::Gender::Male,
                Gender::Diverse => proto::Gender::Diverse,
            })),
            avatar_url: profile.avatar_url.clone(),
        }),
        email: MessageField::some(proto::HumanEmail {
            email: human.email.address.email.clone(),
            is_verified: human.email.is_verified,
        }),
        phone: MessageField::some(proto::HumanPhone {
            phone: human.phone.address.phone.clone(),
            is_verified: human.phone.is_verified,
        }),
        password_change_required: human.password_change_required,
        password_changed: human.password_changed.map(timestamp).map_or_else(MessageField::none, MessageField::some),
        mfa_init_skipped: human.mfa_init_skipped.map(timestamp).map_or_else(MessageField::none, MessageField::some),
        ..proto::HumanUser::default()
    }
}

fn machine_user(machine: &Machine) -> proto::MachineUser {
    let jwt = machine.access_token_type.is_some();
    proto::MachineUser {
        name: machine.name.clone(),
        description: machine.description.clone(),
        has_secret: machine.has_secret,
        access_token_type: EnumValue::Known(if jwt {
            proto::AccessTokenType::Jwt
        } else {
            proto::AccessTokenType::Bearer
        }),
    }
}

/// The time of a message; one out of range is at the end of time.
pub(super) fn time(time: &Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::new(time.seconds, time.nanos).unwrap_or(jiff::Timestamp::MAX)
}

/// A time in a message, as a member that is set.
pub(super) fn set(time: jiff::Timestamp) -> MessageField<Timestamp, buffa::Inline<Timestamp>> {
    MessageField::some(timestamp(time))
}

/// The earliest time that protobuf has, which stands for all before it.
const EARLIEST: jiff::Timestamp = jiff::Timestamp::constant(-62_135_596_800, 0); // the start of the year 1

fn timestamp(time: jiff::Timestamp) -> Timestamp {
    let time = time.max(EARLIEST);
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    match nanos < 0 {
        // Before 1970 a message's fraction still counts forwards.
        true => Timestamp { seconds: seconds - 1, nanos: nanos + 1_000_000_000, ..Timestamp::default() },
        false => Timestamp { seconds, nanos, ..Timestamp::default() },
    }
}

// What the gateway forwards of the inner call's headers (inferred, zitadel-headers).
pub(super) const INNER_TYPE: HeaderName = HeaderName::from_static("grpcgateway-content-type");
const INNER_CACHE: HeaderName = HeaderName::from_static("grpcgateway-cache-control");
const INNER_PRAGMA: HeaderName = HeaderName::from_static("grpcgateway-pragma");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// A request id in the vendor's form: 20 digits in base 32 that stand for the time and eight bytes.
fn request_id(at: jiff::Timestamp, ids: &Ids) -> HeaderValue {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let seconds = at.as_second() as u32; // the form has 32 bits for the time
    let number = u128::from(seconds) << 64 | u128::from(u64::from_be_bytes(ids.bytes(Stream::RequestIds)));
    // 96 bits are 19 digits and one bit, which the form puts in front of the last, padded one.
    let padded = number << 4;
    // In two halves of ten digits, each of which a machine word holds.
    let halves = [(padded >> 50) as u64, padded as u64];
    let text: [u8; 20] =
        std::array::from_fn(|place| DIGITS[(halves[place / 10] >> (45 - 5 * (place % 10))) as usize % 32]);
    HeaderValue::from_bytes(&text).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_starts_with_the_time() {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let first = request_id(at, &Ids::seeded(1));
        let second = request_id(at, &Ids::seeded(2));
        assert_eq!(first.len(), 20);
        assert_eq!(first.as_bytes()[..6], second.as_bytes()[..6]);
        assert_ne!(first, second);
    }

    #[test]
    fn a_time_before_1970_is_a_message_too() {
        for (given, shown) in [
            ("2025-03-25T09:53:34.029Z", "2025-03-25T09:53:34.029Z"),
            ("1012-03-25T09:53:34.029Z", "1012-03-25T09:53:34.029Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("-000001-01-01T00:00:00.5Z", "0001-01-01T00:00:00Z"),
        ] {
            let message = timestamp(given.parse().unwrap());
            assert_eq!(serde_json::to_value(&message).unwrap(), shown);
        }
    }
}
