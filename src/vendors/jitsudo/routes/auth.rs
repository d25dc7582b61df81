//! The routes of signing in, and of mailed tokens. None of them asks for a credential or a tenant.

use http::StatusCode;

use super::super::operations::auth as run;
use super::super::wire::{self, auth as bodies};
use super::{Row, Run, body};
use crate::fidelity::Sureness::{Assumed, Documented, Inferred};
use crate::fidelity::{Answer, Operation};

const OUTBOX: &str = "No mail is sent: it is read at `/__fauxidp/worlds/{world}/outbox`.";

/// What a mailed token can be refused for.
#[rustfmt::skip]
const MAILED: [Answer; 2] = [
    Answer::new("unknown_mail_token", 400, Inferred, "jitsudo-mail", "a token that was not mailed for this, was used, replaced or is too old"),
    Answer::new("suspended_mail_token", 400, Assumed, "jitsudo-suspended-login", "the token of a user who is suspended; it is not used up"),
];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 6] = [
    Row {
        operation: Operation {
            name: "post_auth_login",
            method: "POST",
            path: "/v1/auth/login",
            rpc: None,
            emulated: true,
            published: &[200, 400, 401],
            answers: &[
                &[
                    Answer::new("logged_in", 200, Documented, "jitsudo-login", "`token`, a JWT signed with HS256, and `expires_at`, an hour later"),
                    Answer::new("invalid_member", 400, Documented, "jitsudo-login", "`email` or `password` is missing or no text"),
                    Answer::new("ambiguous_tenant", 400, Assumed, "jitsudo-login", "the password fits that address in several tenants: `tenant_slug` has to tell which"),
                    Answer::new("bad_credentials", 401, Documented, "jitsudo-login", "an unknown address, a wrong password, or a user without one"),
                    Answer::new("suspended_login", 401, Assumed, "jitsudo-suspended-login", "the right password of a user who is suspended: the same body"),
                ],
                &body(Documented, "jitsudo-login"),
            ],
            differences: &["Nobody has a second factor, so `mfa_required` never comes."],
        },
        run: Run::Open(|jitsudo, call| {
            let issued = run::post_auth_login(jitsudo, &bodies::login(call)?)?;
            Ok(bodies::issued(&issued, &jitsudo.behaviour).proving("logged_in"))
        }),
    },
    Row {
        operation: Operation {
            name: "get_auth_providers",
            method: "GET",
            path: "/v1/auth/providers",
            rpc: None,
            emulated: true,
            published: &[200, 404],
            answers: &[&[
                Answer::new("found", 200, Documented, "jitsudo-login", "`tenant_id` and `methods` of the tenant with that `domain`, else with that `slug`"),
                Answer::new("tenant_not_found", 404, Documented, "jitsudo-login", "no tenant has that domain or slug"),
            ]],
            differences: &["The methods are what the seed says; only `local` leads anywhere."],
        },
        run: Run::Open(|jitsudo, call| {
            let (domain, slug) = bodies::looked_up(call);
            let tenant = run::get_auth_providers(jitsudo, domain.as_deref(), slug.as_deref())?;
            Ok(bodies::providers(tenant).proving("found"))
        }),
    },
    Row {
        operation: Operation {
            name: "request_password_reset",
            method: "POST",
            path: "/v1/auth/request-password-reset",
            rpc: None,
            emulated: true,
            published: &[202, 400],
            answers: &[
                &[
                    Answer::new("accepted", 202, Documented, "jitsudo-mail", "a message, whether or not anybody has the address; who is suspended gets no letter"),
                    Answer::new("invalid_member", 400, Documented, "jitsudo-mail", "`email` is missing or no text"),
                ],
                &body(Documented, "jitsudo-mail"),
            ],
            differences: &[OUTBOX],
        },
        run: Run::Open(|jitsudo, call| {
            run::request_password_reset(jitsudo, &bodies::email(call)?);
            let text = "If the address is known, a letter is on its way.";
            Ok(wire::message(StatusCode::ACCEPTED, text).proving("accepted"))
        }),
    },
    Row {
        operation: Operation {
            name: "reset_password",
            method: "POST",
            path: "/v1/auth/reset-password",
            rpc: None,
            emulated: true,
            published: &[200, 400],
            answers: &[
                &[
                    Answer::new("reset", 200, Documented, "jitsudo-mail", "a message; the token is used up"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-mail", "`token` or `new_password` is missing or no text"),
                    Answer::new("short_password", 400, Documented, "jitsudo-mail", "fewer than 8 characters; the token still counts"),
                ],
                &body(Inferred, "jitsudo-mail"),
                &MAILED,
            ],
            differences: &[],
        },
        run: Run::Open(|jitsudo, call| {
            let (token, password) = bodies::new_password(call, "new_password")?;
            run::reset_password(jitsudo, &token, &password)?;
            Ok(wire::message(StatusCode::OK, "The password is set.").proving("reset"))
        }),
    },
    Row {
        operation: Operation {
            name: "verify_email",
            method: "POST",
            path: "/v1/auth/verify-email",
            rpc: None,
            emulated: true,
            published: &[200, 400],
            answers: &[
                &[
                    Answer::new("verified", 200, Documented, "jitsudo-mail", "`message` and `email`; the token can still set the first password"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-mail", "`token` is missing or no text"),
                ],
                &body(Inferred, "jitsudo-mail"),
                &MAILED,
            ],
            differences: &[],
        },
        run: Run::Open(|jitsudo, call| {
            let user = run::verify_email(jitsudo, &bodies::token(call)?)?;
            Ok(bodies::verified(&user).proving("verified"))
        }),
    },
    Row {
        operation: Operation {
            name: "set_initial_password",
            method: "POST",
            path: "/v1/auth/set-initial-password",
            rpc: None,
            emulated: true,
            published: &[200, 400],
            answers: &[
                &[
                    Answer::new("set", 200, Documented, "jitsudo-mail", "a message; the token is used up, the address is verified"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-mail", "`token` or `password` is missing or no text"),
                    Answer::new("short_password", 400, Assumed, "jitsudo-mail", "fewer than 8 characters; the token still counts"),
                ],
                &body(Inferred, "jitsudo-mail"),
                &MAILED,
            ],
            differences: &[],
        },
        run: Run::Open(|jitsudo, call| {
            let (token, password) = bodies::new_password(call, "password")?;
            run::set_initial_password(jitsudo, &token, &password)?;
            Ok(wire::message(StatusCode::OK, "The password is set.").proving("set"))
        }),
    },
];
