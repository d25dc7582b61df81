//! From a seed file, or a made-up person, to jitsudo's users.

use std::sync::Arc;

use hashbrown::HashMap;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::auth::{self, Access, Key, Signer};
use super::record::{
    self, Actor, ActorType, Address, AuditLog, AuthProvider, Entry, Group, GroupName, Member, Names, Pending, Profile,
    Purpose, RoleMapping, User,
};
use super::settings::Behaviour;
use super::state::{Jitsudo, State};
use crate::directory::{Directory, Duplicate, Record};
use crate::passwords;
use crate::people::Person;
use crate::vendors::{Made, Origin, SeedError, UserFault, read_seed};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    tenants: Vec<Tenant>,
    users: Vec<SeedUser>,
    #[serde(default)]
    groups: Vec<SeedGroup>,
    #[serde(default)]
    audit_log: Vec<SeedEntry>,
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
    slug: String,
    /// The domains of its people's addresses.
    #[serde(default)]
    domains: Vec<String>,
    /// How its people sign in.
    #[serde(default = "local_only")]
    auth_methods: Vec<String>,
    #[serde(default)]
    api_keys: Vec<ApiKey>,
}

/// What programs call with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiKey {
    id: Uuid,
    key: String,
}

/// A group as the vendor shows it, but for its count of members, and who they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedGroup {
    id: Uuid,
    name: String,
    source: record::Origin,
    description: Option<String>,
    role_mappings: Vec<SeedMapping>,
    created_at: Timestamp,
    updated_at: Timestamp,
    fauxidp: GroupHidden,
}

/// A role of a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedMapping {
    role: String,
    created_at: Timestamp,
}

/// What the vendor does not show of a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupHidden {
    tenant_id: Uuid,
    #[serde(default)]
    members: Vec<Uuid>,
}

/// An entry of the audit log as the vendor shows it, and its tenant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedEntry {
    id: Uuid,
    actor_type: ActorType,
    actor_id: Option<String>,
    action: String,
    resource_type: String,
    resource_id: String,
    created_at: Timestamp,
    fauxidp: EntryHidden,
}

/// What the vendor does not show of an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryHidden {
    tenant_id: Uuid,
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
    first_name: Option<String>,
    last_name: Option<String>,
    display_name: Option<String>,
    /// What was mailed and not yet used.
    invite_token: Option<String>,
    reset_token: Option<String>,
    /// As it is typed; it is hashed at the start.
    password: Option<String>,
    /// Hashed already, by bcrypt: a start with many passwords is then quick.
    password_hash: Option<String>,
}

fn local_only() -> Vec<String> {
    vec!["local".to_owned()]
}

/// jitsudo as a seed file and made-up people give it.
pub(super) fn jitsudo(origin: &Origin<'_>) -> Result<Made, SeedError> {
    let seed: Seed = read_seed(origin.seed)?;
    let now = origin.shared.clock.now();
    let mut faults = Vec::new();
    let mut users = Vec::with_capacity(seed.users.len() + origin.people.len());
    let (mut tokens, mut pending) = (HashMap::new(), Vec::new());
    let known = |tenant: Uuid| seed.tenants.iter().any(|known| known.id == tenant);
    let no_tenant =
        |tenant: Uuid, field: String| SeedError::about(origin.seed, &tenant.to_string(), &field, "no such tenant");
    for (place, user) in seed.users.into_iter().enumerate() {
        let hidden = user.fauxidp;
        if !known(hidden.tenant_id) {
            return Err(no_tenant(hidden.tenant_id, format!("users[{place}].fauxidp.tenant_id")));
        }
        let id = user.id.to_string();
        for token in hidden.tokens {
            if tokens.insert(token.clone(), id.clone()).is_some() {
                let field = format!("users[{place}].fauxidp.tokens");
                return Err(SeedError::about(origin.seed, &token, &field, "the token stands twice"));
            }
        }
        let password = match (hidden.password, hidden.password_hash) {
            (Some(_), Some(hash)) => {
                let field = format!("users[{place}].fauxidp.password_hash");
                return Err(SeedError::about(origin.seed, &hash, &field, "the password stands twice"));
            }
            (Some(password), None) => Some(passwords::hash_of_seed(&password, &id)),
            (None, hash) => hash,
        };
        pending.extend(hidden.reset_token.map(|token| Pending::lasting(&id, Purpose::Reset, token)));
        pending.extend(hidden.invite_token.map(|token| Pending::lasting(&id, Purpose::Invite, token)));
        if let Some(spec) = hidden.fault {
            faults.push(UserFault { key: id.clone(), spec, field: format!("users[{place}].fauxidp.fault") });
        }
        let names =
            Names { first_name: hidden.first_name, last_name: hidden.last_name, display_name: hidden.display_name };
        users.push(User {
            active: user.active,
            updated_at: user.updated_at,
            profile: Arc::new(Profile {
                id: id.into(),
                tenant: hidden.tenant_id,
                email: user.email.into(),
                name: user.name.into(),
                roles: user.roles.into(),
                auth_provider: user.auth_provider,
                email_verified: user.email_verified,
                is_owner: user.is_owner,
                created_at: user.created_at,
                avatar_base64: user.avatar_base64.map(Arc::from),
                names: (names != Names::default()).then(|| Box::new(names)),
                password: password.map(String::into_boxed_str),
            }),
        });
    }
    for (place, group) in seed.groups.iter().enumerate() {
        let hidden = &group.fauxidp;
        if !known(hidden.tenant_id) {
            return Err(no_tenant(hidden.tenant_id, format!("groups[{place}].fauxidp.tenant_id")));
        }
        let is_there = |member: &&Uuid| {
            let id = member.to_string();
            users.iter().any(|user| *user.key() == id && user.profile.tenant == hidden.tenant_id)
        };
        if let Some(stranger) = hidden.members.iter().find(|member| !is_there(member)) {
            let field = format!("groups[{place}].fauxidp.members");
            return Err(SeedError::about(origin.seed, &stranger.to_string(), &field, "no such user in the tenant"));
        }
    }
    if let Some(entry) = seed.audit_log.iter().find(|entry| !known(entry.fauxidp.tenant_id)) {
        return Err(no_tenant(entry.fauxidp.tenant_id, "audit_log".to_owned()));
    }
    if let Some(home) = seed.tenants.first() {
        let roles = ["user".to_owned()].into();
        users.extend(origin.people.iter().map(|person| user(person, home.id, &roles, now)));
    }
    let mut keys = HashMap::new();
    let mut tenants = Vec::with_capacity(seed.tenants.len());
    for tenant in seed.tenants {
        for key in tenant.api_keys {
            let known = keys.insert(key.key.clone(), Key { id: key.id.to_string(), tenant: tenant.id });
            if known.is_some() {
                return Err(SeedError::about(origin.seed, &key.key, "tenants.api_keys", "the key stands twice"));
            }
        }
        tenants.push(auth::Tenant {
            id: tenant.id,
            slug: tenant.slug,
            domains: tenant.domains,
            auth_methods: tenant.auth_methods,
            notices: tenant.forbidden_notices,
        });
    }
    let access = Access::new(&users, tokens, keys, tenants, Signer::new(&origin.shared.ids));
    let groups = seed.groups.into_iter().map(group).collect();
    let state = State {
        users: directory(origin, users, "users", |address: Address| (address.email, " in one tenant"))?,
        groups: directory(origin, groups, "groups", |name: GroupName| (name.name, " in one tenant"))?,
        pending: directory(origin, pending, "users", |token| (token, ""))?,
        audit: AuditLog::new(seed.audit_log.into_iter().map(entry)),
    };
    let vendor = Jitsudo {
        state: Arc::new(state),
        access: Arc::new(access),
        behaviour: Arc::new(Behaviour::new(origin.settings)),
        shared: origin.shared.clone(),
    };
    Ok(Made { vendor: Box::new(vendor), faults })
}

