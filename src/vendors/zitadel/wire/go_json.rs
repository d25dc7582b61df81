//! Reads JSON as Go's libraries do, and reports errors in their words. Knows no message and no operation.
//!
//! A server in Go shows the error texts of `encoding/json` and `protojson` to its callers, so an emulator needs them.
//! The first value of a body counts and the rest is ignored; an error names the character or the token.

use std::borrow::Cow;
use std::fmt;

/// The maximum nesting depth of values, as in Go.
const MAX_DEPTH: usize = 10_000;

/// An error in Go's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The first JSON value of a body, without the whitespace around it. `None` if there is nothing but whitespace.
///
/// # Errors
/// The text of `encoding/json`'s decoder.
pub fn first_value(body: &[u8]) -> Result<Option<&[u8]>, Error> {
    let start = skip_space(body, 0);
    if start == body.len() {
        return Ok(None);
    }
    Scanner { text: body, at: start }.value().map(|end| Some(&body[start..end]))
}

/// One member of an object.
#[derive(Debug)]
pub struct Member<'a> {
    object: &'a [u8],
    /// Its name, unescaped.
    pub name: Cow<'a, str>,
    name_at: usize,
    /// The token or value as it was written.
    pub raw: &'a [u8],
    raw_at: usize,
}

impl<'a> Member<'a> {
    /// The object from its name on.
    pub fn name_part(&self) -> &'a [u8] {
        &self.object[self.name_at..]
    }
}

/// The members of a value that [`first_value`] returned.
///
/// # Errors
/// `protojson`'s text for a value that is not an object.
pub fn members(object: &[u8]) -> Result<Vec<Member<'_>>, Error> {
    if object.first() != Some(&b'{') {
        return Err(Error(format!("proto: syntax error (line 1:1): unexpected token {}", token(object))));
    }
    let mut found = Vec::new();
    let mut at = skip_space(object, 1);
    // A text that ends early has been refused before; whoever asks for its members gets those that there are.
    while object.get(at).is_some_and(|byte| *byte != b'}') {
        let name_at = at;
        let name_end = Scanner { text: object, at }.value()?;
        let raw_at = skip_space(object, skip_space(object, name_end) + 1);
        let raw_end = Scanner { text: object, at: raw_at }.value()?;
        let name = &object[name_at..name_end];
        found.push(Member {
            object,
            name: serde_json::from_slice(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Owned),
            name_at,
            raw: &object[raw_at..raw_end],
            raw_at,
        });
        at = skip_space(object, raw_end);
        if object.get(at) == Some(&b',') {
            at = skip_space(object, at + 1);
        }
    }
    Ok(found)
}

/// `protojson`'s text for what `serde` reports about the member at `path`, such as `queries[0].limit`.
pub fn explain(members: &[Member<'_>], path: &str, reason: &str) -> String {
    let name = path.split(['.', '[']).next().unwrap_or_default();
    let mut of_that_name = members.iter().filter(|member| camel(&member.name) == camel(name));
    let (first, second) = (of_that_name.next(), of_that_name.next());
    if let (Some(second), true) = (second, reason.starts_with("duplicate field")) {
        return format!(
            "proto: ({}): duplicate field {}",
            position(second.object, second.name_at),
            token(&second.object[second.name_at..])
        );
    }
    let oneof = reason.strip_prefix("multiple oneof fields set for '").and_then(|rest| rest.split_once('\''));
    if let (Some((oneof, _)), Some(any)) = (oneof, members.first()) {
        return one_too_many(any.object, path, oneof);
    }
    let Some(first) = first else {
        return format!("proto: {reason}");
    };
    let (value_at, value) = locate(first.object, path).unwrap_or((first.raw_at, first.raw));
    let at = position(first.object, value_at);
    if reason.starts_with("invalid RFC 3339 timestamp") {
        return format!("proto: ({at}): invalid google.protobuf.Timestamp value {}", token(value));
    }
    if ["expected struct", "expected a sequence", "expected a map"].iter().any(|text| reason.contains(text)) {
        return format!("proto: syntax error ({at}): unexpected token {}", token(value));
    }
    let field = camel(path.rsplit('.').next().unwrap_or(path));
    let field = field.split('[').next().unwrap_or_default();
    format!("proto: ({at}): invalid value for {} field {field}: {}", kind(reason), token(value))
}

/// What is said of an object with two members of a oneof, the second of which has that path.
fn one_too_many(object: &[u8], path: &str, oneof: &str) -> String {
    let (outer, name) = path.rsplit_once('.').unwrap_or(("", path));
    let (start, inner) = locate(object, outer).unwrap_or((0, object));
    let second = members(inner).ok().and_then(|members| members.into_iter().rfind(|member| member.name == name));
    let at = second.map_or(start, |second| start + second.name_at);
    format!("proto: ({}): error parsing {name:?}, oneof {oneof} is already set", position(object, at))
}

/// The kind of a field by what its reader expected there.
fn kind(reason: &str) -> &'static str {
    /// How the reader of base64 starts its reasons.
    const BYTES: [&str; 4] = ["Invalid symbol", "Invalid padding", "Invalid last symbol", "Invalid input length"];
    const KINDS: [(&str, &str); 8] = [
        ("u32", "uint32"),
        ("u64", "uint64"),
        ("i32", "int32"),
        ("i64", "int64"),
        ("enum", "enum"),
        ("bool", "bool"),
        ("bytes", "bytes"),
        ("string", "string"),
    ];
    if BYTES.iter().any(|start| reason.starts_with(start)) {
        return "bytes";
    }
    let expected = reason.split("expected").nth(1).unwrap_or_default().to_ascii_lowercase();
    KINDS.iter().find(|(text, _)| expected.contains(text)).map_or("number", |(_, kind)| kind)
}

