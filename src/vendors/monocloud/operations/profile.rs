//! What a user says of themselves, and what applications keep with them.

use hashbrown::HashSet;
use serde_json::{Map, Value};

use super::change::{Changed, grow};
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::Data;
use crate::vendors::monocloud::state::MonoCloud;

/// Changes the claims that are given; `None` clears one.
pub(in super::super) fn patch_claims(
    monocloud: &MonoCloud,
    user_id: &str,
    patch: Vec<(&'static str, Option<Value>)>,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    grow(monocloud, user_id, |user| {
        Ok(user.edit(now, |profile| {
            profile.claims.edit(|claims| {
                for (name, value) in patch {
                    match value {
                        Some(value) => _ = claims.insert(name.to_owned(), value),
                        None => _ = claims.shift_remove(name),
                    }
                }
            })
        }))
    })
}

/// Merges a patch into the user's data.
pub(in super::super) fn patch_data(
    monocloud: &MonoCloud,
    user_id: &str,
    data: Data,
    patch: Map<String, Value>,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    grow(monocloud, user_id, |user| {
        Ok(user.edit(now, |profile| profile.data_mut(data).edit(|members| merge(members, patch))))
    })
}

/// RFC 7396: null removes, an object is merged, anything else replaces.
fn merge(members: &mut Map<String, Value>, patch: Map<String, Value>) {
    // Removed all at once: each removal by itself would move the members behind it.
    let mut removed = HashSet::new();
    for (name, value) in patch {
        match value {
            Value::Null => _ = removed.insert(name),
            Value::Object(patch) => {
                let member = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(inner) = member {
                    merge(inner, patch);
                }
            }
            value => _ = members.insert(name, value),
        }
    }
    if !removed.is_empty() {
        members.retain(|name, _| !removed.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_is_merged_as_the_standard_says() {
        for (members, patch, merged) in [
            (json!({"a": 1}), json!({"a": 2, "b": null}), json!({"a": 2})),
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": null}}), json!({"a": {"c": 2}})),
            (json!({"a": [1]}), json!({"a": {"b": {"c": null}}}), json!({"a": {"b": {}}})),
            (json!({"a": 1}), json!({}), json!({"a": 1})),
            (json!({"a": null, "b": null}), json!({"c": 1, "b": null}), json!({"a": null, "c": 1})),
        ] {
            let mut found = members.as_object().unwrap().clone();
            merge(&mut found, patch.as_object().unwrap().clone());
            assert_eq!(Value::Object(found).to_string(), merged.to_string());
        }
    }

    #[test]
    fn removing_many_members_takes_no_longer_than_adding_them() {
        let members = |value: Value| -> Map<_, _> { (0..200_000).map(|n| (n.to_string(), value.clone())).collect() };
        let mut found = members(json!(1));
        let begun = std::time::Instant::now();
        merge(&mut found, members(Value::Null));
        assert!(found.is_empty() && begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
