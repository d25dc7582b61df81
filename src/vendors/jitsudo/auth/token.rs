//! The JWTs that the vendor issues, signed with one secret and read by the world's clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ids::Ids;
use crate::tokens::Secret;

/// For how long a token counts: the default of `JWT_TTL`.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// What the secret is drawn for.
const JWT_SECRET: u64 = 0x4a57;

/// What signs the tokens of all worlds that come from one seed.
#[derive(Debug)]
pub(in super::super) struct Signer(Secret);

/// A token and when it ends.
pub(in super::super) struct IssuedToken {
    pub(in super::super) token: String,
    pub(in super::super) expires_at: Timestamp,
}

/// Only the tenant, the groups and the subject are documented.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    tenant_id: Uuid,
    groups: Vec<String>,
    iat: i64,
    exp: i64,
    fauxidp_world: String,
}

impl Signer {
    /// The signer of that seed, whatever was drawn from it.
    pub(in super::super) fn new(ids: &Ids) -> Self {
        let mut digest = Sha256::new_with_prefix("JWT_SECRET");
        digest.update(ids.of_purpose(JWT_SECRET).bytes::<32>());
        Self(Secret::new(&digest.finalize()))
    }

    /// A token for that user of that tenant, which leads back to its world.
    pub(in super::super) fn issue(
        &self,
        (user, tenant): (&str, Uuid),
        groups: Vec<String>,
        world: &str,
        now: Timestamp,
    ) -> IssuedToken {
        let end = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let claims = Claims {
            sub: user.to_owned(),
            tenant_id: tenant,
            groups,
            iat: now.as_second(),
            exp: end.as_second(),
            fauxidp_world: world.to_owned(),
        };
        let token = self.0.sign(&claims);
        let expires_at = Timestamp::from_second(claims.exp).unwrap_or(end);
        IssuedToken { token, expires_at }
    }

    /// Whose token it is, if it is one of ours, of that world, and has not ended. All worlds sign with one secret.
    pub(in super::super) fn holder(&self, token: &str, world: &str, now: Timestamp) -> Option<String> {
        let claims: Claims = self.0.read_token(token)?;
        (claims.fauxidp_world == world && now.as_second() < claims.exp).then_some(claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_for_an_hour_in_its_world_and_only_where_it_was_signed() {
        let (signer, other) = (Signer::new(&Ids::seeded(1)), Signer::new(&Ids::seeded(2)));
        let now: Timestamp = "2030-01-01T00:00:00.9Z".parse().unwrap();
        let issued = signer.issue(("a", Uuid::nil()), vec![], "default", now);
        assert_eq!(issued.expires_at.to_string(), "2030-01-01T01:00:00Z");
        assert_eq!(signer.holder(&issued.token, "default", now).as_deref(), Some("a"));
        assert_eq!(signer.holder(&issued.token, "default", issued.expires_at), None);
        assert_eq!(signer.holder(&issued.token, "other", now), None);
        assert_eq!(other.holder(&issued.token, "default", now), None);
        assert_eq!(signer.holder(&format!("{}x", issued.token), "default", now), None);
        assert_eq!(signer.issue(("a", Uuid::nil()), vec![], "default", now).token, issued.token, "the same again");
    }

    #[test]
    fn a_token_without_a_signature_is_none() {
        let signer = Signer::new(&Ids::seeded(1));
        // {"alg":"none","typ":"JWT"}.{"sub":"a",...}
        let token = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhIiwiZXhwIjo5OTk5OTk5OTk5fQ.";
        assert_eq!(signer.holder(token, "default", Timestamp::UNIX_EPOCH), None);
    }
}
