//! The user object, as each generation of the API shows it.

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::super::record::{
    Activity, Authenticator, ExternalAuthenticator, Identifier, IdentityProvider, Idp, Kind, Members, Passkey, User,
};
use super::super::settings::Era;
use super::super::state::MonoCloud;

/// What of the user is asked for, where the generation makes a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Summary,
    User,
    WithAccess,
}

/// The user object of the world's generation.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum UserBody<'a> {
    SeedEra(SeedEraUser<'a>),
    CurrentEra(CurrentEraUser<'a>),
}

/// The body of a user in this world.
pub(super) fn body<'a>(monocloud: &MonoCloud, user: &'a User, extent: Extent) -> UserBody<'a> {
    let now = monocloud.now();
    match monocloud.settings.era {
        Era::Seed => UserBody::SeedEra(seed_era_user(user, extent, now)),
        Era::Current => UserBody::CurrentEra(current_era_user(user, now)),
    }
}

/// A time that never comes: the last second that the vendor's clients can hold.
const NEVER: i64 = 253_402_300_799;

/// The user object of the seeds, member for member and in their order.
#[derive(Serialize)]
pub(super) struct SeedEraUser<'a> {
    creation_time: i64,
    passkeys: &'a [Passkey],
    last_updated: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_data: Option<&'a Members>,
    idps: LinkedAccounts<'a>,
    emails: Identifiers<'a>,
    phone_numbers: Identifiers<'a>,
    password_updated_at: Option<i64>,
    user_id: &'a str,
    claims: &'a Members,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_data: Option<&'a Members>,
    disabled: bool,
    username: Option<IdentifierBody<'a>>,
    has_password: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    access: Option<Access<'a>>,
}

/// What only reading one user shows.
#[derive(Serialize)]
struct Access<'a> {
    sign_in_count: u64,
    last_sign_in_ip: Option<&'a str>,
    last_sign_in_attempt: Option<i64>,
    blocked: bool,
}

/// The user object of today's clients.
#[derive(Serialize)]
pub(super) struct CurrentEraUser<'a> {
    user_id: &'a str,
    disabled: bool,
    connections: Vec<Connection>,
    claims: &'a Members,
    public_data: &'a Members,
    private_data: &'a Members,
    emails: Identifiers<'a>,
    phone_numbers: Identifiers<'a>,
    passkeys: &'a [Passkey],
    force_password_reset: bool,
    external_providers: &'a [Idp],
    creation_time: i64,
    last_updated: i64,
    username: Option<IdentifierBody<'a>>,
    has_password: bool,
    password_updated_at: Option<i64>,
    block_until: Option<i64>,
    failure_count: u32,
    sign_in_attempts_count: u64,
    last_sign_in_attempt: Option<i64>,
    last_sign_in_attempt_ip: Option<&'a str>,
    sign_in_success_count: u64,
    last_sign_in_success: Option<i64>,
    last_sign_in_success_ip: Option<&'a str>,
    last_activity: Option<i64>,
    last_known_city: Option<&'a str>,
    last_known_country: Option<&'a str>,
    last_known_region: Option<&'a str>,
}

/// The identity providers through which a user can sign in, in the form of today's clients.
#[derive(Serialize)]
struct Connection {
    idp: IdentityProvider,
    connection_id: IdentityProvider,
}

/// An identifier as one of the two generations shows it; what the other shows is left out.
#[derive(Serialize)]
struct IdentifierBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticators: Option<&'a [Authenticator]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idps: Option<&'a [IdentityProvider]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    /// Always null: its value is not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_source: Option<Option<&'a str>>,
}

impl<'a> IdentifierBody<'a> {
    fn new(one: &'a Identifier, kind: Kind, era: Era) -> Self {
        let value = |shown: Kind| (kind == shown).then_some(&*one.value);
        let seed_era = era == Era::Seed;
        let flags = kind != Kind::Username;
        Self {
            phone: value(Kind::Phone),
            authenticators: seed_era.then_some(&one.authenticators),
            verified: flags.then_some(one.verified),
            id: one.id,
            email: value(Kind::Email),
            primary: flags.then_some(one.primary),
            idps: seed_era.then_some(&one.idps),
            username: value(Kind::Username),
            source: (!seed_era).then_some(None),
            verification_source: (!seed_era && flags).then_some(None),
        }
    }
}

/// The identifiers of one kind, as one of the generations shows them.
struct Identifiers<'a>(&'a [Identifier], Kind, Era);

