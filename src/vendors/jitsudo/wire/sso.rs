//! Signing in at an identity provider, on the wire.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::super::error::Error;
use super::super::operations::sso::Callback;
use super::super::record::{NewOidcConfig, OidcConfig};
use super::super::settings::Behaviour;
use super::{Time, object, optional_text, required_text};
use crate::oidc::issuer;
use crate::protocol::{Call, Reply};
use crate::shape::{Member, text, texts};

/// What a tenant asks its provider for, unless it says something else.
pub(in super::super) const SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// The longest member of a provider's description, in bytes, and the most scopes.
const MAX_TEXT: usize = 2_048;
const MAX_SCOPES: usize = 100;

/// A provider. Its secret is never shown.
#[derive(Serialize)]
struct ConfigBody<'a> {
    issuer_url: &'a str,
    client_id: &'a str,
    scopes: &'a [String],
    created_at: Time<'a>,
    updated_at: Time<'a>,
}

/// What a code comes back in.
pub(in super::super) const CALLBACK: &[&[Member]] =
    &[&[text("code").required(), text("redirect_uri").required(), text("state")]];

/// A code that came back.
pub(in super::super) fn callback(call: &Call) -> Result<Callback, Error> {
    let members = object(call)?;
    Ok(Callback {
        code: required_text(&members, "code")?,
        redirect_uri: required_text(&members, "redirect_uri")?,
        state: optional_text(&members, "state")?,
    })
}

/// What a provider is described by.
pub(in super::super) const CONFIG: &[&[Member]] =
    &[&[text("issuer_url").required(), text("client_id").required(), text("client_secret"), texts("scopes").or_null()]];

/// A tenant's provider as its admin describes it.
pub(in super::super) fn new_config(call: &Call) -> Result<NewOidcConfig, Error> {
    let members = object(call)?;
    let short = |name: &'static str, text: String| match text.len() <= MAX_TEXT {
        true => Ok(text),
        false => Err(Error::InvalidMember(name)),
    };
    let issuer_url = short("issuer_url", required_text(&members, "issuer_url")?)?;
    issuer::parse(&issuer_url).map_err(|_| Error::InvalidMember("issuer_url"))?;
    let scopes = match members.get("scopes") {
        None | Some(Value::Null) => SCOPES.map(str::to_owned).to_vec(),
        Some(Value::Array(scopes)) if scopes.len() <= MAX_SCOPES => {
            let scope =
                |scope: &Value| short("scopes", scope.as_str().ok_or(Error::InvalidMember("scopes"))?.to_owned());
            scopes.iter().map(scope).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(Error::InvalidMember("scopes")),
    };
    let client_secret = optional_text(&members, "client_secret")?;
    Ok(NewOidcConfig {
        issuer_url,
        client_id: short("client_id", required_text(&members, "client_id")?)?,
        client_secret: client_secret.map(|secret| short("client_secret", secret)).transpose()?,
        scopes,
    })
}

/// A tenant's provider.
pub(in super::super) fn config(config: &OidcConfig, behaviour: &Behaviour) -> Reply {
    let body = ConfigBody {
        issuer_url: &config.issuer_url,
        client_id: &config.client_id,
        scopes: &config.scopes,
        created_at: Time(config.created_at, behaviour),
        updated_at: Time(config.updated_at, behaviour),
    };
    Reply::of(StatusCode::OK, &body)
}