/// Where the value at a path such as `queries[0].limit` starts, and what is there.
fn locate<'a>(object: &'a [u8], path: &str) -> Option<(usize, &'a [u8])> {
    let (mut at, mut value) = (0, object);
    for part in path.split('.') {
        let mut names = part.split('[');
        let name = camel(names.next()?);
        let member = members(value).ok()?.into_iter().find(|member| camel(&member.name) == name)?;
        (at, value) = (at + member.raw_at, member.raw);
        for index in names {
            let (start, element) = element(value, index.strip_suffix(']')?.parse().ok()?)?;
            (at, value) = (at + start, element);
        }
    }
    Some((at, value))
}

/// Where that element of an array starts, and the element.
fn element(array: &[u8], index: usize) -> Option<(usize, &[u8])> {
    let mut at = skip_space(array, 1);
    for _ in 0..index {
        let end = Scanner { text: array, at }.value().ok()?;
        at = skip_space(array, skip_space(array, end) + 1);
    }
    let end = Scanner { text: array, at }.value().ok()?;
    Some((at, &array[at..end]))
}

/// A field's name in camel case, as in JSON, from either spelling.
fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut raise = false;
    for c in name.chars() {
        match c {
            '_' => raise = true,
            c if raise => {
                camel.push(c.to_ascii_uppercase());
                raise = false;
            }
            c => camel.push(c),
        }
    }
    camel
}

