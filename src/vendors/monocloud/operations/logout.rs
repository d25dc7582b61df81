//! Where a browser goes after it signed out, and whom it tells.

use super::clients::find_application;
use super::tokens::own_claims;
use crate::context::split_world;
use crate::oidc::redirect_uri;
use crate::oidc::respond::with_query;
use crate::vendors::monocloud::record::Session;
use crate::vendors::monocloud::state::MonoCloud;

/// The URI that a browser is sent to, if the application that an ID token or a client id names takes it.
pub(in super::super) fn after_sign_out(
    monocloud: &MonoCloud,
    hint: Option<&str>,
    client_id: Option<&str>,
    uri: Option<&str>,
) -> Option<String> {
    let hinted = match hint {
        None => None,
        // A hint that is not one of ours makes the whole request doubtful.
        Some(hint) => {
            let claims = own_claims(monocloud, hint)?;
            let audience = claims["azp"].as_str().or(claims["aud"].as_str()).map(bare);
            Some(audience?.to_owned())
        }
    };
    let named = client_id.map(|id| bare(id).to_owned());
    let client_id = match (hinted, named) {
        (Some(hinted), Some(named)) if hinted != named => return None,
        (hinted, named) => hinted.or(named)?,
    };
    let (application, uri) = (find_application(monocloud, &client_id)?, uri?);
    let registered = &application.post_logout_redirect_uris;
    redirect_uri::is_taken(registered, application.fauxidp.takes_local, uri).then(|| uri.to_owned())
}

/// The URIs that a browser whose session is over loads in frames, so that the applications of the session know (OpenID
/// Connect Front-Channel Logout, 3).
pub(in super::super) fn front_channel(monocloud: &MonoCloud, session: &Session) -> Vec<String> {
    let mut uris: Vec<String> = Vec::new();
    for login in &session.logins {
        let Some(application) = find_application(monocloud, &login.client_id) else { continue };
        let Some(uri) = &application.front_channel_logout_uri else { continue };
        let about = [("iss", &*login.issuer), ("sid", &*session.session_id)];
        let names_session = application.front_channel_logout_session_required;
        let uri = with_query(uri, if names_session { &about } else { &[] });
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    uris
}

fn bare(id: &str) -> &str {
    split_world(id).0
}
