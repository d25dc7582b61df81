//! Who asks at the doors: applications, and APIs that ask about tokens.

use std::sync::Arc;

use serde_json::Value;

use crate::oidc::assertion;
use crate::oidc::client::{Presented, Proof};
use crate::tokens::{Algorithm, PublicKey, Secret as HmacSecret};
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::{ApiResource, Application, Secret, SecretType};
use crate::vendors::monocloud::state::MonoCloud;

/// How the caller reaches the provider.
#[derive(Debug, Clone)]
pub(in super::super) struct Reach {
    /// What the provider is called.
    pub(in super::super) issuer: String,
    /// Whether ids of applications are sent with the name of the world behind.
    pub(in super::super) is_tagged: bool,
}

impl Reach {
    /// An application's id as it was sent.
    pub(in super::super) fn audience(&self, monocloud: &MonoCloud, client_id: &str) -> String {
        match self.is_tagged {
            true => monocloud.context.tag_with_world(client_id.to_owned()),
            false => client_id.to_owned(),
        }
    }
}

/// The application of that id, if it is enabled.
pub(in super::super) fn find_application(monocloud: &MonoCloud, client_id: &str) -> Option<Arc<Application>> {
    monocloud.state.applications.get(client_id).filter(|application| application.enabled)
}

/// The application that a call is from, as far as it has to show that.
pub(in super::super) fn authenticate_application(
    monocloud: &MonoCloud,
    presented: &Presented,
    reach: &Reach,
) -> Result<Arc<Application>, Refusal> {
    let found = presented.ids.iter().find_map(|id| find_application(monocloud, id));
    let application = found.ok_or(Refusal::ClientInvalid)?;
    let is_shown = !application.require_client_secret
        || shows(monocloud, presented, &application.id, &application.fauxidp.secrets, reach);
    if is_shown { Ok(application) } else { Err(Refusal::ClientInvalid) }
}

/// The API that a call is from.
pub(in super::super) fn authenticate_api(
    monocloud: &MonoCloud,
    presented: &Presented,
    reach: &Reach,
) -> Result<Arc<ApiResource>, Refusal> {
    let found = presented.ids.iter().find_map(|id| monocloud.state.api_resources.get(id));
    let api = found.filter(|api| api.enabled).ok_or(Refusal::ApiInvalid)?;
    if shows(monocloud, presented, &api.id, &api.fauxidp.secrets, reach) { Ok(api) } else { Err(Refusal::ApiInvalid) }
}

/// Whether a call carries a secret of an application or of an API. Public applications show nothing.
pub(in super::super) fn is_known_client(monocloud: &MonoCloud, presented: &Presented, reach: &Reach) -> bool {
    let is_secret = presented.proof != Proof::None;
    is_secret
        && (authenticate_application(monocloud, presented, reach).is_ok_and(|client| client.require_client_secret)
            || authenticate_api(monocloud, presented, reach).is_ok())
}

fn shows(monocloud: &MonoCloud, presented: &Presented, id: &str, secrets: &[Secret], reach: &Reach) -> bool {
    let now = monocloud.context.clock.now();
    let mut living = secrets.iter().filter(|secret| secret.lives(now.as_second()));
    match &presented.proof {
        Proof::None => false,
        Proof::Secret(_, texts) => {
            living.any(|secret| secret.r#type == SecretType::SharedSecret && texts.contains(&secret.secret_value))
        }
        Proof::Assertion(token) => {
            let audiences = [&*reach.issuer, &format!("{}/connect/token", reach.issuer)];
            living
                .filter_map(|secret| verified(secret, token))
                .any(|claims| assertion::shows(&claims, id, &audiences, now))
        }
    }
}

/// The claims of an assertion, if that secret signed it.
fn verified(secret: &Secret, token: &str) -> Option<Value> {
    const ALGORITHMS: [Algorithm; 6] =
        [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];
    match secret.r#type {
        SecretType::JwtAssertionSharedSecret => HmacSecret::new(secret.secret_value.as_bytes()).read_token(token),
        SecretType::Jwk => {
            let jwk: Value = serde_json::from_str(&secret.secret_value).ok()?;
            PublicKey::from_jwk(&jwk)?.read_token(token, &ALGORITHMS)
        }
        _ => None,
    }
}
