//! Connection faults as they show at the socket: on HTTP/1.1 and HTTP/2, plain and under TLS, every time.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fauxidp::Emulator;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::server::trust;
use crate::wire::{self, Ask};

/// How often each is tried.
const TIMES: usize = 500;

const GARBAGE: &[u8] = b"\xff\xfe\xfdneither HTTP nor TLS\r\n\r\n";

const FAULTS: [&str; 5] = ["close", "reset", "garbage", "truncate;bytes=10", "hang;ms=1"];

fn ask(fault: &str) -> Ask {
    Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin").header("x-fault", fault)
}

/// The request on a connection that the client would keep.
fn kept(fault: &str) -> Vec<u8> {
    let text = String::from_utf8(ask(fault).bytes()).expect("text");
    text.replace("connection: close\r\n", "").into_bytes()
}

async fn connect(emulator: &Emulator) -> TcpStream {
    TcpStream::connect(emulator.addresses()[0]).await.expect("it listens")
}

async fn connect_tls(emulator: &Emulator, connector: &TlsConnector) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    connector.connect(name, connect(emulator).await).await.expect("a handshake")
}

/// All that comes, and how it ends.
async fn seen(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
    stream.write_all(request).await.expect("the request is taken");
    let mut all = Vec::new();
    let end = stream.read_to_end(&mut all).await.err().map(|error| error.kind());
    (all, end)
}

/// The head, and ten bytes of the longer body that it promises.
fn is_truncated(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let promised = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    let promised: usize = promised.expect("a length").parse().expect("a number");
    head.starts_with("HTTP/1.1 200 OK\r\n")
        && head.contains("x-fault-applied: truncate;bytes=10;source=header;n=")
        && body.len() == 10
        && promised > 10
}

#[tokio::test]
async fn on_http_1_each_shows_as_it_should() {
    let emulator = wire::emulator().await;
    for fault in FAULTS {
        let request = kept(fault);
        for number in 0..TIMES {
            let (bytes, end) = seen(connect(&emulator).await, &request).await;
            match fault {
                "close" | "hang;ms=1" => assert_eq!((&bytes[..], end), (&b""[..], None), "{fault} {number}"),
                "reset" => assert_eq!((&bytes[..], end), (&b""[..], Some(ErrorKind::ConnectionReset)), "{number}"),
                "garbage" => assert_eq!((&bytes[..], end), (GARBAGE, None), "{number}"),
                _ => assert!(is_truncated(&bytes) && end.is_none(), "{number}: {bytes:?} {end:?}"),
            }
        }
    }
    assert_eq!(Ask::new("GET", "/__fauxidp/health").send(&emulator).await.status, 200);
}

#[tokio::test]
async fn under_tls_each_acts_below_it() {
    let emulator = wire::emulator().await;
    let connector = trust(&emulator, &["http/1.1"]).await;
    for fault in FAULTS {
        let request = kept(fault);
        for number in 0..TIMES {
            let (bytes, end) = seen(connect_tls(&emulator, &connector).await, &request).await;
            // An end without close_notify is unexpected.
            let (nothing, unexpected) = (bytes.is_empty(), end == Some(ErrorKind::UnexpectedEof));
            let right = match fault {
                "close" | "hang;ms=1" => nothing && unexpected,
                "reset" => nothing && end == Some(ErrorKind::ConnectionReset),
                "garbage" => nothing && end == Some(ErrorKind::InvalidData),
                _ => is_truncated(&bytes) && unexpected,
            };
            assert!(right, "{fault} {number}: {bytes:?} {end:?}");
        }
    }
    assert_eq!(Ask::new("GET", "/__fauxidp/health").send(&emulator).await.status, 200);
}

/// A connection of HTTP/2, and how it ends.
async fn h2<S>(stream: S) -> (SendRequest<Empty<Bytes>>, tokio::task::JoinHandle<String>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("it speaks HTTP/2");
    let ended = tokio::spawn(async move { format!("{:?}", connection.await) });
    (sender, ended)
}

