//! Answers that many of ZITADEL's operations share, with how sure they are.

use crate::fidelity::Answer;
use crate::fidelity::Sureness::{self, Assumed, Documented, Inferred};

/// What any call can get.
#[rustfmt::skip]
pub(in super::super) const COMMON: &[Answer] = &[
    Answer::new("preflight", 204, Documented, "zitadel-headers", "a browser asks before it calls: any origin, with credentials"),
    Answer::new("wrong_method", 405, Documented, "zitadel-bad-requests", "another method on a known path: code 12, no `Allow`"),
    Answer::new("untidy_path", 301, Inferred, "zitadel-empty-id", "`//`, `/.` or `/..` in the path, so also an empty id: redirected to the tidied path"),
    Answer::new("wrong_content_type", 415, Documented, "zitadel-bad-requests", "a remote call in a content type that is not understood: `Accept-Post` lists them"),
    Answer::new("unknown_compression", 501, Assumed, "zitadel-frames", "a remote call that is compressed otherwise than by gzip: code 12"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB: code 8; marked `x-fauxidp: limit`"),
];

/// What every operation can get.
#[rustfmt::skip]
pub(super) const REFUSALS: &[Answer] = &[
    Answer::new("undecodable", 400, Documented, "zitadel-bad-requests", "a message that is no JSON object, or a wrong type: code 3, Go's text, before the token is looked at"),
    Answer::new("auth_header_missing", 401, Documented, "zitadel-bad-requests", "no `Authorization`: code 16, no detail"),
    Answer::new("invalid_auth_header", 401, Documented, "zitadel-bad-requests", "not exactly one `Bearer `: `AUTH-toLo1`"),
    Answer::new("invalid_token", 401, Documented, "zitadel-bad-requests", "unknown token, or one whose user was kept out since: `AUTH-7fs1e`"),
    Answer::new("organization_unknown", 403, Documented, "zitadel-bad-requests", "`x-zitadel-orgid` names nothing: `AUTH-Bs7Ds`"),
    Answer::new("invalid", 400, Documented, "zitadel-bad-requests", "a rule of the message is broken, such as an id of more than 200 characters: code 3, the validator's text"),
];

/// What every operation on one user can get besides.
#[rustfmt::skip]
pub(super) const MEMBERSHIP_REFUSAL: &[Answer] = &[
    Answer::new("membership_not_found", 404, Documented, "zitadel-bad-requests", "a caller without any role there: `AUTHZ-cdgFk`"),
];

/// What every write can get besides. The seed prints 403 and 404 for deactivate.
#[rustfmt::skip]
pub(super) const fn write_refusals(sureness: Sureness, source: &'static str) -> [Answer; 2] {
    [
        Answer::new("permission_denied", 403, sureness, source, "a caller whose roles do not write: `AUTH-AWfge`"),
        Answer::new("user_not_found", 404, sureness, source, "no such user, or a deleted one; the id is the operation's own"),
    ]
}

/// What a write gets whose ids the sheets do not hold.
pub(super) const WRITE_REFUSALS: &[Answer] = &write_refusals(Assumed, UNLISTED);

/// What stands on no page and in no sheet: text and id are after the vendor's habits.
pub(super) const UNLISTED: &str = "zitadel-unlisted";

/// The statuses that the pages print or the source gives.
pub(super) const PUBLISHED: &[u16] = &[200, 400, 401, 403, 404, 409];
