//! What is wrong with the syntax of JSON, in the words of Go's `protojson`, which reads token by token. Knows no
//! message.

use std::borrow::Cow;

/// What is said of a remote call without a message.
pub const EMPTY: &str = "unmarshal message: zero-length payload is not a valid JSON object";

/// What came before: it decides what may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Open,
    Name,
    Comma,
    Value,
}

/// Reads a text token by token.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// The brackets that close what is open.
    open: Vec<u8>,
    last: Last,
    /// Where the last value ended, and how many brackets were open there.
    whole: (usize, usize),
}

/// What is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// In the library's words.
    pub reason: String,
    /// The object up to the last value before that, closed. The library has looked at it.
    pub before: Vec<u8>,
}

/// Why reading ends.
enum Stop {
    /// The text ends too early.
    Early,
    /// At that place, for that reason.
    At(usize, String),
    /// The text ends where it may.
    End,
}

/// The first error of a text that is to be one JSON object.
pub fn first_error(text: &[u8]) -> Option<Broken> {
    let mut reader = Reader { text, at: 0, open: Vec::new(), last: Last::Nothing, whole: (0, 0) };
    let reason = loop {
        let is_first = reader.last == Last::Nothing;
        match reader.read() {
            // A message is an object, whatever follows.
            Ok(start) if is_first && reader.text[start] != b'{' => {
                break reader.syntax_error(start, &reader.unexpected(start));
            }
            Ok(_) if reader.last == Last::Value => reader.whole = (reader.at, reader.open.len()),
            Ok(_) => {}
            Err(Stop::End) => return None,
            Err(Stop::Early) => break "proto: unexpected EOF".to_owned(),
            Err(Stop::At(at, reason)) => break reader.syntax_error(at, &reason),
        }
    };
    // What was opened since the last value was not closed, or there would be a later one.
    let (end, depth) = reader.whole;
    let closing = reader.open.iter().take(depth).rev();
    Some(Broken { reason, before: text[..end].iter().chain(closing).copied().collect() })
}

impl Reader<'_> {
    /// Reads one token, and returns where it starts.
    fn read(&mut self) -> Result<usize, Stop> {
        self.skip_space();
        let start = self.at;
        let Some(&byte) = self.text.get(start) else {
            let is_whole = self.open.is_empty() && self.last == Last::Value;
            return Err(if is_whole { Stop::End } else { Stop::Early });
        };
        let is_fit = match byte {
            b'{' | b'[' => {
                let fits = self.wants_value();
                self.at += 1;
                self.open.push(if byte == b'{' { b'}' } else { b']' });
                self.last = Last::Open;
                fits
            }
            b'}' | b']' => {
                let fits = matches!(self.last, Last::Open | Last::Value) && self.open.pop() == Some(byte);
                self.at += 1;
                self.last = Last::Value;
                fits
            }
            b',' => {
                let fits = self.last == Last::Value && !self.open.is_empty();
                self.at += 1;
                self.last = Last::Comma;
                fits
            }
            b'"' => return self.string().map(|()| start),
            _ => {
                let length = scalar(&self.text[start..]).ok_or_else(|| Stop::At(start, self.invalid(start)))?;
                let fits = self.wants_value();
                self.at += length;
                self.last = Last::Value;
                fits
            }
        };
        if is_fit { Ok(start) } else { Err(Stop::At(start, self.unexpected(start))) }
    }

    /// Whether a value may come next; otherwise a string would be a name.
    fn wants_value(&self) -> bool {
        match self.open.last() {
            None => self.last == Last::Nothing,
            Some(b'}') => self.last == Last::Name,
            Some(_) => matches!(self.last, Last::Open | Last::Comma),
        }
    }

    /// Reads a string, which is a value or a name.
    fn string(&mut self) -> Result<(), Stop> {
        let (start, is_value) = (self.at, self.wants_value());
        self.at = string_end(self.text, start)?;
        if is_value {
            self.last = Last::Value;
            return Ok(());
        }
        let may_be_name = self.open.last() == Some(&b'}') && matches!(self.last, Last::Open | Last::Comma);
        self.skip_space();
        match self.text.get(self.at) {
            None => return Err(Stop::Early),
            Some(b':') => self.at += 1,
            Some(_) => {
                let character = String::from_utf8_lossy(&self.text[self.at..=self.at]).into_owned();
                let reason = format!("unexpected character {character}, missing \":\" after field name");
                return Err(Stop::At(self.at, reason));
            }
        }
        self.last = Last::Name;
        if may_be_name { Ok(()) } else { Err(Stop::At(start, self.unexpected(start))) }
    }

    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// What is said of a token that does not fit.
    fn unexpected(&self, start: usize) -> String {
        let text = &self.text[start..];
        let end = match text[0] {
            b'"' => string_end(self.text, start).map_or(text.len(), |end| end - start),
            _ => scalar(text).unwrap_or(1),
        };
        format!("unexpected token {}", String::from_utf8_lossy(&text[..end]))
    }

    /// What is said of a text that is no token.
    fn invalid(&self, start: usize) -> String {
        const MAX: usize = 32;
        let text = &self.text[start..];
        let word = text.iter().take(MAX).take_while(|byte| is_word(**byte)).count();
        let shown: Cow<'_, str> = match word {
            0 => String::from_utf8_lossy(text).chars().next().map(String::from).unwrap_or_default().into(),
            word => String::from_utf8_lossy(&text[..word]),
        };
        format!("invalid value {shown}")
    }

    fn syntax_error(&self, at: usize, reason: &str) -> String {
        let before = &self.text[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        format!("proto: syntax error (line {line}:{column}): {reason}")
    }
}

