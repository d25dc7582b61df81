//! What users granted applications.

use serde::Serialize;

use super::super::operations::{ClientGrants, Page};
use super::super::record::{AllowedScope, Consent};
use crate::protocol::Reply;

#[derive(Serialize)]
struct ConsentBody<'a> {
    id: &'a str,
    client_id: &'a str,
    creation_time: i64,
    scopes: &'a [AllowedScope],
}

/// Consents as a list shows them.
pub(in super::super) fn consents(page: &Page<Consent>) -> Reply {
    super::page(page, |consent| ConsentBody {
        id: &consent.id,
        client_id: &consent.client_id,
        creation_time: consent.creation_time,
        scopes: &consent.scopes,
    })
}

#[derive(Serialize)]
struct ClientGrantsBody<'a> {
    client_id: &'a str,
    consented: bool,
    refresh_tokens: usize,
    reference_tokens: usize,
    authorization_codes: usize,
}

/// The applications that have something of a user, as a list shows them.
pub(in super::super) fn client_grants(page: &Page<ClientGrants>) -> Reply {
    super::page(page, |grants| ClientGrantsBody {
        client_id: &grants.client_id,
        consented: grants.consented,
        refresh_tokens: grants.refresh_tokens,
        reference_tokens: grants.reference_tokens,
        authorization_codes: grants.authorization_codes,
    })
}
