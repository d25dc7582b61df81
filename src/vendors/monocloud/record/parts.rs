//! What a user consists of: identifiers, linked accounts, passkeys, sessions, memberships, blocks. Pure.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::bounded;

/// An e-mail address, a phone number or a user name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Identifier {
    pub(in super::super) id: Uuid,
    /// The address, number or name.
    pub(in super::super) value: String,
    /// Means nothing for a user name, of which there is one.
    pub(in super::super) primary: bool,
    /// Likewise.
    pub(in super::super) verified: bool,
    pub(in super::super) authenticators: Cow<'static, [Authenticator]>,
    pub(in super::super) idps: Cow<'static, [IdentityProvider]>,
}

impl Identifier {
    /// An identifier that comes from no external identity provider.
    pub(in super::super) fn new(id: Uuid, kind: Kind, value: String, has_password: bool) -> Self {
        Self {
            id,
            value,
            primary: false,
            verified: false,
            authenticators: kind.authenticators(has_password).into(),
            idps: (&[IdentityProvider::Monocloud][..]).into(),
        }
    }
}

/// What an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Kind {
    Email,
    Phone,
    Username,
}

impl Kind {
    /// How one can sign in with it.
    const fn authenticators(self, has_password: bool) -> &'static [Authenticator] {
        match (self, has_password) {
            (Self::Email, true) => &[Authenticator::Password, Authenticator::Email],
            (Self::Email, false) => &[Authenticator::Email],
            (Self::Phone, true) => &[Authenticator::Password, Authenticator::Phone],
            (Self::Phone, false) => &[Authenticator::Phone],
            (Self::Username, true) => &[Authenticator::Password],
            (Self::Username, false) => &[],
        }
    }
}

/// An external account that is linked to the user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Idp {
    pub(in super::super) provider_user_id: String,
    pub(in super::super) claims: Map<String, Value>,
    pub(in super::super) authenticator: ExternalAuthenticator,
}

/// A passkey.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Passkey {
    public_key: String,
    backup_state: bool,
    user_present: bool,
    backup_eligibility: bool,
    aa_guid: Uuid,
    name: Option<String>,
    pub(in super::super) passkey_id: String,
    user_agent: String,
    user_verified: bool,
}

/// A session of the user. Times are epoch seconds.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Session {
    pub(in super::super) session_id: String,
    pub(in super::super) session_key: Option<String>,
    pub(in super::super) client_ids: Vec<String>,
    pub(in super::super) initiated_at: i64,
    pub(in super::super) expires_at: i64,
    pub(in super::super) last_updated: i64,
    pub(in super::super) last_metadata: SessionMetadata,
    /// When the user last showed who it is, if that was after the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) auth_time: Option<i64>,
    /// How each application knows the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) logins: Vec<ClientLogin>,
}

impl Session {
    /// When the user last showed who it is.
    pub(in super::super) fn auth_time(&self) -> i64 {
        self.auth_time.unwrap_or(self.initiated_at)
    }
}

/// An application that a session is signed in at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ClientLogin {
    pub(in super::super) client_id: String,
    /// The id as it was sent, with a world if it named one.
    pub(in super::super) audience: String,
    /// What the provider was called.
    pub(in super::super) issuer: String,
}

/// Where a session was last seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SessionMetadata {
    pub(in super::super) city: Option<String>,
    pub(in super::super) country: Option<String>,
    pub(in super::super) region: Option<String>,
    pub(in super::super) latitude: Option<String>,
    pub(in super::super) longitude: Option<String>,
    pub(in super::super) ip_address: Option<String>,
    pub(in super::super) user_agent: Option<String>,
}

/// What is known about an IP address from which sign-ins as the user failed. Times are epoch seconds.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Address {
    pub(in super::super) ip: String,
    #[serde(deserialize_with = "bounded::count")]
    pub(in super::super) failure_count: u32,
    #[serde(deserialize_with = "bounded::count")]
    pub(in super::super) login_count: u32,
    /// When the block of the address ends; absent if it is not blocked.
    pub(in super::super) block_until: Option<i64>,
    pub(in super::super) last_login_attempt: i64,
}

impl Address {
    /// Whether failed sign-ins keep the address out at `now`.
    pub(in super::super) fn is_blocked(&self, now: i64) -> bool {
        self.block_until.is_some_and(|until| now < until)
    }
}

/// That the user is in a group.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Membership {
    pub(in super::super) group_id: Uuid,
    /// Since when, in epoch seconds.
    pub(in super::super) creation_time: i64,
}

/// A way to prove who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Authenticator {
    Password,
    Passkey,
    Email,
    Phone,
    #[serde(untagged)]
    External(ExternalAuthenticator),
}

/// Who vouches for an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum IdentityProvider {
    Monocloud,
    #[serde(untagged)]
    External(ExternalAuthenticator),
}

/// A service to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum ExternalAuthenticator {
    Google,
    Apple,
    Facebook,
    Microsoft,
    Github,
    Gitlab,
    Discord,
    Twitter,
    Linkedin,
    Xero,
}

/// A lockout after failed sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Block {
    /// When it expires, in epoch seconds; never, if absent.
    pub(in super::super) until: Option<i64>,
}

/// What failed sign-ins block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Lockout {
    UserAccount,
    Ip,
}

/// How often and from where there were sign-ins as the user. Times are epoch seconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in super::super) struct Activity {
    #[serde(deserialize_with = "bounded::count")]
    pub(in super::super) attempts: u64,
    pub(in super::super) last_attempt: Option<i64>,
    pub(in super::super) last_attempt_ip: Option<String>,
    #[serde(deserialize_with = "bounded::count")]
    pub(in super::super) successes: u64,
    pub(in super::super) last_success: Option<i64>,
    pub(in super::super) last_success_ip: Option<String>,
}
