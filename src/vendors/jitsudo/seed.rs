//! Turns a seed file and generated people into jitsudo's users.

mod file;

use std::sync::Arc;

use hashbrown::HashMap;
use jiff::Timestamp;
use uuid::Uuid;

use super::auth::{Access, Key, Signer};
use super::record::{
    Actor, Address, AuditLog, AuthProvider, Challenge, Entry, Group, GroupName, Member, Names, NewOidcConfig,
    OidcConfig, PendingToken, Profile, Purpose, RoleMapping, SecondFactor, Tenant, User,
};
use super::settings::Behaviour;
use super::state::{Jitsudo, State};
use crate::directory::{Directory, Duplicate, Record};
use crate::oidc::issuer;
use crate::passwords::PasswordHash;
use crate::people::Person;
use crate::totp;
use crate::vendors::{SeedContext, SeedError, Seeded, UserFault, read_seed};

use file::{Seed, SeedEntry, SeedGroup, SeedMapping, SeedProvider, SeedTenant, SeedUser};

/// What the seed file says of users.
#[derive(Default)]
struct Accounts {
    users: Vec<User>,
    /// Opaque token to user id.
    tokens: HashMap<String, String>,
    pending: Vec<PendingToken>,
    factors: Vec<SecondFactor>,
    challenges: Vec<Challenge>,
    faults: Vec<UserFault>,
}

/// jitsudo made from a seed file and generated people.
pub(super) fn jitsudo(start: &SeedContext<'_>) -> Result<Seeded, SeedError> {
    let mut seed: Seed = read_seed(start.seed)?;
    let mut accounts = Accounts::default();
    for (index, user) in seed.users.into_iter().enumerate() {
        check_tenant(start, &seed.tenants, user.fauxidp.tenant_id, || format!("users[{index}].fauxidp.tenant_id"))?;
        accounts.add(start, index, user)?;
    }
    for (index, group) in seed.groups.iter().enumerate() {
        check_tenant(start, &seed.tenants, group.fauxidp.tenant_id, || format!("groups[{index}].fauxidp.tenant_id"))?;
        accounts.check_members(start, index, group)?;
    }
    for entry in &seed.audit_log {
        check_tenant(start, &seed.tenants, entry.fauxidp.tenant_id, || "audit_log".to_owned())?;
    }
    let Accounts { mut users, tokens, pending, factors, challenges, faults } = accounts;
    if let Some(home) = seed.tenants.first() {
        let (roles, now) = (["user".to_owned()].into(), start.context.clock.now());
        users.extend(start.people.iter().map(|person| user(person, home.id, &roles, now)));
    }
    let keys = keys(start, &seed.tenants)?;
    let now = start.context.clock.now();
    let configs = oidc_configs(start, &mut seed.tenants, now)?;
    let tenants = seed.tenants.into_iter().map(|seed| tenant(seed, now)).collect();
    let access = Access::new(&users, tokens, keys, tenants, Signer::new(&start.context.ids));
    let groups = seed.groups.into_iter().map(group).collect();
    let state = State {
        users: directory(start, users, "users", |address: Address| (address.email, "e-mail address in one tenant"))?,
        groups: directory(start, groups, "groups", |name: GroupName| (name.name, "group name in one tenant"))?,
        pending: directory(start, pending, "users", |token| (token, "mailed token"))?,
        factors: directory(start, factors, "users", |none| (none, "second factor"))?,
        challenges: directory(start, challenges, "users", |id| (id, "challenge"))?,
        oidc_configs: directory(start, configs, "tenants", |none| (none, "provider"))?,
        audit: AuditLog::new(seed.audit_log.into_iter().map(entry)),
    };
    let vendor = Jitsudo {
        state: Arc::new(state),
        access: Arc::new(access),
        behaviour: Arc::new(Behaviour::new(start.settings)),
        context: start.context.clone(),
    };
    Ok(Seeded { vendor: Box::new(vendor), faults })
}