impl Serialize for Identifiers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(all, kind, era) = *self;
        serializer.collect_seq(all.iter().map(|one| IdentifierBody::new(one, kind, era)))
    }
}

/// The linked accounts of the seeds' generation; lists leave their claims out.
enum LinkedAccounts<'a> {
    Whole(&'a [Idp]),
    WithoutClaims(&'a [Idp]),
}

impl Serialize for LinkedAccounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Account<'a> {
            provider_user_id: &'a str,
            authenticator: ExternalAuthenticator,
        }
        match self {
            Self::Whole(idps) => idps.serialize(serializer),
            Self::WithoutClaims(idps) => serializer.collect_seq(
                idps.iter()
                    .map(|idp| Account { provider_user_id: &idp.provider_user_id, authenticator: idp.authenticator }),
            ),
        }
    }
}

fn seed_era_user(user: &User, extent: Extent, now: i64) -> SeedEraUser<'_> {
    let profile = &*user.profile;
    let whole = extent != Extent::Summary;
    let identifiers = |kind| Identifiers(profile.identifiers(kind), kind, Era::Seed);
    SeedEraUser {
        creation_time: profile.creation_time,
        passkeys: &profile.passkeys,
        last_updated: user.last_updated,
        private_data: whole.then_some(&profile.private_data),
        idps: if whole { LinkedAccounts::Whole(&profile.idps) } else { LinkedAccounts::WithoutClaims(&profile.idps) },
        emails: identifiers(Kind::Email),
        phone_numbers: identifiers(Kind::Phone),
        password_updated_at: profile.password_updated_at,
        user_id: &profile.user_id,
        claims: &profile.claims,
        public_data: whole.then_some(&profile.public_data),
        disabled: user.disabled,
        username: username(user, Era::Seed),
        has_password: profile.has_password,
        access: (extent == Extent::WithAccess).then(|| {
            let activity = profile.activity.as_deref();
            Access {
                sign_in_count: activity.map_or(0, |activity| activity.successes),
                last_sign_in_ip: activity.and_then(|activity| activity.last_success_ip.as_deref()),
                last_sign_in_attempt: activity.and_then(|activity| activity.last_attempt),
                blocked: user.is_blocked(now),
            }
        }),
    }
}

fn current_era_user(user: &User, now: i64) -> CurrentEraUser<'_> {
    let profile = &*user.profile;
    let identifiers = |kind| Identifiers(profile.identifiers(kind), kind, Era::Current);
    let mut idps: Vec<IdentityProvider> = Vec::new();
    for idp in profile.all_identifiers().flat_map(|one| &*one.idps) {
        if !idps.contains(idp) {
            idps.push(*idp);
        }
    }
    let nothing = Activity::default();
    let activity: Option<&Activity> = profile.activity.as_deref();
    let (attempts, successes) =
        activity.map_or((nothing.attempts, nothing.successes), |activity| (activity.attempts, activity.successes));
    CurrentEraUser {
        user_id: &profile.user_id,
        disabled: user.disabled,
        connections: idps.into_iter().map(|idp| Connection { idp, connection_id: idp }).collect(),
        claims: &profile.claims,
        public_data: &profile.public_data,
        private_data: &profile.private_data,
        emails: identifiers(Kind::Email),
        phone_numbers: identifiers(Kind::Phone),
        passkeys: &profile.passkeys,
        force_password_reset: profile.force_password_reset,
        external_providers: &profile.idps,
        creation_time: profile.creation_time,
        last_updated: user.last_updated,
        username: username(user, Era::Current),
        has_password: profile.has_password,
        password_updated_at: profile.password_updated_at,
        block_until: user.block_until(now).map(|until| until.unwrap_or(NEVER)),
        failure_count: user.failures,
        sign_in_attempts_count: attempts,
        last_sign_in_attempt: activity.and_then(|activity| activity.last_attempt),
        last_sign_in_attempt_ip: activity.and_then(|activity| activity.last_attempt_ip.as_deref()),
        sign_in_success_count: successes,
        last_sign_in_success: activity.and_then(|activity| activity.last_success),
        last_sign_in_success_ip: activity.and_then(|activity| activity.last_success_ip.as_deref()),
        last_activity: activity.and_then(|activity| activity.last_success),
        last_known_city: None,
        last_known_country: None,
        last_known_region: None,
    }
}

fn username(user: &User, era: Era) -> Option<IdentifierBody<'_>> {
    user.profile.username.as_deref().map(|one| IdentifierBody::new(one, Kind::Username, era))
}
