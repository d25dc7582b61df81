//! jitsudo's settings, and what they decide. Knows neither records nor bodies.

use crate::vendors::{Setting, Settings};

// One setting for each behaviour that is not published; the default is what the sheet assumes.
const SUSPEND_OWNER: Setting =
    setting("suspend-owner", &["forbidden", "conflict", "allowed"], "suspending the tenant's owner");
const SUSPEND_SELF: Setting = setting("suspend-self", &["allowed", "forbidden"], "suspending oneself");
const SUSPEND_REPEAT: Setting =
    setting("suspend-repeat", &["ok", "conflict"], "setting the state that the user already has");
const SUSPENDED_TOKEN: Setting =
    setting("suspended-token", &["refused", "works"], "a call with a suspended user's token");
const OTHER_TENANT: Setting = setting("other-tenant", &["404", "403"], "a user id of another tenant");
const MISSING_TENANT: Setting = setting("missing-tenant", &["400", "401", "403"], "a call without X-Tenant-ID");
const MALFORMED_ID: Setting = setting("malformed-id", &["400", "404"], "a user id that is not a UUID");
const INVALID_STATUS: Setting = setting("invalid-status", &["400", "422"], "the status code for invalid input");
const UNSET_AVATAR: Setting = setting("unset-avatar", &["null", "absent"], "how a user without an avatar is shown");
const DELETE_OWNER: Setting =
    setting("delete-owner", &["forbidden", "conflict", "allowed"], "deleting the tenant's owner");
const USERS_API_KEY: Setting = setting("users-api-key", &["refused", "accepted"], "an API key on user operations");
const LIMIT_ABOVE: Setting = setting("limit-above", &["400", "250"], "a `limit` above 250: refused, or lowered to 250");
const UNKNOWN_ROLE: Setting = setting("unknown-role", &["refused", "accepted"], "a role other than `user` and `admin`");
const ERROR_CODES: Setting = setting(
    "error-codes",
    &["described", "usual"],
    "undocumented error codes: worded as the responses are described, or `unauthorized` and `validation_error`",
);
const TIMESTAMP_DIGITS: Setting =
    setting("timestamp-digits", &["seconds", "microseconds"], "the precision of timestamps");

const SECOND_FACTOR: Setting =
    setting("second-factor", &["optional", "required"], "whether a sign-in with a password requires a second factor");
const STRICT_DOORS: Setting = setting(
    "strict-doors",
    &["false", "true"],
    "whether a suspended user is refused by every door, whatever `suspended-token` says",
);

/// All settings, in the order in which they are listed.
pub(super) const ALL: &[Setting] = &[
    SUSPEND_OWNER,
    SUSPEND_SELF,
    SUSPEND_REPEAT,
    SUSPENDED_TOKEN,
    OTHER_TENANT,
    MISSING_TENANT,
    MALFORMED_ID,
    INVALID_STATUS,
    UNSET_AVATAR,
    DELETE_OWNER,
    USERS_API_KEY,
    LIMIT_ABOVE,
    UNKNOWN_ROLE,
    ERROR_CODES,
    TIMESTAMP_DIGITS,
    SECOND_FACTOR,
    STRICT_DOORS,
];

const fn setting(key: &'static str, values: &'static [&'static str], what: &'static str) -> Setting {
    Setting { key, values, form: None, what }
}

/// What the settings decide.
#[derive(Debug)]
pub(super) struct Behaviour {
    pub(super) suspend_owner: Ruling,
    pub(super) suspend_oneself: Ruling,
    pub(super) suspend_repeat: Ruling,
    pub(super) suspended_token_works: bool,
    pub(super) other_tenant_is_forbidden: bool,
    pub(super) missing_tenant_status: u16,
    pub(super) malformed_id_is_missing: bool,
    pub(super) invalid_status: u16,
    pub(super) unset_avatar_is_absent: bool,
    pub(super) delete_owner: Ruling,
    pub(super) users_accept_keys: bool,
    pub(super) limit_is_clamped: bool,
    pub(super) any_role: bool,
    pub(super) usual_codes: bool,
    pub(super) microseconds: bool,
    pub(super) second_factor_required: bool,
}

/// The answer to a change, if it is not published whether the change is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    Allowed,
    Forbidden,
    Conflict,
}

impl Behaviour {
    pub(super) fn new(settings: &Settings) -> Self {
        let ruling = |setting: &'static Setting| match settings.get(setting) {
            "forbidden" => Ruling::Forbidden,
            "conflict" => Ruling::Conflict,
            _ => Ruling::Allowed,
        };
        let status = |setting: &'static Setting| settings.get(setting).parse().expect("the values are numbers");
        Self {
            suspend_owner: ruling(&SUSPEND_OWNER),
            suspend_oneself: ruling(&SUSPEND_SELF),
            suspend_repeat: ruling(&SUSPEND_REPEAT),
            suspended_token_works: settings.get(&SUSPENDED_TOKEN) == "works" && settings.get(&STRICT_DOORS) != "true",
            other_tenant_is_forbidden: settings.get(&OTHER_TENANT) == "403",
            missing_tenant_status: status(&MISSING_TENANT),
            malformed_id_is_missing: settings.get(&MALFORMED_ID) == "404",
            invalid_status: status(&INVALID_STATUS),
            unset_avatar_is_absent: settings.get(&UNSET_AVATAR) == "absent",
            delete_owner: ruling(&DELETE_OWNER),
            users_accept_keys: settings.get(&USERS_API_KEY) == "accepted",
            limit_is_clamped: settings.get(&LIMIT_ABOVE) == "250",
            any_role: settings.get(&UNKNOWN_ROLE) == "accepted",
            usual_codes: settings.get(&ERROR_CODES) == "usual",
            microseconds: settings.get(&TIMESTAMP_DIGITS) == "microseconds",
            second_factor_required: settings.get(&SECOND_FACTOR) == "required",
        }
    }

    /// The code as it was chosen to be spelled.
    pub(super) fn code<'c>(&self, code: &'c str) -> &'c str {
        match code {
            "unauthenticated" if self.usual_codes => "unauthorized",
            "invalid_input" if self.usual_codes => "validation_error",
            code => code,
        }
    }
}
