//! Opaque tokens in the compact form of JSON Web Encryption (RFC 7516), which only their issuer reads. Knows no vendor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, Tag, UnboundKey};
use serde::{Deserialize, Serialize};

/// How many random bytes a token needs: the key of its content, and two nonces.
pub const RANDOM_BYTES: usize = KEY_LEN + 2 * NONCE_LEN;

const KEY_LEN: usize = 32;

/// Reads and writes tokens, by A256GCMKW and A256GCM.
#[derive(Debug)]
pub struct Opaque(LessSafeKey);

/// The header of a token, with the nonce and the tag of its encrypted key.
#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    enc: String,
    iv: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    tag: String,
}

impl Opaque {
    /// What has that key.
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Self(cipher(key).expect("the key has the cipher's length"))
    }

    /// A token that holds the text; its header names the key by that id, if there is one. The same random bytes give
    /// the same token.
    pub fn seal(&self, text: &str, key_id: Option<&str>, random: &[u8; RANDOM_BYTES]) -> String {
        let (key, nonces) = random.split_at(KEY_LEN);
        let (wrapping, content) = nonces.split_at(NONCE_LEN);
        let mut wrapped = key.to_vec();
        let tag = encrypt(&self.0, wrapping, b"", &mut wrapped);
        let header = Header {
            alg: "A256GCMKW".to_owned(),
            enc: "A256GCM".to_owned(),
            iv: coded(wrapping),
            kid: key_id.map(str::to_owned),
            tag: coded(tag),
        };
        let header = coded(serde_json::to_vec(&header).expect("a header is JSON"));
        let mut text = text.as_bytes().to_vec();
        let cipher = cipher(key).expect("the key has the cipher's length");
        let tag = encrypt(&cipher, content, header.as_bytes(), &mut text);
        [header, coded(wrapped), coded(content), coded(text), coded(tag)].join(".")
    }

    /// The text of a token that this key sealed.
    pub fn open(&self, token: &str) -> Option<String> {
        let mut parts = token.split('.');
        let [header, wrapped, nonce, text, tag] = [(); 5].map(|()| parts.next());
        if parts.next().is_some() {
            return None;
        }
        let protected = header?;
        let header: Header = serde_json::from_slice(&decoded(protected)?).ok()?;
        if header.alg != "A256GCMKW" || header.enc != "A256GCM" {
            return None;
        }
        let key = decrypt(&self.0, &decoded(&header.iv)?, b"", decoded(wrapped?)?, &decoded(&header.tag)?)?;
        let text = decrypt(&cipher(&key)?, &decoded(nonce?)?, protected.as_bytes(), decoded(text?)?, &decoded(tag?)?)?;
        String::from_utf8(text).ok()
    }
}

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

/// Encrypts in place, and returns the tag.
fn encrypt(key: &LessSafeKey, nonce: &[u8], seen: &[u8], text: &mut [u8]) -> Tag {
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("a nonce has its length");
    key.seal_in_place_separate_tag(nonce, Aad::from(seen), text).expect("a text is not that long")
}

fn decrypt(key: &LessSafeKey, nonce: &[u8], seen: &[u8], mut text: Vec<u8>, tag: &[u8]) -> Option<Vec<u8>> {
    text.extend_from_slice(tag);
    let plain = key.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::from(seen), &mut text).ok()?;
    Some(plain.to_vec())
}

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_its_key_alone() {
        let opaque = Opaque::new(&[1; KEY_LEN]);
        let random = std::array::from_fn(|at| at as u8);
        let token = opaque.seal("V2_1-at_2:user", None, &random);
        assert_eq!(token, opaque.seal("V2_1-at_2:user", None, &random));
        assert!(token.starts_with("eyJhbGciOiJBMjU2R0NNS1ciLCJlbmMiOiJBMjU2R0NNIi"), "{token}");
        assert_eq!(token.split('.').count(), 5);
        assert_eq!(opaque.open(&token).as_deref(), Some("V2_1-at_2:user"));
        assert_eq!(Opaque::new(&[2; KEY_LEN]).open(&token), None);
        let mut parts: Vec<_> = token.split('.').collect();
        parts[3] = "AAAA";
        for wrong in [parts.join("."), format!("{token}."), token.replacen('.', "", 1), "a.b.c.d.e".to_owned()] {
            assert_eq!(opaque.open(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_is_as_long_as_the_vendors() {
        let text = "V2_123456789012345678-at_123456789012345678:123456789012345678";
        assert_eq!(Opaque::new(&[1; KEY_LEN]).seal(text, None, &[3; RANDOM_BYTES]).len(), 288);
    }
}
