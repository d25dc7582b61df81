//! Turns a seed file and generated people into MonoCloud's users.

mod provider;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::record::{
    Activity, Address, ApiResource, Application, Authenticator, Block, Group, GroupType, Identifier, IdentityProvider,
    Idp, Kind, MAX_FAILURES, Members, Membership, Passkey, Profile, Session, User, user_id,
};
use super::state::{Key, Keys, MonoCloud, State};
use crate::directory::{Directory, Duplicate};
use crate::passwords::PasswordHash;
use crate::people::Person;
use crate::recent::Recent;
use crate::vendors::{SeedContext, SeedError, Seeded, UserFault, read_seed};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    keys: Vec<Key>,
    #[serde(default)]
    groups: Vec<SeedGroup>,
    #[serde(default)]
    applications: Vec<Application>,
    #[serde(default, rename = "apiResources")]
    api_resources: Vec<ApiResource>,
    users: Vec<SeedUser>,
    /// Codes that were issued and not redeemed yet.
    #[serde(default)]
    codes: Vec<provider::SeedCode>,
}

/// A group as reading it shows it, but for who is in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedGroup {
    group_id: Uuid,
    r#type: GroupType,
    name: String,
    description: Option<String>,
    is_auto_assigned: bool,
    creation_time: i64,
    last_updated: i64,
    last_assigned: Option<i64>,
}

