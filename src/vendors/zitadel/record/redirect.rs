//! Which redirect URIs a ZITADEL application takes: in the vendor's order of checks, by the kind of application. Pure.

use std::net::IpAddr;

use super::oidc::{AppType, OidcConfig};
use crate::oidc::redirect_uri::RedirectUri;

/// Why a redirect URI is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongRedirect {
    /// It is none of the application's.
    Unknown,
    /// It is, but plain `http` is not for such an application.
    Insecure,
}

impl OidcConfig {
    /// Whether it takes that redirect URI; `for_code` says whether a code is asked for. One that leads elsewhere than
    /// it seems is never taken.
    pub fn check_redirect(&self, uri: &str, for_code: bool) -> Result<(), WrongRedirect> {
        let parsed = RedirectUri::parse(uri).ok_or(WrongRedirect::Unknown)?;
        if self.takes_loopback && parsed.is_local() {
            return Ok(());
        }
        if self.app_type == AppType::Native {
            return self.check_native(uri);
        }
        if !self.has_redirect(uri) {
            return Err(WrongRedirect::Unknown);
        }
        let may_be_plain = self.dev_mode || (for_code && self.app_type == AppType::Web);
        match uri.starts_with("http://") && !may_be_plain {
            true => Err(WrongRedirect::Insecure),
            false => Ok(()),
        }
    }

    fn check_native(&self, uri: &str) -> Result<(), WrongRedirect> {
        let loopback = loopback(uri);
        if self.has_redirect(uri) {
            let is_plain = uri.starts_with("http://") && loopback.is_none();
            return if is_plain && !self.dev_mode { Err(WrongRedirect::Insecure) } else { Ok(()) };
        }
        // On this machine any port is fine.
        let loopback = loopback.ok_or(WrongRedirect::Unknown)?;
        match self.redirect_uris.iter().any(|known| self::loopback(known) == Some(loopback)) {
            true => Ok(()),
            false => Err(WrongRedirect::Unknown),
        }
    }

    fn has_redirect(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri || (self.dev_mode && matches(known, uri)))
    }

    /// Whether it takes that URI for those who signed out.
    pub fn takes_post_logout(&self, uri: &str) -> bool {
        let is_known = |known: &String| known == uri || (self.dev_mode && matches(known, uri));
        RedirectUri::parse(uri).is_some_and(|parsed| {
            self.post_logout_redirect_uris.iter().any(is_known) || (self.takes_loopback && parsed.is_local())
        })
    }
}

/// What follows the host of an `http` URI of this machine.
fn loopback(uri: &str) -> Option<&str> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => authority.split(':').next()?,
    };
    let is_own = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_own.then_some(path)
}

/// Whether a pattern fits: `*` is any text of one part of the path, so also of the host with its dots, and `?` is any
/// character of it.
fn matches(pattern: &str, uri: &str) -> bool {
    let is_inner = |byte: u8| !matches!(byte, b'/' | b'?' | b'#' | b'@' | b'\\');
    let (pattern, uri) = (pattern.as_bytes(), uri.as_bytes());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < uri.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') if is_inner(uri[from]) => (at, from) = (at + 1, from + 1),
            Some(byte) if *byte == uri[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                // The last star takes one more character.
                Some((star_at, taken)) if is_inner(uri[taken]) => {
                    star = Some((star_at, taken + 1));
                    (at, from) = (star_at + 1, taken + 1);
                }
                _ => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(app_type: AppType, dev_mode: bool, uris: &[&str]) -> OidcConfig {
        let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        OidcConfig { app_type, dev_mode, redirect_uris, ..OidcConfig::default() }
    }

    #[test]
    fn a_redirect_uri_is_one_of_the_applications_to_the_letter() {
        let uris = ["https://a.example/cb", "http://a.example/plain"];
        for (app_type, uri, expected) in [
            (AppType::Web, "https://a.example/cb", Ok(())),
            (AppType::Web, "https://a.example/cb/", Err(WrongRedirect::Unknown)),
            (AppType::Web, "https://A.example/cb", Err(WrongRedirect::Unknown)),
            (AppType::Web, "http://a.example/plain", Ok(())),
            (AppType::UserAgent, "http://a.example/plain", Err(WrongRedirect::Insecure)),
            (AppType::UserAgent, "http://b.example/plain", Err(WrongRedirect::Unknown)),
            (AppType::Web, "/cb", Err(WrongRedirect::Unknown)),
        ] {
            assert_eq!(config(app_type, false, &uris).check_redirect(uri, true), expected, "{uri}");
        }
        let web = config(AppType::Web, false, &uris);
        assert_eq!(web.check_redirect("http://a.example/plain", false), Err(WrongRedirect::Insecure));
        let odd = config(AppType::Web, true, &["javascript:alert(1)", "http://u@a.example/"]);
        assert_eq!(odd.check_redirect("javascript:alert(1)", true), Err(WrongRedirect::Unknown));
        assert_eq!(odd.check_redirect("http://u@a.example/", true), Err(WrongRedirect::Unknown));
    }

    #[test]
    fn a_native_application_has_any_port_of_this_machine() {
        let native =
            config(AppType::Native, false, &["http://localhost/cb", "com.example.app://cb", "http://a.example/x"]);
        for (uri, expected) in [
            ("http://localhost/cb", Ok(())),
            ("http://localhost:51234/cb", Ok(())),
            ("http://127.0.0.1:51234/cb", Ok(())),
            ("http://[::1]:51234/cb", Ok(())),
            ("http://localhost:51234/other", Err(WrongRedirect::Unknown)),
            ("com.example.app://cb", Ok(())),
            ("com.example.other://cb", Err(WrongRedirect::Unknown)),
            ("https://native.example/cb", Err(WrongRedirect::Unknown)),
            ("http://a.example/x", Err(WrongRedirect::Insecure)),
        ] {
            assert_eq!(native.check_redirect(uri, true), expected, "{uri}");
        }
    }

    #[test]
    fn patterns_count_in_development_alone() {
        let uris = ["http://*.dev.example/cb"];
        let dev = config(AppType::Web, true, &uris);
        for (uri, fits) in [
            ("http://one.dev.example/cb", true),
            ("http://one.two.dev.example/cb", true),
            ("http://dev.example/cb", false),
            ("http://evil.example/.dev.example/cb", false),
            ("http://evil.example?.dev.example/cb", false),
        ] {
            assert_eq!(dev.check_redirect(uri, true).is_ok(), fits, "{uri}");
        }
        assert!(config(AppType::Web, false, &uris).check_redirect("http://one.dev.example/cb", true).is_err());
        assert!(matches("a*b*c", "axbxxc") && !matches("a*b*c", "axbxx") && matches("a?c*", "abc"));
    }
}
