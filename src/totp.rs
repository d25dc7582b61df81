//! Time-based one-time passwords (RFC 6238), as the usual authenticator apps compute them: HMAC-SHA1, six digits,
//! steps of 30 seconds. Does not know whose they are.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;

/// The length of a step, in seconds.
const STEP: i64 = 30;

/// How many steps the clocks may differ.
const TOLERANCE: i64 = 1;

/// Codes have six digits.
const MODULUS: u32 = 1_000_000;

/// The length of a new secret, in bytes: the length of the digest, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;

/// What is encoded in a URI: all that RFC 3986 reserves, but for the sign that addresses have.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// A shared secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new secret of these random bytes.
    pub fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(random.to_vec())
    }

    /// The secret in its usual form: Base32, in any case, with or without padding and spaces.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let secret = BASE32_NOPAD.decode(letters.trim_end_matches('=').as_bytes()).ok()?;
        (!secret.is_empty()).then_some(Self(secret))
    }

    /// The secret as Base32 in upper case, without padding.
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The URI that an authenticator app reads from a QR code. Its parameters are sorted, as the usual library of Go
    /// sorts them.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (utf8_percent_encode(issuer, ENCODED), utf8_percent_encode(account, ENCODED));
        let secret = self.to_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?algorithm=SHA1&digits=6&issuer={issuer}&period={STEP}&secret={secret}"
        )
    }

    /// The code at a time.
    #[cfg(test)]
    pub fn code(&self, at: Timestamp) -> String {
        self.code_of(at.as_second().div_euclid(STEP))
    }

    /// Whether it is the code at that time, or one step earlier or later.
    pub fn accepts(&self, code: &str, at: Timestamp) -> bool {
        let step = at.as_second().div_euclid(STEP);
        (step - TOLERANCE..=step + TOLERANCE).any(|step| self.code_of(step) == code)
    }

    fn code_of(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let digest = hmac::sign(&key, &step.to_be_bytes());
        let digest = digest.as_ref();
        let start = usize::from(digest[digest.len() - 1] & 0xf);
        let four = digest[start..start + 4].try_into().expect("four bytes");
        format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % MODULUS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let secret = Secret(b"12345678901234567890".to_vec());
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (20_000_000_000, "353130")]
        {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(secret.code(at), code);
            for (offset, accepted) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
                assert_eq!(
                    secret.accepts(code, Timestamp::from_second(second + offset).unwrap()),
                    accepted,
                    "{offset}"
                );
            }
        }
    }

    #[test]
    fn a_secret_is_read_in_any_usual_form() {
        let secret = Secret::new(*b"12345678901234567890");
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====",
        ] {
            assert_eq!(Secret::parse(text), Some(secret.clone()), "{text}");
        }
        for text in ["", "====", "1", "GEZDGNBV!"] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
        assert_eq!(
            secret.uri("Acme & Co", "ada@example.com"),
            "otpauth://totp/Acme%20%26%20Co:ada@example.com?algorithm=SHA1&digits=6&issuer=Acme%20%26%20Co&period=30\
             &secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }
}
