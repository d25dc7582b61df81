//! What a ZITADEL user has that reading it never shows: codes, passwords, tokens, keys and metadata. Pure.

use hashbrown::{HashMap, HashSet};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::contact::Channel;
use super::kind::{Human, Machine};
use crate::bounded;
use crate::passwords::PasswordHash;

/// The hidden members of a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Secrets {
    /// The hash of the password.
    pub password: Option<PasswordHash>,
    /// How often the password was checked and wrong since it was set.
    #[serde(default, deserialize_with = "bounded::count")]
    pub failed_checks: u32,
    /// Whether the password is not checked until the user is unlocked: deactivating a locked user forgets the state
    /// alone.
    #[serde(default)]
    pub is_locked: bool,
    /// What verifies the e-mail.
    pub email_code: Option<Code>,
    /// What verifies the phone.
    pub phone_code: Option<Code>,
    /// What allows another password.
    pub password_code: Option<Code>,
    /// What initialises the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_code: Option<Code>,
    /// The second factors.
    #[serde(default, skip_serializing_if = "Factors::is_none")]
    pub factors: Factors,
    /// Personal access tokens, valid or ended: ended ones are still listed.
    pub tokens: Vec<Token>,
    /// Tokens that the token endpoint issued and that were not revoked.
    pub access: Vec<AccessToken>,
    /// Keys that sign for the user.
    pub keys: Vec<Key>,
    /// The hash of the client secret.
    pub secret: Option<PasswordHash>,
    /// What others wrote down about the user.
    pub metadata: Vec<Metadata>,
    /// What updates of a machine wrote about a human. No read shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// What updates of a human wrote about a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human: Option<Box<Human>>,
}

impl Secrets {
    /// Whether a check failed since the last right one.
    pub fn has_failed(&self) -> bool {
        self.failed_checks > 0 || self.factors.totp.as_ref().is_some_and(|totp| totp.failed_checks > 0)
    }
}

/// A code that was sent, or would have been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Code {
    pub code: String,
    pub expires: Timestamp,
}

/// Why a code does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongCode {
    /// It is another one.
    Another,
    /// It came too late.
    Expired,
}

/// The second factors of a human.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Factors {
    /// One-time passwords of an app, and whether the first one was right.
    pub totp: Option<Totp>,
    /// Codes by SMS and by e-mail.
    pub sms: bool,
    pub email: bool,
}

/// What an app makes one-time passwords from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totp {
    /// In base 32.
    pub secret: String,
    pub is_ready: bool,
    /// How often a password of it was wrong since the last right one.
    #[serde(default, deserialize_with = "bounded::count", skip_serializing_if = "is_zero")]
    pub failed_checks: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Factors {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A personal access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    pub id: String,
    /// What the holder sends.
    pub value: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// The event that made it; of what a seed gives, the first one.
    #[serde(default = "first", deserialize_with = "bounded::count")]
    pub sequence: u64,
    /// Whether its user was kept out since it was made.
    dead: bool,
}

/// A token of the token endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: String,
    /// The client that it was issued to: of a machine the user's name.
    pub client_id: String,
    pub scope: String,
    /// How the client called itself, if it named its world with its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// How the user was recognised, in the words of RFC 8176.
    pub amr: Vec<String>,
    /// When the user was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The session that it ends with. A machine's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    pub audience: Vec<String>,
    pub issued: Timestamp,
    pub expires: Timestamp,
}

impl AccessToken {
    /// The id of the session of OpenID Connect that it is of, with which its own starts.
    pub fn session_id(&self) -> &str {
        self.id.split_once('-').map_or(&self.id, |(id, _)| id)
    }
}

/// A public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    pub id: String,
    /// As PEM.
    pub public: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// The event that made it; of what a seed gives, the first one.
    #[serde(default = "first", deserialize_with = "bounded::count")]
    pub sequence: u64,
}