fn request(fault: &str) -> http::Request<Empty<Bytes>> {
    let ask = ask(fault);
    let mut request = http::Request::builder().uri(format!("http://127.0.0.1:8484{}", ask.path));
    for (name, value) in &ask.headers {
        request = request.header(name, value);
    }
    request.body(Empty::new()).expect("a request")
}

/// What one stream shows: the status, the body, and how it ends.
async fn stream(sender: &mut SendRequest<Empty<Bytes>>, fault: &str) -> (u16, Vec<u8>, String) {
    let mut body = match sender.send_request(request(fault)).await {
        Ok(response) => response,
        Err(error) => return (0, Vec::new(), format!("{error:?}")),
    };
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(frame.data_ref().expect("data")),
            Err(error) => return (body.status().as_u16(), bytes, format!("{error:?}")),
        }
    }
    (body.status().as_u16(), bytes, String::new())
}

/// Faults that end one stream leave its connection, and another stream that waits on it, alone.
async fn ends_streams(sender: &mut SendRequest<Empty<Bytes>>) {
    for fault in ["close", "truncate;bytes=10", "truncate;bytes=0", "truncate;bytes=9999", "hang;ms=1"] {
        let times = if fault == "truncate;bytes=0" { 50 } else { TIMES }; // clients bear few empty frames
        let mut other = sender.clone();
        let waiting = tokio::spawn(async move { stream(&mut other, "delay;ms=50").await });
        for number in 0..times {
            let (status, bytes, error) = stream(sender, fault).await;
            let shown = match fault {
                "close" | "hang;ms=1" => (status, bytes.len()) == (0, 0),
                "truncate;bytes=9999" => status == 200 && bytes.ends_with(b"}"),
                "truncate;bytes=0" => (status, bytes.len()) == (200, 0),
                _ => (status, bytes.len()) == (200, 10),
            };
            let reset = error.contains("Reset") && error.contains("INTERNAL_ERROR") && error.contains("Remote");
            assert!(shown && reset, "{fault} {number}: {status} {bytes:?} {error}");
        }
        assert_eq!(waiting.await.expect("no panic").0, 200, "{fault}");
    }
    assert_eq!(stream(sender, "none").await.0, 200);
}

#[tokio::test]
async fn on_http_2_some_end_the_stream_only() {
    let emulator = wire::emulator().await;
    ends_streams(&mut h2(connect(&emulator).await).await.0).await;
    let connector = trust(&emulator, &["h2"]).await;
    ends_streams(&mut h2(connect_tls(&emulator, &connector).await).await.0).await;
}

