//! What a provider is called: by the request, or as the start says. Knows no provider.

use crate::context::DEFAULT_WORLD;
use crate::protocol::Call;

/// The issuer of a call to a world: `fixed`, if the start named one, else scheme and host as the client sees them, with
/// the prefix that the call came by.
pub fn issuer(call: &Call, fixed: Option<&str>, world: &str) -> String {
    match fixed {
        None => call.origin(),
        Some(fixed) => in_world(fixed, world),
    }
}

/// A URL of the server in a world: the default world has no part of its own.
pub fn in_world(url: &str, world: &str) -> String {
    match world {
        DEFAULT_WORLD => url.to_owned(),
        world => format!("{url}/~{world}"),
    }
}

/// Reads the issuer of a vendor as the start gives it: an absolute http or https URL without query. Returns it without
/// the slash at its end.
///
/// # Errors
/// What was expected.
pub fn parse(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\' | b'@' | b'"');
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(is_plain) => Ok(url.to_owned()),
        _ => Err("expected an http or https URL without user name, query or fragment".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_plain_url() {
        assert_eq!(parse("https://idp.example/").as_deref(), Ok("https://idp.example"));
        assert_eq!(parse("http://h:1/a/b").as_deref(), Ok("http://h:1/a/b"));
        for wrong in
            ["", "idp.example", "https://", "ftp://x", "https://x?y", "https://u@x", "https:///x", "https://x y"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(in_world("https://x", "w"), "https://x/~w");
        assert_eq!(in_world("https://x", "default"), "https://x");
    }
}
