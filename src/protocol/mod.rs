//! Turns bytes into calls and replies into bytes, with what every dialect of JSON over HTTP needs. Knows no vendor.

pub mod body;
pub mod credential;
pub mod delivery;
pub mod problem;
pub mod route;
pub mod rpc;

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::Frame;
use jiff::Timestamp;
use memchr::memchr;
use serde::Serialize;

use credential::Credentials;
use delivery::Delivery;
use rpc::Wire;

/// The prefix of the headers that are for fauxidp itself.
const OURS: [&str; 2] = ["x-fault", "x-fauxidp"];

/// The headers in which a proxy passes on what the client asked for.
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The header in which browsers say how a call's origin relates to its target.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The bytes that HTTP/2 counts for each header in addition to its name and value (RFC 9113, 6.5.2).
const HEADER_OVERHEAD: usize = 32;

/// One request, read whole and routed.
#[derive(Debug, Clone)]
pub struct Call {
    /// Method, headers and the rest of the head as it came.
    pub head: Parts,
    /// The routed path, if it differs from the head's: without prefixes, and with plain characters decoded.
    pub routed: Option<Box<str>>,
    /// The prefix that was removed: `/~world`, `/vendor`, both, or nothing.
    pub prefix: String,
    /// The index of the vendor whose own listener accepted it.
    pub listener: Option<usize>,
    /// Whether it came over TLS.
    pub is_tls: bool,
    /// Whether another call of this server asks it. Such a call asks no further one.
    pub is_nested: bool,
    /// Whether any header is for fauxidp itself. Most calls have none, so they are not searched for each.
    pub speaks_to_us: bool,
    /// The size of the headers in bytes, counted as in HTTP/2 for both protocols.
    pub header_size: usize,
    /// When the vendor starts to handle it, by its world's clock; the start of 1970 until its world is known.
    pub at: Timestamp,
    /// Which headers may be present, one bit for several names: most that are looked up are absent.
    names: u64,
    /// Whether the path has percent-encoded characters. Most have none, so parameters are not searched for them.
    pub is_coded: bool,
    /// The body.
    pub body: Bytes,
    /// The credentials, once its world is known.
    pub credentials: Credentials,
    /// The wire of a remote call; `None` if it is not a remote call or its content type is not supported.
    pub wire: Option<Wire>,
}

impl Call {
    /// A call that is not routed yet and whose body is still to come. It is boxed, since it moves from step to step.
    pub fn begun(head: Parts, is_tls: bool) -> Box<Self> {
        let mut call = Box::new(Self::new(head, Bytes::new()));
        call.is_tls = is_tls;
        call
    }

    /// A call over plain HTTP that is not routed yet.
    pub fn new(head: Parts, body: Bytes) -> Self {
        let (mut speaks_to_us, mut header_size, mut names) = (false, 0, 0);
        for (name, value) in &head.headers {
            let name = name.as_str();
            // The first letter rules out most names quickly.
            speaks_to_us |= name.starts_with('x') && OURS.iter().any(|start| name.starts_with(start));
            header_size += name.len() + value.len() + HEADER_OVERHEAD;
            names |= bit(name);
        }
        let is_coded = memchr(b'%', head.uri.path().as_bytes()).is_some();
        let (prefix, wire) = (String::new(), None);
        Self {
            head,
            routed: None,
            prefix,
            listener: None,
            is_tls: false,
            is_nested: false,
            speaks_to_us,
            header_size,
            at: Timestamp::UNIX_EPOCH,
            names,
            is_coded,
            body,
            credentials: Credentials::default(),
            wire,
        }
    }

    /// The path that was routed.
    pub fn path(&self) -> &str {
        self.routed.as_deref().unwrap_or_else(|| self.head.uri.path())
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.head.method
    }

    /// The first header of that name.
    pub fn value(&self, name: &HeaderName) -> Option<&HeaderValue> {
        match self.names & bit(name.as_str()) {
            0 => None,
            _ => first(&self.head.headers, name),
        }
    }

