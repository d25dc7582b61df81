//! MonoCloud in one world: what calls can change, and what no call does. Knows no call.

use std::sync::Arc;

use hashbrown::HashMap;
use serde::Deserialize;
use uuid::Uuid;

use super::record::{
    ApiResource, Application, Code, Consent, DeviceCode, Door, Group, KeptOut, PushedRequest, ReferenceToken,
    RefreshToken, SigningKey, User,
};
use super::settings::Settings;
use crate::collections::collections;
use crate::context::WorldContext;
use crate::directory::Directory;
use crate::ids::Reservation;
use crate::recent::Recent;

/// The vendor's name in paths, settings and faults.
pub(super) const NAME: &str = "monocloud";

/// MonoCloud in one world. A clone is the same one.
#[derive(Clone)]
pub(super) struct MonoCloud {
    pub(super) state: Arc<State>,
    pub(super) keys: Arc<Keys>,
    pub(super) settings: Settings,
    pub(super) context: WorldContext,
}

collections! {
    /// What calls can change.
    pub(super) struct State {
        users: Directory<User>,
        groups: Directory<Group>,
        applications: Directory<Arc<Application>>,
        api_resources: Directory<Arc<ApiResource>>,
        signing_keys: Directory<SigningKey>,
        codes: Recent<Code>,
        refresh_tokens: Recent<RefreshToken>,
        reference_tokens: Recent<ReferenceToken>,
        device_codes: Recent<DeviceCode>,
        pushed_requests: Recent<PushedRequest>,
        consents: Directory<Arc<Consent>>,
    }
}

impl MonoCloud {
    /// The world's time in epoch seconds, as this vendor shows it.
    pub(super) fn now(&self) -> i64 {
        self.context.clock.now().as_second()
    }

    /// Whether a user may enter by that door now, as strictly as the world is set up.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn may_enter(&self, user: &User, door: Door) -> Result<(), KeptOut> {
        user.may_enter(door, self.now(), self.settings.strict_doors)
    }
}

/// A UUID as the vendor makes them.
pub(super) fn new_uuid(ids: &mut Reservation<'_>) -> Uuid {
    uuid::Builder::from_random_bytes(ids.bytes()).into_uuid()
}

/// A key as the seed file lists it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    /// The value of the header `X-API-KEY`.
    pub(super) key: String,
    /// What it may do.
    #[serde(default)]
    pub(super) may: Right,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum Right {
    /// Everything, as every key of the real service.
    #[default]
    All,
    /// Reads only; a write is 403. The real service publishes no such key.
    Read,
}

/// The keys of the seed file.
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

    /// The first key with all permissions; empty if there is none.
    pub(super) fn first_full(&self) -> &str {
        &self.first_full
    }

    /// What a key may do, if there is such a key.
    pub(super) fn right(&self, key: &str) -> Option<Right> {
        self.rights.get(key).copied()
    }
}
