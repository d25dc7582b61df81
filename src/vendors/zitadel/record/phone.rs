//! Phone numbers in the one form in which ZITADEL keeps them: `+`, the calling code and the national number. Pure.
//!
//! The vendor parses with libphonenumber and the default region of Switzerland, and does not ask whether a number is in
//! use. Its parser is followed here: what looks like a number, calling codes, the trunk prefix. What it knows besides,
//! country by country (carrier codes, which lengths a region has), is here only as far as [`TRUNKS`] lists it; where a
//! region is not listed, a trunk prefix behind the calling code stays in the number.

/// The longest text that is looked at.
const MAX_TEXT: usize = 250;

/// The lengths that a national number can have.
const NATIONAL: std::ops::RangeInclusive<usize> = 2..=17;

/// The calling code of the default region.
const HOME: &str = "41";

/// What starts a number of another region in the default one.
const ABROAD: &str = "00";

/// The calling codes that are in use: single ones, and ranges of neighbours.
const CODES: &[(u16, u16)] = &[
    (1, 1),
    (7, 7),
    (20, 20),
    (27, 27),
    (30, 34),
    (36, 36),
    (39, 41),
    (43, 49),
    (51, 58),
    (60, 66),
    (81, 82),
    (84, 84),
    (86, 86),
    (90, 95),
    (98, 98),
    (211, 213),
    (216, 216),
    (218, 218),
    (220, 258),
    (260, 269),
    (290, 291),
    (297, 299),
    (350, 359),
    (370, 378),
    (380, 383),
    (385, 387),
    (389, 389),
    (420, 421),
    (423, 423),
    (500, 509),
    (590, 599),
    (670, 670),
    (672, 683),
    (685, 692),
    (800, 800),
    (808, 808),
    (850, 850),
    (852, 853),
    (855, 856),
    (870, 870),
    (878, 878),
    (880, 883),
    (886, 886),
    (888, 888),
    (960, 968),
    (970, 977),
    (979, 979),
    (992, 996),
    (998, 998),
];

/// By calling code: what is dialled before a national number inside the region, and the lengths that a number without
/// it can have. With another length the prefix is taken for a part of the number.
const TRUNKS: &[(&str, &str, &[usize])] = &[
    ("1", "1", &[10]),
    ("7", "8", &[10, 14]),
    ("20", "0", &[8, 9, 10]),
    ("27", "0", &[5, 6, 7, 8, 9, 10]),
    ("31", "0", &[5, 6, 7, 8, 9, 10, 11]),
    ("32", "0", &[8, 9]),
    ("33", "0", &[4, 9]),
    ("36", "06", &[8, 9]),
    ("40", "0", &[6, 9]),
    ("41", "0", &[9, 12]),
    ("43", "0", &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13]),
    ("44", "0", &[7, 9, 10]),
    ("46", "0", &[6, 7, 8, 9, 10, 12]),
    ("49", "0", &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    ("60", "0", &[8, 9, 10]),
    ("61", "0", &[5, 6, 7, 8, 9, 10, 12]),
    ("64", "0", &[5, 6, 7, 8, 9, 10]),
    ("66", "0", &[8, 9, 10, 13]),
    ("81", "0", &[8, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
    ("84", "0", &[7, 8, 9, 10]),
    ("86", "0", &[7, 8, 9, 10, 11, 12]),
    ("90", "0", &[7, 10, 12, 13]),
    ("91", "0", &[8, 9, 10, 11, 12, 13]),
    ("92", "0", &[8, 9, 10, 11, 12]),
    ("353", "0", &[7, 8, 9, 10]),
    ("358", "0", &[5, 6, 7, 8, 9, 10, 11, 12]),
    ("359", "0", &[6, 7, 8, 9, 12]),
    ("380", "0", &[9, 10]),
    ("381", "0", &[6, 7, 8, 9, 10, 11, 12]),
    ("385", "0", &[6, 7, 8, 9]),
    ("386", "0", &[5, 6, 7, 8]),
    ("421", "0", &[6, 7, 9]),
    ("423", "0", &[7, 9]),
    ("886", "0", &[7, 8, 9, 10, 11]),
    ("972", "0", &[7, 8, 9, 10, 11, 12]),
];

/// What may stand before an extension, longest first.
const EXTENSIONS: &[&str] = &[";ext=", "extension", "extn", "ext", "x", "#", "~"];

/// A phone number as the vendor keeps it; `None` if its parser refuses it.
pub fn normalize(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let text: String = text.chars().map(plain).collect();
    let start = text.find(|c: char| c == '+' || c.is_ascii_digit())?;
    let text = text[start..].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '#');
    let text = without_extension(text);
    if !looks_like_a_number(text) {
        return None;
    }
    let digits = digits(text);
    let abroad = digits.strip_prefix(ABROAD).filter(|rest| !rest.starts_with('0'));
    let (code, national) = match (text.starts_with('+'), abroad) {
        (true, _) => split(&digits)?,
        (false, Some(rest)) => split(rest)?,
        (false, None) => (HOME, at_home(&digits)),
    };
    let national = without_trunk(code, national);
    NATIONAL.contains(&national.len()).then(|| format!("+{code}{national}"))
}

/// The character in its plain form, for those that have a wide one.
fn plain(c: char) -> char {
    match c {
        '＋' => '+',
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).expect("it is one of ten"),
        c => c,
    }
}

