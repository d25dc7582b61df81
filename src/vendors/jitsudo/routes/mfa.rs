//! The routes of the second factor. At a sign-in none of them asks for a credential: the challenge is one.

use super::handler::{Handler, Row};
use crate::vendors::jitsudo::operations::mfa::{self, Enrollment};
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "verify_mfa_challenge",
        "POST",
        "/v1/auth/mfa/challenge",
        Handler::open(|request| {
            let (challenge, code) = wire::mfa::answer(request.call)?;
            let issued = mfa::verify_mfa_challenge(request.jitsudo, &challenge, &code)?;
            Ok(wire::auth::issued(&issued, &request.jitsudo.behaviour).fidelity_row("verified"))
        }),
    )
    .body(wire::mfa::ANSWER)
    .unseen(),
    Row::new(
        "enroll_mfa_via_challenge",
        "POST",
        "/v1/auth/mfa/enroll-via-challenge",
        Handler::open(|request| {
            let (challenge, step) = wire::mfa::enrollment_step(request.call)?;
            Ok(match mfa::enroll_mfa_via_challenge(request.jitsudo, &challenge, step)? {
                Enrollment::Offered(offer) => wire::mfa::offer(&offer).fidelity_row("generated"),
                Enrollment::Verified(issued, codes) => {
                    wire::mfa::enrolled(&issued, &codes, &request.jitsudo.behaviour).fidelity_row("verified")
                }
            })
        }),
    )
    .body(wire::mfa::STEP)
    .unseen(),
    Row::new(
        "enroll_totp",
        "POST",
        "/v1/users/me/mfa/totp",
        Handler::own(|request| {
            let offer = mfa::enroll_totp(request.jitsudo, request.caller.user()?)?;
            Ok(wire::mfa::offer(&offer).fidelity_row("enrolled"))
        }),
    )
    .ignores_body(),
    Row::new(
        "regenerate_mfa_backup_codes",
        "POST",
        "/v1/users/me/mfa/backup-codes",
        Handler::own(|request| {
            let codes = mfa::regenerate_mfa_backup_codes(request.jitsudo, request.caller.user()?)?;
            Ok(wire::mfa::backup_codes(&codes).fidelity_row("regenerated"))
        }),
    )
    .ignores_body(),
];
