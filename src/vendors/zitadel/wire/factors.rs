//! ZITADEL's messages about second factors, and about how people can sign in, in its newer API.

use serde_json::{Value, json};

use super::described::Described;
use super::management::factors::{factors, totp_uri};
use super::objects::{changed, time};
use crate::vendors::zitadel::operations::factors::{Factor, Method, RegisteredTotp};
use crate::vendors::zitadel::state::Zitadel;

/// The answer to a secret for an app.
pub(in super::super) fn registered(registered: &RegisteredTotp) -> Value {
    let RegisteredTotp { receipt, login_name, secret } = registered;
    json!({ "details": changed(receipt), "uri": totp_uri(secret, login_name), "secret": secret.to_base32() })
}

/// The answer that lists the factors that were asked for; without a choice, all.
pub(in super::super) fn listed(message: &Described, found: Vec<Factor>) -> Value {
    let (kinds, states): (Vec<String>, Vec<String>) = (message.read("authFactors"), message.read("states"));
    let is_asked = |asked: &[String], own: &str| asked.is_empty() || asked.iter().any(|one| one == own);
    let is_ready = is_asked(&states, "AUTH_FACTOR_STATE_READY");
    let fits = |factor: &Factor| is_ready && is_asked(&kinds, enum_name(*factor));
    factors(&found.into_iter().filter(fits).collect::<Vec<_>>())
}

fn enum_name(factor: Factor) -> &'static str {
    match factor {
        Factor::Totp => "OTP",
        Factor::Sms => "OTP_SMS",
        Factor::Email => "OTP_EMAIL",
    }
}

/// The answer that lists by what somebody can sign in.
pub(in super::super) fn methods(zitadel: &Zitadel, methods: &[Method]) -> Value {
    let shown = |method: &Method| match method {
        Method::Password => "AUTHENTICATION_METHOD_TYPE_PASSWORD",
        Method::Factor(Factor::Totp) => "AUTHENTICATION_METHOD_TYPE_TOTP",
        Method::Factor(Factor::Sms) => "AUTHENTICATION_METHOD_TYPE_OTP_SMS",
        Method::Factor(Factor::Email) => "AUTHENTICATION_METHOD_TYPE_OTP_EMAIL",
    };
    json!({
        "details": { "totalResult": methods.len(), "timestamp": time(zitadel.last_event()) },
        "authMethodTypes": methods.iter().map(shown).collect::<Vec<_>>(),
    })
}
