//! Turns a seed file and generated people into ZITADEL's users. Its other objects are made in `seed/`.

mod key;
mod objects;

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;

use super::record::{
    Code, Contact, EmailAddress, Gender, History, Human, HumanProfile, Key, Kind, Machine, Membership, Profile,
    Secrets, Token, User, UserState, seed_expiry,
};
use super::state::{Instance, SignIn, Zitadel};
use crate::directory::{Directory, Duplicate};
use crate::passwords::PasswordHash;
use crate::people::Person;
use crate::tokens::{Keys, TestKey};
use crate::vendors::{SeedContext, SeedError, Seeded, UserFault, read_seed};
use key::SeedKey;
use objects::{SeedOrganization, SeedProject};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    /// Made-up people join the first one.
    organizations: Vec<SeedOrganization>,
    #[serde(default)]
    projects: Vec<SeedProject>,
    users: Vec<SeedUser>,
}

/// A user as `user` of `GET /v2/users/{userId}` shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedUser {
    user_id: String,
    details: Details,
    state: UserState,
    username: String,
    login_names: Vec<String>,
    preferred_login_name: String,
    human: Option<Box<Human>>,
    machine: Option<Box<Machine>>,
    #[serde(default)]
    fauxidp: Hidden,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Details {
    sequence: String,
    change_date: Timestamp,
    resource_owner: String,
    creation_date: Timestamp,
}

/// What the vendor does not show on the user.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Hidden {
    tokens: Vec<String>,
    keys: Vec<SeedKey>,
    secret: Option<String>,
    secret_hash: Option<PasswordHash>,
    password: Option<String>,
    password_hash: Option<PasswordHash>,
    email_code: Option<String>,
    phone_code: Option<String>,
    password_code: Option<String>,
    metadata: Vec<SeedMetadata>,
    memberships: Vec<Membership>,
    fault: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedMetadata {
    key: String,
    /// In base64, as the vendor shows it.
    value: String,
}

impl Hidden {
    /// What belongs to machines alone, and whether there is any.
    fn is_machines(&self) -> Option<&'static str> {
        let members = [
            ("tokens", !self.tokens.is_empty()),
            ("keys", !self.keys.is_empty()),
            ("secret", self.secret.is_some() || self.secret_hash.is_some()),
        ];
        members.into_iter().find(|(_, is_there)| *is_there).map(|(member, _)| member)
    }

    /// What belongs to humans alone, and whether there is any.
    fn is_humans(&self) -> Option<&'static str> {
        let members = [
            ("password", self.password.is_some() || self.password_hash.is_some()),
            ("emailCode", self.email_code.is_some()),
            ("phoneCode", self.phone_code.is_some()),
            ("passwordCode", self.password_code.is_some()),
        ];
        members.into_iter().find(|(_, is_there)| *is_there).map(|(member, _)| member)
    }

    /// As the record keeps it; `Err` names the member that does not fit, and a value of it.
    fn secrets(&self, user_id: &str, made: Timestamp) -> Result<Option<Arc<Secrets>>, (String, String)> {
        let code = |code: &Option<String>| code.clone().map(|code| Code { code, expires: seed_expiry() });
        // Hashing takes its time, so a seed may bring the hash with it.
        let hash = |plain: &Option<String>, hash: &Option<PasswordHash>| {
            hash.clone().or_else(|| plain.as_ref().map(|plain| PasswordHash::of_seed(plain, user_id)))
        };
        let mut secrets = Secrets {
            password: hash(&self.password, &self.password_hash),
            secret: hash(&self.secret, &self.secret_hash),
            email_code: code(&self.email_code),
            phone_code: code(&self.phone_code),
            password_code: code(&self.password_code),
            ..Secrets::default()
        };
        for (index, token) in self.tokens.iter().enumerate() {
            secrets.tokens.push(Token::seeded(&format!("{user_id}-{}", index + 1), token, made));
        }
        for (index, key) in self.keys.iter().enumerate() {
            let public = key.public().ok_or_else(|| (format!("keys[{index}].key"), key.id.clone()))?;
            secrets.keys.push(Key { id: key.id.clone(), public, created: made, expires: seed_expiry(), sequence: 1 });
        }
        let mut metadata = Vec::with_capacity(self.metadata.len());
        for (index, entry) in self.metadata.iter().enumerate() {
            let value = STANDARD.decode(&entry.value);
            metadata.push(value.map_err(|_| (format!("metadata[{index}].value"), entry.value.clone()))?);
        }
        let entries = self.metadata.iter().zip(&metadata);
        secrets.set_metadata(entries.map(|(entry, value)| (&*entry.key, &**value)), made, std::iter::repeat(1));
        let has_some = self.is_machines().or(self.is_humans()).is_some() || !self.metadata.is_empty();
        Ok(has_some.then(|| Arc::new(secrets)))
    }

    /// What a client needs to sign in for this machine.
    fn sign_in(&self, user_id: &str, username: &str) -> SignIn {
        let key = |key: &SeedKey| Some((key.id.clone(), key.key.clone()?, user_id.to_owned()));
        SignIn {
            key: self.keys.iter().find_map(key),
            client: self.secret.as_ref().map(|secret| (username.to_owned(), secret.clone())),
        }
    }
}

