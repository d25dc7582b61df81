//! ZITADEL's policies: of signing in, and of locking users out. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::details::Details;

/// A policy of an organisation or of the instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy<T> {
    pub details: Details,
    pub rules: T,
}

/// After how many failed checks in a row a user is locked; 0 is never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LockoutPolicy {
    pub max_password_attempts: u32,
    pub max_otp_attempts: u32,
}

/// What a password has to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ComplexityPolicy {
    pub min_length: u64,
    pub has_uppercase: bool,
    pub has_lowercase: bool,
    pub has_number: bool,
    pub has_symbol: bool,
}

impl LockoutPolicy {
    /// What events say of it.
    pub fn said(&self) -> Value {
        json!({ "maxPasswordAttempts": self.max_password_attempts, "maxOTPAttempts": self.max_otp_attempts })
    }
}

impl ComplexityPolicy {
    /// What events say of it.
    pub fn said(&self) -> Value {
        json!({
            "minLength": self.min_length,
            "hasUppercase": self.has_uppercase,
            "hasLowercase": self.has_lowercase,
            "hasNumber": self.has_number,
            "hasSymbol": self.has_symbol,
        })
    }

    /// The lengths that a policy can ask for.
    pub const LENGTHS: std::ops::RangeInclusive<u64> = 1..=72;

    /// The vendor's for a new instance.
    pub const INSTANCE: Self =
        Self { min_length: 8, has_uppercase: true, has_lowercase: true, has_number: true, has_symbol: true };
}

/// How people may sign in. Lifetimes are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LoginPolicy {
    pub allow_username_password: bool,
    pub allow_register: bool,
    pub allow_external_idp: bool,
    #[serde(rename = "forceMfa")]
    pub force_mfa: bool,
    #[serde(rename = "forceMfaLocalOnly")]
    pub force_mfa_local_only: bool,
    pub passwordless_type: PasswordlessType,
    pub hide_password_reset: bool,
    pub ignore_unknown_usernames: bool,
    pub default_redirect_uri: String,
    pub password_check_lifetime: u64,
    pub external_login_check_lifetime: u64,
    pub mfa_init_skip_lifetime: u64,
    pub second_factor_check_lifetime: u64,
    pub multi_factor_check_lifetime: u64,
    pub second_factors: Vec<SecondFactor>,
    pub multi_factors: Vec<MultiFactor>,
    pub allow_domain_discovery: bool,
    pub disable_login_with_email: bool,
    pub disable_login_with_phone: bool,
}

/// Whether people may sign in with a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum PasswordlessType {
    #[serde(rename = "PASSWORDLESS_TYPE_NOT_ALLOWED")]
    NotAllowed,
    #[serde(rename = "PASSWORDLESS_TYPE_ALLOWED")]
    Allowed,
}

/// A factor besides a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum SecondFactor {
    #[serde(rename = "SECOND_FACTOR_TYPE_OTP")]
    Otp,
    #[serde(rename = "SECOND_FACTOR_TYPE_U2F")]
    U2f,
    #[serde(rename = "SECOND_FACTOR_TYPE_OTP_EMAIL")]
    OtpEmail,
    #[serde(rename = "SECOND_FACTOR_TYPE_OTP_SMS")]
    OtpSms,
    #[serde(rename = "SECOND_FACTOR_TYPE_RECOVERY_CODES")]
    RecoveryCodes,
}

/// A factor that counts as several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum MultiFactor {
    #[serde(rename = "MULTI_FACTOR_TYPE_U2F_WITH_VERIFICATION")]
    U2fWithVerification,
}

/// The vendor's defaults for a new instance.
impl Default for LoginPolicy {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            allow_username_password: true,
            allow_register: true,
            allow_external_idp: true,
            force_mfa: false,
            force_mfa_local_only: false,
            passwordless_type: PasswordlessType::Allowed,
            hide_password_reset: false,
            ignore_unknown_usernames: false,
            default_redirect_uri: String::new(),
            password_check_lifetime: 10 * DAY,
            external_login_check_lifetime: 10 * DAY,
            mfa_init_skip_lifetime: 30 * DAY,
            second_factor_check_lifetime: DAY * 3 / 4,
            multi_factor_check_lifetime: DAY / 2,
            second_factors: vec![SecondFactor::Otp, SecondFactor::U2f],
            multi_factors: vec![MultiFactor::U2fWithVerification],
            allow_domain_discovery: true,
            disable_login_with_email: false,
            disable_login_with_phone: false,
        }
    }
}
