//! The second factor on the wire.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::auth::IssuedToken;
use super::super::error::Error;
use super::super::operations::mfa::{Offer, Step};
use super::super::settings::Behaviour;
use super::{Time, object, required_text};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, text, word};

/// The second factors that there are.
const METHODS: [&str; 1] = ["totp"];

/// A code is due before there is a token.
pub(in super::super) fn challenge(id: &str, enrollment_required: bool) -> Reply {
    let mut body = json!({ "mfa_required": true, "challenge_id": id, "methods": METHODS });
    if enrollment_required {
        body["enrollment_required"] = Value::Bool(true);
    }
    Reply::of(StatusCode::OK, &body)
}

/// What an answer to a challenge takes.
pub(in super::super) const ANSWER: &[&[Member]] = &[&[text("challenge_id").required(), text("code").required()]];

/// A challenge and the code for it.
pub(in super::super) fn answer(call: &Call) -> Result<(String, String), Error> {
    let members = object(call)?;
    Ok((required_text(&members, "challenge_id")?, required_text(&members, "code")?))
}

/// What a step of the enrollment takes.
pub(in super::super) const STEP: &[&[Member]] =
    &[&[text("challenge_id").required(), word("action", &["generate", "verify"]).required(), text("code")]];

/// A challenge and the step of the enrollment.
pub(in super::super) fn enrollment_step(call: &Call) -> Result<(String, Step), Error> {
    let members = object(call)?;
    let challenge = required_text(&members, "challenge_id")?;
    let step = match required_text(&members, "action")?.as_str() {
        "generate" => Step::Generate,
        "verify" => Step::Verify { code: required_text(&members, "code")? },
        _ => return Err(Error::InvalidMember("action")),
    };
    Ok((challenge, step))
}

/// A secret to be scanned.
pub(in super::super) fn offer(offer: &Offer) -> Reply {
    let mut body = json!({ "secret": offer.secret, "qr_uri": offer.qr_uri });
    if let Some(id) = &offer.id {
        body = json!({ "id": id, "secret": offer.secret, "qr_uri": offer.qr_uri });
    }
    Reply::of(StatusCode::OK, &body)
}

/// A token, and the backup codes of the factor that is enrolled now.
pub(in super::super) fn enrolled(issued: &IssuedToken, codes: &[String], behaviour: &Behaviour) -> Reply {
    let expires_at = Time(issued.expires_at, behaviour);
    Reply::of(StatusCode::OK, &json!({ "token": issued.token, "expires_at": expires_at, "backup_codes": codes }))
}

/// The backup codes that count from now on.
pub(in super::super) fn backup_codes(codes: &[String]) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "codes": codes, "remaining": codes.len() }))
}
