//! What ZITADEL's applications hold of a user who signed in: an authorization, and the tokens of it. Pure.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::details::Details;
use super::event::Aggregate;
use super::log::{Log, Occurrence};
use super::session::Session;
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

/// An authorization with its tokens. Those with a refresh token are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OidcSession {
    pub id: String,
    /// The organisation of the user.
    pub resource_owner: Arc<str>,
    pub details: Details,
    pub authorization: Authorization,
    /// The access token that was made last; empty if there is none.
    pub access_id: String,
    /// The refresh token that counts; none if it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_id: Option<String>,
    pub refreshed: Timestamp,
}

/// For what an access token was given. The vendor's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenReason {
    AuthRequest,
    Refresh,
    JwtProfile,
    ClientCredentials,
    Exchange,
}

/// How long an access token lives; how long a refresh token lives in all, and how long unused. The vendor's defaults.
pub const ACCESS_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(12);
const LIFETIME: SignedDuration = SignedDuration::from_hours(2_160);
const IDLE_LIFETIME: SignedDuration = SignedDuration::from_hours(720);

/// How a user was recognised by a key. No token claims it.
pub const BY_KEY: &str = "swk";

/// What RFC 8176 calls the ways to recognise a user, as the vendor numbers them.
pub(super) fn auth_methods(amr: &[String]) -> Vec<u8> {
    let number = |method: &String| match method.as_str() {
        "otp" => Some(1),
        "pwd" => Some(4),
        BY_KEY => Some(9),
        _ => None,
    };
    amr.iter().filter_map(number).collect()
}

/// When a user was recognised, as events say it. A user who was only named was not.
pub(super) fn auth_time(time: Option<Timestamp>) -> Value {
    time.map_or_else(|| "0001-01-01T00:00:00Z".into(), |time| json!(time))
}

fn nanoseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// The id of a token as its events say it: without that of its session.
fn own_id(token_id: &str) -> &str {
    token_id.split_once('-').map_or(token_id, |(_, own)| own)
}

impl OidcSession {
    /// One that nothing was written of yet.
    pub fn new(id: String, resource_owner: Arc<str>, authorization: Authorization, now: Timestamp) -> Self {
        let (access_id, refresh_id, details) = (String::new(), None, Details::new(0, now));
        Self { id, resource_owner, details, authorization, access_id, refresh_id, refreshed: now }
    }

    fn write(&mut self, log: &mut Log, occurrence: Occurrence) {
        let id = Arc::from(&*self.id);
        log.write(Aggregate::OidcSession, [&id, &self.resource_owner], &mut self.details, occurrence.bounded());
    }

    /// Writes the event that makes it. `session` is that of the user.
    pub fn begin(&mut self, log: &mut Log, session: Option<&Session>) {
        let own = &self.authorization;
        let user = session.and_then(|session| session.user.as_ref());
        let audience = if own.audience.is_empty() { Value::Null } else { json!(own.audience) };
        let whole = json!({
            "userID": own.user_id,
            "userResourceOwner": *self.resource_owner,
            "sessionID": own.session_id,
            "clientID": own.client_id,
            "audience": audience,
            "scope": words(&own.scope),
            "authMethods": auth_methods(&own.amr),
            "authTime": auth_time(own.auth_time),
        });
        let more = json!({
            "nonce": own.nonce,
            "preferredLanguage": user.and_then(|user| user.language.as_deref()),
            "userAgent": session.and_then(|session| Some(session.user_agent.as_ref()?.said())),
        });
        self.write(log, Occurrence::saying("oidc_session.added", more).and(whole));
    }

    /// Writes that there is an access token.
    pub fn add_access(&mut self, log: &mut Log, access_id: String, scope: &str, reason: TokenReason) {
        let said = json!({
            "id": own_id(&access_id),
            "scope": words(scope),
            "lifetime": nanoseconds(ACCESS_TOKEN_LIFETIME),
            "reason": reason.as_str(),
        });
        self.access_id = access_id;
        self.write(log, Occurrence::saying("oidc_session.access_token.added", said));
    }

    /// Writes that an access token was taken back. `count` is of the events of that session, which may not be kept.
    pub fn revoke_access(log: &mut Log, id: &str, resource_owner: &Arc<str>, count: &mut Details) {
        let revoked = Occurrence::saying("oidc_session.access_token.revoked", json!({}));
        log.write(Aggregate::OidcSession, [&Arc::from(id), resource_owner], count, revoked);
    }

    /// Writes that there is a refresh token.
    pub fn add_refresh(&mut self, log: &mut Log, refresh_id: String) {
        let said = json!({
            "id": own_id(&refresh_id),
            "lifetime": nanoseconds(LIFETIME),
            "idleLifetime": nanoseconds(IDLE_LIFETIME),
        });
        (self.refresh_id, self.refreshed) = (Some(refresh_id), log.at);
        self.write(log, Occurrence::saying("oidc_session.refresh_token.added", said));
    }

    /// Writes that another refresh token counts.
    pub fn renew_refresh(&mut self, log: &mut Log, refresh_id: String) {
        let said = json!({ "id": own_id(&refresh_id), "idleLifetime": nanoseconds(IDLE_LIFETIME) });
        (self.refresh_id, self.refreshed) = (Some(refresh_id), log.at);
        self.write(log, Occurrence::saying("oidc_session.refresh_token.renewed", said));
    }

    /// Writes that the refresh token was taken back, and the access token with it.
    pub fn revoke_refresh(&mut self, log: &mut Log) {
        self.refresh_id = None;
        self.write(log, Occurrence::saying("oidc_session.refresh_token.revoked", json!({})));
    }

    /// Whether that refresh token counts then.
    pub fn takes(&self, refresh_id: &str, now: Timestamp) -> bool {
        let lives = now.duration_since(self.details.creation_date) < LIFETIME
            && now.duration_since(self.refreshed) < IDLE_LIFETIME;
        lives && self.refresh_id.as_deref() == Some(refresh_id)
    }
}

fn words(scope: &str) -> Vec<&str> {
    scope.split(' ').filter(|word| !word.is_empty()).collect()
}

impl TokenReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::AuthRequest => "auth_request",
            Self::Refresh => "refresh",
            Self::JwtProfile => "jwt_profile",
            Self::ClientCredentials => "client_credentials",
            Self::Exchange => "exchange",
        }
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
        let mut session = OidcSession::new("V2_1".to_owned(), Arc::from("o"), authorization, at(0));
        session.refresh_id = Some("r".to_owned());
        assert!(session.takes("r", at(719)) && !session.takes("r", at(720)) && !session.takes("q", at(0)));
        session.refreshed = at(2_000);
        assert!(session.takes("r", at(2_159)) && !session.takes("r", at(2_160)));
        session.refresh_id = None;
        assert!(!session.takes("r", at(2_001)));
    }
}
