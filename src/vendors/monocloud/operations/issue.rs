//! Issues MonoCloud's tokens: access tokens as JWTs or as references, ID tokens, refresh tokens.

use serde_json::{Map, Value, json};

use super::claims;
use super::scopes::{self, OFFLINE_ACCESS, Scopes};
use crate::context::WORLD_CLAIM;
use crate::ids::{Stream, hex};
use crate::tokens::{Defect, Issuer, TestKey, TokenKind, half_hash};
use crate::vendors::monocloud::record::{
    AccessTokenType, Application, Authorization, ReferenceToken, RefreshToken, RefreshTokenExpiration, User,
};
use crate::vendors::monocloud::state::MonoCloud;

/// How a user signed in, in the words of RFC 8176: there is only the password.
const METHODS: [&str; 1] = ["pwd"];

/// The identity provider of every user.
const IDP: &str = "monocloud";

/// The access token of an answer.
pub(in super::super) struct AccessToken {
    pub(in super::super) token: String,
    /// In seconds.
    pub(in super::super) expires_in: i64,
}

/// What an access token is issued for.
pub(super) struct Subject<'a> {
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    /// The user and what the user allowed; absent if the application acts for itself.
    pub(super) user: Option<(&'a User, &'a Authorization)>,
    pub(super) defect: Option<Defect>,
}

/// The key that signs, with its id.
pub(in super::super) fn current_key(monocloud: &MonoCloud) -> (&'static TestKey, String) {
    let keys = monocloud.state.signing_keys.snapshot();
    let current = keys.iter().find(|key| key.is_current()).expect("there is always one that signs");
    (current.key(), current.id.clone())
}

pub(super) fn sign(
    monocloud: &MonoCloud,
    kind: TokenKind,
    typ: &str,
    claims: Map<String, Value>,
    defect: Option<Defect>,
) -> String {
    let (key, key_id) = current_key(monocloud);
    Issuer { key: key.key(), key_id: &key_id, defect }.issue(kind, Some(typ), claims)
}

/// An opaque value, as this server makes them, which leads back to its world.
pub(super) fn opaque(monocloud: &MonoCloud) -> String {
    let value = hex(&monocloud.context.ids.bytes::<32>(Stream::Tokens));
    monocloud.context.tag_with_world(format!("{value}-1"))
}

/// An access token. The settings are those of the API, if it has a scope of one, else those of the application.
pub(super) fn access_token(
    monocloud: &MonoCloud,
    application: &Application,
    scopes: &Scopes,
    subject: &Subject<'_>,
) -> AccessToken {
    let now = monocloud.now();
    let api = scopes.apis.first();
    let (kind, lifetime) = match api {
        Some(api) => (api.access_token_type, api.access_token_lifetime),
        None => (application.access_token_type, application.access_token_lifetime),
    };
    let expires = now.saturating_add(lifetime);
    let audience: Value = match &scopes.apis[..] {
        // Without an API the token is for userinfo alone (assumed, monocloud-a41).
        [] => subject.issuer.into(),
        [api] => (&*api.audience).into(),
        apis => apis.iter().map(|api| &*api.audience).collect(),
    };
    let may_read_user = scopes.apis.iter().all(|api| api.allow_user_info_access);
    let scope = scopes.names.iter().filter(|name| {
        let is_identity = scopes::IDENTITY_SCOPES.contains(&name.as_str());
        let is_offline = *name == OFFLINE_ACCESS;
        (!is_identity || may_read_user) && (!is_offline || application.emit_offline_access_scope_in_access_token)
    });
    let scope = scope.map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut claims = json!({ "iss": subject.issuer, "nbf": now, "iat": now, "exp": expires, "aud": audience });
    let mut more = json!({ "scope": scope, "client_id": subject.client_id });
    if let Some((user, authorization)) = subject.user {
        more["sub"] = (&*user.profile.user_id).into();
        more["auth_time"] = authorization.auth_time.into();
        more["idp"] = IDP.into();
        more["amr"] = METHODS.as_slice().into();
        if let Some(session_id) = &authorization.session_id {
            more["sid"] = (&**session_id).into();
        }
        for name in scopes.apis.iter().flat_map(|api| &api.user_claims) {
            if let Some(value) = claims::claim(monocloud, user, name) {
                more[name] = value;
            }
        }
    }
    if subject.user.is_none() || application.always_send_client_claims {
        let prefix = application.client_claims_prefix.as_deref().unwrap_or_default();
        for (name, value) in &application.claims {
            more[format!("{prefix}{name}")] = value.clone();
        }
    }
    if api.is_none_or(|api| api.include_jwt_id) {
        more["jti"] = hex(&monocloud.context.ids.bytes::<16>(Stream::Tokens)).into();
    }
    more[WORLD_CLAIM] = (*monocloud.context.world).into();
    let mut claims = members(claims.take());
    claims.extend(members(more));
    let token = match kind {
        AccessTokenType::Jwt => sign(monocloud, TokenKind::Access, "at+jwt", claims, subject.defect),
        AccessTokenType::Reference => {
            let token = opaque(monocloud);
            let authorization = subject.user.map(|(_, authorization)| authorization);
            monocloud.state.reference_tokens.push(ReferenceToken {
                token: bare(&token).to_owned(),
                client_id: subject.client_id.to_owned(),
                user_id: authorization.map(|authorization| authorization.user_id.clone()),
                session_id: authorization.and_then(|authorization| authorization.session_id.clone()),
                is_session_bound: api.is_some_and(|api| api.bind_tokens_to_session),
                claims,
                expires,
            });
            token
        }
    };
    AccessToken { token, expires_in: lifetime }
}

