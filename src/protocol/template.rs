//! JSON that is written anew but for a few members: the rest is kept as it was and copied. Knows no vendor.

use std::ops::{Deref, Range};
use std::sync::OnceLock;

/// A JSON object in which the values of `N` members can be changed.
#[derive(Debug)]
pub struct Template<const N: usize> {
    text: Box<str>,
    /// Where the values stand, in the order of the text.
    places: [Range<usize>; N],
}

impl<const N: usize> Template<N> {
    /// A compact JSON object, and its members that change, in the order in which they stand there.
    ///
    /// # Panics
    /// When they stand in another order, or not at all: a slip in the caller.
    pub fn new(text: &str, members: [&str; N]) -> Self {
        Self::within("", text, members, "")
    }

    /// The same with that before and behind the object.
    ///
    /// # Panics
    /// As [`Template::new`].
    pub fn within(before: &str, text: &str, members: [&str; N], behind: &str) -> Self {
        let mut from = 0;
        let places = members.map(|member| {
            let place = value_of(text, member).filter(|place| place.start > from);
            let place = place.expect("the object has the members in that order");
            from = place.end;
            place.start + before.len()..place.end + before.len()
        });
        Self { text: [before, text, behind].concat().into(), places }
    }

    /// The object with these values, which are JSON.
    pub fn fill(&self, values: [&[u8]; N]) -> Vec<u8> {
        let less: usize = self.places.iter().map(Range::len).sum();
        let more: usize = values.iter().map(|value| value.len()).sum();
        let mut filled = Vec::with_capacity(self.text.len() - less + more);
        let mut from = 0;
        for (place, value) in self.places.iter().zip(values) {
            filled.extend_from_slice(&self.text.as_bytes()[from..place.start]);
            filled.extend_from_slice(value);
            from = place.end;
        }
        filled.extend_from_slice(&self.text.as_bytes()[from..]);
        filled
    }
}

/// A value that is short enough to need no memory of its own: a time, in quotes or not.
#[derive(Debug, Clone, Copy)]
pub struct Short {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Short {
    /// The most bytes that it has: those of a time with nine digits behind the second fit.
    const MOST: usize = 40;

    /// None yet.
    pub const EMPTY: Self = Self { bytes: [0; Self::MOST], length: 0 };

    /// Adds a text.
    ///
    /// # Panics
    /// When it is too long: a slip in the caller.
    pub fn push(&mut self, text: &str) {
        let end = self.length + text.len();
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
    }

    /// As text, which it is.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self).unwrap_or_default()
    }
}

impl Deref for Short {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// What of a record was shown last, kept for the next time. An idle record has none: it is made when a call changes the
/// record's state. A copy starts without, for it is made to be changed.
#[derive(Debug)]
pub struct Shown<T>(OnceLock<Box<T>>);

impl<T> Shown<T> {
    /// What was made before, or is made now.
    pub fn get_or_make(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(make()))
    }
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Clone for Shown<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// It follows from the rest of the record.
impl<T> PartialEq for Shown<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Shown<T> {}

/// Where the value of an object's own member stands, whatever the objects inside it have.
fn value_of(text: &str, member: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut depth, mut value, mut at) = (0, None, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let start = at + 1;
                at = start;
                while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 1
                    && value.is_none()
                    && bytes.get(at + 1) == Some(&b':')
                    && text.get(start..at) == Some(member)
                {
                    value = Some(at + 2);
                }
            }
            b'{' | b'[' => depth += 1,
            b',' if depth == 1 && value.is_some() => return Some(value?..at),
            b'}' | b']' if depth == 1 && value.is_some() => return Some(value?..at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_object_s_own_members_are_filled() {
        let text = r#"{"a":{"b":1,"c":[{"b":2}]},"t":"\"b\":3,\\","b":4,"d":"x","c":[5,6],"e":{"c":7}}"#;
        let template = Template::new(text, ["b", "c"]);
        let filled = template.fill([b"true", b"null"]);
        let wanted = r#"{"a":{"b":1,"c":[{"b":2}]},"t":"\"b\":3,\\","b":true,"d":"x","c":null,"e":{"c":7}}"#;
        assert_eq!(String::from_utf8(filled).unwrap(), wanted);
        assert_eq!(Template::new(text, ["b", "c"]).fill([b"4", b"[5,6]"]), text.as_bytes());
        let last = Template::within("[", r#"{"a":1}"#, ["a"], "]");
        assert_eq!(last.fill([b"\"b\""]), br#"[{"a":"b"}]"#);
    }
}
