//! jitsudo's routes, with how sure each answer is. What the parts of the API share stands here.

mod audit;
mod auth;
mod groups;
mod users;

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::auth::Caller;
use super::error::Error;
use super::record::User;
use super::state::Jitsudo;
use crate::fidelity::Sureness::{self, Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Decodes, operates and encodes. Credential and tenant were checked before, as its kind says.
    pub(super) run: Run,
}

/// What runs an operation, by what is checked before.
pub(super) enum Run {
    /// Neither credential nor tenant.
    Open(fn(&Jitsudo, &Call) -> Result<Reply, Error>),
    /// The tenant's form alone.
    Tenant(fn(&Jitsudo, &Call, Uuid) -> Result<Reply, Error>),
    /// A bearer token, for what is about its own user.
    Own(fn(&Jitsudo, &Call, &User) -> Result<Reply, Error>),
    /// A bearer token; an API key where that is set.
    Users(fn(&Jitsudo, &Call, &Caller) -> Result<Reply, Error>),
    /// An API key or a bearer token.
    Keys(fn(&Jitsudo, &Call, &Caller) -> Result<Reply, Error>),
}

/// The emulated operations.
static ROWS: LazyLock<Vec<&Row>> = LazyLock::new(|| {
    let parts: [&'static [Row]; 5] = [&users::ROWS, &auth::ROWS, &groups::ROWS, &audit::ROWS, &HEALTH];
    parts.into_iter().flatten().collect()
});

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation).chain(LACKING)));

/// The row that a call was matched to.
pub(super) fn row(call: &Call) -> &'static Row {
    let place = call.matched.as_ref().map(|matched| matched.place);
    place.and_then(|place| ROWS.get(place)).expect("only calls of an emulated operation are handled")
}

