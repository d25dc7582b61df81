//! ZITADEL's applications: clients of OpenID Connect, and APIs that ask about tokens. Pure.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::details::Details;
use super::log::Occurrence;
use super::oidc::OidcConfig;
use super::secrets::Key;
use crate::directory::Record;
use crate::passwords::PasswordHash;

/// An application of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    pub id: Arc<str>,
    pub project_id: Arc<str>,
    /// The organisation of the project.
    pub resource_owner: Arc<str>,
    pub name: Arc<str>,
    pub state: ApplicationState,
    pub client_id: Arc<str>,
    /// What the client proves itself with; those without one may still have keys, or be public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<PasswordHash>,
    pub config: ApplicationConfig,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    pub details: Details,
}

/// An application's state. A removed one is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ApplicationState {
    #[serde(rename = "APP_STATE_ACTIVE")]
    Active,
    #[serde(rename = "APP_STATE_INACTIVE")]
    Inactive,
}

/// What kind of application it is, and how it is set up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApplicationConfig {
    /// A client that signs users in.
    Oidc(Arc<OidcConfig>),
    /// An API that only asks about tokens.
    Api(ApiAuthMethod),
}

/// How an API proves itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ApiAuthMethod {
    #[default]
    #[serde(rename = "API_AUTH_METHOD_TYPE_BASIC")]
    Basic,
    #[serde(rename = "API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT")]
    PrivateKeyJwt,
}

/// What an application is found by besides its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ApplicationAlias {
    /// The id by which it is a client.
    Client(Arc<str>),
    /// Its name, unique in its project whatever its case.
    Name(Arc<str>, String),
}

/// Why an application's state cannot be left by a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongApplicationState {
    /// Deactivating what is not active.
    NotActive,
    /// Reactivating what is not inactive.
    NotInactive,
}

impl ApplicationState {
    /// Where deactivating leads.
    pub fn deactivated(self) -> Result<Self, WrongApplicationState> {
        match self {
            Self::Active => Ok(Self::Inactive),
            Self::Inactive => Err(WrongApplicationState::NotActive),
        }
    }

    /// Where reactivating leads.
    pub fn reactivated(self) -> Result<Self, WrongApplicationState> {
        match self {
            Self::Inactive => Ok(Self::Active),
            Self::Active => Err(WrongApplicationState::NotInactive),
        }
    }
}

impl Application {
    /// How it signs users in, if it does.
    pub fn oidc(&self) -> Option<&OidcConfig> {
        match &self.config {
            ApplicationConfig::Oidc(config) => Some(config),
            ApplicationConfig::Api(_) => None,
        }
    }

    #[allow(dead_code)] // asked by the doors of OpenID Connect
    /// The key of that id that counts then.
    pub fn key(&self, id: &str, now: Timestamp) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id && now < key.expires)
    }
}

/// What happened to an application; each is an event of its project.
#[derive(Debug, Clone, Copy)]
pub enum ApplicationEvent {
    Added,
    Renamed,
    Deactivated,
    Reactivated,
    Removed,
    ConfigAdded,
    SecretChanged,
}

impl Application {
    /// What an event of that kind says.
    pub fn occurrence(&self, event: ApplicationEvent) -> Occurrence {
        let named = || json!({ "appId": *self.id, "name": *self.name });
        let only = || json!({ "appId": *self.id });
        match (event, &self.config) {
            (ApplicationEvent::Added, _) => Occurrence::saying("project.application.added", named()),
            (ApplicationEvent::Renamed, _) => Occurrence::saying("project.application.changed", named()),
            (ApplicationEvent::Deactivated, _) => Occurrence::saying("project.application.deactivated", only()),
            (ApplicationEvent::Reactivated, _) => Occurrence::saying("project.application.reactivated", only()),
            (ApplicationEvent::Removed, _) => Occurrence::saying("project.application.removed", only()),
            (ApplicationEvent::ConfigAdded, ApplicationConfig::Oidc(_)) => {
                Occurrence::saying("project.application.config.oidc.added", self.said())
            }
            (ApplicationEvent::ConfigAdded, ApplicationConfig::Api(_)) => {
                Occurrence::saying("project.application.config.api.added", self.said())
            }
            (ApplicationEvent::SecretChanged, ApplicationConfig::Oidc(_)) => {
                Occurrence::saying("project.application.config.oidc.secret.changed", only())
            }
            (ApplicationEvent::SecretChanged, ApplicationConfig::Api(_)) => {
                Occurrence::saying("project.application.config.api.secret.changed", only())
            }
        }
    }

    /// What the event says that it was configured otherwise, where events said that before.
    pub fn reconfigured(&self, before: &Value) -> Occurrence {
        let kind = match self.config {
            ApplicationConfig::Oidc(_) => "project.application.config.oidc.changed",
            ApplicationConfig::Api(_) => "project.application.config.api.changed",
        };
        Occurrence::changing(kind, &["appId"], before, self.said())
    }

    /// What events say of its configuration.
    pub fn said(&self) -> Value {
        let mut said = match &self.config {
            ApplicationConfig::Oidc(config) => config.said(),
            ApplicationConfig::Api(method) => json!({ "authMethodType": *method as u8 }),
        };
        (said["appId"], said["clientId"]) = (json!(*self.id), json!(*self.client_id));
        said
    }
}

impl ApplicationConfig {
    /// Whether such an application is given a secret when it is made.
    pub fn has_secret(&self) -> bool {
        match self {
            Self::Oidc(config) => config.auth_method_type.has_secret(),
            Self::Api(method) => *method == ApiAuthMethod::Basic,
        }
    }

    /// Where such an application is told that a session ended; empty where it is not.
    pub fn back_channel_logout_uri(&self) -> &str {
        match self {
            Self::Oidc(config) => &config.back_channel_logout_uri,
            Self::Api(_) => "",
        }
    }

    /// Whether such an application proves itself by keys.
    pub fn has_keys(&self) -> bool {
        match self {
            Self::Oidc(config) => config.auth_method_type.has_keys(),
            Self::Api(method) => *method == ApiAuthMethod::PrivateKeyJwt,
        }
    }
}

impl ApplicationAlias {
    #[allow(dead_code)] // asked by the doors of OpenID Connect
    /// That client id.
    pub fn client(client_id: &str) -> Self {
        Self::Client(client_id.into())
    }

    /// That name of an application of that project.
    pub fn name(project_id: &Arc<str>, name: &str) -> Self {
        Self::Name(Arc::clone(project_id), name.to_lowercase())
    }
}

impl fmt::Display for ApplicationAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => formatter.write_str(id),
            Self::Name(_, name) => formatter.write_str(name),
        }
    }
}

impl Record for Application {
    type Alias = ApplicationAlias;

    fn key(&self) -> &str {
        &self.id
    }

    fn aliases(&self) -> Vec<ApplicationAlias> {
        let name = ApplicationAlias::name(&self.project_id, &self.name);
        vec![ApplicationAlias::Client(Arc::clone(&self.client_id)), name]
    }
}

#[cfg(test)]
mod tests {
    use super::ApplicationState::{Active, Inactive};
    use super::*;

    #[test]
    fn only_an_active_application_is_deactivated_and_only_an_inactive_one_reactivated() {
        assert_eq!(Active.deactivated(), Ok(Inactive));
        assert_eq!(Inactive.deactivated(), Err(WrongApplicationState::NotActive));
        assert_eq!(Inactive.reactivated(), Ok(Active));
        assert_eq!(Active.reactivated(), Err(WrongApplicationState::NotInactive));
    }
}