/// ZITADEL made from a seed file and generated people.
pub(super) fn zitadel(start: &SeedContext<'_>) -> Result<Seeded, SeedError> {
    let seed: Seed = read_seed(start.seed)?;
    let wrong = |index: usize, id: &str, member: &str, message: &str| {
        Err(SeedError::about(start.seed, id, &format!("users[{index}].{member}"), message))
    };
    let (mut faults, mut sign_in) = (Vec::new(), SignIn::default());
    let mut users = Vec::with_capacity(seed.users.len() + start.people.len());
    for (index, user) in seed.users.into_iter().enumerate() {
        let id = user.user_id.clone();
        if !(1..=200).contains(&id.chars().count()) {
            return wrong(index, &id, "userId", "an id must have 1 to 200 characters");
        }
        if !seed.organizations.iter().any(|organization| organization.id == user.details.resource_owner) {
            return wrong(index, &user.details.resource_owner, "details.resourceOwner", "unknown organization");
        }
        let Ok(sequence) = user.details.sequence.parse() else {
            return wrong(index, &id, "details.sequence", "expected a whole number in quotes");
        };
        let kind = match (user.human, user.machine) {
            (Some(human), None) => Kind::Human(human),
            (None, Some(machine)) => Kind::Machine(machine),
            _ => return wrong(index, &id, "human", "a user must be either human or machine"),
        };
        let strange = match kind {
            Kind::Human(_) => user.fauxidp.is_machines().map(|member| (member, "only a machine can have this")),
            Kind::Machine(_) => user.fauxidp.is_humans().map(|member| (member, "only a human can have this")),
        };
        if let Some((member, message)) = strange {
            return wrong(index, &id, &format!("fauxidp.{member}"), message);
        }
        let mut secrets = match user.fauxidp.secrets(&id, user.details.creation_date) {
            Ok(secrets) => secrets,
            Err((member, value)) => return wrong(index, &value, &format!("fauxidp.{member}"), "invalid value"),
        };
        if let (UserState::Inactive | UserState::Locked, Some(secrets)) = (user.state, &mut secrets) {
            Arc::make_mut(secrets).end_tokens(); // it had them when it was kept out
        }
        sign_in = sign_in.or(user.fauxidp.sign_in(&id, &user.username));
        if let Some(spec) = user.fauxidp.fault {
            faults.push(UserFault { key: id, spec, field: format!("users[{index}].fauxidp.fault") });
        }
        users.push(User {
            state: user.state,
            history: History::starting(sequence, user.details.change_date),
            secrets,
            profile: Arc::new(Profile {
                user_id: user.user_id,
                resource_owner: user.details.resource_owner.into(),
                creation_date: user.details.creation_date,
                username: user.username.into(),
                login_names: user.login_names.into_iter().map(Arc::from).collect(),
                preferred_login_name: user.preferred_login_name.into(),
                kind,
                memberships: user.fauxidp.memberships,
            }),
        });
    }
    let instance = Instance::new(&users, sign_in, signing_keys(start)?);
    let home = seed.organizations.first().map(|home| Arc::<str>::from(home.id.as_str()));
    if let Some(home) = &home {
        let now = start.context.clock.now();
        users.extend(start.people.iter().map(|person| user(person, home, now)));
    }
    let users = Directory::new(users).map_err(|duplicate| {
        let same = match duplicate {
            Duplicate::Key(id) => id,
            Duplicate::Alias(username) => username.to_string(),
        };
        SeedError::about(start.seed, &same, "users", format!("duplicate userId or username {same:?}"))
    })?;
    let objects = objects::make(start.seed, seed.organizations, seed.projects, &users)?;
    let vendor = Zitadel {
        state: Arc::new(objects.and_users(users)),
        instance: Arc::new(instance),
        context: start.context.clone(),
        settings: start.settings.into(),
        trail: Arc::default(),
    };
    Ok(Seeded { vendor: Box::new(vendor), faults })
}

