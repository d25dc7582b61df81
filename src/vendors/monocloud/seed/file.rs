//! MonoCloud's seed file, as it is written, and what stands for what it does not say. Knows nothing of what is made of
//! it.

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::record::{
    Address, ApiResource, Application, Authenticator, Block, GroupType, Identifier, IdentityProvider, Idp, Kind,
    Members, Membership, Passkey, Session,
};
use super::super::state::Key;
use super::provider::{SeedCode, SeedConsent};
use crate::bounded;
use crate::passwords::PasswordHash;
use crate::people::{self, Name};
use crate::vendors::{Embedded, SeedFile, join};

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
    /// The values of `X-API-KEY` that are accepted.
    pub(super) keys: Option<Vec<Key>>,
    pub(super) groups: Option<Vec<SeedGroup>>,
    pub(super) applications: Option<Vec<Application>>,
    #[serde(rename = "apiResources")]
    pub(super) api_resources: Option<Vec<ApiResource>>,
    pub(super) users: Option<Vec<SeedUser>>,
    /// Codes that were issued and not redeemed yet.
    pub(super) codes: Option<Vec<SeedCode>>,
    /// What users allowed applications.
    pub(super) consents: Option<Vec<SeedConsent>>,
}

impl SeedFile for Seed {
    fn complete(self, embedded: Self) -> Self {
        let rule = self.embedded;
        let groups = join(self.groups, embedded.groups, rule, |group| group.group_id);
        let applications = join(self.applications, embedded.applications, rule, |app| app.id.clone());
        let api_resources = join(self.api_resources, embedded.api_resources, rule, |api| api.id.clone());
        let is_group = |id: Uuid| groups.iter().flatten().any(|group| group.group_id == id);
        let mut embedded_users = embedded.users;
        for user in embedded_users.iter_mut().flatten() {
            user.fauxidp.groups.retain(|membership| is_group(membership.group_id));
        }
        let users = join(self.users, embedded_users, rule, |user| user.user_id.clone());
        let is_user = |id: &str| users.iter().flatten().any(|user| user.user_id == id);
        let is_application = |id: &str| applications.iter().flatten().any(|application| application.id == id);
        let mut embedded_codes = embedded.codes;
        if let Some(codes) = &mut embedded_codes {
            codes.retain(|code| is_user(&code.user_id) && is_application(&code.client_id));
        }
        let mut embedded_consents = embedded.consents;
        if let Some(consents) = &mut embedded_consents {
            consents.retain(|consent| is_user(&consent.user_id) && is_application(&consent.client_id));
        }
        Self {
            keys: join(self.keys, embedded.keys, rule, |key| key.key.clone()),
            codes: join(self.codes, embedded_codes, rule, |code| code.code.clone()),
            consents: join(self.consents, embedded_consents, rule, SeedConsent::key),
            groups,
            applications,
            api_resources,
            users,
            ..self
        }
    }
}

/// A group as reading it shows it, but for who is in it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedGroup {
    pub(super) group_id: Uuid,
    #[serde(default = "custom")]
    pub(super) r#type: GroupType,
    pub(super) name: String,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) is_auto_assigned: bool,
    pub(super) creation_time: Option<i64>,
    pub(super) last_updated: Option<i64>,
    pub(super) last_assigned: Option<i64>,
}

const fn custom() -> GroupType {
    GroupType::Custom
}

/// A user as `GET /api/users/{user_id}` shows it, and what it does not show. Only the id is needed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedUser {
    pub(super) user_id: String,
    #[serde(default)]
    pub(super) disabled: bool,
    /// In epoch seconds, as all times; the time of the start, if absent.
    pub(super) creation_time: Option<i64>,
    pub(super) last_updated: Option<i64>,
    /// If absent, the user has the published password, or the one below `fauxidp`.
    pub(super) has_password: Option<bool>,
    pub(super) password_updated_at: Option<i64>,
    pub(super) username: Option<SeedUsername>,
    /// If absent, one that is made of the id.
    pub(super) emails: Option<Vec<SeedEmail>>,
    #[serde(default)]
    pub(super) phone_numbers: Vec<SeedPhone>,
    #[serde(default)]
    pub(super) passkeys: Vec<Passkey>,
    #[serde(default)]
    pub(super) idps: Vec<Idp>,
    /// If absent, names that are made of the id or of the first address.
    #[cfg_attr(test, schemars(with = "Option<Map<String, Value>>"))]
    pub(super) claims: Option<Members>,
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Map<String, Value>"))]
    pub(super) public_data: Members,
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Map<String, Value>"))]
    pub(super) private_data: Members,
    #[serde(default, deserialize_with = "bounded::count")]
    pub(super) sign_in_count: u64,
    pub(super) last_sign_in_ip: Option<String>,
    pub(super) last_sign_in_attempt: Option<i64>,
    #[serde(default)]
    pub(super) blocked: bool,
    #[serde(default)]
    pub(super) fauxidp: Hidden,
}

