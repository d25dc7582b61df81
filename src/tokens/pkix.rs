//! Public keys of any kind in PKIX form, and the tokens that they verify: RSA, and two curves. Knows no vendor.

use pem::{EncodeConfig, LineEnding, Pem};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use yasna::{ASN1Error, ASN1ErrorKind, ASN1Result, BERReaderSeq};

use super::jwt::{self, Algorithm};
use super::key::PublicKey;

/// Algorithms of keys, of RFC 3279, 5480 and 8410.
const RSA: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];
const EC: &[u64] = &[1, 2, 840, 10_045, 2, 1];
const ED25519: &[u64] = &[1, 3, 101, 112];
const X25519: &[u64] = &[1, 3, 101, 110];

/// Curves, each with the length of a coordinate.
const P256: &[u64] = &[1, 2, 840, 10_045, 3, 1, 7];
const P384: &[u64] = &[1, 3, 132, 0, 34];
const CURVES: [(&[u64], usize); 4] = [(P256, 32), (P384, 48), (&[1, 3, 132, 0, 35], 66), (&[1, 3, 132, 0, 33], 28)];

/// How elliptic curves sign.
const EC_SIGNATURES: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Es384];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PkixKey {
    der: Vec<u8>,
    kind: Kind,
}

/// What a key verifies with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Rsa(PublicKey),
    /// A point of a curve, with the algorithm that signs on it.
    Ec(Algorithm, Vec<u8>),
    /// A kind that is well known and verifies nothing here.
    Other,
}

impl PkixKey {
    /// The key in a PEM text.
    pub fn from_pem(text: &[u8]) -> Option<Self> {
        let pem = pem::parse(text).ok().filter(|pem| pem.tag() == "PUBLIC KEY")?;
        let der = pem.into_contents();
        let (algorithm, curve, key) = yasna::parse_der(&der, |reader| {
            reader.read_sequence(|reader| {
                let (algorithm, curve) = reader.next().read_sequence(read_algorithm)?;
                Ok((algorithm, curve, reader.next().read_bitvec_bytes()?.0))
            })
        })
        .ok()?;
        let kind = match (&*algorithm, curve.as_deref()) {
            (RSA, _) => Kind::Rsa(PublicKey::from_pem(text)?),
            (EC, Some(curve)) => {
                let (_, length) = CURVES.into_iter().find(|(known, _)| *known == curve)?;
                if key.len() != 1 + 2 * length || key[0] != 4 {
                    return None;
                }
                match curve {
                    P256 => Kind::Ec(Algorithm::Es256, key),
                    P384 => Kind::Ec(Algorithm::Es384, key),
                    _ => Kind::Other,
                }
            }
            (ED25519 | X25519, _) if key.len() == 32 => Kind::Other,
            _ => return None,
        };
        Some(Self { der, kind })
    }

    /// The key as PEM, always in the same form.
    pub fn to_pem(&self) -> String {
        let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
        pem::encode_config(&Pem::new("PUBLIC KEY", &*self.der), lines)
    }

    /// The claims of a token, if this key signed it by an algorithm of its kind; `rsa` are those of RSA keys. Times are
    /// not checked.
    pub fn read_token<T: DeserializeOwned>(&self, token: &str, rsa: &[Algorithm]) -> Option<T> {
        match &self.kind {
            Kind::Rsa(key) => key.read_token(token, rsa),
            Kind::Ec(own, point) => jwt::read(token, &EC_SIGNATURES, |algorithm, text, signature| {
                let verification = match own {
                    Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
                    _ => &ECDSA_P384_SHA384_FIXED,
                };
                algorithm == *own && UnparsedPublicKey::new(verification, point).verify(text, signature).is_ok()
            }),
            Kind::Other => None,
        }
    }
}

