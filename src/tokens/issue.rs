//! Issues the tokens of a provider: the one place that signs them and makes them wrong on demand. Knows no vendor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::defect::Defect;
use super::jwt;
use super::key::{Secret, SigningKey};

/// What a wrong token says instead.
const OTHER: &str = "fauxidp-defect";

/// How far off a wrong time is, in seconds.
const HOUR: i64 = 3_600;

/// What kind of token is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// For the application, about the user.
    Id,
    /// For an API.
    Access,
    /// Says that a session ended.
    Logout,
}

/// Issues tokens with one key.
#[derive(Debug, Clone, Copy)]
pub struct Issuer<'k> {
    /// The key.
    pub key: &'k SigningKey,
    /// Its id in the key set.
    pub key_id: &'k str,
    /// In which way the tokens are wrong.
    pub defect: Option<Defect>,
}

impl Issuer<'_> {
    /// A token with these claims; `typ` is what its header says it is.
    pub fn issue(&self, kind: TokenKind, typ: Option<&str>, mut claims: Map<String, Value>) -> String {
        let mut header =
            Map::from_iter([("alg".to_owned(), Value::from("RS256")), ("kid".to_owned(), self.key_id.into())]);
        header.extend(typ.map(|typ| ("typ".to_owned(), Value::from(typ))));
        let Some(defect) = self.defect else {
            return jwt::write(&header, &claims, |text| self.key.signature(text));
        };
        spoil_claims(defect, kind, &mut claims);
        match defect {
            Defect::AlgNone => {
                header.insert("alg".to_owned(), "none".into());
                header.shift_remove("kid");
                return jwt::write(&header, &claims, |_| Vec::new());
            }
            Defect::Hs256WithPublicKey => {
                header.insert("alg".to_owned(), "HS256".into());
                let secret = Secret::new(self.key.public().to_pem().as_bytes());
                return jwt::write(&header, &claims, |text| secret.signature(text));
            }
            Defect::BadSignature => return jwt::write(&header, &claims, |_| self.key.signature(OTHER.as_bytes())),
            Defect::UnknownKid => _ = header.insert("kid".to_owned(), OTHER.into()),
            Defect::NoKid => _ = header.shift_remove("kid"),
            Defect::WrongType => _ = header.insert("typ".to_owned(), format!("{OTHER}+jwt").into()),
            _ => {}
        }
        jwt::write(&header, &claims, |text| self.key.signature(text))
    }
}

/// Makes claims wrong, if the defect is one of the claims of that kind of token.
fn spoil_claims(defect: Defect, kind: TokenKind, claims: &mut Map<String, Value>) {
    let now = claims.get("iat").and_then(Value::as_i64).unwrap_or_default();
    let mut set = |name: &str, value: Value| _ = claims.insert(name.to_owned(), value);
    match (defect, kind) {
        (Defect::Expired, _) => set("exp", (now - HOUR).into()),
        (Defect::NotYetValid, _) => set("nbf", (now + HOUR).into()),
        (Defect::IatInFuture, _) => set("iat", (now + HOUR).into()),
        (Defect::WrongIssuer, _) => set("iss", format!("https://{OTHER}.invalid").into()),
        (Defect::WrongAudience, _) => {
            let is_list = claims.get("aud").is_some_and(Value::is_array);
            let value = if is_list { json!([OTHER]) } else { OTHER.into() };
            claims.insert("aud".to_owned(), value);
        }
        (Defect::WrongAzp, TokenKind::Id) => set("azp", OTHER.into()),
        (Defect::WrongNonce, TokenKind::Id) | (Defect::WithNonce, TokenKind::Logout) => set("nonce", OTHER.into()),
        (Defect::WrongAtHash, TokenKind::Id) => set("at_hash", half_hash(OTHER).into()),
        (Defect::WrongEvent, TokenKind::Logout) => {
            set("events", json!({ format!("https://{OTHER}.invalid/event"): {} }))
        }
        (Defect::NoIssuer, _) => _ = claims.shift_remove("iss"),
        (Defect::NoAudience, _) => _ = claims.shift_remove("aud"),
        (Defect::NoSubject, _) => _ = claims.shift_remove("sub"),
        (Defect::NoExp, _) => _ = claims.shift_remove("exp"),
        (Defect::NoNonce, TokenKind::Id) => _ = claims.shift_remove("nonce"),
        (Defect::NoEvents, TokenKind::Logout) => _ = claims.shift_remove("events"),
        (Defect::NoSubSid, TokenKind::Logout) => {
            claims.shift_remove("sub");
            claims.shift_remove("sid");
        }
        _ => {}
    }
}