    /// The first header of that name, if it is text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.value(name)?.to_str().ok()
    }

    /// Scheme and host as the client sees them, such as `http://127.0.0.1:8484`, with the prefix of a world. Behind a
    /// proxy, they are those of the proxy.
    pub fn origin(&self) -> String {
        format!("{}{}", self.site(), self.prefix)
    }

    /// The same without a prefix.
    pub fn site(&self) -> String {
        let forwarded = self.header(&FORWARDED_HOST).filter(|host| host.parse::<Authority>().is_ok());
        let host = forwarded.or_else(|| self.host()).unwrap_or("localhost");
        let own = if self.is_tls { "https" } else { "http" };
        // What is no scheme of HTTP is not passed on: the origin stands in links.
        let scheme = self.header(&FORWARDED_PROTO).filter(|scheme| ["http", "https"].contains(scheme)).unwrap_or(own);
        format!("{scheme}://{host}")
    }

    /// The host and port that it was sent to.
    pub fn host(&self) -> Option<&str> {
        self.head.uri.authority().map(Authority::as_str).or_else(|| self.header(&HOST))
    }

    /// Whether a web page of another origin sent it, as browsers tell.
    pub fn is_foreign(&self) -> bool {
        let is_own = |origin: &str| {
            let address = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            matches!((address, self.host()), (Some(address), Some(host)) if address.eq_ignore_ascii_case(host))
        };
        self.value(&ORIGIN).is_some_and(|origin| !origin.to_str().is_ok_and(is_own))
            || self.header(&FETCH_SITE).is_some_and(|site| site.eq_ignore_ascii_case("cross-site"))
    }

    /// The media type of the body without its parameters, as it was written.
    pub fn media_type(&self) -> Option<&str> {
        let value = self.header(&CONTENT_TYPE)?;
        let end = memchr(b';', value.as_bytes()).unwrap_or(value.len());
        Some(value[..end].trim())
    }

    /// Whether the body is JSON by its media type; without a media type it may be.
    pub fn may_be_json(&self) -> bool {
        let usual = |value: &HeaderValue| value == "application/json"; // by far the most write it so
        self.value(&CONTENT_TYPE).is_none_or(usual) || self.media_type().is_none_or(is_json)
    }
}

/// The bit of a header's name in [`Call::names`]: length and last letter distinguish the names that are looked up most.
const fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    match bytes.last() {
        Some(last) => 1 << ((bytes.len() + 5 * *last as usize) % 64),
        None => 0, // no header is called so
    }
}

/// The first header of that name. Most calls have few headers, so comparing each is faster than hashing the name.
fn first<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    const FEW: usize = 8;
    match headers.len() <= FEW {
        true => headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value),
        false => headers.get(name),
    }
}

/// Whether a media type is JSON: `application/json`, `text/json` or anything with the suffix `+json`.
fn is_json(media_type: &str) -> bool {
    let is = |name: &str| media_type.eq_ignore_ascii_case(name);
    let end = media_type.len().checked_sub("+json".len()).and_then(|start| media_type.get(start..));
    is("application/json") || is("text/json") || end.is_some_and(|end| end.eq_ignore_ascii_case("+json"))
}

/// One answer, before it is put on the wire.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, without those that the connection adds.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// What follows the body, on gRPC.
    pub trailers: Option<Box<HeaderMap>>,
    /// The status of an error in HTTP's terms, if the wire does not show it: gRPC always answers 200.
    pub http_status: Option<StatusCode>,
    /// Which row of the operation's fidelity table this is; empty for fauxidp's own answers.
    pub answer: &'static str,
    /// How it is sent, if a fault changes that.
    pub delivery: Option<Box<Delivery>>,
    /// Whether the world of the call is kept although the answer is no success, as where a sign-in redirects.
    pub keeps_world: bool,
    /// Whether it is a page of a list that goes on.
    pub has_more: bool,
}