/// A user as `GET /api/users/{user_id}` shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    user_id: String,
    disabled: bool,
    creation_time: i64,
    last_updated: i64,
    has_password: bool,
    password_updated_at: Option<i64>,
    username: Option<SeedUsername>,
    emails: Vec<SeedEmail>,
    phone_numbers: Vec<SeedPhone>,
    passkeys: Vec<Passkey>,
    idps: Vec<Idp>,
    claims: Members,
    public_data: Members,
    private_data: Members,
    sign_in_count: u64,
    last_sign_in_ip: Option<String>,
    last_sign_in_attempt: Option<i64>,
    blocked: bool,
    #[serde(default)]
    fauxidp: Hidden,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedEmail {
    authenticators: Vec<Authenticator>,
    verified: bool,
    id: Uuid,
    email: String,
    primary: bool,
    idps: Vec<IdentityProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedPhone {
    authenticators: Vec<Authenticator>,
    verified: bool,
    id: Uuid,
    phone: String,
    primary: bool,
    idps: Vec<IdentityProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUsername {
    authenticators: Vec<Authenticator>,
    id: Uuid,
    idps: Vec<IdentityProvider>,
    username: String,
}

/// What the vendor keeps to itself, or shows elsewhere.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Hidden {
    sessions: Vec<Session>,
    block: Option<Block>,
    password: Option<String>,
    /// The same hashed, so that a start with many is quick.
    password_hash: Option<PasswordHash>,
    force_password_reset: bool,
    blocked_ips: Vec<Address>,
    groups: Vec<Membership>,
    fault: Option<String>,
}

/// MonoCloud made from a seed file and generated people.
pub(super) fn monocloud(start: &SeedContext<'_>) -> Result<Seeded, SeedError> {
    let seed: Seed = read_seed(start.seed)?;
    let now = start.context.clock.now().as_second();
    let mut faults = Vec::new();
    let mut users = Vec::with_capacity(seed.users.len() + start.people.len());
    for (index, user) in seed.users.into_iter().enumerate() {
        if user.fauxidp.block.is_some() && !user.blocked {
            let field = format!("users[{index}].fauxidp.block");
            return Err(SeedError::about(start.seed, &user.user_id, &field, "expected `blocked` to be true"));
        }
        if let Some(spec) = user.fauxidp.fault.clone() {
            faults.push(UserFault { key: user.user_id.clone(), spec, field: format!("users[{index}].fauxidp.fault") });
        }
        if user.fauxidp.password.is_some() && !user.has_password {
            let field = format!("users[{index}].fauxidp.password");
            return Err(SeedError::about(start.seed, &user.user_id, &field, "expected `has_password` to be true"));
        }
        let known = |id| seed.groups.iter().any(|group| group.group_id == id);
        if let Some(stray) = user.fauxidp.groups.iter().map(|membership| membership.group_id).find(|id| !known(*id)) {
            let field = format!("users[{index}].fauxidp.groups");
            return Err(SeedError::about(start.seed, &stray.to_string(), &field, "unknown group"));
        }
        users.push(seeded(user));
    }
    users.extend(start.people.iter().map(|person| self::user(person, now)));
    let users = Directory::new(users).map_err(|duplicate| match duplicate {
        Duplicate::Key(id) => SeedError::about(start.seed, &id, "users", format!("duplicate user_id {id:?}")),
        Duplicate::Alias(alias) => SeedError::about(start.seed, alias.value(), "users", format!("duplicate {alias}")),
    })?;
    let groups = seed.groups.into_iter().map(Group::from).collect();
    let groups = Directory::new(groups).map_err(|duplicate| match duplicate {
        Duplicate::Key(id) => SeedError::about(start.seed, &id, "groups", format!("duplicate group_id {id:?}")),
        Duplicate::Alias(never) => match never {},
    })?;
    let applications = provider::applications(start.seed, seed.applications, now)?;
    let api_resources = provider::api_resources(start.seed, seed.api_resources, now)?;
    let codes = provider::codes(start.seed, seed.codes, &applications, |id| users.get(id).is_some())?;
    let vendor = MonoCloud {
        state: Arc::new(State {
            users,
            groups,
            applications,
            api_resources,
            signing_keys: provider::signing_keys(&start.context.keys, start.settings.signing_key),
            codes,
            refresh_tokens: Recent::default(),
            reference_tokens: Recent::default(),
            device_codes: Recent::default(),
            pushed_requests: Recent::default(),
        }),
        keys: Arc::new(Keys::new(seed.keys)),
        settings: start.settings.into(),
        context: start.context.clone(),
    };
    Ok(Seeded { vendor: Box::new(vendor), faults })
}

impl From<SeedGroup> for Group {
    fn from(group: SeedGroup) -> Self {
        Self {
            group_id: group.group_id.to_string(),
            r#type: group.r#type,
            name: group.name,
            description: group.description,
            is_auto_assigned: group.is_auto_assigned,
            creation_time: group.creation_time,
            last_updated: group.last_updated,
            last_assigned: group.last_assigned,
        }
    }
}

fn seeded(user: SeedUser) -> User {
    let hidden = user.fauxidp;
    let hash = |password: String| PasswordHash::of_seed(&password, &user.user_id);
    let password_hash = hidden.password_hash.or_else(|| hidden.password.map(hash));
    let email = |email: SeedEmail| Identifier {
        id: email.id,
        value: email.email,
        primary: email.primary,
        verified: email.verified,
        authenticators: email.authenticators.into(),
        idps: email.idps.into(),
    };
    let phone = |phone: SeedPhone| Identifier {
        id: phone.id,
        value: phone.phone,
        primary: phone.primary,
        verified: phone.verified,
        authenticators: phone.authenticators.into(),
        idps: phone.idps.into(),
    };
    let username = |username: SeedUsername| Identifier {
        id: username.id,
        value: username.username,
        primary: true,
        verified: true,
        authenticators: username.authenticators.into(),
        idps: username.idps.into(),
    };
    let failures = if user.blocked { MAX_FAILURES } else { 0 };
    // The file counts sign-ins in general: they are taken as successful ones.
    let activity = (user.sign_in_count > 0 || user.last_sign_in_attempt.is_some()).then(|| Activity {
        attempts: user.sign_in_count + u64::from(failures),
        last_attempt: user.last_sign_in_attempt,
        last_attempt_ip: user.last_sign_in_ip.clone(),
        successes: user.sign_in_count,
        last_success: user.last_sign_in_attempt,
        last_success_ip: user.last_sign_in_ip,
    });
    User {
        disabled: user.disabled,
        failures,
        last_updated: user.last_updated,
        block: user.blocked.then(|| hidden.block.unwrap_or(Block { until: None })),
        sessions: hidden.sessions.into(),
        profile: Arc::new(Profile {
            user_id: user.user_id,
            creation_time: user.creation_time,
            has_password: user.has_password,
            force_password_reset: hidden.force_password_reset,
            password_updated_at: user.password_updated_at,
            password_hash,
            passkeys: user.passkeys,
            private_data: user.private_data,
            public_data: user.public_data,
            claims: user.claims,
            idps: user.idps,
            emails: user.emails.into_iter().map(email).collect(),
            phone_numbers: user.phone_numbers.into_iter().map(phone).collect(),
            username: user.username.map(|name| Box::new(username(name))),
            activity: activity.map(Box::new),
            addresses: hidden.blocked_ips,
            groups: hidden.groups,
        }),
    }
}

/// A generated person's account, made at `now` in epoch seconds.
pub(super) fn user(person: &Person, now: i64) -> User {
    let email = Identifier {
        primary: true,
        verified: true,
        ..Identifier::new(Uuid::new_v8(person.id), Kind::Email, person.email(), true)
    };
    let claims = json!({
        "name": person.name(),
        "given_name": person.given_name,
        "family_name": person.family_name,
    });
    User {
        disabled: false,
        failures: 0,
        last_updated: now,
        block: None,
        sessions: Arc::default(),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            creation_time: now,
            has_password: true,
            password_updated_at: Some(now),
            password_hash: Some(PasswordHash::PUBLISHED),
            claims: serde_json::from_value(claims).expect("claims are an object"),
            emails: vec![email],
            ..Profile::default()
        }),
    }
}

/// 21 letters and digits, as in the seeds; the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    user_id::numbered(&person.id, person.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Record;
    use crate::people;

    #[test]
    fn a_person_gets_an_id_of_their_own_in_the_vendors_form() {
        let mut seen = std::collections::HashSet::new();
        for person in people::people(500, 1) {
            let user = user(&person, 0);
            assert_eq!(user.key().len(), 21);
            assert!(user.key().bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(user.key().to_owned()));
        }
    }
}
