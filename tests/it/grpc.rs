//! gRPC's own services, health and reflection: what they answer on each wire, and that their limits are those of all
//! calls.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use fauxidp::{Config, Emulator, Limits};
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::wire::{self, Ask, emulator, read_to_end};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const REFLECT: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// A message of protobuf with a text in one field.
fn text(field: u8, text: &str) -> Vec<u8> {
    [&[field << 3 | 2, u8::try_from(text.len()).expect("short")], text.as_bytes()].concat()
}

fn frame(message: &[u8]) -> Vec<u8> {
    [&[0], &u32::try_from(message.len()).expect("short").to_be_bytes()[..], message].concat()
}

fn ask(path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Ask {
    Ask::new("POST", path).header("content-type", content_type).body(body)
}

async fn limited(limits: Limits) -> Emulator {
    Emulator::start_with(Config { limits, ..wire::config() }).await.expect("it starts")
}

#[tokio::test]
async fn check_tells_how_a_service_is_on_every_wire() {
    let emulator = emulator().await;
    let grpc = |service| ask(CHECK, "application/grpc", frame(&text(1, service)));
    for service in ["", "zitadel.user.v2.UserService", "grpc.health.v1.Health"] {
        let answer = grpc(service).send_h2(&emulator).await;
        // Those of the vendor's gRPC server, which other wires lack.
        assert_eq!(answer.header("grpc-metadata-cache-control"), Some("no-store"), "{service}");
        assert_eq!((answer.body, &answer.trailers[0].1[..]), (frame(&[8, 1]), "0"), "{service}");
    }
    let unknown = grpc("none").send_h2(&emulator).await;
    assert_eq!((unknown.status, &unknown.trailers[0].1[..]), (200, "5"));
    let web = ask(CHECK, "application/grpc-web", frame(b"")).send(&emulator).await;
    assert_eq!(web.header("grpc-metadata-cache-control"), None);
    assert_eq!(web.body, [frame(&[8, 1]), b"\x80\0\0\0\x10grpc-status: 0\r\n".to_vec()].concat());
    let json = |body: &str| ask(CHECK, "application/json", body);
    assert_eq!(json("{}").send(&emulator).await.text(), r#"{"status":"SERVING"}"#);
    let unknown = json(r#"{"service":"none"}"#).send(&emulator).await;
    assert_eq!((unknown.status, unknown.text()), (404, r#"{"code":"not_found","message":"unknown service"}"#));
    assert_eq!(json("[").send(&emulator).await.status, 400);
    assert_eq!(ask(CHECK, "text/plain", "").send(&emulator).await.status, 415);
    assert_eq!(Ask::new("GET", CHECK).send(&emulator).await.header("allow"), Some("POST"));
    let unmatched = ask("/grpc.health.v1.Health/List", "application/grpc", frame(b"")).send_h2(&emulator).await;
    assert_eq!((unmatched.header("x-fauxidp"), &unmatched.trailers[0].1[..]), (Some("unmatched"), "12"));
}

#[tokio::test]
async fn a_watch_tells_the_status_at_once_and_ends_when_nothing_happens() {
    let idle_timeout = Duration::from_millis(300);
    let emulator = limited(Limits { idle_timeout, ..Limits::default() }).await;
    for (service, status) in [("", 1), ("none", 3)] {
        let begun = Instant::now();
        let answer = ask(WATCH, "application/grpc", frame(&text(1, service))).send_h2(&emulator).await;
        assert!(begun.elapsed() >= idle_timeout);
        assert_eq!((answer.body, &answer.trailers[0].1[..]), (frame(&[8, status]), "14"), "{service}");
    }
    let json = ask(WATCH, "application/connect+json", frame(b"{}")).send(&emulator).await;
    assert!(String::from_utf8_lossy(&json.body).contains(r#"{"status":"SERVING"}"#), "{json:?}");
    let broken = ask(WATCH, "application/grpc", "abc").send_h2(&emulator).await;
    assert_eq!((broken.body, &broken.trailers[0].1[..]), (vec![], "3"));
    assert_eq!(ask(WATCH, "application/json", "{}").send(&emulator).await.status, 415);
}

#[tokio::test]
async fn open_streams_end_when_the_server_stops() {
    let emulator = emulator().await;
    let mut watches = Vec::new();
    for (service, body) in [("", [frame(&[8, 1]), frame(&[8, 2])].concat()), ("none", frame(&[8, 3]))] {
        let question = frame(&text(1, service));
        watches.push((Conversation::open(&emulator, WATCH, Some(question)).await, body));
    }
    let mut reflection = Conversation::begin(&emulator, REFLECT[0]).await;
    reflection.ask(&text(7, "")).await;
    let begun = Instant::now();
    emulator.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "it does not wait for them until they are dropped");
    for (watch, told) in watches {
        let rest = watch.answers.collect().await.expect("an end");
        assert_eq!(rest.trailers().expect("trailers")["grpc-status"], "14");
        assert_eq!(rest.to_bytes(), told);
    }
    assert_eq!(reflection.end().await, "14");
}

/// A stream over HTTP/2: what is asked, and the answers as they come.
struct Conversation {
    questions: UnboundedSender<Vec<u8>>,
    answers: Incoming,
    read: BytesMut,
}

impl Conversation {
    async fn begin(emulator: &Emulator, path: &str) -> Self {
        Self::open(emulator, path, None).await
    }

    /// The same; with an only question, it is all that is asked.
    async fn open(emulator: &Emulator, path: &str, only: Option<Vec<u8>>) -> Self {
        let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
        tokio::spawn(connection);
        let (mut questions, asked) = unbounded_channel::<Vec<u8>>();
        if let Some(only) = only {
            questions.send(only).expect("it is still open");
            questions = unbounded_channel().0;
        }
        let frames = stream::unfold(asked, |mut asked| async {
            let question = asked.recv().await?;
            Some((Ok::<_, Infallible>(Frame::data(Bytes::from(question))), asked))
        });
        let request = http::Request::post(format!("http://127.0.0.1:8484{path}"));
        let request = request.header("content-type", "application/grpc").body(StreamBody::new(Box::pin(frames)));
        let answer = sender.send_request(request.expect("a request")).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/grpc");
        Self { questions, answers: answer.into_body(), read: BytesMut::new() }
    }

    fn send(&self, bytes: &[u8]) {
        self.questions.send(bytes.to_vec()).expect("it is still open");
    }

    /// The message that answers a question.
    async fn ask(&mut self, question: &[u8]) -> Vec<u8> {
        self.send(&frame(question));
        loop {
            if let Some((head, rest)) = self.read.split_at_checked(5) {
                let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
                if rest.len() >= length {
                    return self.read.split_to(5 + length)[5..].to_vec();
                }
            }
            let frame = self.answers.frame().await.expect("more").expect("no error");
            self.read.extend_from_slice(frame.data_ref().expect("data"));
        }
    }

    /// The status at the end.
    async fn end(self) -> String {
        let rest = self.answers.collect().await.expect("an end");
        rest.trailers().expect("trailers")["grpc-status"].to_str().expect("text").to_owned()
    }
}

fn contains(message: &[u8], text: &str) -> bool {
    message.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn reflection_answers_each_question_as_it_comes() {
    let emulator = emulator().await;
    for path in REFLECT {
        let mut stream = Conversation::begin(&emulator, path).await;
        let services = stream.ask(&text(7, "")).await;
        for name in [
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
            "zitadel.user.v2.UserService",
        ] {
            assert!(contains(&services, name), "{name}");
        }
        let file = stream.ask(&text(4, "zitadel.user.v2.UserService.DeactivateUser")).await;
        assert!(contains(&file, "zitadel/user/v2/user_service.proto") && contains(&file, "DeactivateUserRequest"));
        assert!(contains(&file, "google/protobuf/timestamp.proto"), "what it needs comes with it");
        let file = stream.ask(&text(3, "grpc/health/v1/health.proto")).await;
        assert!(
            contains(&file, "HealthCheckResponse") && file.starts_with(&text(2, "\x1a\x1bgrpc/health/v1/health.proto"))
        );
        assert!(contains(&stream.ask(&text(4, "none")).await, "not found: none"));
        drop(std::mem::replace(&mut stream.questions, unbounded_channel().0));
        assert_eq!(stream.end().await, "0");
    }
}

#[tokio::test]
async fn a_stream_of_questions_is_bounded_in_messages_bytes_and_time() {
    let limits = Limits { max_body: 200, body_timeout: Duration::from_millis(200), ..Limits::default() };
    let emulator = limited(limits).await;
    let begin = || Conversation::begin(&emulator, REFLECT[0]);
    let large = begin().await;
    large.send(&[0; 201]);
    assert_eq!(large.end().await, "8");
    for (half, code) in [(&b""[..], "4"), (b"\0\0", "4"), (b"\0\0\0\0\x02\x1a\x05", "3"), (b"\0\0\0\0\0", "3")] {
        let stream = begin().await;
        stream.send(half);
        assert_eq!(stream.end().await, code, "{half:?}");
    }
    let emulator = wire::emulator().await;
    let mut many = Conversation::begin(&emulator, REFLECT[0]).await;
    for _ in 0..1_000 {
        many.ask(&text(3, "none")).await;
    }
    many.send(&frame(&text(3, "none")));
    assert_eq!(many.end().await, "8");
}

#[tokio::test]
async fn half_a_body_holds_nothing_for_ever_and_a_large_head_or_body_is_refused() {
    let limits = Limits { body_timeout: Duration::from_millis(200), max_connections: 1, ..Limits::default() };
    let emulator = limited(limits).await;
    for path in [CHECK, WATCH, "/grpc.health.v1.Health/None"] {
        for content_type in ["application/grpc", "application/proto", "text/plain"] {
            let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: 100\r\n\r\nx"
            );
            stream.write_all(head.as_bytes()).await.expect("it is taken");
            let answer = read_to_end(&mut stream).await;
            let answer = String::from_utf8_lossy(&answer);
            let mark = if path.ends_with("None") { "unmatched" } else { "limit" };
            assert!(answer.contains(&format!("x-fauxidp: {mark}")), "{path} {content_type}: {answer}");
        }
    }
    let emulator = wire::emulator().await;
    for path in [CHECK, WATCH, REFLECT[0]] {
        let head = ask(path, "text/plain", "").header("x-more", &"x".repeat(50_000)).send(&emulator).await;
        assert_eq!((head.status, head.header("x-fauxidp")), (431, Some("limit")), "{path}");
    }
    for path in [CHECK, WATCH] {
        let body = ask(path, "application/proto", vec![0; (1 << 20) + 1]).send(&emulator).await;
        assert!(body.header("x-fauxidp") == Some("limit"), "{path}");
    }
}

#[tokio::test]
async fn streams_that_stay_open_take_a_place_among_the_held_calls() {
    let emulator = limited(Limits { max_held: 1, ..Limits::default() }).await;
    let mut open = Conversation::begin(&emulator, REFLECT[0]).await;
    open.ask(&text(7, "")).await;
    let refused = ask(WATCH, "application/grpc", frame(b"")).send_h2(&emulator).await;
    assert_eq!((refused.header("x-fauxidp"), &refused.trailers[0].1[..]), (Some("limit"), "8"));
    let check = ask(CHECK, "application/grpc", frame(b"")).send_h2(&emulator).await;
    assert_eq!(check.trailers[0].1, "0", "a check holds nothing");
}
