//! Passwords at rest: hashed by a kept crate, at the lowest cost, for nothing here is worth guarding. Knows no vendor.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ids::Ids;

/// Two to the power of this many rounds: the least that bcrypt has.
const COST: u32 = 4;

/// The most bytes of a password that bcrypt looks at.
const MOST: usize = 72;

/// The hash of a password, in bcrypt's usual form. The salt comes from the world's ids.
pub fn hash(password: &str, ids: &Ids) -> String {
    let hashed = bcrypt::hash_with_salt(material(password).as_ref(), COST, ids.bytes());
    hashed.expect("the cost is one that bcrypt has").format_for_version(bcrypt::Version::TwoB)
}

/// Whether a password is the hashed one. A hash in another form than bcrypt's fits none.
pub fn fits(password: &str, hash: &str) -> bool {
    bcrypt::verify(material(password).as_ref(), hash).unwrap_or(false)
}

/// The password, or where it is longer than bcrypt looks, its digest.
fn material(password: &str) -> Cow<'_, [u8]> {
    match password.len() {
        0..=MOST => password.as_bytes().into(),
        _ => STANDARD_NO_PAD.encode(Sha256::digest(password)).into_bytes().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let ids = Ids::seeded(1);
        let (short, long) = ("secret", "x".repeat(100));
        for password in [short, &long] {
            let hash = hash(password, &ids);
            assert!(hash.starts_with("$2b$04$") && fits(password, &hash));
            assert!(!fits(&format!("{password}!"), &hash));
        }
        assert!(!fits("secret", "not a hash"));
        assert_ne!(hash(short, &ids), hash(short, &ids), "each has its own salt");
    }
}
