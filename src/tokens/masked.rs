//! Opaque tokens without a structure that others could see, which only their issuer reads. Whoever reads one looks up
//! what it holds: nothing in it shows that it is whole. Knows no vendor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac::{self, HMAC_SHA256};

/// How many random bytes a token begins with.
const START_LEN: usize = 16;

/// Reads and writes tokens: random bytes, and behind them the text under a mask that depends on them and the key.
#[derive(Debug)]
pub struct Masked(hmac::Key);

impl Masked {
    /// What has that key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(HMAC_SHA256, key))
    }

    /// A token that holds the text. The same random bytes give the same token.
    pub fn seal(&self, text: &str, random: &[u8; START_LEN]) -> String {
        URL_SAFE_NO_PAD.encode([&random[..], &self.masked(random, text.as_bytes())].concat())
    }

    /// The text of a token of this key.
    pub fn open(&self, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (start, text) = bytes.split_at_checked(START_LEN)?;
        String::from_utf8(self.masked(start, text)).ok()
    }

    /// The text with its mask put on or taken off.
    fn masked(&self, start: &[u8], text: &[u8]) -> Vec<u8> {
        let block = |(number, part): (usize, &[u8])| {
            let mask = hmac::sign(&self.0, &[start, &number.to_be_bytes()].concat());
            part.iter().zip(mask.as_ref()).map(|(byte, mask)| byte ^ mask).collect::<Vec<u8>>()
        };
        text.chunks(HMAC_SHA256.digest_algorithm().output_len()).enumerate().flat_map(block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_its_key_alone() {
        let masked = Masked::new(&[1; 32]);
        let text = "V2_123456789012345678-at_123456789012345678:123456789012345678";
        let token = masked.seal(text, &[7; START_LEN]);
        assert_eq!(token, masked.seal(text, &[7; START_LEN]));
        assert_ne!(token, masked.seal(text, &[8; START_LEN]));
        assert!(!token.contains('.') && token.len() == 104, "{token}");
        assert_eq!(masked.open(&token).as_deref(), Some(text));
        assert_ne!(Masked::new(&[2; 32]).open(&token).as_deref(), Some(text));
        for wrong in ["", "short", "not base64 at all!"] {
            assert_eq!(masked.open(wrong), None, "{wrong}");
        }
    }
}
