//! Messages of protobuf, field by field. Knows no message.

use buffa::DecodeError;
use buffa::encoding::{Tag, WireType, decode_varint, encode_varint, skip_field};

/// A field that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'m> {
    /// A number.
    Number(u64),
    /// A text, bytes or a message.
    Bytes(&'m [u8]),
}

/// The fields of a message in their order. Those of other kinds are skipped; the first that is broken is the last.
pub(super) struct Fields<'m>(&'m [u8]);

impl<'m> Fields<'m> {
    pub(super) fn of(message: &'m [u8]) -> Self {
        Self(message)
    }

    fn read(&mut self) -> Result<Option<(u32, Value<'m>)>, DecodeError> {
        while !self.0.is_empty() {
            let tag = Tag::decode(&mut self.0)?;
            let value = match tag.wire_type() {
                WireType::Varint => Value::Number(decode_varint(&mut self.0)?),
                WireType::LengthDelimited => {
                    let length = usize::try_from(decode_varint(&mut self.0)?).unwrap_or(usize::MAX);
                    let (bytes, rest) = self.0.split_at_checked(length).ok_or(DecodeError::UnexpectedEof)?;
                    self.0 = rest;
                    Value::Bytes(bytes)
                }
                _ => {
                    skip_field(tag, &mut self.0)?;
                    continue;
                }
            };
            return Ok(Some((tag.field_number(), value)));
        }
        Ok(None)
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Result<(u32, Value<'m>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read();
        if read.is_err() {
            self.0 = &[];
        }
        read.transpose()
    }
}

/// Adds a number to a message.
pub(super) fn add_number(message: &mut Vec<u8>, number: u32, value: u64) {
    Tag::new(number, WireType::Varint).encode(message);
    encode_varint(value, message);
}

/// Adds a text, bytes or a message to a message.
pub(super) fn add_bytes(message: &mut Vec<u8>, number: u32, value: &[u8]) {
    Tag::new(number, WireType::LengthDelimited).encode(message);
    encode_varint(value.len() as u64, message);
    message.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut message = Vec::new();
        add_number(&mut message, 1, 300);
        add_bytes(&mut message, 16, b"text");
        assert_eq!(message, b"\x08\xac\x02\x82\x01\x04text");
        let fields: Result<Vec<_>, _> = Fields::of(&message).collect();
        assert_eq!(fields.unwrap(), [(1, Value::Number(300)), (16, Value::Bytes(b"text"))]);
    }

    #[test]
    fn other_kinds_are_skipped_and_what_is_broken_ends_it() {
        let fixed = b"\x0d\x01\x02\x03\x04\x09\x01\x02\x03\x04\x05\x06\x07\x08\x13\x08\x01\x14\x08\x05";
        let fields: Result<Vec<_>, _> = Fields::of(fixed).collect();
        assert_eq!(fields.unwrap(), [(1, Value::Number(5))]);
        for broken in [&b"\x08"[..], b"\x0a\x05abc", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x00", b"\x0b"]
        {
            let read: Vec<_> = Fields::of(broken).collect();
            assert!(read.len() == 1 && read[0].is_err(), "{broken:?}");
        }
    }
}