/// Where the string that starts at `start` ends, or what is wrong with it.
fn string_end(text: &[u8], start: usize) -> Result<usize, Stop> {
    let mut at = start + 1;
    let wrong = |reason: String| Err(Stop::At(start, reason));
    loop {
        match *text.get(at).ok_or(Stop::Early)? {
            b'"' => return Ok(at + 1),
            byte @ 0..0x20 => return wrong(format!("invalid character {} in string", quoted_byte(byte))),
            b'\\' => {
                let length = if text.get(at + 1).ok_or(Stop::Early)? == &b'u' { 6 } else { 2 };
                let escape = text.get(at..at + length).ok_or(Stop::Early)?;
                let unit = code_unit(escape);
                let is_known = match length {
                    6 => unit.is_some(),
                    _ => b"\"\\/bfnrt".contains(&escape[1]),
                };
                // Half a character needs its other half.
                let is_half = unit.is_some_and(|unit| (0xd800..0xe000).contains(&unit));
                let other = if is_half { Some(text.get(at + 6..at + 12).ok_or(Stop::Early)?) } else { None };
                let is_whole = other.is_none_or(|other| {
                    char::decode_utf16(unit.into_iter().chain(code_unit(other))).collect::<Result<Vec<_>, _>>().is_ok()
                });
                if !is_known || !is_whole {
                    return wrong(format!("invalid escape code {:?} in string", String::from_utf8_lossy(escape)));
                }
                at += length + other.map_or(0, <[u8]>::len);
            }
            byte if byte.is_ascii() => at += 1,
            _ => {
                let rest = &text[at..text.len().min(at + 4)];
                let length = (2..=rest.len()).find(|length| std::str::from_utf8(&rest[..*length]).is_ok());
                let Some(length) = length else { return wrong("invalid UTF-8 in string".to_owned()) };
                at += length;
            }
        }
    }
}

/// The number in an escape such as `\u00e9`.
fn code_unit(escape: &[u8]) -> Option<u16> {
    let digits = escape.strip_prefix(b"\\u").filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A control character as Go quotes it.
fn quoted_byte(byte: u8) -> String {
    match byte {
        b'\n' => "'\\n'".to_owned(),
        b'\r' => "'\\r'".to_owned(),
        b'\t' => "'\\t'".to_owned(),
        7 => "'\\a'".to_owned(),
        8 => "'\\b'".to_owned(),
        11 => "'\\v'".to_owned(),
        12 => "'\\f'".to_owned(),
        byte => format!("'\\x{byte:02x}'"),
    }
}

/// The length of the word or number at the start of a text.
fn scalar(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|byte| is_word(**byte)).count();
    let word = &text[..length];
    let is_one = matches!(word, b"null" | b"true" | b"false") || is_number(word);
    is_one.then_some(length)
}

/// Whether a word is a number, however large.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(word);
    let (mut rest, mut is_right) = (&word[whole..], whole == 1 || (whole > 1 && word[0] != b'0'));
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        (rest, is_right) = (&fraction[length..], is_right && length > 0);
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let length = digits(exponent);
        (rest, is_right) = (&exponent[length..], is_right && length > 0);
    }
    is_right && rest.is_empty()
}

