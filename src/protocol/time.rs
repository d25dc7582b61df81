//! Times as JSON shows them: RFC 3339 in UTC, in quotes. Written straight into a short text, which is about half the work of
//! going through the formatting of the standard library. Knows no vendor.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;

use super::template::Short;

thread_local! {
    /// The second that was shown last, up to its fraction: calls come in crowds, so that nearly all have that of the one before.
    static LAST: Cell<(i64, Short)> = const { Cell::new((i64::MIN, Short::EMPTY)) };
}

/// A time with so many digits behind the second, 9 at most; what is finer is cut off.
pub fn quoted(time: Timestamp, digits: u8) -> Short {
    let mut text = match u32::try_from(time.subsec_nanosecond()) {
        Ok(nanoseconds) => {
            let mut text = second(time);
            if digits > 0 {
                text.push(".");
                text.push(&itoa::Buffer::new().format(1_000_000_000 + nanoseconds)[1..=usize::from(digits)]);
            }
            text
        }
        Err(_) => printed(time, digits), // before 1970, where a fraction counts backwards
    };
    text.push("Z\"");
    text
}

/// The time up to its second.
fn second(time: Timestamp) -> Short {
    let (last, text) = LAST.get();
    if last == time.as_second() {
        return text;
    }
    let text = printed(time, 0);
    LAST.set((time.as_second(), text));
    text
}

/// The time up to its fraction.
fn printed(time: Timestamp, digits: u8) -> Short {
    let printer = DateTimePrinter::new().precision(Some(digits));
    let mut text = Short::EMPTY;
    text.push("\"");
    printer.print_datetime(&Offset::UTC.to_datetime(time), &mut text).expect("a short text takes a time");
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
        for (time, text) in [
            (Timestamp::UNIX_EPOCH, "\"1970-01-01T00:00:00.000Z\""),
            ("1969-12-31T23:59:59.25Z".parse().unwrap(), "\"1969-12-31T23:59:59.250Z\""),
            (Timestamp::MIN, "\"-009999-01-02T01:59:59.000Z\""),
            (Timestamp::MAX, "\"9999-12-30T22:00:00.999Z\""),
        ] {
            assert_eq!(quoted(time, 3).as_str(), text);
        }
    }
}
