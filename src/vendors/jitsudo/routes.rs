//! jitsudo's routes, with how sure each answer is.

use std::sync::LazyLock;

use super::auth::Caller;
use super::error::Error;
use super::{Jitsudo, operations, wire};
use crate::fidelity::Sureness::{Assumed, Stated};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Decodes, operates and encodes. Credential and tenant were checked before.
    pub(super) run: fn(&Jitsudo, &Call, &Caller) -> Result<Reply, Error>,
}

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

/// What suspend can get, in the order of the checks.
#[rustfmt::skip]
const REFUSALS: &[Answer] = &[
    Answer::new("missing_token", 401, Stated, "jitsudo-suspend", "no bearer token; the code `unauthenticated` is assumed"),
    Answer::new("unknown_token", 401, Stated, "jitsudo-suspend", "a token that does not exist"),
    Answer::new("suspended_caller", 401, Assumed, "jitsudo-suspended-token", "the token of a user who is suspended"),
    Answer::new("missing_tenant", 400, Assumed, "jitsudo-tenant", "no `X-Tenant-ID`"),
    Answer::new("malformed_tenant", 400, Assumed, "jitsudo-tenant", "`X-Tenant-ID` is no UUID"),
    Answer::new("tenant_mismatch", 403, Stated, "jitsudo-suspend", "`X-Tenant-ID` is not the credential's tenant"),
    Answer::new("malformed_id", 400, Assumed, "jitsudo-malformed-id", "the id in the path is no UUID"),
    Answer::new("not_admin", 403, Assumed, "jitsudo-permission", "the caller does not hold `admin`; with the tenant's notices"),
    Answer::new("user_not_found", 404, Stated, "jitsudo-suspend", "no such user in the caller's tenant"),
];

/// What the guessed operations can get: all of it is a guess, made after suspend.
#[rustfmt::skip]
const GUESSED_REFUSALS: &[Answer] = &[
    Answer::new("missing_token", 401, Assumed, "jitsudo-get", "no bearer token"),
    Answer::new("unknown_token", 401, Assumed, "jitsudo-get", "a token that does not exist"),
    Answer::new("suspended_caller", 401, Assumed, "jitsudo-suspended-token", "the token of a user who is suspended"),
    Answer::new("missing_tenant", 400, Assumed, "jitsudo-tenant", "no `X-Tenant-ID`"),
    Answer::new("malformed_tenant", 400, Assumed, "jitsudo-tenant", "`X-Tenant-ID` is no UUID"),
    Answer::new("tenant_mismatch", 403, Assumed, "jitsudo-get", "`X-Tenant-ID` is not the credential's tenant"),
    Answer::new("malformed_id", 400, Assumed, "jitsudo-malformed-id", "the id in the path is no UUID"),
    Answer::new("not_admin", 403, Assumed, "jitsudo-permission", "the caller does not hold `admin`; with the tenant's notices"),
    Answer::new("user_not_found", 404, Assumed, "jitsudo-get", "no such user in the caller's tenant"),
];

#[rustfmt::skip]
static ROWS: [Row; 2] = [
    Row {
        operation: Operation {
            name: "suspend_user",
            method: "POST",
            path: "/v1/users/{id}/suspend",
            rpc: None,
            emulated: true,
            published: &[200, 401, 403, 404],
            answers: &[
                &[
                    Answer::new("suspended", 200, Stated, "jitsudo-suspend", "`active` false on an active user: the whole user, suspended"),
                    Answer::new("reactivated", 200, Stated, "jitsudo-suspend", "`active` true on a suspended user: the whole user, active again"),
                    Answer::new("unchanged", 200, Assumed, "jitsudo-repeat", "the state the user is in: the user as it was, `updated_at` stays"),
                    Answer::new("media_type", 400, Assumed, "jitsudo-body", "a content type that is not JSON"),
                    Answer::new("unreadable_body", 400, Assumed, "jitsudo-body", "a body that is no JSON object, or none"),
                    Answer::new("invalid_member", 400, Assumed, "jitsudo-body", "`active` is missing, null or no boolean"),
                    Answer::new("tenant_owner", 403, Assumed, "jitsudo-owner", "suspending the tenant's owner; reactivating is allowed"),
                ],
                REFUSALS,
            ],
            differences: &["No audit entry is written yet."],
        },
        run: |state, call, caller| {
            let id = wire::user_id(call)?;
            let active = wire::active(call)?;
            let done = operations::suspend_user(state, caller, &id, active)?;
            Ok(wire::user(&done.user, &state.rules).proving(match (done.changed, active) {
                (false, _) => "unchanged",
                (true, false) => "suspended",
                (true, true) => "reactivated",
            }))
        },
    },
    Row {
        operation: Operation {
            name: "get_user",
            method: "GET",
            path: "/v1/users/{id}",
            rpc: None,
            emulated: true,
            published: &[],
            answers: &[&[Answer::new("found", 200, Assumed, "jitsudo-get", "the whole user")], GUESSED_REFUSALS],
            differences: &["Nothing published shows this operation: it is an obvious guess, served as a convenience."],
        },
        run: |state, call, caller| {
            let user = operations::get_user(state, caller, &wire::user_id(call)?)?;
            Ok(wire::user(&user, &state.rules).proving("found"))
        },
    },
];

