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
    form: Some(vendors::Form {
        text: "a user's id, login name or e-mail address",
        fits: |text| text.len() <= MAX_USER,
    }),
    what: "who is signed in with `login=auto`, by id, login name or address; if it is not set, the first who may",
};

pub(super) const STRICT_DOORS: Setting = Setting {
    key: "strict-doors",
    values: &["false", "true"],
    form: None,
    what: "whether a user who is kept out is also refused where the vendor looks at the session alone",
};

pub(super) const DENY_LIST: Setting = Setting {
    key: "deny-list",
    values: &["vendor", "none"],
    form: None,
    what: "which URLs of logouts the API refuses: those on this machine and in private networks, or none",
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

/// The settings as they were chosen.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) version: Version,
    pub(super) lag: Lag,
    pub(super) login: Login,
    /// Whether URLs on this machine and in private networks are refused.
    pub(super) denies_hosts: bool,
    /// Who is signed in where nothing is needed; the first user who may enter, if it is empty.
    pub(super) login_user: Arc<str>,
    /// Whether a session from before is worth nothing while its user is kept out.
    pub(super) strict_doors: bool,
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
            login: match settings.get(&LOGIN) {
                "hint" => Login::Hint,
                "auto" => Login::Auto,
                _ => Login::Page,
            },
            denies_hosts: settings.get(&DENY_LIST) != "none",
            login_user: settings.get(&LOGIN_USER).into(),
            strict_doors: settings.get(&STRICT_DOORS) == "true",
            issuer: settings.issuer.clone(),
        }
    }
}
