//! Times as JSON shows them: RFC 3339 in UTC, in quotes. Written straight into a short text, which is about half the work of
//! going through the formatting of the standard library. Knows no vendor.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

use super::template::Short;

/// A time with so many digits behind the second; what is finer is cut off.
pub fn quoted(time: Timestamp, digits: u8) -> Short {
    let printer = DateTimePrinter::new().precision(Some(digits));
    let mut text = Short::default();
    text.push("\"");
    printer.print_timestamp(&time, &mut text).expect("a short text takes a time");
    text.push("\"");
    text
}

impl jiff::fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> Result<(), jiff::Error> {
        self.push(text);
        Ok(())
    }
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
            assert_eq!(quoted(time, digits).as_str(), text);
        }
        assert_eq!(quoted(Timestamp::UNIX_EPOCH, 3).as_str(), "\"1970-01-01T00:00:00.000Z\"");
    }
}
