//! What ZITADEL tells of a user, as far as scopes reach. Does not know who asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::super::super::record::{Gender, Human, User};
use super::super::super::state::Zitadel;
use super::scope::{DOMAIN, METADATA, ORGANIZATION, PROJECT_ROLE, PROJECTS_ROLES, RESOURCE_OWNER, Scopes};

/// Claims, by their names.
pub type Claims = Map<String, Value>;

/// Name, e-mail and phone.
pub fn identity(user: &User, scopes: Scopes<'_>) -> Claims {
    let mut claims = Claims::new();
    let mut set = |name: &str, value: Value| _ = claims.insert(name.to_owned(), value);
    if scopes.has("profile") {
        match (user.human(), user.machine()) {
            (Some(human), _) => profile(human, &mut set),
            (_, Some(machine)) => set("name", machine.name.as_str().into()),
            (None, None) => {}
        }
        set("updated_at", user.history.shown().change_date.as_second().into());
        set("preferred_username", (*user.profile.preferred_login_name).into());
    }
    let Some(human) = user.human() else { return claims };
    let (email, phone) = (&human.email, &human.phone);
    let mut address = |scope: &str, name: &str, address: &str, is_verified: bool| {
        if scopes.has(scope) && !address.is_empty() {
            set(name, address.into());
            if is_verified {
                set(&format!("{name}_verified"), true.into());
            }
        }
    };
    address("email", "email", &email.address.email, email.is_verified);
    address("phone", "phone_number", &phone.address.phone, phone.is_verified);
    claims
}

/// The members of a human's profile.
fn profile(human: &Human, set: &mut impl FnMut(&str, Value)) {
    let profile = &human.profile;
    set("name", profile.display_name.as_str().into());
    set("given_name", profile.given_name.as_str().into());
    set("family_name", profile.family_name.as_str().into());
    if !profile.nick_name.is_empty() {
        set("nickname", profile.nick_name.as_str().into());
    }
    match profile.gender {
        Gender::Unspecified => {}
        Gender::Female => set("gender", "female".into()),
        Gender::Male => set("gender", "male".into()),
        Gender::Diverse => set("gender", "diverse".into()),
    }
    let language = Some(&*profile.preferred_language).filter(|language| !matches!(*language, "" | "und"));
    set("locale", language.into());
}

/// What tokens carry, too: metadata and organisation.
pub fn asserted(zitadel: &Zitadel, user: &User, scopes: Scopes<'_>) -> Claims {
    let mut claims = Claims::new();
    let metadata = user.secrets.iter().flat_map(|secrets| &secrets.metadata);
    let metadata: Claims =
        metadata.map(|entry| (entry.key.clone(), URL_SAFE_NO_PAD.encode(&entry.value).into())).collect();
    if scopes.has(METADATA) && !metadata.is_empty() {
        claims.insert(METADATA.to_owned(), metadata.into());
    }
    let mut organizations = scopes.after(ORGANIZATION);
    let is_of_organization = organizations.any(|id| id == &*user.profile.resource_owner);
    if (scopes.has(RESOURCE_OWNER) || is_of_organization)
        && let Some(owner) = zitadel.organization(&user.profile.resource_owner)
    {
        for (member, value) in [("id", &*owner.id), ("name", &owner.name), ("primary_domain", owner.primary_domain())] {
            claims.insert(format!("{RESOURCE_OWNER}:{member}"), value.into());
        }
    }
    if is_of_organization {
        claims.insert(ORGANIZATION.trim_end_matches(':').to_owned(), (*user.profile.resource_owner).into());
    }
    for domain in scopes.after(DOMAIN) {
        claims.insert(DOMAIN.trim_end_matches(':').to_owned(), domain.into());
    }
    claims
}

/// The user's roles. `asking` is the project of the client that asks; `all` whether all of that project's are told.
pub fn roles(zitadel: &Zitadel, user: &User, scopes: Scopes<'_>, asking: Option<&str>, all: bool) -> Claims {
    const START: &str = "urn:zitadel:iam:org:project";
    let is_asked = scopes.has(PROJECTS_ROLES);
    let named: Vec<_> = scopes.after(PROJECT_ROLE).collect();
    let mut claims = Claims::new();
    let mut tell = |project: &str, fits: &dyn Fn(&str) -> bool| {
        let roles = roles_in(zitadel, user, project, fits);
        if !roles.is_empty() {
            if asking == Some(project) {
                claims.insert(format!("{START}:roles"), roles.clone().into());
            }
            claims.insert(format!("{START}:{project}:roles"), roles.into());
        }
    };
    for project in scopes.audience().filter(|project| is_asked && Some(*project) != asking) {
        tell(project, &|_| true);
    }
    if let Some(project) = asking {
        let is_asked = is_asked && scopes.audience().any(|audience| audience == project);
        tell(project, &|role| all || is_asked || named.contains(&role));
    }
    claims
}

/// The user's roles in a project: for each the organisations that gave it, with their primary domains.
fn roles_in(zitadel: &Zitadel, user: &User, project: &str, fits: &dyn Fn(&str) -> bool) -> Claims {
    let mut roles = Claims::new();
    for grant in zitadel.active_grants(&user.profile.user_id, project) {
        let organization = zitadel.organization(&grant.resource_owner);
        let domain = organization.as_ref().map_or("", |organization| organization.primary_domain());
        for role in grant.roles.iter().filter(|role| fits(role)) {
            let given = roles.entry(role.clone()).or_insert_with(|| json!({}));
            given[&*grant.resource_owner] = domain.into();
        }
    }
    roles
}
