//! Where jitsudo's credential and tenant stand, and which count.

use std::collections::HashMap;

use uuid::Uuid;

use super::Jitsudo;
use super::error::Error;
use super::record::{User, uuid};
use crate::directory::Record;
use crate::protocol::Call;

/// Whose tokens there are, and what their tenants' policies say to those who may not.
#[derive(Debug)]
pub(super) struct Access {
    /// Token to user id.
    tokens: HashMap<String, String>,
    /// The notices of the rules that refuse, by tenant.
    notices: HashMap<Uuid, Vec<String>>,
    first_admin: (String, String),
}

/// Who calls.
#[derive(Debug)]
pub(super) struct Caller(User);

impl Access {
    /// These tokens, each with its user's id, and these tenants' notices.
    pub(super) fn new(users: &[User], tokens: HashMap<String, String>, notices: HashMap<Uuid, Vec<String>>) -> Self {
        let token_of = |user: &User| tokens.iter().find(|(_, id)| *id == user.key()).map(|(token, _)| token.clone());
        let admin = users
            .iter()
            .filter(|user| user.is_admin())
            .find_map(|user| Some((token_of(user)?, user.profile.tenant.to_string())));
        Self { first_admin: admin.unwrap_or_default(), tokens, notices }
    }

    /// An admin's token and tenant; empty if there is none.
    pub(super) fn first_admin(&self) -> (&str, &str) {
        (&self.first_admin.0, &self.first_admin.1)
    }

    /// Finds the caller by the token, then checks that the tenant is the caller's own.
    pub(super) fn authenticate(&self, state: &Jitsudo, call: &Call) -> Result<Caller, Error> {
        let header = call.header("authorization").ok_or(Error::MissingToken)?;
        let (scheme, token) = header.split_once(' ').ok_or(Error::MissingToken)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::MissingToken);
        }
        let user = self.tokens.get(token.trim()).and_then(|id| state.users.get(id)).ok_or(Error::UnknownToken)?;
        if !user.active && !state.rules.suspended_token_works {
            return Err(Error::SuspendedCaller);
        }
        let tenant = call.header("x-tenant-id").ok_or(Error::MissingTenant)?;
        let tenant = uuid(tenant).ok_or(Error::MalformedTenant)?;
        if tenant != user.profile.tenant {
            return Err(Error::TenantMismatch);
        }
        Ok(Caller(user))
    }

    /// Checks that the caller may administer the users of their tenant.
    pub(super) fn admin(&self, caller: &Caller) -> Result<(), Error> {
        match caller.0.is_admin() {
            true => Ok(()),
            false => Err(Error::NotAdmin { notices: self.notices.get(&caller.tenant()).cloned().unwrap_or_default() }),
        }
    }
}

impl Caller {
    /// The caller's tenant.
    pub(super) fn tenant(&self) -> Uuid {
        self.0.profile.tenant
    }

    /// Whether the caller is that user.
    pub(super) fn is(&self, user: &User) -> bool {
        self.0.key() == user.key()
    }
}
