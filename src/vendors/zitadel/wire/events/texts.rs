//! What ZITADEL calls its events and aggregates in English.

use crate::vendors::zitadel::record::Aggregate;

/// The text of an event; empty if there is none.
pub(super) fn of(kind: &str) -> &'static str {
    TEXTS.iter().find(|(known, _)| *known == kind).map_or("", |(_, text)| text)
}

/// The text of an aggregate.
pub(super) fn of_aggregate(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::User => "User",
        Aggregate::UserGrant => "User grant",
        Aggregate::Project => "Project",
        Aggregate::Org => "Organization",
        Aggregate::Instance => "Instance",
    }
}

const TEXTS: &[(&str, &str)] = &[
    ("user.added", "User added"),
    ("user.human.added", "Person added"),
    ("user.human.initialization.code.added", "Initialization code generated"),
    ("user.human.profile.changed", "User profile changed"),
    ("user.human.email.changed", "Email address changed"),
    ("user.human.email.verified", "Email address verified"),
    ("user.human.email.verification.failed", "Email address verification failed"),
    ("user.human.email.code.added", "Email address verification code generated"),
    ("user.human.phone.changed", "Phone number changed"),
    ("user.human.phone.removed", "Phone number removed"),
    ("user.human.phone.verified", "Phone number verified"),
    ("user.human.phone.verification.failed", "Phone number verification failed"),
    ("user.human.phone.code.added", "Phone number code generated"),
    ("user.human.password.changed", "Password changed"),
    ("user.human.password.code.added", "Password code generated"),
    ("user.human.password.check.failed", "Password check failed"),
    ("user.human.password.check.succeeded", "Password check succeeded"),
    ("user.human.password.hash.updated", "Password hash updated"),
    ("user.human.mfa.otp.added", "Multifactor OTP added"),
    ("user.human.mfa.otp.verified", "Multifactor OTP verified"),
    ("user.human.mfa.otp.removed", "Multifactor OTP removed"),
    ("user.human.mfa.otp.sms.added", "Multifactor OTP SMS added"),
    ("user.human.mfa.otp.sms.removed", "Multifactor OTP SMS removed"),
    ("user.human.mfa.otp.email.added", "Multifactor OTP Email added"),
    ("user.human.mfa.otp.email.removed", "Multifactor OTP Email removed"),
    ("user.human.passwordless.initialization.code.added", "Passkey initialization code added"),
    ("user.human.passwordless.initialization.code.requested", "Passkey initialization code requested"),
    ("user.machine.added", "Technical user added"),
    ("user.machine.changed", "Technical user changed"),
    ("user.machine.secret.set", "Secret set"),
    ("user.machine.secret.removed", "Secret removed"),
    ("user.machine.key.added", "Key added"),
    ("user.machine.key.removed", "Key removed"),
    ("user.pat.added", "Personal Access Token added"),
    ("user.pat.removed", "Personal Access Token removed"),
    ("user.metadata.set", "User metadata set"),
    ("user.metadata.removed", "User metadata removed"),
    ("user.username.changed", "Username changed"),
    ("user.deactivated", "User deactivated"),
    ("user.reactivated", "User reactivated"),
    ("user.locked", "User locked"),
    ("user.unlocked", "User unlocked"),
    ("user.removed", "User removed"),
    ("user.grant.added", "Authorization added"),
    ("user.grant.changed", "Authorization changed"),
    ("user.grant.cascade.changed", "Authorization changed"),
    ("user.grant.cascade.removed", "Authorization removed"),
    ("user.grant.deactivated", "Authorization deactivated"),
    ("user.grant.reactivated", "Authorization reactivated"),
    ("user.grant.removed", "Authorization removed"),
];
