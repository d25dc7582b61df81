//! What of a request does not fit its message, by the descriptors. What the vendor ignores is named, too.

use http::Method;
use serde_json::{Map, Value};

use super::json;
use super::schema::{FieldType, Kind, MessageType, SCHEMA};
use crate::row::Operation;
use crate::shape::{Asked, AskedBody, MAX_MISFITS, Misfit};
use crate::similar::closest_match;
use crate::typed_json::below;

/// The messages of which our text lacks fields, as what they ask for is not emulated.
const INCOMPLETE: [&str; 3] = [
    "zitadel.session.v2.CheckWebAuthN",
    "zitadel.session.v2.RequestChallenges.WebAuthN",
    "zitadel.session.v2.RequestChallenges.OTPEmail",
];

/// What of a request does not fit its operation's message.
pub(in super::super::super) fn misfits(operation: &Operation, asked: &Asked<'_>) -> Vec<Misfit> {
    let Some(kind) = operation.rpc.and_then(|rpc| SCHEMA.request(rpc)) else { return Vec::new() };
    let mut found = Vec::new();
    if asked.is_remote {
        check_body(kind, &asked.body, &[], &mut found);
        return found;
    }
    let method = Method::from_bytes(asked.method.as_bytes()).unwrap_or_default();
    let reads_body = super::reads_body(operation, &method);
    let parameters = form_urlencoded::parse(asked.query.unwrap_or_default().as_bytes());
    let unknown = parameters.filter(|(name, _)| reads_body || !has_parameter(kind, name)).take(MAX_MISFITS);
    found.extend(unknown.map(|(name, _)| match reads_body {
        true => Misfit::ignored_parameter(&name),
        false => Misfit::parameter(&name, kind.fields.iter().map(|field| &*field.json)),
    }));
    match &asked.body {
        body if reads_body => check_body(kind, body, &super::path_names(operation).collect::<Vec<_>>(), &mut found),
        AskedBody::Json(Value::Object(members)) => {
            found.extend(members.keys().take(MAX_MISFITS).map(|name| Misfit::ignored_member(name)))
        }
        _ => {}
    }
    found
}

/// Whether a parameter of a query is a member of a message, or of one in it.
fn has_parameter(kind: &MessageType, name: &str) -> bool {
    let (name, inner) = name.split_once('.').map_or((name, None), |(name, inner)| (name, Some(inner)));
    match (kind.field(name), inner) {
        (Some(FieldType { kind: Kind::Message(message), .. }), Some(inner)) => {
            has_parameter(SCHEMA.message(message), inner)
        }
        (field, inner) => field.is_some() && inner.is_none(),
    }
}

/// What of a body does not fit a message. What the path has, the body need not have.
fn check_body(kind: &MessageType, body: &AskedBody, in_path: &[&str], found: &mut Vec<Misfit>) {
    match body {
        AskedBody::Json(Value::Object(members)) => check(kind, members, "", in_path, found),
        AskedBody::Json(_) => found.push(Misfit::value("the body", "is not a JSON object")),
        AskedBody::None => check(kind, &Map::new(), "", in_path, found),
        // The gateway takes a body with more behind its first value.
        AskedBody::Broken | AskedBody::Unknown => {}
    }
}

fn check(kind: &MessageType, members: &Map<String, Value>, path: &str, in_path: &[&str], found: &mut Vec<Misfit>) {
    let mut oneofs = Vec::new();
    for (name, value) in members {
        if found.len() >= MAX_MISFITS {
            return;
        }
        let Some(field) = kind.field(name) else {
            if !INCOMPLETE.contains(&&*kind.full_name) {
                found.push(Misfit::member(path, name, kind.fields.iter().map(|field| &*field.json)));
            }
            continue;
        };
        if value.is_null() {
            continue;
        }
        let path = below(path.to_owned(), name);
        if field.oneof.is_some_and(|oneof| oneofs.contains(&oneof)) {
            found.push(Misfit::value(&path, "is set beside another member of its oneof"));
        }
        oneofs.extend(field.oneof);
        match value {
            Value::Array(items) if field.is_repeated => {
                for (index, item) in items.iter().enumerate() {
                    check_value(&field.kind, item, &format!("{path}[{index}]"), found);
                }
            }
            _ if field.is_repeated => found.push(Misfit::value(&path, "is not a list")),
            value => check_value(&field.kind, value, &path, found),
        }
    }
    for field in kind.fields.iter().filter(|field| !in_path.contains(&&*field.name) && is_missing(field, members)) {
        found.push(Misfit::value(&below(path.to_owned(), &field.json), "is missing"));
    }
    let is_set = |index| oneofs.contains(&index);
    for (index, _) in kind.oneofs.iter().enumerate().filter(|(index, (_, required))| *required && !is_set(*index)) {
        let fields = kind.fields.iter().filter(|field| field.oneof == Some(index));
        let names: Vec<_> = fields.map(|field| below(path.to_owned(), &field.json)).collect();
        found.push(Misfit::value(&names.join(" or "), "is missing"));
    }
}

/// Whether a field has to be there and is not. An empty text is none.
fn is_missing(field: &FieldType, members: &Map<String, Value>) -> bool {
    let given = [&field.json, &field.name].into_iter().find_map(|name| members.get(name)).filter(|one| !one.is_null());
    let has_length = field.rules.min_len.or(field.rules.len).is_some_and(|length| length > 0);
    match given {
        Some(given) => has_length && given == "" && !field.is_repeated,
        None => !field.is_repeated && (field.rules.is_required || has_length && !field.has_presence),
    }
}

