//! The rules that ZITADEL's messages declare, checked in the order and with the texts of its validator.

use hashbrown::HashSet;
use serde_json::{Map, Value};

use super::super::refusal::ID_LENGTH;
use super::schema::{FieldType, Kind, MessageType, Rules, SCHEMA, go_name};
use super::values::seconds_of_duration;
use crate::vendors::zitadel::record::email;

/// A rule that is broken, in the validator's words.
type Broken = String;

/// Checks a message and those in it: first its fields, then its oneofs.
pub(super) fn check(kind: &MessageType, members: &Map<String, Value>) -> Result<(), Broken> {
    for field in kind.fields.iter().filter(|field| field.oneof.is_none()) {
        check_field(kind, field, members.get(&field.json))?;
    }
    for (index, (name, is_required)) in kind.oneofs.iter().enumerate() {
        let mut fields = kind.fields.iter().filter(|field| field.oneof == Some(index));
        let set = fields.find_map(|field| Some((field, members.get(&field.json)?)));
        match set {
            Some((field, value)) => check_field(kind, field, Some(value))?,
            None if *is_required => return Err(broken(kind, &go_name(name), "value is required")),
            None => {}
        }
    }
    Ok(())
}

fn check_field(kind: &MessageType, field: &FieldType, value: Option<&Value>) -> Result<(), Broken> {
    let name = field.go_name();
    if field.is_repeated {
        let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if let Some(max) = field.rules.max_items.filter(|max| items.len() > *max) {
            return Err(broken(kind, &name, &format!("value must contain no more than {max} item(s)")));
        }
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let name = format!("{name}[{index}]");
            if field.rules.is_unique && !seen.insert(item) {
                return Err(broken(kind, &name, "repeated value must contain unique items"));
            }
            let rules = field.rules.items.as_deref().unwrap_or(const { &NO_RULES });
            check_value(kind, &name, &field.kind, rules, Some(item)).map_err(|broken| match &*rules.not_in {
                // Of items the validator tells the numbers, not the names.
                [] => broken,
                numbers => with_numbers(&broken, numbers),
            })?;
        }
        return Ok(());
    }
    // What tells its absence apart has no rules while it is absent, but for being required.
    if value.is_none() && field.has_presence && !field.rules.is_required {
        return Ok(());
    }
    check_value(kind, &name, &field.kind, &field.rules, value)
}

/// The text of a broken rule with the numbers of an enum in place of its names.
fn with_numbers(broken: &str, numbers: &[i64]) -> String {
    let numbers: Vec<_> = numbers.iter().map(i64::to_string).collect();
    match broken.split_once("must not be in list [") {
        Some((start, _)) => format!("{start}must not be in list [{}]", numbers.join(" ")),
        None => broken.to_owned(),
    }
}

/// No rule at all.
const NO_RULES: Rules = Rules {
    min_len: None,
    max_len: None,
    len: None,
    min_bytes: None,
    max_bytes: None,
    prefix: None,
    is_email: false,
    is_defined: false,
    not_in: Vec::new(),
    is_required: false,
    is_unique: false,
    max_items: None,
    items: None,
    max_seconds: None,
    is_positive: false,
    only: None,
};

