//! What was issued to a user, or allowed by one, and is not any more.

use std::convert::Infallible;

use crate::vendors::monocloud::state::MonoCloud;

/// Forgets the codes, refresh tokens and reference tokens of a user, of all applications or of one.
pub(super) fn forget(monocloud: &MonoCloud, user_id: &str, client_id: Option<&str>) {
    let state = &monocloud.state;
    let is_meant = |user: Option<&str>, client: &str| user == Some(user_id) && client_id.is_none_or(|id| client == id);
    state.codes.retain(|code| !is_meant(Some(&code.authorization.user_id), &code.authorization.client_id));
    state.refresh_tokens.retain(|token| !is_meant(Some(&token.authorization.user_id), &token.authorization.client_id));
    state.reference_tokens.retain(|token| !is_meant(token.user_id.as_deref(), &token.client_id));
}

/// Forgets what a user allowed, all applications or one.
pub(super) fn forget_consents(monocloud: &MonoCloud, user_id: &str, client_id: Option<&str>) {
    let all = monocloud.state.consents.snapshot();
    let own = all.iter().filter(|consent| consent.user_id == user_id);
    for consent in own.filter(|consent| client_id.is_none_or(|id| consent.client_id == id)) {
        let _ = monocloud.state.consents.remove(&consent.id, |_| Ok::<_, Infallible>(()));
    }
}
