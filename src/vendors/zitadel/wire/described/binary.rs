//! Messages in protobuf's own form, by their descriptors.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use buffa::encoding::{Tag, WireType, encode_varint};
use serde_json::{Map, Value};

use super::fields::{Fields, Raw, unpacked};
use super::schema::{FieldType, Kind, MessageType, SCHEMA};
use super::structs;
use super::values::{duration_text, seconds_of_duration, seconds_of_time, time_text};

/// Reads a message. Unknown fields are dropped.
///
/// # Errors
/// It is malformed, or a text is not UTF-8.
pub(super) fn read(kind: &MessageType, message: &[u8]) -> Result<Map<String, Value>, &'static str> {
    const BROKEN: &str = "proto: cannot parse invalid wire-format data";
    let mut members = Map::new();
    let mut fields = Fields(message);
    for (number, raw) in fields.by_ref() {
        let Some(field) = kind.fields.iter().find(|field| field.number == number) else { continue };
        let values = match raw {
            Raw::Number(number) => vec![number_value(&field.kind, number as i64).ok_or(BROKEN)?],
            Raw::Bytes(packed) if field.is_repeated && is_number(&field.kind) => {
                unpacked(packed).into_iter().filter_map(|number| number_value(&field.kind, number)).collect()
            }
            Raw::Bytes(bytes) => vec![value(&field.kind, bytes)?],
        };
        if let Some(oneof) = field.oneof {
            let others = kind.fields.iter().filter(|other| other.oneof == Some(oneof));
            others.for_each(|other| _ = members.remove(&other.json));
        }
        for value in values {
            if let (Kind::Map(_), Some(Value::Object(known)), Value::Object(entry)) =
                (&field.kind, members.get_mut(&field.json), &value)
            {
                known.extend(entry.clone());
                continue;
            }
            match (members.get_mut(&field.json), field.is_repeated) {
                (Some(Value::Array(list)), true) => list.push(value),
                (_, true) => _ = members.insert(field.json.clone(), Value::Array(vec![value])),
                (_, false) => _ = members.insert(field.json.clone(), value),
            }
        }
    }
    if fields.0.is_empty() { Ok(members) } else { Err(BROKEN) }
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Enum(_))
}

fn number_value(kind: &Kind, number: i64) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(number != 0),
        Kind::Int32 => Value::from(number as i32),
        Kind::Int64 => Value::from(number),
        Kind::Uint32 => Value::from(number as u32),
        Kind::Uint64 => Value::from(number as u64),
        Kind::Enum(name) => match SCHEMA.enumeration(name).name(number) {
            Some(name) => Value::from(name),
            None => Value::from(number as i32),
        },
        _ => return None,
    })
}

fn value(kind: &Kind, bytes: &[u8]) -> Result<Value, &'static str> {
    let time = || (Fields(bytes).number(1).unwrap_or(0) as i64, Fields(bytes).number(2).unwrap_or(0) as i32);
    Ok(match kind {
        Kind::Text => Value::from(std::str::from_utf8(bytes).map_err(|_| "string field contains invalid UTF-8")?),
        Kind::Bytes => Value::from(STANDARD.encode(bytes)),
        Kind::Timestamp => Value::from(time_text(time())),
        Kind::Duration => Value::from(duration_text(time())),
        Kind::Message(name) => Value::Object(read(SCHEMA.message(name), bytes)?),
        Kind::Map(of) => {
            let key = value(&Kind::Text, Fields(bytes).texts(1).next().unwrap_or_default())?;
            let value = value(of, Fields(bytes).texts(2).next().unwrap_or_default())?;
            Value::Object(Map::from_iter([(key.as_str().unwrap_or_default().to_owned(), value)]))
        }
        _ => return Err("proto: cannot parse invalid wire-format data"),
    })
}

/// Writes a message.
pub(super) fn write(kind: &MessageType, message: &Value) -> Vec<u8> {
    let mut written = Vec::new();
    for field in &kind.fields {
        match message.get(&field.json) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) if field.is_repeated => {
                list.iter().for_each(|value| write_field(field, value, &mut written));
            }
            Some(value) => {
                let start = written.len();
                write_field(field, value, &mut written);
                if !field.has_presence && is_default(&field.kind, value) {
                    written.truncate(start);
                }
            }
        }
    }
    written
}

