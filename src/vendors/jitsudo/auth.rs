//! Where jitsudo reads credential and tenant, which credentials are valid, and who may enter through which door.

mod token;

use std::sync::Arc;

use hashbrown::HashMap;
use http::header::{AUTHORIZATION, HeaderName};
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Error;
use super::record::{Actor, ActorType, Tenant, User, uuid};
use super::settings::Behaviour;
use crate::context::WorldContext;
use crate::directory::{Directory, Record};
use crate::protocol::Call;
use crate::protocol::credential::API_KEY;

pub(super) use token::{IssuedToken, Signer};

/// Whom a token can be of.
type Users = Directory<User>;

/// Where a call names its tenant.
static TENANT: HeaderName = HeaderName::from_static("x-tenant-id");

/// Whose credentials there are, and what is known of the tenants.
#[derive(Debug)]
pub(super) struct Access {
    /// Opaque token to user id.
    tokens: HashMap<String, String>,
    keys: HashMap<String, Key>,
    tenants: Vec<Tenant>,
    signer: Signer,
    first_admin: (String, String),
}

/// An API key. It belongs to a tenant, whatever becomes of who made it.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) tenant: Uuid,
}

/// Who calls, for which tenant, and when: all that a call writes has one time.
#[derive(Debug)]
pub(super) struct Caller {
    /// Nil where the operation needs none.
    tenant: Uuid,
    identity: Identity,
    at: Timestamp,
}

#[derive(Debug)]
enum Identity {
    /// The operation asks for no credential.
    Anonymous,
    User(User),
    Key(Key),
}

/// The ways in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// Signing in with a password.
    Login,
    /// A code of the second factor, after the right password.
    Challenge,
    /// A code of the tenant's identity provider.
    Callback,
    /// A call with a token that the user already holds.
    Token,
    /// Setting a password, or confirming an address, with a token that was mailed.
    MailedToken,
    /// Having such a token mailed.
    ResetRequest,
}

/// Whether a user may enter through a door in its current state. Only this function knows what suspension closes.
pub(super) fn may_enter(user: &User, door: Door, behaviour: &Behaviour) -> bool {
    match door {
        Door::Token => user.active || behaviour.suspended_token_works,
        Door::Login | Door::Challenge | Door::Callback | Door::MailedToken | Door::ResetRequest => user.active,
    }
}

impl Access {
    /// These tokens, each with its user's id, these keys and tenants.
    pub(super) fn new(
        users: &[User],
        tokens: HashMap<String, String>,
        keys: HashMap<String, Key>,
        tenants: Vec<Tenant>,
        signer: Signer,
    ) -> Self {
        let token_of = |user: &User| tokens.iter().find(|(_, id)| *id == user.key()).map(|(token, _)| token.clone());
        let admin = users
            .iter()
            .filter(|user| user.is_admin())
            .find_map(|user| Some((token_of(user)?, user.profile.tenant.to_string())));
        Self { first_admin: admin.unwrap_or_default(), tokens, keys, tenants, signer }
    }

    /// Every tenant.
    pub(super) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// A token for that user, who is in those groups.
    pub(super) fn issue(&self, context: &WorldContext, user: &User, groups: Vec<String>) -> IssuedToken {
        self.signer.issue((user.key(), user.profile.tenant), groups, &context.world, context.clock.now())
    }

    /// An admin's token and tenant; empty if there is none.
    pub(super) fn first_admin(&self) -> (&str, &str) {
        (&self.first_admin.0, &self.first_admin.1)
    }

    /// Finds who calls: by the token, or where `keys` count and one is sent, by that. Then checks the tenant.
    pub(super) fn caller(
        &self,
        users: &Users,
        behaviour: &Behaviour,
        world: &str,
        call: &Call,
        keys: bool,
    ) -> Result<Caller, Error> {
        let identity = match keys.then(|| call.header(&API_KEY)).flatten() {
            Some(key) => Identity::Key(self.keys.get(key.trim_ascii()).ok_or(Error::UnknownKey)?.clone()),
            None => {
                Identity::User(self.holder(users, behaviour, world, call, call.at).map_err(|error| match error {
                    Error::MissingToken if keys => Error::MissingKey,
                    other => other,
                })?)
            }
        };
        let own = match &identity {
            Identity::Key(key) => key.tenant,
            Identity::User(user) => user.profile.tenant,
            Identity::Anonymous => Uuid::nil(),
        };
        let caller = Caller::for_tenant(call)?;
        match caller.tenant == own {
            true => Ok(Caller { identity, ..caller }),
            false => Err(Error::TenantMismatch),
        }
    }

