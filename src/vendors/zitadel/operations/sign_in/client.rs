//! Who calls ZITADEL's doors: a machine by its secret, or an application. Knows no token.

use super::super::super::error::sign_in::Refusal;
use super::super::super::record::{Application, OidcAuthMethod, OidcConfig, Project, User, Username};
use super::super::super::state::Zitadel;
use super::assertion;
use crate::context::WorldContext;
use crate::oidc::client::{Presented, Proof};
use crate::passwords::PasswordHash;

/// The machine of that name, if that is its secret.
pub fn machine(zitadel: &Zitadel, client: &Result<Presented, Refusal>) -> Result<User, Refusal> {
    let client = named(client)?;
    let names = client.ids.iter().map(|name| Username::new(name));
    let mut found = names.filter_map(|name| zitadel.state.users.find(&name));
    let user = found.next().ok_or(Refusal::ClientUnknown)?;
    let hash = user.secrets.as_ref().and_then(|secrets| secrets.secret.as_ref()).ok_or(Refusal::SecretMissing)?;
    if fits(hash, &client.proof) { Ok(user) } else { Err(Refusal::SecretInvalid) }
}

/// The application that signs users in, or refreshes and ends their tokens. Public ones show nothing.
pub fn application(
    zitadel: &Zitadel,
    client: &Result<Presented, Refusal>,
    issuer: &str,
) -> Result<(Application, Project), Refusal> {
    let client = named(client)?;
    let found = active(zitadel, client).ok_or(Refusal::ApplicationUnknown)?;
    let config = found.0.oidc().ok_or(Refusal::ApplicationUnknown)?;
    prove(zitadel, &found.0, config, client, issuer)?;
    Ok(found)
}

/// The application that asks about a token. All of them may that show who they are.
pub fn asking(
    zitadel: &Zitadel,
    client: &Result<Presented, Refusal>,
    issuer: &str,
) -> Result<(Application, Project), Refusal> {
    let client = named(client)?;
    let found = match &client.proof {
        Proof::None => return Err(Refusal::ClientUnauthenticated),
        Proof::Assertion(assertion) => assertion::application(zitadel, assertion, issuer),
        proof @ Proof::Secret(..) => active(zitadel, client)
            .filter(|(application, _)| application.secret.as_ref().is_some_and(|hash| fits(hash, proof))),
    };
    found.ok_or(Refusal::ClientUnauthorized)
}

/// The client's id as the client called itself, so that tokens repeat it.
pub fn azp(context: &WorldContext, client_id: &str, is_tagged: bool) -> String {
    if is_tagged { context.tag_with_world(client_id.to_owned()) } else { client_id.to_owned() }
}

fn named(client: &Result<Presented, Refusal>) -> Result<&Presented, Refusal> {
    client.as_ref().map_err(Clone::clone)
}

fn active(zitadel: &Zitadel, client: &Presented) -> Option<(Application, Project)> {
    client.ids.iter().find_map(|id| assertion::active_application(zitadel, id))
}

/// Whether the client shows that it is that application, as the application is set up.
fn prove(
    zitadel: &Zitadel,
    application: &Application,
    config: &OidcConfig,
    client: &Presented,
    issuer: &str,
) -> Result<(), Refusal> {
    match (config.auth_method_type, &client.proof) {
        (OidcAuthMethod::None, _) => Ok(()),
        (_, Proof::Assertion(signed)) => {
            let signer = assertion::application(zitadel, signed, issuer);
            let is_own = signer.is_some_and(|(signer, _)| signer.id == application.id);
            if is_own { Ok(()) } else { Err(Refusal::AssertionInvalid) }
        }
        (_, Proof::None) => Err(Refusal::ApplicationSecretEmpty),
        (_, proof) => {
            let is_own = application.secret.as_ref().is_some_and(|hash| fits(hash, proof));
            if is_own { Ok(()) } else { Err(Refusal::ApplicationSecretInvalid) }
        }
    }
}

fn fits(hash: &PasswordHash, proof: &Proof) -> bool {
    match proof {
        Proof::Secret(_, secrets) => secrets.iter().any(|secret| hash.fits(secret)),
        Proof::None | Proof::Assertion(_) => false,
    }
}