impl Reply {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            trailers: None,
            http_status: None,
            answer: "",
            delivery: None,
            keeps_world: false,
            has_more: false,
        }
    }

    /// An answer with a body of that media type.
    pub fn new(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status).with(CONTENT_TYPE, HeaderValue::from_static(media_type)) }
    }

    /// An answer with a body of JSON, as nearly all are. Its media type is a constant.
    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        Self { body: body.into(), ..Self::empty(status).with(CONTENT_TYPE, JSON) }
    }

    /// An answer whose body is that value as JSON.
    pub fn of(status: StatusCode, body: &impl Serialize) -> Self {
        Self::json(status, json(body))
    }

    /// The status in HTTP's terms, whatever the wire shows.
    pub fn outcome(&self) -> StatusCode {
        self.http_status.unwrap_or(self.status)
    }

    /// Whether the call came to what it asked for: also by a redirect, as at the doors of a sign-in.
    pub fn has_succeeded(&self) -> bool {
        self.outcome().is_success() || self.outcome() == StatusCode::FOUND
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same, marked with its row in the fidelity table.
    #[must_use]
    pub fn fidelity_row(mut self, answer: &'static str) -> Self {
        self.answer = answer;
        self
    }

    /// The same as a page of a list, which says whether the list goes on.
    #[must_use]
    pub fn page_of(mut self, has_more: bool) -> Self {
        self.has_more = has_more;
        self
    }

    /// The answer as the connection expects it. A cut is passed in its extensions.
    pub fn into_response(mut self) -> Response<ReplyBody> {
        let Delivery { drip, cut } = self.delivery.map_or_else(Delivery::default, |delivery| *delivery);
        let drip = drip.filter(|_| !self.body.is_empty());
        let body = match (drip, self.trailers.map(|trailers| *trailers)) {
            (Some(drip), trailers) => {
                if trailers.is_none() {
                    // The length is known although the body is sent later.
                    self.headers.insert(CONTENT_LENGTH, HeaderValue::from(self.body.len()));
                }
                Either::Right(StreamBody::new(drip.frames(&self.body, trailers)).boxed_unsync())
            }
            (None, None) => Either::Left(Full::new(self.body)),
            // Without a length: HTTP/2 would send it in a header, and some clients then miss the trailers.
            (None, Some(trailers)) => {
                let frames = [Frame::data(self.body), Frame::trailers(trailers)];
                let frames = frames.into_iter().filter(|frame| frame.data_ref().is_none_or(|data| !data.is_empty()));
                let frames = frames.map(Ok::<_, Infallible>).collect::<Vec<_>>();
                Either::Right(StreamBody::new(stream::iter(frames)).boxed_unsync())
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(cut) = cut {
            response.extensions_mut().insert(cut);
        }
        response
    }
}

/// A value as JSON. The text starts with the room that most answers need, so that few are moved while they grow.
///
/// # Panics
/// If the value cannot be JSON, as with keys that are no texts.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    const USUAL: usize = 1 << 10;
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut text, value).expect("what is answered is JSON");
    text
}

/// The body of an answer: whole, or with trailers.
pub type ReplyBody = Either<Full<Bytes>, UnsyncBoxBody<Bytes, Infallible>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_passes_on_counts_if_it_can_stand_in_a_url() {
        for (proto, host, origin) in [
            ("https", "idp.test", "https://idp.test"),
            ("http", "idp.test:81", "http://idp.test:81"),
            ("javascript", "a b", "http://own.test"),
            ("HTTPS", "idp.test/x", "http://own.test"),
            ("", "", "http://own.test"),
        ] {
            let head = http::Request::get("/").header("host", "own.test").header("x-forwarded-proto", proto);
            let (head, ()) = head.header("x-forwarded-host", host).body(()).unwrap().into_parts();
            assert_eq!(Call::new(head, Bytes::new()).origin(), origin);
        }
    }

    #[test]
    fn only_the_servers_own_origin_is_its_own() {
        for (header, value, is_foreign) in [
            ("origin", "http://localhost:8484", false),
            ("origin", "https://LOCALHOST:8484", false),
            ("origin", "http://localhost:3000", true),
            ("origin", "null", true),
            ("sec-fetch-site", "Cross-Site", true),
            ("sec-fetch-site", "same-origin", false),
        ] {
            let head = http::Request::get("/").header("host", "localhost:8484").header(header, value);
            let (head, ()) = head.body(()).unwrap().into_parts();
            assert_eq!(Call::new(head, Bytes::new()).is_foreign(), is_foreign, "{value}");
        }
    }

    #[test]
    fn the_first_header_of_a_name_is_found_among_few_and_among_many() {
        let (name, other) = (HeaderName::from_static("x-api-key"), HeaderName::from_static("x-other"));
        let mut headers = HeaderMap::new();
        for value in ["one", "two"] {
            headers.append(&name, HeaderValue::from_static(value));
        }
        for more in 0..20 {
            assert_eq!(first(&headers, &name).unwrap(), "one", "{more}");
            assert_eq!(first(&headers, &other), None, "{more}");
            let filler: HeaderName = format!("x-filler-{more}").parse().unwrap();
            headers.insert(filler, HeaderValue::from_static(""));
        }
    }
}
