//! The keys that sign MonoCloud's tokens: one signs, those before it still verify. Pure.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::directory::Record;
use crate::ids::hex;
use crate::tokens::{Keys, PublicKey, TestKey};

/// A signing key. Times are epoch seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Stored")]
pub(in super::super) struct SigningKey {
    /// Its id in the key set.
    pub(in super::super) id: String,
    /// Its index in the pool of test keys.
    pub(in super::super) index: usize,
    pub(in super::super) creation_time: i64,
    /// When another one began to sign.
    pub(in super::super) rotation_date: Option<i64>,
}

/// As a state has it: the key may not be in the pool.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    id: String,
    index: usize,
    creation_time: i64,
    rotation_date: Option<i64>,
}

impl TryFrom<Stored> for SigningKey {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { id, index, creation_time, rotation_date } = stored;
        Keys::at(index).ok_or_else(|| format!("there is no test key {index}"))?;
        Ok(Self { id, index, creation_time, rotation_date })
    }
}

impl SigningKey {
    /// The key of that index, which signs from `now` on.
    pub(in super::super) fn new(index: usize, now: i64) -> Self {
        let mut key = Self { id: String::new(), index, creation_time: now, rotation_date: None };
        key.id = id_of(key.key().key().public());
        key
    }

    /// The key pair.
    pub(in super::super) fn key(&self) -> &'static TestKey {
        Keys::at(self.index).expect("it was checked when the key was read")
    }

    /// Whether it signs.
    pub(in super::super) fn is_current(&self) -> bool {
        self.rotation_date.is_none()
    }
}

/// The id of a key: the same in every world.
fn id_of(key: &PublicKey) -> String {
    hex(&Sha256::digest(key.to_pem())[..16])
}

impl Record for SigningKey {
    type Alias = Infallible;

    fn key(&self) -> &str {
        &self.id
    }
}
