//! The environment variables by which MonoCloud's clients find a world, and who they are there.

use super::super::record::{GrantType, Secret, SecretType};
use super::super::state::{MonoCloud, NAME};
use crate::oidc::issuer::in_world;
use crate::vendors::{BaseUrls, Endpoint};

/// Every one of them.
pub(in super::super) const ENVIRONMENT: &[&str] = &[
    "MONOCLOUD_MANAGEMENT_DOMAIN",
    "MONOCLOUD_MANAGEMENT_API_KEY",
    "MC_MANAGEMENT_DOMAIN",
    "MC_MANAGEMENT_API_KEY",
    "MC_IDENTITY_DOMAIN",
    "MC_IDENTITY_API_KEY",
    "MONOCLOUD_AUTH_TENANT_DOMAIN",
    "MONOCLOUD_AUTH_CLIENT_ID",
    "MONOCLOUD_AUTH_CLIENT_SECRET",
    "MONOCLOUD_BACKEND_TENANT_DOMAIN",
    "MONOCLOUD_BACKEND_AUDIENCE",
    "MONOCLOUD_BACKEND_CLIENT_ID",
    "MONOCLOUD_BACKEND_CLIENT_SECRET",
];

/// How clients connect: with a key for everything, with the first application that signs users in, and with the first
/// API.
pub(in super::super) fn endpoint(monocloud: &MonoCloud, base: &BaseUrls) -> Endpoint {
    // The official clients refuse plain http.
    let key = monocloud.context.tag_with_world(monocloud.keys.first_full().to_owned());
    let mut endpoint = Endpoint::new(base.plain.clone(), key.clone());
    for domain in ["MONOCLOUD_MANAGEMENT_DOMAIN", "MC_MANAGEMENT_DOMAIN", "MC_IDENTITY_DOMAIN"] {
        endpoint.set_env(domain, base.tls.clone());
    }
    for name in ["MONOCLOUD_MANAGEMENT_API_KEY", "MC_MANAGEMENT_API_KEY", "MC_IDENTITY_API_KEY"] {
        endpoint.set_env(name, key.clone());
    }
    let world = &*monocloud.context.world;
    let tenant = match &monocloud.settings.issuer {
        Some(fixed) => in_world(fixed, world),
        None => format!("{}/{NAME}", in_world(&base.tls, world)),
    };
    let shared = |secrets: &[Secret]| {
        let found = secrets.iter().find(|secret| secret.r#type == SecretType::SharedSecret);
        found.map(|secret| secret.secret_value.clone())
    };
    let applications = monocloud.state.applications.snapshot();
    let signs_in = applications.iter().find(|application| application.has(GrantType::AuthorizationCode));
    if let Some(application) = signs_in {
        endpoint.set_env("MONOCLOUD_AUTH_TENANT_DOMAIN", tenant.clone());
        endpoint.set_env("MONOCLOUD_AUTH_CLIENT_ID", application.id.clone());
        if let Some(secret) = shared(&application.fauxidp.secrets) {
            endpoint.set_env("MONOCLOUD_AUTH_CLIENT_SECRET", secret);
        }
    }
    let apis = monocloud.state.api_resources.snapshot();
    if let Some(api) = apis.iter().next() {
        endpoint.set_env("MONOCLOUD_BACKEND_TENANT_DOMAIN", tenant);
        endpoint.set_env("MONOCLOUD_BACKEND_AUDIENCE", api.audience.clone());
        endpoint.set_env("MONOCLOUD_BACKEND_CLIENT_ID", api.id.clone());
        if let Some(secret) = shared(&api.fauxidp.secrets) {
            endpoint.set_env("MONOCLOUD_BACKEND_CLIENT_SECRET", secret);
        }
    }
    endpoint
}
