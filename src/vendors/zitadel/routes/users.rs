//! The routes of a ZITADEL user's life, and of reading users.

use super::answers::{MEMBERSHIP_REFUSAL, PUBLISHED, REFUSALS, write_refusals};
use super::row::{Row, Run, run, serve, user_row};
use crate::fidelity::Sureness::{Documented, Stated};
use crate::fidelity::{Answer, Operation};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Texts;
use crate::vendors::zitadel::operations;
use crate::vendors::zitadel::record::WrongState;
use crate::vendors::zitadel::wire::proto;

#[rustfmt::skip]
pub(super) static ROWS: [Row; 7] = [
    user_row!(
        "deactivate_user", "POST" "/v2/users/{user_id}/deactivate", DeactivateUser,
        &[
            &[
                Answer::new("deactivated", 200, Stated, "zitadel-deactivate", "from active or locked: the details after one event; the tokens of the user die for good"),
                Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive: `COMMAND-5gunjw0cd7`; initial: `COMMAND-gvx4kct9r2`; code 9, HTTP 400"),
            ],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Stated, "zitadel-deactivate"),
        ],
        "COMMAND-5gp2p62iin", Some(WrongState::AlreadyInactive),
        run!(DeactivateUserRequest => DeactivateUserResponse, "deactivated", users::deactivate_user (id)),
    ),
    user_row!(
        "reactivate_user", "POST" "/v2/users/{user_id}/reactivate", ReactivateUser,
        &[
            &[
                Answer::new("reactivated", 200, Documented, "zitadel-states", "from inactive: the details after one event; dead tokens stay dead"),
                Answer::new("wrong_state", 400, Documented, "zitadel-states", "not inactive: `COMMAND-s5qqcz97hf`; code 9, HTTP 400"),
            ],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-states"),
        ],
        "COMMAND-9hy5kzbuk6", Some(WrongState::NotInactive),
        run!(ReactivateUserRequest => ReactivateUserResponse, "reactivated", users::reactivate_user (id)),
    ),
    user_row!(
        "lock_user", "POST" "/v2/users/{user_id}/lock", LockUser,
        &[
            &[
                Answer::new("locked", 200, Documented, "zitadel-states", "from active or initial: the details after one event; the tokens of the user die for good"),
                Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive or locked: `COMMAND-lgws8wtsqf`; code 9, HTTP 400"),
            ],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-states"),
        ],
        "COMMAND-450yxuqrh1", Some(WrongState::ShouldBeActiveOrInitial),
        run!(LockUserRequest => LockUserResponse, "locked", users::lock_user (id)),
    ),
    user_row!(
        "unlock_user", "POST" "/v2/users/{user_id}/unlock", UnlockUser,
        &[
            &[
                Answer::new("unlocked", 200, Documented, "zitadel-states", "from locked, always to active: the details after one event"),
                Answer::new("wrong_state", 400, Documented, "zitadel-states", "not locked: `COMMAND-olb9vb0oca`; code 9, HTTP 400"),
            ],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-states"),
        ],
        "COMMAND-x377t913pw", Some(WrongState::NotLocked),
        run!(UnlockUserRequest => UnlockUserResponse, "unlocked", users::unlock_user (id)),
    ),
    user_row!(
        "delete_user", "DELETE" "/v2/users/{user_id}", DeleteUser,
        &[
            &[Answer::new("deleted", 200, Documented, "zitadel-states", "from any state: the details of the removal")],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
            &write_refusals(Documented, "zitadel-states"),
        ],
        "COMMAND-bd4ir1mblj", None,
        run!(DeleteUserRequest => DeleteUserResponse, "deleted", users::delete_user (id)),
    ),
    user_row!(
        "get_user_by_id", "GET" "/v2/users/{user_id}", GetUserByID,
        &[
            &[
                Answer::new("found", 200, Documented, "zitadel-get", "details and user; oneself needs no permission"),
                Answer::new("user_not_found", 404, Documented, "zitadel-get", "no such user, or a deleted one: `QUERY-Dfbg2`, before the permission"),
            ],
            REFUSALS,
            MEMBERSHIP_REFUSAL,
        ],
        "QUERY-Dfbg2", None,
        run!(GetUserByIDRequest => GetUserByIDResponse, "found", users::get_user_by_id (id)),
    ),
    user_row!(
        "list_users", "POST" "/v2/users", ListUsers,
        &[
            &[
                Answer::new("listed", 200, Documented, "zitadel-list", "the users that the caller may read; descending unless `asc`; without a limit, all"),
                Answer::new("too_deep", 400, Documented, "zitadel-list", "queries nest deeper than 20: `USER-zsQ97`"),
                Answer::new("internal", 500, Documented, "zitadel-list", "a query with an empty list: code 2, a text without an id"),
            ],
            REFUSALS,
        ],
        "QUERY-Dfbg2", None,
        run!(ListUsersRequest => ListUsersResponse, "listed", users::list_users),
        "Users that a column does not tell apart are ordered by id.",
        "`details.timestamp` is when any user last changed; a removal does not move it.",
        "Reads never trail writes.",
    ),
];
