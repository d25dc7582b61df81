//! Where MonoCloud's credential stands, and which count.

use hashbrown::HashMap;
use http::Method;
use serde::Deserialize;

use super::error::Error;
use crate::protocol::Call;
use crate::protocol::credential::API_KEY;

/// A key as the seed file lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    /// The value of the header `X-API-KEY`.
    pub(super) key: String,
    /// What it may do.
    pub(super) may: Right,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Right {
    /// Everything, as every key of the real service.
    All,
    /// Reads only; a write is 403. The real service publishes no such key.
    Read,
}

/// The keys of a world.
#[derive(Debug)]
pub(super) struct Keys {
    rights: HashMap<String, Right>,
    first_full: String,
}

impl Keys {
    /// The keys of a seed file.
    pub(super) fn new(keys: Vec<Key>) -> Self {
        let full = keys.iter().find(|key| key.may == Right::All);
        Self {
            first_full: full.map(|key| key.key.clone()).unwrap_or_default(),
            rights: keys.into_iter().map(|key| (key.key, key.may)).collect(),
        }
    }

    /// The first key that may do everything; empty if there is none.
    pub(super) fn first_full(&self) -> &str {
        &self.first_full
    }

    /// Whether the call carries a key that there is.
    pub(super) fn knows(&self, call: &Call) -> bool {
        call.header(&API_KEY).is_some_and(|key| self.rights.contains_key(key))
    }

    /// Checks the call's key: before the user is looked for and before the body is read.
    pub(super) fn admit(&self, call: &Call) -> Result<(), Error> {
        let key = call.header(&API_KEY).filter(|key| !key.is_empty()).ok_or(Error::MissingKey)?;
        match self.rights.get(key).ok_or(Error::UnknownKey)? {
            Right::Read if call.method() != Method::GET => Err(Error::ReadOnlyKey),
            Right::All | Right::Read => Ok(()),
        }
    }
}
