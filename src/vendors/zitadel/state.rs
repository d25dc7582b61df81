//! ZITADEL in one world: what calls can change, and what its seed fixes. Knows no call.

use std::sync::Arc;

use hashbrown::HashMap;

use super::record::{Permission, RemovedUser, User};
use crate::collections::collections;
use crate::context::WorldContext;
use crate::directory::{Directory, Record};
use crate::tokens::TestKey;

/// The vendor's name in paths, settings and faults.
pub(super) const NAME: &str = "zitadel";

/// ZITADEL in one world.
pub(super) struct Zitadel {
    pub(super) state: Arc<State>,
    pub(super) instance: Arc<Instance>,
    pub(super) context: WorldContext,
}

collections! {
    /// What calls can change.
    pub(super) struct State {
        users: Directory<User>,
        /// How far removed users had counted.
        ended: Directory<RemovedUser>,
    }
}

/// What no call changes: whose tokens there are at birth, and which organisations exist.
#[derive(Debug)]
pub(super) struct Instance {
    /// The seed's tokens to user ids. Whether a token still lives, its user's record says.
    tokens: HashMap<String, String>,
    organizations: Vec<Organization>,
    first_owner: String,
    /// What a client needs to sign in for the first machine that has a key, and the first that has a secret.
    pub(super) sign_in: SignIn,
    /// What signs the tokens of all worlds.
    pub(super) signing_key: &'static TestKey,
}

/// How clients sign in for machines.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    /// A key's id, the private key and the user's id.
    pub(super) key: Option<(String, String, String)>,
    /// A client's id and secret.
    pub(super) client: Option<(String, String)>,
}

/// An organisation.
#[derive(Debug)]
pub(super) struct Organization {
    pub(super) id: String,
    /// Its primary domain.
    pub(super) domain: String,
}

impl Instance {
    /// These organisations, and the tokens of these users.
    pub(super) fn new(
        users: &[User],
        organizations: Vec<Organization>,
        sign_in: SignIn,
        signing_key: &'static TestKey,
    ) -> Self {
        let tokens = |user: &User| -> Vec<String> {
            let tokens = user.secrets.iter().flat_map(|secrets| &secrets.tokens);
            tokens.map(|token| token.value.clone()).collect()
        };
        let is_owner = |user: &&User| {
            user.profile.memberships.iter().any(|m| m.organization.is_none() && m.allows(Permission::Delete))
        };
        Self {
            first_owner: users.iter().filter(is_owner).flat_map(tokens).next().unwrap_or_default(),
            tokens: users
                .iter()
                .flat_map(|user| tokens(user).into_iter().map(|token| (token, user.key().to_owned())))
                .collect(),
            organizations,
            sign_in,
            signing_key,
        }
    }

    /// A token with all permissions; empty if there is none.
    pub(super) fn first_owner(&self) -> &str {
        &self.first_owner
    }

    /// The id of the user that the seed gave that token.
    pub(super) fn holder(&self, token: &str) -> Option<&str> {
        self.tokens.get(token).map(String::as_str)
    }

    /// Whether there is such an organisation.
    pub(super) fn has_organization(&self, id: &str) -> bool {
        self.organizations.iter().any(|organization| organization.id == id)
    }

    /// The id of the organisation that has that primary domain.
    pub(super) fn organization_of_domain(&self, domain: &str) -> Option<&str> {
        let found = self.organizations.iter().find(|organization| organization.domain == domain)?;
        Some(&found.id)
    }
}

impl SignIn {
    /// These ways, and for those that lack the other's.
    pub(super) fn or(self, other: Self) -> Self {
        Self { key: self.key.or(other.key), client: self.client.or(other.client) }
    }
}
