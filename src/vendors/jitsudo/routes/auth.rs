//! The routes of signing in, and of mailed tokens. None of them asks for a credential or a tenant.

use http::StatusCode;

use super::handler::{Handler, Row};
use crate::vendors::jitsudo::operations::auth;
use crate::vendors::jitsudo::operations::mfa::SignIn;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 5] = [
    Row::new(
        "post_auth_login",
        "POST",
        "/v1/auth/login",
        Handler::open(|request| {
            let behaviour = &request.jitsudo.behaviour;
            Ok(match auth::post_auth_login(request.jitsudo, &wire::auth::login(request.call)?)? {
                SignIn::Token(issued) => wire::auth::issued(&issued, behaviour).fidelity_row("logged_in"),
                SignIn::Challenge { id, enrollment_required } => {
                    wire::mfa::challenge(&id, enrollment_required).fidelity_row("challenged")
                }
            })
        }),
    )
    .body(wire::auth::LOGIN)
    .unseen()
    .heavy(),
    Row::new(
        "request_password_reset",
        "POST",
        "/v1/auth/request-password-reset",
        Handler::open(|request| {
            auth::request_password_reset(request.jitsudo, &wire::auth::email(request.call)?);
            let text = "If the address is known, an email has been sent.";
            Ok(wire::message(StatusCode::ACCEPTED, text).fidelity_row("accepted"))
        }),
    )
    .body(wire::auth::EMAIL),
    Row::new(
        "reset_password",
        "POST",
        "/v1/auth/reset-password",
        Handler::open(|request| {
            let (token, password) = wire::auth::new_password(request.call, "new_password")?;
            auth::reset_password(request.jitsudo, &token, &password)?;
            Ok(wire::message(StatusCode::OK, "The password is set.").fidelity_row("reset"))
        }),
    )
    .body(wire::auth::RESET)
    .heavy(),
    Row::new(
        "verify_email",
        "POST",
        "/v1/auth/verify-email",
        Handler::open(|request| {
            let user = auth::verify_email(request.jitsudo, &wire::auth::token(request.call)?)?;
            Ok(wire::auth::verified(&user).fidelity_row("verified"))
        }),
    )
    .body(wire::auth::TOKEN),
    Row::new(
        "set_initial_password",
        "POST",
        "/v1/auth/set-initial-password",
        Handler::open(|request| {
            let (token, password) = wire::auth::new_password(request.call, "password")?;
            auth::set_initial_password(request.jitsudo, &token, &password)?;
            Ok(wire::message(StatusCode::OK, "The password is set.").fidelity_row("set"))
        }),
    )
    .body(wire::auth::INITIAL)
    .heavy(),
];
