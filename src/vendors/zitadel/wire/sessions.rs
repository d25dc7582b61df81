//! ZITADEL's messages about sessions.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::described::Described;
use super::described::values::{seconds_of_duration, seconds_of_time};
use super::objects::{changed, time};
use crate::vendors::zitadel::operations::paging::Paging;
use crate::vendors::zitadel::operations::sessions::{
    Checks, Comparison, Factor, ListSessions, PasswordProof, SessionChange, SessionFound, SessionQuery, SessionWritten,
    SessionsFound, UserCheck,
};
use crate::vendors::zitadel::record::{Kind, SessionUser, User};

/// What is to be checked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ChecksMessage {
    user: Option<UserMessage>,
    password: Option<PasswordMessage>,
    idp_intent: Option<IgnoredAny>,
    web_auth_n: Option<IgnoredAny>,
    totp: Option<TotpMessage>,
    otp_sms: Option<IgnoredAny>,
    otp_email: Option<IgnoredAny>,
    recovery_code: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UserMessage {
    user_id: Option<String>,
    login_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PasswordMessage {
    password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TotpMessage {
    code: String,
}

/// One query of a search.
#[derive(Deserialize)]
enum QueryMessage {
    #[serde(rename = "idsQuery", rename_all = "camelCase")]
    Ids {
        #[serde(default)]
        ids: Vec<String>,
    },
    #[serde(rename = "userIdQuery", rename_all = "camelCase")]
    UserId {
        #[serde(default)]
        id: String,
    },
    #[serde(rename = "creationDateQuery", rename_all = "camelCase")]
    CreationDate {
        creation_date: Option<String>,
        #[serde(default)]
        method: Value,
    },
    #[serde(rename = "creatorQuery", rename_all = "camelCase")]
    Creator { id: Option<String> },
    #[serde(rename = "userAgentQuery", rename_all = "camelCase")]
    UserAgent { fingerprint_id: Option<String> },
    #[serde(rename = "expirationDateQuery", rename_all = "camelCase")]
    ExpirationDate {
        expiration_date: Option<String>,
        #[serde(default)]
        method: Value,
    },
}

/// What a message asks to be written into a session.
pub(in super::super) fn change(message: &Described) -> SessionChange {
    let lifetime = seconds_of_duration(message.text("lifetime"));
    SessionChange {
        checks: checks(message.read("checks")),
        metadata: message.read::<BTreeMap<String, String>>("metadata"),
        user_agent: message.read("userAgent"),
        lifetime: lifetime.map(|(seconds, nanos)| SignedDuration::new(seconds, nanos)),
        has_challenges: !message.read::<Map<String, Value>>("challenges").is_empty(),
    }
}

fn checks(message: ChecksMessage) -> Checks {
    let user = message.user.and_then(|user| match (user.user_id, user.login_name) {
        (Some(id), _) => Some(UserCheck::Id(id)),
        (None, name) => name.map(UserCheck::LoginName),
    });
    let factors = [
        message.idp_intent.map(|_| Factor::Intent),
        message.web_auth_n.map(|_| Factor::Passkey),
        message.totp.map(|check| Factor::Totp(check.code)),
        message.otp_sms.map(|_| Factor::Otp),
        message.otp_email.map(|_| Factor::Otp),
        message.recovery_code.map(|_| Factor::RecoveryCode),
    ];
    let password = message.password.map(|check| PasswordProof::Plain(check.password));
    Checks { user, password, factors: factors.into_iter().flatten().collect() }
}

/// The search that a message asks for.
pub(in super::super) fn list(message: &Described) -> ListSessions {
    let query: Map<String, Value> = message.read("query");
    let number = |name: &str| query.get(name).and_then(Value::as_u64).unwrap_or_default();
    ListSessions {
        queries: message.read::<Vec<QueryMessage>>("queries").into_iter().map(self::query).collect(),
        is_sorted: message.text("sortingColumn") == "SESSION_FIELD_NAME_CREATION_DATE",
        paging: Paging {
            offset: number("offset"),
            limit: u32::try_from(number("limit")).unwrap_or(u32::MAX),
            ascending: query.get("asc").and_then(Value::as_bool).unwrap_or_default(),
        },
    }
}

fn query(message: QueryMessage) -> SessionQuery {
    match message {
        QueryMessage::Ids { ids } => SessionQuery::Ids(ids.into_iter().collect()),
        QueryMessage::UserId { id } => SessionQuery::User(id),
        QueryMessage::CreationDate { creation_date, method } => {
            SessionQuery::Created(comparison(&method), moment(creation_date.as_deref()))
        }
        QueryMessage::Creator { id } => SessionQuery::Creator(id),
        QueryMessage::UserAgent { fingerprint_id } => SessionQuery::UserAgent(fingerprint_id),
        QueryMessage::ExpirationDate { expiration_date, method } => {
            SessionQuery::Expires(comparison(&method), moment(expiration_date.as_deref()))
        }
    }
}

fn comparison(method: &Value) -> Comparison {
    match method.as_str().map(|name| name.trim_start_matches("TIMESTAMP_QUERY_METHOD_")) {
        Some("GREATER") => Comparison::Greater,
        Some("GREATER_OR_EQUALS") => Comparison::GreaterOrEquals,
        Some("LESS") => Comparison::Less,
        Some("LESS_OR_EQUALS") => Comparison::LessOrEquals,
        _ => Comparison::Equals,
    }
}

/// A time of a message; without one, the beginning of times.
fn moment(text: Option<&str>) -> Timestamp {
    let parts = text.and_then(seconds_of_time).unwrap_or_default();
    Timestamp::new(parts.0, parts.1).unwrap_or(Timestamp::MAX)
}

/// The answer to a creation.
pub(in super::super) fn created(written: &SessionWritten) -> Value {
    json!({ "details": changed(&written.receipt), "sessionId": written.id, "sessionToken": written.token })
}

/// The answer to a write.
pub(in super::super) fn written(written: &SessionWritten) -> Value {
    json!({ "details": changed(&written.receipt), "sessionToken": written.token })
}

/// The answer to a read.
pub(in super::super) fn found(found: &SessionFound) -> Value {
    json!({ "session": session(found) })
}

/// The answer to a search.
pub(in super::super) fn listed(found: &SessionsFound, now: Timestamp) -> Value {
    json!({
        "details": { "totalResult": found.total, "timestamp": time(found.last_event.unwrap_or(now)) },
        "sessions": found.sessions.iter().map(session).collect::<Vec<_>>(),
    })
}

fn session(found: &SessionFound) -> Value {
    let SessionFound { session, user } = found;
    let factors = session.user.as_ref().zip(user.as_ref()).map(|(checked, user)| {
        let password = session.password(user).map(|password| json!({ "verifiedAt": time(password.checked) }));
        let totp = checked.totp.map(|at| json!({ "verifiedAt": time(at) }));
        json!({ "user": user_factor(checked, user), "password": password, "totp": totp })
    });
    json!({
        "id": session.id,
        "creationDate": time(session.details.creation_date),
        "changeDate": time(session.details.change_date),
        "sequence": session.details.sequence,
        "factors": factors,
        "metadata": session.metadata,
        "userAgent": session.user_agent,
        "expirationDate": session.expires.map(time),
    })
}

fn user_factor(checked: &SessionUser, user: &User) -> Value {
    let name = match &user.profile.kind {
        Kind::Human(human) => &human.profile.display_name,
        Kind::Machine(machine) => &machine.name,
    };
    json!({
        "verifiedAt": time(checked.checked),
        "id": checked.id,
        "loginName": *user.profile.preferred_login_name,
        "displayName": name,
        "organizationId": checked.organization,
    })
}
