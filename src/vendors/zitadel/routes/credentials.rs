//! The routes of metadata, and of the tokens, keys and secrets of ZITADEL's machines.

use super::answers::{MEMBERSHIP_REFUSAL, PUBLISHED, REFUSALS, UNLISTED, WRITE_REFUSALS};
use super::row::{Row, Run, run, serve, user_row};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Texts;
use crate::vendors::zitadel::operations;
use crate::vendors::zitadel::wire::proto;

#[rustfmt::skip]
const MACHINES_ONLY: &[Answer] = &[
    Answer::new("not_a_machine", 400, Documented, "zitadel-messages", "a human: code 9, `COMMAND-Df2f1`"),
];

#[rustfmt::skip]
const IN_TIME: &[Answer] = &[
    Answer::new("expires_in_the_past", 400, Assumed, UNLISTED, "it would have ended already: code 3, `DOMAIN-dv3t5`"),
];

#[rustfmt::skip]
const PAGED: &[Answer] = &[
    Answer::new("limit_exceeded", 400, Assumed, UNLISTED, "a page of more than 1,000: code 3"),
];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 11] = [
    user_row!(
        "set_user_metadata", "POST" "/v2/users/{user_id}/metadata", SetUserMetadata,
        &[
            &[
                Answer::new("set", 200, Documented, "zitadel-messages", "when; one event per entry"),
                Answer::new("metadata_empty", 400, Assumed, UNLISTED, "no entry: code 9"),
            ],
            REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-uXHNj", None,
        run!(SetUserMetadataRequest => SetUserMetadataResponse, "set", metadata::set_user_metadata),
    ),
    user_row!(
        "list_user_metadata", "POST" "/v2/users/{user_id}/metadata/search", ListUserMetadata,
        &[
            &[
                Answer::new("listed", 200, Documented, "zitadel-messages", "by key; descending unless `asc`; 100 without a limit"),
                Answer::new("user_not_found", 404, Assumed, UNLISTED, "no such user"),
            ],
            PAGED, REFUSALS, MEMBERSHIP_REFUSAL,
        ],
        "QUERY-Dfbg2", None,
        run!(ListUserMetadataRequest => ListUserMetadataResponse, "listed", metadata::list_user_metadata),
    ),
    user_row!(
        "delete_user_metadata", "DELETE" "/v2/users/{user_id}/metadata", DeleteUserMetadata,
        &[
            &[
                Answer::new("deleted", 200, Documented, "zitadel-messages", "when; one event per key"),
                Answer::new("metadata_empty", 400, Assumed, UNLISTED, "no key: code 9"),
                Answer::new("metadata_missing", 404, Assumed, UNLISTED, "a key that the user has not; then none is deleted"),
            ],
            REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-uXHNj", None,
        run!(DeleteUserMetadataRequest => DeleteUserMetadataResponse, "deleted", metadata::delete_user_metadata),
    ),
    user_row!(
        "add_personal_access_token", "POST" "/v2/users/{user_id}/pats", AddPersonalAccessToken,
        &[
            &[Answer::new("made", 200, Documented, "zitadel-messages", "a token that works at once, until its time, or until its user is kept out")],
            MACHINES_ONLY, IN_TIME, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-Dggw2", None,
        run!(AddPersonalAccessTokenRequest => AddPersonalAccessTokenResponse, "made", credentials::add_personal_access_token),
    ),
    user_row!(
        "remove_personal_access_token", "DELETE" "/v2/users/{user_id}/pats/{token_id}", RemovePersonalAccessToken,
        &[
            &[
                Answer::new("removed", 200, Documented, "zitadel-messages", "when; the token is refused from now on"),
                Answer::new("token_missing", 404, Assumed, UNLISTED, "the user has no such token: code 5, `COMMAND-4m77G`"),
            ],
            REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-Dggw2", None,
        run!(RemovePersonalAccessTokenRequest => RemovePersonalAccessTokenResponse, "removed", credentials::remove_personal_access_token),
    ),
    user_row!(
        "list_personal_access_tokens", "POST" "/v2/users/pats/search", ListPersonalAccessTokens,
        &[
            &[Answer::new("listed", 200, Documented, "zitadel-messages", "what the caller may read, dead ones too; descending unless `asc`; 100 without a limit")],
            PAGED, REFUSALS,
        ],
        "QUERY-Dfbg2", None,
        run!(ListPersonalAccessTokensRequest => ListPersonalAccessTokensResponse, "listed", lists::personal_access_tokens),
    ),
    user_row!(
        "add_key", "POST" "/v2/users/{user_id}/keys", AddKey,
        &[
            &[
                Answer::new("made", 200, Documented, "zitadel-messages", "a key file, once; nothing where the caller brings a public key"),
                Answer::new("key_invalid", 400, Assumed, UNLISTED, "not a public RSA key in PEM: code 3"),
            ],
            MACHINES_ONLY, IN_TIME, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-WnVHx", None,
        run!(AddKeyRequest => AddKeyResponse, "made", credentials::add_key),
    ),
    user_row!(
        "remove_key", "DELETE" "/v2/users/{user_id}/keys/{key_id}", RemoveKey,
        &[
            &[
                Answer::new("removed", 200, Documented, "zitadel-messages", "when; the key signs no more"),
                Answer::new("key_missing", 404, Assumed, UNLISTED, "the user has no such key: code 5, `COMMAND-4m77G`"),
            ],
            REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-WnVHx", None,
        run!(RemoveKeyRequest => RemoveKeyResponse, "removed", credentials::remove_key),
    ),
    user_row!(
        "list_keys", "POST" "/v2/users/keys/search", ListKeys,
        &[
            &[Answer::new("listed", 200, Documented, "zitadel-messages", "what the caller may read; descending unless `asc`; 100 without a limit")],
            PAGED, REFUSALS,
        ],
        "QUERY-Dfbg2", None,
        run!(ListKeysRequest => ListKeysResponse, "listed", lists::keys),
    ),
    user_row!(
        "add_secret", "POST" "/v2/users/{user_id}/secret", AddSecret,
        &[
            &[Answer::new("made", 200, Documented, "zitadel-messages", "a secret, once; an older one ends")],
            MACHINES_ONLY, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-x8910n", None,
        run!(AddSecretRequest => AddSecretResponse, "made", credentials::add_secret (id)),
    ),
    user_row!(
        "remove_secret", "DELETE" "/v2/users/{user_id}/secret", RemoveSecret,
        &[
            &[
                Answer::new("removed", 200, Documented, "zitadel-messages", "when"),
                Answer::new("secret_missing", 400, Assumed, UNLISTED, "the machine has none: code 9, `COMMAND-x7s802`"),
            ],
            MACHINES_ONLY, REFUSALS, MEMBERSHIP_REFUSAL, WRITE_REFUSALS,
        ],
        "COMMAND-x7s802", None,
        run!(RemoveSecretRequest => RemoveSecretResponse, "removed", credentials::remove_secret (id)),
    ),
];
