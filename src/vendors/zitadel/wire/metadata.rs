//! ZITADEL's messages about metadata, and about pages.

use buffa::MessageField;

use super::generated::zitadel::filter::v2::{PaginationRequest, PaginationResponse};
use super::generated::zitadel::metadata::v2::Metadata as Listed;
use super::generated::zitadel::metadata::v2::metadata_search_filter::Filter;
use super::proto;
use super::search::match_of;
use super::time::set;
use crate::vendors::zitadel::operations::metadata::{DeleteMetadata, Entry, ListMetadata, SetMetadata};
use crate::vendors::zitadel::operations::paging::{Page, Paging};
use crate::vendors::zitadel::operations::write::Changed;
use crate::vendors::zitadel::record::Metadata;

impl From<proto::Metadata> for Entry {
    fn from(entry: proto::Metadata) -> Self {
        Self { key: entry.key, value: entry.value }
    }
}

impl From<proto::SetMetadataEntry> for Entry {
    fn from(entry: proto::SetMetadataEntry) -> Self {
        Self { key: entry.key, value: entry.value }
    }
}

impl From<proto::SetUserMetadataRequest> for SetMetadata {
    fn from(request: proto::SetUserMetadataRequest) -> Self {
        Self { user_id: request.user_id, entries: request.metadata.into_iter().map(Entry::from).collect() }
    }
}

impl From<proto::DeleteUserMetadataRequest> for DeleteMetadata {
    fn from(request: proto::DeleteUserMetadataRequest) -> Self {
        Self { user_id: request.user_id, keys: request.keys }
    }
}

impl From<proto::ListUserMetadataRequest> for ListMetadata {
    fn from(request: proto::ListUserMetadataRequest) -> Self {
        let filters = request.filters.iter().filter_map(|filter| filter.filter.as_ref());
        let keys = filters.map(|Filter::KeyFilter(q)| match_of(&q.key, q.method.to_i32())).collect();
        Self { user_id: request.user_id, keys, paging: paging(request.pagination.into_option()) }
    }
}

impl From<Changed> for proto::SetUserMetadataResponse {
    fn from(changed: Changed) -> Self {
        Self { set_date: set(changed.at) }
    }
}

impl From<Changed> for proto::DeleteUserMetadataResponse {
    fn from(changed: Changed) -> Self {
        Self { deletion_date: set(changed.at) }
    }
}

impl From<Page<Metadata>> for proto::ListUserMetadataResponse {
    fn from(page: Page<Metadata>) -> Self {
        let entry = |entry: Metadata| Listed {
            creation_date: set(entry.created),
            change_date: set(entry.changed),
            key: entry.key,
            value: entry.value,
        };
        Self { pagination: pagination(&page), metadata: page.items.into_iter().map(entry).collect() }
    }
}

/// Which part of a list is asked for.
pub(super) fn paging(request: Option<PaginationRequest>) -> Paging {
    let PaginationRequest { offset, limit, asc, .. } = request.unwrap_or_default();
    Paging { offset, limit, ascending: asc }
}

/// How much there is, and how much of it is shown at most.
pub(super) fn pagination<T>(page: &Page<T>) -> MessageField<PaginationResponse, buffa::Inline<PaginationResponse>> {
    MessageField::some(PaginationResponse { total_result: page.total as u64, applied_limit: page.limit.into() })
}
