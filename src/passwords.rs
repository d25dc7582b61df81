//! Password hashes: bcrypt at its lowest cost, since these passwords protect nothing. Knows no vendor.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};

/// The cost, as a power of two of rounds: the minimum of bcrypt.
const COST: u32 = 4;

/// Bcrypt ignores the bytes of a password beyond this length.
const MAX_BYTES: usize = 72;

/// The hash of a password, in bcrypt's usual form.
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let hashed = bcrypt::hash_with_salt(material(password).as_ref(), COST, salt);
    hashed.expect("the cost is one that bcrypt has").format_for_version(bcrypt::Version::TwoB)
}

/// The hash of a password in a seed file. Its salt is derived from the user, so it depends neither on other users in
/// the file nor on the random numbers of a world.
pub fn hash_of_seed(password: &str, user: &str) -> String {
    let mut salt = [0; 16];
    salt.copy_from_slice(&Sha256::new_with_prefix("salt").chain_update(user).finalize()[..16]);
    hash(password, salt)
}

/// Whether a password matches a hash. A hash in a form other than bcrypt's matches none.
pub fn fits(password: &str, hash: &str) -> bool {
    bcrypt::verify(material(password).as_ref(), hash).unwrap_or(false)
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
            let hash = hash(password, [1; 16]);
            assert!(hash.starts_with("$2b$04$") && fits(password, &hash));
            assert!(!fits(&format!("{password}!"), &hash));
        }
        assert!(!fits("secret", "not a hash"));
        assert_ne!(hash_of_seed(short, "a"), hash_of_seed(short, "b"), "each has its own salt");
        assert_eq!(hash_of_seed(short, "a"), hash_of_seed(short, "a"));
        assert!(fits(short, &hash_of_seed(short, "a")));
    }
}