/// Whether a value is the one that is not written.
pub(super) fn is_default(kind: &Kind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => match kind {
            Kind::Enum(name) => SCHEMA.enumeration(name).value(text) == Some(0),
            _ => text.is_empty(),
        },
        Value::Array(list) => list.is_empty(),
        Value::Object(entries) => matches!(kind, Kind::Map(_)) && entries.is_empty(),
    }
}

fn write_field(field: &FieldType, value: &Value, written: &mut Vec<u8>) {
    let text = value.as_str().unwrap_or_default();
    let bytes = match &field.kind {
        Kind::Text => text.as_bytes().to_vec(),
        Kind::Bytes => STANDARD.decode(text).expect("bytes are base64"),
        Kind::Timestamp => seconds(seconds_of_time(text).expect("a time that we wrote")),
        Kind::Duration => seconds(seconds_of_duration(text).expect("a duration that we wrote")),
        Kind::Message(name) => write(SCHEMA.message(name), value),
        Kind::Struct => structs::object(value),
        Kind::Map(of) => return write_map(field.number, of, value, written),
        Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Enum(_) => {
            Tag::new(field.number, WireType::Varint).encode(written);
            encode_varint(number(&field.kind, value), written);
            return;
        }
    };
    Tag::new(field.number, WireType::LengthDelimited).encode(written);
    encode_varint(bytes.len() as u64, written);
    written.extend(bytes);
}

/// The entries of a map, each a message of its own.
fn write_map(number: u32, of: &Kind, map: &Value, written: &mut Vec<u8>) {
    let part = |number, kind: &Kind| FieldType { number, kind: kind.clone(), ..FieldType::default() };
    let (key, value) = (part(1, &Kind::Text), part(2, of));
    for (name, entry) in map.as_object().into_iter().flatten() {
        let mut bytes = Vec::new();
        write_field(&key, &Value::from(name.as_str()), &mut bytes);
        write_field(&value, entry, &mut bytes);
        Tag::new(number, WireType::LengthDelimited).encode(written);
        encode_varint(bytes.len() as u64, written);
        written.extend(bytes);
    }
}

/// Seconds and nanoseconds as a message.
fn seconds((seconds, nanos): (i64, i32)) -> Vec<u8> {
    let mut written = Vec::new();
    for (field, value) in [(1, seconds), (2, i64::from(nanos))].into_iter().filter(|(_, value)| *value != 0) {
        Tag::new(field, WireType::Varint).encode(&mut written);
        encode_varint(value as u64, &mut written);
    }
    written
}

fn number(kind: &Kind, value: &Value) -> u64 {
    match (kind, value) {
        (_, Value::Bool(value)) => u64::from(*value),
        (Kind::Enum(name), Value::String(text)) => {
            SCHEMA.enumeration(name).value(text).expect("a value of the enum") as u64
        }
        (_, value) => value.as_u64().or_else(|| value.as_i64().map(|number| number as u64)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let (request, _) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddOIDCApp");
        let message = json!({
            "projectId": "1", "name": "web", "redirectUris": ["https://a.example/cb", ""],
            "grantTypes": ["OIDC_GRANT_TYPE_AUTHORIZATION_CODE", "OIDC_GRANT_TYPE_REFRESH_TOKEN"],
            "appType": "OIDC_APP_TYPE_NATIVE", "devMode": true, "clockSkew": "1.500s",
            "loginVersion": { "loginV2": { "baseUri": "" } }
        });
        assert_eq!(Value::Object(read(request, &write(request, &message)).unwrap()), message);
        let (session, _) = SCHEMA.method("/zitadel.session.v2.SessionService/CreateSession");
        let message = json!({
            "metadata": { "a": "MQ==", "b": "Mg==" }, "userAgent": { "header": { "x": { "values": ["y", "z"] } } },
        });
        assert_eq!(Value::Object(read(session, &write(session, &message)).unwrap()), message);
        let defaults = json!({ "name": "", "devMode": false, "appType": "OIDC_APP_TYPE_WEB", "grantTypes": [] });
        assert!(write(request, &defaults).is_empty());
    }

    #[test]
    fn a_malformed_message_is_refused() {
        let (request, _) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddProject");
        for message in [&b"\x0a"[..], b"\x0a\x05a", b"\x0b", b"\x0a\x01\xff"] {
            assert!(read(request, message).is_err(), "{message:?}");
        }
        assert_eq!(read(request, b"\xba\x3e\x01x\x0a\x01n").unwrap().len(), 1, "an unknown field is dropped");
    }
}
