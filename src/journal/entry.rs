//! One call as a journal keeps it and shows it, with secrets shortened. Knows no vendor.

use std::hash::Hash;
use std::time::Duration;

use http::header::HeaderValue;
use http::{Method, StatusCode, Version};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Stopwatch;
use super::body::Body;
use super::headers::Headers;
use crate::call_match::{Finished, MatchInput, Protocol, RefusedBy, Sent};
use crate::protocol::Call;
use crate::protocol::credential::Credentials;
use crate::protocol::problem::Mark;
use crate::secrets;
use crate::shape::Asked;

/// The maximum number of bytes kept of a path and query, or of a user's key.
const MAX_TEXT: usize = 2 << 10;

/// The maximum number of bytes kept of a method. No method is that long.
const MAX_METHOD: usize = 64;

/// What a journal keeps of an answer.
#[derive(Debug, Clone)]
pub struct AnswerSummary {
    /// The status in HTTP's terms, whatever the wire showed.
    pub status: StatusCode,
    /// The injected faults, as in the answer's header. Few answers have any, so it is boxed.
    pub fault: Option<Box<HeaderValue>>,
    /// Why fauxidp itself refused, if it did.
    pub mark: Option<Mark>,
    /// After how many seconds it asks for the call again, as far as the type holds: 18 hours.
    pub retry_after: Option<u16>,
    /// Whether it is a page of a list that goes on.
    pub has_more: bool,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number in the world, from 1.
    pub n: u64,
    /// When it came, by the world's clock.
    pub at: Timestamp,
    /// Its vendor, if it belonged to one.
    pub vendor: Option<&'static str>,
    /// The operation, if one was named.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// The protocol that it used.
    pub protocol: Protocol,
    /// Who made it.
    pub credentials: Credentials,
    /// Its answer; `None` if the client disconnected first.
    pub answer: Option<AnswerSummary>,
    /// When it came, by the machine's clock.
    pub began: Stopwatch,
    /// How long it took.
    pub took: Duration,
    /// Without the query.
    pub(super) path: Box<str>,
    query: Option<Box<str>>,
    /// The key of the user that it was about.
    user_id: Option<Box<str>>,
    headers: Headers,
    body: Body,
}

/// What a journal records besides the call itself.
#[derive(Debug)]
pub struct Seen<'a> {
    /// When the call came, by the world's clock.
    pub at: Timestamp,
    /// The vendor.
    pub vendor: Option<&'static str>,
    /// The operation.
    pub operation: Option<&'static str>,
    /// The user's key.
    pub user_id: Option<&'a str>,
    /// Its answer, if there was one.
    pub answer: Option<AnswerSummary>,
    /// When the call came, by the machine's clock.
    pub began: Stopwatch,
    /// How long it took.
    pub took: Duration,
}

impl Entry {
    /// The entry of a call that is over.
    pub fn new(call: &Call, seen: Seen<'_>) -> Self {
        let Seen { at, vendor, operation, user_id, answer, began, took } = seen;
        let path = cut(call.path(), MAX_TEXT);
        let room_for_query = (MAX_TEXT - path.len()).saturating_sub(1);
        Self {
            n: 0,
            at,
            vendor,
            operation,
            method: method(&call.head.method),
            protocol: match (call.wire, call.head.version) {
                (Some(wire), _) => Protocol::Remote(wire.framing),
                (None, Version::HTTP_2) => Protocol::Http2,
                (None, _) => Protocol::Http1,
            },
            credentials: call.credentials.clone(),
            answer: answer.map(bounded),
            began,
            took,
            path: path.into(),
            query: call.head.uri.query().map(|query| cut(query, room_for_query).into()),
            user_id: user_id.map(|id| cut(id, MAX_TEXT).into()),
            headers: Headers::of(&call.head.headers),
            body: Body::of(call),
        }
    }

    /// The path and query, with secrets shortened.
    pub fn shown_path(&self) -> String {
        secrets::path(&self.path, self.query.as_deref())
    }

