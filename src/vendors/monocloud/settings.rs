//! What of MonoCloud can be set: which generation of the API answers, and what failed sign-ins block.

use std::sync::Arc;

use super::record::Lockout;
use crate::vendors::{self, Setting};

pub(super) const ERA: Setting = Setting {
    key: "era",
    values: &["seed", "current"],
    form: None,
    what: "which generation of the API is served: the one of the seed pages, or the one of today's clients",
};
pub(super) const LOCKOUT: Setting = Setting {
    key: "lockout",
    values: &["user_account", "ip"],
    form: None,
    what: "what too many failed sign-ins block: the account, or the IP address they come from",
};

pub(super) const LOGIN: Setting = Setting {
    key: "login",
    values: &["page", "hint", "auto"],
    form: None,
    what: "what signs somebody in at the provider: the page alone, a `login_hint` that names a user, or nothing at all",
};

/// The most bytes of what names a user.
const MAX_USER: usize = 1_000;

pub(super) const LOGIN_USER: Setting = Setting {
    key: "login-user",
    values: &[""],
    form: Some(vendors::Form { text: "a user's id or e-mail address", fits: |text| text.len() <= MAX_USER }),
    what: "who is signed in with `login=auto`, by id or e-mail address; if it is not set, the first who may sign in",
};

pub(super) const STRICT_DOORS: Setting = Setting {
    key: "strict-doors",
    values: &["false", "true"],
    form: None,
    what: "whether a blocked user is also refused where no credentials are tried, such as by a session or a token",
};

/// What signs somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    /// The page.
    Page,
    /// A hint is enough.
    Hint,
    /// Nothing is needed: it is the first user who may enter.
    Auto,
}

/// A generation of the API: another view of the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Seed,
    Current,
}

/// The settings as they were chosen.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) era: Era,
    pub(super) lockout: Lockout,
    pub(super) login: Login,
    /// Who is signed in where nothing is needed; the first user who may enter, if it is empty.
    pub(super) login_user: Arc<str>,
    /// Whether a blocked user is kept out by every door.
    pub(super) strict_doors: bool,
    /// The issuer, if it does not follow from each request.
    pub(super) issuer: Option<Arc<str>>,
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
            login: match settings.get(&LOGIN) {
                "hint" => Login::Hint,
                "auto" => Login::Auto,
                _ => Login::Page,
            },
            login_user: settings.get(&LOGIN_USER).into(),
            strict_doors: settings.get(&STRICT_DOORS) == "true",
            issuer: settings.issuer.clone(),
        }
    }
}
