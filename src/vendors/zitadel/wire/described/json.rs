//! Messages as JSON, by their descriptors: read with the errors of Go's `protojson`, and written as it writes them.

use base64::Engine;
use base64::alphabet::{STANDARD as STANDARD_ALPHABET, URL_SAFE as URL_SAFE_ALPHABET};
use base64::engine::DecodePaddingMode::{RequireCanonical, RequireNone};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::go_json;
use super::binary::is_default;
use super::schema::{FieldType, Kind, MessageType, SCHEMA};
use super::values::{duration_text, seconds_of_duration, seconds_of_time, time_text};

/// Reads a message from a value that is well formed. Unknown members and names of enums are dropped.
///
/// # Errors
/// What does not fit, in the words of `protojson`.
pub(super) fn read(kind: &MessageType, text: &[u8]) -> Result<Map<String, Value>, String> {
    Reader { text }.message(kind, text)
}

/// Whether a value is one of that kind. An enum takes every number.
pub(super) fn takes(kind: &Kind, value: &Value) -> bool {
    let text = value.to_string();
    Reader { text: text.as_bytes() }.value("", kind, text.as_bytes()).is_ok()
}

/// A message from the query of a call, as the gateway reads it: a dot parts the names of a member of a member.
pub(super) fn from_query(kind: &MessageType, query: Option<&str>) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, text) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        add_parameter(kind, &mut members, &name, &text);
    }
    members
}

/// Adds what a parameter of a query says. What fits nowhere is dropped.
fn add_parameter(kind: &MessageType, members: &mut Map<String, Value>, name: &str, text: &str) {
    let (name, inner) = name.split_once('.').map_or((name, None), |(name, inner)| (name, Some(inner)));
    let Some(field) = kind.field(name) else { return };
    if let (Some(inner), Kind::Message(message), false) = (inner, &field.kind, field.is_repeated) {
        let member = members.entry(field.json.clone()).or_insert_with(|| Map::new().into());
        if let Some(members) = member.as_object_mut() {
            add_parameter(SCHEMA.message(message), members, inner, text);
        }
        return;
    }
    let value = match &field.kind {
        _ if inner.is_some() => None,
        Kind::Text => Some(Value::from(text)),
        Kind::Bool => text.parse::<bool>().ok().map(Value::from),
        Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 => text.parse::<i64>().ok().map(Value::from),
        Kind::Enum(name) => SCHEMA.enumeration(name).value(text).map(|_| Value::from(text)),
        Kind::Bytes | Kind::Timestamp | Kind::Duration | Kind::Struct | Kind::Message(_) | Kind::Map(_) => None,
    };
    let Some(value) = value else { return };
    match members.get_mut(&field.json).and_then(Value::as_array_mut) {
        Some(values) => values.push(value),
        None if field.is_repeated => _ = members.insert(field.json.clone(), Value::Array(vec![value])),
        None => _ = members.insert(field.json.clone(), value),
    }
}

/// A message as it is shown: in the order of its fields, without defaults, long numbers as text.
pub(super) fn shown(kind: &MessageType, message: &Value) -> Value {
    let mut members = Map::new();
    for field in &kind.fields {
        let Some(value) = message.get(&field.json).filter(|value| !value.is_null()) else { continue };
        if field.has_presence || !is_default(&field.kind, value) {
            let value = match value {
                Value::Array(list) => list.iter().map(|value| shown_value(&field.kind, value)).collect(),
                value => shown_value(&field.kind, value),
            };
            members.insert(field.json.clone(), value);
        }
    }
    Value::Object(members)
}

fn shown_value(kind: &Kind, value: &Value) -> Value {
    match kind {
        Kind::Int64 | Kind::Uint64 => Value::from(value.to_string()),
        Kind::Message(name) => shown(SCHEMA.message(name), value),
        Kind::Map(of) => {
            let entries = value.as_object().into_iter().flatten();
            entries.map(|(key, value)| (key.clone(), shown_value(of, value))).collect()
        }
        _ => value.clone(),
    }
}

/// Reads one text.
struct Reader<'a> {
    text: &'a [u8],
}