/// The algorithm of a key, and its curve, if that is what its parameters name.
fn read_algorithm(reader: &mut BERReaderSeq<'_, '_>) -> ASN1Result<(Vec<u64>, Option<Vec<u64>>)> {
    let algorithm = reader.next().read_oid()?.components().clone();
    let curve = match &*algorithm == EC {
        true => Some(reader.next().read_oid()?.components().clone()),
        false => {
            while reader.read_optional(|reader| reader.read_der())?.is_some() {}
            None
        }
    };
    match algorithm.is_empty() {
        true => Err(ASN1Error::new(ASN1ErrorKind::Invalid)),
        false => Ok((algorithm, curve)),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::{Value, json};
    use yasna::models::ObjectIdentifier;

    use super::super::Keys;
    use super::*;

    /// A key as PEM.
    fn pem(algorithm: &[u64], curve: Option<&[u64]>, key: &[u8]) -> String {
        let der = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&ObjectIdentifier::from_slice(algorithm));
                    if let Some(curve) = curve {
                        writer.next().write_oid(&ObjectIdentifier::from_slice(curve));
                    }
                });
                writer.next().write_bitvec_bytes(key, 8 * key.len());
            });
        });
        pem::encode(&Pem::new("PUBLIC KEY", der))
    }

    #[test]
    fn a_curves_key_verifies_its_own_tokens() {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pair.as_ref(), &random).unwrap();
        let key = PkixKey::from_pem(pem(EC, Some(P256), pair.public_key().as_ref()).as_bytes()).unwrap();
        assert_eq!(PkixKey::from_pem(key.to_pem().as_bytes()), Some(key.clone()));
        let header = json!({ "alg": "ES256", "kid": "k" });
        let sign = |text: &[u8]| pair.sign(&random, text).unwrap().as_ref().to_vec();
        let token = jwt::write(&header, &json!({ "sub": "a" }), sign);
        assert_eq!(key.read_token(&token, &[]), Some(json!({ "sub": "a" })));
        let forged = token.replacen(&URL_SAFE_NO_PAD.encode(r#"{"sub":"a"}"#), &URL_SAFE_NO_PAD.encode("{}"), 1);
        assert_eq!(key.read_token::<Value>(&forged, &[]), None);
        let wrong = jwt::write(&json!({ "alg": "ES384" }), &json!({}), sign);
        assert_eq!(key.read_token::<Value>(&wrong, &[]), None);
    }

    #[test]
    fn an_rsa_key_counts_in_this_form_alone() {
        let signing = Keys::default().next().unwrap().key();
        let pem = signing.public().to_pem();
        let key = PkixKey::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(key.to_pem(), pem);
        let token = signing.sign("k", &json!({ "sub": "a" }));
        assert_eq!(key.read_token(&token, &[Algorithm::Rs256]), Some(json!({ "sub": "a" })));
        let pkcs1 = pem::encode(&Pem::new("RSA PUBLIC KEY", &pem::parse(&pem).unwrap().into_contents()[24..]));
        assert!(PublicKey::from_pem(pkcs1.as_bytes()).is_some() && PkixKey::from_pem(pkcs1.as_bytes()).is_none());
    }

    #[test]
    fn other_well_known_kinds_are_keys_that_verify_nothing() {
        let known = PkixKey::from_pem(pem(ED25519, None, &[7; 32]).as_bytes()).unwrap();
        assert_eq!(known.read_token::<Value>("e30.e30.", &[Algorithm::Rs256]), None);
        let p521 = [&[4][..], &[1; 132]].concat();
        assert!(PkixKey::from_pem(pem(EC, Some(CURVES[2].0), &p521).as_bytes()).is_some());
        for wrong in [
            pem(EC, Some(P256), &[4; 64]),
            pem(EC, Some(P256), &[5; 65]),
            pem(EC, Some(&[1, 2, 3]), &[4; 65]),
            pem(EC, None, &[4; 65]),
            pem(ED25519, None, &[7; 31]),
            pem(&[1, 2, 3], None, &[7; 32]),
            pem(RSA, None, &[7; 32]),
            "no key".to_owned(),
        ] {
            assert_eq!(PkixKey::from_pem(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
