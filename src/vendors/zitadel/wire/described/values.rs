//! Times and durations as protobuf's JSON writes them: seconds and nanoseconds to text and back.

use jiff::Timestamp;
use jiff::civil::DateTime;

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

/// The seconds and nanoseconds of a time in the form of RFC 3339, with capitals, as Go reads it: an hour may have one
/// digit, and a fraction may follow a comma.
pub fn seconds_of_time(text: &str) -> Option<(i64, i32)> {
    let (date, time) = text.split_once('T')?;
    let (time, offset) = match time.strip_suffix('Z') {
        Some(time) => (time, 0),
        None => {
            let (time, offset) = time.split_at_checked(time.len().checked_sub("+00:00".len())?)?;
            let (sign, offset) = offset.split_at_checked(1)?;
            let sign = match sign {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let (hours, minutes) =
                (number(offset.get(..2)?)?, number(offset.strip_prefix(&offset[..2])?.strip_prefix(':')?)?);
            (time, if hours <= 24 && minutes < 60 { sign * (hours * 3600 + minutes * 60) } else { return None })
        }
    };
    let (time, fraction) = match time.split_once(['.', ',']) {
        Some((time, digits)) if (1..=9).contains(&digits.len()) => (time, number(&format!("{digits:0<9}"))?),
        Some(_) => return None,
        None => (time, 0),
    };
    let time = if time.find(':') == Some(1) { format!("0{time}") } else { time.to_owned() };
    let fits = date.len() == "0000-00-00".len() && time.len() == "00:00:00".len() && !time.ends_with("60");
    let local: DateTime = format!("{date}T{time}").parse().ok().filter(|_| fits)?;
    let seconds = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs() - offset;
    Some((seconds, i32::try_from(fraction).ok()?))
}

/// A number of digits alone.
fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
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

    #[test]
    fn a_time_is_read_as_go_reads_it() {
        for (text, parts) in [
            ("1970-01-01T01:00:00+01:00", (0, 0)),
            ("1970-01-01T00:00:00-00:30", (1_800, 0)),
            ("1970-01-01T1:00:00Z", (3_600, 0)),
            ("1970-01-01T00:00:00,5Z", (0, 500_000_000)),
            ("9999-12-31T23:59:59Z", (253_402_300_799, 0)),
        ] {
            assert_eq!(seconds_of_time(text), Some(parts), "{text}");
        }
        for wrong in [
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-01-01 00:00:00Z",
            "1970-01-01T00:00:00",
            "1970-01-01T00:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T24:00:00Z",
            "1970-1-1T00:00:00Z",
            "1970-02-30T00:00:00Z",
            "1970-01-01T00:00:00+0100",
            "1970-01-01T00:00:00+25:00",
            "1970-01-01T00:00:00.1234567891Z",
            "10000-01-01T00:00:00Z",
            " 1970-01-01T00:00:00Z",
            "1970-01-01",
            "éT00:00:00é",
            "",
        ] {
            assert_eq!(seconds_of_time(wrong), None, "{wrong}");
        }
    }
}
