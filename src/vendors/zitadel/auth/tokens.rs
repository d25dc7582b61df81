//! What the tokens look like that ZITADEL issues, and which ids are in them. Does not know which of them live.

use super::keys::{self, Signer};
use crate::ids::{Ids, Stream};
use crate::tokens::Opaque;

/// What the key of a world's opaque tokens is drawn for.
const OPAQUE: u64 = 0x0a9e;

/// Below this length the vendor's opaque tokens are not, so a shorter text is filled up.
const MIN_LEN: usize = 54;

/// An opaque token of that id and of that user.
pub fn opaque(ids: &Ids, id: &str, user_id: &str) -> String {
    let text = format!("{id}:{user_id}");
    opaque_tokens(ids).seal(&format!("{text:MIN_LEN$}"), &ids.bytes(Stream::Tokens))
}

/// The id of a token and of its user, as the token has them.
pub fn open(signer: &Signer, ids: &Ids, token: &str) -> Option<(String, String)> {
    match token.matches('.').count() {
        2 => keys::verify_access_token(signer, token),
        4 => {
            let text = opaque_tokens(ids).open(token)?;
            let (id, user_id) = text.split_once(':')?;
            Some((id.to_owned(), user_id.trim_end_matches(' ').to_owned()))
        }
        _ => None,
    }
}

fn opaque_tokens(ids: &Ids) -> Opaque {
    Opaque::new(&ids.of_purpose(OPAQUE).bytes())
}
