//! The requests of devices to sign somebody in at ZITADEL. Pure: time comes in as an argument.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::oidc_session::Authorization;
use crate::recent::Keyed;

/// A request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceRequest {
    pub device_code: String,
    /// What the device shows.
    pub user_code: String,
    pub client_id: String,
    /// The same as the client called itself: maybe with its world.
    pub azp: String,
    pub scope: Vec<String>,
    pub audience: Vec<String>,
    pub expires: Timestamp,
    pub decision: Decision,
}

/// What was decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    Pending,
    Denied,
    Approved(Box<Authorization>),
    /// Approved, and the device has its tokens.
    Redeemed,
}

impl DeviceRequest {
    /// How long a device waits. The vendor's default.
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

    /// Whether it still waits for a decision.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        matches!(self.decision, Decision::Pending) && now < self.expires
    }
}

impl Keyed for DeviceRequest {
    fn key(&self) -> &str {
        &self.device_code
    }
}