impl Reader<'_> {
    fn message(&self, kind: &MessageType, object: &[u8]) -> Result<Map<String, Value>, String> {
        if object.first() != Some(&b'{') {
            return Err(self.unexpected(object));
        }
        let mut members = Map::new();
        let (mut seen, mut oneofs) = (Vec::new(), Vec::new());
        for member in go_json::members(object).map_err(|error| error.to_string())? {
            let Some(field) = kind.field(&member.name) else { continue };
            if seen.contains(&field.number) {
                let at = self.position(member.name_part());
                return Err(format!("proto: ({at}): duplicate field {}", go_json::token(member.name_part())));
            }
            seen.push(field.number);
            if member.raw == b"null" {
                continue;
            }
            if let Some(oneof) = field.oneof {
                if oneofs.contains(&oneof) {
                    let (at, name) = (self.position(member.name_part()), go_json::token(member.name_part()));
                    let set = format!("{}.{}", kind.full_name, kind.oneofs[oneof].0);
                    return Err(format!("proto: ({at}): error parsing {name}, oneof {set} is already set"));
                }
                oneofs.push(oneof);
            }
            let value = match field.is_repeated {
                true => self.list(field, member.raw)?,
                false => self.value(&field.json, &field.kind, member.raw)?,
            };
            value.map(|value| members.insert(field.json.clone(), value));
        }
        Ok(members)
    }

    fn list(&self, field: &FieldType, list: &[u8]) -> Result<Option<Value>, String> {
        let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(list) else {
            return Err(self.unexpected(list));
        };
        let value = |item: &&RawValue| self.value(&field.json, &field.kind, item.get().as_bytes());
        let values: Result<Vec<_>, _> = items.iter().map(value).collect();
        Ok(Some(values?.into_iter().flatten().collect()))
    }

    /// A value; `None` for a name that its enum lacks.
    fn value(&self, name: &str, kind: &Kind, raw: &[u8]) -> Result<Option<Value>, String> {
        let parsed = || serde_json::from_slice::<Value>(raw).ok();
        let text = || parsed().and_then(|value| value.as_str().map(str::to_owned));
        let value = match kind {
            Kind::Text => text().map(Value::from),
            Kind::Bytes => text().and_then(|text| decoded(&text)).map(|bytes| Value::from(STANDARD.encode(bytes))),
            Kind::Bool => parsed().filter(Value::is_boolean),
            Kind::Int32 => whole(parsed()).and_then(|number| i32::try_from(number).ok()).map(Value::from),
            Kind::Int64 => whole(parsed()).and_then(|number| i64::try_from(number).ok()).map(Value::from),
            Kind::Uint32 => whole(parsed()).and_then(|number| u32::try_from(number).ok()).map(Value::from),
            Kind::Uint64 => whole(parsed()).and_then(|number| u64::try_from(number).ok()).map(Value::from),
            Kind::Timestamp => return self.time(raw, "Timestamp", seconds_of_time, time_text),
            Kind::Duration => return self.time(raw, "Duration", seconds_of_duration, duration_text),
            Kind::Message(name) => return self.message(SCHEMA.message(name), raw).map(|value| Some(value.into())),
            Kind::Struct => parsed().filter(Value::is_object),
            Kind::Map(of) => return self.map(name, of, raw).map(|value| Some(value.into())),
            Kind::Enum(name) => match parsed() {
                Some(Value::String(text)) => {
                    return Ok(SCHEMA.enumeration(name).value(&text).map(|_| Value::from(text)));
                }
                Some(Value::Number(number)) => number.as_i64().map(|number| {
                    SCHEMA.enumeration(name).name(number).map_or_else(|| Value::from(number), Value::from)
                }),
                _ => None,
            },
        };
        match value {
            Some(value) => Ok(Some(value)),
            None => {
                let (at, token) = (self.position(raw), go_json::token(raw));
                Err(format!("proto: ({at}): invalid value for {} field {name}: {token}", kind.go_name()))
            }
        }
    }

    fn map(&self, name: &str, of: &Kind, object: &[u8]) -> Result<Map<String, Value>, String> {
        if object.first() != Some(&b'{') {
            return Err(self.unexpected(object));
        }
        let mut entries = Map::new();
        for member in go_json::members(object).map_err(|error| error.to_string())? {
            if entries.contains_key(&*member.name) {
                let at = self.position(member.name_part());
                return Err(format!("proto: ({at}): duplicate map key {}", go_json::token(member.name_part())));
            }
            let value = self.value(name, of, member.raw)?;
            value.map(|value| entries.insert(member.name.to_string(), value));
        }
        Ok(entries)
    }

    fn time(
        &self,
        raw: &[u8],
        name: &str,
        parse: fn(&str) -> Option<(i64, i32)>,
        text: fn((i64, i32)) -> String,
    ) -> Result<Option<Value>, String> {
        let Ok(given) = serde_json::from_slice::<String>(raw) else {
            return Err(self.unexpected(raw));
        };
        match parse(&given) {
            Some(parts) => Ok(Some(Value::from(text(parts)))),
            None => {
                let (at, token) = (self.position(raw), go_json::token(raw));
                Err(format!("proto: ({at}): invalid google.protobuf.{name} value {token}"))
            }
        }
    }

    fn unexpected(&self, value: &[u8]) -> String {
        format!("proto: syntax error ({}): unexpected token {}", self.position(value), go_json::token(value))
    }

    /// The position of a part of the text.
    fn position(&self, part: &[u8]) -> String {
        go_json::position(self.text, part.as_ptr() as usize - self.text.as_ptr() as usize)
    }
}

