//! Checks where the server may send to: local and private addresses, and never itself. Does not know what is sent.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};

use http::Uri;
use http::uri::PathAndQuery;

use crate::outcome::{DeliverTo, OutboundError};

/// The metadata service of clouds, which gives a machine its secrets. Its address counts as private by its range only.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// A parsed URL.
#[derive(Debug)]
pub(super) struct Target {
    uri: Uri,
    host: String,
    port: u16,
}

impl Target {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// It is not an absolute URL, or its scheme is not supported.
    pub(super) fn parse(url: &str) -> Result<Self, OutboundError> {
        let uri: Uri = url.parse().map_err(|_| OutboundError::InvalidUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(OutboundError::InvalidUrl);
        };
        if scheme != "http" {
            return Err(OutboundError::UnsupportedScheme(scheme.to_owned()));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = match authority.as_str() == authority.host() {
            true => Some(80),
            false => authority.port_u16(),
        };
        match port {
            Some(port) if !host.is_empty() && !authority.as_str().contains('@') => Ok(Self { host, port, uri }),
            _ => Err(OutboundError::InvalidUrl),
        }
    }

    /// Host and port as in the URL, which has no user name.
    pub(super) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }

    /// Path and query, as in a request line.
    pub(super) fn path(&self) -> Uri {
        Uri::from(self.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")))
    }

    /// The error of a failed connection to it.
    pub(super) fn failed(&self, reason: &dyn std::error::Error) -> OutboundError {
        OutboundError::Failed { host: self.host.clone(), reason: reason.to_string() }
    }

    /// Whether the host is a name without a dot, as containers of one network call each other. A number does not count,
    /// since resolvers read it as an address.
    fn is_container(&self) -> bool {
        !self.host.contains(['.', ':']) && self.host.starts_with(|first: char| first.is_ascii_alphabetic())
    }
}

/// The addresses of the target. All must be allowed, so that it does not matter which one is used.
///
/// # Errors
/// There is no address, or one of them is not allowed.
pub(super) async fn resolve(
    target: &Target,
    deliver_to: DeliverTo,
    own: &[(SocketAddr, Option<usize>)],
) -> Result<Vec<SocketAddr>, OutboundError> {
    let is_allowed = |ip| match deliver_to {
        DeliverTo::None => false,
        DeliverTo::Near => is_near(ip) || target.is_container() && may_be_remote(ip),
        DeliverTo::Any => may_be_remote(ip),
    };
    if deliver_to == DeliverTo::None {
        return Err(OutboundError::Off);
    }
    let host = &target.host;
    let unresolved = |reason: String| OutboundError::Unresolved { host: host.clone(), reason };
    let found = tokio::net::lookup_host((host.as_str(), target.port)).await;
    let addresses: Vec<_> = found.map_err(|error| unresolved(error.to_string()))?.collect();
    for address in &addresses {
        let ip = address.ip().to_canonical();
        if !is_allowed(ip) {
            return Err(OutboundError::NotNear { host: host.clone(), address: ip });
        }
        if own.iter().any(|(own, _)| is_own(*own, SocketAddr::new(ip, address.port()))) {
            return Err(OutboundError::OwnListener { host: host.clone(), address: *address });
        }
    }
    if addresses.is_empty() {
        return Err(unresolved("no address".to_owned()));
    }
    Ok(addresses)
}

/// The listener of the server that the target leads to.
pub(super) async fn own_listener(target: &Target, own: &[(SocketAddr, Option<usize>)]) -> Option<Option<usize>> {
    let mut found = tokio::net::lookup_host((target.host.as_str(), target.port)).await.ok()?;
    let listener = |address: SocketAddr| {
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        own.iter().find(|(own, _)| is_own(*own, address)).map(|(_, vendor)| *vendor)
    };
    found.find_map(listener)
}

/// Loopback and private addresses.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() && address != METADATA,
    }
}

/// Whether an address may belong to another machine in the network.
fn may_be_remote(address: IpAddr) -> bool {
    let is_special = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == METADATA,
    };
    !(is_special || address.is_unspecified() || address.is_multicast())
}

/// Whether a connection to `address` would deliver_to the listener `own`.
fn is_own(own: SocketAddr, address: SocketAddr) -> bool {
    let listens_everywhere = own.ip().is_unspecified();
    own.port() == address.port()
        && (own.ip().to_canonical() == address.ip() || listens_everywhere && is_of_this_machine(address.ip()))
}

