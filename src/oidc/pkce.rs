//! Proof Key for Code Exchange (RFC 7636). Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The lengths that a verifier, and so a plain challenge, can have.
const LENGTHS: std::ops::RangeInclusive<usize> = 43..=128;

/// How a challenge is made of its verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChallengeMethod {
    /// It is the verifier.
    Plain,
    /// It is the verifier's SHA-256.
    S256,
}

impl ChallengeMethod {
    /// The method of that name; without a name it is `plain`.
    pub fn parse(name: Option<&str>) -> Option<Self> {
        match name {
            None | Some("plain") => Some(Self::Plain),
            Some("S256") => Some(Self::S256),
            Some(_) => None,
        }
    }
}

/// The challenge of an authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// How it was made.
    pub method: ChallengeMethod,
    /// Its text.
    pub value: String,
}

impl Challenge {
    /// Whether it was made of that verifier.
    pub fn fits(&self, verifier: &str) -> bool {
        is_verifier(verifier) && self.is_of(verifier)
    }

    /// The same at a provider that takes verifiers of any length.
    pub fn is_of(&self, verifier: &str) -> bool {
        match self.method {
            ChallengeMethod::Plain => self.value == verifier,
            ChallengeMethod::S256 => self.value == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        }
    }
}

/// Whether a text can be a verifier or a challenge.
pub fn is_verifier(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    LENGTHS.contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_fits_the_verifier_that_it_was_made_of() {
        // RFC 7636, appendix B.
        let (verifier, value) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let challenge = Challenge { method: ChallengeMethod::S256, value: value.to_owned() };
        assert!(challenge.fits(verifier) && !challenge.fits(value) && !challenge.fits(&verifier[1..]));
        let plain = Challenge { method: ChallengeMethod::Plain, value: verifier.to_owned() };
        assert!(plain.fits(verifier) && !plain.fits(value));
        let short = Challenge { method: ChallengeMethod::Plain, value: "short".to_owned() };
        assert!(!short.fits("short") && short.is_of("short"));
    }

    #[test]
    fn only_two_methods_have_a_name() {
        assert_eq!(ChallengeMethod::parse(None), Some(ChallengeMethod::Plain));
        assert_eq!(ChallengeMethod::parse(Some("S256")), Some(ChallengeMethod::S256));
        assert_eq!(ChallengeMethod::parse(Some("s256")), None);
    }
}
