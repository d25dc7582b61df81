//! Asks a running server over plain HTTP.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use http::Uri;
use serde_json::Value;

/// How long to wait for each step.
const PATIENCE: Duration = Duration::from_secs(3);

/// The server's health report.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn health(url: &str) -> Result<Value, String> {
    let body = get(url, "/__fauxidp/health")?;
    serde_json::from_str(&body).map_err(|_| format!("{url} is no fauxidp"))
}

/// The body of a path.
///
/// # Errors
/// A sentence that names the server.
pub(super) fn get(url: &str, path: &str) -> Result<String, String> {
    let wrong = |reason: &str| format!("{url}: {reason}");
    let uri: Uri = url.parse().map_err(|_| wrong("not a URL"))?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong("http:// is wanted: the same port speaks it"));
    }
    let authority = uri.authority().ok_or_else(|| wrong("no host"))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let addresses =
        (host, authority.port_u16().unwrap_or(80)).to_socket_addrs().map_err(|error| wrong(&error.to_string()))?;
    let mut last = wrong("no address");
    for address in addresses {
        match exchange(&address, authority.as_str(), path) {
            Ok((200, body)) => return Ok(body),
            Ok((status, _)) => last = wrong(&format!("answered {status}")),
            Err(error) => last = wrong(&error.to_string()),
        }
    }
    Err(last)
}

/// One request on a connection of its own. HTTP/1.0, so that the answer ends with the connection.
fn exchange(address: &std::net::SocketAddr, host: &str, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1 << 20).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, body.to_owned()))
}
