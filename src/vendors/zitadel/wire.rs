//! ZITADEL's messages on both of its edges, REST and remote calls, and its forms: bytes to inputs, outputs to bytes.

pub(super) mod applications;
pub(super) mod auth_requests;
pub(super) mod cors;
pub(super) mod described;
pub(super) mod discovery;
pub(super) mod door;
pub(super) mod edge;
pub(super) mod events;
pub(super) mod factors;
pub(super) mod issuer;
pub(super) mod listing;
pub(super) mod management;
pub(super) mod members;
pub(super) mod message;
pub(super) mod objects;
pub(super) mod organizations;
pub(super) mod people;
pub(super) mod policies;
pub(super) mod projects;
pub(super) mod refusal;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod user_grants;
pub(super) mod v2beta;

mod contacts;
mod credentials;
mod go_json;
mod metadata;
mod passwords;
mod proto_syntax;
mod rules;
mod search;
mod time;
mod users;

use fauxidp_zitadel_messages as generated;

pub(super) use generated::DESCRIPTORS;
pub(super) use generated::zitadel::user::v2 as proto;
