//! An address to listen on, as the command line writes it. Knows no vendor.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// An address to listen on, for all vendors or for only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The only vendor that is served there; all vendors if absent.
    pub vendor: Option<String>,
    /// The address; port 0 picks a free port.
    pub address: SocketAddr,
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self { vendor: None, address }
    }
}

impl FromStr for Listen {
    type Err = String;

    /// Reads `[VENDOR=]ADDR`. A port alone, with or without a colon, and `localhost` are 127.0.0.1.
    fn from_str(text: &str) -> Result<Self, String> {
        let (vendor, address) = match text.split_once('=') {
            Some((vendor, address)) => (Some(vendor.to_owned()), address),
            None => (None, text),
        };
        let port = address.strip_prefix("localhost").unwrap_or(address);
        let port = port.strip_prefix(':').unwrap_or(if port == address { address } else { "" });
        let on_loopback = || port.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let address = address.parse().ok().or_else(on_loopback);
        let expected = "expected an address such as 127.0.0.1:8484, localhost:8484 or 8484";
        Ok(Self { vendor, address: address.ok_or_else(|| expected.to_owned())? })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.vendor {
            Some(vendor) => write!(formatter, "{vendor}={}", self.address),
            None => self.address.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_short_forms_and_may_be_one_vendors() {
        for (text, read) in [
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("9000", "127.0.0.1:9000"),
            (":9000", "127.0.0.1:9000"),
            ("localhost:9000", "127.0.0.1:9000"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:1", "[::1]:1"),
            ("acme=:9001", "acme=127.0.0.1:9001"),
        ] {
            assert_eq!(text.parse::<Listen>().map(|listen| listen.to_string()), Ok(read.to_owned()), "{text}");
        }
        for text in ["", "localhost", "localhost9000", "a", "127.0.0.1", ":99999", "acme=", "=", "a=b=1"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }
}
