//! The routes that make and change ZITADEL's users.

use super::handler::{Handler, Row, USER};
use crate::row::{Field, Subject};
use crate::vendors::zitadel::auth::{self, Caller};
use crate::vendors::zitadel::operations::people::{create, update};
use crate::vendors::zitadel::wire::{self, proto};

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "create_user",
        "POST",
        "/v2/users/new",
        Handler::service::<proto::CreateUserRequest>("COMMAND-ugjs0upun6", |request| {
            request.serve("created", |message: proto::CreateUserRequest, caller| {
                create::create_user(request.zitadel, message.into(), caller).map(proto::CreateUserResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/CreateUser")
    .subject(Subject::Field(Field { name: "user_id", number: 2 }))
    .heavy(),
    Row::new(
        "add_human_user",
        "POST",
        "/v2/users/human",
        Handler::service::<proto::AddHumanUserRequest>("COMMAND-ugjs0upun6", |request| {
            let admit = |message: &proto::AddHumanUserRequest, caller: &Caller| {
                auth::admit_writer(request.zitadel, wire::people::organization(message).as_ref(), caller)
            };
            request.serve_admitted("created", admit, |message, caller| {
                create::add_human_user(request.zitadel, message.into(), caller).map(proto::AddHumanUserResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/AddHumanUser")
    .subject(Subject::Field(Field { name: "user_id", number: 1 }))
    .heavy(),
    Row::new(
        "update_user",
        "PATCH",
        "/v2/users/{user_id}",
        Handler::service::<proto::UpdateUserRequest>("COMMAND-ugjs0upun6", |request| {
            request.serve("updated", |message: proto::UpdateUserRequest, caller| {
                update::update_user(request.zitadel, message.into(), caller).map(proto::UpdateUserResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/UpdateUser")
    .subject(USER)
    .heavy(),
    Row::new(
        "update_human_user",
        "PUT",
        "/v2/users/human/{user_id}",
        Handler::service::<proto::UpdateHumanUserRequest>("COMMAND-ugjs0upun6", |request| {
            request.serve("updated", |message: proto::UpdateHumanUserRequest, caller| {
                update::update_user(request.zitadel, message.into(), caller).map(proto::UpdateHumanUserResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/UpdateHumanUser")
    .subject(USER)
    .heavy(),
];
