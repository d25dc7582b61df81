//! What the tokens look like that ZITADEL issues, and which ids are in them. Does not know which of them live.

use super::keys::{self, Signer};
use crate::ids::{Ids, Stream};
use crate::tokens::{Masked, Opaque};
use crate::vendors::zitadel::settings::Version;

/// What the key of a world's opaque tokens is drawn for.
const OPAQUE: u64 = 0x0a9e;

/// Below this length the vendor's opaque tokens are not, so a shorter text is filled up.
const MIN_LEN: usize = 54;

/// An opaque token of that id and of that user, in the form of that release.
pub(in super::super) fn opaque(version: Version, ids: &Ids, id: &str, user_id: &str) -> String {
    let text = format!("{id}:{user_id}");
    match version.seals_tokens() {
        true => sealed(ids).seal(&format!("{text:MIN_LEN$}"), &ids.bytes(Stream::Tokens)),
        false => masked(ids).seal(&text, &ids.bytes(Stream::Tokens)),
    }
}

/// The id of a token and of its user, as the token has them. Those of all releases are read, so that they outlive a
/// change of the setting.
pub fn open(signer: &Signer, ids: &Ids, token: &str) -> Option<(String, String)> {
    match token.matches('.').count() {
        2 => keys::verify_access_token(signer, token),
        4 => parts(&sealed(ids).open(token)?),
        0 => parts(&masked(ids).open(token)?),
        _ => None,
    }
}

fn parts(text: &str) -> Option<(String, String)> {
    let (id, user_id) = text.split_once(':')?;
    Some((id.to_owned(), user_id.trim_end_matches(' ').to_owned()))
}

fn sealed(ids: &Ids) -> Opaque {
    Opaque::new(&ids.of_purpose(OPAQUE).bytes())
}

fn masked(ids: &Ids) -> Masked {
    Masked::new(&ids.of_purpose(OPAQUE).bytes())
}
