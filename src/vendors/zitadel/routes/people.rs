//! The routes that make and change ZITADEL's users.

use super::answers::{MEMBERSHIP_REFUSAL, PUBLISHED, REFUSALS, UNLISTED, write_refusals};
use super::row::{Row, Run, run, serve, user_row};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::zitadel::auth::{self, Caller};
use crate::vendors::zitadel::error::Texts;
use crate::vendors::zitadel::operations;
use crate::vendors::zitadel::wire::{self, proto};

#[rustfmt::skip]
const MAKING: &[Answer] = &[
    Answer::new("organization_missing", 400, Documented, "zitadel-create", "the organisation is unknown, to a caller with an instance role: code 9, `COMMAND-QXPGs`"),
    Answer::new("user_exists", 400, Documented, "zitadel-create", "the id is taken: code 9, `COMMAND-7yiox1isql` for a human, `COMMAND-k2una` for a machine, the raw key"),
    Answer::new("username_taken", 409, Documented, "zitadel-create", "the user name is taken, whatever its case: code 6, `V3-DKcYh`"),
    Answer::new("identity_provider_unknown", 400, Assumed, UNLISTED, "a link to an identity provider: there is none, code 9"),
];

#[rustfmt::skip]
const ADDRESSES: &[Answer] = &[
    Answer::new("weak_password", 400, Assumed, UNLISTED, "a password against the default policy: code 3, one text and id per lack"),
    Answer::new("phone_invalid", 400, Assumed, UNLISTED, "not a phone number: code 3, `PHONE-so0wa`"),
];

#[rustfmt::skip]
const CHANGING: &[Answer] = &[
    Answer::new("username_taken", 409, Documented, "zitadel-create", "the user name is taken: code 6, `V3-DKcYh`"),
    Answer::new("wrong_password", 400, Documented, "zitadel-sessions", "not the current password: code 3, `COMMAND-3M0fs` with a detail of its own"),
    Answer::new("no_password", 400, Documented, "zitadel-sessions", "a current password where there is none: code 9, `COMMAND-3nJ4t`"),
    Answer::new("wrong_code", 400, Assumed, UNLISTED, "another code, or one of more than an hour ago: code 3"),
];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 4] = [
    user_row!(
        "create_user", "POST" "/v2/users/new", CreateUser,
        &[
            &[
                Answer::new("created", 200, Documented, "zitadel-create", "a human or a machine, active; codes only where they were asked for"),
                Answer::new("metadata_twice", 400, Documented, "zitadel-create", "metadata on both levels: code 3, `USERv2-j0z7uy`"),
                Answer::new("permission_denied", 403, Documented, "zitadel-bad-requests", "a caller whose roles do not write: `AUTH-AWfge`"),
            ],
            MAKING,
            ADDRESSES,
            REFUSALS,
            MEMBERSHIP_REFUSAL,
        ],
        "COMMAND-ugjs0upun6", None,
        run!(CreateUserRequest => CreateUserResponse, "created", people::create::create_user),
    ),
    user_row!(
        "add_human_user", "POST" "/v2/users/human", AddHumanUser,
        &[
            &[
                Answer::new("created", 200, Documented, "zitadel-create", "a human, active; `details` after the events of its making"),
                Answer::new("endpoint_denied", 403, Documented, "zitadel-bad-requests", "a caller whose roles do not write, before anything is validated: `AUTH-5mWD2`"),
            ],
            MAKING,
            ADDRESSES,
            REFUSALS,
            MEMBERSHIP_REFUSAL,
        ],
        "COMMAND-ugjs0upun6", None,
        run!(
            AddHumanUserRequest => AddHumanUserResponse, "created", people::create::add_human_user,
            admit = |zitadel, request, caller| {
                auth::admit_writer(zitadel, wire::people::organization(request).as_ref(), caller)
            }
        ),
    ),
    user_row!(
        "update_user", "PATCH" "/v2/users/{user_id}", UpdateUser,
        &[
            &[
                Answer::new("updated", 200, Documented, "zitadel-create", "one event per part that changed; a change of nothing is no error"),
                Answer::new("user_type_missing", 501, Documented, "zitadel-create", "neither human nor machine: code 12, a text without an id"),
            ],
            CHANGING,
            ADDRESSES,
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-create"),
        ],
        "COMMAND-ugjs0upun6", None,
        run!(UpdateUserRequest => UpdateUserResponse, "updated", people::update::update_user),
    ),
    user_row!(
        "update_human_user", "PUT" "/v2/users/human/{user_id}", UpdateHumanUser,
        &[
            &[Answer::new("updated", 200, Documented, "zitadel-create", "one event per part that changed; a profile that is given replaces the names")],
            CHANGING,
            ADDRESSES,
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-create"),
        ],
        "COMMAND-ugjs0upun6", None,
        run!(UpdateHumanUserRequest => UpdateHumanUserResponse, "updated", people::update::update_user),
    ),
];
