//! The routes of users in ZITADEL's first API: found, made, kept out, removed.

use serde_json::json;

use super::super::handler::{Handler, Row, USER, USER_BY_ID};
use crate::vendors::zitadel::operations::management::{find, lifecycle, make, memberships};
use crate::vendors::zitadel::record::{Permission, WrongState};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::management::search;

pub(in super::super) static ROWS: [Row; 14] = [
    Row::new(
        "management_v1_is_user_unique",
        "GET",
        "/management/v1/users/_is_unique",
        Handler::described("IsUserUniqueRequest", |request| {
            request.manage(Permission::Read, "told", |message, _| {
                let is_unique = find::is_user_unique(request.zitadel, message.text("userName"), message.text("email"));
                Ok(json!({ "isUnique": is_unique }))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/IsUserUnique")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_get_user_by_id",
        "GET",
        "/management/v1/users/{id}",
        Handler::described("GetUserByIDRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                find::get_user_by_id(request.zitadel, message.text("id"), visitor)
                    .map(|user| wire::management::found(&user))
            })
        })
        .not_found("QUERY-Dfbg2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetUserByID")
    .subject(USER_BY_ID)
    .reads_only(),
    Row::new(
        "management_v1_get_user_by_login_name_global",
        "GET",
        "/management/v1/global/users/_by_login_name",
        Handler::described("GetUserByLoginNameGlobalRequest", |request| {
            request.manage(Permission::UserGlobalRead, "found", |message, _| {
                let name = message.text("loginName");
                find::get_user_by_login_name_global(request.zitadel, name).map(|user| wire::management::found(&user))
            })
        })
        .not_found("QUERY-Dfbg2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetUserByLoginNameGlobal")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_list_users",
        "POST",
        "/management/v1/users/_search",
        Handler::described("ListUsersRequest", |request| {
            request.manage(Permission::Read, "listed", |message, visitor| {
                let found = find::list_users(request.zitadel, search::list_users(message), visitor)?;
                Ok(search::users_found(&found, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListUsers")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_human_user",
        "POST",
        "/management/v1/users/human",
        Handler::described("AddHumanUserRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                let made =
                    make::add_human_user(request.zitadel, wire::management::make::add_human_user(message), visitor)?;
                Ok(wire::management::make::made(&made, &request.origin()))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddHumanUser")
    .heavy(),
    Row::new(
        "management_v1_import_human_user",
        "POST",
        "/management/v1/users/human/_import",
        Handler::described("ImportHumanUserRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                let input = wire::management::make::import_human_user(message);
                let made = make::add_human_user(request.zitadel, input, visitor)?;
                Ok(wire::management::make::made(&made, &request.origin()))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ImportHumanUser")
    .heavy(),
    Row::new(
        "management_v1_add_machine_user",
        "POST",
        "/management/v1/users/machine",
        Handler::described("AddMachineUserRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                let input = wire::management::make::add_machine_user(message);
                let (user_id, receipt) = make::add_machine_user(request.zitadel, input, visitor)?;
                Ok(wire::management::make::made_machine(&user_id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddMachineUser"),
    Row::new(
        "management_v1_deactivate_user",
        "POST",
        "/management/v1/users/{id}/_deactivate",
        Handler::described("DeactivateUserRequest", |request| {
            request.command(Permission::Write, "deactivated", "id", lifecycle::deactivate_user)
        })
        .not_found("COMMAND-3M9ds")
        .refuses(WrongState::AlreadyInactive),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateUser")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_reactivate_user",
        "POST",
        "/management/v1/users/{id}/_reactivate",
        Handler::described("ReactivateUserRequest", |request| {
            request.command(Permission::Write, "reactivated", "id", lifecycle::reactivate_user)
        })
        .not_found("COMMAND-4M0sd")
        .refuses(WrongState::NotInactive),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateUser")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_lock_user",
        "POST",
        "/management/v1/users/{id}/_lock",
        Handler::described("LockUserRequest", |request| {
            request.command(Permission::Write, "locked", "id", lifecycle::lock_user)
        })
        .not_found("COMMAND-5M9fs")
        .refuses(WrongState::ShouldBeActiveOrInitial),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/LockUser")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_unlock_user",
        "POST",
        "/management/v1/users/{id}/_unlock",
        Handler::described("UnlockUserRequest", |request| {
            request.command(Permission::Write, "unlocked", "id", lifecycle::unlock_user)
        })
        .not_found("COMMAND-M0dos")
        .refuses(WrongState::NotLocked),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UnlockUser")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_remove_user",
        "DELETE",
        "/management/v1/users/{id}",
        Handler::described("RemoveUserRequest", |request| {
            request.command(Permission::Delete, "removed", "id", lifecycle::remove_user)
        })
        .not_found("COMMAND-m9od"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveUser")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_update_user_name",
        "PUT",
        "/management/v1/users/{user_id}/username",
        Handler::described("UpdateUserNameRequest", |request| {
            request.change(Permission::Write, "changed", |message, visitor| {
                let (id, name) = (message.text("userId"), message.text("userName"));
                lifecycle::update_user_name(request.zitadel, id, name, visitor)
            })
        })
        .not_found("COMMAND-5N9ds"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateUserName")
    .subject(USER),
    Row::new(
        "management_v1_list_user_memberships",
        "POST",
        "/management/v1/users/{user_id}/memberships/_search",
        Handler::described("ListUserMembershipsRequest", |request| {
            request.manage(Permission::MembershipRead, "listed", |message, visitor| {
                let (id, filters) = (message.text("userId"), search::membership_filters(message));
                let found = memberships::memberships(request.zitadel, id, Some(&visitor.organization), &filters);
                let shown = found.iter().map(|one| wire::management::factors::membership(id, one));
                Ok(wire::management::list(message, request.zitadel.last_event(), shown))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListUserMemberships")
    .subject(USER)
    .reads_only(),
];
