//! Finds the owner of a call: by the listener, by the prefixes of the path, and by the vendors' claims. Knows no vendor
//! by name.

use percent_encoding::percent_decode_str;

use crate::vendors::VendorSet;

/// Where fauxidp's own paths start.
pub const OWN: &str = "/__fauxidp/";

/// Who answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// fauxidp itself.
    Control,
    /// The vendor of that index.
    Vendor(usize),
    /// None of them.
    None,
}

impl Owner {
    /// The index of its vendor, if it is one.
    pub fn vendor(self) -> Option<usize> {
        match self {
            Self::Vendor(vendor) => Some(vendor),
            Self::Control | Self::None => None,
        }
    }
}

/// The parts of a path.
#[derive(Debug, PartialEq, Eq)]
pub struct Mounted<'p> {
    /// Who answers it.
    pub owner: Owner,
    /// The world that it names, as in `/~world/api/users`.
    pub world: Option<&'p str>,
    /// The prefix before the owner's own path: `/~world`, `/vendor`, both, or nothing.
    pub prefix: &'p str,
    /// The owner's own path.
    pub path: &'p str,
}

/// Splits a path into its parts. `listener` is the vendor of the address that the call was sent to, if that address
/// serves only one vendor.
///
/// Checked in this order: a world's prefix; fauxidp's own paths; the listener's vendor; a vendor's name as the first
/// part of the path; the longest claim.
pub fn mount<'p>(set: &VendorSet, listener: Option<usize>, whole: &'p str) -> Mounted<'p> {
    let (world, path) = match world(whole) {
        Some((world, rest)) => (Some(world), rest),
        None => (None, whole),
    };
    let (owner, path) = owner(set, listener, world.is_some(), path);
    // The prefix is what was removed from the front. A slash that was added is not part of it.
    let prefix = whole.strip_suffix(path).unwrap_or(whole);
    Mounted { owner, world, prefix, path }
}

fn owner<'p>(set: &VendorSet, listener: Option<usize>, is_in_world: bool, path: &'p str) -> (Owner, &'p str) {
    if path == "/" || path.starts_with(OWN) {
        // fauxidp's own paths name worlds themselves.
        return (if is_in_world { Owner::None } else { Owner::Control }, path);
    }
    if let Some(vendor) = listener {
        return (Owner::Vendor(vendor), path);
    }
    for (vendor, info) in set.infos().enumerate() {
        match path.strip_prefix('/').and_then(|rest| rest.strip_prefix(info.name)) {
            Some("") => return (Owner::Vendor(vendor), "/"),
            Some(rest) if rest.starts_with('/') => return (Owner::Vendor(vendor), rest),
            _ => {}
        }
    }
    let claims = set.infos().enumerate().flat_map(|(vendor, info)| {
        let own = info.claims.iter().filter(|claim| path.starts_with(**claim));
        own.map(move |claim| (claim.len(), vendor))
    });
    (claims.max().map_or(Owner::None, |(_, vendor)| Owner::Vendor(vendor)), path)
}

/// The world that a path names in front, and the path without it.
fn world(path: &str) -> Option<(&str, &str)> {
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

    fn mounted(listener: Option<usize>, path: &str) -> (String, Option<&str>, &str, &str) {
        let set = VendorSet::built_in();
        let Mounted { owner, world, prefix, path } = mount(&set, listener, path);
        let owner = match owner {
            Owner::Control => "fauxidp",
            Owner::Vendor(vendor) => set[vendor].info.name,
            Owner::None => "nobody",
        };
        (owner.to_owned(), world, prefix, path)
    }

    #[test]
    fn each_path_has_its_owner() {
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
            ("/zitadel.user.v2.UserService/GetUserByID", "zitadel"),
            ("/~w/", "nobody"),
            ("/~w/__fauxidp/health", "nobody"),
        ] {
            assert_eq!(mounted(None, path).0, name, "{path}");
        }
    }

    #[test]
    fn prefixes_are_taken_off() {
        for (path, owner, world, prefix, rest) in [
            ("/~w/api/users", "monocloud", Some("w"), "/~w", "/api/users"),
            ("/~/x", "nobody", Some(""), "/~", "/x"),
            ("/api/~w/users", "monocloud", None, "", "/api/~w/users"),
            ("/monocloud/v1/users", "monocloud", None, "/monocloud", "/v1/users"),
            ("/monocloud/", "monocloud", None, "/monocloud", "/"),
            ("/monocloud", "monocloud", None, "/monocloud", "/"),
            ("/~w/jitsudo/v2/x", "jitsudo", Some("w"), "/~w/jitsudo", "/v2/x"),
            ("/monoclouds/x", "nobody", None, "", "/monoclouds/x"),
        ] {
            assert_eq!(mounted(None, path), (owner.to_owned(), world, prefix, rest), "{path}");
        }
    }

    #[test]
    fn a_listener_of_its_own_serves_one_vendor_alone() {
        for (path, owner, prefix, rest) in [
            ("/v2/users", "monocloud", "", "/v2/users"),
            ("/~w/v1/users", "monocloud", "/~w", "/v1/users"),
            ("/__fauxidp/health", "fauxidp", "", "/__fauxidp/health"),
        ] {
            let found = mounted(Some(0), path);
            assert_eq!((&*found.0, found.2, found.3), (owner, prefix, rest), "{path}");
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