/// One entry of metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub key: String,
    pub value: Vec<u8>,
    pub created: Timestamp,
    pub changed: Timestamp,
    /// The event that set it last; of what a seed gives, the first one.
    #[serde(default = "first", deserialize_with = "bounded::count")]
    pub sequence: u64,
    /// The first event of the command that made it, which those of one command share.
    #[serde(default = "first", deserialize_with = "bounded::count")]
    pub command: u64,
}

fn first() -> u64 {
    1
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
        self.check(code, now).is_ok()
    }

    /// The same with a reason.
    pub fn check(&self, code: &str, now: Timestamp) -> Result<(), WrongCode> {
        match now < self.expires {
            false => Err(WrongCode::Expired),
            true if self.code == code => Ok(()),
            true => Err(WrongCode::Another),
        }
    }
}

impl Token {
    /// A living token.
    pub fn new(id: String, value: String, created: Timestamp, expires: Timestamp) -> Self {
        Self { id, value, created, expires, sequence: first(), dead: false }
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
    pub fn end_tokens(&mut self) {
        self.access.clear();
        self.tokens.iter_mut().for_each(|token| token.dead = true);
    }

    /// Writes entries, each over one of the same key, by the events of these numbers.
    pub fn set_metadata<'e>(
        &mut self,
        entries: impl Iterator<Item = (&'e str, &'e [u8])>,
        now: Timestamp,
        events: impl Iterator<Item = u64>,
    ) {
        let numbered = self.metadata.iter().enumerate();
        let mut known: HashMap<String, usize> = numbered.map(|(index, entry)| (entry.key.clone(), index)).collect();
        let mut events = events.peekable();
        let command = events.peek().copied().unwrap_or_default();
        for ((key, value), sequence) in entries.zip(events) {
            let value = value.to_vec();
            match known.get(key) {
                Some(index) => {
                    let entry = &mut self.metadata[*index];
                    (entry.value, entry.changed, entry.sequence) = (value, now, sequence);
                }
                None => {
                    known.insert(key.to_owned(), self.metadata.len());
                    let key = key.to_owned();
                    self.metadata.push(Metadata { key, value, created: now, changed: now, sequence, command });
                }
            }
        }
    }

    /// Removes the entries of these keys, all of them or none. Returns whether each key had one.
    pub fn remove_metadata(&mut self, keys: &[String]) -> bool {
        let keys: HashSet<&str> = keys.iter().map(|key| &**key).collect();
        let is_meant = |entry: &Metadata| keys.contains(&*entry.key);
        let has_all = self.metadata.iter().filter(|entry| is_meant(entry)).count() == keys.len();
        if has_all {
            self.metadata.retain(|entry| !is_meant(entry));
        }
        has_all
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
                client_id: String::new(),
                azp: None,
                auth_time: None,
                session: None,
                scope: String::new(),
                amr: Vec::new(),
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
    fn an_entry_of_the_same_key_is_written_over() {
        let mut secrets = Secrets::default();
        secrets.set_metadata([("k", &b"1"[..]), ("k", b"3"), ("l", b"4")].into_iter(), at(1), 1..);
        secrets.set_metadata([("k", &b"2"[..])].into_iter(), at(2), 4..);
        let entry = |key: &str, value: &[u8], changed, sequence| Metadata {
            key: key.to_owned(),
            value: value.to_vec(),
            created: at(1),
            changed: at(changed),
            sequence,
            command: 1,
        };
        assert_eq!(secrets.metadata, [entry("k", b"2", 2, 4), entry("l", b"4", 1, 3)]);
        assert!(!secrets.remove_metadata(&["l".to_owned(), "m".to_owned()]) && secrets.metadata.len() == 2);
        assert!(secrets.remove_metadata(&["l".to_owned(), "l".to_owned()]) && secrets.metadata.len() == 1);
    }

    #[test]
    fn many_entries_are_written_and_removed_in_one_pass() {
        let keys: Vec<_> = (0..200_000).map(|n| n.to_string()).collect();
        let mut secrets = Secrets::default();
        let begun = std::time::Instant::now();
        secrets.set_metadata(keys.iter().map(|key| (&**key, &b"1"[..])), at(1), 1..);
        assert!(secrets.remove_metadata(&keys) && secrets.metadata.is_empty());
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
