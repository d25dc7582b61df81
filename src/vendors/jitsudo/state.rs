//! What jitsudo holds of one world: what calls can change, and what they cannot. Knows neither calls nor bodies.

use std::sync::Arc;

use super::auth::Access;
use super::record::{AuditLog, Challenge, Group, OidcConfig, PendingToken, SecondFactor, User};
use super::settings::Behaviour;
use crate::collections::collections;
use crate::context::WorldContext;
use crate::directory::Directory;

/// The vendor's name.
pub(super) const NAME: &str = "jitsudo";

/// jitsudo in one world. A clone is the same one.
#[derive(Clone)]
pub(super) struct Jitsudo {
    pub(super) state: Arc<State>,
    pub(super) access: Arc<Access>,
    pub(super) behaviour: Arc<Behaviour>,
    pub(super) context: WorldContext,
}

collections! {
    /// Everything that calls can change.
    pub(super) struct State {
        users: Directory<User>,
        groups: Directory<Group>,
        /// What was mailed and not yet used.
        pending: Directory<PendingToken>,
        /// The second factors, one per user.
        factors: Directory<SecondFactor>,
        /// The sign-ins that wait for a code.
        challenges: Directory<Challenge>,
        /// The identity providers, one per tenant.
        oidc_configs: Directory<OidcConfig>,
        audit: AuditLog,
    }
}
