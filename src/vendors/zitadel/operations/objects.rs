//! What the operations on ZITADEL's organisations, projects, applications and grants share: what a write answers, new
//! ids and secrets.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::record::{Details, Gone};
use super::super::state::Zitadel;
use crate::ids::Stream;
use crate::passwords::PasswordHash;

/// What a write answers: the last event of the aggregate, and whose it is. Where nothing was ever written, it is 0.
#[derive(Debug)]
pub struct Receipt {
    pub sequence: u64,
    pub at: Timestamp,
    pub resource_owner: Arc<str>,
}

impl Receipt {
    /// The last of these events.
    pub fn new(events: &Details, resource_owner: &Arc<str>) -> Self {
        Self { sequence: events.sequence, at: events.change_date, resource_owner: Arc::clone(resource_owner) }
    }

    /// The removal of what is gone already.
    pub fn again(gone: Gone) -> Self {
        Self { sequence: gone.sequence, at: gone.at, resource_owner: gone.resource_owner.into() }
    }

    /// What is remembered of the removal that it answers.
    pub fn gone(&self, key: String) -> Gone {
        Gone { key, sequence: self.sequence, at: self.at, resource_owner: self.resource_owner.to_string() }
    }
}

/// Whether the caller may do something to an object.
pub type Permit<'a, T> = &'a dyn Fn(&T) -> Result<(), super::super::error::Error>;

/// A new secret, and as it is kept.
pub(super) fn new_secret(zitadel: &Zitadel) -> (String, PasswordHash) {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let value = zitadel.context.ids.letters(Stream::Secrets, LETTERS, 64);
    let hash = PasswordHash::of(&value, zitadel.context.ids.bytes(Stream::Salts));
    (value, hash)
}
