//! Sessions, addresses that are blocked, and linked accounts.

use http::StatusCode;
use serde::Serialize;

use super::super::error::Error;
use super::super::operations::Page;
use super::super::record::{Address, ExternalAuthenticator, Session, SessionMetadata};
use super::super::settings::Era;
use super::super::state::MonoCloud;
use super::{Body, text};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, word};

/// A session; the key is shown by the seeds' generation alone.
#[derive(Serialize)]
struct SessionBody<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_key: Option<&'a Option<String>>,
    client_ids: &'a [String],
    initiated_at: i64,
    expires_at: i64,
    last_updated: i64,
    last_metadata: &'a SessionMetadata,
}

fn session_body(era: Era, session: &Session) -> SessionBody<'_> {
    SessionBody {
        session_id: &session.session_id,
        session_key: (era == Era::Seed).then_some(&session.session_key),
        client_ids: &session.client_ids,
        initiated_at: session.initiated_at,
        expires_at: session.expires_at,
        last_updated: session.last_updated,
        last_metadata: &session.last_metadata,
    }
}

/// One session.
pub(in super::super) fn session(monocloud: &MonoCloud, session: &Session) -> Reply {
    Reply::of(StatusCode::OK, &session_body(monocloud.settings.era, session))
}

/// Sessions as a list shows them.
pub(in super::super) fn sessions(monocloud: &MonoCloud, page: &Page<Session>) -> Reply {
    super::page(page, |session| session_body(monocloud.settings.era, session))
}

/// An address, with the figures under the names of one of the generations.
#[derive(Serialize)]
struct AddressBody<'a> {
    ip: &'a str,
    failure_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in_attempts_count: Option<u32>,
    block_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_attempt: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in_attempt: Option<i64>,
}

/// Blocked addresses as a list shows them.
pub(in super::super) fn addresses(monocloud: &MonoCloud, page: &Page<Address>) -> Reply {
    let seed_era = monocloud.settings.era == Era::Seed;
    super::page(page, |address| AddressBody {
        ip: &address.ip,
        failure_count: address.failure_count,
        login_count: seed_era.then_some(address.login_count),
        sign_in_attempts_count: (!seed_era).then_some(address.login_count + address.failure_count),
        block_until: address.block_until,
        last_login_attempt: seed_era.then_some(address.last_login_attempt),
        last_sign_in_attempt: (!seed_era).then_some(address.last_login_attempt),
    })
}

/// How it is named.
pub(in super::super) const UNBLOCK_IP: &[&[Member]] = &[&[text("ip_address").required()]];

/// The address that is to be let in again, or `all`.
pub(in super::super) fn unblock_ip(call: &Call) -> Result<String, Error> {
    let mut body = Body::of(call)?;
    let ip = body.required("ip_address");
    let is_ip = ip == "all" || ip.parse::<std::net::IpAddr>().is_ok();
    if body.errors.is_empty() && !is_ip {
        body.reject::<()>("ip_address", "The value is not an IP address.");
    }
    body.finish(ip)
}

/// How a linked account is named.
pub(in super::super) const DISCONNECT: &[&[Member]] =
    &[&[word("authenticator", AUTHENTICATORS).required(), text("provider_user_id").required()]];

/// The services at which an account can be linked.
const AUTHENTICATORS: &[&str] =
    &["google", "apple", "facebook", "microsoft", "github", "gitlab", "discord", "twitter", "linkedin", "xero"];

/// The linked account that is to be parted: the service, and the id there.
pub(in super::super) fn disconnect(call: &Call) -> Result<(ExternalAuthenticator, String), Error> {
    let mut body = Body::of(call)?;
    let word = body.required("authenticator");
    let id = body.required("provider_user_id");
    match serde_json::from_value(serde_json::Value::String(word)) {
        Ok(authenticator) => body.finish((authenticator, id)),
        Err(_) => {
            if body.errors.iter().all(|(member, _)| *member != "authenticator") {
                body.reject::<()>("authenticator", "The value is not an external authenticator.");
            }
            Err(Error::Invalid(body.errors))
        }
    }
}
