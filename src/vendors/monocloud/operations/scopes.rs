//! What applications may ask for: identity scopes, the scopes of APIs, and refresh tokens.

use std::sync::Arc;

use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{ApiResource, Application};
use crate::vendors::monocloud::state::MonoCloud;

/// The identity scopes that are built in. They stand for claims of the user.
pub(in super::super) const IDENTITY_SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "groups"];

/// The scope that asks for a refresh token.
pub(in super::super) const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes of one request, taken apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Scopes {
    /// All of them, as they were asked for.
    pub(super) names: Vec<String>,
    /// The APIs that they belong to.
    pub(super) apis: Vec<Arc<ApiResource>>,
}

impl Scopes {
    /// Whether a scope is among them.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.names.iter().any(|own| own == scope)
    }
}

/// The scopes that an application asks for; without any, the defaults of its APIs. `has_user` is false where it acts
/// for itself: then only scopes of APIs make sense.
pub(super) fn resolve(
    monocloud: &MonoCloud,
    application: &Application,
    asked: &[&str],
    has_user: bool,
) -> Result<Scopes, Refusal> {
    let apis = monocloud.state.api_resources.snapshot();
    let mut scopes = Scopes::default();
    let mut names: Vec<String> = asked.iter().map(|scope| (*scope).to_owned()).collect();
    if names.is_empty() {
        let permitted = apis.iter().flat_map(|api| api.fauxidp.scopes.iter().map(move |scope| (api, scope)));
        let defaults = permitted
            .filter(|(api, scope)| (scope.is_default || !has_user) && api.permits(&application.id, &scope.name));
        names.extend(defaults.map(|(_, scope)| scope.name.clone()));
    }
    for name in names {
        match &*name {
            OFFLINE_ACCESS if has_user && application.allow_offline_access => {}
            name if IDENTITY_SCOPES.contains(&name) => {
                if !has_user || !application.allowed_identity_scopes.iter().any(|own| own == name) {
                    return Err(Refusal::ScopeInvalid);
                }
            }
            name => {
                let api = apis.iter().find(|api| api.permits(&application.id, name)).ok_or(Refusal::ScopeInvalid)?;
                if scopes.apis.iter().all(|known| known.id != api.id) {
                    scopes.apis.push(Arc::clone(api));
                }
            }
        }
        scopes.names.push(name);
    }
    if scopes.apis.len() > 1 && !scopes.apis.iter().all(|api| api.allow_multi_audience) {
        return Err(Refusal::ScopeInvalid);
    }
    if scopes.names.is_empty() {
        return Err(Refusal::ScopeInvalid);
    }
    Ok(scopes)
}

/// The APIs of scopes that were granted before, as far as they are still there.
pub(super) fn granted(monocloud: &MonoCloud, application: &Application, names: &[String]) -> Scopes {
    let apis = monocloud.state.api_resources.snapshot();
    let is_asked = |api: &&Arc<ApiResource>| names.iter().any(|name| api.permits(&application.id, name));
    Scopes { names: names.to_vec(), apis: apis.iter().filter(is_asked).cloned().collect() }
}

/// Whether each of these resources is the audience of an API.
pub(super) fn check_resources<'r>(
    monocloud: &MonoCloud,
    mut resources: impl Iterator<Item = &'r str>,
) -> Result<(), Refusal> {
    let is_api = |audience: &str| {
        let found = monocloud.state.api_resources.find(&audience.to_owned());
        found.is_some_and(|api| api.enabled)
    };
    if resources.all(is_api) { Ok(()) } else { Err(Refusal::TargetInvalid) }
}
