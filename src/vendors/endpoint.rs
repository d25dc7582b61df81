//! How a vendor's clients connect to a world of a running server.

use std::collections::BTreeMap;

/// The base URLs of this server.
#[derive(Debug, Clone)]
pub struct BaseUrls {
    /// With `http://`.
    pub plain: String,
    /// With `https://`.
    pub tls: String,
}

/// How a vendor's clients connect to one world.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// Their base URL, such as `http://127.0.0.1:8484`.
    pub url: String,
    /// The same with `https://`, for clients that refuse plain HTTP; they have to trust the server's certificate.
    pub tls_url: String,
    /// A credential with all permissions there; it names the world.
    pub credential: String,
    /// The environment variables with both, and with whatever else they need.
    pub environment: BTreeMap<&'static str, String>,
}

impl Endpoint {
    /// A base URL with `http://` and a credential, without variables yet.
    pub fn new(url: String, credential: String) -> Self {
        let tls_url = url.replacen("http://", "https://", 1);
        Self { url, tls_url, credential, environment: BTreeMap::new() }
    }

    /// Adds an environment variable.
    pub fn set_env(&mut self, variable: &'static str, value: String) {
        self.environment.insert(variable, value);
    }
}
