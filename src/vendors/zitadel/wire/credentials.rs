//! ZITADEL's messages about personal access tokens, keys and secrets.

use buffa::EnumValue;
use jiff::Timestamp;

use super::generated::zitadel::filter::v2::{TimestampFilter, TimestampFilterMethod};
use super::metadata::{pagination, paging};
use super::proto;
use super::time::{set, time};
use crate::vendors::zitadel::operations::credentials::{AddKey, AddToken, NewCredential, RemoveCredential};
use crate::vendors::zitadel::operations::lists::{Column, Comparison, Filter, ListCredentials, Listed};
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::operations::write::Changed;

impl From<proto::AddPersonalAccessTokenRequest> for AddToken {
    fn from(request: proto::AddPersonalAccessTokenRequest) -> Self {
        let expires = request.expiration_date.as_option().map_or(Timestamp::MAX, time);
        Self { user_id: request.user_id, expires }
    }
}

impl From<proto::AddKeyRequest> for AddKey {
    fn from(request: proto::AddKeyRequest) -> Self {
        let expires = request.expiration_date.as_option().map_or(Timestamp::MAX, time);
        Self { user_id: request.user_id, expires, public_key: request.public_key }
    }
}

impl From<proto::RemovePersonalAccessTokenRequest> for RemoveCredential {
    fn from(request: proto::RemovePersonalAccessTokenRequest) -> Self {
        Self { user_id: request.user_id, id: request.token_id }
    }
}

impl From<proto::RemoveKeyRequest> for RemoveCredential {
    fn from(request: proto::RemoveKeyRequest) -> Self {
        Self { user_id: request.user_id, id: request.key_id }
    }
}

impl From<NewCredential> for proto::AddPersonalAccessTokenResponse {
    fn from(credential: NewCredential) -> Self {
        Self { creation_date: set(credential.created), token_id: credential.id, token: credential.value }
    }
}

impl From<NewCredential> for proto::AddKeyResponse {
    fn from(credential: NewCredential) -> Self {
        Self {
            creation_date: set(credential.created),
            key_id: credential.id,
            key_content: credential.value.into_bytes(),
        }
    }
}

impl From<NewCredential> for proto::AddSecretResponse {
    fn from(credential: NewCredential) -> Self {
        Self { creation_date: set(credential.created), client_secret: credential.value }
    }
}

/// Responses that say when something was removed.
macro_rules! shows_removal {
    ($($response:ident)*) => {
        $(impl From<Changed> for proto::$response {
            fn from(changed: Changed) -> Self {
                Self { deletion_date: set(changed.at) }
            }
        })*
    };
}

shows_removal!(RemovePersonalAccessTokenResponse RemoveKeyResponse RemoveSecretResponse);

/// The list of tokens and the list of keys, whose messages differ in their names alone.
macro_rules! lists {
    ($($request:ident => $response:ident of $item:ident, $filters:ident::$id:ident;)*) => {
        $(impl From<proto::$request> for ListCredentials {
            fn from(request: proto::$request) -> Self {
                use proto::$filters::Filter as Proto;
                let filters = request.filters.into_iter().filter_map(|filter| filter.filter);
                let filters = filters.map(|filter| match filter {
                    Proto::$id(q) => Filter::Id(q.id),
                    Proto::UserIdFilter(q) => Filter::User(q.id),
                    Proto::OrganizationIdFilter(q) => Filter::Organization(q.id),
                    Proto::CreatedDateFilter(q) => compared(&q, Filter::Created),
                    Proto::ExpirationDateFilter(q) => compared(&q, Filter::Expires),
                });
                Self {
                    filters: filters.collect(),
                    column: column(request.sorting_column.as_ref().map_or(0, EnumValue::to_i32)),
                    paging: paging(request.pagination.into_option()),
                }
            }
        }

        impl From<Page<Listed>> for proto::$response {
            fn from(page: Page<Listed>) -> Self {
                let item = |listed: Listed| proto::$item {
                    creation_date: set(listed.created),
                    change_date: set(listed.created),
                    id: listed.id,
                    user_id: listed.user_id,
                    organization_id: listed.organization,
                    expiration_date: set(listed.expires),
                };
                Self { pagination: pagination(&page), result: page.items.into_iter().map(item).collect() }
            }
        })*
    };
}

lists! {
    ListPersonalAccessTokensRequest => ListPersonalAccessTokensResponse of PersonalAccessToken,
        personal_access_tokens_search_filter::TokenIdFilter;
    ListKeysRequest => ListKeysResponse of Key, keys_search_filter::KeyIdFilter;
}

/// The column of that number. The two lists number their columns alike.
fn column(number: i32) -> Column {
    match number {
        2 => Column::Id,
        3 => Column::User,
        4 => Column::Organization,
        5 => Column::Expires,
        _ => Column::Created,
    }
}

fn compared(filter: &TimestampFilter, of: fn(Comparison, Timestamp) -> Filter) -> Filter {
    let comparison = match filter.method {
        EnumValue::Known(TimestampFilterMethod::After) => Comparison::After,
        EnumValue::Known(TimestampFilterMethod::AfterOrEquals) => Comparison::AfterOrEquals,
        EnumValue::Known(TimestampFilterMethod::Before) => Comparison::Before,
        EnumValue::Known(TimestampFilterMethod::BeforeOrEquals) => Comparison::BeforeOrEquals,
        EnumValue::Known(TimestampFilterMethod::Equals) | EnumValue::Unknown(_) => Comparison::Equals,
    };
    of(comparison, filter.timestamp.as_option().map_or(Timestamp::UNIX_EPOCH, time))
}
