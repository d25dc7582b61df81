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

/// The languages of two letters that there are (ISO 639-1).
const LANGUAGES: &str = "\
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee \
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in \
    io is it iu iw ja ji jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi \
    mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw \
    sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk \
    ur uz ve vi vo wa wo xh yi yo za zh zu";

/// A language as the vendor shows it; `und` if it is not one. Of those with three letters not all are told apart.
pub(super) fn language(given: Option<&str>) -> Cow<'static, str> {
    let given = given.unwrap_or_default();
    let mut parts = given.split('-');
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_language = parts.next().is_some_and(|first| match first.len() {
        2 => LANGUAGES.split(' ').any(|known| known.eq_ignore_ascii_case(first)),
        3 => first.bytes().all(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    });
    if is_language && parts.all(fits) { given.to_owned().into() } else { "und".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_is_none_is_undefined() {
        for (given, shown) in [
            (Some("en"), "en"),
            (Some("en-US"), "en-US"),
            (Some("xx"), "und"),
            (Some("klingon"), "und"),
            (Some("de_CH"), "und"),
            (Some(""), "und"),
            (None, "und"),
        ] {
            assert_eq!(language(given), shown, "{given:?}");
        }
    }
}
