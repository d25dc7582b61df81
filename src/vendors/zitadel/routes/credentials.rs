//! The routes of metadata, and of the tokens, keys and secrets of ZITADEL's machines.

use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::error::status::{self, Status};
use crate::vendors::zitadel::operations::{credentials, lists, metadata};
use crate::vendors::zitadel::wire::proto;

const NO_USER: &str = "User could not be found";

// The next two have no translation.
const NOT_EXISTING: &str = "Errors.User.NotExisting";
const NOT_FOUND: Status<'static> = status::missing("Errors.NotFound", "COMMAND-4g3xq");

pub(super) static ROWS: [Row; 11] = [
    Row::new(
        "set_user_metadata",
        "POST",
        "/v2/users/{user_id}/metadata",
        Handler::service::<proto::SetUserMetadataRequest>("COMMAND-uXHNj", |request| {
            request.serve("set", |message: proto::SetUserMetadataRequest, caller| {
                metadata::set_user_metadata(request.zitadel, message.into(), caller)
                    .map(proto::SetUserMetadataResponse::from)
            })
        })
        .nobody(status::precondition(NO_USER, "COMMAND-uXHNj")),
    )
    .rpc("/zitadel.user.v2.UserService/SetUserMetadata")
    .subject(USER),
    Row::new(
        "list_user_metadata",
        "POST",
        "/v2/users/{user_id}/metadata/search",
        Handler::service::<proto::ListUserMetadataRequest>("QUERY-Dfbg2", |request| {
            request.serve("listed", |message: proto::ListUserMetadataRequest, caller| {
                let asked = metadata::ListMetadata::from(message);
                let offset = asked.paging.offset;
                let page = metadata::list_user_metadata(request.zitadel, asked, caller)?;
                request.tell_page(offset, page.limit.into(), page.total as u64);
                Ok(proto::ListUserMetadataResponse::from(page))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/ListUserMetadata")
    .subject(USER)
    .reads_only(),
    Row::new(
        "delete_user_metadata",
        "DELETE",
        "/v2/users/{user_id}/metadata",
        Handler::service::<proto::DeleteUserMetadataRequest>("COMMAND-uXHNj", |request| {
            request.serve("deleted", |message: proto::DeleteUserMetadataRequest, caller| {
                metadata::delete_user_metadata(request.zitadel, message.into(), caller)
                    .map(proto::DeleteUserMetadataResponse::from)
            })
        })
        .nobody(status::precondition(NO_USER, "COMMAND-uXHNj")),
    )
    .rpc("/zitadel.user.v2.UserService/DeleteUserMetadata")
    .subject(USER),
    Row::new(
        "add_personal_access_token",
        "POST",
        "/v2/users/{user_id}/pats",
        Handler::service::<proto::AddPersonalAccessTokenRequest>("COMMAND-Dggw2", |request| {
            request.serve("made", |message: proto::AddPersonalAccessTokenRequest, caller| {
                credentials::add_personal_access_token(request.zitadel, message.into(), caller)
                    .map(proto::AddPersonalAccessTokenResponse::from)
            })
        })
        .nobody(status::precondition(NO_USER, "COMMAND-Dggw2")),
    )
    .rpc("/zitadel.user.v2.UserService/AddPersonalAccessToken")
    .subject(USER),
    Row::new(
        "remove_personal_access_token",
        "DELETE",
        "/v2/users/{user_id}/pats/{token_id}",
        Handler::service::<proto::RemovePersonalAccessTokenRequest>("COMMAND-4g3xq", |request| {
            request.serve("removed", |message: proto::RemovePersonalAccessTokenRequest, caller| {
                credentials::remove_personal_access_token(request.zitadel, message.into(), caller)
                    .map(proto::RemovePersonalAccessTokenResponse::from)
            })
        })
        .nobody(NOT_FOUND),
    )
    .rpc("/zitadel.user.v2.UserService/RemovePersonalAccessToken")
    .subject(USER),
    Row::new(
        "list_personal_access_tokens",
        "POST",
        "/v2/users/pats/search",
        Handler::service::<proto::ListPersonalAccessTokensRequest>("QUERY-Dfbg2", |request| {
            request.serve("listed", |message: proto::ListPersonalAccessTokensRequest, caller| {
                let asked = lists::ListCredentials::from(message);
                let offset = asked.paging.offset;
                let page = lists::personal_access_tokens(request.zitadel, asked, caller)?;
                request.tell_page(offset, page.limit.into(), page.total as u64);
                Ok(proto::ListPersonalAccessTokensResponse::from(page))
            })
        })
        .trailing(),
    )
    .list()
    .rpc("/zitadel.user.v2.UserService/ListPersonalAccessTokens")
    .reads_only(),
    Row::new(
        "add_key",
        "POST",
        "/v2/users/{user_id}/keys",
        Handler::service::<proto::AddKeyRequest>("COMMAND-bnipwm1", |request| {
            request.serve("made", |message: proto::AddKeyRequest, caller| {
                credentials::add_key(request.zitadel, message.into(), caller).map(proto::AddKeyResponse::from)
            })
        })
        .nobody(status::precondition(NO_USER, "COMMAND-bnipwm1")),
    )
    .rpc("/zitadel.user.v2.UserService/AddKey")
    .subject(USER)
    .heavy(),
    Row::new(
        "remove_key",
        "DELETE",
        "/v2/users/{user_id}/keys/{key_id}",
        Handler::service::<proto::RemoveKeyRequest>("COMMAND-4g3xq", |request| {
            request.serve("removed", |message: proto::RemoveKeyRequest, caller| {
                credentials::remove_key(request.zitadel, message.into(), caller).map(proto::RemoveKeyResponse::from)
            })
        })
        .nobody(NOT_FOUND),
    )
    .rpc("/zitadel.user.v2.UserService/RemoveKey")
    .subject(USER),
    Row::new(
        "list_keys",
        "POST",
        "/v2/users/keys/search",
        Handler::service::<proto::ListKeysRequest>("QUERY-Dfbg2", |request| {
            request.serve("listed", |message: proto::ListKeysRequest, caller| {
                let asked = lists::ListCredentials::from(message);
                let offset = asked.paging.offset;
                let page = lists::keys(request.zitadel, asked, caller)?;
                request.tell_page(offset, page.limit.into(), page.total as u64);
                Ok(proto::ListKeysResponse::from(page))
            })
        })
        .trailing(),
    )
    .list()
    .rpc("/zitadel.user.v2.UserService/ListKeys")
    .reads_only(),
    Row::new(
        "add_secret",
        "POST",
        "/v2/users/{user_id}/secret",
        Handler::service::<proto::AddSecretRequest>("COMMAND-x8910n", |request| {
            request.serve("made", |message: proto::AddSecretRequest, caller| {
                credentials::add_secret(request.zitadel, &message.user_id, caller).map(proto::AddSecretResponse::from)
            })
        })
        .nobody(status::precondition(NOT_EXISTING, "COMMAND-x8910n")),
    )
    .rpc("/zitadel.user.v2.UserService/AddSecret")
    .subject(USER)
    .heavy(),
    Row::new(
        "remove_secret",
        "DELETE",
        "/v2/users/{user_id}/secret",
        Handler::service::<proto::RemoveSecretRequest>("COMMAND-x7s802", |request| {
            request.serve("removed", |message: proto::RemoveSecretRequest, caller| {
                credentials::remove_secret(request.zitadel, &message.user_id, caller)
                    .map(proto::RemoveSecretResponse::from)
            })
        })
        .nobody(status::precondition(NOT_EXISTING, "COMMAND-x7s802")),
    )
    .rpc("/zitadel.user.v2.UserService/RemoveSecret")
    .subject(USER),
];