    /// Whether the call carries a valid token or key.
    pub(super) fn accepts(
        &self,
        users: &Users,
        behaviour: &Behaviour,
        world: &str,
        call: &Call,
        now: Timestamp,
    ) -> bool {
        self.holder(users, behaviour, world, call, now).is_ok()
            || call.header(&API_KEY).is_some_and(|key| self.keys.contains_key(key.trim_ascii()))
    }

    /// Whose token it is, if it counts in that world at that time.
    fn holder(
        &self,
        users: &Users,
        behaviour: &Behaviour,
        world: &str,
        call: &Call,
        at: Timestamp,
    ) -> Result<User, Error> {
        let header = call.header(&AUTHORIZATION).ok_or(Error::MissingToken)?;
        let (scheme, token) = header.split_at_checked("bearer ".len()).ok_or(Error::MissingToken)?;
        if !scheme.eq_ignore_ascii_case("bearer ") {
            return Err(Error::MissingToken);
        }
        let token = token.trim_ascii(); // a header has no other spaces
        let user = match self.tokens.get(token) {
            Some(id) => users.get(id),
            None => self.signer.holder(token, world, at).and_then(|id| users.get(&id)),
        };
        let user = user.ok_or(Error::UnknownToken)?;
        match may_enter(&user, Door::Token, behaviour) {
            true => Ok(user),
            false => Err(Error::SuspendedCaller),
        }
    }

    /// Checks that the caller may administer their tenant. An API key is made for that.
    pub(super) fn admin(&self, caller: &Caller) -> Result<(), Error> {
        match &caller.identity {
            Identity::Key(_) => Ok(()),
            Identity::User(user) if user.is_admin() => Ok(()),
            Identity::User(_) | Identity::Anonymous => {
                let tenant = self.tenants.iter().find(|tenant| tenant.id == caller.tenant);
                Err(Error::NotAdmin { notices: tenant.map(|tenant| tenant.notices.clone()).unwrap_or_default() })
            }
        }
    }
}

impl Caller {
    /// Whoever it is, for no tenant.
    pub(super) fn anonymous(call: &Call) -> Self {
        Self { tenant: Uuid::nil(), identity: Identity::Anonymous, at: call.at }
    }

    /// Whoever it is, for the tenant that the call names.
    pub(super) fn for_tenant(call: &Call) -> Result<Self, Error> {
        let tenant = call.value(&TENANT).ok_or(Error::MissingTenant)?;
        let tenant = uuid(tenant.as_bytes()).ok_or(Error::MalformedTenant)?;
        Ok(Self { tenant, ..Self::anonymous(call) })
    }

    /// The user who calls, by their own token.
    pub(super) fn user(&self) -> Result<&User, Error> {
        match &self.identity {
            Identity::User(user) => Ok(user),
            Identity::Key(_) | Identity::Anonymous => Err(Error::MissingToken),
        }
    }

    /// When they call.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// The tenant that they call for.
    pub(super) fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// Whether the caller is that user.
    pub(super) fn is(&self, user: &User) -> bool {
        matches!(&self.identity, Identity::User(own) if own.key() == user.key())
    }

    /// How the audit log names the caller.
    pub(super) fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Anonymous => Actor::SYSTEM,
            Identity::User(user) => actor(user),
            Identity::Key(key) => Actor { kind: ActorType::ApiKey, id: Some(key.id.as_str().into()) },
        }
    }
}

/// How the audit log names a user.
pub(super) fn actor(user: &User) -> Actor {
    Actor { kind: ActorType::Oidc, id: Some(Arc::clone(&user.profile.id)) }
}
