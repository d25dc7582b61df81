//! What users granted applications, as administrators see it: consents, and how many tokens and codes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use serde::Deserialize;

use super::lists::{Page, PageRequest};
use super::revocation::{forget, forget_consents};
use super::users::get_user;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::Consent;
use crate::vendors::monocloud::state::MonoCloud;

/// What consents can be sorted by.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum ConsentField {
    CreationTime,
}

/// The consents of a user that have not expired, in the order in which they were given.
fn consents_of(monocloud: &MonoCloud, user_id: &str) -> Vec<Consent> {
    let now = monocloud.now();
    let all = monocloud.state.consents.snapshot();
    all.iter().filter(|consent| consent.user_id == user_id).filter_map(|consent| consent.living(now)).collect()
}

/// A page of what a user allowed applications, all of them or one.
pub(in super::super) fn list_consents(
    monocloud: &MonoCloud,
    user_id: &str,
    client_id: Option<&str>,
    request: PageRequest<ConsentField>,
) -> Result<Page<Consent>, Error> {
    get_user(monocloud, user_id)?;
    let consents = consents_of(monocloud, user_id);
    let fitting = consents.iter().filter(|consent| client_id.is_none_or(|id| consent.client_id == id));
    Ok(Page::of(fitting, request, |consent, ConsentField::CreationTime| consent.creation_time.into()))
}

/// Takes back what a user allowed an application. What it has already lives on.
pub(in super::super) fn revoke_consent(monocloud: &MonoCloud, user_id: &str, id: &str) -> Result<(), Error> {
    get_user(monocloud, user_id)?;
    let own = consents_of(monocloud, user_id).into_iter().any(|consent| consent.id == id);
    let removed = own.then(|| monocloud.state.consents.remove(id, |_| Ok::<_, Infallible>(())));
    match removed {
        Some(Ok(())) => Ok(()),
        _ => Err(Error::ConsentNotFound),
    }
}

/// The list of applications takes no order.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in super::super) enum NoField {}

/// What an application has of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct ClientGrants {
    pub(in super::super) client_id: String,
    pub(in super::super) consented: bool,
    pub(in super::super) refresh_tokens: usize,
    pub(in super::super) reference_tokens: usize,
    pub(in super::super) authorization_codes: usize,
}

/// What each application has of a user that still counts, by the applications' ids.
fn grants_of(monocloud: &MonoCloud, user_id: &str) -> BTreeMap<String, ClientGrants> {
    let (state, now) = (&monocloud.state, monocloud.now());
    let mut found: BTreeMap<String, ClientGrants> = BTreeMap::new();
    let mut of = |client_id: &str, count: fn(&mut ClientGrants)| {
        let client_id = client_id.to_owned();
        let grants = found
            .entry(client_id)
            .or_insert_with_key(|client_id| ClientGrants { client_id: client_id.clone(), ..ClientGrants::default() });
        count(grants);
    };
    for consent in consents_of(monocloud, user_id) {
        of(&consent.client_id, |grants| grants.consented = true);
    }
    for token in state.refresh_tokens.snapshot().iter().filter(|token| !token.is_used && now < token.expires) {
        if token.authorization.user_id == user_id {
            of(&token.authorization.client_id, |grants| grants.refresh_tokens += 1);
        }
    }
    for token in state.reference_tokens.snapshot().iter().filter(|token| now < token.expires) {
        if token.user_id.as_deref() == Some(user_id) {
            of(&token.client_id, |grants| grants.reference_tokens += 1);
        }
    }
    for code in state.codes.snapshot().iter().filter(|code| now < code.expires) {
        if code.authorization.user_id == user_id {
            of(&code.authorization.client_id, |grants| grants.authorization_codes += 1);
        }
    }
    found
}

/// A page of the applications that have something of a user.
pub(in super::super) fn list_client_grants(
    monocloud: &MonoCloud,
    user_id: &str,
    request: PageRequest<NoField>,
) -> Result<Page<ClientGrants>, Error> {
    get_user(monocloud, user_id)?;
    let found = grants_of(monocloud, user_id);
    Ok(Page::of(found.values(), request, |_, never| match never {}))
}

/// Takes everything back that an application has of a user: the consent, codes, refresh and reference tokens.
pub(in super::super) fn revoke_client_grant(
    monocloud: &MonoCloud,
    user_id: &str,
    client_id: &str,
) -> Result<(), Error> {
    get_user(monocloud, user_id)?;
    if !grants_of(monocloud, user_id).contains_key(client_id) {
        return Err(Error::GrantsNotFound);
    }
    forget(monocloud, user_id, Some(client_id));
    forget_consents(monocloud, user_id, Some(client_id));
    Ok(())
}
