//! The fields of a serialized message, whatever it is. Knows no message.

use buffa::encoding::{Tag, WireType, decode_varint};

/// The fields of a message, in the order in which they are written. It ends at the end, or before what is malformed.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

/// A field as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (field, rest) = first_field(self.0)?;
        self.0 = rest;
        Some(field)
    }
}

/// The first field of a message, and the rest of it. `None` if it is empty or malformed.
fn first_field(mut message: &[u8]) -> Option<((u32, Raw<'_>), &[u8])> {
    if message.is_empty() {
        return None;
    }
    let tag = Tag::decode(&mut message).ok()?;
    let length = match tag.wire_type() {
        WireType::Varint => {
            let number = decode_varint(&mut message).ok()?;
            return Some(((tag.field_number(), Raw::Number(number)), message));
        }
        WireType::LengthDelimited => usize::try_from(decode_varint(&mut message).ok()?).ok()?,
        WireType::Fixed32 => 4,
        WireType::Fixed64 => 8,
        _ => return None,
    };
    let (bytes, rest) = message.split_at_checked(length)?;
    Some(((tag.field_number(), Raw::Bytes(bytes)), rest))
}

impl<'a> Fields<'a> {
    /// Everything of that number that is not a number.
    pub(super) fn texts(self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        self.filter_map(move |(found, raw)| match raw {
            Raw::Bytes(bytes) if found == number => Some(bytes),
            _ => None,
        })
    }

    /// The text of that number; empty if there is none.
    pub(super) fn text(self, number: u32) -> String {
        self.texts(number).next().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    }

    /// The number of that number.
    pub(super) fn number(self, number: u32) -> Option<u64> {
        self.filter_map(|(found, raw)| match raw {
            Raw::Number(value) if found == number => Some(value),
            _ => None,
        })
        .last()
    }

    /// Every number of that number, packed or not.
    pub(super) fn numbers(self, number: u32) -> Vec<i64> {
        let mut all = Vec::new();
        for (_, raw) in self.filter(|(found, _)| *found == number) {
            match raw {
                Raw::Number(value) => all.push(value as i64),
                Raw::Bytes(packed) => all.extend(unpacked(packed)),
            }
        }
        all
    }
}

/// The numbers of a packed list.
pub(super) fn unpacked(mut packed: &[u8]) -> Vec<i64> {
    let mut all = Vec::new();
    while let Ok(value) = decode_varint(&mut packed) {
        all.push(value as i64);
    }
    all
}