/// The text without an extension at its end.
fn without_extension(text: &str) -> &str {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let length = text.len() - before.len();
    let marked = before.trim_end_matches([' ', '.', ':', '\u{a0}']);
    let marker = EXTENSIONS.iter().find(|marker| {
        let start = marked.len().checked_sub(marker.len());
        start.and_then(|start| marked.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(marker))
    });
    match marker {
        Some(marker) if (1..=9).contains(&length) => {
            marked[..marked.len() - marker.len()].trim_end_matches([' ', ',', ';', '\u{a0}'])
        }
        _ => text,
    }
}

/// Whether it has two digits in a row, or three with nothing but punctuation between them; what else it has does not
/// matter, as the vendor's library looks for a part that fits.
fn looks_like_a_number(text: &str) -> bool {
    let (mut digits, mut is_pair, mut was_digit) = (0, false, false);
    for c in text.chars() {
        let is_digit = c.is_ascii_digit();
        digits = if is_digit || is_punctuation(c) { digits + u32::from(is_digit) } else { 0 };
        is_pair = was_digit && is_digit;
        was_digit = is_digit;
        if is_pair || digits == 3 {
            return true;
        }
    }
    is_pair
}

fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '-' | 'x' | '*' | ' ' | '(' | ')' | '[' | ']' | '.' | '/' | '~' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{ad}'
                | '\u{200b}'
                | '\u{2060}'
                | '\u{a0}'
                | '\u{3000}'
                | '（'
                | '）'
                | '－'
                | '／'
    )
}

/// The digits, where three letters or more stand for the digits of their keys.
fn digits(text: &str) -> String {
    let has_words = text.chars().filter(char::is_ascii_alphabetic).count() >= 3;
    let key = |c: char| match c.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        _ => '9',
    };
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        c if has_words && c.is_ascii_alphabetic() => Some(key(c)),
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

/// The calling code and what follows it.
fn split(digits: &str) -> Option<(&str, &str)> {
    if digits.len() <= *NATIONAL.start() || digits.starts_with('0') {
        return None;
    }
    let is_code = |code: &str| {
        let code: u16 = code.parse().expect("three digits fit");
        CODES.iter().any(|(first, last)| (*first..=*last).contains(&code))
    };
    (1..=3).filter_map(|length| digits.split_at_checked(length)).find(|(code, _)| is_code(code))
}

/// A number of the default region, which may have its calling code in front of it.
fn at_home(digits: &str) -> &str {
    let is_national = |number: &str| match number.len() {
        9 => !number.starts_with(['0', '1']),
        12 => number.starts_with('8'),
        _ => false,
    };
    let longest = 12;
    match digits.strip_prefix(HOME).map(|rest| without_trunk(HOME, rest)) {
        Some(rest) if !is_national(digits) && (is_national(rest) || digits.len() > longest) => rest,
        _ => digits,
    }
}

fn without_trunk<'a>(code: &str, number: &'a str) -> &'a str {
    let trunk = TRUNKS.iter().find(|(region, _, _)| *region == code);
    let stripped =
        trunk.and_then(|(_, prefix, lengths)| number.strip_prefix(prefix).filter(|rest| lengths.contains(&rest.len())));
    stripped.unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_kept_in_one_form() {
        for (given, kept) in [
            ("+41 79 123 45 67", Some("+41791234567")),
            ("+41 (0)79 123 45 68", Some("+41791234568")),
            ("0041791234567", Some("+41791234567")),
            ("079 123 45 67", Some("+41791234567")),
            ("41791234567", Some("+41791234567")),
            ("tel. 079/123.45.67", Some("+41791234567")),
            ("00491791234567", Some("+491791234567")),
            ("+44 (0)20 7946 0958", Some("+442079460958")),
            ("+39 06 1234 5678", Some("+390612345678")),
            ("+1 (555) 010-0199", Some("+15550100199")),
            ("+1 202 555 0123 ext. 7", Some("+12025550123")),
            ("+41791234567;ext=12", Some("+41791234567")),
            ("+1 800 FLOWERS", Some("+18003569377")),
            ("12", Some("+4112")),
            ("012", Some("+41012")),
            ("12 abc", Some("+4112222")),
            ("1-2-3", Some("+41123")),
            ("+41791232223é ", Some("+41791232223")),
            ("+41 79 é 123", Some("+4179123")),
            ("+1234567890123456", Some("+1234567890123456")),
        ] {
            assert_eq!(normalize(given).as_deref(), kept, "{given}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for given in
            ["", "1", "abc", "phone", "+", "+12", "+999999999999", "+999999999999999", "+0791234567", "x", "1 2", "1a2"]
        {
            assert_eq!(normalize(given), None, "{given}");
        }
        assert_eq!(normalize(&"1".repeat(19)), None, "too long for a national number");
        assert_eq!(normalize(&"1".repeat(251)), None);
    }
}
