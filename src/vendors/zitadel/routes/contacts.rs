//! The routes of the e-mails, phones and passwords of ZITADEL's humans.

use super::answers::{MEMBERSHIP_REFUSAL, PUBLISHED, REFUSALS, UNLISTED, WRITE_REFUSALS};
use super::row::{Row, Run, run, serve, user_row};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Texts;
use crate::vendors::zitadel::operations;
use crate::vendors::zitadel::wire::proto;

#[rustfmt::skip]
const INITIAL: &[Answer] = &[
    Answer::new("not_initialised", 400, Assumed, UNLISTED, "a user that was imported and never came: code 9, `COMMAND-J8dsk`"),
];

#[rustfmt::skip]
const NO_CODE: &[Answer] = &[
    Answer::new("no_code", 400, Assumed, UNLISTED, "nothing waits for a code: code 9"),
];

#[rustfmt::skip]
const CODE: &[Answer] = &[
    Answer::new("wrong_code", 400, Assumed, UNLISTED, "another code, or one of more than an hour ago: code 3, `COMMAND-eis9R`"),
];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 10] = [
    user_row!(
        "set_email", "POST" "/v2/users/{user_id}/email", SetEmail,
        &[
            &[
                Answer::new("email_set", 200, Documented, "zitadel-messages", "verified, or with a code that is sent or answered"),
                Answer::new("email_unchanged", 400, Assumed, UNLISTED, "the same e-mail: code 9, `COMMAND-Uch5e`"),
            ],
            INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(SetEmailRequest => SetEmailResponse, "email_set", contacts::set_contact),
    ),
    user_row!(
        "resend_email_code", "POST" "/v2/users/{user_id}/email/resend", ResendEmailCode,
        &[
            &[Answer::new("code_made", 200, Documented, "zitadel-messages", "another code, sent or answered")],
            NO_CODE, INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(ResendEmailCodeRequest => ResendEmailCodeResponse, "code_made", contacts::resend_code),
    ),
    user_row!(
        "send_email_code", "POST" "/v2/users/{user_id}/email/send", SendEmailCode,
        &[
            &[Answer::new("code_made", 200, Documented, "zitadel-messages", "a code, sent or answered")],
            INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(SendEmailCodeRequest => SendEmailCodeResponse, "code_made", contacts::send_code),
    ),
    user_row!(
        "verify_email", "POST" "/v2/users/{user_id}/email/verify", VerifyEmail,
        &[
            &[Answer::new("verified", 200, Documented, "zitadel-messages", "the details after one event")],
            CODE, INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(VerifyEmailRequest => VerifyEmailResponse, "verified", contacts::verify_contact),
        "A wrong code writes nothing; the real service writes an event that counts it.",
    ),
    user_row!(
        "set_phone", "POST" "/v2/users/{user_id}/phone", SetPhone,
        &[
            &[
                Answer::new("phone_set", 200, Documented, "zitadel-messages", "verified, or with a code that is sent or answered"),
                Answer::new("phone_unchanged", 400, Assumed, UNLISTED, "the same phone: code 9, `COMMAND-Uch5e`"),
                Answer::new("phone_invalid", 400, Assumed, UNLISTED, "not a phone number: code 3, `PHONE-so0wa`"),
            ],
            INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(SetPhoneRequest => SetPhoneResponse, "phone_set", contacts::set_contact),
    ),
    user_row!(
        "remove_phone", "DELETE" "/v2/users/{user_id}/phone", RemovePhone,
        &[
            &[
                Answer::new("phone_removed", 200, Documented, "zitadel-messages", "the details after one event"),
                Answer::new("phone_missing", 404, Assumed, UNLISTED, "the user has none: code 5, `COMMAND-ieJ2e`"),
            ],
            INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(RemovePhoneRequest => RemovePhoneResponse, "phone_removed", contacts::remove_phone (id)),
    ),
    user_row!(
        "resend_phone_code", "POST" "/v2/users/{user_id}/phone/resend", ResendPhoneCode,
        &[
            &[Answer::new("code_made", 200, Documented, "zitadel-messages", "another code, sent or answered")],
            NO_CODE, INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(ResendPhoneCodeRequest => ResendPhoneCodeResponse, "code_made", contacts::resend_code),
    ),
    user_row!(
        "verify_phone", "POST" "/v2/users/{user_id}/phone/verify", VerifyPhone,
        &[
            &[Answer::new("verified", 200, Documented, "zitadel-messages", "the details after one event")],
            CODE, INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-ieJ2e", None,
        run!(VerifyPhoneRequest => VerifyPhoneResponse, "verified", contacts::verify_contact),
        "A wrong code writes nothing; the real service writes an event that counts it.",
    ),
    user_row!(
        "password_reset", "POST" "/v2/users/{user_id}/password_reset", PasswordReset,
        &[
            &[Answer::new("code_made", 200, Documented, "zitadel-messages", "a code, sent or answered")],
            INITIAL, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-SAFdda", None,
        run!(PasswordResetRequest => PasswordResetResponse, "code_made", passwords::password_reset),
    ),
    user_row!(
        "set_password", "POST" "/v2/users/{user_id}/password", SetPassword,
        &[
            &[
                Answer::new("password_set", 200, Documented, "zitadel-messages", "by the caller's permission, the current password, or a code"),
                Answer::new("wrong_password", 400, Documented, "zitadel-sessions", "not the current password: code 3, `COMMAND-3M0fs` with a detail of its own"),
                Answer::new("no_password", 400, Documented, "zitadel-sessions", "a current password where there is none: code 9, `COMMAND-3nJ4t`"),
                Answer::new("weak_password", 400, Assumed, UNLISTED, "a password against the default policy: code 3, one text and id per lack"),
            ],
            CODE, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-G8dh3", None,
        run!(SetPasswordRequest => SetPasswordResponse, "password_set", passwords::set_password),
        "A wrong password writes nothing; the real service counts it, and its detail then has `failedAttempts`.",
    ),
];
