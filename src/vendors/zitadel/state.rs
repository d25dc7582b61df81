//! ZITADEL in one world: what calls can change, and what its seed fixes. Knows no call.

mod trail;

use std::sync::Arc;

use hashbrown::HashMap;
use jiff::Timestamp;

use super::record::{
    Aggregate, Application, ApplicationAlias, AuthRequest, ComplexityPolicy, DeviceRequest, Event, Gone, InstanceState,
    LockoutPolicy, LoginPolicy, MAX_EVENTS, OidcSession, Organization, OrganizationAlias, Permission, Project,
    RemovedUser, Session, User, UserGrant,
};
use super::settings::Settings;
use crate::collections::collections;
use crate::context::WorldContext;
use crate::directory::{Directory, Record};
use crate::recent::Recent;
use crate::tokens::TestKey;

pub(super) use trail::Trail;

/// The vendor's name in paths, settings and faults.
pub(super) const NAME: &str = "zitadel";

/// ZITADEL in one world.
pub(super) struct Zitadel {
    pub(super) state: Arc<State>,
    pub(super) instance: Arc<Instance>,
    pub(super) context: WorldContext,
    pub(super) settings: Settings,
    /// What reads do not show yet.
    pub(super) trail: Arc<Trail>,
}

collections! {
    /// What calls can change. Whoever changes records of several collections in one step takes their locks in the order
    /// instance, organizations, projects, applications, users.
    pub(super) struct State {
        users: Directory<User>,
        /// How far removed users had counted.
        ended: Directory<RemovedUser>,
        /// The one instance.
        instance: Directory<InstanceState>,
        organizations: Directory<Organization>,
        projects: Directory<Project>,
        applications: Directory<Application>,
        user_grants: Directory<UserGrant>,
        /// Living ones, and those that ended or were only written to.
        sessions: Recent<Session>,
        auth_requests: Recent<AuthRequest>,
        /// Authorizations with refresh tokens.
        oidc_sessions: Recent<OidcSession>,
        device_requests: Recent<DeviceRequest>,
        /// What happened, the oldest first.
        events: Recent<Arc<Event>, MAX_EVENTS>,
        /// What was removed of what can be removed again.
        gone: Recent<Gone>,
    }
}

/// The id of the instance.
pub(super) const INSTANCE: &str = "69629023906488332";

/// What no call changes: whose tokens there are at birth.
#[derive(Debug)]
pub(super) struct Instance {
    /// The seed's tokens to user ids. Whether a token still lives, its user's record says.
    tokens: HashMap<String, String>,
    first_owner: String,
    /// What a client needs to sign in for the first machine that has a key, and the first that has a secret.
    pub(super) sign_in: SignIn,
    /// What signs the tokens of all worlds, and the next key.
    pub(super) signing_keys: [&'static TestKey; 2],
}

/// How clients sign in for machines.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    /// A key's id, the private key and the user's id.
    pub(super) key: Option<(String, String, String)>,
    /// A client's id and secret.
    pub(super) client: Option<(String, String)>,
}

impl Zitadel {
    /// What all organisations have in common.
    pub(super) fn instance(&self) -> InstanceState {
        self.state.instance.get(INSTANCE).expect("no call removes it")
    }

    /// When anything last happened that a list could show: lists say that they are as of then. None shows tokens.
    pub(super) fn last_event(&self) -> Timestamp {
        let events = self.state.events.snapshot();
        let is_of_tokens = |event: &Event| matches!(event.aggregate, Aggregate::AuthRequest | Aggregate::OidcSession);
        let last = events.iter().rfind(|event| !is_of_tokens(event));
        last.map_or_else(|| self.instance().events.change_date, |event| event.at)
    }

    /// The same server with a copy of everything, on which something is tried.
    pub(super) fn trial(&self) -> Self {
        let (instance, context) = (Arc::clone(&self.instance), self.context.fork(&self.context.world));
        let (settings, trail) = (self.settings.clone(), Arc::default());
        Self { state: Arc::new(self.state.fork()), instance, context, settings, trail }
    }

    /// Whether there is or was such an organisation.
    pub(super) fn knows_organization(&self, id: &str) -> bool {
        self.state.organizations.get(id).is_some()
    }

    /// The organisation of that id, unless it was removed.
    pub(super) fn organization(&self, id: &str) -> Option<Organization> {
        self.state.organizations.get(id).filter(Organization::is_there)
    }

    /// The organisation that has that domain, in any case.
    pub(super) fn organization_of_domain(&self, domain: &str) -> Option<Organization> {
        self.state.organizations.find(&OrganizationAlias::Domain(domain.to_lowercase()))
    }

    #[allow(dead_code)] // asked by the doors of OpenID Connect
    /// How people of that organisation sign in: by its own policy, else by the instance's.
    pub(super) fn login_policy(&self, organization: &str) -> LoginPolicy {
        let own = self.organization(organization).and_then(|organization| organization.login_policy);
        own.unwrap_or_else(|| self.instance().login_policy).rules.clone()
    }

    /// When people of that organisation are locked out: by its own policy, else by the instance's.
    pub(super) fn lockout_policy(&self, organization: &str) -> LockoutPolicy {
        let own = self.organization(organization).and_then(|organization| organization.lockout_policy);
        own.unwrap_or_else(|| self.instance().lockout_policy).rules
    }

    /// What passwords of people of that organisation have to have: by its own policy, else by the instance's.
    pub(super) fn complexity_policy(&self, organization: &str) -> ComplexityPolicy {
        let own = self.organization(organization).and_then(|organization| organization.complexity_policy);
        own.map_or(ComplexityPolicy::INSTANCE, |own| own.rules)
    }

    /// The application that is that client, and its project. Their states are the caller's to look at.
    pub(super) fn application_of_client(&self, client_id: &str) -> Option<(Application, Project)> {
        let application = self.state.applications.find(&ApplicationAlias::client(client_id))?;
        let project = self.state.projects.get(&application.project_id)?;
        Some((application, project))
    }

    /// The grants of that user that count in that project.
    pub(super) fn active_grants(&self, user_id: &str, project_id: &str) -> Vec<UserGrant> {
        let grants = self.state.user_grants.snapshot();
        let fits =
            |grant: &&UserGrant| *grant.user_id == *user_id && *grant.project_id == *project_id && grant.is_active();
        grants.iter().filter(fits).cloned().collect()
    }
}

impl Instance {
    /// The tokens of these users.
    pub(super) fn new(users: &[User], sign_in: SignIn, signing_keys: [&'static TestKey; 2]) -> Self {
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
            sign_in,
            signing_keys,
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
}

impl SignIn {
    /// These ways, and for those that lack the other's.
    pub(super) fn or(self, other: Self) -> Self {
        Self { key: self.key.or(other.key), client: self.client.or(other.client) }
    }
}
