//! The seed file, as it is written. Knows nothing of what is made of it.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::passwords::PasswordHash;
use crate::vendors::jitsudo::record::{ActorType, AuthProvider, Origin};
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
    pub(super) tenants: Option<Vec<SeedTenant>>,
    pub(super) users: Option<Vec<SeedUser>>,
    pub(super) groups: Option<Vec<SeedGroup>>,
    pub(super) audit_log: Option<Vec<SeedEntry>>,
}

impl SeedFile for Seed {
    fn complete(self, embedded: Self) -> Self {
        let rule = self.embedded;
        // Whom tests call as stays, unless the file brings somebody itself.
        let brings_callers = self.users.iter().flatten().any(|user| !user.fauxidp.tokens.is_empty())
            || self.tenants.iter().flatten().any(|tenant| !tenant.api_keys.is_empty());
        let stays = |user: &SeedUser| user.fauxidp.stays && !brings_callers;
        // Who belongs to the first tenant does so again.
        let first = |tenants: &Option<Vec<SeedTenant>>| tenants.as_ref()?.first().map(|tenant| tenant.id);
        let homes = Homes::of(rule, first(&embedded.tenants), first(&self.tenants));
        let mut others = embedded.users;
        for home in others.iter_mut().flatten().filter_map(|user| user.fauxidp.tenant_id.as_mut()) {
            homes.relocate(home);
        }
        let users = homes.users(self.users, others, stays, |user| user.id);
        let has_users = |id: &Uuid| users.iter().any(|user| user.fauxidp.tenant_id == Some(*id));
        let tenants = homes.homes(self.tenants, embedded.tenants, has_users, |tenant| tenant.id);
        let home = tenants.first().map(|tenant| tenant.id);
        let is_tenant = |id: Uuid| tenants.iter().any(|tenant| tenant.id == id);
        let mut groups = embedded.groups.unwrap_or_default();
        for group in &mut groups {
            if let Some(tenant) = &mut group.fauxidp.tenant_id {
                homes.relocate(tenant);
            }
            let tenant = group.fauxidp.tenant_id;
            let is_member = |user: &SeedUser, id: Uuid| user.id == id && user.fauxidp.tenant_id.or(home) == tenant;
            group.fauxidp.members.retain(|id| users.iter().any(|user| is_member(user, *id)));
        }
        groups.retain(|group| group.fauxidp.tenant_id.is_some_and(is_tenant));
        let mut audit_log = embedded.audit_log.unwrap_or_default();
        audit_log.retain(|entry| entry.fauxidp.tenant_id.is_some_and(is_tenant));
        Self {
            groups: join(self.groups, Some(groups), rule, |group| group.id),
            audit_log: join(self.audit_log, Some(audit_log), rule, |entry| entry.id),
            tenants: Some(tenants),
            users: Some(users),
            ..self
        }
    }
}

/// A tenant. Made-up people join the first one.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedTenant {
    pub(super) id: Uuid,
    /// If absent, its slug, or `Tenant`.
    pub(super) name: Option<String>,
    /// What the rules that refuse an ordinary user say.
    #[serde(default)]
    pub(super) forbidden_notices: Vec<String>,
    /// If absent, made of the name.
    pub(super) slug: Option<String>,
    #[serde(default = "english")]
    pub(super) locale: String,
    pub(super) sso_start_url: Option<String>,
    pub(super) sso_region: Option<String>,
    /// Whether the others are administered from it.
    #[serde(default)]
    pub(super) is_master: bool,
    /// The time of the start, if absent.
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    /// The domains of its people's addresses.
    #[serde(default)]
    pub(super) domains: Vec<String>,
    /// How its people sign in.
    #[serde(default = "local_only")]
    pub(super) auth_methods: Vec<String>,
    /// Where its people sign in, if somewhere else.
    pub(super) oidc: Option<SeedProvider>,
    #[serde(default)]
    pub(super) api_keys: Vec<ApiKey>,
}

