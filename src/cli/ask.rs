//! Asks a running server over plain HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long all requests of a short command may take together.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a state may take, which can be large.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// The largest body that is read.
const MAX_BODY: usize = 1 << 20;

/// The largest state that is read.
const MAX_STATE: usize = 1 << 30;

const HEALTH: &str = "/__fauxidp/health";

/// A running server.
pub(super) struct Server {
    /// Its URL.
    pub url: String,
    authority: Authority,
}

/// One request to a server.
pub(super) struct Question {
    method: Method,
    path: String,
    body: Option<Bytes>,
    patience: Duration,
    max_body: usize,
}

impl Question {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, patience: PATIENCE, max_body: MAX_BODY }
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().into())
    }

    pub(super) fn bytes(self, body: Bytes) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The same for large bodies.
    pub(super) fn large(self) -> Self {
        Self { patience: LONG_PATIENCE, max_body: MAX_STATE, ..self }
    }
}

impl Server {
    /// The server of a URL or of an address. Every port of the server accepts plain HTTP, so `https` is as good.
    ///
    /// # Errors
    /// The URL is none, or its scheme is another one.
    pub(super) fn at(url: &str) -> Result<Self, String> {
        let wrong = |reason: &str| format!("{url}: {reason}");
        let url = match url.split_once("://") {
            Some(("http" | "https", rest)) => format!("http://{rest}"),
            Some(_) => return Err(wrong("expected http:// or https://")),
            None => format!("http://{url}"),
        };
        let uri: Uri = url.parse().map_err(|_| wrong("not a URL"))?;
        let authority = uri.authority().cloned().ok_or_else(|| wrong("the URL has no host"))?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), authority })
    }

    /// The health report.
    ///
    /// # Errors
    /// A sentence that names the server.
    pub(super) fn health(&self) -> Result<Value, String> {
        self.report(&self.text(HEALTH)?)
    }

    /// The health report, and the certificate that clients must trust.
    ///
    /// # Errors
    /// A sentence that names the server.
    pub(super) fn health_and_certificate(&self) -> Result<(Value, String), String> {
        let [health, certificate] = self.all([Question::get(HEALTH), Question::get("/__fauxidp/ca.pem")])?;
        let (health, certificate) = (self.ok(health)?, self.ok(certificate)?);
        Ok((self.report(&health)?, certificate))
    }

    /// The answer to one question: its status and its text.
    ///
    /// # Errors
    /// A sentence that names the server.
    pub(super) fn answer(&self, question: Question) -> Result<(StatusCode, String), String> {
        let [answer] = self.all([question])?;
        Ok(answer)
    }

    fn text(&self, path: &str) -> Result<String, String> {
        let answer = self.answer(Question::get(path))?;
        self.ok(answer)
    }

    fn ok(&self, (status, text): (StatusCode, String)) -> Result<String, String> {
        match status {
            StatusCode::OK => Ok(text),
            status => Err(format!("{}: the server answered {}", self.url, status.as_u16())),
        }
    }

    fn report(&self, body: &str) -> Result<Value, String> {
        let report = serde_json::from_str(body).ok().filter(|report: &Value| report["vendors"].is_array());
        report.ok_or_else(|| format!("{} is not a fauxidp server", self.url))
    }

    /// The answers to questions, each asked on a connection of its own.
    fn all<const N: usize>(&self, questions: [Question; N]) -> Result<[(StatusCode, String); N], String> {
        let wrong = |reason: String| format!("{}: {reason}", self.url);
        let patience = questions.iter().map(|question| question.patience).max().unwrap_or(PATIENCE);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| wrong(error.to_string()))?;
        let answers = runtime.block_on(async {
            let ask_all = async {
                let mut answers = [const { (StatusCode::OK, String::new()) }; N];
                for (question, answer) in questions.into_iter().zip(&mut answers) {
                    *answer = self.exchange(question).await?;
                }
                Ok(answers)
            };
            timeout(patience, ask_all).await
        });
        // Do not wait for a host name lookup that is still running.
        runtime.shutdown_background();
        match answers {
            Ok(answers) => answers.map_err(|failed| match failed {
                Failed::Unreachable(error) => {
                    let url = &self.url;
                    format!("nobody answers at {url} ({error}); start a server with `fauxidp`, or name it by its URL")
                }
                Failed::Broken(error) => wrong(error.to_string()),
            }),
            Err(_) => Err(wrong(format!("no complete answer within {} s", patience.as_secs()))),
        }
    }

    async fn exchange(&self, question: Question) -> Result<(StatusCode, String), Failed> {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let address = (host, self.authority.port_u16().unwrap_or(80));
        let stream = TcpStream::connect(address).await.map_err(Failed::Unreachable)?;
        self.talk(stream, question).await.map_err(Failed::Broken)
    }

    async fn talk(&self, stream: TcpStream, question: Question) -> Result<(StatusCode, String), Cause> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::builder().method(question.method).uri(question.path);
        let request = request.header(HOST, self.authority.as_str()).header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::new(question.body.unwrap_or_default()))?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, question.max_body).collect().await?.to_bytes();
        Ok((head.status, String::from_utf8(body.into())?))
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer.
enum Failed {
    /// No connection was made.
    Unreachable(std::io::Error),
    /// The connection broke, or what came was no answer.
    Broken(Cause),
}
