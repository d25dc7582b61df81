//! Keys that sign and verify tokens: RSA with `ring`, and shared secrets. Does not know where they are kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pem::{EncodeConfig, LineEnding, Pem};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, RsaKeyPair, RsaParameters};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yasna::models::ObjectIdentifier;
use yasna::{ASN1Error, ASN1ErrorKind, ASN1Result, BERReader, BERReaderSeq};

use super::jwt::{self, Algorithm, Header};

/// `rsaEncryption`, of RFC 8017.
const RSA: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];

/// An RSA public key, of any length: modulus and exponent, big-endian, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// The public key in a PEM text, in PKIX or PKCS#1 form.
    pub fn from_pem(pem: &[u8]) -> Option<Self> {
        let pem = pem::parse(pem).ok()?;
        let der = pem.contents();
        match pem.tag() {
            "PUBLIC KEY" => yasna::parse_der(der, |reader| {
                reader.read_sequence(|reader| {
                    read_algorithm(reader.next())?;
                    let (key, _) = reader.next().read_bitvec_bytes()?;
                    yasna::parse_der(&key, |reader| reader.read_sequence(Self::read))
                })
            }),
            "RSA PUBLIC KEY" => yasna::parse_der(der, |reader| reader.read_sequence(Self::read)),
            _ => return None,
        }
        .ok()
    }

    /// The public part of the private key in a PEM text, in PKCS#1 or PKCS#8 form.
    pub fn from_private_pem(pem: &[u8]) -> Option<Self> {
        let pem = pem::parse(pem).ok()?;
        let read = |der: &[u8]| {
            yasna::parse_der(der, |reader| {
                reader.read_sequence(|reader| {
                    reader.next().read_u8()?; // the version
                    let public = Self::read(reader)?;
                    skip_rest(reader)?;
                    Ok(public)
                })
            })
        };
        match pem.tag() {
            "RSA PRIVATE KEY" => read(pem.contents()),
            "PRIVATE KEY" => read(&private_key_of(pem.contents()).ok()?),
            _ => return None,
        }
        .ok()
    }

    /// The public key of a JSON Web Key, if it is an RSA key.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let number = |name: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok()?;
            let start = bytes.iter().position(|byte| *byte != 0)?;
            Some(bytes[start..].to_vec())
        };
        (jwk["kty"] == "RSA").then(|| Some(Self { modulus: number("n")?, exponent: number("e")? }))?
    }

    fn read(reader: &mut BERReaderSeq<'_, '_>) -> ASN1Result<Self> {
        let mut number = || match reader.next().read_bigint_bytes()? {
            (mut bytes, true) if bytes != [0] => {
                if bytes[0] == 0 {
                    bytes.remove(0); // it only says that the number is positive
                }
                Ok(bytes)
            }
            _ => Err(ASN1Error::new(ASN1ErrorKind::Invalid)),
        };
        Ok(Self { modulus: number()?, exponent: number()? })
    }

    /// The key in PKIX form, as PEM.
    pub fn to_pem(&self) -> String {
        let key = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_bigint_bytes(&self.modulus, true);
                writer.next().write_bigint_bytes(&self.exponent, true);
            });
        });
        let der = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&ObjectIdentifier::from_slice(RSA));
                    writer.next().write_null();
                });
                writer.next().write_bitvec_bytes(&key, 8 * key.len());
            });
        });
        let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
        pem::encode_config(&Pem::new("PUBLIC KEY", der), lines)
    }

    /// The claims of a token, if this key signed it by one of these algorithms. Times are not checked.
    pub fn read_token<T: DeserializeOwned>(&self, token: &str, algorithms: &[Algorithm]) -> Option<T> {
        jwt::read(token, algorithms, |algorithm, text, signature| {
            let Some(parameters) = parameters(algorithm) else { return false };
            let key = PublicKeyComponents { n: &self.modulus, e: &self.exponent };
            key.verify(parameters, text, signature).is_ok()
        })
    }
}

/// The parameters with which `ring` verifies an algorithm. If possible they allow short keys, which some people still
/// have.
fn parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::Hs256 | Algorithm::Es256 | Algorithm::Es384 => return None,
    })
}

fn read_algorithm(reader: BERReader<'_, '_>) -> ASN1Result<()> {
    reader.read_sequence(|reader| {
        let algorithm = reader.next().read_oid()?;
        skip_rest(reader)?; // its parameters, which are none
        match &**algorithm.components() == RSA {
            true => Ok(()),
            false => Err(ASN1Error::new(ASN1ErrorKind::Invalid)),
        }
    })
}

/// The PKCS#1 form of a key in PKCS#8 form.
fn private_key_of(der: &[u8]) -> ASN1Result<Vec<u8>> {
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?; // the version
            read_algorithm(reader.next())?;
            let key = reader.next().read_bytes()?;
            skip_rest(reader)?;
            Ok(key)
        })
    })
}

fn skip_rest(reader: &mut BERReaderSeq<'_, '_>) -> ASN1Result<()> {
    while reader.read_optional(|reader| reader.read_der())?.is_some() {}
    Ok(())
}

/// An RSA key pair that signs by RS256.
#[derive(Debug)]
pub struct SigningKey {
    pair: RsaKeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// The key pair in a PEM text, in PKCS#1 or PKCS#8 form; it must have 2,048 to 4,096 bits.
    pub fn from_pem(pem: &[u8]) -> Option<Self> {
        let public = PublicKey::from_private_pem(pem)?;
        let pem = pem::parse(pem).ok()?;
        let pair = match pem.tag() {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(pem.contents()),
            _ => RsaKeyPair::from_pkcs8(pem.contents()),
        };
        Some(Self { pair: pair.ok()?, public })
    }

    /// The public part.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A token with these claims, with that key id in its header.
    pub fn sign(&self, key_id: &str, claims: &impl Serialize) -> String {
        jwt::write(&Header::new(Algorithm::Rs256, Some(key_id)), claims, |text| self.signature(text))
    }

    /// The signature of a text by RS256.
    pub(super) fn signature(&self, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        // This padding uses no randomness: the same text has the same signature.
        let signed = self.pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature);
        signed.expect("the signature has the key's length");
        signature
    }
}

/// A key as a key set shows it, under the id that tokens name.
pub fn jwk(key: &PublicKey, key_id: &str) -> Value {
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "use": "sig", "kty": "RSA", "kid": key_id, "alg": "RS256",
        "n": number(&key.modulus), "e": number(&key.exponent),
    })
}

/// A secret that signs by HS256, for tokens that only their issuer reads.
#[derive(Debug)]
pub struct Secret(hmac::Key);

impl Secret {
    /// The secret of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        jwt::write(&Header::new(Algorithm::Hs256, None), claims, |text| self.signature(text))
    }

    /// The signature of a text by HS256.
    pub(super) fn signature(&self, text: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, text).as_ref().to_vec()
    }

    /// The claims of a token, if this secret signed it. Times are not checked.
    pub fn read_token<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        jwt::read(token, &[Algorithm::Hs256], |_, text, signature| hmac::verify(&self.0, text, signature).is_ok())
    }
}
