//! ZITADEL's messages about factors and memberships in its first APIs.

use serde_json::{Value, json};

use super::super::objects::{created, read};
use crate::totp::Secret;
use crate::vendors::zitadel::operations::management::factors::Factor;
use crate::vendors::zitadel::operations::management::memberships::MembershipFound;
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::record::User;

/// The answer that lists factors.
pub(in super::super::super) fn factors(factors: &[Factor]) -> Value {
    let shown = |factor: &Factor| {
        let kind = match factor {
            Factor::Totp => "otp",
            Factor::Sms => "otpSms",
            Factor::Email => "otpEmail",
        };
        json!({ "state": "AUTH_FACTOR_STATE_READY", kind: {} })
    };
    json!({ "result": factors.iter().map(shown).collect::<Vec<_>>() })
}

/// The answer to a secret for an app.
pub(in super::super::super) fn totp(receipt: &Receipt, secret: &Secret, user: &User) -> Value {
    let uri = totp_uri(secret, &user.profile.preferred_login_name);
    json!({ "url": uri, "secret": secret.to_base32(), "details": created(receipt) })
}

/// The URI that an app reads.
pub(in super::super) fn totp_uri(secret: &Secret, login_name: &str) -> String {
    secret.uri("ZITADEL", login_name)
}

/// A membership of that user.
pub(in super::super::super) fn membership(user_id: &str, found: &MembershipFound) -> Value {
    let one = &found.membership;
    let (name, place) = match (&one.project, &one.organization) {
        (Some(project), _) => ("projectId", json!(project)),
        (None, Some(organization)) => ("orgId", json!(organization)),
        (None, None) => ("iam", json!(true)),
    };
    json!({
        "userId": user_id,
        "details": read(&one.details, &found.resource_owner),
        "roles": one.roles,
        "displayName": *found.display_name,
        name: place,
    })
}
