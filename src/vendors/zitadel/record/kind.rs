//! What makes a ZITADEL user human or machine. Pure.

use std::borrow::Cow;
use std::ops::Not;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contact::{Channel, Contact, EmailAddress, PhoneNumber};

/// What makes a user human.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Human {
    pub profile: HumanProfile,
    pub email: Contact<EmailAddress>,
    pub phone: Contact<PhoneNumber>,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub password_change_required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_changed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_init_skipped: Option<Timestamp>,
}

/// A human's names. The optional fields of the vendor are always written, also when empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HumanProfile {
    pub given_name: String,
    pub family_name: String,
    pub nick_name: String,
    pub display_name: String,
    pub preferred_language: Cow<'static, str>,
    pub gender: Gender,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub avatar_url: String,
}

/// A human's gender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Gender {
    #[default]
    #[serde(rename = "GENDER_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "GENDER_FEMALE")]
    Female,
    #[serde(rename = "GENDER_MALE")]
    Male,
    #[serde(rename = "GENDER_DIVERSE")]
    Diverse,
}

/// What makes a user a machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Machine {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub has_secret: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_type: Option<JwtTokens>,
}

/// The token type that is not the default, which is never written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum JwtTokens {
    #[serde(rename = "ACCESS_TOKEN_TYPE_JWT")]
    Jwt,
}

impl Human {
    /// The address of that channel; empty if there is none.
    pub fn address(&self, channel: Channel) -> &str {
        match channel {
            Channel::Email => &self.email.address.email,
            Channel::Phone => &self.phone.address.phone,
        }
    }

    /// Gives the human another address, which is not verified yet.
    pub fn set_address(&mut self, channel: Channel, address: String) {
        match channel {
            Channel::Email => self.email = Contact { address: EmailAddress { email: address }, is_verified: false },
            Channel::Phone => self.phone = Contact { address: PhoneNumber { phone: address }, is_verified: false },
        }
    }

    /// Whether the address of that channel was verified.
    pub fn is_verified(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_verified,
            Channel::Phone => self.phone.is_verified,
        }
    }

    /// Whether the address of that channel was verified, to be changed.
    pub fn verified_mut(&mut self, channel: Channel) -> &mut bool {
        match channel {
            Channel::Email => &mut self.email.is_verified,
            Channel::Phone => &mut self.phone.is_verified,
        }
    }
}