/// A position as `protojson` writes it: line and character, counted from 1.
pub fn position(text: &[u8], at: usize) -> String {
    let before = &text[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rposition(|byte| *byte == b'\n').map_or(before, |newline| &before[newline + 1..]);
    format!("line {line}:{}", String::from_utf8_lossy(column).chars().count() + 1)
}

/// The first token of a value, as it was written.
pub fn token(value: &[u8]) -> Cow<'_, str> {
    let end = match value.first() {
        Some(b'{' | b'[') => 1,
        _ => Scanner { text: value, at: 0 }.value().unwrap_or(value.len()),
    };
    String::from_utf8_lossy(&value[..end])
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Scans one value without building it. It keeps its own stack, so nesting needs no recursion.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Where the value that starts here ends.
    fn value(mut self) -> Result<usize, Error> {
        let mut open = Vec::new();
        loop {
            self.space();
            match self.peek()? {
                start @ (b'{' | b'[') => {
                    self.at += 1;
                    if open.len() == MAX_DEPTH {
                        return Err(Error("exceeded max depth".to_owned()));
                    }
                    self.space();
                    let end = if start == b'{' { b'}' } else { b']' };
                    if self.peek()? != end {
                        open.push(end);
                        self.key(end)?;
                        continue;
                    }
                    self.at += 1;
                }
                b'"' => self.string()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return self.invalid("looking for beginning of value"),
            }
            // A value has ended: close the objects and arrays that end with it, or go on to the next value.
            loop {
                let Some(&end) = open.last() else {
                    return Ok(self.at);
                };
                self.space();
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        self.space();
                        self.key(end)?;
                        break;
                    }
                    byte if byte == end => {
                        self.at += 1;
                        open.pop();
                    }
                    _ if end == b'}' => return self.invalid("after object key:value pair"),
                    _ => return self.invalid("after array element"),
                }
            }
        }
    }

    /// In an object, a key and its colon.
    fn key(&mut self, end: u8) -> Result<(), Error> {
        if end != b'}' {
            return Ok(());
        }
        if self.peek()? != b'"' {
            return self.invalid("looking for beginning of object key string");
        }
        self.string()?;
        self.space();
        self.expect(|byte| byte == b':', "after object key")
    }

    fn string(&mut self) -> Result<(), Error> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    let hex = self.peek()? == b'u';
                    self.expect(|byte| b"bfnrt\\/\"u".contains(&byte), "in string escape code")?;
                    for _ in 0..if hex { 4 } else { 0 } {
                        self.expect(|byte| byte.is_ascii_hexdigit(), "in \\u hexadecimal character escape")?;
                    }
                }
                0..0x20 => return self.invalid("in string literal"),
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Result<(), Error> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        let leading_zero = self.peek()? == b'0';
        self.expect(|byte| byte.is_ascii_digit(), "in numeric literal")?;
        if !leading_zero {
            self.digits();
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.expect(|byte| byte.is_ascii_digit(), "after decimal point in numeric literal")?;
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            self.expect(|byte| byte.is_ascii_digit(), "in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), Error> {
        self.at += 1;
        for letter in word.bytes().skip(1) {
            if self.peek()? != letter {
                return self.invalid(&format!("in literal {word} (expecting '{}')", letter as char));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn expect(&mut self, accept: impl Fn(u8) -> bool, context: &str) -> Result<(), Error> {
        if !accept(self.peek()?) {
            return self.invalid(context);
        }
        self.at += 1;
        Ok(())
    }

    fn space(&mut self) {
        self.at = skip_space(self.text, self.at);
    }

    fn peek(&self) -> Result<u8, Error> {
        self.text.get(self.at).copied().ok_or_else(|| Error("unexpected EOF".to_owned()))
    }

    fn invalid<T>(&self, context: &str) -> Result<T, Error> {
        let character = match self.peek()? {
            b'\'' => "\\'".to_owned(),
            b'"' => "\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            byte @ (0..0x20 | 0x7f) => format!("\\x{byte:02x}"),
            byte @ 0x80..0xa0 => format!("\\u{byte:04x}"),
            byte => char::from(byte).to_string(),
        };
        Err(Error(format!("invalid character '{character}' {context}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(body: &str) -> String {
        first_value(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_first_value_counts_and_the_rest_is_ignored() {
        for (body, value) in [
            (" {} x", Some("{}")),
            ("[1, {\"a\": \"}\"}] []", Some("[1, {\"a\": \"}\"}]")),
            ("-1.5e+3,", Some("-1.5e+3")),
            ("01", Some("0")),
            ("\"\\u00e9\\\"\" ", Some("\"\\u00e9\\\"\"")),
            ("null", Some("null")),
            (" \n", None),
        ] {
            let found = first_value(body.as_bytes()).unwrap();
            assert_eq!(found, value.map(str::as_bytes), "{body}");
        }
    }

    #[test]
    fn errors_are_in_gos_words() {
        for (body, text) in [
            ("x", "invalid character 'x' looking for beginning of value"),
            ("{", "unexpected EOF"),
            ("{\"a\":1", "unexpected EOF"),
            ("-", "unexpected EOF"),
            ("{a}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("[}", "invalid character '}' looking for beginning of value"),
            ("tru1", "invalid character '1' in literal true (expecting 'e')"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("\"\\q\"", "invalid character 'q' in string escape code"),
            ("\"\\u00g0\"", "invalid character 'g' in \\u hexadecimal character escape"),
            ("'a'", "invalid character '\\'' looking for beginning of value"),
        ] {
            assert_eq!(error(body), text, "{body}");
        }
    }

    #[test]
    fn depth_is_bounded_and_costs_no_stack() {
        assert_eq!(error(&"[".repeat(1 << 20)), "exceeded max depth");
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert!(first_value(deep.as_bytes()).is_ok());
    }

    #[test]
    fn errors_give_the_position_of_a_member() {
        let body = b"{\"userId\":5, \"a\\u0062\" : {\"x\":[\"a\", {\"y\":\"%\"}]},\n \"user_id\":\"u\"}";
        let found = members(body).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!((&*found[1].name, found[1].raw), ("ab", &b"{\"x\":[\"a\", {\"y\":\"%\"}]}"[..]));
        assert!(members(b"{}").unwrap().is_empty());
        for (path, reason, text) in [
            (
                "userId",
                "invalid type: integer `5`, expected a string or null",
                "proto: (line 1:11): invalid value for string field userId: 5",
            ),
            ("userId", "duplicate field `userId`", "proto: (line 2:2): duplicate field \"user_id\""),
            (
                "ab.is_it",
                "invalid type: map, expected a boolean",
                "proto: (line 1:26): invalid value for bool field isIt: {",
            ),
            ("ab.x[1].y", "Invalid symbol 37, offset 0.", "proto: (line 1:42): invalid value for bytes field y: \"%\""),
            (
                "ab.x[0]",
                "invalid RFC 3339 timestamp: a",
                "proto: (line 1:32): invalid google.protobuf.Timestamp value \"a\"",
            ),
            (
                "ab.x",
                "invalid type: sequence, expected struct X",
                "proto: syntax error (line 1:31): unexpected token [",
            ),
            (
                "ab.x",
                "multiple oneof fields set for 'q' at line 1",
                "proto: (line 1:27): error parsing \"x\", oneof q is already set",
            ),
            ("?", "something else", "proto: something else"),
        ] {
            assert_eq!(explain(&found, path, reason), text);
        }
    }

    #[test]
    fn only_an_object_has_members() {
        for (value, text) in [
            ("[]", "proto: syntax error (line 1:1): unexpected token ["),
            ("\"a\"", "proto: syntax error (line 1:1): unexpected token \"a\""),
            ("null", "proto: syntax error (line 1:1): unexpected token null"),
        ] {
            assert_eq!(members(value.as_bytes()).unwrap_err().to_string(), text);
        }
    }
}
