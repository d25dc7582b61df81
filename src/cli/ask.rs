//! Asks a running server over plain HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long all requests of a command may take together.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest body that is read.
const MAX_BODY: usize = 1 << 20;

const HEALTH: &str = "/__fauxidp/health";

/// The server's health report.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn health(url: &str) -> Result<Value, String> {
    let [health] = get(url, [HEALTH])?;
    report(url, &health)
}

/// The server's health report, and the certificate that clients must trust.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn health_and_certificate(url: &str) -> Result<(Value, String), String> {
    let [health, certificate] = get(url, [HEALTH, "/__fauxidp/ca.pem"])?;
    Ok((report(url, &health)?, certificate))
}

fn report(url: &str, body: &str) -> Result<Value, String> {
    serde_json::from_str(body).map_err(|_| format!("{url} is not a fauxidp server"))
}

/// The bodies of paths.
fn get<const N: usize>(url: &str, paths: [&str; N]) -> Result<[String; N], String> {
    let wrong = |reason: String| format!("{url}: {reason}");
    let uri: Uri = url.parse().map_err(|_| wrong("not a URL".to_owned()))?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong("expected a URL with http://, which every port of the server accepts".to_owned()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| wrong(error.to_string()))?;
    let answers = runtime.block_on(async {
        let ask_all = async {
            let mut bodies = [const { String::new() }; N];
            for (path, body) in paths.into_iter().zip(&mut bodies) {
                *body = exchange(&uri, path).await?;
            }
            Ok(bodies)
        };
        timeout(PATIENCE, ask_all).await
    });
    // Do not wait for a host name lookup that is still running.
    runtime.shutdown_background();
    match answers {
        Ok(bodies) => bodies.map_err(|error: Failed| wrong(error.to_string())),
        Err(_) => Err(wrong(format!("no complete answer within {} s", PATIENCE.as_secs()))),
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer, asked for on a new connection.
async fn exchange(uri: &Uri, path: &str) -> Result<String, Failed> {
    let authority = uri.authority().ok_or("the URL has no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header(HOST, authority.as_str()).body(Empty::<Bytes>::new())?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    if head.status != StatusCode::OK {
        return Err(format!("the server answered {}", head.status.as_u16()).into());
    }
    let body = Limited::new(body, MAX_BODY).collect().await?.to_bytes();
    Ok(String::from_utf8(body.into())?)
}
