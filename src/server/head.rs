//! Refuses heads that no server of HTTP takes, as the vendors' do before they look at a path. Knows no vendor.

use http::header::{CONNECTION, HOST, HeaderValue};
use http::request::Parts;
use http::uri::Authority;
use http::{StatusCode, Version};
use serde_json::Map;

use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};

/// The refusal of a head that breaks a rule of its protocol.
pub(super) fn refusal(head: &Parts) -> Option<Reply> {
    let detail = wrong_host(head).or_else(|| wrong_path(head.uri.path()))?;
    let reply = problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new());
    // Where the next request begins is known, but not whether its sender means what it says.
    Some(match head.version {
        Version::HTTP_2 => reply,
        _ => reply.with(CONNECTION, HeaderValue::from_static("close")),
    })
}

/// What is wrong with the header `Host` (RFC 9112, 3.2). HTTP/1.0 may lack it, and HTTP/2 has another one.
fn wrong_host(head: &Parts) -> Option<&'static str> {
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version == Version::HTTP_11 => Some("The request has no Host header."),
        (Some(_), Some(_)) => Some("The request has more than one Host header."),
        // It is empty where the target has no authority.
        (Some(host), None) if !host.is_empty() && Authority::try_from(host.as_bytes()).is_err() => {
            Some("The Host header is no host with an optional port.")
        }
        _ => None,
    }
}

/// What is wrong with the percent-encoding of a path (RFC 3986, 2.1).
fn wrong_path(path: &str) -> Option<&'static str> {
    let mut rest = path;
    while let Some(at) = memchr::memchr(b'%', rest.as_bytes()) {
        rest = &rest[at + 1..];
        if !rest.as_bytes().get(..2).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)) {
            return Some("A % in the path must be followed by two hexadecimal digits.");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(version: Version, path: &str, hosts: &[&str]) -> bool {
        let mut request = http::Request::get(path).version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        refusal(&request.body(()).unwrap().into_parts().0).is_some()
    }

    #[test]
    fn a_request_of_http_1_1_has_one_host() {
        for (hosts, refused) in [
            (&["a"][..], false),
            (&["127.0.0.1:8484"], false),
            (&["[::1]:80"], false),
            (&["my_service:80"], false),
            (&[""], false),
            (&[], true),
            (&["a", "a"], true),
            (&["a b"], true),
            (&["a/b"], true),
            (&["a, b"], true),
        ] {
            assert_eq!(is_refused(Version::HTTP_11, "/", hosts), refused, "{hosts:?}");
        }
        assert!(!is_refused(Version::HTTP_10, "/", &[]) && is_refused(Version::HTTP_10, "/", &["a", "b"]));
        assert!(!is_refused(Version::HTTP_2, "/", &[]) && is_refused(Version::HTTP_2, "/", &["a", "b"]));
    }

    #[test]
    fn a_path_is_encoded_to_its_end() {
        for (path, refused) in [
            ("/a%20b%C3%a9", false),
            ("/%25zz", false),
            ("/a?b=%zz", false),
            ("/%", true),
            ("/%a", true),
            ("/%zz/b", true),
            ("/%20%g0", true),
        ] {
            assert_eq!(is_refused(Version::HTTP_11, path, &["a"]), refused, "{path}");
        }
    }
}
