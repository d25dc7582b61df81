//! Whose call is this? Decided by the path; the longest claim wins.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::protocol::route::Found;
use crate::vendors;

/// Where fauxidp's own paths start.
pub const OWN: &str = "/__fauxidp/";

/// Who answers a path.
#[derive(Debug)]
pub enum Whose {
    /// fauxidp itself.
    Own,
    /// The vendor at that place of [`vendors::ALL`], and what its routes say.
    Vendor(usize, Found),
    /// Nobody.
    Nobody,
}

/// Who answers this method and path.
pub fn find(method: &Method, path: &str) -> Whose {
    if path == "/" || path.starts_with(OWN) {
        return Whose::Own;
    }
    // The character behind the slash tells nearly all claims apart.
    let first = path.as_bytes().get(1);
    let claims = vendors::ALL.iter().enumerate().flat_map(|(place, maker)| {
        let may = |claim: &str| claim.as_bytes().get(1) == first;
        let own = maker.about.claims.iter().filter(move |claim| may(claim) && path.starts_with(**claim));
        own.map(move |claim| (claim.len(), place))
    });
    match claims.max() {
        Some((_, place)) => Whose::Vendor(place, vendors::ALL[place].about.routes.find(method, path)),
        None => Whose::Nobody,
    }
}

/// The world that a path names in front, as in `/~world/api/users`, and the path without it.
pub fn world(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix("/~")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (world, path) = rest.split_at(end);
    Some((world, if path.is_empty() { "/" } else { path }))
}

/// The path with its percent-coded plain characters decoded, so that `%64isable` is `disable`. The rest stays coded:
/// a coded slash is part of an id.
pub fn plain(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, coded) = rest.split_at(at);
        let length = coded.len().min(3);
        let (code, after) = match coded.is_char_boundary(length) {
            true => coded.split_at(length),
            false => coded.split_at(1),
        };
        plain.push_str(before);
        match percent_decode_str(code).decode_utf8() {
            Ok(one) if one.len() == 1 && one.bytes().all(is_plain) => plain.push_str(&one),
            _ => plain.push_str(code),
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The characters that mean the same coded or not (RFC 3986, unreserved).
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_owner() {
        let owner = |path: &str| match find(&Method::GET, path) {
            Whose::Own => "fauxidp",
            Whose::Vendor(place, _) => vendors::ALL[place].about.name,
            Whose::Nobody => "nobody",
        };
        for (path, name) in [
            ("/", "fauxidp"),
            ("/__fauxidp/health", "fauxidp"),
            ("/api/users/x", "monocloud"),
            ("/v2/users/x", "zitadel"),
            ("/.well-known/openid-configuration", "zitadel"),
            ("/v1/users/x", "jitsudo"),
            ("/healthz", "jitsudo"),
            ("/v2", "nobody"),
            ("/favicon.ico", "nobody"),
        ] {
            assert_eq!(owner(path), name, "{path}");
        }
    }

    #[test]
    fn a_prefix_names_a_world() {
        for (path, found) in [
            ("/~w/api/users", Some(("w", "/api/users"))),
            ("/~w", Some(("w", "/"))),
            ("/~/x", Some(("", "/x"))),
            ("/api/~w/users", None),
        ] {
            assert_eq!(world(path), found, "{path}");
        }
    }

    #[test]
    fn only_plain_characters_are_decoded() {
        for (path, decoded) in [
            ("/api/users/a%20b%2Fc/%64isable", "/api/users/a%20b%2Fc/disable"),
            ("/%7Eworld/x", "/~world/x"),
            ("/a%", "/a%"),
            ("/a%4", "/a%4"),
            ("/a%zz%41", "/a%zzA"),
            ("/%é", "/%é"),
        ] {
            assert_eq!(plain(path), decoded);
        }
    }
}