/// A tenant's identity provider.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedProvider {
    /// Its URL; or a path of this server, such as `/monocloud`.
    pub(super) issuer_url: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

/// What programs call with.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKey {
    pub(super) id: Uuid,
    pub(super) key: String,
}

/// A group as the vendor shows it, but for its count of members, and who they are.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedGroup {
    pub(super) id: Uuid,
    pub(super) name: String,
    #[serde(default = "local")]
    pub(super) source: Origin,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) role_mappings: Vec<SeedMapping>,
    /// The time of the start, if absent.
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) fauxidp: GroupHidden,
}

/// A role of a group.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedMapping {
    pub(super) role: String,
    pub(super) created_at: Option<Timestamp>,
}

/// What the vendor does not show of a group.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct GroupHidden {
    /// The first tenant, if absent.
    pub(super) tenant_id: Option<Uuid>,
    #[serde(default)]
    pub(super) members: Vec<Uuid>,
}

/// An entry of the audit log as the vendor shows it, and its tenant.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedEntry {
    pub(super) id: Uuid,
    pub(super) actor_type: ActorType,
    pub(super) actor_id: Option<String>,
    pub(super) action: String,
    pub(super) resource_type: String,
    pub(super) resource_id: String,
    /// The time of the start, if absent.
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) fauxidp: EntryHidden,
}

/// What the vendor does not show of an entry.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct EntryHidden {
    /// The first tenant, if absent.
    pub(super) tenant_id: Option<Uuid>,
}

/// A user as the vendor shows it, and what it does not show. Only the id is needed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedUser {
    pub(super) id: Uuid,
    /// If absent, one that is made of the id.
    pub(super) email: Option<String>,
    /// If absent, one that is made of the address.
    pub(super) name: Option<String>,
    #[serde(default = "user_only")]
    pub(super) roles: Vec<String>,
    #[serde(default = "local_provider")]
    pub(super) auth_provider: AuthProvider,
    #[serde(default = "yes")]
    pub(super) active: bool,
    #[serde(default = "yes")]
    pub(super) email_verified: bool,
    #[serde(default)]
    pub(super) is_owner: bool,
    /// The time of the start, if absent.
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) avatar_base64: Option<String>,
    #[serde(default)]
    pub(super) fauxidp: Hidden,
}

/// What the vendor does not show.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Hidden {
    /// The first tenant, if absent.
    pub(super) tenant_id: Option<Uuid>,
    /// Whether the user stays where a file brings its own users and nobody to call as.
    #[serde(default)]
    pub(super) stays: bool,
    #[serde(default)]
    pub(super) tokens: Vec<String>,
    pub(super) fault: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) display_name: Option<String>,
    /// What was mailed and not yet used.
    pub(super) invite_token: Option<String>,
    pub(super) reset_token: Option<String>,
    /// The secret of the user's authenticator app, as Base32.
    pub(super) totp_secret: Option<String>,
    /// The codes for when the app is lost.
    #[serde(default)]
    pub(super) backup_codes: Vec<String>,
    /// A sign-in that waits for a code.
    pub(super) challenge: Option<String>,
    /// As it is typed; it is hashed at the start. If there is neither, whoever can sign in with one has the published
    /// password.
    pub(super) password: Option<String>,
    /// Hashed already, by bcrypt: a start with many passwords is then quick.
    pub(super) password_hash: Option<PasswordHash>,
}

fn english() -> String {
    "en".to_owned()
}

fn user_only() -> Vec<String> {
    vec!["user".to_owned()]
}

const fn local() -> Origin {
    Origin::Local
}

const fn local_provider() -> AuthProvider {
    AuthProvider::Local
}

const fn yes() -> bool {
    true
}

fn local_only() -> Vec<String> {
    vec!["local".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_that_of_the_file() {
        crate::vendors::check_schema::<Seed>("jitsudo");
    }
}
