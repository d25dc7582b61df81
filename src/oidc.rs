//! What sign-in by OpenID Connect needs at any provider: requests, redirects, cookies, pages, client authentication.
//! Knows no vendor, and neither users nor applications.

pub mod answer;
pub mod assertion;
pub mod authorize;
pub mod client;
pub mod cookie;
pub mod grants;
pub mod issuer;
pub mod page;
pub mod pkce;
pub mod redirect_uri;
pub mod relying_party;
pub mod respond;
pub mod sealed;
pub mod visit;
