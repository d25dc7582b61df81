//! What of ZITADEL can be set: which release answers, by which name, and how far its reads trail its writes.

mod lag;
mod version;

use std::sync::Arc;

use crate::vendors::{self, Setting};

pub(super) use lag::{LAG, Lag};
pub(super) use version::Version;

pub(super) const VERSION: Setting = Setting {
    key: "version",
    values: &["main", "4.13"],
    form: None,
    what: "which release is served: the head of development of July 2026, or v4.13.1",
};

/// The settings as they were chosen.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) version: Version,
    pub(super) lag: Lag,
    /// Its issuer, if it does not follow from each request.
    pub(super) issuer: Option<Arc<str>>,
}

impl From<&vendors::Settings> for Settings {
    fn from(settings: &vendors::Settings) -> Self {
        Self {
            version: match settings.get(&VERSION) {
                "4.13" => Version::V4_13,
                _ => Version::Main,
            },
            lag: Lag::parse(settings.get(&LAG)).unwrap_or(Lag::Off),
            issuer: settings.issuer.clone(),
        }
    }
}
