//! Redirect URIs: which texts can be one, and which an application takes. Pure; knows no application.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Schemes that a browser runs or reads instead of following them to somebody.
const UNSAFE_SCHEMES: [&str; 9] =
    ["javascript", "data", "vbscript", "file", "about", "blob", "filesystem", "view-source", "ws"];

/// The longest one, in bytes.
const MAX_BYTES: usize = 2_000;

/// A redirect URI that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    scheme: String,
    /// Host and port in lower case, for http and https.
    authority: Option<String>,
}

impl RedirectUri {
    /// Reads a redirect URI: absolute, http or https with a host, or of another scheme; without user name, backslash,
    /// blank or fragment.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'<' | b'>' | b'"');
        if text.len() > MAX_BYTES || !text.bytes().all(is_plain) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        if !is_scheme || UNSAFE_SCHEMES.contains(&&*scheme) {
            return None;
        }
        if !matches!(&*scheme, "http" | "https") {
            return Some(Self { scheme, authority: None });
        }
        let rest = rest.strip_prefix("//")?;
        let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        is_authority(authority).then(|| Self { scheme, authority: Some(authority.to_ascii_lowercase()) })
    }

    /// Its origin, as a policy for pages names it: scheme, host and port, or only the scheme.
    pub fn origin(&self) -> String {
        match &self.authority {
            Some(authority) => format!("{}://{authority}", self.scheme),
            None => format!("{}:", self.scheme),
        }
    }

    /// Whether a browser shows what it finds there.
    pub fn is_web(&self) -> bool {
        self.authority.is_some()
    }

    /// Whether it leads to this machine or to a neighbouring container, by its host's name.
    pub fn is_local(&self) -> bool {
        self.authority.as_deref().is_some_and(|authority| is_local(host_of(authority)))
    }
}

/// Whether an application with these redirect URIs takes that one: it is one of them to the letter, or, if the
/// application takes every local one, it is local.
pub fn is_taken(registered: &[String], takes_local: bool, sent: &str) -> bool {
    RedirectUri::parse(sent)
        .is_some_and(|uri| registered.iter().any(|known| known == sent) || (takes_local && uri.is_local()))
}

/// Whether it is a host and maybe a port, and nothing before it.
fn is_authority(authority: &str) -> bool {
    let host = host_of(authority);
    let port = &authority[host.len()..];
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok() && !port.starts_with('+'));
    let is_name = |host: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        !host.is_empty() && host.bytes().all(is_plain)
    };
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    is_port && v6.map_or_else(|| is_name(host), |v6| v6.parse::<Ipv6Addr>().is_ok())
}

/// The host of an authority, with the brackets of an IPv6 address.
fn host_of(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.find(']').map_or(authority, |end| &authority[..=end]);
    }
    authority.split(':').next().unwrap_or(authority)
}

/// Whether a host is this machine, or a container, whose name has no dot.
fn is_local(host: &str) -> bool {
    if let Some(v6) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return v6.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    match host.parse::<Ipv4Addr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            let is_number = host.bytes().all(|byte| byte.is_ascii_digit()) || host.starts_with("0x");
            host.ends_with(".localhost") || host == "host.docker.internal" || !(host.contains('.') || is_number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_than_it_seems_is_refused() {
        for wrong in [
            "",
            "/callback",
            "//app.example/cb",
            "http:/app.example",
            "http://",
            "https:///cb",
            "http://user@app.example/",
            "http://localhost:3000@evil.example/",
            "http://localhost\\@evil.example/",
            "http://app.example/cb#part",
            "http://app.example:99999/",
            "http://[::1/",
            "http://app example/",
            "http://app.example/\r\nset-cookie: a=b",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "1a:b",
        ] {
            assert_eq!(RedirectUri::parse(wrong), None, "{wrong}");
        }
        for (right, origin, local) in [
            ("http://localhost:3000/cb?x=1", "http://localhost:3000", true),
            ("https://App.Example/cb", "https://app.example", false),
            ("http://[::1]:9/", "http://[::1]:9", true),
            ("http://127.1.2.3", "http://127.1.2.3", true),
            ("http://web.localhost/", "http://web.localhost", true),
            ("http://host.docker.internal:1/", "http://host.docker.internal:1", true),
            ("http://web:8080/cb", "http://web:8080", true),
            ("http://localhost.evil.example/", "http://localhost.evil.example", false),
            ("http://2130706433/", "http://2130706433", false),
            ("http://10.0.0.1/", "http://10.0.0.1", false),
            ("com.example.app:/cb", "com.example.app:", false),
        ] {
            let uri = RedirectUri::parse(right).unwrap_or_else(|| panic!("{right}"));
            assert_eq!((&*uri.origin(), uri.is_local()), (origin, local), "{right}");
        }
    }

    #[test]
    fn an_application_takes_its_own_and_maybe_local_ones() {
        let registered = ["https://app.example/cb".to_owned(), "com.example.app:/cb".to_owned()];
        for (sent, exact, local) in [
            ("https://app.example/cb", true, true),
            ("com.example.app:/cb", true, true),
            ("com.example.app:/other", false, false),
            ("https://app.example/cb/", false, false),
            ("http://localhost:9/any", false, true),
        ] {
            assert_eq!(is_taken(&registered, false, sent), exact, "{sent}");
            assert_eq!(is_taken(&registered, true, sent), local, "{sent}");
        }
        let unsafe_one = ["javascript:alert(1)".to_owned()];
        assert!(!is_taken(&unsafe_one, true, &unsafe_one[0]));
    }
}