/// Whether a character belongs to the word before it.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_right() {
        for text in
            ["{}", " {\"a\": [1, -2.5e3, 0.10E+999, -0, true, null, {\"b\": \"\\u00e9\\n\u{e9}\"}], \"c\": {}}\n"]
        {
            assert_eq!(first_error(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn errors_are_in_protojsons_words() {
        for (text, error) in [
            ("", "unexpected EOF"),
            ("{", "unexpected EOF"),
            ("{\"a\"", "unexpected EOF"),
            ("{\"a\":", "unexpected EOF"),
            ("{\"a\":1", "unexpected EOF"),
            ("{\"a\":\"b", "unexpected EOF"),
            ("{\"a\":\"\\u00", "unexpected EOF"),
            ("x", "syntax error (line 1:1): invalid value x"),
            ("hello world", "syntax error (line 1:1): invalid value hello"),
            ("[", "syntax error (line 1:1): unexpected token ["),
            (" \"a\"", "syntax error (line 1:2): unexpected token \"a\""),
            ("null", "syntax error (line 1:1): unexpected token null"),
            ("{a}", "syntax error (line 1:2): invalid value a"),
            ("{\"a\" 1}", "syntax error (line 1:6): unexpected character 1, missing \":\" after field name"),
            ("{\"a\":1 2}", "syntax error (line 1:8): unexpected token 2"),
            ("{\"a\":1,}", "syntax error (line 1:8): unexpected token }"),
            ("{1:2}", "syntax error (line 1:2): unexpected token 1"),
            ("{\"a\":[1,]}", "syntax error (line 1:9): unexpected token ]"),
            ("{\"a\":[1}", "syntax error (line 1:8): unexpected token }"),
            ("{\"a\":01}", "syntax error (line 1:6): invalid value 01"),
            ("{\"a\":1.}", "syntax error (line 1:6): invalid value 1."),
            ("{\"a\":1e+}", "syntax error (line 1:6): invalid value 1e+"),
            ("{\"a\":-}", "syntax error (line 1:6): invalid value -"),
            ("{\"a\":tru}", "syntax error (line 1:6): invalid value tru"),
            ("{\"a\":\n'b'}", "syntax error (line 2:1): invalid value '"),
            ("{\"a\":\"\\q\"}", "syntax error (line 1:6): invalid escape code \"\\\\q\" in string"),
            ("{\"a\":\"\\udc00\"}", "unexpected EOF"),
            ("{\"a\":\"\\ud800 and more\"}", "syntax error (line 1:6): invalid escape code \"\\\\ud800\" in string"),
            ("{\"a\":\"\t\"}", "syntax error (line 1:6): invalid character '\\t' in string"),
            ("{} x", "syntax error (line 1:4): invalid value x"),
            ("{}{}", "syntax error (line 1:3): unexpected token {"),
            ("{},", "syntax error (line 1:3): unexpected token ,"),
        ] {
            assert_eq!(first_error(text.as_bytes()).unwrap().reason, format!("proto: {error}"), "{text}");
        }
        let broken = b"{\"a\":\"\xff\"}";
        assert_eq!(first_error(broken).unwrap().reason, "proto: syntax error (line 1:6): invalid UTF-8 in string");
    }

    /// Texts of which some are objects.
    const TEXTS: &str = r#"\{("a":)?[\]\[{}",:\\0-9a-fu. e+-]{0,12}\}?"#;

    proptest::proptest! {
        #[test]
        fn an_object_is_right_exactly_if_another_reader_takes_it(text in TEXTS) {
            let other = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
            let other = other.map_or_else(|error| error.to_string().contains("out of range"), |_| true);
            proptest::prop_assert_eq!(first_error(text.as_bytes()).is_none(), other, "{}", text);
        }
    }

    #[test]
    fn what_was_read_before_is_an_object() {
        for (text, before) in [
            ("{\"a\":5,", "{\"a\":5}"),
            ("{\"a\":[{\"b\":1},{\"c\":[", "{\"a\":[{\"b\":1}]}"),
            ("{\"a\":{\"b\":1}} x", "{\"a\":{\"b\":1}}"),
            ("{\"a\":x", ""),
            ("[1", ""),
        ] {
            assert_eq!(String::from_utf8(first_error(text.as_bytes()).unwrap().before).unwrap(), before, "{text}");
        }
    }
}
