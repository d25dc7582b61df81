//! jitsudo's users API: tenants whose users are active or suspended. The wiring.
//!
//! # Differences from the real service
//! They stand in [`ABOUT`] and beside each route, and are printed in `docs/fidelity.md`.

mod auth;
mod error;
mod operations;
mod record;
mod routes;
mod seed;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{About, BaseUrls, Endpoint, Maker, Setting, Settings, Shared, Vendor, read_state, written};
use crate::collections::Collection;
use crate::directory::Directory;
use crate::exchange::Exchange;
use crate::failure::{Failure, Name};
use crate::protocol::{Call, Reply, credential};

use auth::Access;
use record::{AuditLog, Group, Pending, User};
use routes::Run;

/// How it is made.
pub(super) const MAKER: Maker = Maker {
    about: &ABOUT,
    embedded: include_str!("../../../fixtures/seed/jitsudo.json"),
    make: seed::jitsudo,
    id: seed::user_id,
};

/// What is the same in every world.
static ABOUT: About = About {
    name: "jitsudo",
    title: "jitsudo",
    claims: &["/v1/", "/healthz"],
    routes: &routes::TABLE,
    rpc: None,
    common: routes::COMMON,
    differences: &[
        "Beside the JWTs of a log-in, the opaque tokens of the seed file count.",
        "Who may call is decided by the role `admin` alone; the real service asks its Cedar policies.",
        "An unknown path is fauxidp's own 404, marked, so that it cannot look like a missing user.",
        "No rate limits of its own (429).",
    ],
    settings: &[
        SUSPEND_OWNER,
        SUSPEND_SELF,
        SUSPEND_REPEAT,
        SUSPENDED_TOKEN,
        OTHER_TENANT,
        MISSING_TENANT,
        MALFORMED_ID,
        INVALID_STATUS,
        UNSET_AVATAR,
        DELETE_OWNER,
        USERS_API_KEY,
        LIMIT_ABOVE,
        UNKNOWN_ROLE,
        ERROR_CODES,
        TIMESTAMP_DIGITS,
    ],
    lacks: &[Name::Identity],
};

// What nobody has published, one setting each; the sheet's assumption comes first.
const SUSPEND_OWNER: Setting =
    setting("suspend-owner", &["forbidden", "conflict", "allowed"], "suspending the tenant's owner");
const SUSPEND_SELF: Setting = setting("suspend-self", &["allowed", "forbidden"], "suspending oneself");
const SUSPEND_REPEAT: Setting = setting("suspend-repeat", &["ok", "conflict"], "asking for the state the user is in");
const SUSPENDED_TOKEN: Setting =
    setting("suspended-token", &["refused", "works"], "a call with a suspended user's token");
const OTHER_TENANT: Setting = setting("other-tenant", &["404", "403"], "a user id of another tenant");
const MISSING_TENANT: Setting = setting("missing-tenant", &["400", "401", "403"], "a call without X-Tenant-ID");
const MALFORMED_ID: Setting = setting("malformed-id", &["400", "404"], "a user id that is no UUID");
const INVALID_STATUS: Setting = setting("invalid-status", &["400", "422"], "the status of invalid input");
const UNSET_AVATAR: Setting = setting("unset-avatar", &["null", "absent"], "how a user without an avatar shows it");
const DELETE_OWNER: Setting =
    setting("delete-owner", &["forbidden", "conflict", "allowed"], "deleting the tenant's owner");
const USERS_API_KEY: Setting = setting("users-api-key", &["refused", "accepted"], "an API key on users operations");
const LIMIT_ABOVE: Setting = setting("limit-above", &["400", "250"], "a `limit` above 250: refused, or taken as 250");
const UNKNOWN_ROLE: Setting =
    setting("unknown-role", &["refused", "accepted"], "a role other than the two known ones, `user` and `admin`");
const ERROR_CODES: Setting = setting(
    "error-codes",
    &["described", "usual"],
    "the codes that are not documented: after the responses' descriptions, or `unauthorized` and `validation_error`",
);
const TIMESTAMP_DIGITS: Setting =
    setting("timestamp-digits", &["seconds", "microseconds"], "how exactly times are shown");

const fn setting(key: &'static str, values: &'static [&'static str], what: &'static str) -> Setting {
    Setting { key, values, what }
}

/// The settings as they were chosen.
#[derive(Debug)]
struct Rules {
    owner: Suspension,
    oneself: Suspension,
    repeat: Suspension,
    suspended_token_works: bool,
    other_tenant_is_forbidden: bool,
    missing_tenant: u16,
    malformed_id_is_missing: bool,
    invalid: u16,
    unset_avatar_is_absent: bool,
    delete_owner: Suspension,
    users_take_keys: bool,
    limit_is_clamped: bool,
    any_role: bool,
    usual_codes: bool,
    microseconds: bool,
}

/// What a doubtful change gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspension {
    Allowed,
    Forbidden,
    Conflict,
}

