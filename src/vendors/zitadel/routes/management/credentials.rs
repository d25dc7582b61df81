//! The routes of machines in ZITADEL's first API, and of metadata, tokens, keys and secrets.

use serde_json::json;

use super::super::handler::{Handler, Row, USER, USER_BY_ID};
use crate::vendors::zitadel::operations::management::{credentials, humans, metadata};
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire::management::credentials as wire;
use crate::vendors::zitadel::wire::management::{self, search};
use crate::vendors::zitadel::wire::objects;

pub(in super::super) static ROWS: [Row; 17] = [
    Row::new(
        "management_v1_update_machine",
        "PUT",
        "/management/v1/users/{user_id}/machine",
        Handler::described("UpdateMachineRequest", |request| {
            request.change(Permission::Write, "changed", |message, visitor| {
                let changes = management::make::update_machine(message);
                humans::update_machine(request.zitadel, message.text("userId"), changes, visitor)
            })
        })
        .not_found("COMMAND-5M0od"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateMachine")
    .subject(USER),
    Row::new(
        "management_v1_bulk_set_user_metadata",
        "POST",
        "/management/v1/users/{id}/metadata/_bulk",
        Handler::described("BulkSetUserMetadataRequest", |request| {
            request.change(Permission::Write, "set", |message, visitor| {
                metadata::set_user_metadata(request.zitadel, message.text("id"), wire::entries(message), visitor)
            })
        })
        .not_found("COMMAND-uXHNj"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkSetUserMetadata")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_list_user_metadata",
        "POST",
        "/management/v1/users/{id}/metadata/_search",
        Handler::described("ListUserMetadataRequest", |request| {
            request.manage(Permission::Read, "listed", |message, visitor| {
                let keys = search::metadata_keys(message);
                let found = metadata::list_user_metadata(request.zitadel, message.text("id"), &keys, visitor);
                Ok(management::metadata_list(message, &found, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListUserMetadata")
    .subject(USER_BY_ID)
    .reads_only(),
    Row::new(
        "management_v1_set_user_metadata",
        "POST",
        "/management/v1/users/{id}/metadata/{key}",
        Handler::described("SetUserMetadataRequest", |request| {
            request.manage(Permission::Write, "set", |message, visitor| {
                let entries = vec![wire::entry(message)];
                metadata::set_user_metadata(request.zitadel, message.text("id"), entries, visitor)
                    .map(|receipt| objects::created_only(&receipt))
            })
        })
        .not_found("COMMAND-uXHNj"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SetUserMetadata")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_get_user_metadata",
        "GET",
        "/management/v1/users/{id}/metadata/{key}",
        Handler::described("GetUserMetadataRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                let (id, key) = (message.text("id"), message.text("key"));
                let (user, entry) = metadata::get_user_metadata(request.zitadel, id, key, visitor)?;
                Ok(json!({ "metadata": management::metadata(&user, &entry) }))
            })
        })
        .not_found("QUERY-Rgh32"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetUserMetadata")
    .subject(USER_BY_ID)
    .reads_only(),
    Row::new(
        "management_v1_bulk_remove_user_metadata",
        "DELETE",
        "/management/v1/users/{id}/metadata/_bulk",
        Handler::described("BulkRemoveUserMetadataRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                let keys: Vec<String> = message.read("keys");
                metadata::bulk_remove_user_metadata(request.zitadel, message.text("id"), &keys, visitor)
            })
        })
        .not_found("COMMAND-uXHNj"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkRemoveUserMetadata")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_remove_user_metadata",
        "DELETE",
        "/management/v1/users/{id}/metadata/{key}",
        Handler::described("RemoveUserMetadataRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                let (id, key) = (message.text("id"), message.text("key"));
                metadata::remove_user_metadata(request.zitadel, id, key, visitor)
            })
        })
        .not_found("COMMAND-uXHNj"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveUserMetadata")
    .subject(USER_BY_ID),
    Row::new(
        "management_v1_add_personal_access_token",
        "POST",
        "/management/v1/users/{user_id}/pats",
        Handler::described("AddPersonalAccessTokenRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                credentials::add_personal_access_token(request.zitadel, wire::add_token(message), visitor)
                    .map(|made| wire::made_token(&made))
            })
        })
        .not_found("COMMAND-Dggw2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddPersonalAccessToken")
    .subject(USER),
    Row::new(
        "management_v1_get_personal_access_token_by_ids",
        "GET",
        "/management/v1/users/{user_id}/pats/{token_id}",
        Handler::described("GetPersonalAccessTokenByIDsRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                let (id, token) = (message.text("userId"), message.text("tokenId"));
                let found = credentials::token(request.zitadel, id, token, visitor)?;
                Ok(json!({ "token": wire::token(&found) }))
            })
        })
        .not_found("QUERY-fRunu"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetPersonalAccessTokenByIDs")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_list_personal_access_tokens",
        "POST",
        "/management/v1/users/{user_id}/pats/_search",
        Handler::described("ListPersonalAccessTokensRequest", |request| {
            request.manage(Permission::Read, "listed", |message, visitor| {
                let found = credentials::tokens(request.zitadel, message.text("userId"), visitor);
                Ok(management::list(message, request.zitadel.last_event(), found.iter().map(wire::token)))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListPersonalAccessTokens")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_remove_personal_access_token",
        "DELETE",
        "/management/v1/users/{user_id}/pats/{token_id}",
        Handler::described("RemovePersonalAccessTokenRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                let input = wire::remove(message, "tokenId");
                credentials::remove_personal_access_token(request.zitadel, &input, visitor)
            })
        })
        .not_found("COMMAND-4m77G"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemovePersonalAccessToken")
    .subject(USER),
    Row::new(
        "management_v1_add_machine_key",
        "POST",
        "/management/v1/users/{user_id}/keys",
        Handler::described("AddMachineKeyRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                credentials::add_machine_key(request.zitadel, wire::add_key(message), visitor)
                    .map(|made| wire::made_key(&made))
            })
        })
        .not_found("COMMAND-bnipwm1"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddMachineKey")
    .subject(USER),
    Row::new(
        "management_v1_get_machine_key_by_ids",
        "GET",
        "/management/v1/users/{user_id}/keys/{key_id}",
        Handler::described("GetMachineKeyByIDsRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                let (id, key) = (message.text("userId"), message.text("keyId"));
                let found = credentials::key(request.zitadel, id, key, visitor)?;
                Ok(json!({ "key": wire::key(&found) }))
            })
        })
        .not_found("QUERY-Dgr3g"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetMachineKeyByIDs")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_list_machine_keys",
        "POST",
        "/management/v1/users/{user_id}/keys/_search",
        Handler::described("ListMachineKeysRequest", |request| {
            request.manage(Permission::Read, "listed", |message, visitor| {
                let found = credentials::keys(request.zitadel, message.text("userId"), visitor);
                // The newest comes first, whichever order is asked for.
                Ok(management::list(message, request.zitadel.last_event(), found.iter().rev().map(wire::key)))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListMachineKeys")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_remove_machine_key",
        "DELETE",
        "/management/v1/users/{user_id}/keys/{key_id}",
        Handler::described("RemoveMachineKeyRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                credentials::remove_machine_key(request.zitadel, &wire::remove(message, "keyId"), visitor)
            })
        })
        .not_found("COMMAND-4m77G"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveMachineKey")
    .subject(USER),
    Row::new(
        "management_v1_generate_machine_secret",
        "PUT",
        "/management/v1/users/{user_id}/secret",
        Handler::described("GenerateMachineSecretRequest", |request| {
            request.manage(Permission::Write, "made", |message, visitor| {
                credentials::generate_machine_secret(request.zitadel, message.text("userId"), visitor)
                    .map(|made| wire::made_secret(&made))
            })
        })
        .not_found("QUERY-Dfbg2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GenerateMachineSecret")
    .subject(USER)
    .heavy(),
    Row::new(
        "management_v1_remove_machine_secret",
        "DELETE",
        "/management/v1/users/{user_id}/secret",
        Handler::described("RemoveMachineSecretRequest", |request| {
            request.command(Permission::Write, "removed", "userId", credentials::remove_machine_secret)
        })
        .not_found("COMMAND-x7s802"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveMachineSecret")
    .subject(USER),
];
