//! What ZITADEL's token endpoint gives, and how tokens are named in exchanges. Knows no user and no application.

use serde_json::Value;

use super::super::super::error::sign_in::Refusal;
use super::claims::Claims;
use crate::tokens::Defect;

/// What the token endpoint gives.
pub struct Granted {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    /// In seconds.
    pub expires_in: i64,
    /// What it is, where it was got in exchange.
    pub exchanged: Option<Issued>,
    /// In which way the answer is to be wrong.
    pub defect: Option<Defect>,
}

/// What a token is that was got in exchange for another one.
pub struct Issued {
    pub issued_token_type: &'static str,
    pub token_type: &'static str,
    /// Its scopes.
    pub scope: String,
}

impl Granted {
    /// What the answer says, in the vendor's order.
    pub fn members(self) -> Claims {
        let mut body = Claims::new();
        let mut set = |name: &str, value: Value| _ = body.insert(name.to_owned(), value);
        set("access_token", self.access_token.into());
        let is_exchange = self.exchanged.is_some();
        if let Some(issued) = self.exchanged {
            set("issued_token_type", issued.issued_token_type.into());
            set("token_type", issued.token_type.into());
            set("expires_in", self.expires_in.into());
            set("scope", issued.scope.into());
        } else {
            set("token_type", "Bearer".into());
        }
        if let Some(token) = self.refresh_token {
            set("refresh_token", token.into());
        }
        if !is_exchange {
            set("expires_in", self.expires_in.into());
        }
        if let Some(token) = self.id_token {
            set("id_token", token.into());
        }
        body
    }
}

/// The types of tokens that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedType {
    Access,
    Refresh,
    Id,
    Jwt,
    UserId,
}

impl NamedType {
    const ALL: [Self; 5] = [Self::Access, Self::Refresh, Self::Id, Self::Jwt, Self::UserId];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "urn:ietf:params:oauth:token-type:access_token",
            Self::Refresh => "urn:ietf:params:oauth:token-type:refresh_token",
            Self::Id => "urn:ietf:params:oauth:token-type:id_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
            Self::UserId => "urn:zitadel:params:oauth:token-type:user_id",
        }
    }

    /// The type of that name, where one is named.
    pub fn parse(name: Option<&str>, member: &'static str) -> Result<Option<Self>, Refusal> {
        let found = |name: &str| Self::ALL.into_iter().find(|known| known.as_str() == name);
        name.map(|name| found(name).ok_or(Refusal::TokenTypeUnsupported(member))).transpose()
    }
}
