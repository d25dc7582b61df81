//! ZITADEL's sessions: who was checked in them, how, and until when. Pure: time comes in as an argument.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::User;
use super::details::Details;
use crate::recent::Keyed;

/// A session, also one that only was written to and never created: such a one is not found by reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Session {
    pub id: String,
    pub state: SessionState,
    pub details: Details,
    /// The user who created it.
    pub creator: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SessionUser>,
    /// In base64, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<UserAgent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The applications that have tokens of it, as each called itself: they are told of its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// The id of its token. Every write gives it another one.
    pub token_id: String,
}

/// Where a session is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionState {
    /// Written to, and never created.
    #[serde(rename = "SESSION_STATE_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "SESSION_STATE_ACTIVE")]
    Active,
    #[serde(rename = "SESSION_STATE_TERMINATED")]
    Terminated,
}

/// Who was checked in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionUser {
    pub id: String,
    pub organization: String,
    pub checked: Timestamp,
    /// The language that a human had then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How often the user had been kept out before. Nothing if the user was removed since.
    pub times_kept_out: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordCheck>,
    /// When a password of an app was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Timestamp>,
}

/// A password that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordCheck {
    pub checked: Timestamp,
    /// How often the password had been changed before.
    pub times_changed: u64,
}

/// What a login page says of the browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserAgent {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, HeaderValues>,
}

impl UserAgent {
    /// What events say of it.
    pub fn said(&self) -> Value {
        let Self { fingerprint_id, ip, description, header } = self;
        let header: BTreeMap<_, _> = header.iter().map(|(name, values)| (name, &values.values)).collect();
        let mut said = json!({
            "fingerprint_id": fingerprint_id, "ip": ip, "description": description, "header": header,
        });
        let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
        said.as_object_mut().into_iter().for_each(|members| members.retain(|_, value| !is_empty(value)));
        said
    }
}

/// The values of a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeaderValues {
    pub values: Vec<String>,
}

/// Why a session cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongSession {
    /// It was never created.
    Unknown,
    /// It was ended.
    Terminated,
    /// Its time is over.
    Expired,
}

impl Session {
    /// A session that nothing was written to yet.
    pub fn new(id: String, state: SessionState, creator: &str, now: Timestamp) -> Self {
        Self {
            id,
            state,
            details: Details::new(0, now),
            creator: creator.to_owned(),
            user: None,
            metadata: BTreeMap::new(),
            user_agent: None,
            clients: Vec::new(),
            expires: None,
            token_id: String::new(),
        }
    }

    /// Whether it may be written to.
    pub fn check_writable(&self, now: Timestamp) -> Result<(), WrongSession> {
        match self.state {
            SessionState::Terminated => Err(WrongSession::Terminated),
            _ if self.has_expired(now) => Err(WrongSession::Expired),
            SessionState::Unspecified | SessionState::Active => Ok(()),
        }
    }

    /// Whether somebody may be signed in by it. The user's state is asked elsewhere.
    pub fn check_active(&self, now: Timestamp) -> Result<(), WrongSession> {
        match self.state {
            SessionState::Unspecified => Err(WrongSession::Unknown),
            SessionState::Active | SessionState::Terminated => self.check_writable(now),
        }
    }

    /// Whether its time is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether reads find it. One whose user was kept out since is hidden for good, although it can still be used.
    /// `user` is the user of the session as it is now.
    pub fn is_shown(&self, user: Option<&User>) -> bool {
        let is_as_before =
            |own: &SessionUser| user.is_some_and(|user| own.times_kept_out == Some(user.history.times_kept_out()));
        self.state == SessionState::Active && self.user.as_ref().is_none_or(is_as_before)
    }

    /// The check of the password, unless it was changed since.
    pub fn password(&self, user: &User) -> Option<PasswordCheck> {
        let check = self.user.as_ref()?.password?;
        (check.times_changed == user.history.times_password_changed()).then_some(check)
    }

    /// How the user was recognised, in the words of RFC 8176, and when. A user who was only named was not.
    pub fn authentication(&self) -> (Vec<String>, Option<Timestamp>) {
        let Some(user) = &self.user else { return (Vec::new(), None) };
        let password = user.password.map(|password| password.checked);
        let all = password.is_some() && user.totp.is_some();
        let methods = [("pwd", password.is_some()), ("otp", user.totp.is_some()), ("mfa", all)];
        let methods = methods.into_iter().filter(|(_, is_one)| *is_one).map(|(method, _)| method.to_owned());
        (methods.collect(), password.max(user.totp))
    }
}

impl Keyed for Session {
    fn key(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_used_until_it_ends_or_expires() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut session = Session::new("1".to_owned(), SessionState::Unspecified, "c", at(0));
        assert_eq!((session.check_writable(at(1)), session.check_active(at(1))), (Ok(()), Err(WrongSession::Unknown)));
        session.state = SessionState::Active;
        session.expires = Some(at(5));
        assert_eq!((session.check_active(at(4)), session.check_active(at(5))), (Ok(()), Err(WrongSession::Expired)));
        assert!(session.is_shown(None), "reads show expired ones");
        session.state = SessionState::Terminated;
        assert_eq!(session.check_active(at(9)), Err(WrongSession::Terminated));
        assert!(!session.is_shown(None));
    }
}
