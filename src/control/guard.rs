//! Keeps web pages from calling the control API. Checks the origin of a call and the host name that it was sent to.

use std::net::{IpAddr, Ipv6Addr};

use http::StatusCode;
use serde_json::Map;

use crate::protocol::problem::{Mark, problem};
use crate::protocol::{Call, Reply};

/// Endings of names that no public DNS has: loopback, what container tools call their host, services in a cluster.
const PRIVATE: [&str; 4] = [".localhost", ".internal", ".svc", ".cluster.local"];

/// The refusal of a call that a web page could have sent.
pub(super) fn refusal(call: &Call, allowed_hosts: &[String]) -> Option<Reply> {
    let host = call.host();
    // Browsers always send a host, so a call without one does not come from a web page.
    if host.is_some_and(|host| !is_harmless(name_of(host), allowed_hosts)) {
        let detail = "The control API does not accept this host name: a web page could own it. \
                      To allow it, start the server with --allow-host.";
        return Some(problem(StatusCode::MISDIRECTED_REQUEST, Mark::Refused, detail, Map::new()));
    }
    call.is_foreign().then(|| {
        let detail = "The control API refuses calls from web pages of another origin.";
        problem(StatusCode::FORBIDDEN, Mark::Refused, detail, Map::new())
    })
}

/// The host without its port, and without the brackets of an IPv6 address.
fn name_of(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Whether no web page can own that name. A page could point a name that it owns at this server (DNS rebinding).
fn is_harmless(name: &str, allowed: &[String]) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok()
        || name.parse::<Ipv6Addr>().is_ok()
        || !name.contains('.')
        || PRIVATE.iter().any(|end| name.ends_with(end))
        || allowed.iter().any(|allowed| is_allowed(allowed, &name))
}

/// Whether a name is the allowed one, or below it where it begins with `*.`.
fn is_allowed(allowed: &str, name: &str) -> bool {
    match allowed.strip_prefix('*') {
        Some(end) => name.len() > end.len() && name.ends_with(&end.to_ascii_lowercase()),
        None => allowed.eq_ignore_ascii_case(name),
    }
}

/// Refuses what no host name can be: it would allow nobody.
///
/// # Errors
/// What was expected.
pub fn check_allowed(text: &str) -> Result<(), String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.bytes().all(fits)
    };
    match name.split('.').all(is_label) {
        true => Ok(()),
        false => Err("expected a host name without scheme and port, such as idp.test or *.example.com".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_page_could_own_is_not_harmless() {
        let allowed = ["idp.test".to_owned(), "*.corp.example".to_owned()];
        for (host, harmless) in [
            ("127.0.0.1:8484", true),
            ("192.168.1.5", true),
            ("[::1]:8484", true),
            ("localhost:8484", true),
            ("LOCALHOST.", true),
            ("app.localhost:1", true),
            ("fauxidp:8484", true),
            ("host.docker.internal:8484", true),
            ("host.containers.internal", true),
            ("gateway.docker.internal", true),
            ("kubernetes.docker.internal", true),
            ("docker.for.mac.localhost", true),
            ("host.lima.internal", true),
            ("host.minikube.internal", true),
            ("host.k3d.internal", true),
            ("host.orb.internal", true),
            ("host.rancher-desktop.internal", true),
            ("a.b.corp.example:8484", true),
            ("A.Corp.Example", true),
            ("corp.example", false),
            ("evilcorp.example", false),
            ("fauxidp.tests.svc.cluster.local:8484", true),
            ("fauxidp.tests.svc", true),
            ("idp.test:8484", true),
            ("evil.example:8484", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("notlocalhost.com", false),
            ("host.docker.internal.evil.example", false),
            ("evilinternal.example", false),
            ("printer.local", false),
        ] {
            assert_eq!(is_harmless(name_of(host), &allowed), harmless, "{host}");
        }
    }
    #[test]
    fn what_no_host_can_be_called_is_refused() {
        for (text, fits) in [
            ("idp.test", true),
            ("*.corp.example", true),
            ("my_idp", true),
            ("*", false),
            ("*corp.example", false),
            ("a.*.example", false),
            ("idp.test:8484", false),
            ("http://idp.test", false),
            ("idp.test/", false),
            ("idp.test.", false),
            ("idp test", false),
            ("", false),
        ] {
            assert_eq!(check_allowed(text).is_ok(), fits, "{text}");
        }
    }
}
