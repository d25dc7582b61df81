//! Finds one text field of a message without decoding the rest: the user that a remote call is about. Knows no vendor
//! and no message.

use std::borrow::Cow;
use std::fmt;

use buffa::encoding::{Tag, WireType, decode_varint, skip_field};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::Codec;
use crate::row::Field;

/// The value of a text field of a message; `None` if it is missing or the message is malformed.
pub fn text_field(codec: Codec, message: &[u8], field: Field) -> Option<String> {
    match codec {
        Codec::Proto => proto_field(message, field.number),
        Codec::Json => Member(field.name).deserialize(&mut serde_json::Deserializer::from_slice(message)).ok()?,
    }
}

/// The last value counts, as in a decoder.
fn proto_field(mut message: &[u8], number: u32) -> Option<String> {
    let mut found = None;
    while !message.is_empty() {
        let tag = Tag::decode(&mut message).ok()?;
        if tag.field_number() != number || tag.wire_type() != WireType::LengthDelimited {
            skip_field(tag, &mut message).ok()?;
            continue;
        }
        let length = usize::try_from(decode_varint(&mut message).ok()?).ok()?;
        let (text, rest) = message.split_at_checked(length)?;
        found = Some(std::str::from_utf8(text).ok()?.to_owned());
        message = rest;
    }
    found
}

/// The member of an object with that name, in snake case or, as in protobuf's JSON, in camel case.
struct Member(&'static str);

impl Member {
    fn is_called(&self, name: &str) -> bool {
        let mut camel = self.0.split('_').enumerate().flat_map(|(index, word)| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| if index > 0 { first.to_ascii_uppercase() } else { first });
            first.into_iter().chain(letters)
        });
        name == self.0 || (name.chars().all(|letter| camel.next() == Some(letter)) && camel.next().is_none())
    }
}

impl<'de> DeserializeSeed<'de> for Member {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            match self.is_called(&name) {
                true => found = members.next_value::<serde_json::Value>()?.as_str().map(str::to_owned),
                false => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: Field = Field { name: "user_id", number: 2 };

    #[test]
    fn a_field_is_found_by_its_number() {
        for (message, found) in [
            (&b"\x0a\x01a\x12\x02id"[..], Some("id")),
            (b"\x12\x01a\x12\x01b", Some("b")),
            (b"\x0a\x02id", None),
            (b"\x10\x05", None),
            (b"\x12\x09id", None),
            (b"\x12\x01\xff", None),
            (b"", None),
        ] {
            assert_eq!(text_field(Codec::Proto, message, USER).as_deref(), found, "{message:?}");
        }
    }

    #[test]
    fn a_member_is_found_by_either_spelling() {
        for (message, found) in [
            (r#"{"userId":"a"}"#, Some("a")),
            (r#"{"more":{"userId":"x"},"user_id":"a"}"#, Some("a")),
            (r#"{"userid":"a"}"#, None),
            (r#"{"userIdd":"a"}"#, None),
            (r#"{"userId":7}"#, None),
            (r#"{"userId":"a""#, None),
            ("[]", None),
        ] {
            assert_eq!(text_field(Codec::Json, message.as_bytes(), USER).as_deref(), found, "{message}");
        }
    }
}
