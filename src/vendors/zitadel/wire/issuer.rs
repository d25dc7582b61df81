//! What ZITADEL is called: by the request, in the vendor's order, or as the start says. Knows no door.

use http::header::{FORWARDED, HeaderName};
use http::uri::Authority;

use super::super::state::Zitadel;
use crate::oidc::issuer::in_world;
use crate::protocol::Call;

/// The headers in which a proxy names the host: those of the vendor come before all others.
static PUBLIC_HOST: HeaderName = HeaderName::from_static("x-zitadel-public-host");
static INSTANCE_HOST: HeaderName = HeaderName::from_static("x-zitadel-instance-host");

/// The issuer of this world's tokens.
pub(in super::super) fn issuer(zitadel: &Zitadel, call: &Call) -> String {
    match &zitadel.settings.issuer {
        Some(fixed) => in_world(fixed, &zitadel.context.world),
        None => origin(call),
    }
}

/// Scheme and host as the client sees them, with the prefix of a world.
pub(in super::super) fn origin(call: &Call) -> String {
    let usual = call.origin();
    let forwarded = call.header(&FORWARDED).unwrap_or_default();
    let of_vendor = [&PUBLIC_HOST, &INSTANCE_HOST].into_iter().find_map(|name| call.header(name).filter(is_host));
    let host = of_vendor.or_else(|| parameter(forwarded, "host").filter(is_host));
    let scheme = parameter(forwarded, "proto").filter(|scheme| ["http", "https"].contains(scheme));
    if host.is_none() && scheme.is_none() {
        return usual;
    }
    let (own_scheme, rest) = usual.split_once("://").unwrap_or(("http", &usual));
    let (own_host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    format!("{}://{}{prefix}", scheme.unwrap_or(own_scheme), host.unwrap_or(own_host))
}

fn is_host(host: &&str) -> bool {
    host.parse::<Authority>().is_ok_and(|authority| !authority.as_str().contains('@'))
}

/// A parameter of the first element of `Forwarded` (RFC 7239), without its quotes.
fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let parameters = header.split(',').next()?.split(';').filter_map(|pair| pair.split_once('='));
    let mut values = parameters.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    #[test]
    fn the_vendors_headers_come_first_then_forwarded_then_the_others() {
        for (headers, expected) in [
            (&[][..], "http://own:1/~w"),
            (&[("x-forwarded-host", "proxy"), ("x-forwarded-proto", "https")], "https://proxy/~w"),
            (&[("forwarded", "host=a;proto=https, host=b"), ("x-forwarded-host", "proxy")], "https://a/~w"),
            (&[("forwarded", "for=1.2.3.4; Host=\"a:2\"")], "http://a:2/~w"),
            (&[("forwarded", "proto=ftp;host=a b"), ("x-forwarded-host", "proxy")], "http://proxy/~w"),
            (&[("x-zitadel-instance-host", "i"), ("forwarded", "host=a;proto=https")], "https://i/~w"),
            (&[("x-zitadel-instance-host", "i"), ("x-zitadel-public-host", "p")], "http://p/~w"),
            (&[("x-zitadel-public-host", "a@b")], "http://own:1/~w"),
        ] {
            let request = Request::get("/x").header("host", "own:1");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let (head, ()) = request.body(()).unwrap().into_parts();
            let mut call = Call::new(head, Bytes::new());
            call.prefix = "/~w".to_owned();
            assert_eq!(origin(&call), expected, "{headers:?}");
        }
    }
}
