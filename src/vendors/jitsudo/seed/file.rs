//! The seed file, as it is written. Knows nothing of what is made of it.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::passwords::PasswordHash;
use crate::vendors::jitsudo::record::{ActorType, AuthProvider, Origin};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    pub(super) tenants: Vec<SeedTenant>,
    pub(super) users: Vec<SeedUser>,
    #[serde(default)]
    pub(super) groups: Vec<SeedGroup>,
    #[serde(default)]
    pub(super) audit_log: Vec<SeedEntry>,
}

/// A tenant. Made-up people join the first one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedTenant {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// What the rules that refuse an ordinary user say.
    #[serde(default)]
    pub(super) forbidden_notices: Vec<String>,
    pub(super) slug: String,
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
#[serde(deny_unknown_fields)]
pub(super) struct ApiKey {
    pub(super) id: Uuid,
    pub(super) key: String,
}

/// A group as the vendor shows it, but for its count of members, and who they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedGroup {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) source: Origin,
    pub(super) description: Option<String>,
    pub(super) role_mappings: Vec<SeedMapping>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) fauxidp: GroupHidden,
}

/// A role of a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedMapping {
    pub(super) role: String,
    pub(super) created_at: Timestamp,
}

/// What the vendor does not show of a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupHidden {
    pub(super) tenant_id: Uuid,
    #[serde(default)]
    pub(super) members: Vec<Uuid>,
}

/// An entry of the audit log as the vendor shows it, and its tenant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedEntry {
    pub(super) id: Uuid,
    pub(super) actor_type: ActorType,
    pub(super) actor_id: Option<String>,
    pub(super) action: String,
    pub(super) resource_type: String,
    pub(super) resource_id: String,
    pub(super) created_at: Timestamp,
    pub(super) fauxidp: EntryHidden,
}

/// What the vendor does not show of an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryHidden {
    pub(super) tenant_id: Uuid,
}

/// A user as the vendor shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedUser {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) auth_provider: AuthProvider,
    pub(super) active: bool,
    pub(super) email_verified: bool,
    pub(super) is_owner: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) avatar_base64: Option<String>,
    pub(super) fauxidp: Hidden,
}

/// What the vendor does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hidden {
    pub(super) tenant_id: Uuid,
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
    /// As it is typed; it is hashed at the start.
    pub(super) password: Option<String>,
    /// Hashed already, by bcrypt: a start with many passwords is then quick.
    pub(super) password_hash: Option<PasswordHash>,
}

fn english() -> String {
    "en".to_owned()
}

fn local_only() -> Vec<String> {
    vec!["local".to_owned()]
}