/// The keys that sign: the pinned one, if there is one, else the next one of the pool, and another one.
fn signing_keys(start: &SeedContext<'_>) -> Result<[&'static TestKey; 2], SeedError> {
    let next = || {
        let key = start.context.keys.next();
        key.map_err(|error| SeedError::about(start.seed, "", "the signing keys", error.to_string()))
    };
    let (first, second) = (next()?, next()?);
    Ok([start.settings.signing_key.and_then(Keys::at).unwrap_or(first), second])
}

/// What generated people have in common: the published password.
static PASSWORD: LazyLock<Arc<Secrets>> =
    LazyLock::new(|| Arc::new(Secrets { password: Some(PasswordHash::PUBLISHED), ..Secrets::default() }));

/// A generated person's account in that organisation, made at `now`: a human with a verified e-mail, so two events.
pub(super) fn user(person: &Person, organization: &Arc<str>, now: Timestamp) -> User {
    let human = Human {
        profile: HumanProfile {
            given_name: person.given_name.to_owned(),
            family_name: person.family_name.to_owned(),
            nick_name: String::new(),
            display_name: person.name(),
            preferred_language: "en".into(),
            gender: Gender::Unspecified,
            avatar_url: String::new(),
        },
        email: Contact { address: EmailAddress { email: person.email() }, is_verified: true },
        phone: Contact::default(),
        password_change_required: false,
        password_changed: None,
        mfa_init_skipped: None,
    };
    let name: Arc<str> = person.username().into();
    User {
        state: UserState::Active,
        history: History::starting(2, now),
        secrets: Some(Arc::clone(&PASSWORD)),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            resource_owner: Arc::clone(organization),
            creation_date: now,
            login_names: [Arc::clone(&name)].into(),
            preferred_login_name: Arc::clone(&name),
            username: name,
            kind: Kind::Human(Box::new(human)),
            memberships: Vec::new(),
        }),
    }
}

/// 18 digits, as the vendor's ids have; the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    let random = person.id.iter().fold(0_u64, |sum, byte| (sum << 8 | u64::from(*byte)) % 99_999_999);
    format!("1{random:08}{:09}", person.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;

    #[test]
    fn a_person_gets_an_id_of_18_digits() {
        let ids: std::collections::HashSet<_> = people::people(500, 1).map(|person| user_id(&person)).collect();
        assert_eq!(ids.len(), 500);
        assert!(ids.iter().all(|id| id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit())));
    }
}
