//! The addresses of ZITADEL's humans. Pure.

use std::ops::Not;

use serde::{Deserialize, Serialize};

/// By which of its addresses a human is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Phone,
}

/// An address of a human and whether it was verified.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact<T> {
    #[serde(flatten)]
    pub address: T,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_verified: bool,
}

/// The member of [`Contact`] for an e-mail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EmailAddress {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
}

/// The member of [`Contact`] for a phone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PhoneNumber {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
}
