//! JSON Web Tokens in their compact form: written and read. Knows no key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How a token is signed. Other algorithms, above all `none`, are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)] // the names of RFC 7518
pub enum Algorithm {
    Es256,
    Es384,
    Hs256,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
}

/// The parts of a token's header that matter here.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    alg: Algorithm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

impl Header {
    pub(super) fn new(alg: Algorithm, key_id: Option<&str>) -> Self {
        Self { typ: Some("JWT".to_owned()), alg, kid: key_id.map(str::to_owned) }
    }
}

/// The id of the key that the token claims to be signed with.
pub fn key_id(token: &str) -> Option<String> {
    Parts::of(token)?.header()?.kid
}

/// A token with these claims.
pub(super) fn write(header: &impl Serialize, claims: &impl Serialize, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let header = serde_json::to_vec(header).expect("a header is JSON");
    let claims = serde_json::to_vec(claims).expect("claims are JSON");
    let mut token = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// The claims of a token that is signed by one of these algorithms, if `verify` accepts its signature.
pub(super) fn read<T: DeserializeOwned>(
    token: &str,
    algorithms: &[Algorithm],
    verify: impl FnOnce(Algorithm, &[u8], &[u8]) -> bool,
) -> Option<T> {
    let parts = Parts::of(token)?;
    let algorithm = parts.header()?.alg;
    let signature = URL_SAFE_NO_PAD.decode(parts.signature).ok()?;
    if !algorithms.contains(&algorithm) || !verify(algorithm, parts.signed.as_bytes(), &signature) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.claims).ok()?).ok()
}

/// The parts of a token.
struct Parts<'t> {
    /// The text that is signed.
    signed: &'t str,
    header: &'t str,
    claims: &'t str,
    signature: &'t str,
}

impl<'t> Parts<'t> {
    fn of(token: &'t str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self { signed, header, claims, signature })
    }

    fn header(&self) -> Option<Header> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(self.header).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Keys, PublicKey, Secret};
    use super::*;

    const ANY: [Algorithm; 7] = [
        Algorithm::Hs256,
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ];

    #[test]
    fn a_secret_signs_as_rfc_7515_shows() {
        // Appendix A.1: the key and the claims; its header is formatted differently.
        let secret = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let shown = concat!(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        );
        let secret = Secret::new(&secret);
        let claims: Value = secret.read_token(shown).unwrap();
        assert_eq!(claims, json!({ "iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true }));
        let token = secret.sign(&claims);
        assert!(token.starts_with(&format!("{}.", URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256"}"#))));
        assert_eq!(secret.read_token(&token), Some(claims));
    }

    #[test]
    fn only_the_key_that_signed_a_token_reads_it() {
        let keys = Keys::default();
        let (one, other) = (keys.next().unwrap().key(), keys.next().unwrap().key());
        let token = one.sign("k", &json!({ "sub": "a" }));
        assert_eq!(key_id(&token).as_deref(), Some("k"));
        assert_eq!(one.public().read_token(&token, &ANY), Some(json!({ "sub": "a" })));
        assert_eq!(one.public().read_token::<Value>(&token, &[Algorithm::Ps256]), None);
        assert_eq!(other.public().read_token::<Value>(&token, &ANY), None);
        for wrong in [token.replace('.', ".."), format!("{token}A"), token[..token.len() - 4].to_owned(), "a.b".into()]
        {
            assert_eq!(one.public().read_token::<Value>(&wrong, &ANY), None, "{wrong}");
        }
    }

    #[test]
    fn a_public_key_is_no_secret_and_none_is_no_signature() {
        let key = Keys::default().next().unwrap().key().public();
        let forged = Secret::new(key.to_pem().as_bytes()).sign(&json!({ "sub": "a" }));
        assert_eq!(key.read_token::<Value>(&forged, &ANY), None);
        let bare = write(&Header::new(Algorithm::Rs256, None), &json!({}), |_| Vec::new());
        assert_eq!(key.read_token::<Value>(&bare, &ANY), None);
        let none = bare.replace(&bare[..bare.find('.').unwrap()], &URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(key.read_token::<Value>(&none, &ANY), None);
    }

    #[test]
    fn a_public_key_is_read_in_both_forms_and_written_in_one() {
        let test_key = Keys::default().next().unwrap();
        let pem = test_key.key().public().to_pem();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"), "{pem}");
        assert_eq!(PublicKey::from_pem(pem.as_bytes()).as_ref(), Some(test_key.key().public()));
        let bytes = pem::parse(&pem).unwrap().into_contents();
        let pkcs1 = pem::encode(&pem::Pem::new("RSA PUBLIC KEY", &bytes[24..]));
        assert_eq!(PublicKey::from_pem(pkcs1.as_bytes()).as_ref(), Some(test_key.key().public()));
        for other in [&test_key.pem()[..], "no key", "", &pem.replace("MIIB", "MIIC"), &pem.replace("hkiG", "hkiH")] {
            assert_eq!(PublicKey::from_pem(other.as_bytes()), None, "{other}");
        }
    }
}
