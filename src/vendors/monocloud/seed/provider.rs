//! Turns what a seed file says of the provider into records: applications, APIs, the first key.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::super::record::{ApiResource, Application, Authorization, Code, Secret, SigningKey};
use crate::directory::{Directory, Duplicate};
use crate::recent::Recent;
use crate::tokens::Keys;
use crate::vendors::SeedError;

/// How old what a seed gives no time is, in epoch seconds: as the seeded people.
const BIRTH: i64 = 1_735_689_600;

/// The end of what does not expire, the end of the year 9999: JavaScript reads a larger number in a state as another.
const NEVER: i64 = 253_402_300_799;

/// A code as the seed file lists it. It does not expire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedCode {
    code: String,
    client_id: String,
    user_id: String,
    redirect_uri: String,
    scopes: Vec<String>,
}

/// The applications of a seed. Each takes every redirect URI on this machine.
pub(super) fn applications(
    seed: &str,
    applications: Vec<Application>,
    now: i64,
) -> Result<Directory<Arc<Application>>, SeedError> {
    let mut records = Vec::with_capacity(applications.len());
    for (index, mut application) in applications.into_iter().enumerate() {
        if application.id.is_empty() {
            let field = format!("applications[{index}].id");
            return Err(SeedError::about(seed, &application.client_name, &field, "expected an id"));
        }
        complete(&mut application.creation_time, &mut application.last_updated, now);
        complete_secrets(&application.id, &mut application.fauxidp.secrets, application.creation_time);
        application.fauxidp.takes_local = true;
        records.push(Arc::new(application));
    }
    Directory::new(records).map_err(|duplicate| match duplicate {
        Duplicate::Key(id) => SeedError::about(seed, &id, "applications", format!("duplicate id {id:?}")),
        Duplicate::Alias(never) => match never {},
    })
}

/// The APIs of a seed.
pub(super) fn api_resources(
    seed: &str,
    apis: Vec<ApiResource>,
    now: i64,
) -> Result<Directory<Arc<ApiResource>>, SeedError> {
    let mut records = Vec::with_capacity(apis.len());
    let mut names = BTreeSet::new();
    for (index, mut api) in apis.into_iter().enumerate() {
        let wrong = |field: &str, value: &str, message: String| {
            SeedError::about(seed, value, &format!("apiResources[{index}].{field}"), message)
        };
        if api.id.is_empty() || api.audience.is_empty() {
            return Err(wrong("id", &api.audience, "expected an id and an audience".to_owned()));
        }
        if let Some(scope) = api.fauxidp.scopes.iter().find(|scope| !names.insert(scope.name.clone())) {
            return Err(wrong("fauxidp.scopes", &scope.name, format!("duplicate scope {:?}", scope.name)));
        }
        complete(&mut api.creation_time, &mut api.last_updated, now);
        complete_secrets(&api.id, &mut api.fauxidp.secrets, api.creation_time);
        records.push(Arc::new(api));
    }
    Directory::new(records).map_err(|duplicate| match duplicate {
        Duplicate::Key(id) => SeedError::about(seed, &id, "apiResources", format!("duplicate id {id:?}")),
        Duplicate::Alias(audience) => {
            SeedError::about(seed, &audience, "apiResources", format!("duplicate audience {audience:?}"))
        }
    })
}

/// The codes of a seed, each of one of its applications and users.
pub(super) fn codes(
    seed: &str,
    codes: Vec<SeedCode>,
    applications: &Directory<Arc<Application>>,
    is_user: impl Fn(&str) -> bool,
) -> Result<Recent<Code>, SeedError> {
    let recent = Recent::default();
    for (index, SeedCode { code, client_id, user_id, redirect_uri, scopes }) in codes.into_iter().enumerate() {
        let wrong = |field: &str, value: &str, message: &str| {
            Err(SeedError::about(seed, value, &format!("codes[{index}].{field}"), message))
        };
        if applications.get(&client_id).is_none() {
            return wrong("client_id", &client_id, "unknown application");
        }
        if !is_user(&user_id) {
            return wrong("user_id", &user_id, "unknown user");
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
    Ok(recent)
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
