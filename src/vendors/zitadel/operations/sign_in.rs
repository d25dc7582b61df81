//! How ZITADEL's machines sign in, and what their tokens are good for. Every door asks the user's state when it is
//! used.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::auth::{API_PROJECT, Bearer, SECRET_BYTES, bearer, keys, signer};
use super::super::error::sign_in::Refusal;
use super::super::record::{AccessToken, Door, User, Username};
use super::super::state::Zitadel;
use super::write::digits;
use crate::context::{WORLD_CLAIM, split_world};
use crate::directory::DirectoryError;
use crate::ids::Stream;
use crate::tokens;

/// How long an access token lives. The vendor's default.
const ACCESS_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// How old an assertion may be.
const ASSERTION_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The scope that asks for a project's audience is this, the project's id, and [`AUDIENCE_END`].
const AUDIENCE_START: &str = "urn:zitadel:iam:org:project:id:";
const AUDIENCE_END: &str = ":aud";

/// The scopes that mean something here; others are dropped.
const SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// What a client says of itself and of what it wants.
#[derive(Debug, Default)]
pub struct Form {
    pub grant_type: Option<String>,
    pub assertion: Option<String>,
    pub scope: String,
    pub token: String,
    /// Its name and secret.
    pub client: Option<(String, String)>,
    /// Or a token that it signed instead.
    pub client_assertion: Option<String>,
    /// What this server is called.
    pub issuer: String,
}

/// What the token endpoint gives.
pub struct Granted {
    pub access_token: String,
    pub id_token: Option<String>,
    /// In seconds.
    pub expires_in: i64,
}

/// Gives a machine an access token for its key or its secret.
pub fn token(zitadel: &Zitadel, form: &Form) -> Result<Granted, Refusal> {
    let user = match form.grant_type.as_deref() {
        None | Some("") => return Err(Refusal::GrantTypeMissing),
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => {
            let assertion = form.assertion.as_deref().filter(|assertion| !assertion.is_empty());
            by_key(zitadel, assertion.ok_or(Refusal::AssertionMissing)?, &form.issuer)?
        }
        Some("client_credentials") => {
            let (name, secret) = form.client.as_ref().ok_or(Refusal::ClientUnknown)?;
            by_secret(zitadel, name, secret)?
        }
        Some(other) => return Err(Refusal::GrantTypeUnsupported(other.to_owned())),
    };
    if !user.may_enter(Door::Token) {
        return Err(Refusal::NotActive);
    }
    grant(zitadel, &user, form)
}

/// Whether the form carries credentials that count.
pub fn accepts_credentials(zitadel: &Zitadel, form: &Form) -> bool {
    let by_secret = || form.client.as_ref().is_some_and(|(name, secret)| by_secret(zitadel, name, secret).is_ok());
    let assertions = [&form.assertion, &form.client_assertion];
    by_secret() || assertions.into_iter().flatten().any(|assertion| by_key(zitadel, assertion, &form.issuer).is_ok())
}

/// The machine whose key signed the assertion.
fn by_key(zitadel: &Zitadel, assertion: &str, issuer: &str) -> Result<User, Refusal> {
    let now = zitadel.context.clock.now();
    let found = || {
        let id = tokens::key_id(assertion)?;
        // Whose it says it is; nothing is believed before the signature was looked at.
        let unverified = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
        let unverified: Value = serde_json::from_slice(&unverified).ok()?;
        let user = zitadel.state.users.get(split_world(unverified["sub"].as_str()?).0)?;
        let key = user.secrets.as_ref()?.keys.iter().find(|key| key.id == id && now < key.expires)?;
        let claims = keys::verify_assertion(&key.public, assertion)?;
        let time = |name: &str| Timestamp::from_second(claims[name].as_f64()? as i64).ok();
        let issued = time("iat")?;
        let fits = claims["iss"] == claims["sub"]
            && is_audience(&claims["aud"], issuer)
            && time("exp")? > now
            && now.duration_since(issued) <= ASSERTION_AGE;
        fits.then(|| user.clone())
    };
    found().ok_or(Refusal::AssertionInvalid)
}

fn is_audience(audience: &Value, issuer: &str) -> bool {
    let is_it = |value: &Value| value.as_str().is_some_and(|value| value.trim_end_matches('/') == issuer);
    audience.as_array().map_or_else(|| is_it(audience), |all| all.iter().any(is_it))
}

/// The machine of that name, if that is its secret.
fn by_secret(zitadel: &Zitadel, name: &str, secret: &str) -> Result<User, Refusal> {
    let user = zitadel.state.users.find(&Username::new(name)).ok_or(Refusal::ClientUnknown)?;
    let hash = user.secrets.as_ref().and_then(|secrets| secrets.secret.clone()).ok_or(Refusal::ClientUnknown)?;
    if hash.fits(secret) { Ok(user) } else { Err(Refusal::SecretInvalid) }
}

