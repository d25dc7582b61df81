//! How a vendor's clients get at a world of a running server.

use std::collections::BTreeMap;

/// Where this server is reached.
#[derive(Debug, Clone)]
pub struct BaseUrls {
    /// With `http://`.
    pub plain: String,
    /// With `https://`.
    pub tls: String,
}

/// How a vendor's clients get at one world.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The base URL that they take, such as `http://127.0.0.1:8484`.
    pub url: String,
    /// A credential that may do everything there; it names the world.
    pub credential: String,
    /// The variables by which they find both, and what else they need.
    pub environment: BTreeMap<&'static str, String>,
}

impl Endpoint {
    /// A base URL and a credential, without variables yet.
    pub fn new(url: String, credential: String) -> Self {
        Self { url, credential, environment: BTreeMap::new() }
    }

    /// Adds a variable of the environment.
    pub fn set_env(&mut self, variable: &'static str, value: String) {
        self.environment.insert(variable, value);
    }
}
