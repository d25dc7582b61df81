//! Turns a seed file and generated people into jitsudo's users.

mod file;

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use uuid::Uuid;

use super::auth::{Access, Key, Signer};
use super::record::{
    Actor, AuditLog, AuthProvider, Challenge, Entry, Group, Member, Names, NewOidcConfig, OidcConfig, PendingToken,
    Profile, Purpose, RoleMapping, SecondFactor, Tenant, User,
};
use super::settings::Behaviour;
use super::state::{Jitsudo, State};
use crate::directory::{Directory, Duplicate, Record};
use crate::oidc::issuer;
use crate::passwords::PasswordHash;
use crate::people::{self, Name, Person};
use crate::totp;
use crate::vendors::{Made, Problems, SeedContext, UserFault, read_seed};

use file::{Seed, SeedEntry, SeedGroup, SeedMapping, SeedProvider, SeedTenant, SeedUser};

/// Where those belong who name no tenant, and how old is what has no time.
struct Home {
    tenants: Vec<Uuid>,
    now: Timestamp,
}

impl Home {
    fn id(&self) -> Uuid {
        self.tenants.first().copied().unwrap_or_default()
    }

    /// Checks that the tenant in `field` exists.
    fn check(&self, problems: &mut Problems, id: Option<Uuid>, field: impl FnOnce() -> String) {
        if !self.tenants.contains(&id.unwrap_or(self.id())) {
            problems.add(field(), "unknown tenant");
        }
    }
}

/// jitsudo made from a seed file and generated people.
pub(super) fn jitsudo(start: &SeedContext<'_>) -> Made {
    let mut problems = Problems::default();
    let seed: Seed = read_seed(start, &mut problems)?;
    let now = start.context.clock.now();
    let (mut tenants, groups) = (seed.tenants.unwrap_or_default(), seed.groups.unwrap_or_default());
    let home = Home { tenants: tenants.iter().map(|tenant| tenant.id).collect(), now };
    let mut accounts = Accounts::default();
    for (index, user) in seed.users.unwrap_or_default().into_iter().enumerate() {
        home.check(&mut problems, user.fauxidp.tenant_id, || format!("users[{index}].fauxidp.tenant_id"));
        accounts.add(&home, &mut problems, index, user);
    }
    for (index, group) in groups.iter().enumerate() {
        home.check(&mut problems, group.fauxidp.tenant_id, || format!("groups[{index}].fauxidp.tenant_id"));
        accounts.check_members(&home, &mut problems, index, group);
    }
    let log = seed.audit_log.unwrap_or_default();
    for (index, entry) in log.iter().enumerate() {
        home.check(&mut problems, entry.fauxidp.tenant_id, || format!("audit_log[{index}].fauxidp.tenant_id"));
    }
    let Accounts { mut users, tokens, pending, factors, challenges, faults, .. } = accounts;
    start.faults.borrow_mut().extend(faults);
    if !tenants.is_empty() {
        let roles = ["user".to_owned()].into();
        users.extend(start.people.iter().map(|person| user(person, home.id(), &roles, now)));
    }
    let keys = keys(&mut problems, &tenants);
    let configs = oidc_configs(&mut problems, &mut tenants, now);
    let tenants = tenants.into_iter().map(|seed| tenant(seed, now)).collect();
    let access = Access::new(&users, tokens, keys, tenants, Signer::new(&start.context.ids));
    let users = problems.directory(users, "users", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id: {id:?}")),
        Duplicate::Alias(address) => ("email", format!("duplicate e-mail address in one tenant: {:?}", address.email)),
    });
    let groups = groups.into_iter().map(|seeded| group(seeded, &home)).collect();
    let groups = problems.directory(groups, "groups", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id: {id:?}")),
        Duplicate::Alias(name) => ("name", format!("duplicate group name in one tenant: {:?}", name.name)),
    });
    problems.check()?;
    let state = State {
        users: users.expect("there are no problems"),
        groups: groups.expect("there are no problems"),
        pending: checked(pending),
        factors: checked(factors),
        challenges: checked(challenges),
        oidc_configs: checked(configs),
        audit: AuditLog::new(log.into_iter().map(|seeded| entry(seeded, &home))),
    };
    let vendor = Jitsudo {
        state: Arc::new(state),
        access: Arc::new(access),
        behaviour: Arc::new(Behaviour::new(start.settings)),
        context: start.context.clone(),
    };
    Ok(Box::new(vendor))
}

