//! Refuses operations that the vendor has and the emulator lacks.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::json;

use crate::protocol::problem::{Mark, problem};
use crate::protocol::rpc::Framing;
use crate::protocol::{Call, Reply};
use crate::row::{Dialect, Operation};
use crate::vendors::VendorInfo;

/// How many similar operations are listed.
const MAX_ALIKE: usize = 3;

/// Says that the vendor has this operation, that it is not emulated, and which similar operations are.
pub(super) fn unemulated(info: &VendorInfo, operation: &Operation, call: &Call) -> Reply {
    let (vendor, name) = (info.title, operation.name);
    let alike = alike(operation, info.claims, (info.routes)().emulated());
    let mut detail = format!("{vendor} has the operation {name}, but it is not emulated.");
    if !operation.is_connect && call.wire.is_some_and(|wire| wire.framing == Framing::Connect) {
        detail += &format!(" {vendor} does not serve it over Connect.");
    }
    detail += &match alike.is_empty() {
        true => " No similar operation is emulated.".to_owned(),
        false => format!(" Similar operations that are emulated: {}.", alike.join(", ")),
    };
    let more = json!({ "vendor": info.name, "operation": name, "emulated": alike });
    problem(StatusCode::NOT_IMPLEMENTED, Mark::Unemulated, &detail, more.as_object().cloned().unwrap_or_default())
}

/// The names of similar operations, the most similar first.
fn alike(asked: &Operation, claims: &[&str], emulated: impl Iterator<Item = &'static Operation>) -> Vec<&'static str> {
    let (kind, words) = (resource(asked, claims), words(asked.name));
    let is_door = |operation: &Operation| operation.dialect == Dialect::OAuth;
    let is_alike = |other: &&Operation| match is_door(asked) {
        true => is_door(other),
        false => !is_door(other) && resource(other, claims) == kind,
    };
    let mut alike: Vec<_> = emulated.filter(is_alike).collect();
    alike.sort_by_key(|other| usize::MAX - words.intersection(&self::words(other.name)).count());
    let mut names: Vec<_> = alike.into_iter().map(|other| other.name).collect();
    names.dedup();
    names.truncate(MAX_ALIKE);
    names
}

/// The resource of an operation, in the singular: the first fixed part of its path after the vendor's claim and the
/// version, or the service of its remote call.
fn resource(operation: &Operation, claims: &[&str]) -> String {
    let whole = operation.path;
    let resource = match operation.rpc.filter(|_| !operation.has_path()) {
        Some(rpc) => {
            let service = rpc.rsplit('/').nth(1).and_then(|service| service.rsplit('.').next()).unwrap_or_default();
            service.trim_end_matches("Service")
        }
        None => {
            let claim = claims.iter().filter(|claim| whole.starts_with(**claim)).map(|claim| claim.len()).max();
            let mut parts = whole[claim.unwrap_or(0)..].split('/');
            parts.find(|part| !part.is_empty() && !part.starts_with('{') && !is_version(part)).unwrap_or_default()
        }
    };
    resource.trim_end_matches('s').to_lowercase()
}

/// Whether part of a path is a version, such as `v2`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

/// The words of a name, but for versions.
fn words(name: &str) -> BTreeSet<&str> {
    name.split('_').filter(|word| !is_version(word)).map(|word| word.trim_end_matches('s')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Row, published};

    static ROWS: [Row<()>; 5] = [
        Row::new("get_user", "GET", "/v2/users/{id}", ()).rpc("/a.v2.UserService/GetUser"),
        Row::new("stop_user", "POST", "/v2/users/{id}/stop", ()).rpc("/a.v2.UserService/StopUser"),
        Row::new("add_key", "POST", "/v2/users/{id}/keys", ()),
        Row::new("list_users", "GET", "/v2/users", ()),
        Row::new("token", "POST", "/oauth/v2/token", ()).oauth(),
    ];

    #[test]
    fn similar_operations_are_listed() {
        let list = "v1_stop_user\tPOST\t/old/v1/users/{id}/_stop\t-\trest\n\
                    remove_key\t-\t-\t/a.v2.UserService/RemoveKey\tgrpc\n\
                    list_orgs\tGET\t/v2/orgs\t-\trest\n\
                    authorize\tGET\t/oauth/v2/authorize\t-\trest,oauth";
        let emulated = || ROWS.iter().map(|row| &row.operation);
        let found = published(list);
        let found = found.iter().map(|asked| alike(asked, &["/v2/", "/old/v1/", "/oauth/v2/"], emulated()));
        let alike: [&[&str]; 4] =
            [&["stop_user", "get_user", "list_users"], &["add_key", "get_user", "stop_user"], &[], &["token"]];
        assert_eq!(found.collect::<Vec<_>>(), alike);
    }
}
