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

/// How long a request may take in total.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest body that is read.
const MAX_BODY: usize = 1 << 20;

/// The server's health report.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn health(url: &str) -> Result<Value, String> {
    let body = get(url, "/__fauxidp/health")?;
    serde_json::from_str(&body).map_err(|_| format!("{url} is not a fauxidp server"))
}

/// The body of a path.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn get(url: &str, path: &str) -> Result<String, String> {
    let wrong = |reason: String| format!("{url}: {reason}");
    let uri: Uri = url.parse().map_err(|_| wrong("not a URL".to_owned()))?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong("expected a URL with http://, which every port of the server accepts".to_owned()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| wrong(error.to_string()))?;
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, exchange(&uri, path)).await });
    // Do not wait for a host name lookup that is still running.
    runtime.shutdown_background();
    match answer {
        Ok(Ok((StatusCode::OK, body))) => Ok(body),
        Ok(Ok((status, _))) => Err(wrong(format!("the server answered {}", status.as_u16()))),
        Ok(Err(error)) => Err(wrong(error.to_string())),
        Err(_) => Err(wrong(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

/// Sends one request on a new connection.
async fn exchange(uri: &Uri, path: &str) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
    let authority = uri.authority().ok_or("the URL has no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header(HOST, authority.as_str()).body(Empty::<Bytes>::new())?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await?.to_bytes();
    Ok((head.status, String::from_utf8(body.into())?))
}
