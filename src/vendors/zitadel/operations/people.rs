//! Making and changing ZITADEL's users: what both take.

pub mod create;
pub mod update;

use std::borrow::Cow;

use super::super::record::Gender;
use super::write::Verification;

/// An address with what is to become of it.
pub struct Address {
    pub address: String,
    pub verification: Verification,
}

/// A human's names and the like; what is absent gets its default, or stays as it is.
#[derive(Default)]
pub struct Names {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub nick_name: Option<String>,
    pub display_name: Option<String>,
    pub preferred_language: Option<String>,
    pub gender: Option<Gender>,
}

/// A language as the vendor shows it; `und` if it is not a valid one.
pub(super) fn language(given: Option<&str>) -> Cow<'static, str> {
    let given = given.unwrap_or_default();
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_tag =
        given.split('-').all(fits) && given.split('-').next().is_some_and(|first| (2..=3).contains(&first.len()));
    if is_tag { given.to_owned().into() } else { "und".into() }
}
