//! ZITADEL's seed file, as it is written, and what stands for what it does not say. Knows nothing of what is made of
//! it.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::super::record::{
    Code, Contact, EmailAddress, Gender, Human, HumanProfile, JwtTokens, Key, Kind, Machine, Membership, PhoneNumber,
    Secrets, Token, UserState, seed_expiry,
};
use super::super::state::SignIn;
use super::key::SeedKey;
use super::objects::{SeedOrganization, SeedProject};
use crate::passwords::PasswordHash;
use crate::people::{self, Name};
use crate::vendors::{Embedded, Homes, SeedFile, join};

/// The seed file. A list that it lacks is the embedded one.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    /// Where an editor finds what can stand in the file.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// Whether the embedded lists stay beside those of the file.
    #[serde(default)]
    embedded: Embedded,
    /// Made-up people join the first one.
    pub(super) organizations: Option<Vec<SeedOrganization>>,
    pub(super) projects: Option<Vec<SeedProject>>,
    pub(super) users: Option<Vec<SeedUser>>,
}

impl SeedFile for Seed {
    fn complete(self, embedded: Self) -> Self {
        let rule = self.embedded;
        // Whom tests call as stays, unless the file brings somebody itself.
        let brings_callers = self.users.iter().flatten().any(|user| user.fauxidp.is_machines().is_some());
        let stays = |user: &SeedUser| user.fauxidp.stays && !brings_callers;
        // What belongs to the first organisation does so again.
        let first = |all: &Option<Vec<SeedOrganization>>| all.as_ref()?.first().map(|first| first.id.clone());
        let homes = Homes::of(rule, first(&embedded.organizations), first(&self.organizations));
        let relocate = |home: &mut String| homes.relocate(home);
        let mut others = embedded.users;
        for user in others.iter_mut().flatten() {
            user.details.resource_owner.as_mut().map(relocate);
            let memberships = user.fauxidp.memberships.iter_mut();
            memberships.filter_map(|membership| membership.organization.as_mut()).for_each(relocate);
        }
        let users = homes.users(self.users, others, stays, |user| user.user_id.clone());
        let has_users = |id: &String| users.iter().any(|user| user.details.resource_owner.as_ref() == Some(id));
        let (own, others) = (self.organizations, embedded.organizations);
        let organizations = homes.homes(own, others, has_users, |organization| organization.id.clone());
        let mut projects = embedded.projects.unwrap_or_default();
        for project in &mut projects {
            project.organization.as_mut().map(relocate);
            project.grants.retain(|grant| users.iter().any(|user| user.user_id == grant.user_id));
        }
        let is_there = |id: &String| organizations.iter().any(|organization| organization.id == *id);
        projects.retain(|project| project.organization.as_ref().is_some_and(is_there));
        Self {
            projects: join(self.projects, Some(projects), rule, |project| project.id.clone()),
            organizations: Some(organizations),
            users: Some(users),
            ..self
        }
    }
}

/// A user as `user` of `GET /v2/users/{userId}` shows it, and what it does not show. Only the id is needed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedUser {
    pub(super) user_id: String,
    #[serde(default)]
    pub(super) details: SeedDetails,
    #[serde(default = "active")]
    pub(super) state: UserState,
    /// If absent, the id.
    username: Option<String>,
    /// If absent, the user name.
    login_names: Option<Vec<String>>,
    preferred_login_name: Option<String>,
    /// A user is human, unless it is a machine, or has what only machines have.
    human: Option<Box<SeedHuman>>,
    machine: Option<Box<SeedMachine>>,
    #[serde(default)]
    pub(super) fauxidp: Hidden,
}

const fn active() -> UserState {
    UserState::Active
}

/// The names of a user, the first of which it signs in with.
pub(super) struct Names {
    pub(super) username: String,
    pub(super) login_names: Vec<String>,
    pub(super) preferred: String,
}

impl SeedUser {
    /// The names; the id, if the file says nothing.
    pub(super) fn names(&mut self) -> Names {
        let username = self.username.clone().unwrap_or_else(|| self.user_id.clone());
        let login_names = self.login_names.take().unwrap_or_else(|| vec![username.clone()]);
        let first = || login_names.first().unwrap_or(&username).clone();
        let preferred = self.preferred_login_name.take().unwrap_or_else(first);
        Names { username, login_names, preferred }
    }