fn check_value(kind: &Kind, value: &Value, path: &str, found: &mut Vec<Misfit>) {
    match (kind, value) {
        _ if found.len() >= MAX_MISFITS => {}
        (Kind::Message(name), Value::Object(members)) => check(SCHEMA.message(name), members, path, &[], found),
        (Kind::Map(of), Value::Object(entries)) => {
            for (name, value) in entries {
                check_value(of, value, &below(path.to_owned(), name), found);
            }
        }
        (Kind::Message(_) | Kind::Map(_), _) => found.push(Misfit::value(path, "is not an object")),
        (Kind::Enum(name), Value::String(text)) if SCHEMA.enumeration(name).value(text).is_none() => {
            let closest = closest_match(text, SCHEMA.enumeration(name).names());
            found.push(Misfit::value(path, &format!("is not a value of its enum{closest}")));
        }
        (kind, value) if !json::takes(kind, value) => {
            found.push(Misfit::value(path, &format!("is not {}", kind.word())))
        }
        _ => {}
    }
}

impl Kind {
    /// What a value of that kind is, in words.
    fn word(&self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Bytes => "a string in base64",
            Self::Bool => "a boolean",
            Self::Int32 | Self::Int64 | Self::Uint32 | Self::Uint64 => "a whole number in range",
            Self::Enum(_) => "a value of its enum",
            Self::Timestamp => "a time",
            Self::Duration => "a duration",
            Self::Struct | Self::Message(_) | Self::Map(_) => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(rpc: &'static str, path: &'static str, asked: &Asked<'_>) -> Vec<Misfit> {
        misfits(&Operation { rpc: Some(rpc), ..Operation::unemulated("x", "POST", path) }, asked)
    }

    fn values(rpc: &'static str, body: Value) -> Vec<String> {
        let body = AskedBody::Json(body);
        let found = found(rpc, rpc, &Asked { is_remote: true, method: "POST", query: Some("x=1"), body });
        let text = |misfit| match misfit {
            Misfit::Parameter(text) | Misfit::Member(text) | Misfit::Value(text) => text,
        };
        found.into_iter().map(text).collect()
    }

    #[test]
    fn a_message_in_json_is_checked_without_its_values() {
        let rpc = "/zitadel.management.v1.ManagementService/AddOIDCApp";
        let fits = json!({ "projectId": "1", "name": "a", "redirect_uris": ["b"], "clockSkew": "1s", "appType": 1 });
        assert_eq!(values(rpc, fits), Vec::<String>::new());
        let body = json!({
            "project_id": "", "redirectUri": ["s3cret"], "responseTypes": "s3cret", "devMode": "s3cret",
            "clockSkew": "s3cret",
            "appType": "OIDC_APP_TYPE_NATVE", "loginVersion": { "loginV1": {}, "loginV2": { "baseUrl": "s3cret" } },
        });
        assert_eq!(
            values(rpc, body),
            [
                "unknown member redirectUri; the closest match is redirectUris",
                "responseTypes is not a list",
                "devMode is not a boolean",
                "clockSkew is not a duration",
                "appType is not a value of its enum; the closest match is OIDC_APP_TYPE_NATIVE",
                "loginVersion.loginV2 is set beside another member of its oneof",
                "unknown member loginVersion.loginV2.baseUrl; the closest match is baseUri",
                "projectId is missing",
                "name is missing",
            ]
        );
        let rpc = "/zitadel.application.v2.ApplicationService/CreateApplication";
        let missing = values(rpc, json!({ "projectId": "1", "name": "a" })).pop().unwrap();
        assert_eq!(missing, "oidcConfiguration or samlConfiguration or apiConfiguration is missing");
    }

    #[test]
    fn of_many_misfits_the_first_are_found() {
        let rpc = "/zitadel.management.v1.ManagementService/AddOIDCApp";
        let many: Map<_, _> = (0..1_000).map(|n| (format!("n{n}"), json!(n))).collect();
        assert_eq!(values(rpc, Value::Object(many)).len(), MAX_MISFITS);
        let texts = vec![json!(1); 1_000];
        assert_eq!(values(rpc, json!({ "projectId": "1", "name": "a", "redirectUris": texts })).len(), MAX_MISFITS);
    }

    #[test]
    fn a_gateway_reads_the_query_or_the_body() {
        let ask = |method, query, body| {
            let rpc = "/zitadel.management.v1.ManagementService/GetUserMetadata";
            found(rpc, "/management/v1/users/{id}/metadata/{key}", &Asked { is_remote: false, method, query, body })
        };
        assert_eq!(ask("GET", Some("id=1"), AskedBody::None), []);
        let parameter = |text: &str| Misfit::Parameter(text.to_owned());
        assert_eq!(
            ask("GET", Some("keys=1"), AskedBody::None),
            [parameter("unknown parameter keys; the closest match is key")]
        );
        assert_eq!(
            ask("POST", Some("id=1"), AskedBody::Json(json!({}))),
            [parameter("the operation reads its body and ignores the parameter id")]
        );
        let ignored = ask("GET", None, AskedBody::Json(json!({ "id": "1" })));
        assert_eq!(ignored, [Misfit::Member("the operation reads no body and ignores id".to_owned())]);
    }
}
