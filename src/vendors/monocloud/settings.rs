//! What of MonoCloud can be set: which generation of the API answers, and what failed sign-ins block.

use super::record::Lockout;
use crate::vendors::{self, Setting};

pub(super) const ERA: Setting = Setting {
    key: "era",
    values: &["seed", "current"],
    what: "which generation of the API is served: the one of the seed pages, or the one of today's clients",
};
pub(super) const LOCKOUT: Setting = Setting {
    key: "lockout",
    values: &["user_account", "ip"],
    what: "what too many failed sign-ins block: the account, or the IP address they come from",
};

/// A generation of the API: another view of the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Seed,
    Current,
}

/// The settings as they were chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) era: Era,
    pub(super) lockout: Lockout,
}

impl From<&vendors::Settings> for Settings {
    fn from(settings: &vendors::Settings) -> Self {
        Self {
            era: match settings.get(&ERA) {
                "current" => Era::Current,
                _ => Era::Seed,
            },
            lockout: match settings.get(&LOCKOUT) {
                "ip" => Lockout::Ip,
                _ => Lockout::UserAccount,
            },
        }
    }
}