/// What any call can get.
#[rustfmt::skip]
pub(super) const COMMON: &[Answer] = &[
    Answer::new("wrong_method", 405, Assumed, "jitsudo-errors", "another method on a known path: `method_not_allowed`, with `Allow`"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB: `invalid_input`; marked `x-fauxidp: limit`"),
];

/// What a bearer token can be refused for, where 401 is that sure.
#[rustfmt::skip]
const fn token(sureness: Sureness, source: &'static str) -> [Answer; 3] {
    [
        Answer::new("missing_token", 401, sureness, source, "no bearer token; the code `unauthenticated` is assumed"),
        Answer::new("unknown_token", 401, sureness, source, "a token that does not exist, does not verify or has expired"),
        Answer::new("suspended_caller", 401, Assumed, "jitsudo-suspended-token", "the token of a user who is suspended"),
    ]
}

/// What an API key or a bearer token can be refused for.
#[rustfmt::skip]
const fn key(sureness: Sureness, source: &'static str) -> [Answer; 4] {
    [
        Answer::new("missing_key", 401, sureness, source, "neither an API key nor a bearer token; the code `unauthenticated` is assumed"),
        Answer::new("unknown_key", 401, sureness, source, "an API key that does not exist"),
        Answer::new("unknown_token", 401, sureness, source, "a bearer token that does not exist, does not verify or has expired"),
        Answer::new("suspended_caller", 401, Assumed, "jitsudo-suspended-token", "the token of a user who is suspended"),
    ]
}

/// What the tenant can be refused for, where the mismatch is that sure.
#[rustfmt::skip]
const fn tenant(sureness: Sureness, source: &'static str) -> [Answer; 3] {
    [
        Answer::new("missing_tenant", 400, Assumed, "jitsudo-tenant", "no `X-Tenant-ID`"),
        Answer::new("malformed_tenant", 400, Assumed, "jitsudo-tenant", "`X-Tenant-ID` is no UUID"),
        Answer::new("tenant_mismatch", 403, sureness, source, "`X-Tenant-ID` is not the credential's tenant"),
    ]
}

/// What a caller without the right gets.
#[rustfmt::skip]
const NOT_ADMIN: [Answer; 1] =
    [Answer::new("not_admin", 403, Assumed, "jitsudo-permission", "the caller does not hold `admin`; with the tenant's notices")];

/// The id in the path.
#[rustfmt::skip]
const ID: [Answer; 1] = [Answer::new("malformed_id", 400, Assumed, "jitsudo-malformed-id", "the id in the path is no UUID")];

/// What a body can be refused for as such.
#[rustfmt::skip]
const fn body(sureness: Sureness, source: &'static str) -> [Answer; 2] {
    [
        Answer::new("media_type", 400, sureness, source, "a content type that is not JSON"),
        Answer::new("unreadable_body", 400, sureness, source, "a body that is no JSON object, or none"),
    ]
}

#[rustfmt::skip]
static HEALTH: [Row; 1] = [
    Row {
        operation: Operation {
            name: "get_healthz",
            method: "GET",
            path: "/healthz",
            rpc: None,
            emulated: true,
            published: &[200, 503],
            answers: &[&[Answer::new("healthy", 200, Documented, "jitsudo-health", "`{\"status\":\"ok\"}`, without a credential or tenant")]],
            differences: &["There is no database that could be away: 503 comes by a fault alone."],
        },
        run: Run::Open(|_, _| Ok(Reply::of(StatusCode::OK, &json!({ "status": "ok" })).proving("healthy"))),
    },
];

/// The rest of the API, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("enroll_totp", "POST", "/v1/users/me/mfa/totp"),
    Operation::lacking("regenerate_mfa_backup_codes", "POST", "/v1/users/me/mfa/backup-codes"),
    Operation::lacking("webauthn_register_options", "POST", "/v1/users/me/mfa/webauthn/register"),
    Operation::lacking("webauthn_register_complete", "POST", "/v1/users/me/mfa/webauthn/register/complete"),
    Operation::lacking("auth_callback", "POST", "/v1/auth/callback"),
    Operation::lacking("enroll_mfa_via_challenge", "POST", "/v1/auth/mfa/enroll-via-challenge"),
    Operation::lacking("begin_webauthn_login", "POST", "/v1/auth/mfa/webauthn/begin"),
    Operation::lacking("verify_mfa_challenge", "POST", "/v1/auth/mfa/challenge"),
    Operation::lacking("list_tenants", "GET", "/v1/tenants"),
    Operation::lacking("create_tenant", "POST", "/v1/tenants"),
    Operation::lacking("update_tenant", "PUT", "/v1/tenants/{id}"),
    Operation::lacking("create_api_key", "POST", "/v1/api-keys"),
    Operation::lacking("create_domain", "POST", "/v1/domains"),
    Operation::lacking("verify_domain", "POST", "/v1/domains/{id}/verify"),
    Operation::lacking("upsert_oidc_config", "PUT", "/v1/oidc-config"),
    Operation::lacking("list_policies", "GET", "/v1/policies"),
    Operation::lacking("create_policy", "POST", "/v1/policies"),
    Operation::lacking("evaluate_policies", "POST", "/v1/policies/evaluate"),
    Operation::lacking("get_policy", "GET", "/v1/policies/{policy_id}"),
    Operation::lacking("update_policy", "PATCH", "/v1/policies/{policy_id}"),
    Operation::lacking("list_policy_rules", "GET", "/v1/policies/{policy_id}/rules"),
    Operation::lacking("create_policy_rule", "POST", "/v1/policies/{policy_id}/rules"),
    Operation::lacking("get_policy_rule", "GET", "/v1/policies/{policy_id}/rules/{rule_id}"),
    Operation::lacking("list_requests", "GET", "/v1/requests"),
    Operation::lacking("create_request", "POST", "/v1/requests"),
    Operation::lacking("approve_request", "POST", "/v1/requests/{id}/approve"),
    Operation::lacking("deny_request", "POST", "/v1/requests/{id}/deny"),
    Operation::lacking("list_request_messages", "GET", "/v1/requests/{id}/messages"),
    Operation::lacking("create_request_message", "POST", "/v1/requests/{id}/messages"),
    Operation::lacking("list_grants", "GET", "/v1/grants"),
    Operation::lacking("get_grant", "GET", "/v1/grants/{id}"),
    Operation::lacking("revoke_grant", "DELETE", "/v1/grants/{id}"),
    Operation::lacking("ensure_access", "POST", "/v1/access/ensure"),
    Operation::lacking("get_access_request_status", "GET", "/v1/access/requests/{id}"),
    Operation::lacking("list_granted_profiles", "GET", "/v1/registry/profiles"),
    Operation::lacking("list_aws_organizational_units", "GET", "/v1/aws/organizational-units"),
    Operation::lacking("sync_aws_permission_sets", "PUT", "/v1/aws/permission-sets"),
    Operation::lacking("create_slack_webhook_notification_channel", "POST", "/v1/notification-channels/slack-webhook"),
    Operation::lacking("create_email_notification_channel", "POST", "/v1/notification-channels/email"),
    Operation::lacking("create_generic_webhook_notification_channel", "POST", "/v1/notification-channels/generic-webhook"),
    Operation::lacking("create_aws_sns_notification_channel", "POST", "/v1/notification-channels/aws-sns"),
    Operation::lacking("update_notification_channel", "PUT", "/v1/notification-channels/{id}"),
];