    /// The parts of it that a selection is compared with.
    pub fn match_input(&self) -> MatchInput<'_> {
        MatchInput {
            vendor: self.vendor,
            operation: self.operation,
            method: self.method.as_str(),
            path: &self.path,
            query: self.query.as_deref(),
            user_id: self.user_id.as_deref(),
            credentials: &self.credentials,
            finished: Some(Finished {
                n: self.n,
                protocol: self.protocol,
                status: self.status(),
                refused_by: self.refused_by(),
            }),
            sent: Some(self),
        }
    }

    /// The status; `None` if the client disconnected first.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status.as_u16())
    }

    /// Who refused it, if it was refused.
    pub fn refused_by(&self) -> Option<RefusedBy> {
        let answer = self.answer.as_ref()?;
        let is_refused = answer.status.is_client_error() || answer.status.is_server_error();
        is_refused.then(|| match &answer.fault {
            _ if answer.mark.is_some() => RefusedBy::Own,
            Some(fault) if replaces_answer(fault) => RefusedBy::Fault,
            _ => RefusedBy::Vendor,
        })
    }

    /// What two calls have in common that send the same: query, credentials and body. Of a body that is not kept, the
    /// length counts.
    pub fn sent(&self) -> impl Hash + Eq + use<'_> {
        (&self.query, &self.credentials, &self.body)
    }

    /// Whether another call has the same headers, as far as they are kept.
    pub fn has_headers_of(&self, other: &Self) -> bool {
        self.headers == other.headers
    }

    /// Whether its body is a form, and not only called one.
    pub fn has_form(&self) -> bool {
        self.body.is_form()
    }

    /// What is known of the request itself.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            is_remote: matches!(self.protocol, Protocol::Remote(_)),
            method: self.method.as_str(),
            query: self.query.as_deref(),
            body: self.body.asked(),
        }
    }

    /// The entry as people see it; secrets are shortened.
    pub fn show(&self) -> Value {
        let fault = self.answer.as_ref().and_then(|answer| answer.fault.as_ref()?.to_str().ok());
        json!({
            "n": self.n,
            "at": self.at,
            "vendor": self.vendor,
            "operation": self.operation,
            "method": self.method.as_str(),
            "path": self.shown_path(),
            "protocol": self.protocol.as_str(),
            "user": self.user_id,
            "credential": self.credentials.first().map(|credential| credential.show()),
            "status": self.status(),
            "fault": fault,
            "refused_by": self.refused_by().map(RefusedBy::as_str),
            "duration_us": u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            "body": self.body.show(),
        })
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let fault = self.answer.as_ref().and_then(|answer| answer.fault.as_ref()).map_or(0, |fault| fault.len());
        let text = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        size_of::<Self>()
            + self.method.as_str().len()
            + self.path.len()
            + text(&self.query)
            + text(&self.user_id)
            + self.credentials.size()
            + self.headers.size()
            + self.body.size()
            + fault
    }
}

impl Sent for Entry {
    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)
    }

    fn body(&self) -> Option<Value> {
        self.body.json()
    }
}

/// Whether what was injected replaced the answer. Members that only delay it come first.
fn replaces_answer(fault: &HeaderValue) -> bool {
    let Ok(text) = fault.to_str() else { return false };
    let is_timing = |member: &str| ["delay;", "drip;"].iter().any(|start| member.starts_with(start));
    !is_timing(text) || text.contains(", ")
}

/// A method, cut if it is too long.
fn method(sent: &Method) -> Method {
    let kept = sent.as_str().get(..MAX_METHOD).filter(|kept| kept.len() < sent.as_str().len());
    kept.and_then(|kept| Method::from_bytes(kept.as_bytes()).ok()).unwrap_or_else(|| sent.clone())
}

/// An answer whose faults are cut if they are too long.
fn bounded(mut answer: AnswerSummary) -> AnswerSummary {
    if let Some(fault) = &mut answer.fault
        && let Some(kept) = fault.as_bytes().get(..MAX_TEXT)
    {
        **fault = HeaderValue::from_bytes(kept).expect("a part of a header's value is one");
    }
    answer
}

