//! Turns what a seed file says of the provider into records: applications, APIs, the first key.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::super::record::{ApiResource, Application, Authorization, Code, Consent, Secret, SigningKey};
use crate::directory::{Directory, Duplicate};
use crate::recent::Recent;
use crate::tokens::Keys;
use crate::vendors::Problems;

/// How old what a seed gives no time is, in epoch seconds: as the seeded people.
const BIRTH: i64 = 1_735_689_600;

/// The end of what does not expire, the end of the year 9999: JavaScript reads a larger number in a state as another.
const NEVER: i64 = 253_402_300_799;

/// A code as the seed file lists it. It does not expire.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedCode {
    pub(super) code: String,
    pub(super) client_id: String,
    pub(super) user_id: String,
    redirect_uri: String,
    scopes: Vec<String>,
}

/// A consent as the seed file lists it. It does not expire.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SeedConsent {
    /// If absent, one that is made of the user and the application.
    id: Option<String>,
    pub(super) user_id: String,
    pub(super) client_id: String,
    scopes: Vec<String>,
    /// The time of the start, if absent.
    creation_time: Option<i64>,
}

impl SeedConsent {
    /// What tells it from others: there is one for a user and an application.
    pub(super) fn key(&self) -> (String, String) {
        (self.user_id.clone(), self.client_id.clone())
    }
}

/// The applications of a seed. Each takes every redirect URI on this machine.
pub(super) fn applications(
    problems: &mut Problems,
    applications: Vec<Application>,
    now: i64,
) -> Option<Directory<Arc<Application>>> {
    let mut records = Vec::with_capacity(applications.len());
    for (index, mut application) in applications.into_iter().enumerate() {
        if application.id.is_empty() {
            problems.add(format!("applications[{index}].id"), "expected an id");
        }
        complete(&mut application.creation_time, &mut application.last_updated, now);
        complete_secrets(&application.id, &mut application.fauxidp.secrets, application.creation_time);
        application.fauxidp.takes_local = true;
        records.push(Arc::new(application));
    }
    problems.directory(records, "applications", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id {id:?}")),
        Duplicate::Alias(never) => match *never {},
    })
}

/// The APIs of a seed.
pub(super) fn api_resources(
    problems: &mut Problems,
    apis: Vec<ApiResource>,
    now: i64,
) -> Option<Directory<Arc<ApiResource>>> {
    let mut records = Vec::with_capacity(apis.len());
    let mut names = BTreeSet::new();
    for (index, mut api) in apis.into_iter().enumerate() {
        let field = |member: &str| format!("apiResources[{index}].{member}");
        if api.id.is_empty() || api.audience.is_empty() {
            problems.add(field("id"), "expected an id and an audience");
        }
        for (at, scope) in api.fauxidp.scopes.iter().enumerate() {
            if !names.insert(scope.name.clone()) {
                problems.add(field(&format!("fauxidp.scopes[{at}].name")), format!("duplicate scope {:?}", scope.name));
            }
        }
        complete(&mut api.creation_time, &mut api.last_updated, now);
        complete_secrets(&api.id, &mut api.fauxidp.secrets, api.creation_time);
        records.push(Arc::new(api));
    }
    problems.directory(records, "apiResources", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id {id:?}")),
        Duplicate::Alias(audience) => ("audience", format!("duplicate audience {audience:?}")),
    })
}

/// The codes of a seed, each of one of its applications and users.
pub(super) fn codes(
    problems: &mut Problems,
    codes: Vec<SeedCode>,
    applications: Option<&Directory<Arc<Application>>>,
    is_user: impl Fn(&str) -> bool,
) -> Recent<Code> {
    let recent = Recent::default();
    for (index, SeedCode { code, client_id, user_id, redirect_uri, scopes }) in codes.into_iter().enumerate() {
        if applications.is_some_and(|applications| applications.get(&client_id).is_none()) {
            problems.add(format!("codes[{index}].client_id"), "unknown application");
        }
        if !is_user(&user_id) {
            problems.add(format!("codes[{index}].user_id"), "unknown user");
        }
        let authorization = Authorization {
            audience: client_id.clone(),
            client_id,
            issuer: String::new(),
            user_id,
            session_id: None,
            scopes,
            auth_time: BIRTH,
            nonce: None,
            defect: None,
        };
        recent.push(Code { code, authorization, redirect_uri, challenge: None, expires: NEVER });
    }
    recent
}

/// The consents of a seed, each of one of its users for one of its applications.
pub(super) fn consents(
    problems: &mut Problems,
    consents: Vec<SeedConsent>,
    applications: Option<&Directory<Arc<Application>>>,
    is_user: impl Fn(&str) -> bool,
    now: i64,
) -> Option<Directory<Arc<Consent>>> {
    let mut records = Vec::with_capacity(consents.len());
    for (index, SeedConsent { id, user_id, client_id, scopes, creation_time }) in consents.into_iter().enumerate() {
        if applications.is_some_and(|applications| applications.get(&client_id).is_none()) {
            problems.add(format!("consents[{index}].client_id"), "unknown application");
        }
        if !is_user(&user_id) {
            problems.add(format!("consents[{index}].user_id"), "unknown user");
        }
        let id = id.unwrap_or_else(|| format!("{user_id}-{client_id}"));
        let creation_time = creation_time.unwrap_or(now);
        let mut consent = Consent { id, user_id, client_id, creation_time, scopes: Vec::new() };
        consent.decide(&[], &scopes, 0, creation_time);
        records.push(Arc::new(consent));
    }
    problems.directory(records, "consents", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id {id:?}")),
        Duplicate::Alias(alias) => ("user_id", format!("duplicate {alias}")),
    })
}

/// A record without times is as old as the server.
fn complete(created: &mut i64, updated: &mut i64, now: i64) {
    if *created == 0 {
        *created = now;
    }
    *updated = (*updated).max(*created);
}

fn complete_secrets(owner: &str, secrets: &mut [Secret], created: i64) {
    for (number, secret) in secrets.iter_mut().enumerate() {
        if secret.id.is_empty() {
            secret.id = format!("{owner}-secret-{}", number + 1);
        }
        complete(&mut secret.creation_time, &mut secret.last_updated, created);
    }
}

/// The key that signs at first, as old as the seeded people: the pinned one, if there is one.
pub(super) fn signing_keys(keys: &Keys, pinned: Option<usize>) -> Directory<SigningKey> {
    let index = keys.next_index().expect("no key of a new world is in use");
    Directory::new(vec![SigningKey::new(pinned.unwrap_or(index), BIRTH)]).expect("there is one")
}
