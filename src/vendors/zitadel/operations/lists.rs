//! Listing the tokens and keys of ZITADEL's machines.

use super::super::Zitadel;
use super::super::auth::Caller;
use super::super::error::Error;
use super::super::proto::zitadel::user::v2 as proto;
use super::credentials::{Filter, Listed, Paging, list};

/// Personal access tokens, living or dead.
pub(in super::super) fn personal_access_tokens(
    state: &Zitadel,
    request: &proto::ListPersonalAccessTokensRequest,
    caller: &Caller,
) -> Result<(Vec<Listed>, Paging), Error> {
    use proto::personal_access_tokens_search_filter::Filter as Asked;
    let filters: Vec<_> = request
        .filters
        .iter()
        .filter_map(|filter| filter.filter.as_ref())
        .map(|filter| match filter {
            Asked::TokenIdFilter(q) => Filter::Id(&q.id),
            Asked::UserIdFilter(q) => Filter::User(&q.id),
            Asked::OrganizationIdFilter(q) => Filter::Organization(&q.id),
            Asked::CreatedDateFilter(q) => Filter::Created(q),
            Asked::ExpirationDateFilter(q) => Filter::Expires(q),
        })
        .collect();
    let column = request.sorting_column.as_ref().map_or(0, buffa::EnumValue::to_i32);
    list(state, caller, (&filters, column), request.pagination.as_option(), |secrets| {
        secrets.tokens.iter().map(|token| (&*token.id, token.created, token.expires)).collect()
    })
}

/// Keys.
pub(in super::super) fn keys(
    state: &Zitadel,
    request: &proto::ListKeysRequest,
    caller: &Caller,
) -> Result<(Vec<Listed>, Paging), Error> {
    use proto::keys_search_filter::Filter as Asked;
    let filters: Vec<_> = request
        .filters
        .iter()
        .filter_map(|filter| filter.filter.as_ref())
        .map(|filter| match filter {
            Asked::KeyIdFilter(q) => Filter::Id(&q.id),
            Asked::UserIdFilter(q) => Filter::User(&q.id),
            Asked::OrganizationIdFilter(q) => Filter::Organization(&q.id),
            Asked::CreatedDateFilter(q) => Filter::Created(q),
            Asked::ExpirationDateFilter(q) => Filter::Expires(q),
        })
        .collect();
    let column = request.sorting_column.as_ref().map_or(0, buffa::EnumValue::to_i32);
    list(state, caller, (&filters, column), request.pagination.as_option(), |secrets| {
        secrets.keys.iter().map(|key| (&*key.id, key.created, key.expires)).collect()
    })
}
