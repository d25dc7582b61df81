//! The routes of a ZITADEL user's life, and of reading users.

use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::operations::users;
use crate::vendors::zitadel::record::WrongState;
use crate::vendors::zitadel::wire::proto;

pub(super) static ROWS: [Row; 7] = [
    Row::new(
        "deactivate_user",
        "POST",
        "/v2/users/{user_id}/deactivate",
        Handler::service::<proto::DeactivateUserRequest>("COMMAND-5gp2p62iin", |request| {
            request.serve("deactivated", |message: proto::DeactivateUserRequest, caller| {
                users::deactivate_user(request.zitadel, &message.user_id, caller)
                    .map(proto::DeactivateUserResponse::from)
            })
        })
        .wrong_state(WrongState::AlreadyInactive),
    )
    .rpc("/zitadel.user.v2.UserService/DeactivateUser")
    .subject(USER),
    Row::new(
        "reactivate_user",
        "POST",
        "/v2/users/{user_id}/reactivate",
        Handler::service::<proto::ReactivateUserRequest>("COMMAND-9hy5kzbuk6", |request| {
            request.serve("reactivated", |message: proto::ReactivateUserRequest, caller| {
                users::reactivate_user(request.zitadel, &message.user_id, caller)
                    .map(proto::ReactivateUserResponse::from)
            })
        })
        .wrong_state(WrongState::NotInactive),
    )
    .rpc("/zitadel.user.v2.UserService/ReactivateUser")
    .subject(USER),
    Row::new(
        "lock_user",
        "POST",
        "/v2/users/{user_id}/lock",
        Handler::service::<proto::LockUserRequest>("COMMAND-450yxuqrh1", |request| {
            request.serve("locked", |message: proto::LockUserRequest, caller| {
                users::lock_user(request.zitadel, &message.user_id, caller).map(proto::LockUserResponse::from)
            })
        })
        .wrong_state(WrongState::ShouldBeActiveOrInitial),
    )
    .rpc("/zitadel.user.v2.UserService/LockUser")
    .subject(USER),
    Row::new(
        "unlock_user",
        "POST",
        "/v2/users/{user_id}/unlock",
        Handler::service::<proto::UnlockUserRequest>("COMMAND-x377t913pw", |request| {
            request.serve("unlocked", |message: proto::UnlockUserRequest, caller| {
                users::unlock_user(request.zitadel, &message.user_id, caller).map(proto::UnlockUserResponse::from)
            })
        })
        .wrong_state(WrongState::NotLocked),
    )
    .rpc("/zitadel.user.v2.UserService/UnlockUser")
    .subject(USER),
    Row::new(
        "delete_user",
        "DELETE",
        "/v2/users/{user_id}",
        Handler::service::<proto::DeleteUserRequest>("COMMAND-bd4ir1mblj", |request| {
            request.serve("deleted", |message: proto::DeleteUserRequest, caller| {
                users::delete_user(request.zitadel, &message.user_id, caller).map(proto::DeleteUserResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/DeleteUser")
    .subject(USER),
    Row::new(
        "get_user_by_id",
        "GET",
        "/v2/users/{user_id}",
        Handler::service::<proto::GetUserByIDRequest>("QUERY-Dfbg2", |request| {
            request.serve("found", |message: proto::GetUserByIDRequest, caller| {
                users::get_user_by_id(request.zitadel, &message.user_id, caller).map(proto::GetUserByIDResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/GetUserByID")
    .subject(USER)
    .reads_only(),
    Row::new(
        "list_users",
        "POST",
        "/v2/users",
        Handler::service::<proto::ListUsersRequest>("QUERY-Dfbg2", |request| {
            request.serve("listed", |message: proto::ListUsersRequest, caller| {
                let asked = users::ListUsers::from(message);
                let paging = asked.paging;
                let found = users::list_users(request.zitadel, asked, caller)?;
                request.tell_page(paging.offset, paging.limit.into(), found.total as u64);
                Ok(proto::ListUsersResponse::from(found))
            })
        })
        .trailing(),
    )
    .list()
    .rpc("/zitadel.user.v2.UserService/ListUsers")
    .reads_only(),
];
