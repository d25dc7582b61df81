//! What tokens and userinfo say about a user, scope by scope.

use serde_json::{Map, Value, json};

use crate::vendors::monocloud::record::{Kind, User};
use crate::vendors::monocloud::state::MonoCloud;

/// Every claim that some scope releases, in order.
pub(in super::super) const CLAIMS: [&str; 21] = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
    "groups",
];

/// What the scopes release about a user, without `sub`.
pub(super) fn of_scopes(monocloud: &MonoCloud, user: &User, scopes: &[String]) -> Map<String, Value> {
    let mut claims = Map::new();
    let names = scopes.iter().flat_map(|scope| match &**scope {
        "profile" => &CLAIMS[1..15],
        "email" => &CLAIMS[15..17],
        "phone" => &CLAIMS[17..19],
        "address" => &CLAIMS[19..20],
        "groups" => &CLAIMS[20..],
        _ => &[],
    });
    for name in names {
        claims.extend(claim(monocloud, user, name).map(|value| ((*name).to_owned(), value)));
    }
    claims
}

/// One claim of a user; `None` if the user has no such.
pub(super) fn claim(monocloud: &MonoCloud, user: &User, name: &str) -> Option<Value> {
    let profile = &user.profile;
    let primary = |kind: Kind| {
        let all = profile.identifiers(kind);
        all.iter().find(|one| one.primary).or(all.first())
    };
    match name {
        "email" => primary(Kind::Email).map(|email| (&*email.value).into()),
        "email_verified" => primary(Kind::Email).map(|email| email.verified.into()),
        "phone_number" => primary(Kind::Phone).map(|phone| (&*phone.value).into()),
        "phone_number_verified" => primary(Kind::Phone).map(|phone| phone.verified.into()),
        "preferred_username" => primary(Kind::Username).map(|name| (&*name.value).into()),
        "updated_at" => Some(user.last_updated.into()),
        "groups" => Some(groups(monocloud, user)),
        name => profile.claims.get(name),
    }
}

/// The groups of a user, each with id and name.
fn groups(monocloud: &MonoCloud, user: &User) -> Value {
    let groups = user.profile.groups.iter().filter_map(|membership| {
        let group = monocloud.state.groups.get(&membership.group_id.to_string())?;
        Some(json!({ "id": group.group_id, "name": group.name }))
    });
    groups.collect()
}

/// What people read of a user on a page: the name, or what comes nearest.
pub(in super::super) fn display_name(user: &User) -> String {
    let name = |name| match user.profile.claims.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let identifier = || user.profile.all_identifiers().next().map(|one| one.value.clone());
    name("name").or_else(identifier).unwrap_or_else(|| user.profile.user_id.clone())
}

/// What the user signs in with: the primary address, or what there is.
pub(super) fn address(user: &User) -> String {
    let emails = user.profile.identifiers(Kind::Email);
    let email = emails.iter().find(|email| email.primary).or(emails.first());
    email.or_else(|| user.profile.all_identifiers().next()).map(|one| one.value.clone()).unwrap_or_default()
}