impl SeedUser {
    /// The addresses; one of the user's own, if the file says nothing.
    pub(super) fn identifiers(&mut self, has_password: bool) -> Vec<Identifier> {
        let given = self.emails.take().unwrap_or_else(|| vec![SeedEmail::of(people::address(&self.user_id))]);
        let emails = given.into_iter().enumerate();
        emails.map(|(index, email)| email.identifier(&self.user_id, index == 0, has_password)).collect()
    }

    /// The claims; the user's names, if the file says nothing.
    pub(super) fn take_claims(&mut self, emails: &[Identifier]) -> Members {
        self.claims.take().unwrap_or_else(|| {
            let address = emails.first().map_or("", |email| &email.value);
            let name = Name::of(&[&self.user_id, address]);
            let members = [("name", name.full()), ("given_name", name.given), ("family_name", name.family)];
            let members = members.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value)));
            members.collect::<Map<_, _>>().into()
        })
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedEmail {
    email: String,
    authenticators: Option<Vec<Authenticator>>,
    #[serde(default = "yes")]
    verified: bool,
    id: Option<Uuid>,
    /// If absent, the first one is.
    primary: Option<bool>,
    idps: Option<Vec<IdentityProvider>>,
}

impl SeedEmail {
    fn of(email: String) -> Self {
        Self { email, authenticators: None, verified: true, id: None, primary: None, idps: None }
    }

    fn identifier(self, user: &str, is_first: bool, has_password: bool) -> Identifier {
        let Self { email, authenticators, verified, id, primary, idps } = self;
        let given = Given { id, primary: primary.unwrap_or(is_first), verified, authenticators, idps };
        given.identifier(user, Kind::Email, email, has_password)
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedPhone {
    phone: String,
    authenticators: Option<Vec<Authenticator>>,
    #[serde(default = "yes")]
    verified: bool,
    id: Option<Uuid>,
    /// If absent, the first one is.
    primary: Option<bool>,
    idps: Option<Vec<IdentityProvider>>,
}

impl SeedPhone {
    pub(super) fn identifier(self, user: &str, is_first: bool, has_password: bool) -> Identifier {
        let Self { phone, authenticators, verified, id, primary, idps } = self;
        let given = Given { id, primary: primary.unwrap_or(is_first), verified, authenticators, idps };
        given.identifier(user, Kind::Phone, phone, has_password)
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedUsername {
    username: String,
    authenticators: Option<Vec<Authenticator>>,
    id: Option<Uuid>,
    idps: Option<Vec<IdentityProvider>>,
}

impl SeedUsername {
    pub(super) fn identifier(self, user: &str, has_password: bool) -> Identifier {
        let Self { username, authenticators, id, idps } = self;
        let given = Given { id, primary: true, verified: true, authenticators, idps };
        given.identifier(user, Kind::Username, username, has_password)
    }
}

/// What a file says of an address, a number or a name, besides itself.
struct Given {
    id: Option<Uuid>,
    primary: bool,
    verified: bool,
    authenticators: Option<Vec<Authenticator>>,
    idps: Option<Vec<IdentityProvider>>,
}

impl Given {
    fn identifier(self, user: &str, kind: Kind, value: String, has_password: bool) -> Identifier {
        let id = self.id.unwrap_or_else(|| id_of(user, &value));
        let usual = Identifier::new(id, kind, value, has_password);
        Identifier {
            primary: self.primary,
            verified: self.verified,
            authenticators: self.authenticators.map_or(usual.authenticators, Into::into),
            idps: self.idps.map_or(usual.idps, Into::into),
            ..usual
        }
    }
}

/// An id that a value of that user always has.
fn id_of(user: &str, value: &str) -> Uuid {
    let digest = Sha256::new_with_prefix(user).chain_update([0]).chain_update(value).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}

const fn yes() -> bool {
    true
}

/// What the vendor keeps to itself, or shows elsewhere.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(super) struct Hidden {
    pub(super) sessions: Vec<Session>,
    pub(super) block: Option<Block>,
    pub(super) password: Option<String>,
    /// The same hashed, so that a start with many is quick.
    pub(super) password_hash: Option<PasswordHash>,
    pub(super) force_password_reset: bool,
    pub(super) blocked_ips: Vec<Address>,
    pub(super) groups: Vec<Membership>,
    /// A fault for every call about this user, in the grammar of `X-Fault`.
    pub(super) fault: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_that_of_the_file() {
        crate::vendors::check_schema::<Seed>("monocloud");
    }
}
