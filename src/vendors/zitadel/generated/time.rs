//! Times as JSON has them, written without an allocation: the library's own way takes longer than the rest of a user.

use buffa::json_helpers::wkt::days_to_date;
use buffa::{Inline, MessageField};
use buffa_types::google::protobuf::Timestamp;
use serde::{Serialize, Serializer};

/// `2025-01-01T00:00:00` and up to nine digits of a fraction, and `Z`.
const LENGTH: usize = 30;

/// Writes a time that is set.
///
/// # Errors
/// The serializer's, or a time outside of the years 1 to 9999.
pub fn serialize<S: Serializer>(
    time: &MessageField<Timestamp, Inline<Timestamp>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some(time) = time.as_option() else { return serializer.serialize_none() };
    let mut text = [0; LENGTH];
    match write(time, &mut text) {
        Some(length) => serializer.serialize_str(std::str::from_utf8(&text[..length]).expect("digits and signs")),
        None => time.serialize(serializer), // which says what is wrong with it
    }
}

/// Writes the time and returns its length.
fn write(time: &Timestamp, text: &mut [u8; LENGTH]) -> Option<usize> {
    let (day, second) = (time.seconds.div_euclid(86_400), time.seconds.rem_euclid(86_400) as u32);
    let (year, month, date) = days_to_date(day);
    let (year, nanos) = (u32::try_from(year).ok()?, u32::try_from(time.nanos).ok()?);
    if !(1..=9_999).contains(&year) || nanos > 999_999_999 {
        return None;
    }
    text[..20].copy_from_slice(b"0000-00-00T00:00:00Z");
    put::<4>(text, 0, year);
    put::<2>(text, 5, month as u32);
    put::<2>(text, 8, date as u32);
    put::<2>(text, 11, second / 3_600);
    put::<2>(text, 14, second / 60 % 60);
    put::<2>(text, 17, second % 60);
    let end = match nanos {
        0 => return Some(20),
        _ if nanos % 1_000_000 == 0 => put::<3>(text, 20, nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => put::<6>(text, 20, nanos / 1_000),
        _ => put::<9>(text, 20, nanos),
    };
    (text[19], text[end]) = (b'.', b'Z');
    Some(end + 1)
}

/// Writes a number with `DIGITS` digits there, and returns where they end.
fn put<const DIGITS: usize>(text: &mut [u8; LENGTH], at: usize, mut number: u32) -> usize {
    let end = at + DIGITS;
    for digit in text[at..end].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    end
}
