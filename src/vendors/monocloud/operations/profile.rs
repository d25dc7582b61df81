//! What a user says of themselves, and what applications keep with them.

use serde_json::{Map, Value};

use super::{Changed, change};
use crate::vendors::monocloud::MonoCloud;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Members, Profile};

/// Changes the claims that are given; `None` clears one.
pub(in super::super) fn patch_claims(
    state: &MonoCloud,
    user_id: &str,
    patch: Result<Vec<(&'static str, Option<Value>)>, Error>,
) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| {
        let patch = patch?;
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

/// Data that applications keep with a user.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Data {
    /// What the user may see.
    Public,
    /// What the user may not.
    Private,
}

impl Data {
    /// The member that wraps it.
    pub(in super::super) const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public_data",
            Self::Private => "private_data",
        }
    }

    fn of(self, profile: &Profile) -> &Members {
        match self {
            Self::Public => &profile.public_data,
            Self::Private => &profile.private_data,
        }
    }

    fn of_mut(self, profile: &mut Profile) -> &mut Members {
        match self {
            Self::Public => &mut profile.public_data,
            Self::Private => &mut profile.private_data,
        }
    }
}

/// The user's data.
pub(in super::super) fn get_data(state: &MonoCloud, user_id: &str, data: Data) -> Result<Members, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    Ok(data.of(&user.profile).clone())
}

/// Merges a patch into the user's data.
pub(in super::super) fn patch_data(
    state: &MonoCloud,
    user_id: &str,
    data: Data,
    patch: Result<Map<String, Value>, Error>,
) -> Result<(Members, bool), Error> {
    let now = state.now();
    let done = change(state, user_id, |user| {
        let patch = patch?;
        Ok(user.edit(now, |profile| data.of_mut(profile).edit(|members| merge(members, patch))))
    })?;
    Ok((data.of(&done.user.profile).clone(), done.changed))
}

/// RFC 7396: null removes, an object is merged, anything else replaces.
fn merge(members: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => _ = members.shift_remove(&name),
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
        ] {
            let mut found = members.as_object().unwrap().clone();
            merge(&mut found, patch.as_object().unwrap().clone());
            assert_eq!(Value::Object(found), merged);
        }
    }
}