impl Accounts {
    /// Adds the user of that index in the seed file.
    fn add(&mut self, start: &SeedContext<'_>, index: usize, user: SeedUser) -> Result<(), SeedError> {
        let error = |member: &str, value: &str, message: &str| {
            Err(SeedError::about(start.seed, value, &format!("users[{index}].fauxidp.{member}"), message))
        };
        let (id, hidden) = (user.id.to_string(), user.fauxidp);
        for token in hidden.tokens {
            if self.tokens.insert(token.clone(), id.clone()).is_some() {
                return error("tokens", &token, "duplicate token");
            }
        }
        let password = match (hidden.password, hidden.password_hash) {
            (Some(password), Some(_)) => {
                return error("password_hash", &password, "expected either `password` or `password_hash`, not both");
            }
            (Some(password), None) => Some(PasswordHash::of_seed(&password, &id)),
            (None, hash) => hash,
        };
        self.pending.extend(hidden.reset_token.map(|token| PendingToken::permanent(&id, Purpose::Reset, token)));
        self.pending.extend(hidden.invite_token.map(|token| PendingToken::permanent(&id, Purpose::Invite, token)));
        if let Some(text) = hidden.totp_secret {
            let Some(secret) = totp::Secret::parse(&text) else {
                return error("totp_secret", &text, "expected Base32");
            };
            self.factors.push(SecondFactor::new(id.clone(), &id, &secret, hidden.backup_codes));
        }
        self.challenges.extend(hidden.challenge.map(|challenge| Challenge::permanent(&id, challenge)));
        if let Some(spec) = hidden.fault {
            self.faults.push(UserFault { key: id.clone(), spec, field: format!("users[{index}].fauxidp.fault") });
        }
        let names =
            Names { first_name: hidden.first_name, last_name: hidden.last_name, display_name: hidden.display_name };
        self.users.push(User {
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
                password,
            }),
        });
        Ok(())
    }

    /// Checks that the members of the group of that index are users of its tenant.
    fn check_members(&self, start: &SeedContext<'_>, index: usize, group: &SeedGroup) -> Result<(), SeedError> {
        let hidden = &group.fauxidp;
        let is_there = |member: &Uuid| {
            let id = member.to_string();
            self.users.iter().any(|user| *user.key() == id && user.profile.tenant == hidden.tenant_id)
        };
        match hidden.members.iter().find(|member| !is_there(member)) {
            None => Ok(()),
            Some(stranger) => {
                let field = format!("groups[{index}].fauxidp.members");
                Err(SeedError::about(start.seed, &stranger.to_string(), &field, "unknown user in this tenant"))
            }
        }
    }
}

/// Checks that the tenant in `field` exists.
fn check_tenant(
    start: &SeedContext<'_>,
    tenants: &[SeedTenant],
    id: Uuid,
    field: impl FnOnce() -> String,
) -> Result<(), SeedError> {
    match tenants.iter().any(|tenant| tenant.id == id) {
        true => Ok(()),
        false => Err(SeedError::about(start.seed, &id.to_string(), &field(), "unknown tenant")),
    }
}

/// The API keys of all tenants.
fn keys(start: &SeedContext<'_>, tenants: &[SeedTenant]) -> Result<HashMap<String, Key>, SeedError> {
    let mut keys = HashMap::new();
    for tenant in tenants {
        for key in &tenant.api_keys {
            let known = keys.insert(key.key.clone(), Key { id: key.id.to_string(), tenant: tenant.id });
            if known.is_some() {
                return Err(SeedError::about(start.seed, &key.key, "tenants.api_keys", "duplicate key"));
            }
        }
    }
    Ok(keys)
}

/// The identity providers of the tenants that have one.
fn oidc_configs(
    start: &SeedContext<'_>,
    tenants: &mut [SeedTenant],
    now: Timestamp,
) -> Result<Vec<OidcConfig>, SeedError> {
    let mut configs = Vec::new();
    for (index, tenant) in tenants.iter_mut().enumerate() {
        let Some(SeedProvider { issuer_url, client_id, client_secret, scopes }) = tenant.oidc.take() else { continue };
        if let Err(expected) = issuer::parse(issuer_url.strip_prefix('/').map_or(&*issuer_url, |_| "http://here")) {
            let field = format!("tenants[{index}].oidc.issuer_url");
            return Err(SeedError::about(start.seed, &issuer_url, &field, expected));
        }
        let new = NewOidcConfig { issuer_url, client_id, client_secret, scopes };
        configs.push(OidcConfig::new(tenant.id, new, tenant.created_at.unwrap_or(now)));
    }
    Ok(configs)
}

/// Collects the records. An error names the value that two of them share; `describe` gives the value of an alias and
/// its kind.
fn directory<T: Record>(
    start: &SeedContext<'_>,
    records: Vec<T>,
    field: &str,
    describe: impl FnOnce(T::Alias) -> (String, &'static str),
) -> Result<Directory<T>, SeedError> {
    Directory::new(records).map_err(|duplicate| {
        let (value, what) = match duplicate {
            Duplicate::Key(key) => (key, "id"),
            Duplicate::Alias(alias) => describe(alias),
        };
        SeedError::about(start.seed, &value, field, format!("duplicate {what}: {value:?}"))
    })
}

/// A tenant, which is as old as the server where the seed does not say.
fn tenant(tenant: SeedTenant, now: Timestamp) -> Tenant {
    let created_at = tenant.created_at.unwrap_or(now);
    Tenant {
        id: tenant.id,
        name: tenant.name,
        slug: tenant.slug,
        locale: tenant.locale,
        sso_start_url: tenant.sso_start_url,
        sso_region: tenant.sso_region,
        is_master: tenant.is_master,
        created_at,
        updated_at: tenant.updated_at.unwrap_or(created_at),
        domains: tenant.domains,
        auth_methods: tenant.auth_methods,
        notices: tenant.forbidden_notices,
    }
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

/// A generated person's account in that tenant with those roles, made at `now`.
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
