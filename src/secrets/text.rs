//! Finds secrets inside a text that stands under a harmless name: JSON, pairs, a URL's user info, tokens. Knows no
//! format of a call.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::name::is_secret;
use super::{shorten, shortened};

/// How often a text is decoded: JSON in a text in JSON, or a URL in a query in a URL.
const MAX_DECODED: usize = 4;

/// The length from which a credential without a digit is no word.
const MIN_WORD: usize = 12;

/// What a private key in PEM says of itself.
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// The minimum length of a JWT.
const MIN_JWT: usize = 20;

/// What stands between a name and its value in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// `=` alone, as in a path: there, a colon can be part of a name.
    Equals,
    /// `=` or `:`.
    All,
}

/// A text with the secrets in it shortened, otherwise unchanged.
pub(super) fn masked(text: &str, pairs: Pairs) -> String {
    decoded(text, pairs, MAX_DECODED)
}

fn decoded(text: &str, pairs: Pairs, times: usize) -> String {
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(trimmed)
    {
        let mut shown = value.clone();
        match times {
            0 => return shortened(text),
            _ => shorten(&mut shown, false, &|text| decoded(text, Pairs::All, times - 1)),
        }
        return if shown == value { text.to_owned() } else { shown.to_string() };
    }
    if text.contains(PRIVATE_KEY) {
        return shortened(text);
    }
    if times > 0
        && text.contains('%')
        && let Ok(plain) = percent_decode_str(text).decode_utf8()
        && plain != text
    {
        let shown = decoded(&plain, pairs, times - 1);
        if shown != plain {
            return shown;
        }
    }
    scanned(text, pairs)
}

/// Shortens the values of pairs, passwords in URLs and JWTs, wherever they are in the text.
fn scanned(text: &str, pairs: Pairs) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("//") {
            shown.push_str("//");
            rest = user_info(after, &mut shown);
            continue;
        }
        let (word, after) = rest.split_at(rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()));
        if word.is_empty() {
            shown.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        rest = after;
        if is_jwt(word) {
            shown.push_str(&shortened(word));
            continue;
        }
        shown.push_str(word);
        if let Some((blank, credential)) = credential(word, after) {
            shown.push_str(blank);
            shown.push_str(&shortened(credential));
            rest = &after[blank.len() + credential.len()..];
            continue;
        }
        let Some(start) = value_start(after, pairs).filter(|_| is_secret(word)) else { continue };
        let (between, value) = after.split_at(start);
        let (value, others) = value.split_at(value_end(between, value));
        shown.push_str(between);
        if !value.is_empty() {
            shown.push_str(&shortened(value));
        }
        rest = others;
    }
    shown
}

/// Copies the user info of a URL, shortened. Returns the rest of the text, from the host on.
fn user_info<'t>(after: &'t str, shown: &mut String) -> &'t str {
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\\' | '"' | '\'' | '<' | '>');
    let authority = &after[..after.find(ends).unwrap_or(after.len())];
    let Some((info, _)) = authority.rsplit_once('@') else { return after };
    // Either half can be a token.
    let halves: Vec<_> = info.splitn(2, ':').map(shortened).collect();
    shown.push_str(&halves.join(":"));
    &after[info.len()..]
}

/// The credential that follows the name of a scheme, with the blank before it. A word is none: it has no digit.
fn credential<'t>(scheme: &str, after: &'t str) -> Option<(&'t str, &'t str)> {
    let is_scheme = ["bearer", "basic"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let blank = [" ", "+", "%20"].into_iter().find(|blank| is_scheme && after.starts_with(blank))?;
    let (blank, rest) = after.split_at(blank.len());
    let end = rest.find(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\'' | '\\' | '&' | ',' | ';'));
    let credential = &rest[..end.unwrap_or(rest.len())];
    let is_word = credential.len() < MIN_WORD && !credential.contains(|c: char| c.is_ascii_digit());
    (!is_word).then_some((blank, credential))
}

/// Where the value starts, if a name is followed by one: behind quotes, brackets and blanks, and what separates them.
fn value_start(after: &str, pairs: Pairs) -> Option<usize> {
    let is_closing = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ']');
    let separator = after.find(|c| !is_closing(c))?;
    match after.as_bytes()[separator] {
        b'=' => {}
        b':' if pairs == Pairs::All && !after[separator..].starts_with("://") => {}
        _ => return None,
    }
    let opening = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '=' | '>');
    let value = &after[separator + 1..];
    Some(separator + 1 + value.find(|c| !opening(c)).unwrap_or(value.len()))
}

/// Where a secret value ends. Where that is not certain, it is the end of the text.
fn value_end(before: &str, value: &str) -> usize {
    if value.starts_with(['{', '[']) || before.ends_with("\\\"") || before.ends_with("\\'") {
        return value.len();
    }
    if let Some(quote) = before.chars().next_back().filter(|c| matches!(c, '"' | '\'')) {
        let end = value.char_indices().zip(std::iter::once('\0').chain(value.chars()));
        let mut ends = end.filter(|((_, c), before)| *c == quote && *before != '\\').map(|((at, _), _)| at);
        return ends.next().unwrap_or(value.len());
    }
    let separators = value.char_indices().filter(|(_, c)| c.is_whitespace() || matches!(c, '&' | ';' | ','));
    let is_end = |&(at, c): &(usize, char)| c == '\n' || starts_pair(&value[at + c.len_utf8()..]);
    let mut ends = separators.filter(is_end).map(|(at, _)| at);
    ends.next().unwrap_or(value.len())
}

/// Whether a text starts with another pair. What else follows a separator is still part of the value.
fn starts_pair(text: &str) -> bool {
    const MAX_NAME: usize = 64;
    let end = text.char_indices().take(MAX_NAME).find(|(_, c)| !is_word(*c) && !matches!(c, '[' | ']'));
    end.is_some_and(|(at, c)| at > 0 && c == '=')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{200b}'..='\u{200d}' | '\u{feff}')
}

/// Whether a word is a JWT: three parts, of which the first is an object in base64.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= MIN_JWT && word.matches('.').count() >= 2
}
