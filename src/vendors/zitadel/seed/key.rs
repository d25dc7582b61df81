//! A key in a seed file of ZITADEL: of a machine or of an application. Knows neither.

use serde::Deserialize;

use super::super::auth::keys;

/// A key, with or without the private part that its holder signs with.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedKey {
    pub(super) id: String,
    /// The private part.
    pub(super) key: Option<String>,
    public_key: Option<String>,
}

impl SeedKey {
    /// The public part, if there is one.
    pub(super) fn public(&self) -> Option<String> {
        let of_private = || self.key.as_deref().and_then(keys::public_of_private);
        self.public_key.clone().or_else(of_private)
    }
}
