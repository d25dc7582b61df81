//! The form of the vendor's user ids: letters and digits, as in the seeds. Pure.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// One letter or digit for each byte.
pub(in super::super) fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| letter(usize::from(*byte))).collect()
}

/// The same, and five for a number that makes the id unique.
pub(in super::super) fn numbered(bytes: &[u8], number: usize) -> String {
    let mut id = letters(bytes);
    id.extend((0..5).map(|digit| letter(number / DIGITS.len().pow(digit))));
    id
}

fn letter(number: usize) -> char {
    char::from(DIGITS[number % DIGITS.len()])
}
