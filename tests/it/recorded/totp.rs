//! The one-time passwords that an app shows, computed apart from the server (RFC 6238).

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use ring::hmac;

/// The password of a secret in Base32 at a time.
pub fn password(secret: &str, at: Timestamp) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("a secret in Base32");
    let step = at.as_second().div_euclid(30);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let start = usize::from(digest[digest.len() - 1] & 0xf);
    let four: [u8; 4] = digest[start..start + 4].try_into().expect("four bytes");
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

#[test]
fn the_password_is_that_of_the_standard() {
    // RFC 6238, appendix B, the last six digits.
    assert_eq!(password("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Timestamp::constant(59, 0)), "287082");
}