impl Rules {
    fn new(settings: &Settings) -> Self {
        let suspension = |setting: &'static Setting| match settings.get(setting) {
            "forbidden" => Suspension::Forbidden,
            "conflict" => Suspension::Conflict,
            _ => Suspension::Allowed,
        };
        let status = |setting: &'static Setting| settings.get(setting).parse().expect("the values are numbers");
        Self {
            owner: suspension(&SUSPEND_OWNER),
            oneself: suspension(&SUSPEND_SELF),
            repeat: suspension(&SUSPEND_REPEAT),
            suspended_token_works: settings.get(&SUSPENDED_TOKEN) == "works",
            other_tenant_is_forbidden: settings.get(&OTHER_TENANT) == "403",
            missing_tenant: status(&MISSING_TENANT),
            malformed_id_is_missing: settings.get(&MALFORMED_ID) == "404",
            invalid: status(&INVALID_STATUS),
            unset_avatar_is_absent: settings.get(&UNSET_AVATAR) == "absent",
            delete_owner: suspension(&DELETE_OWNER),
            users_take_keys: settings.get(&USERS_API_KEY) == "accepted",
            limit_is_clamped: settings.get(&LIMIT_ABOVE) == "250",
            any_role: settings.get(&UNKNOWN_ROLE) == "accepted",
            usual_codes: settings.get(&ERROR_CODES) == "usual",
            microseconds: settings.get(&TIMESTAMP_DIGITS) == "microseconds",
        }
    }

    /// The code as it was chosen to be spelled.
    fn code<'c>(&self, code: &'c str) -> &'c str {
        match code {
            "unauthenticated" if self.usual_codes => "unauthorized",
            "invalid_input" if self.usual_codes => "validation_error",
            code => code,
        }
    }
}

/// jitsudo's users in one world.
struct Jitsudo {
    users: Arc<Directory<User>>,
    groups: Arc<Directory<Group>>,
    /// What was mailed and not yet used.
    pending: Arc<Directory<Pending>>,
    audit: Arc<AuditLog>,
    access: Arc<Access>,
    rules: Arc<Rules>,
    shared: Shared,
}

/// Everything that calls can change.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State<U, G, P, A> {
    users: U,
    groups: G,
    pending: P,
    audit: A,
}

impl Vendor for Jitsudo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&self, exchange: &Exchange) -> Reply {
        let call = &exchange.call;
        let (access, rules) = (&self.access, &self.rules);
        let answer = match routes::row(call).run {
            Run::Open(run) => run(self, call),
            Run::Tenant(run) => auth::tenant(call).and_then(|tenant| run(self, call, tenant)),
            Run::Own(run) => access.user(self, call).and_then(|user| run(self, call, &user)),
            Run::Users(run) => {
                access.caller(self, call, rules.users_take_keys).and_then(|caller| run(self, call, &caller))
            }
            Run::Keys(run) => access.caller(self, call, true).and_then(|caller| run(self, call, &caller)),
        };
        answer.unwrap_or_else(|error| error.render(&self.rules))
    }

    fn take_world(&self, call: &mut Call) -> Option<String> {
        // A mailed token is a credential, too.
        credential::take_from_header(call, &AUTHORIZATION)
            .or_else(|| credential::take_from_header(call, &credential::API_KEY))
            .or_else(|| credential::take_from_json(call, "token"))
    }

    fn admits(&self, call: &Call) -> bool {
        self.access.knows(self, call)
    }

    fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>> {
        let operation = call.matched.as_ref().map(|matched| matched.operation)?;
        operation.path.starts_with("/v1/users/{id}").then(|| wire::lowered(call.parameter(0)))
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        error::refuse(failure, &self.rules)
    }

    fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
        Box::new(Self {
            users: Arc::new(self.users.fork()),
            groups: Arc::new(self.groups.fork()),
            pending: Arc::new(self.pending.fork()),
            audit: Arc::new(self.audit.fork()),
            access: Arc::clone(&self.access),
            rules: Arc::clone(&self.rules),
            shared,
        })
    }

    fn state(&self) -> Box<RawValue> {
        written(&State { users: &self.users, groups: &self.groups, pending: &self.pending, audit: &self.audit })
    }

    fn restored(&self, state: &RawValue, shared: Shared, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        type Read = State<Arc<Directory<User>>, Arc<Directory<Group>>, Arc<Directory<Pending>>, Arc<AuditLog>>;
        let State { users, groups, pending, audit }: Read = read_state(ABOUT.name, state)?;
        let (access, rules) = (Arc::clone(&self.access), Arc::new(Rules::new(settings)));
        Ok(Box::new(Self { users, groups, pending, audit, access, rules, shared }))
    }

    fn with(&self, settings: &Settings) -> Box<dyn Vendor> {
        Box::new(Self {
            users: Arc::clone(&self.users),
            groups: Arc::clone(&self.groups),
            pending: Arc::clone(&self.pending),
            audit: Arc::clone(&self.audit),
            access: Arc::clone(&self.access),
            rules: Arc::new(Rules::new(settings)),
            shared: self.shared.clone(),
        })
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        let (token, tenant) = self.access.first_admin();
        let mut endpoint = Endpoint::new(base.plain.clone(), self.shared.led_back(token.to_owned()));
        endpoint.is_told("JITSUDO_URL", base.plain.clone());
        endpoint.is_told("JITSUDO_TOKEN", endpoint.credential.clone());
        endpoint.is_told("JITSUDO_TENANT_ID", tenant.to_owned());
        endpoint
    }
}
