//! One function per operation of ZITADEL's user service and of its doors, with what they take and answer. Knows no
//! edge. The order is the vendor's: exists, state, permission, write.

pub(super) mod applications;
pub(super) mod authorize;
pub(super) mod back_channel;
pub(super) mod callbacks;
pub(super) mod contacts;
pub(super) mod credentials;
pub(super) mod devices;
pub(super) mod end_session;
pub(super) mod events;
pub(super) mod lists;
pub(super) mod login;
pub(super) mod management;
pub(super) mod members;
pub(super) mod metadata;
pub(super) mod objects;
pub(super) mod organizations;
pub(super) mod paging;
mod password_check;
pub(super) mod passwords;
pub(super) mod people;
pub(super) mod policies;
pub(super) mod projects;
pub(super) mod search;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod user_grants;
pub(super) mod users;
mod without_page;
pub(super) mod write;