/// Whether the address belongs to this machine: a machine can only bind its own addresses.
fn is_of_this_machine(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "127.0.0.1:8484";

    async fn resolved(url: &str, own: &str) -> Result<Vec<SocketAddr>, OutboundError> {
        resolve(&Target::parse(url)?, DeliverTo::Near, &[(own.parse().unwrap(), None)]).await
    }

    #[tokio::test]
    async fn the_reach_can_be_set() {
        let resolved = async |url: &str, deliver_to| {
            resolve(&Target::parse(url).unwrap(), deliver_to, &[(OWN.parse().unwrap(), None)])
                .await
                .map(|addresses| addresses.len())
        };
        assert_eq!(resolved("http://127.0.0.1/", DeliverTo::None).await, Err(OutboundError::Off));
        assert_eq!(resolved("http://8.8.8.8/", DeliverTo::Any).await, Ok(1));
        for never in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://0.0.0.0/", "http://127.0.0.1:8484/"]
        {
            assert!(resolved(never, DeliverTo::Any).await.is_err(), "{never}");
        }
    }

    #[tokio::test]
    async fn near_addresses_are_allowed() {
        for (url, address) in [
            ("http://127.0.0.1:80/", "127.0.0.1:80"),
            ("http://10.1.2.3", "10.1.2.3:80"),
            ("http://172.16.0.1:9/x", "172.16.0.1:9"),
            ("http://192.168.7.7?x", "192.168.7.7:80"),
            ("http://[::1]:81/", "[::1]:81"),
            ("http://[fd12::1]/", "[fd12::1]:80"),
            ("http://127.0.0.1:8485/", "127.0.0.1:8485"),
        ] {
            assert_eq!(resolved(url, OWN).await, Ok(vec![address.parse().unwrap()]), "{url}");
        }
    }

    #[tokio::test]
    async fn no_other_address_is() {
        for host in [
            "169.254.169.254",
            "8.8.8.8",
            "134744072",
            "0x08080808",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "100.64.0.1",
            "172.32.0.1",
            "[fe80::1]",
            "[::]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[::ffff:8.8.8.8]",
            "[fd00:ec2::254]",
        ] {
            let refused = resolved(&format!("http://{host}/"), OWN).await;
            // Not every system's resolver reads a bare number as an address.
            let is_number = !host.contains(['.', ':']);
            let is_refused = matches!(refused, Err(OutboundError::NotNear { .. }))
                || is_number && matches!(refused, Err(OutboundError::Unresolved { .. }));
            assert!(is_refused, "{host}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn the_own_listeners_are_not() {
        for (url, own) in [
            ("http://127.0.0.1:8484/", OWN),
            ("http://[::ffff:127.0.0.1]:8484/", OWN),
            ("http://localhost:8484/", OWN),
            ("http://127.0.0.1:8484/", "0.0.0.0:8484"),
            ("http://127.0.0.1:8484/", "[::]:8484"),
        ] {
            let refused = resolved(url, own).await;
            assert!(matches!(refused, Err(OutboundError::OwnListener { .. })), "{url}: {refused:?}");
        }
        // Another machine's, at the same port.
        assert!(resolved("http://10.255.254.253:8484/", "0.0.0.0:8484").await.is_ok());
    }

    #[test]
    fn what_a_container_is_named_is_no_address() {
        for (url, is_container) in [
            ("http://app", true),
            ("http://app-1:8080/x", true),
            ("http://app.example.com", false),
            ("http://134744072", false),
            ("http://0x08080808", false),
            ("http://[fd12::1]", false),
        ] {
            assert_eq!(Target::parse(url).unwrap().is_container(), is_container, "{url}");
        }
        let allowed = |address: &str| may_be_remote(address.parse().unwrap());
        assert!(allowed("100.64.0.1") && allowed("203.0.113.9") && allowed("2001:db8::1"));
        for address in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "::", "ff02::1"] {
            assert!(!allowed(address), "{address}");
        }
    }

    #[test]
    fn a_target_is_an_absolute_url_of_a_host() {
        for url in ["", "/path", "app:80", "http://", "http://ada@app/", "http://ada:secret@app:80/", "http://app:x/"] {
            assert_eq!(Target::parse(url).unwrap_err(), OutboundError::InvalidUrl, "{url}");
        }
        let error = Target::parse("https://app/").unwrap_err();
        assert_eq!(error.to_string(), r#"unsupported scheme "https"; expected http"#);
        let target = Target::parse("http://app:8080?x=1").unwrap();
        assert_eq!((target.authority(), target.path().to_string()), ("app:8080", "/?x=1".to_owned()));
    }
}
