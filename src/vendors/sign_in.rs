//! Signing in without a page, and the keys of a vendor's tokens, as the control API offers both. Knows no vendor.

use serde_json::{Map, Value};

use crate::oidc::cookie::SessionCookie;
use crate::oidc::issuer::in_world;
use crate::tokens::Defect;

/// Who is to sign in where.
#[derive(Debug, Clone, Default)]
pub struct SignInRequest {
    /// The application.
    pub client_id: String,
    /// The user: the id, or what people type to sign in.
    pub user: String,
    /// Where the answer goes; the application's first redirect URI, if absent.
    pub redirect_uri: Option<String>,
    /// The scopes; what the application may have, if absent.
    pub scope: Option<String>,
    /// The nonce of the ID token.
    pub nonce: Option<String>,
    /// What comes back with the code.
    pub state: Option<String>,
    /// The challenge of PKCE, by S256.
    pub code_challenge: Option<String>,
    /// In which way the tokens are to be wrong.
    pub defect: Option<Defect>,
}

/// The server as the caller reaches it.
#[derive(Debug, Clone)]
pub struct Site {
    /// Scheme and host, such as `http://127.0.0.1:8484`.
    pub origin: String,
    /// Whether that address serves the vendor alone.
    pub is_own: bool,
}

impl Site {
    /// The path below which the vendor is served in a world: `/~world/vendor`, each part where it is needed.
    pub fn path(&self, vendor: &str, world: &str) -> String {
        let path = in_world("", world);
        if self.is_own { path } else { format!("{path}/{vendor}") }
    }
}

/// A user who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Where the browser would be sent, with the code.
    pub callback_url: String,
    /// The code.
    pub code: String,
    /// The id of the session, as the vendor's API shows it.
    pub session_id: String,
    /// The browser's cookie.
    pub cookie: SessionCookie,
    /// Its value.
    pub cookie_value: String,
    /// When the session ends, in epoch seconds.
    pub expires: i64,
}

/// Why nobody signed in.
#[derive(Debug, Clone)]
pub enum SignInError {
    /// The vendor's own error.
    Refused(Map<String, Value>),
    /// The vendor has no such thing, or the server cannot do it; in words.
    Unsupported(String),
}

/// A vendor at which users sign in.
pub trait SignIn {
    /// Signs a user in, as the page would, up to the code.
    ///
    /// # Errors
    /// The vendor's refusal.
    fn sign_in(&self, request: &SignInRequest, site: &Site) -> Result<SignedIn, SignInError>;

    /// Signs a user in. Returns what the token endpoint would answer.
    ///
    /// # Errors
    /// The vendor's refusal.
    fn tokens(&self, request: &SignInRequest, site: &Site) -> Result<Map<String, Value>, SignInError>;

    /// The keys that sign tokens: for each its id, whether it signs now, and when it was made.
    fn keys(&self) -> Vec<KeyInfo>;

    /// Lets a new key sign from now on; the old one still verifies.
    ///
    /// # Errors
    /// Why there is no further key.
    fn rotate_key(&self) -> Result<(), SignInError>;

    /// Takes a key out of the key set at once.
    ///
    /// # Errors
    /// There is no such key, or it is the one that signs.
    fn retire_key(&self, key_id: &str) -> Result<(), SignInError>;
}

/// A key that signs tokens, or did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyInfo {
    /// Its id in the key set.
    pub kid: String,
    /// The algorithm.
    pub alg: &'static str,
    /// Whether it signs.
    pub current: bool,
    /// Since when it is in the set, in epoch seconds.
    pub since: i64,
}

impl SignInError {
    /// A refusal in the form of OAuth.
    pub fn oauth(error: &str, description: Option<&str>) -> Self {
        let mut members = Map::from_iter([("error".to_owned(), Value::from(error))]);
        members.extend(description.map(|text| ("error_description".to_owned(), Value::from(text))));
        Self::Refused(members)
    }
}