/// An ID token for what comes with it.
pub(super) fn id_token(
    monocloud: &MonoCloud,
    application: &Application,
    user: &User,
    authorization: &Authorization,
    with: (Option<&str>, Option<&str>),
) -> String {
    let now = monocloud.now();
    let (access_token, code) = with;
    let mut claims = members(json!({
        "iss": authorization.issuer,
        "nbf": now,
        "iat": now,
        "exp": now.saturating_add(application.identity_token_lifetime),
        "aud": authorization.audience,
    }));
    let mut set = |name: &str, value: Option<Value>| claims.extend(value.map(|value| (name.to_owned(), value)));
    set("amr", Some(METHODS.as_slice().into()));
    set("nonce", authorization.nonce.clone().map(Value::from));
    set("at_hash", access_token.map(|token| half_hash(token).into()));
    set("c_hash", code.map(|code| half_hash(code).into()));
    set("sid", authorization.session_id.clone().map(Value::from));
    set("sub", Some((&*user.profile.user_id).into()));
    set("auth_time", Some(authorization.auth_time.into()));
    set("idp", Some(IDP.into()));
    set("azp", Some((&*authorization.audience).into()));
    // Without an access token nothing could read them at userinfo.
    let all = application.always_include_user_claims_in_id_token || (access_token.is_none() && code.is_none());
    let scopes = &authorization.scopes;
    let released = claims::of_scopes(monocloud, user, scopes);
    claims.extend(released.into_iter().filter(|(name, _)| all || name == "groups"));
    claims.insert(WORLD_CLAIM.to_owned(), (*monocloud.context.world).into());
    sign(monocloud, TokenKind::Id, "JWT", claims, authorization.defect)
}

/// A refresh token that was first issued at `issued`.
pub(super) fn refresh_token(
    monocloud: &MonoCloud,
    application: &Application,
    authorization: &Authorization,
    issued: i64,
) -> String {
    let token = opaque(monocloud);
    let authorization = Authorization { nonce: None, defect: None, ..authorization.clone() };
    monocloud.state.refresh_tokens.push(RefreshToken {
        token: bare(&token).to_owned(),
        authorization,
        issued,
        expires: refresh_end(application, issued, monocloud.now()),
        is_used: false,
    });
    token
}

/// When a refresh token ends that was first issued at `issued` and is used at `now`.
pub(super) fn refresh_end(application: &Application, issued: i64, now: i64) -> i64 {
    let absolute = issued.saturating_add(application.absolute_refresh_token_lifetime);
    match application.refresh_token_expiration {
        RefreshTokenExpiration::Absolute => absolute,
        RefreshTokenExpiration::Sliding => now.saturating_add(application.sliding_refresh_token_lifetime).min(absolute),
    }
}

/// An opaque value without its world, as calls have it once they are in their world.
pub(super) fn bare(value: &str) -> &str {
    crate::context::split_world(value).0
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
