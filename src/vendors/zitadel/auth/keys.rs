//! ZITADEL's keys: those that machines sign with, and the one that signs a world's tokens.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::ids::Ids;
use crate::tokens::{self, Algorithm, Defect, Issuer, PkixKey, PublicKey, TestKey, TokenKind};

/// What the id of a world's signing key is drawn for.
const SIGNING: u64 = 0x5167;

/// How machines may sign.
const ASSERTIONS: [Algorithm; 6] =
    [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

/// The public key in a PEM text, which has to be in PKIX form, always written the same way.
pub fn parse_public(pem: &[u8]) -> Option<String> {
    Some(PkixKey::from_pem(pem)?.to_pem())
}

/// Whether that public key is one of RSA.
pub fn is_rsa(public: &str) -> bool {
    PublicKey::from_pem(public.as_bytes()).is_some()
}

/// The public part of a private key.
pub fn public_of_private(private: &str) -> Option<String> {
    Some(PublicKey::from_private_pem(private.as_bytes())?.to_pem())
}

/// The file by which the vendor's clients sign in for a machine.
pub fn service_account_file(key_id: &str, private: &str, user_id: &str, expires: Timestamp) -> String {
    let expires = expires.to_string();
    json!({
        "type": "serviceaccount", "keyId": key_id, "key": private, "expirationDate": expires, "userId": user_id,
    })
    .to_string()
}

/// The file by which an application proves itself.
pub fn application_file(key_id: &str, private: &str, app_id: &str, client_id: &str) -> String {
    let file = json!({
        "type": "application", "keyId": key_id, "key": private, "appId": app_id, "clientId": client_id,
    });
    file.to_string()
}

/// Whether that key signed the text; answers its claims. Times are looked at elsewhere: they follow the world's clock.
pub fn verify_assertion(public: &str, token: &str) -> Option<Value> {
    PkixKey::from_pem(public.as_bytes())?.read_token(token, &ASSERTIONS)
}

/// Signs a world's tokens.
#[derive(Debug)]
pub struct Signer {
    key: &'static TestKey,
    id: String,
}

impl Signer {
    /// Those with these keys, whose ids come from the seed.
    pub fn pair(keys: [&'static TestKey; 2], ids: &Ids) -> [Self; 2] {
        let mut numbers = ids.of_purpose(SIGNING);
        keys.map(|key| {
            let id = 100_000_000_000_000_000 + numbers.below(900_000_000_000_000_000);
            Self { key, id: id.to_string() }
        })
    }

    /// Signs claims, or makes them wrong on demand.
    pub fn issue(&self, kind: TokenKind, claims: Map<String, Value>, defect: Option<Defect>) -> String {
        Issuer { key: self.key.key(), key_id: &self.id, defect }.issue(kind, Some("JWT"), claims)
    }

    /// What a token claims that this key signed, whatever its age.
    pub fn read(&self, token: &str) -> Option<Value> {
        self.key.key().public().read_token(token, &[Algorithm::Rs256])
    }

    /// The id of the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key, as the key set shows it.
    pub fn jwk(&self) -> Value {
        tokens::jwk(self.key.key().public(), &self.id)
    }
}

/// The id of an access token in the form of a JWT, and whose it is.
pub fn verify_access_token(signer: &Signer, token: &str) -> Option<(String, String)> {
    let claims = signer.read(token)?;
    Some((claims["jti"].as_str()?.to_owned(), claims["sub"].as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Keys;

    #[test]
    fn a_machines_key_signs_assertions_and_the_signers_key_access_tokens() {
        let keys = Keys::default();
        let (signing, machine) = (keys.next().unwrap(), keys.next().unwrap());
        let public_key = public_of_private(&machine.pem()).unwrap();
        assert_eq!(parse_public(public_key.as_bytes()).as_ref(), Some(&public_key));
        assert!(is_rsa(&public_key) && !is_rsa("another key"));
        let token = machine.key().sign("k", &json!({ "sub": "a" }));
        assert_eq!(verify_assertion(&public_key, &token), Some(json!({ "sub": "a" })));
        assert_eq!(tokens::key_id(&token).as_deref(), Some("k"));
        let [signer, _] = Signer::pair([signing, machine], &Ids::seeded(2));
        assert_eq!(verify_access_token(&signer, &token), None, "another key");
        let claims = json!({ "sub": "a", "jti": "b" }).as_object().cloned().unwrap();
        let token = signer.issue(TokenKind::Access, claims.clone(), None);
        let unsigned = signer.issue(TokenKind::Access, claims, Some(Defect::AlgNone));
        assert_eq!(verify_access_token(&signer, &unsigned), None);
        assert_eq!(verify_access_token(&signer, &token), Some(("b".to_owned(), "a".to_owned())));
        assert_eq!(verify_assertion(&public_key, &token), None);
    }
}
