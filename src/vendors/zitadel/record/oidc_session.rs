//! What ZITADEL's applications hold of a user who signed in: an authorization, and the refresh token of it. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::recent::Keyed;
use crate::tokens::Defect;

/// What a user let an application have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Authorization {
    pub client_id: String,
    /// The same as the client called itself: maybe with its world.
    pub azp: String,
    pub user_id: String,
    pub session_id: String,
    /// The scopes, with a blank between them.
    pub scope: String,
    pub audience: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How the user was recognised, in the words of RFC 8176, and when. Nothing if the user was only named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// In which way its tokens are to be wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<Defect>,
}

impl Authorization {
    /// The same for the client that uses it, which is another one where the release lets it.
    pub fn for_client(self, client_id: &str) -> Self {
        if *self.client_id == *client_id {
            return self;
        }
        Self { client_id: client_id.to_owned(), azp: client_id.to_owned(), ..self }
    }
}

/// An authorization with a refresh token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OidcSession {
    pub id: String,
    pub authorization: Authorization,
    /// The access token that came with the refresh token.
    pub access_id: String,
    /// The refresh token that counts; none if it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_id: Option<String>,
    pub started: Timestamp,
    pub refreshed: Timestamp,
}

/// How long a refresh token lives in all, and how long unused. The vendor's defaults.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2_160);
const IDLE_LIFETIME: SignedDuration = SignedDuration::from_hours(720);

impl OidcSession {
    /// Whether that refresh token counts then.
    pub fn takes(&self, refresh_id: &str, now: Timestamp) -> bool {
        let lives = now.duration_since(self.started) < LIFETIME && now.duration_since(self.refreshed) < IDLE_LIFETIME;
        lives && self.refresh_id.as_deref() == Some(refresh_id)
    }
}

impl Keyed for OidcSession {
    fn key(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_counts_until_it_is_used_revoked_or_old() {
        let at = |hours: i64| Timestamp::from_second(hours * 3_600).unwrap();
        let authorization = Authorization {
            client_id: "c".to_owned(),
            azp: "c".to_owned(),
            user_id: "u".to_owned(),
            session_id: "s".to_owned(),
            scope: String::new(),
            audience: Vec::new(),
            nonce: None,
            amr: Vec::new(),
            auth_time: None,
            defect: None,
        };
        let mut session = OidcSession {
            id: "1".to_owned(),
            authorization,
            access_id: "a".to_owned(),
            refresh_id: Some("r".to_owned()),
            started: at(0),
            refreshed: at(0),
        };
        assert!(session.takes("r", at(719)) && !session.takes("r", at(720)) && !session.takes("q", at(0)));
        session.refreshed = at(2_000);
        assert!(session.takes("r", at(2_159)) && !session.takes("r", at(2_160)));
        session.refresh_id = None;
        assert!(!session.takes("r", at(2_001)));
    }
}