/// A directory of records whose keys and aliases were checked when they were read.
fn checked<T: Record>(records: Vec<T>) -> Directory<T> {
    Directory::new(records).unwrap_or_else(|duplicate| unreachable!("{duplicate:?} was looked for"))
}

/// What the seed file says of users.
#[derive(Default)]
struct Accounts {
    users: Vec<User>,
    /// Opaque token to user id.
    tokens: HashMap<String, String>,
    /// What was mailed, and the ids of sign-ins that wait.
    codes: HashSet<String>,
    pending: Vec<PendingToken>,
    factors: Vec<SecondFactor>,
    challenges: Vec<Challenge>,
    faults: Vec<UserFault>,
}

impl Accounts {
    /// Adds the user of that index in the seed file.
    fn add(&mut self, home: &Home, problems: &mut Problems, index: usize, user: SeedUser) {
        let mut wrong = |member: &str, message: &str| problems.add(format!("users[{index}].fauxidp.{member}"), message);
        let (id, hidden) = (user.id.to_string(), user.fauxidp);
        let email = user.email.unwrap_or_else(|| people::address(&id));
        for (at, token) in hidden.tokens.into_iter().enumerate() {
            if self.tokens.insert(token, id.clone()).is_some() {
                wrong(&format!("tokens[{at}]"), "duplicate token");
            }
        }
        if hidden.password.is_some() && hidden.password_hash.is_some() {
            wrong("password_hash", "expected either `password` or `password_hash`, not both");
        }
        let can_log_in = user.auth_provider == AuthProvider::Local && user.email_verified;
        let given = hidden.password.map(|password| PasswordHash::of_seed(&password, &id)).or(hidden.password_hash);
        let password = given.or_else(|| can_log_in.then_some(PasswordHash::PUBLISHED_PHRASE));
        let codes = [
            ("reset_token", &hidden.reset_token),
            ("invite_token", &hidden.invite_token),
            ("challenge", &hidden.challenge),
        ];
        for (member, code) in codes {
            if code.as_ref().is_some_and(|code| !self.codes.insert(code.clone())) {
                wrong(member, "duplicate value");
            }
        }
        self.pending.extend(hidden.reset_token.map(|token| PendingToken::permanent(&id, Purpose::Reset, token)));
        self.pending.extend(hidden.invite_token.map(|token| PendingToken::permanent(&id, Purpose::Invite, token)));
        match hidden.totp_secret.map(|text| totp::Secret::parse(&text)) {
            Some(Some(secret)) => {
                self.factors.push(SecondFactor::new(id.clone(), &id, &secret, hidden.backup_codes));
            }
            Some(None) => wrong("totp_secret", "expected Base32"),
            None => {}
        }
        self.challenges.extend(hidden.challenge.map(|challenge| Challenge::permanent(&id, challenge)));
        if let Some(spec) = hidden.fault {
            self.faults.push(UserFault { key: id.clone(), spec, field: format!("users[{index}].fauxidp.fault") });
        }
        let names =
            Names { first_name: hidden.first_name, last_name: hidden.last_name, display_name: hidden.display_name };
        let created_at = user.created_at.unwrap_or(home.now);
        self.users.push(User {
            active: user.active,
            updated_at: user.updated_at.unwrap_or(created_at),
            profile: Arc::new(Profile {
                tenant: hidden.tenant_id.unwrap_or(home.id()),
                name: user.name.unwrap_or_else(|| Name::of(&[&email]).full()).into(),
                email: email.into(),
                roles: user.roles.into(),
                auth_provider: user.auth_provider,
                email_verified: user.email_verified,
                is_owner: user.is_owner,
                created_at,
                avatar_base64: user.avatar_base64.map(Arc::from),
                names: (names != Names::default()).then(|| Box::new(names)),
                password,
                id: id.into(),
            }),
        });
    }

