//! The cookie of a sign-in session: one per vendor, port and world, so that one browser can be signed in at many.
//! Knows no session.

use http::header::{COOKIE, HeaderValue};

use crate::protocol::Call;

/// The cookie of one vendor in one world of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie {
    /// Its name.
    pub name: String,
    /// The path below which browsers send it.
    pub path: String,
    /// Whether it is for TLS.
    pub is_tls: bool,
}

impl SessionCookie {
    /// The cookie for a server that is called `origin`, a scheme with a host. `path` is the vendor's prefix there.
    pub fn new(vendor: &str, world: &str, origin: &str, path: &str) -> Self {
        let is_tls = origin.starts_with("https://");
        let host = origin.split_once("://").map_or(origin, |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let port = host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok());
        let port = port.unwrap_or(if is_tls { "443" } else { "80" });
        let path = if path.is_empty() { "/" } else { path };
        Self { name: format!("fauxidp-{vendor}-{port}-{world}"), path: path.to_owned(), is_tls }
    }

    /// Its value in a call.
    pub fn read<'c>(&self, call: &'c Call) -> Option<&'c str> {
        let lines = call.head.headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, value)| *name == self.name && !value.is_empty()).map(|(_, value)| value)
    }

    /// The header that sets it, for `max_age` seconds.
    pub fn set(&self, value: &str, max_age: i64) -> Option<HeaderValue> {
        // Over plain HTTP a browser takes no cookie for other sites, so silent renewal in a frame needs TLS.
        let site = if self.is_tls { "None; Secure" } else { "Lax" };
        let text = format!("{}={value}; Path={}; Max-Age={max_age}; HttpOnly; SameSite={site}", self.name, self.path);
        HeaderValue::from_str(&text).ok()
    }

    /// The header that removes it.
    pub fn clear(&self) -> Option<HeaderValue> {
        self.set("", 0)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    #[test]
    fn each_server_vendor_and_world_has_its_own() {
        let plain = SessionCookie::new("acme", "w1", "http://localhost:8484/~w1/acme", "/~w1/acme");
        assert_eq!((&*plain.name, plain.is_tls), ("fauxidp-acme-8484-w1", false));
        assert_eq!(
            plain.set("v", 60).unwrap(),
            "fauxidp-acme-8484-w1=v; Path=/~w1/acme; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        let tls = SessionCookie::new("acme", "default", "https://[::1]", "");
        assert_eq!(tls.name, "fauxidp-acme-443-default");
        assert!(tls.clear().unwrap().to_str().unwrap().ends_with("Path=/; Max-Age=0; HttpOnly; SameSite=None; Secure"));
    }

    #[test]
    fn it_is_found_among_others() {
        let (head, ()) = Request::get("/")
            .header(COOKIE, "a=b; fauxidp-acme-80-w=")
            .header(COOKIE, "c=d; fauxidp-acme-80-w=value=1;e=f")
            .body(())
            .unwrap()
            .into_parts();
        let call = Call::new(head, Bytes::new());
        assert_eq!(SessionCookie::new("acme", "w", "http://h", "").read(&call), Some("value=1"));
        assert_eq!(SessionCookie::new("acme", "other", "http://h", "").read(&call), None);
    }
}