/// The rest of the API, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("get_healthz", "GET", "/healthz"),
    Operation::lacking("list_users", "GET", "/v1/users"),
    Operation::lacking("create_user", "POST", "/v1/users"),
    Operation::lacking("update_user", "PUT", "/v1/users/{id}"),
    Operation::lacking("delete_user", "DELETE", "/v1/users/{id}"),
    Operation::lacking("resend_invite", "POST", "/v1/users/{id}/resend-invite"),
    Operation::lacking("get_user_profile", "GET", "/v1/users/me/profile"),
    Operation::lacking("update_user_profile", "PUT", "/v1/users/me/profile"),
    Operation::lacking("enroll_totp", "POST", "/v1/users/me/mfa/totp"),
    Operation::lacking("regenerate_mfa_backup_codes", "POST", "/v1/users/me/mfa/backup-codes"),
    Operation::lacking("webauthn_register_options", "POST", "/v1/users/me/mfa/webauthn/register"),
    Operation::lacking("webauthn_register_complete", "POST", "/v1/users/me/mfa/webauthn/register/complete"),
    Operation::lacking("get_auth_providers", "GET", "/v1/auth/providers"),
    Operation::lacking("post_auth_login", "POST", "/v1/auth/login"),
    Operation::lacking("auth_callback", "POST", "/v1/auth/callback"),
    Operation::lacking("verify_email", "POST", "/v1/auth/verify-email"),
    Operation::lacking("set_initial_password", "POST", "/v1/auth/set-initial-password"),
    Operation::lacking("request_password_reset", "POST", "/v1/auth/request-password-reset"),
    Operation::lacking("reset_password", "POST", "/v1/auth/reset-password"),
    Operation::lacking("enroll_mfa_via_challenge", "POST", "/v1/auth/mfa/enroll-via-challenge"),
    Operation::lacking("begin_webauthn_login", "POST", "/v1/auth/mfa/webauthn/begin"),
    Operation::lacking("verify_mfa_challenge", "POST", "/v1/auth/mfa/challenge"),
    Operation::lacking("list_tenants", "GET", "/v1/tenants"),
    Operation::lacking("create_tenant", "POST", "/v1/tenants"),
    Operation::lacking("update_tenant", "PUT", "/v1/tenants/{id}"),
    Operation::lacking("create_api_key", "POST", "/v1/api-keys"),
    Operation::lacking("create_group", "POST", "/v1/groups"),
    Operation::lacking("delete_group", "DELETE", "/v1/groups/{id}"),
    Operation::lacking("add_group_member", "POST", "/v1/groups/{id}/members"),
    Operation::lacking("add_group_role_mapping", "POST", "/v1/groups/{id}/roles"),
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
    Operation::lacking("list_audit_log", "GET", "/v1/audit-log"),
    Operation::lacking("get_audit_log_entry", "GET", "/v1/audit-log/{id}"),
    Operation::lacking("create_slack_webhook_notification_channel", "POST", "/v1/notification-channels/slack-webhook"),
    Operation::lacking("create_email_notification_channel", "POST", "/v1/notification-channels/email"),
    Operation::lacking("create_generic_webhook_notification_channel", "POST", "/v1/notification-channels/generic-webhook"),
    Operation::lacking("create_aws_sns_notification_channel", "POST", "/v1/notification-channels/aws-sns"),
    Operation::lacking("update_notification_channel", "PUT", "/v1/notification-channels/{id}"),
];