#[tokio::test]
async fn on_http_2_reset_and_garbage_end_the_connection() {
    let emulator = wire::emulator().await;
    let (mut witness, _) = h2(connect(&emulator).await).await;
    let connector = trust(&emulator, &["h2"]).await;
    for (fault, plain, tls) in
        [("reset", "ConnectionReset", "ConnectionReset"), ("garbage", "FRAME_SIZE_ERROR", "InvalidContentType")]
    {
        for number in 0..TIMES {
            let (mut sender, ended) = h2(connect(&emulator).await).await;
            assert_eq!(stream(&mut sender, fault).await.0, 0);
            let ended = ended.await.expect("no panic");
            assert!(ended.contains(plain), "{fault} {number}: {ended}");
            let (mut sender, ended) = h2(connect_tls(&emulator, &connector).await).await;
            assert_eq!(stream(&mut sender, fault).await.0, 0);
            let ended = ended.await.expect("no panic");
            assert!(ended.contains(tls), "{fault} {number} under TLS: {ended}");
        }
        assert_eq!(stream(&mut witness, "none").await.0, 200, "another connection lives on");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_change_leaves_the_change() {
    let emulator = wire::emulator().await;
    let monocloud = Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    let zitadel = Ask::new("POST", "/v2/users/human-active/deactivate").header("authorization", "Bearer zitadel-admin");
    let jitsudo = Ask::new("POST", "/v1/users/2489e9ad-2ee2-8e00-8ec9-32d5f69181c0/suspend")
        .header("authorization", "Bearer jitsudo-admin")
        .header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0")
        .header("content-type", "application/json")
        .body(r#"{"active":false}"#);
    for (call, again) in [(monocloud, 200), (zitadel, 400), (jitsudo, 200)] {
        for fault in ["reset;at=after", "close;at=after"] {
            Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
            let fresh = wire::emulator().await;
            assert!(call.clone().header("x-fault", fault).try_send(&emulator).await.is_none());
            call.send(&fresh).await;
            let (second, expected) = (call.send(&emulator).await, call.send(&fresh).await);
            // The same call again is what the vendor says to one that was answered.
            assert_eq!((second.status, &second.body), (again, &expected.body), "{} {fault}", call.path);
        }
    }
    let read = Ask::new("GET", "/api/users/user-with-password").header("x-api-key", "monocloud-admin");
    let disable = Ask::new("POST", "/api/users/user-with-password/disable").header("x-api-key", "monocloud-admin");
    for (fault, disabled) in [("reset", false), ("hang;ms=1", false), ("truncate;bytes=1", true)] {
        disable.clone().header("x-fault", fault).try_send(&emulator).await;
        assert_eq!(read.send(&emulator).await.json()["disabled"], disabled, "{fault}");
    }
}

#[tokio::test]
async fn a_drip_comes_in_pieces_within_its_time() {
    let emulator = wire::emulator().await;
    let whole = ask("none").send(&emulator).await;
    let started = Instant::now();
    let mut stream = connect(&emulator).await;
    stream.write_all(&ask("drip;chunks=5;ms=200").bytes()).await.expect("taken");
    let (mut all, mut reads) = (Vec::new(), 0);
    while stream.read_buf(&mut all).await.expect("readable") > 0 {
        reads += 1;
    }
    assert!(started.elapsed() >= Duration::from_millis(200) && reads >= 2, "{reads} reads in {:?}", started.elapsed());
    let text = String::from_utf8(all).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body.as_bytes(), whole.body);
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(head.contains("x-fault-applied: drip;chunks=5;ms=200;source=header;n=1"), "{head}");
    // Over HTTP/2 too, and with a truncation: the timing and the outcome are two slots.
    assert_eq!(ask("drip;chunks=3;ms=3").send_h2(&emulator).await.body, whole.body);
    let cut = ask("drip;chunks=3;ms=3, truncate;bytes=10").send(&emulator).await;
    assert_eq!(cut.body, whole.body[..10]);
}

#[tokio::test]
async fn so_many_calls_are_held_and_no_more() {
    let emulator = Arc::new(wire::emulator().await);
    let mut holding = Vec::new();
    // A few more than can be held: a try may have a place for itself when the last ones come.
    for _ in 0..8 {
        let (sender, _) = h2(connect(&emulator).await).await;
        for _ in 0..130 {
            let mut sender = sender.clone();
            holding.push(tokio::spawn(async move { stream(&mut sender, "delay;ms=60000").await.0 }));
        }
    }
    // Each try waits for the server at least once, until all the others have come.
    let mut mark = String::new();
    for _ in 0..10_000 {
        let answer = ask("delay;ms=1").send(&emulator).await;
        mark = answer.header("x-fault-applied").expect("a mark").to_owned();
        if mark.ends_with(";skipped=limit") {
            break;
        }
    }
    assert!(mark.starts_with("delay;ms=1;source=header;n=") && mark.ends_with(";skipped=limit"), "{mark}");
    for fault in ["hang;ms=1", "drip;chunks=2;ms=1"] {
        let answer = ask(fault).send(&emulator).await;
        assert_eq!(
            (answer.status, answer.header("x-fault-applied")),
            (200, Some(&*format!("{fault};source=header;n=1;skipped=limit")))
        );
    }
    holding.iter().for_each(tokio::task::JoinHandle::abort);
}
