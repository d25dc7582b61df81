//! What a ZITADEL user has that reading it never shows: codes, passwords, tokens, keys and metadata. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::contact::Channel;

/// The hidden members of a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Secrets {
    /// The hash of the password.
    pub password: Option<String>,
    /// What verifies the e-mail.
    pub email_code: Option<Code>,
    /// What verifies the phone.
    pub phone_code: Option<Code>,
    /// What allows another password.
    pub password_code: Option<Code>,
    /// Personal access tokens, valid or ended: ended ones are still listed.
    pub tokens: Vec<Token>,
    /// Tokens that the token endpoint issued and that were not revoked.
    pub access: Vec<AccessToken>,
    /// Keys that sign for the user.
    pub keys: Vec<Key>,
    /// The hash of the client secret.
    pub secret: Option<String>,
    /// What others wrote down about the user.
    pub metadata: Vec<Metadata>,
}

/// A code that was sent, or would have been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Code {
    pub code: String,
    pub expires: Timestamp,
}

/// A personal access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    pub id: String,
    /// What the holder sends.
    pub value: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Whether its user was kept out since it was made.
    dead: bool,
}

/// A token of the token endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: String,
    pub scope: String,
    pub audience: Vec<String>,
    pub issued: Timestamp,
    pub expires: Timestamp,
}

/// A public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    pub id: String,
    /// As PEM.
    pub public: String,
    pub created: Timestamp,
    pub expires: Timestamp,
}

/// One entry of metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub key: String,
    pub value: Vec<u8>,
    pub created: Timestamp,
    pub changed: Timestamp,
}

/// How long a code counts. The vendor's default for its secret generators.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The most tokens of the token endpoint that one user has; the oldest go first.
const MAX_ACCESS_TOKENS: usize = 100;

impl Code {
    /// A code that is made now.
    pub fn new(code: String, now: Timestamp) -> Self {
        Self { code, expires: now.saturating_add(CODE_LIFETIME).unwrap_or(Timestamp::MAX) }
    }

    /// Whether that is the code and it still counts.
    pub fn matches(&self, code: &str, now: Timestamp) -> bool {
        self.code == code && now < self.expires
    }
}

impl Token {
    /// A living token.
    pub fn new(id: String, value: String, created: Timestamp, expires: Timestamp) -> Self {
        Self { id, value, created, expires, dead: false }
    }

    /// One of the seed, which no test outlives.
    pub fn seeded(id: &str, value: &str, created: Timestamp) -> Self {
        Self::new(id.to_owned(), value.to_owned(), created, seed_expiry())
    }
}

/// The end of what the seed gives.
pub fn seed_expiry() -> Timestamp {
    Timestamp::from_second(4_070_908_800).expect("2099 is a year")
}

impl Secrets {
    /// What verifies the address of that channel.
    pub fn code(&self, channel: Channel) -> Option<&Code> {
        match channel {
            Channel::Email => self.email_code.as_ref(),
            Channel::Phone => self.phone_code.as_ref(),
        }
    }

    /// What verifies the address of that channel, to be changed.
    pub fn code_mut(&mut self, channel: Channel) -> &mut Option<Code> {
        match channel {
            Channel::Email => &mut self.email_code,
            Channel::Phone => &mut self.phone_code,
        }
    }

    /// The living token of that value.
    pub fn token(&self, value: &str, now: Timestamp) -> Option<&Token> {
        self.tokens.iter().find(|token| token.value == value && !token.dead && now < token.expires)
    }

    /// What the token endpoint gave out under that id, if it still counts.
    pub fn access(&self, id: &str, now: Timestamp) -> Option<&AccessToken> {
        self.access.iter().find(|access| access.id == id && now < access.expires)
    }

    /// Keeps a token that the token endpoint issues.
    pub fn grant(&mut self, access: AccessToken) {
        self.access.retain(|other| access.issued < other.expires);
        if self.access.len() == MAX_ACCESS_TOKENS {
            self.access.remove(0);
        }
        self.access.push(access);
    }

    /// Ends every existing token; later ones are valid.
    pub(super) fn end_tokens(&mut self) {
        self.access.clear();
        self.tokens.iter_mut().for_each(|token| token.dead = true);
    }

    /// Writes an entry down, over one of the same key.
    pub fn set_metadata(&mut self, key: &str, value: &[u8], now: Timestamp) {
        match self.metadata.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                entry.value = value.to_vec();
                entry.changed = now;
            }
            None => {
                let (key, value) = (key.to_owned(), value.to_vec());
                self.metadata.push(Metadata { key, value, created: now, changed: now });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_code_counts_for_an_hour() {
        let code = Code::new("ABC123".to_owned(), at(0));
        assert!(
            code.matches("ABC123", at(3_599)) && !code.matches("ABC123", at(3_600)) && !code.matches("abc123", at(0))
        );
    }

    #[test]
    fn granted_tokens_are_bounded_and_end() {
        let mut secrets = Secrets::default();
        for n in 0..150 {
            let access = AccessToken {
                id: n.to_string(),
                scope: String::new(),
                audience: vec![],
                issued: at(n),
                expires: at(n + 500),
            };
            secrets.grant(access);
        }
        assert_eq!(secrets.access.len(), 100);
        assert!(secrets.access("49", at(150)).is_none() && secrets.access("50", at(150)).is_some());
        assert!(secrets.access("50", at(550)).is_none());
        secrets.end_tokens();
        assert!(secrets.access("149", at(150)).is_none());
    }

    #[test]
    fn a_note_of_the_same_key_is_written_over() {
        let mut secrets = Secrets::default();
        secrets.set_metadata("k", b"1", at(1));
        secrets.set_metadata("k", b"2", at(2));
        let expected = Metadata { key: "k".to_owned(), value: b"2".to_vec(), created: at(1), changed: at(2) };
        assert_eq!(secrets.metadata, [expected]);
    }
}
