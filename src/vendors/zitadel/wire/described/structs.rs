//! JSON values as protobuf's own form of them. Knows no message.

use buffa::encoding::{Tag, WireType, encode_varint};
use serde_json::Value;

/// Writes an object as a `google.protobuf.Struct`.
pub(super) fn object(object: &Value) -> Vec<u8> {
    let mut written = Vec::new();
    for (name, member) in object.as_object().into_iter().flatten() {
        let mut entry = Vec::new();
        bytes(1, name.as_bytes(), &mut entry);
        bytes(2, &value(member), &mut entry);
        bytes(1, &entry, &mut written);
    }
    written
}

/// Writes a `google.protobuf.Value`.
fn value(value: &Value) -> Vec<u8> {
    let mut written = Vec::new();
    match value {
        Value::Null => number(1, 0, &mut written),
        Value::Number(given) => {
            Tag::new(2, WireType::Fixed64).encode(&mut written);
            written.extend(given.as_f64().unwrap_or_default().to_le_bytes());
        }
        Value::String(text) => bytes(3, text.as_bytes(), &mut written),
        Value::Bool(given) => number(4, u64::from(*given), &mut written),
        Value::Object(_) => bytes(5, &object(value), &mut written),
        Value::Array(list) => {
            let mut items = Vec::new();
            list.iter().for_each(|item| bytes(1, &self::value(item), &mut items));
            bytes(6, &items, &mut written);
        }
    }
    written
}

fn number(field: u32, number: u64, written: &mut Vec<u8>) {
    Tag::new(field, WireType::Varint).encode(written);
    encode_varint(number, written);
}

fn bytes(field: u32, bytes: &[u8], written: &mut Vec<u8>) {
    Tag::new(field, WireType::LengthDelimited).encode(written);
    encode_varint(bytes.len() as u64, written);
    written.extend(bytes);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_of_value_has_its_field() {
        assert_eq!(object(&json!({ "a": "b" })), b"\x0a\x08\x0a\x01a\x12\x03\x1a\x01b");
        assert_eq!(value(&json!(null)), [8, 0]);
        assert_eq!(value(&json!(true)), [32, 1]);
        assert_eq!(value(&json!(1.0)), [17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
        assert_eq!(value(&json!([false, {}])), [50, 8, 10, 2, 32, 0, 10, 2, 42, 0]);
    }
}
