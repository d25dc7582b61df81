//! The routes of ZITADEL's doors of OAuth and OpenID Connect, and of its health.

use http::StatusCode;
use http::header::AUTHORIZATION;

use super::row::{Row, Run};
use crate::fidelity::Sureness::{Assumed, Documented, Inferred};
use crate::fidelity::{Answer, Operation};
use crate::protocol::{Call, Reply};
use crate::vendors::zitadel::auth;
use crate::vendors::zitadel::operations::sign_in;
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire::sign_in as wire;

/// A row of these doors.
const fn door(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    (answers, differences): (&'static [&'static [Answer]], &'static [&'static str]),
    run: fn(&Zitadel, &Call) -> Reply,
) -> Row {
    Row {
        operation: Operation {
            name,
            method,
            path,
            rpc: None,
            emulated: true,
            published: &[200, 400, 401, 500],
            answers,
            differences,
        },
        run: Run::Door(run),
    }
}

#[rustfmt::skip]
const CALLERS: &[Answer] = &[
    Answer::new("caller_unknown", 401, Assumed, "zitadel-tokens", "the caller does not say which client it is, by secret or by key"),
];

#[rustfmt::skip]
const BEARER: &[Answer] = &[
    Answer::new("userinfo", 200, Documented, "zitadel-tokens", "the holder of the token, as far as its scopes reach"),
    Answer::new("access_token_invalid", 401, Documented, "zitadel-kept-out", "no token, an unknown one, or one that ended: `access_denied`"),
    Answer::new("no_active_user", 401, Documented, "zitadel-kept-out", "the token lives, its user is not active: `access_denied`"),
];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 10] = [
    door(
        "openid_configuration", "GET", "/.well-known/openid-configuration",
        (&[&[Answer::new("configuration", 200, Documented, "zitadel-endpoints", "the issuer is scheme and host as the caller used them")]],
         &["What is listed and not emulated (authorize, device authorization, end session) answers fauxidp's own 501."]),
        |_, call| wire::discovery(call).proving("configuration"),
    ),
    door(
        "keys", "GET", "/oauth/v2/keys",
        (&[&[Answer::new("key_set", 200, Documented, "zitadel-endpoints", "the one key of the world, made from its seed: RS256, 2048 bits")]], &[]),
        |zitadel, _| wire::key_set(&[auth::signer(zitadel).jwk()]).proving("key_set"),
    ),
    door(
        "token", "POST", "/oauth/v2/token",
        (&[&[
            Answer::new("granted", 200, Documented, "zitadel-tokens", "for a key (JWT bearer) or a secret (client credentials); `id_token` where `openid` was asked for"),
            Answer::new("grant_type_missing", 400, Documented, "zitadel-tokens", "`invalid_request`"),
            Answer::new("grant_type_unsupported", 400, Assumed, "zitadel-tokens", "a grant that is not emulated, or none: `unsupported_grant_type`"),
            Answer::new("assertion_missing", 400, Documented, "zitadel-tokens", "`invalid_request`"),
            Answer::new("assertion_invalid", 500, Documented, "zitadel-tokens", "unknown key, wrong signature, audience or time: `server_error`, `Errors.Internal`"),
            Answer::new("client_unknown", 400, Documented, "zitadel-tokens", "`invalid_client`"),
            Answer::new("secret_invalid", 400, Documented, "zitadel-tokens", "`invalid_request`, the raw key"),
            Answer::new("not_active", 400, Documented, "zitadel-kept-out", "a deactivated or locked user: `invalid_request`, `Errors.User.NotActive`"),
        ]],
         &[
             "Assertions are judged by the world's clock: where it is frozen, clients have to sign for that time.",
             "A user has at most 100 living access tokens; the oldest end first.",
         ]),
        |zitadel, call| wire::either(sign_in::token(zitadel, &wire::form(call)).map(wire::granted), "granted"),
    ),
    door(
        "introspect", "POST", "/oauth/v2/introspect",
        (&[&[Answer::new("introspected", 200, Documented, "zitadel-kept-out", "what the token is good for, or `{\"active\":false}`")], CALLERS],
         &["Any machine with a secret or key may ask; the real service knows applications for that, and looks at the audience."]),
        |zitadel, call| {
            let form = wire::form(call);
            let found = sign_in::introspect(zitadel, &form);
            wire::either(found.map(|found| wire::introspected(&form.issuer, found)), "introspected")
        },
    ),
    door(
        "revoke", "POST", "/oauth/v2/revoke",
        (&[&[Answer::new("revoked", 200, Documented, "zitadel-kept-out", "also where there was nothing to revoke; personal access tokens stay")], CALLERS], &[]),
        |zitadel, call| wire::either(sign_in::revoke(zitadel, &wire::form(call)).map(|()| Reply::empty(StatusCode::OK)), "revoked"),
    ),
    door(
        "userinfo", "GET", "/oidc/v1/userinfo",
        (&[BEARER], &[]),
        |zitadel, call| wire::either(sign_in::userinfo(zitadel, call.header(&AUTHORIZATION)).map(wire::userinfo), "userinfo"),
    ),
    door(
        "userinfo_by_post", "POST", "/oidc/v1/userinfo",
        (&[BEARER], &[]),
        |zitadel, call| wire::either(sign_in::userinfo(zitadel, call.header(&AUTHORIZATION)).map(wire::userinfo), "userinfo"),
    ),
    door(
        "debug_healthz", "GET", "/debug/healthz",
        (&[&[Answer::new("healthy", 200, Documented, "zitadel-headers", "the text `ok`")]], &[]),
        |_, _| Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "ok").proving("healthy"),
    ),
    door(
        "debug_ready", "GET", "/debug/ready",
        (&[&[Answer::new("ready", 200, Inferred, "zitadel-headers", "the text `ok`")]], &[]),
        |_, _| Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "ok").proving("ready"),
    ),
    door(
        "debug_validate", "GET", "/debug/validate",
        (&[&[Answer::new("valid", 200, Inferred, "zitadel-headers", "the text `ok`")]], &[]),
        |_, _| Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "ok").proving("valid"),
    ),
];