    /// Checks that the members of the group of that index are users of its tenant.
    fn check_members(&self, home: &Home, problems: &mut Problems, index: usize, group: &SeedGroup) {
        let tenant = group.fauxidp.tenant_id.unwrap_or(home.id());
        for (at, member) in group.fauxidp.members.iter().enumerate() {
            let id = member.to_string();
            if !self.users.iter().any(|user| *user.key() == id && user.profile.tenant == tenant) {
                problems.add(format!("groups[{index}].fauxidp.members[{at}]"), "unknown user in this tenant");
            }
        }
    }
}

/// The API keys of all tenants.
fn keys(problems: &mut Problems, tenants: &[SeedTenant]) -> HashMap<String, Key> {
    let mut keys = HashMap::new();
    for (index, tenant) in tenants.iter().enumerate() {
        for (at, key) in tenant.api_keys.iter().enumerate() {
            let known = keys.insert(key.key.clone(), Key { id: key.id.to_string(), tenant: tenant.id });
            if known.is_some() {
                problems.add(format!("tenants[{index}].api_keys[{at}].key"), "duplicate key");
            }
        }
    }
    keys
}

/// The identity providers of the tenants that have one.
fn oidc_configs(problems: &mut Problems, tenants: &mut [SeedTenant], now: Timestamp) -> Vec<OidcConfig> {
    let mut configs: Vec<OidcConfig> = Vec::new();
    let mut ids = HashSet::new();
    for (index, tenant) in tenants.iter_mut().enumerate() {
        if !ids.insert(tenant.id) {
            problems.add(format!("tenants[{index}].id"), "duplicate id");
        }
        let Some(SeedProvider { issuer_url, client_id, client_secret, scopes }) = tenant.oidc.take() else { continue };
        if let Err(expected) = issuer::parse(issuer_url.strip_prefix('/').map_or(&*issuer_url, |_| "http://here")) {
            problems.add(format!("tenants[{index}].oidc.issuer_url"), expected);
        }
        let new = NewOidcConfig { issuer_url, client_id, client_secret, scopes };
        configs.push(OidcConfig::new(tenant.id, new, tenant.created_at.unwrap_or(now)));
    }
    configs
}

/// A tenant, which is as old as the server where the seed does not say.
fn tenant(tenant: SeedTenant, now: Timestamp) -> Tenant {
    let created_at = tenant.created_at.unwrap_or(now);
    let name = tenant.name.or_else(|| tenant.slug.clone()).unwrap_or_else(|| "Tenant".to_owned());
    Tenant {
        id: tenant.id,
        slug: tenant.slug.unwrap_or_else(|| name.to_lowercase().replace(' ', "-")),
        name,
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

fn group(group: SeedGroup, home: &Home) -> Group {
    let created_at = group.created_at.unwrap_or(home.now);
    let member = |member: Uuid| Member { user: member.to_string(), source: group.source, joined_at: created_at };
    let mapping =
        |mapping: SeedMapping| RoleMapping { role: mapping.role, created_at: mapping.created_at.unwrap_or(created_at) };
    Group {
        id: group.id.to_string(),
        tenant: group.fauxidp.tenant_id.unwrap_or(home.id()),
        members: Arc::new(group.fauxidp.members.into_iter().map(member).collect()),
        role_mappings: Arc::new(group.role_mappings.into_iter().map(mapping).collect()),
        name: group.name,
        description: group.description,
        source: group.source,
        created_at,
        updated_at: group.updated_at.unwrap_or(created_at),
    }
}

fn entry(entry: SeedEntry, home: &Home) -> Entry {
    Entry {
        id: entry.id,
        tenant: entry.fauxidp.tenant_id.unwrap_or(home.id()),
        actor: Actor { kind: entry.actor_type, id: entry.actor_id.map(Arc::from) },
        action: entry.action.into(),
        resource_type: entry.resource_type.into(),
        resource_id: entry.resource_id.into(),
        created_at: entry.created_at.unwrap_or(home.now),
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
            password: Some(PasswordHash::PUBLISHED_PHRASE),
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
