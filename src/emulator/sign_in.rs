//! Signing in without a page, as a test does it. Knows no vendor.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::world::{Refused, World};
use crate::oidc::issuer;

/// Who signs in where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "nobody signs in before a world is asked to"]
pub struct SignIn {
    vendor: String,
    user: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl SignIn {
    /// At that vendor, the user of that id or e-mail address.
    pub fn at(vendor: &str, user: &str) -> Self {
        Self { vendor: vendor.to_owned(), user: user.to_owned(), more: Map::new() }
    }

    /// For the application of that client id. A vendor that is no provider knows none.
    pub fn client(self, id: &str) -> Self {
        self.with("client_id", id)
    }

    /// Where the answer goes; by default the application's first address.
    pub fn redirect_uri(self, uri: &str) -> Self {
        self.with("redirect_uri", uri)
    }

    /// The scopes.
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// What comes back in the ID token.
    pub fn nonce(self, nonce: &str) -> Self {
        self.with("nonce", nonce)
    }

    /// What comes back with the code.
    pub fn state(self, state: &str) -> Self {
        self.with("state", state)
    }

    /// The challenge of PKCE, by S256.
    pub fn code_challenge(self, challenge: &str) -> Self {
        self.with("code_challenge", challenge)
    }

    /// In which way the tokens are wrong, such as `expired`.
    pub fn defect(self, defect: &str) -> Self {
        self.with("defect", defect)
    }

    fn with(mut self, member: &str, value: &str) -> Self {
        self.more.insert(member.to_owned(), value.into());
        self
    }
}

/// A user who signed in, as far as a browser gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedIn {
    /// Where the browser would be sent.
    pub callback_url: String,
    /// The code for the application.
    pub code: String,
    /// The session, as the vendor's API shows it.
    pub session_id: String,
    /// As browser drivers read them.
    pub cookies: Vec<Value>,
    /// As Playwright reads it.
    pub storage_state: Value,
}

impl World {
    /// What leads into the world by its path, `http://…/~name`: for calls without a credential, such as a sign-in.
    pub fn url(&self) -> String {
        issuer::in_world(&self.base().plain, self.name())
    }

    /// The issuer of a vendor's tokens in this world, by which OpenID clients find everything else.
    pub fn issuer(&self, vendor: &str) -> String {
        format!("{}/{vendor}", self.url())
    }

    /// Signs a user in without a page: the code for the application, and the cookies of the browser.
    ///
    /// # Errors
    /// The vendor refuses, or it has no such sign-in.
    pub fn sign_in(&self, request: &SignIn) -> Result<SignedIn, Refused> {
        self.ask(Method::POST, "/sign-in", &json!(request))
    }

    /// Signs a user in. Returns what the vendor's token endpoint would answer.
    ///
    /// # Errors
    /// The vendor refuses.
    pub fn tokens(&self, request: &SignIn) -> Result<Map<String, Value>, Refused> {
        self.ask(Method::POST, "/tokens", &json!(request))
    }
}
