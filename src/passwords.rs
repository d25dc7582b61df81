//! Password hashes: bcrypt at its lowest cost, since these passwords protect nothing. Knows no vendor.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bcrypt::HashParts;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The cost, as a power of two of rounds: the minimum of bcrypt.
const COST: u32 = 4;

/// How a hash begins that is made here.
const OWN: &str = "$2b$04$";

/// The largest cost that is taken from others. A check takes some 0.6 s, and twice as long for each one more.
pub const MAX_COST: u32 = 13;

/// Bcrypt ignores the bytes of a password beyond this length.
const MAX_BYTES: usize = 72;

/// The hash of a password. Checking one takes less than a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "Box<str>")]
pub struct PasswordHash(Cow<'static, str>);

/// A hash that would take more than a second to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a hash of a cost up to {MAX_COST}: a higher one takes more than a second to check")]
pub struct TooCostly;

impl PasswordHash {
    /// The hash of `Correct-Horse-Battery-9`, which generated people have, so that a start with many stays quick.
    pub const PUBLISHED: Self = Self(Cow::Borrowed("$2b$04$ZBsYn0d1fZS1uLg4V4TEbudJYymfsg0lM65.qIYdPWd4ayS9VmgGC"));

    /// The hash of `correct horse battery staple`, which users have where a password must be long.
    pub const PUBLISHED_PHRASE: Self =
        Self(Cow::Borrowed("$2b$04$fauxidpPublishedPhraseuxOmoTzCAWZic0MQR5ICOqdS2MTS9wq"));

    /// The hash of a password, in bcrypt's usual form.
    pub fn of(password: &str, salt: [u8; 16]) -> Self {
        let hashed = bcrypt::hash_with_salt(material(password).as_ref(), COST, salt);
        let hashed = hashed.expect("the cost is one that bcrypt has");
        Self(Cow::Owned(hashed.format_for_version(bcrypt::Version::TwoB)))
    }

    /// The hash of a password in a seed file. Its salt is derived from the user, so it depends neither on other users
    /// in the file nor on the random numbers of a world.
    pub fn of_seed(password: &str, user: &str) -> Self {
        let mut salt = [0; 16];
        salt.copy_from_slice(&Sha256::new_with_prefix("salt").chain_update(user).finalize()[..16]);
        Self::of(password, salt)
    }

    /// Whether the hash has the form and the cost of those that are made here.
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN)
    }

    /// Whether a password matches the hash. A hash in a form other than bcrypt's matches none.
    pub fn fits(&self, password: &str) -> bool {
        bcrypt::verify(material(password).as_ref(), &self.0).unwrap_or(false)
    }
}

/// What another system hashed.
impl TryFrom<Box<str>> for PasswordHash {
    type Error = TooCostly;

    fn try_from(hash: Box<str>) -> Result<Self, TooCostly> {
        match cost(&hash) {
            Some(cost) if cost > MAX_COST => Err(TooCostly),
            _ => Ok(Self(Cow::Owned(hash.into()))),
        }
    }
}

/// The cost of a hash, if it is one of bcrypt's.
pub fn cost(hash: &str) -> Option<u32> {
    hash.parse().ok().map(|parts: HashParts| parts.get_cost())
}

/// The password, or its digest if it is longer than bcrypt's limit.
fn material(password: &str) -> Cow<'_, [u8]> {
    match password.len() {
        0..=MAX_BYTES => password.as_bytes().into(),
        _ => STANDARD_NO_PAD.encode(Sha256::digest(password)).into_bytes().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let (short, long) = ("secret", "x".repeat(100));
        for password in [short, &long] {
            let hash = PasswordHash::of(password, [1; 16]);
            assert!(hash.is_own() && hash.fits(password));
            assert!(!hash.fits(&format!("{password}!")));
        }
        assert!(!PasswordHash("not a hash".into()).fits("secret"));
        assert!(!PasswordHash("$2b$10$abcdefghijklmnopqrstuuqQar.UtCOxp9WKsz/snMxjhfkFeMLVi".into()).is_own());
        assert!(PasswordHash::PUBLISHED.fits("Correct-Horse-Battery-9"));
        assert!(PasswordHash::PUBLISHED_PHRASE.fits("correct horse battery staple"));
        let seeded = PasswordHash::of_seed(short, "a");
        assert_ne!(seeded, PasswordHash::of_seed(short, "b"), "each has its own salt");
        assert_eq!(seeded, PasswordHash::of_seed(short, "a"));
        assert!(seeded.fits(short));
    }

    #[test]
    fn a_hash_that_takes_long_to_check_is_refused() {
        let rest = "abcdefghijklmnopqrstuuqQar.UtCOxp9WKsz/snMxjhfkFeMLVi";
        for (hash, is_taken) in [
            (format!("$2b$04${rest}"), true),
            (format!("$2b$13${rest}"), true),
            (format!("$2b$14${rest}"), false),
            (format!("$2y$31${rest}"), false),
            (format!("$2a$4294967295${rest}"), true), // unreadable, so it fits nothing
            ("$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA".to_owned(), true),
            (String::new(), true),
        ] {
            let read: Result<PasswordHash, _> = serde_json::from_value(hash.clone().into());
            assert_eq!(read.is_ok(), is_taken, "{hash}");
            if is_taken {
                assert_eq!(serde_json::to_value(read.unwrap()).unwrap(), *hash);
            }
        }
    }
}
