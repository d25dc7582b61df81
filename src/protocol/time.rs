//! Times as JSON shows them: RFC 3339 in UTC, in quotes. Written straight into a text, which is about half the work of
//! going through the formatting of the standard library. Knows no vendor.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// What the printer asks for at once, and the quotes.
const MOST: usize = 64;

/// A time with so many digits behind the second; what is finer is cut off.
pub fn quoted(time: Timestamp, digits: u8) -> String {
    let printer = DateTimePrinter::new().precision(Some(digits));
    let mut text = String::with_capacity(MOST);
    text.push('"');
    printer.print_timestamp(&time, &mut text).expect("a text takes everything");
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_as_many_digits_as_are_asked_for() {
        let time = "2026-01-02T03:04:05.678901999Z".parse().unwrap();
        for (digits, text) in [
            (0, "\"2026-01-02T03:04:05Z\""),
            (3, "\"2026-01-02T03:04:05.678Z\""),
            (6, "\"2026-01-02T03:04:05.678901Z\""),
            (9, "\"2026-01-02T03:04:05.678901999Z\""),
        ] {
            assert_eq!(quoted(time, digits), text);
        }
        assert_eq!(quoted(Timestamp::UNIX_EPOCH, 3), "\"1970-01-01T00:00:00.000Z\"");
    }
}