    /// What makes the user a human or a machine; `None` if the file says both.
    pub(super) fn kind(&mut self) -> Option<Kind> {
        let username = self.username.as_deref().unwrap_or(&self.user_id);
        match (self.human.take(), self.machine.take()) {
            (Some(_), Some(_)) => None,
            (None, Some(machine)) => Some(Kind::Machine(Box::new(machine.complete(username)))),
            (None, None) if self.fauxidp.is_machines().is_some() => {
                Some(Kind::Machine(Box::new(SeedMachine::default().complete(username))))
            }
            (human, None) => Some(Kind::Human(Box::new(human.unwrap_or_default().complete(&self.user_id, username)))),
        }
    }
}

/// What the vendor writes of every object.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedDetails {
    /// In quotes, as the vendor writes it; 1, if absent.
    pub(super) sequence: Option<String>,
    /// The creation, if absent.
    pub(super) change_date: Option<Timestamp>,
    /// The first organisation, if absent.
    pub(super) resource_owner: Option<String>,
    /// The time of the start, if absent.
    pub(super) creation_date: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SeedHuman {
    profile: SeedProfile,
    /// If absent, a verified address that is made of the id.
    email: Option<SeedEmail>,
    phone: SeedPhone,
    password_change_required: bool,
    password_changed: Option<Timestamp>,
    mfa_init_skipped: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SeedProfile {
    /// The names are made of the id, the user name or the address, if absent.
    given_name: Option<String>,
    family_name: Option<String>,
    nick_name: String,
    display_name: Option<String>,
    preferred_language: Option<String>,
    gender: Gender,
    avatar_url: String,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SeedEmail {
    email: String,
    is_verified: bool,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SeedPhone {
    phone: String,
    is_verified: bool,
}

impl SeedHuman {
    fn complete(self, id: &str, username: &str) -> Human {
        let own = || SeedEmail { email: people::address(username), is_verified: true };
        let email = self.email.unwrap_or_else(own);
        let SeedProfile { given_name, family_name, nick_name, display_name, preferred_language, gender, avatar_url } =
            self.profile;
        let said = Name::of(&[id, username, &email.email]);
        let (given_name, family_name) = (given_name.unwrap_or(said.given), family_name.unwrap_or(said.family));
        Human {
            profile: HumanProfile {
                display_name: display_name.unwrap_or_else(|| format!("{given_name} {family_name}")),
                given_name,
                family_name,
                nick_name,
                preferred_language: preferred_language.map_or(Cow::Borrowed("en"), Cow::Owned),
                gender,
                avatar_url,
            },
            email: Contact { address: EmailAddress { email: email.email }, is_verified: email.is_verified },
            phone: Contact { address: PhoneNumber { phone: self.phone.phone }, is_verified: self.phone.is_verified },
            password_change_required: self.password_change_required,
            password_changed: self.password_changed,
            mfa_init_skipped: self.mfa_init_skipped,
        }
    }
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct SeedMachine {
    /// If absent, the user name.
    name: Option<String>,
    description: String,
    has_secret: bool,
    access_token_type: Option<JwtTokens>,
}

impl SeedMachine {
    fn complete(self, username: &str) -> Machine {
        let Self { name, description, has_secret, access_token_type } = self;
        Machine { name: name.unwrap_or_else(|| username.to_owned()), description, has_secret, access_token_type }
    }
}

/// What the vendor does not show on the user.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Hidden {
    /// Whether the user stays where a file brings its own users and nobody to call as.
    stays: bool,
    tokens: Vec<String>,
    keys: Vec<SeedKey>,
    secret: Option<String>,
    secret_hash: Option<PasswordHash>,
    /// If absent, humans have the published one, unless they were only imported; `null` for none.
    #[serde(deserialize_with = "given")]
    password: Option<Option<String>>,
    password_hash: Option<PasswordHash>,
    email_code: Option<String>,
    phone_code: Option<String>,
    password_code: Option<String>,
    metadata: Vec<SeedMetadata>,
    pub(super) memberships: Vec<Membership>,
    /// A fault for every call about this user, in the grammar of `X-Fault`.
    pub(super) fault: Option<String>,
}

/// Tells `null` from a member that is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct SeedMetadata {
    key: String,
    /// In base64, as the vendor shows it.
    value: String,
}

/// What users have in common of whom no secret is known but the published password.
pub(super) static PASSWORD: LazyLock<Arc<Secrets>> =
    LazyLock::new(|| Arc::new(Secrets { password: Some(PasswordHash::PUBLISHED), ..Secrets::default() }));

impl Hidden {
    /// What belongs to machines alone, and whether there is any.
    pub(super) fn is_machines(&self) -> Option<&'static str> {
        let members = [
            ("tokens", !self.tokens.is_empty()),
            ("keys", !self.keys.is_empty()),
            ("secret", self.secret.is_some() || self.secret_hash.is_some()),
        ];
        members.into_iter().find(|(_, is_there)| *is_there).map(|(member, _)| member)
    }

    /// What belongs to humans alone, and whether there is any.
    pub(super) fn is_humans(&self) -> Option<&'static str> {
        let members = [
            ("password", matches!(self.password, Some(Some(_))) || self.password_hash.is_some()),
            ("emailCode", self.email_code.is_some()),
            ("phoneCode", self.phone_code.is_some()),
            ("passwordCode", self.password_code.is_some()),
        ];
        members.into_iter().find(|(_, is_there)| *is_there).map(|(member, _)| member)
    }

    /// As the record keeps it; `Err` names the member that does not fit.
    pub(super) fn secrets(
        &self,
        user_id: &str,
        may_have_password: bool,
        made: Timestamp,
    ) -> Result<Option<Arc<Secrets>>, String> {
        let has_some = self.is_machines().or(self.is_humans()).is_some() || !self.metadata.is_empty();
        let published = may_have_password && self.password.is_none() && self.password_hash.is_none();
        if !has_some {
            return Ok(published.then(|| Arc::clone(&PASSWORD)));
        }
        let code = |code: &Option<String>| code.clone().map(|code| Code { code, expires: seed_expiry() });
        // Hashing takes its time, so a seed may bring the hash with it.
        let hash = |plain: Option<&String>, hash: &Option<PasswordHash>| {
            hash.clone().or_else(|| plain.map(|plain| PasswordHash::of_seed(plain, user_id)))
        };
        let password = hash(self.password.as_ref().and_then(Option::as_ref), &self.password_hash);
        let mut secrets = Secrets {
            password: password.or_else(|| published.then_some(PasswordHash::PUBLISHED)),
            secret: hash(self.secret.as_ref(), &self.secret_hash),
            email_code: code(&self.email_code),
            phone_code: code(&self.phone_code),
            password_code: code(&self.password_code),
            ..Secrets::default()
        };
        for (index, token) in self.tokens.iter().enumerate() {
            secrets.tokens.push(Token::seeded(&format!("{user_id}-{}", index + 1), token, made));
        }
        for (index, key) in self.keys.iter().enumerate() {
            let public = key.public().ok_or_else(|| format!("keys[{index}].key"))?;
            secrets.keys.push(Key { id: key.id.clone(), public, created: made, expires: seed_expiry(), sequence: 1 });
        }
        let mut metadata = Vec::with_capacity(self.metadata.len());
        for (index, entry) in self.metadata.iter().enumerate() {
            let value = STANDARD.decode(&entry.value);
            metadata.push(value.map_err(|_| format!("metadata[{index}].value"))?);
        }
        let entries = self.metadata.iter().zip(&metadata);
        secrets.set_metadata(entries.map(|(entry, value)| (&*entry.key, &**value)), made, std::iter::repeat(1));
        Ok(Some(Arc::new(secrets)))
    }

    /// What a client needs to sign in for this machine.
    pub(super) fn sign_in(&self, user_id: &str, username: &str) -> SignIn {
        let key = |key: &SeedKey| Some((key.id.clone(), key.key.clone()?, user_id.to_owned()));
        SignIn {
            key: self.keys.iter().find_map(key),
            client: self.secret.as_ref().map(|secret| (username.to_owned(), secret.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_that_of_the_file() {
        crate::vendors::check_schema::<Seed>("zitadel");
    }
}
