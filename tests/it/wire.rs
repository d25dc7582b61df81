//! A client that writes what it is told, byte for byte, and shows what comes back.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use fauxidp::fixture::{self, Request};
use fauxidp::{Config, Emulator};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// The time at which tests stand still.
pub const NOW: &str = "2030-01-01T00:00:00Z";

/// What tests call the server, whatever its port: tokens name it.
pub const HOST: &str = "127.0.0.1:8484";

/// What tests start with: any free port, a frozen clock.
pub fn config() -> Config {
    Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0)).into()],
        clock: Some(NOW.parse().expect("a time")),
        ..Config::default()
    }
}

/// An emulator on a free port, at a frozen time.
pub async fn emulator() -> Emulator {
    Emulator::start_with(config()).await.expect("the embedded seed fits")
}

/// A request, to be written as it stands.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer, with its headers in the order sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What followed the body over HTTP/2.
    pub trailers: Vec<(String, String)>,
}

impl From<&Request> for Ask {
    fn from(request: &Request) -> Self {
        let Request { method, path, headers, body, .. } = request.clone();
        Self { method, path, headers, body }
    }
}

impl From<Answer> for fixture::Answer {
    fn from(Answer { status, headers, body, trailers }: Answer) -> Self {
        Self { status, headers, body, trailers }
    }
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The header in which the caller says who it is.
    pub fn credential(&self) -> Option<&'static str> {
        let bearer = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("authorization") && value.starts_with("Bearer ")
        };
        match self.has("x-api-key") {
            true => Some("x-api-key"),
            false => self.headers.iter().any(bearer).then_some("authorization"),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// As HTTP/1.1 on a connection of its own. What a client always sends is added where the request lacks it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let mut add = |name: &str, value: &str| {
            head.push_str(&format!("{name}: {value}\r\n"));
        };
        if !self.has("host") {
            add("host", HOST);
        }
        for (name, value) in &self.headers {
            add(name, value);
        }
        if !self.body.is_empty() && !self.has("content-length") && !self.has("transfer-encoding") {
            add("content-length", &self.body.len().to_string());
        }
        add("connection", "close");
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Asks over HTTP/1.1.
    pub async fn send(&self, emulator: &Emulator) -> Answer {
        let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
        exchange(stream, &self.bytes()).await
    }

    /// Asks over HTTP/1.1, where there may be no answer.
    pub async fn try_send(&self, emulator: &Emulator) -> Option<Answer> {
        let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
        stream.write_all(&self.bytes()).await.expect("the request is taken");
        let bytes = read_to_end(&mut stream).await;
        bytes.starts_with(b"HTTP/1.1 ").then(|| parse(&bytes))
    }

    /// Asks over HTTP/2 with prior knowledge.
    pub async fn send_h2(&self, emulator: &Emulator) -> Answer {
        let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        let io = TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.expect("it speaks HTTP/2");
        tokio::spawn(connection);
        let uri = format!("http://{HOST}{}", self.path);
        let mut request = http::Request::builder().method(self.method.as_str()).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(self.body.clone()))).expect("a request");
        let (head, body) = sender.send_request(request).await.expect("an answer").into_parts();
        let text = |value: &http::HeaderValue| value.to_str().expect("text").to_owned();
        let lines = |headers: &http::HeaderMap| -> Vec<(String, String)> {
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
        };
        let body = body.collect().await.expect("a body");
        Answer {
            status: head.status.as_u16(),
            headers: lines(&head.headers),
            trailers: body.trailers().map(lines).unwrap_or_default(),
            body: body.to_bytes().to_vec(),
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The headers by name, without those that differ between connections.
    pub fn steady_headers(&self) -> BTreeMap<&str, &str> {
        let changing = ["date", "connection", "content-length", "x-request-id"];
        let steady = self.headers.iter().filter(|(name, _)| !changing.contains(&name.as_str()));
        steady.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// Writes bytes and reads one answer to the end of the connection.
pub async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Answer {
    stream.write_all(bytes).await.expect("the request is taken");
    parse(&read_to_end(&mut stream).await)
}

/// All that comes until the other side closes, in whatever way.
pub async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut all = Vec::new();
    // A TLS peer may close without saying so; what came before counts.
    let _ = stream.read_to_end(&mut all).await;
    all
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
    let head = std::str::from_utf8(&bytes[..end]).expect("a head is text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let header = |line: &str| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.to_owned(), value.trim().to_owned())
    };
    Answer {
        status: status.expect("a status"),
        headers: lines.map(header).collect(),
        body: bytes[end + 4..].to_vec(),
        trailers: Vec::new(),
    }
}