fn check_value(kind: &MessageType, name: &str, of: &Kind, rules: &Rules, value: Option<&Value>) -> Result<(), Broken> {
    if rules.is_required && value.is_none() {
        return Err(broken(kind, name, "value is required"));
    }
    match of {
        Kind::Text => check_text(rules, value.and_then(Value::as_str).unwrap_or_default()),
        Kind::Bytes => check_bytes(rules, value.and_then(Value::as_str).unwrap_or_default()),
        Kind::Enum(of) => check_enum(of, rules, value),
        Kind::Duration => check_duration(rules, value),
        Kind::Bool => match rules.only {
            Some(only) if value != Some(&Value::Bool(only)) => Err(format!("value must equal {only}")),
            _ => Ok(()),
        },
        Kind::Message(of) => match value.and_then(Value::as_object) {
            Some(members) => check(SCHEMA.message(of), members)
                .map_err(|cause| format!("embedded message failed validation | caused by: {cause}")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
    .map_err(|reason| broken(kind, name, &reason))
}

fn check_text(rules: &Rules, text: &str) -> Result<(), Broken> {
    check_length(rules, text)?;
    if let Some(max) = rules.max_bytes.filter(|max| text.len() > *max) {
        return Err(format!("value length must be at most {max} bytes"));
    }
    if let Some(prefix) = rules.prefix.as_deref().filter(|prefix| !text.starts_with(prefix)) {
        return Err(format!("value does not have prefix {prefix:?}"));
    }
    match rules.is_email {
        true => email::check(text).map_err(|cause| format!("value must be a valid email address | caused by: {cause}")),
        false => Ok(()),
    }
}

/// Bytes as they are in JSON, which is base64.
fn check_bytes(rules: &Rules, coded: &str) -> Result<(), Broken> {
    let (Some(min), Some(max)) = (rules.min_bytes, rules.max_bytes) else { return Ok(()) };
    let length = coded.len() / 4 * 3 - coded.bytes().rev().take_while(|byte| *byte == b'=').count();
    match (min..=max).contains(&length) {
        true => Ok(()),
        false => Err(format!("value length must be between {min} and {max} bytes, inclusive")),
    }
}

fn check_length(rules: &Rules, text: &str) -> Result<(), Broken> {
    let length = text.chars().count();
    if let Some(len) = rules.len.filter(|len| *len != length) {
        return Err(format!("value length must be {len} runes"));
    }
    let fits = rules.min_len.is_none_or(|min| length >= min) && rules.max_len.is_none_or(|max| length <= max);
    if fits {
        return Ok(());
    }
    Err(match (rules.min_len, rules.max_len) {
        (Some(1), Some(200)) => ID_LENGTH.to_owned(),
        (Some(min), Some(max)) => format!("value length must be between {min} and {max} runes, inclusive"),
        (Some(min), None) => format!("value length must be at least {min} runes"),
        (None, max) => format!("value length must be at most {} runes", max.unwrap_or_default()),
    })
}

fn check_enum(of: &str, rules: &Rules, value: Option<&Value>) -> Result<(), Broken> {
    let of = SCHEMA.enumeration(of);
    let number = match value {
        None => Some(0),
        Some(Value::String(name)) => of.value(name),
        Some(value) => value.as_i64(),
    };
    let number = number.unwrap_or_default();
    if rules.is_defined && of.name(number).is_none() {
        return Err("value must be one of the defined enum values".to_owned());
    }
    if rules.not_in.contains(&number) {
        let names: Vec<_> = rules.not_in.iter().filter_map(|number| of.name(*number)).collect();
        return Err(format!("value must not be in list [{}]", names.join(" ")));
    }
    Ok(())
}

fn check_duration(rules: &Rules, value: Option<&Value>) -> Result<(), Broken> {
    let given = value.and_then(Value::as_str).and_then(seconds_of_duration);
    match (rules.max_seconds, given) {
        (Some(max), Some(given)) if given < (0, 0) || given > (max, 0) => {
            Err(format!("value must be inside range [0s, {max}s]"))
        }
        (_, Some(given)) if rules.is_positive && given <= (0, 0) => Err("value must be greater than 0s".to_owned()),
        _ => Ok(()),
    }
}

fn broken(kind: &MessageType, field: &str, reason: &str) -> Broken {
    format!("invalid {}.{field}: {reason}", kind.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(rpc: &str, message: Value) -> Result<(), Broken> {
        let (request, _) = SCHEMA.method(rpc);
        check(request, message.as_object().unwrap())
    }

    #[test]
    fn the_first_broken_rule_is_told() {
        let management = |method: &str| format!("/zitadel.management.v1.ManagementService/{method}");
        let app = "/zitadel.application.v2.ApplicationService/CreateApplication";
        let grant = "/zitadel.authorization.v2.AuthorizationService/CreateAuthorization";
        let session = "/zitadel.session.v2.SessionService/CreateSession";
        let ids = json!({ "userId": "u", "projectId": "p", "organizationId": "o", "roleKeys": ["a", "b", "a"] });
        for (rpc, message, broken) in [
            (
                management("AddProject"),
                json!({}),
                "AddProjectRequest.Name: value length must be between 1 and 200 runes, inclusive",
            ),
            (
                management("AddProject"),
                json!({ "name": "n", "privateLabelingSetting": 9 }),
                "AddProjectRequest.PrivateLabelingSetting: value must be one of the defined enum values",
            ),
            (
                management("AddProjectRole"),
                json!({ "projectId": "p", "roleKey": "r", "displayName": "d", "group": "g".repeat(201) }),
                "AddProjectRoleRequest.Group: value length must be at most 200 runes",
            ),
            (
                management("AddAppKey"),
                json!({ "projectId": "p", "appId": "a" }),
                "AddAppKeyRequest.Type: value must not be in list [KEY_TYPE_UNSPECIFIED]",
            ),
            (
                management("AddOIDCApp"),
                json!({ "projectId": "p", "name": "n", "clockSkew": "6s" }),
                "AddOIDCAppRequest.ClockSkew: value must be inside range [0s, 5s]",
            ),
            (
                app.to_owned(),
                json!({ "projectId": "p", "name": "n" }),
                "CreateApplicationRequest.ApplicationType: value is required",
            ),
            (
                app.to_owned(),
                json!({ "projectId": "p", "name": "n", "oidcConfiguration": { "authMethodType": 9 } }),
                "CreateApplicationRequest.OidcConfiguration: embedded message failed validation | caused by: \
                 invalid CreateOIDCApplicationRequest.AuthMethodType: value must be one of the defined enum values",
            ),
            (
                session.to_owned(),
                json!({ "lifetime": "0s" }),
                "CreateSessionRequest.Lifetime: value must be greater than 0s",
            ),
            (
                session.to_owned(),
                json!({ "checks": { "totp": { "code": "123" } } }),
                "CreateSessionRequest.Checks: embedded message failed validation | caused by: \
                 invalid Checks.Totp: embedded message failed validation | caused by: \
                 invalid CheckTOTP.Code: value length must be 6 runes",
            ),
            (grant.to_owned(), ids, "CreateAuthorizationRequest.RoleKeys[2]: repeated value must contain unique items"),
        ] {
            assert_eq!(checked(&rpc, message), Err(format!("invalid {broken}")));
        }
        assert_eq!(
            checked(&management("AddOIDCApp"), json!({ "projectId": "p", "name": "n", "clockSkew": "5s" })),
            Ok(())
        );
    }
}
