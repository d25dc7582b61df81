//! What the tokens look like that ZITADEL issues, and which ids are in them. Does not know which of them live.

use super::keys::{self, Signer};
use crate::ids::{Ids, Stream};
use crate::tokens::{Masked, Opaque};
use crate::vendors::zitadel::settings::Version;

/// What the key of a world's opaque tokens is drawn for.
const OPAQUE: u64 = 0x0a9e;

/// Below this length the vendor's opaque tokens are not, so a shorter text is filled up.
const MIN_LEN: usize = 54;

/// The same of a session's token.
const SESSION_LEN: usize = 58;

/// How the text of a session's token starts.
const SESSION: &str = "sess_";

/// How the vendor calls the key of tokens that its doors alone read.
const DOORS_KEY: &str = "oidcKey";

/// What stands between the ids of a refresh token.
const REFRESH: &str = "-rt_";

/// An opaque token of that id and of that user, in the form of that release.
pub(in super::super) fn opaque(version: Version, ids: &Ids, id: &str, user_id: &str) -> String {
    seal(version, ids, &format!("{id}:{user_id}"), MIN_LEN, None)
}

/// The token of a session.
pub(in super::super) fn session(version: Version, ids: &Ids, session_id: &str, token_id: &str) -> String {
    seal(version, ids, &format!("{SESSION}{session_id}:{token_id}"), SESSION_LEN, None)
}

/// The code of a request.
pub(in super::super) fn code(version: Version, ids: &Ids, request_id: &str) -> String {
    seal(version, ids, request_id, 0, None)
}

/// A refresh token of that id and of that user.
pub(in super::super) fn refresh(version: Version, ids: &Ids, id: &str, user_id: &str) -> String {
    seal(version, ids, &format!("{id}:{user_id}"), 0, Some(DOORS_KEY))
}

/// The id of the request of a device. It is another text each time.
pub(in super::super) fn device(version: Version, ids: &Ids, device_code: &str) -> String {
    seal(version, ids, device_code, 0, Some(DOORS_KEY))
}

fn seal(version: Version, ids: &Ids, text: &str, min_len: usize, key_id: Option<&str>) -> String {
    match version.seals_tokens() {
        true => sealed(ids).seal(&format!("{text:min_len$}"), key_id, &ids.bytes(Stream::Tokens)),
        false => masked(ids).seal(text, &ids.bytes(Stream::Tokens)),
    }
}

/// The id of a token and of its user, as the token has them. Those of all releases are read, so that they outlive a
/// change of the setting.
pub fn open(signer: &Signer, ids: &Ids, token: &str) -> Option<(String, String)> {
    match token.matches('.').count() {
        2 => keys::verify_access_token(signer, token),
        _ => parts(&open_text(ids, token)?),
    }
}

/// The id of a session and of its token, as the token has them.
pub fn open_session(ids: &Ids, token: &str) -> Option<(String, String)> {
    parts(open_text(ids, token)?.strip_prefix(SESSION)?)
}

/// The id of the request of a code.
pub fn open_code(ids: &Ids, code: &str) -> Option<String> {
    open_text(ids, code).filter(|text| !text.contains(':'))
}

/// The id of what a refresh token refreshes, and its own.
pub fn open_refresh(ids: &Ids, token: &str) -> Option<(String, String)> {
    let (id, _) = parts(&open_text(ids, token)?)?;
    Some((id.split_once(REFRESH)?.0.to_owned(), id))
}

/// The code of the device of a request's id.
pub fn open_device(ids: &Ids, id: &str) -> Option<String> {
    open_text(ids, id).filter(|text| !text.contains(':'))
}

/// What an opaque token holds.
fn open_text(ids: &Ids, token: &str) -> Option<String> {
    let text = match token.matches('.').count() {
        4 => sealed(ids).open(token)?,
        0 => masked(ids).open(token)?,
        _ => return None,
    };
    Some(text.trim_end_matches(' ').to_owned())
}

fn parts(text: &str) -> Option<(String, String)> {
    let (id, owner) = text.split_once(':')?;
    Some((id.to_owned(), owner.to_owned()))
}

fn sealed(ids: &Ids) -> Opaque {
    Opaque::new(&ids.of_purpose(OPAQUE).bytes())
}

fn masked(ids: &Ids) -> Masked {
    Masked::new(&ids.of_purpose(OPAQUE).bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sessions_token_has_the_vendors_length_and_opens_in_any_release() {
        let ids = Ids::seeded(1);
        let (id, token_id) = ("123456789012345678", "876543210987654321");
        for version in [Version::Main, Version::V4_13] {
            let token = session(version, &ids, id, token_id);
            assert_eq!(token.matches('.').count(), if version == Version::Main { 4 } else { 0 });
            assert!(version != Version::Main || token.len() == 283, "{}", token.len());
            assert_eq!(open_session(&ids, &token), Some((id.to_owned(), token_id.to_owned())));
            assert_eq!(open_session(&ids, &opaque(version, &ids, id, token_id)), None);
            let code = code(version, &ids, &format!("V2_{id}"));
            assert!(version != Version::Main || code.len() == 233, "{}", code.len());
            assert_eq!(open_code(&ids, &code), Some(format!("V2_{id}")));
            let refresh = refresh(version, &ids, &format!("V2_{id}{REFRESH}{token_id}"), id);
            assert!(version != Version::Main || refresh.len() == 310, "{}", refresh.len());
            assert_eq!(open_refresh(&ids, &refresh), Some((format!("V2_{id}"), format!("V2_{id}{REFRESH}{token_id}"))));
            assert_eq!((open_code(&ids, &refresh), open_refresh(&ids, &code)), (None, None));
        }
    }
}