/// These records; an error names what two of them share: of an alias what `told` makes of it, and where it is unique.
fn directory<T: Record>(
    origin: &Origin<'_>,
    records: Vec<T>,
    field: &str,
    told: impl FnOnce(T::Alias) -> (String, &'static str),
) -> Result<Directory<T>, SeedError> {
    Directory::new(records).map_err(|duplicate| {
        let (value, scope) = match duplicate {
            Duplicate::Key(key) => (key, ""),
            Duplicate::Alias(alias) => told(alias),
        };
        SeedError::about(origin.seed, &value, field, format!("{value:?} stands twice{scope}"))
    })
}

fn group(group: SeedGroup) -> Group {
    let member = |member: Uuid| Member { user: member.to_string(), source: group.source, joined_at: group.created_at };
    let mapping = |mapping: SeedMapping| RoleMapping { role: mapping.role, created_at: mapping.created_at };
    Group {
        id: group.id.to_string(),
        tenant: group.fauxidp.tenant_id,
        members: Arc::new(group.fauxidp.members.into_iter().map(member).collect()),
        role_mappings: Arc::new(group.role_mappings.into_iter().map(mapping).collect()),
        name: group.name,
        description: group.description,
        source: group.source,
        created_at: group.created_at,
        updated_at: group.updated_at,
    }
}

fn entry(entry: SeedEntry) -> Entry {
    Entry {
        id: entry.id,
        tenant: entry.fauxidp.tenant_id,
        actor: Actor { kind: entry.actor_type, id: entry.actor_id.map(Arc::from) },
        action: entry.action.into(),
        resource_type: entry.resource_type.into(),
        resource_id: entry.resource_id.into(),
        created_at: entry.created_at,
    }
}

/// A made-up person's account in that tenant with those roles, made at `now`.
pub(super) fn user(person: &Person, tenant: Uuid, roles: &Arc<[String]>, now: Timestamp) -> User {
    User {
        active: true,
        updated_at: now,
        profile: Arc::new(Profile {
            id: user_id(person).into(),
            tenant,
            email: person.email().into(),
            name: person.name().into(),
            roles: Arc::clone(roles),
            auth_provider: AuthProvider::Local,
            email_verified: true,
            is_owner: false,
            created_at: now,
            avatar_base64: None,
            names: None,
            password: None,
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
    use crate::people;

    #[test]
    fn a_person_gets_a_uuid_of_their_own() {
        let user = |person: Person| user(&person, Uuid::nil(), &Arc::default(), Timestamp::UNIX_EPOCH).key().to_owned();
        let ids: std::collections::HashSet<_> = people::people(500, 1).map(user).collect();
        assert_eq!(ids.len(), 500);
        assert!(ids.iter().all(|id| super::super::record::uuid(id.as_bytes()).is_some()));
    }
}