/// The left half of a text's SHA-256, as ID tokens carry it of access tokens and codes (OpenID Connect Core, 3.3.2.11).
pub fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}

#[cfg(test)]
mod tests {
    use super::super::{Algorithm, Keys};
    use super::*;

    fn parts(token: &str) -> (Value, Value, String) {
        let parts: Vec<_> = token.split('.').collect();
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        (json(parts[0]), json(parts[1]), parts[2].to_owned())
    }

    /// The members in which two objects differ.
    fn differing(one: &Value, other: &Value) -> Vec<String> {
        let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
        let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
        names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
    }

    #[test]
    fn a_defect_makes_a_token_wrong_in_its_own_way_alone() {
        let key = Keys::default().next().unwrap().key();
        let claims = json!({
            "iss": "http://i", "sub": "u", "aud": "c", "exp": 9_000, "iat": 5_000, "nbf": 5_000, "nonce": "n",
            "azp": "c", "at_hash": "x", "sid": "s", "events": { "e": {} },
        });
        let claims = claims.as_object().cloned().unwrap();
        let issue = |kind, defect| parts(&Issuer { key, key_id: "k", defect }.issue(kind, Some("JWT"), claims.clone()));
        for kind in [TokenKind::Id, TokenKind::Access, TokenKind::Logout] {
            let right = issue(kind, None);
            for defect in Defect::ALL {
                let wrong = issue(kind, Some(*defect));
                let (header, claims) = (differing(&right.0, &wrong.0), differing(&right.1, &wrong.1));
                let of_id = kind == TokenKind::Id;
                let of_logout = kind == TokenKind::Logout;
                let expected: (&[&str], &[&str]) = match defect {
                    Defect::AlgNone => (&["alg", "kid"], &[]),
                    Defect::UnknownKid | Defect::NoKid => (&["kid"], &[]),
                    Defect::WrongType => (&["typ"], &[]),
                    Defect::Hs256WithPublicKey => (&["alg"], &[]),
                    Defect::Expired | Defect::NoExp => (&[], &["exp"]),
                    Defect::NotYetValid => (&[], &["nbf"]),
                    Defect::IatInFuture => (&[], &["iat"]),
                    Defect::WrongIssuer | Defect::NoIssuer => (&[], &["iss"]),
                    Defect::WrongAudience | Defect::NoAudience => (&[], &["aud"]),
                    Defect::NoSubject => (&[], &["sub"]),
                    Defect::WrongAzp if of_id => (&[], &["azp"]),
                    Defect::WrongNonce | Defect::NoNonce if of_id => (&[], &["nonce"]),
                    Defect::WrongAtHash if of_id => (&[], &["at_hash"]),
                    Defect::WithNonce if of_logout => (&[], &["nonce"]),
                    Defect::NoEvents | Defect::WrongEvent if of_logout => (&[], &["events"]),
                    Defect::NoSubSid if of_logout => (&[], &["sub", "sid"]),
                    _ => (&[], &[]),
                };
                assert_eq!(
                    (header, claims),
                    (
                        expected.0.iter().map(|s| (*s).to_owned()).collect(),
                        expected.1.iter().map(|s| (*s).to_owned()).collect()
                    ),
                    "{defect:?} {kind:?}"
                );
                let is_same = wrong.2 == right.2;
                let changes = *defect == Defect::BadSignature || !expected.0.is_empty() || !expected.1.is_empty();
                assert_eq!(is_same, !changes, "{defect:?} {kind:?}");
            }
        }
        assert_eq!(issue(TokenKind::Id, Some(Defect::AlgNone)).2, "");
        let good = Issuer { key, key_id: "k", defect: None }.issue(TokenKind::Id, None, claims.clone());
        assert_eq!(key.public().read_token::<Value>(&good, &[Algorithm::Rs256]), Some(claims.into()));
    }
}