fn grant(zitadel: &Zitadel, user: &User, form: &Form) -> Result<Granted, Refusal> {
    let now = zitadel.context.clock.now();
    let expires = now.saturating_add(ACCESS_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX);
    let user_id = user.profile.user_id.clone();
    let client = &*user.profile.username;
    let projects = form.scope.split_whitespace().filter_map(|scope| {
        let project = scope.strip_prefix(AUDIENCE_START)?.strip_suffix(AUDIENCE_END)?;
        Some(if project == "zitadel" { API_PROJECT } else { project })
    });
    let audience: Vec<String> = [client].into_iter().chain(projects).map(str::to_owned).collect();
    let known = |scope: &&str| SCOPES.contains(scope) || scope.starts_with("urn:zitadel:iam:");
    let scope = form.scope.split_whitespace().filter(known).collect::<Vec<_>>().join(" ");
    // The header and claims that both kinds of tokens share.
    let claims = |more: Value| {
        let mut claims = json!({
            "iss": form.issuer, "sub": user_id, "aud": audience, "exp": expires.as_second(), "iat": now.as_second(),
            WORLD_CLAIM: *zitadel.context.world,
        });
        if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
            claims.extend(more);
        }
        claims
    };
    let (id, access_token) = match user.machine().is_some_and(|machine| machine.access_token_type.is_some()) {
        true => {
            let id = format!("at_{}", digits(u64::from_be_bytes(zitadel.context.ids.bytes(Stream::Tokens))));
            let token = claims(json!({ "nbf": now.as_second(), "jti": id, "client_id": client }));
            (id, signer(zitadel).sign(&token))
        }
        false => {
            let secret = zitadel.context.ids.bytes::<SECRET_BYTES>(Stream::Tokens);
            let token = URL_SAFE_NO_PAD.encode([&secret[..], user_id.as_bytes()].concat());
            (token.clone(), token)
        }
    };
    let id_token = scope.split(' ').any(|scope| scope == "openid").then(|| {
        let digest = Sha256::digest(&access_token);
        let hash = URL_SAFE_NO_PAD.encode(&digest[..16]);
        let more = json!({ "auth_time": now.as_second(), "azp": client, "client_id": client, "at_hash": hash });
        signer(zitadel).sign(&claims(more))
    });
    let access = AccessToken { id, scope, audience, issued: now, expires };
    // The state is checked again, under the same lock as the write: it may have changed since the first check.
    let granted = zitadel.state.users.update(&user_id, |user| {
        if !user.may_enter(Door::Token) {
            return Err(Refusal::NotActive);
        }
        user.secrets_mut().grant(access);
        Ok(())
    });
    granted.map_err(|error| match error {
        DirectoryError::Refused(refusal) => refusal,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => Refusal::NotActive,
    })?;
    let expires_in = ACCESS_TOKEN_LIFETIME.as_secs() - 1; // counted from the time at which the token was made
    let access_token = match access_token.contains('.') {
        true => access_token, // it carries its world in a claim
        false => zitadel.context.tag_with_world(access_token),
    };
    Ok(Granted { access_token, id_token, expires_in })
}

/// A valid token, as introspection shows it.
pub struct Introspected {
    /// The user that holds it.
    pub user: User,
    /// What the token endpoint gave it; `None` for a personal access token.
    pub access: Option<AccessToken>,
}

/// What the holder of a token learns about itself.
pub struct Userinfo {
    pub user: User,
    /// Whether the scopes of the token reach the profile.
    pub profile: bool,
    /// Whether they reach the e-mail.
    pub email: bool,
    /// Whether they reach the organisation.
    pub resource_owner: bool,
}

/// What introspection shows of a token. `None` if the token is not valid.
pub fn introspect(zitadel: &Zitadel, form: &Form) -> Result<Option<Introspected>, Refusal> {
    authenticate_client(zitadel, form)?;
    let found = bearer(zitadel, &form.token, zitadel.context.clock.now());
    let living = found.filter(|found| found.user.may_enter(Door::Introspection));
    Ok(living.map(|Bearer { user, access, .. }| Introspected { user, access }))
}

/// Ends an access token. One that does not live is no error.
pub fn revoke(zitadel: &Zitadel, form: &Form) -> Result<(), Refusal> {
    authenticate_client(zitadel, form)?;
    if let Some(Bearer { user, access: Some(access), .. }) = bearer(zitadel, &form.token, zitadel.context.clock.now()) {
        let end = |user: &mut User| {
            user.secrets_mut().access.retain(|other| other.id != access.id);
            Ok::<_, Refusal>(())
        };
        let _ = zitadel.state.users.update(&user.profile.user_id, end);
    }
    Ok(())
}

/// Who holds the token of an `Authorization` header.
pub fn userinfo(zitadel: &Zitadel, authorization: Option<&str>) -> Result<Userinfo, Refusal> {
    let token = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    let Bearer { user, access, .. } =
        bearer(zitadel, token, zitadel.context.clock.now()).ok_or(Refusal::AccessTokenInvalid)?;
    if !user.may_enter(Door::Userinfo) {
        return Err(Refusal::NoActiveUser);
    }
    let reaches =
        |scope: &str| access.as_ref().is_none_or(|access| access.scope.split(' ').any(|given| given == scope));
    Ok(Userinfo {
        profile: reaches("profile"),
        email: reaches("email"),
        resource_owner: reaches("urn:zitadel:iam:user:resourceowner"),
        user,
    })
}

/// Introspection and revocation are for clients that say who they are, by a secret or by a key.
fn authenticate_client(zitadel: &Zitadel, form: &Form) -> Result<(), Refusal> {
    let caller = match (&form.client, &form.client_assertion) {
        (Some((name, secret)), _) => by_secret(zitadel, name, secret),
        (None, Some(assertion)) => by_key(zitadel, assertion, &form.issuer),
        (None, None) => Err(Refusal::CallerUnknown),
    };
    match caller {
        Ok(user) if user.may_enter(Door::Token) => Ok(()),
        _ => Err(Refusal::CallerUnknown),
    }
}
