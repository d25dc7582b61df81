//! Times and durations as protobuf's JSON writes them: seconds and nanoseconds to text and back.

use jiff::Timestamp;

/// The text of a time; one out of range is at the end of time.
pub fn time_text((seconds, nanos): (i64, i32)) -> String {
    shown(Timestamp::new(seconds, nanos).unwrap_or(Timestamp::MAX))
}

/// The text of a time: a fraction has three, six or nine digits.
pub fn shown(time: Timestamp) -> String {
    // A time before 1970 has a negative fraction here, but its text counts forwards as any other.
    let (whole, nanos) = match time.subsec_nanosecond() {
        nanos @ ..0 => (time.as_second() - 1, nanos + 1_000_000_000),
        nanos => (time.as_second(), nanos),
    };
    let whole = Timestamp::from_second(whole).unwrap_or(Timestamp::MIN).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    format!("{whole}{}Z", fraction(nanos))
}

/// The seconds and nanoseconds of a time.
pub fn seconds_of_time(text: &str) -> Option<(i64, i32)> {
    let time: Timestamp = text.parse().ok()?;
    Some(match time.subsec_nanosecond() {
        nanos @ ..0 => (time.as_second() - 1, nanos + 1_000_000_000),
        nanos => (time.as_second(), nanos),
    })
}

/// The text of a duration.
pub fn duration_text((seconds, nanos): (i64, i32)) -> String {
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    format!("{sign}{}{}s", seconds.unsigned_abs(), fraction(nanos.saturating_abs()))
}

/// The seconds and nanoseconds of a duration.
pub fn seconds_of_duration(text: &str) -> Option<(i64, i32)> {
    let number = text.strip_suffix('s')?;
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").parse().ok()?;
    Some((sign * whole.parse::<i64>().ok()?, sign as i32 * nanos))
}

fn fraction(nanos: i32) -> String {
    match nanos {
        0 => String::new(),
        nanos if nanos % 1_000_000 == 0 => format!(".{:03}", nanos / 1_000_000),
        nanos if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
        nanos => format!(".{nanos:09}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations_are_text_and_back() {
        for (text, parts) in [
            ("2025-03-25T09:53:34.029Z", (1_742_896_414, 29_000_000)),
            ("2025-03-25T09:53:34Z", (1_742_896_414, 0)),
            ("1969-12-31T23:59:59.500Z", (-1, 500_000_000)),
        ] {
            assert_eq!((seconds_of_time(text), time_text(parts)), (Some(parts), text.to_owned()));
        }
        for (text, parts) in [("5s", (5, 0)), ("1.500s", (1, 500_000_000)), ("-0.000001s", (0, -1_000))] {
            assert_eq!((seconds_of_duration(text), duration_text(parts)), (Some(parts), text.to_owned()));
        }
        for wrong in ["", "s", "5", "1.5.5s", "+5s", "1e3s", "1.0000000001s"] {
            assert_eq!(seconds_of_duration(wrong), None, "{wrong}");
        }
    }
}