/// At most `max` bytes of a text.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::body::MAX_BODY;
    use super::*;
    use crate::protocol::rpc;

    fn call(head: http::request::Builder, body: &str) -> Call {
        let (head, ()) = head.body(()).unwrap().into_parts();
        let wire = rpc::Wire::of(&head.headers).filter(|_| rpc::is_call(head.uri.path()));
        let mut call = Call::new(head, Bytes::copy_from_slice(body.as_bytes()));
        call.wire = wire;
        call
    }

    fn seen(status: u16, fault: Option<&'static str>) -> Seen<'static> {
        let status = StatusCode::from_u16(status).unwrap();
        let fault = fault.map(|fault| Box::new(HeaderValue::from_static(fault)));
        let answer = Some(AnswerSummary { status, fault, mark: None, retry_after: None, has_more: false });
        let (at, began) = (Timestamp::UNIX_EPOCH, Stopwatch::start());
        Seen { at, vendor: None, operation: None, user_id: None, answer, began, took: Duration::ZERO }
    }

    fn entry(head: http::request::Builder, body: &str) -> Entry {
        Entry::new(&call(head, body), seen(200, None))
    }

    fn get(path: &str) -> http::request::Builder {
        http::Request::get(path)
    }

    #[test]
    fn what_is_kept_of_a_text_is_bounded() {
        let long = "é".repeat(MAX_TEXT);
        let coded = "%C3%A9".repeat(MAX_TEXT);
        for (path, query, user_id) in [
            ("/a", None, None),
            ("/a", Some("b=c"), Some("d")),
            ("/a", Some(""), Some(&*long)),
            ("/a", Some(&*coded), None),
            (&*format!("/{coded}"), Some("b"), Some("d")),
        ] {
            let target = query.map_or(path.to_owned(), |query| format!("{path}?{query}"));
            let entry = Entry::new(&call(get(&target), ""), Seen { user_id, ..seen(200, None) });
            assert_eq!(
                (&*entry.path, entry.user_id.as_deref()),
                (cut(path, MAX_TEXT), user_id.map(|id| cut(id, MAX_TEXT)))
            );
            assert_eq!(entry.query.is_some(), query.is_some());
            assert!(entry.path.len() + entry.query.as_ref().map_or(0, |query| query.len()) <= MAX_TEXT);
            assert!(entry.query.is_none_or(|kept| query.unwrap().starts_with(&*kept)));
        }
    }

    #[test]
    fn a_method_and_the_faults_of_an_answer_are_bounded_too() {
        for (length, kept) in [(3, 3), (64, 64), (65, 64), (64_000, 64)] {
            let sent = "A".repeat(length);
            let entry = entry(http::Request::builder().method(&*sent).uri("/a"), "");
            assert_eq!(entry.method.as_str(), &sent[..kept]);
        }
        let fault = Some(Box::new(HeaderValue::from_str(&"503;a=b, ".repeat(10_000)).unwrap()));
        let answer =
            Some(AnswerSummary { status: StatusCode::OK, fault, mark: None, retry_after: None, has_more: false });
        assert!(Entry::new(&call(get("/a"), ""), Seen { answer, ..seen(200, None) }).size() < 4 << 10);
    }

    #[test]
    fn who_refused_is_told_from_the_answer() {
        for (status, fault, by) in [
            (200, None, None),
            (200, Some("delay;ms=1;source=header;n=1"), None),
            (404, None, Some(RefusedBy::Vendor)),
            (404, Some("delay;ms=1;source=header;n=1"), Some(RefusedBy::Vendor)),
            (503, Some("503;source=header;n=1"), Some(RefusedBy::Fault)),
            (503, Some("delay;ms=1;source=header;n=1, 503;source=header;n=1"), Some(RefusedBy::Fault)),
        ] {
            let entry = Entry::new(&call(get("/"), ""), seen(status, fault));
            assert_eq!(entry.refused_by(), by, "{status} {fault:?}");
        }
    }

    #[test]
    fn a_body_shows_as_what_it_is_and_without_its_secrets() {
        let post = |kind: &str| http::Request::post("/x.Y/Z?token=123456&page=2").header("content-type", kind);
        let show = |kind: &str, body: &str| entry(post(kind), body).show();
        assert_eq!(show("application/json", "")["body"], Value::Null);
        let shown = show("application/json", r#"{"password":"hunter22","name":"Ada"}"#);
        assert_eq!(shown["body"], json!({ "password": "hunt…", "name": "Ada" }));
        assert_eq!((&shown["path"], &shown["protocol"]), (&json!("/x.Y/Z?token=1234…&page=2"), &json!("connect")));
        let framed = "\0\0\0\0\u{10}{\"code\":\"12345\"}";
        assert_eq!(show("application/grpc+json", framed)["body"], json!({ "code": "1234…" }));
        assert_eq!(show("application/grpc+json", &framed[1..])["body"], "(20 bytes)");
        assert_eq!(show("application/grpc", "secret")["body"], "(6 bytes)");
        assert_eq!(
            show("application/x-www-form-urlencoded", "client_secret=abcdef&a=b+c")["body"],
            "client_secret=abcd…&a=b c"
        );
        for body in ["hunter22", "\"hunter22\"", "{\"password\":\"hunter22\"", "{} {\"password\":\"hunter22\"}"] {
            assert_eq!(show("application/json", body)["body"], format!("({} bytes)", body.len()));
        }
        assert_eq!(show("application/json", &format!("{{}}{}", " ".repeat(MAX_BODY)))["body"], "(8194 bytes)");
    }
}
