//! MonoCloud's routes, with how sure each answer is, by resource; here what they share.

mod access;
mod emails;
mod groups;
mod passwords;
mod phones;
mod profile;
mod users;

use std::sync::LazyLock;

use http::StatusCode;

use super::error::Error;
use super::operations::{self, Changed};
use super::state::MonoCloud;
use super::wire::Query;
use super::wire::users::user;
use crate::fidelity::Sureness::{self, Assumed};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Decodes, operates and encodes. The key was checked before.
    pub(super) run: fn(&MonoCloud, &Call) -> Result<Reply, Error>,
}

/// The emulated operations, in the table's order.
static ROWS: LazyLock<Vec<&'static Row>> = LazyLock::new(|| {
    let by_resource: [&'static [Row]; 7] =
        [&users::ROWS, &profile::ROWS, &emails::ROWS, &phones::ROWS, &passwords::ROWS, &access::ROWS, &groups::ROWS];
    by_resource.into_iter().flatten().collect()
});

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation).chain(LACKING)));

/// The row that a call was matched to.
pub(super) fn row(call: &Call) -> &'static Row {
    let place = call.matched.as_ref().map(|matched| matched.place);
    place.and_then(|place| ROWS.get(place)).expect("only calls of an emulated operation are handled")
}

/// The user after a change, as one of two rows of the fidelity table.
fn changed(monocloud: &MonoCloud, done: &Changed, row: &'static str, unchanged: &'static str) -> Reply {
    user(monocloud, StatusCode::OK, &done.user).proving(if done.changed { row } else { unchanged })
}

/// What is asked for about a user, read only where there is such a user.
fn read_for_user<T>(
    monocloud: &MonoCloud,
    call: &Call,
    read: impl FnOnce(&Call) -> Result<T, Error>,
) -> Result<T, Error> {
    operations::get_user(monocloud, &call.parameter(0))?;
    read(call)
}

/// Likewise about a group.
fn read_for_group<T>(
    monocloud: &MonoCloud,
    call: &Call,
    read: impl FnOnce(&Call) -> Result<T, Error>,
) -> Result<T, Error> {
    operations::find_group(monocloud, &call.parameter(0))?;
    read(call)
}

/// A list, as one of two rows of the fidelity table.
fn listed(query: &Query<'_>) -> &'static str {
    if query.text("filter").is_some() { "filtered" } else { "listed" }
}

/// What any call can get.
#[rustfmt::skip]
pub(super) const COMMON: &[Answer] = &[
    Answer::new("wrong_method", 405, Assumed, "monocloud-a18", "another method on a known path: a problem, with `Allow`"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB; marked `x-fauxidp: limit`"),
];

/// What every emulated operation has in common.
const EMULATED: Operation = Operation::own("", "", "");

/// What every operation can get; its own page prints the status.
#[rustfmt::skip]
const fn key_refusals(sureness: Sureness, page: &'static str) -> [Answer; 2] {
    [
        Answer::new("missing_key", 401, sureness, page, "no `X-API-KEY`"),
        Answer::new("unknown_key", 401, sureness, page, "a key that does not exist, also on an unknown user"),
    ]
}

/// What every operation on one user can get; its own page prints the statuses.
#[rustfmt::skip]
const fn refusals(sureness: Sureness, page: &'static str) -> [Answer; 3] {
    let [missing, unknown] = key_refusals(sureness, page);
    [missing, unknown, Answer::new("user_not_found", 404, sureness, page, "no such user; a malformed id is no other case")]
}

/// What every write can get besides.
#[rustfmt::skip]
const WRITE_REFUSALS: &[Answer] =
    &[Answer::new("read_only_key", 403, Assumed, "monocloud-a15", "a key that may only read, also on an unknown user")];

/// What every write with a body can get besides.
#[rustfmt::skip]
const BODY_REFUSALS: &[Answer] = &[
    Answer::new("media_type", 415, Assumed, "monocloud-a12", "a body whose content type is not JSON"),
    Answer::new("unparsable", 422, Assumed, "monocloud-a11", "a body that is not a JSON object: key-validation problem, keyed `$`"),
    Answer::new("invalid_member", 422, Assumed, "monocloud-a11", "members that do not fit: key-validation problem, keyed by them"),
];

/// What every list can get besides.
#[rustfmt::skip]
const LIST_REFUSALS: &[Answer] =
    &[Answer::new("bad_query", 400, Assumed, "monocloud-a20", "`page` or `size` is no number from 1, or `sort` no known field with `:1` or `:-1`")];

/// What a list answers that is asked to find something.
const FILTERED: Answer = Answer::new("filtered", 200, Assumed, "monocloud-a31", "a page of what `filter` finds");

/// A change that changes nothing.
#[rustfmt::skip]
const UNCHANGED: &[Answer] =
    &[Answer::new("unchanged", 200, Assumed, "monocloud-a25", "the user as it was: asking for what is so already is no error")];

/// The statuses that the pages of the seeds, and most others, print.
const PRINTED: &[u16] = &[200, 401, 403, 404, 422];

/// Those of the other pages.
const PRINTED_MORE: &[u16] = &[200, 400, 401, 403, 404, 422];

/// The rest of the Management API, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("list_client_grants", "GET", "/api/users/{user_id}/grants/clients"),
    Operation::lacking("revoke_client_grant", "DELETE", "/api/users/{user_id}/grants/clients/{client_id}"),
    Operation::lacking("list_consents", "GET", "/api/users/{user_id}/grants/consents"),
    Operation::lacking("revoke_consent", "DELETE", "/api/users/{user_id}/grants/consents/{consent_id}"),
    Operation::lacking("list_reference_tokens", "GET", "/api/users/{user_id}/grants/reference_tokens"),
    Operation::lacking("revoke_reference_token", "DELETE", "/api/users/{user_id}/grants/reference_tokens/{token_id}"),
    Operation::lacking("list_refresh_tokens", "GET", "/api/users/{user_id}/grants/refresh_tokens"),
    Operation::lacking("revoke_refresh_token", "DELETE", "/api/users/{user_id}/grants/refresh_tokens/{token_id}"),
    Operation::lacking("list_codes", "GET", "/api/users/{user_id}/grants/codes"),
    Operation::lacking("revoke_code", "DELETE", "/api/users/{user_id}/grants/codes/{code_id}"),
    Operation::lacking("list_applications", "GET", "/api/applications"),
    Operation::lacking("create_application", "POST", "/api/applications"),
    Operation::lacking("get_application", "GET", "/api/applications/{client_id}"),
    Operation::lacking("patch_application", "PATCH", "/api/applications/{client_id}"),
    Operation::lacking("delete_application", "DELETE", "/api/applications/{client_id}"),
    Operation::lacking("get_authentication_options", "GET", "/api/options/authentication"),
    Operation::lacking("patch_authentication_options", "PATCH", "/api/options/authentication"),
    Operation::lacking("get_communication_options", "GET", "/api/options/communication"),
    Operation::lacking("patch_communication_options", "PATCH", "/api/options/communication"),
    Operation::lacking("list_keys", "GET", "/api/keys"),
    Operation::lacking("rotate_key", "PUT", "/api/keys/{key_id}/rotate"),
    Operation::lacking("revoke_key", "PUT", "/api/keys/{key_id}/revoke"),
    Operation::lacking("list_logs", "GET", "/api/logs"),
    Operation::lacking("get_log", "GET", "/api/logs/{log_id}"),
    Operation::lacking("list_network_zones", "GET", "/api/network_zones"),
];
