//! ZITADEL's keys: those that machines sign with, and the one that signs a world's tokens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey, LineEnding};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ids::{Ids, Random, Stream};

/// The length of keys, in bits. The vendor's.
const BITS: usize = 2_048;

/// What a world's signing key is drawn for.
const SIGNING: u64 = 0x5167;

/// A key pair, as PEM.
pub struct Pair {
    /// In PKCS#1.
    pub private: String,
    /// As a subject's public key.
    pub public: String,
}

/// The next key pair of a world. It takes a good part of a second.
pub fn generate(ids: &Ids) -> Pair {
    let key = private_key(&mut Source(Random::from_key(ids.bytes(Stream::Keys))));
    Pair { private: private_pem(&key), public: public_pem(&key.to_public_key()) }
}

/// The public key that stands in a PEM, in one form.
pub fn public(pem: &[u8]) -> Option<String> {
    let pem = std::str::from_utf8(pem).ok()?;
    let key =
        RsaPublicKey::from_public_key_pem(pem).or_else(|_| RsaPublicKey::from_pkcs1_pem(pem).map_err(|_| ())).ok()?;
    Some(public_pem(&key))
}

/// The public part of a private key.
pub fn public_of(private: &str) -> Option<String> {
    let key = RsaPrivateKey::from_pkcs1_pem(private)
        .or_else(|_| RsaPrivateKey::from_pkcs8_pem(private).map_err(|_| ()))
        .ok()?;
    Some(public_pem(&key.to_public_key()))
}

/// The file by which the vendor's clients sign in for a machine.
pub fn file(key_id: &str, private: &str, user_id: &str) -> String {
    json!({ "type": "serviceaccount", "keyId": key_id, "key": private, "userId": user_id }).to_string()
}

/// Whether that key signed the text; answers its claims. Times are looked at elsewhere: they follow the world's clock.
pub fn read(public: &str, token: &str) -> Option<Value> {
    let key = DecodingKey::from_rsa_pem(public.as_bytes()).ok()?;
    let algorithm = jsonwebtoken::decode_header(token).ok()?.alg;
    let known =
        [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    known.contains(&algorithm).then(|| claims(token, &key, algorithm)).flatten()
}

/// The id of the key that a token says it was signed by.
pub fn key_id(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

fn claims(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Value> {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    Some(jsonwebtoken::decode::<Value>(token, key, &validation).ok()?.claims)
}

/// Signs a world's tokens.
pub struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    id: String,
    modulus: String,
    exponent: String,
}

/// How many signers are kept: worlds of one seed have the same.
const KEPT: usize = 16;

impl Signer {
    /// The one of that seed. To make it takes a good part of a second, so it is kept.
    pub fn of(ids: &Ids) -> Arc<Self> {
        static SIGNERS: Mutex<VecDeque<(u64, Arc<Signer>)>> = Mutex::new(VecDeque::new());
        let mut signers = SIGNERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, signer)) = signers.iter().find(|(seed, _)| *seed == ids.seed()) {
            return Arc::clone(signer);
        }
        let signer = Arc::new(Self::make(ids));
        signers.truncate(KEPT - 1);
        signers.push_front((ids.seed(), Arc::clone(&signer)));
        signer
    }

    fn make(ids: &Ids) -> Self {
        let mut source = ids.of_purpose(SIGNING);
        let id = (100_000_000_000_000_000 + source.below(900_000_000_000_000_000)).to_string();
        let key = private_key(&mut Source(source));
        let public = key.to_public_key();
        let coded = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        let (modulus, exponent) = (coded(public.n()), coded(public.e()));
        Self {
            encoding: EncodingKey::from_rsa_pem(private_pem(&key).as_bytes()).expect("the key was just made"),
            decoding: DecodingKey::from_rsa_components(&modulus, &exponent).expect("the key was just made"),
            id,
            modulus,
            exponent,
        }
    }

    /// Signs claims.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.encoding).expect("the key fits the algorithm")
    }

    /// The public key, as the key set shows it.
    pub fn jwk(&self) -> Value {
        json!({ "use": "sig", "kty": "RSA", "kid": self.id, "alg": "RS256", "n": self.modulus, "e": self.exponent })
    }
}

/// Whose an access token in the form of a JWT is, and its id.
pub fn read_access(signer: &Signer, token: &str) -> Option<(String, String)> {
    let claims = claims(token, &signer.decoding, Algorithm::RS256)?;
    Some((claims["sub"].as_str()?.to_owned(), claims["jti"].as_str()?.to_owned()))
}

fn private_key(source: &mut Source) -> RsaPrivateKey {
    RsaPrivateKey::new(source, BITS).expect("primes of that length are found")
}

fn private_pem(key: &RsaPrivateKey) -> String {
    key.to_pkcs1_pem(LineEnding::LF).expect("a key has that form").to_string()
}

fn public_pem(key: &RsaPublicKey) -> String {
    key.to_public_key_pem(LineEnding::LF).expect("a key has that form")
}

/// Random numbers as the library wants them.
struct Source(Random);

impl RngCore for Source {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

// These keys guard nothing but tests, and the same seed has to give the same ones.
impl CryptoRng for Source {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_signs_and_is_read_and_the_same_seed_gives_the_same() {
        let pair = generate(&Ids::seeded(1));
        assert_eq!(pair.public, generate(&Ids::seeded(1)).public);
        assert_eq!(public_of(&pair.private).as_ref(), Some(&pair.public));
        assert_eq!(public(pair.public.as_bytes()).as_ref(), Some(&pair.public));
        assert_eq!(public(b"no key"), None);
        let key = EncodingKey::from_rsa_pem(pair.private.as_bytes()).unwrap();
        let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::RS256) };
        let token = jsonwebtoken::encode(&header, &json!({ "sub": "a" }), &key).unwrap();
        assert_eq!(read(&pair.public, &token), Some(json!({ "sub": "a" })));
        assert_eq!(key_id(&token).as_deref(), Some("k"));
        let signer = Signer::of(&Ids::seeded(2));
        assert_eq!(read_access(&signer, &token), None, "another key");
        let token = signer.sign(&json!({ "sub": "a", "jti": "b" }));
        assert_eq!(read_access(&signer, &token), Some(("a".to_owned(), "b".to_owned())));
        assert_eq!(read(&pair.public, &token), None);
    }
}