impl Kind {
    /// As `protojson` calls it in its errors.
    fn go_name(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Bytes => "bytes",
            Self::Bool => "bool",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Enum(_) => "enum",
            Self::Timestamp | Self::Duration | Self::Struct | Self::Message(_) | Self::Map(_) => "message",
        }
    }
}

/// A whole number, also as text or with an exponent.
fn whole(value: Option<Value>) -> Option<i128> {
    let text = match value? {
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.trim() == text => text,
        _ => return None,
    };
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && number.abs() < 1e18).then_some(number as i128)
}

/// Bytes in base64 as Go reads them: of either alphabet; with padding if that makes the length a multiple of four, else
/// without; bits and line breaks too many do not matter.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let padding = if text.len().is_multiple_of(4) { RequireCanonical } else { RequireNone };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding).with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE_ALPHABET } else { &STANDARD_ALPHABET };
    GeneralPurpose::new(alphabet, config).decode(text.replace(['\r', '\n'], "")).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn app(text: &str) -> Result<Value, String> {
        let (request, _) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddOIDCApp");
        read(request, text.as_bytes()).map(Value::Object)
    }

    #[test]
    fn members_are_read_in_either_spelling_and_unknown_ones_dropped() {
        let text = r#"{"redirect_uris":["a"],"devMode":true,"appType":2,"grantTypes":["OIDC_GRANT_TYPE_NEW"],
            "version":null,"more":{"x":1},"clockSkew":"1.5s","loginVersion":{"loginV1":{}}}"#;
        let read = json!({
            "redirectUris": ["a"], "devMode": true, "appType": "OIDC_APP_TYPE_NATIVE", "grantTypes": [],
            "clockSkew": "1.500s", "loginVersion": { "loginV1": {} }
        });
        assert_eq!(app(text), Ok(read));
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_position() {
        for (text, error) in [
            (r#"{"name":7}"#, "proto: (line 1:9): invalid value for string field name: 7"),
            ("{\n \"devMode\": \"x\"}", "proto: (line 2:13): invalid value for bool field devMode: \"x\""),
            (r#"[]"#, "proto: syntax error (line 1:1): unexpected token ["),
            (r#"{"loginVersion":7}"#, "proto: syntax error (line 1:17): unexpected token 7"),
            (r#"{"redirectUris":"x"}"#, "proto: syntax error (line 1:17): unexpected token \"x\""),
            (r#"{"redirectUris":["a",1]}"#, "proto: (line 1:22): invalid value for string field redirectUris: 1"),
            (r#"{"name":"a","name":"b"}"#, "proto: (line 1:13): duplicate field \"name\""),
            (r#"{"clockSkew":"soon"}"#, "proto: (line 1:14): invalid google.protobuf.Duration value \"soon\""),
            (
                r#"{"loginVersion":{"loginV1":{},"loginV2":{}}}"#,
                "proto: (line 1:31): error parsing \"loginV2\", oneof zitadel.app.v1.LoginVersion.version \
                 is already set",
            ),
        ] {
            assert_eq!(app(text), Err(error.to_owned()), "{text}");
        }
    }

    #[test]
    fn defaults_are_not_shown_and_long_numbers_are_text() {
        let (_, answer) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddOIDCApp");
        let message = json!({
            "noneCompliant": false, "details": { "resourceOwner": "o", "sequence": 7 }, "appId": "1", "clientId": "",
        });
        let text = shown(answer, &message).to_string();
        assert_eq!(text, r#"{"appId":"1","details":{"sequence":"7","resourceOwner":"o"}}"#);
    }

    #[test]
    fn a_map_is_an_object() {
        let (request, _) = SCHEMA.method("/zitadel.session.v2.SessionService/CreateSession");
        let text = r#"{"metadata":{"k":"dg","l":""},"userAgent":{"header":{"x":{"values":["y"]}}}}"#;
        let message = Value::Object(read(request, text.as_bytes()).unwrap());
        let metadata = json!({ "k": "dg==", "l": "" });
        assert_eq!(message, json!({ "metadata": metadata, "userAgent": { "header": { "x": { "values": ["y"] } } } }));
        assert_eq!(shown(request, &message), message);
        let wrong = "proto: (line 1:18): invalid value for bytes field metadata: 7";
        assert_eq!(read(request, br#"{"metadata":{"k":7}}"#), Err(wrong.to_owned()));
    }

    #[test]
    fn a_query_is_a_message() {
        let (request, _) = SCHEMA.method("/zitadel.feature.v2.FeatureService/GetInstanceFeatures");
        let read = |query| Value::Object(from_query(request, Some(query)));
        assert_eq!(read("inheritance=true&more=1"), json!({ "inheritance": true }));
        assert_eq!(read("inheritance=maybe"), json!({}));
    }
}
