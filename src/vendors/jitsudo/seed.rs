//! From a seed file, or a made-up person, to jitsudo's users.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::auth::Access;
use super::record::{AuthProvider, Profile, User};
use super::{Jitsudo, Rules};
use crate::directory::Directory;
use crate::people::Person;
use crate::vendors::{Made, Origin, SeedError, UserFault, read_seed};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    tenants: Vec<Tenant>,
    users: Vec<SeedUser>,
}

/// A tenant. Made-up people join the first one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenant {
    id: Uuid,
    #[serde(rename = "name")]
    _name: String,
    /// What the rules that refuse an ordinary user say.
    #[serde(default)]
    forbidden_notices: Vec<String>,
}

/// A user as the vendor shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    id: Uuid,
    email: String,
    name: String,
    roles: Vec<String>,
    auth_provider: AuthProvider,
    active: bool,
    email_verified: bool,
    is_owner: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    avatar_base64: Option<String>,
    fauxidp: Hidden,
}

/// What the vendor does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hidden {
    tenant_id: Uuid,
    #[serde(default)]
    tokens: Vec<String>,
    fault: Option<String>,
}

/// jitsudo as a seed file and made-up people give it.
pub(super) fn jitsudo(origin: &Origin<'_>) -> Result<Made, SeedError> {
    let seed: Seed = read_seed(origin.seed)?;
    let mut faults = Vec::new();
    let mut users = Vec::with_capacity(seed.users.len() + origin.people.len());
    let mut tokens = HashMap::new();
    for (place, user) in seed.users.into_iter().enumerate() {
        let tenant = user.fauxidp.tenant_id;
        if !seed.tenants.iter().any(|known| known.id == tenant) {
            let field = format!("users[{place}].fauxidp.tenant_id");
            return Err(SeedError::about(origin.seed, &tenant.to_string(), &field, "no such tenant"));
        }
        let id = user.id.to_string();
        for token in user.fauxidp.tokens {
            if tokens.insert(token.clone(), id.clone()).is_some() {
                let field = format!("users[{place}].fauxidp.tokens");
                return Err(SeedError::about(origin.seed, &token, &field, "the token stands twice"));
            }
        }
        if let Some(spec) = user.fauxidp.fault {
            faults.push(UserFault { key: id.clone(), spec, field: format!("users[{place}].fauxidp.fault") });
        }
        users.push(User {
            active: user.active,
            updated_at: user.updated_at,
            profile: Arc::new(Profile {
                id,
                tenant,
                email: user.email,
                name: user.name,
                roles: user.roles,
                auth_provider: user.auth_provider,
                email_verified: user.email_verified,
                is_owner: user.is_owner,
                created_at: user.created_at,
                avatar_base64: user.avatar_base64,
            }),
        });
    }
    if let Some(home) = seed.tenants.first() {
        let now = origin.shared.clock.now();
        users.extend(origin.people.iter().map(|person| user(person, home.id, now)));
    }
    let notices = seed.tenants.into_iter().map(|tenant| (tenant.id, tenant.forbidden_notices)).collect();
    let access = Access::new(&users, tokens, notices);
    let users = Directory::new(users)
        .map_err(|id| SeedError::about(origin.seed, &id, "users", format!("the id {id:?} stands twice")))?;
    let rules = Arc::new(Rules::new(origin.settings));
    let vendor = Jitsudo { users, access: Arc::new(access), rules, shared: origin.shared.clone() };
    Ok(Made { vendor: Box::new(vendor), faults })
}

/// A made-up person's account in that tenant, made at `now`.
pub(super) fn user(person: &Person, tenant: Uuid, now: Timestamp) -> User {
    User {
        active: true,
        updated_at: now,
        profile: Arc::new(Profile {
            id: user_id(person),
            tenant,
            email: person.email(),
            name: person.name(),
            roles: vec!["user".to_owned()],
            auth_provider: AuthProvider::Local,
            email_verified: true,
            is_owner: false,
            created_at: now,
            avatar_base64: None,
        }),
    }
}

/// A UUID of version 8, as the vendor's sample is.
pub(super) fn user_id(person: &Person) -> String {
    Uuid::new_v8(person.id).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Record;
    use crate::people;

    #[test]
    fn a_person_gets_a_uuid_of_their_own() {
        let user = |person: Person| user(&person, Uuid::nil(), Timestamp::UNIX_EPOCH).key().to_owned();
        let ids: std::collections::HashSet<_> = people::people(500, 1).map(user).collect();
        assert_eq!(ids.len(), 500);
        assert!(ids.iter().all(|id| super::super::record::uuid(id).is_some()));
    }
}
