//! MonoCloud's records and what can happen to them. Pure: time comes in as an argument.

mod group;
mod members;
mod parts;
mod sign_in;
mod user;
pub(super) mod user_id;

pub(super) use group::{Group, GroupType};
pub(super) use members::Members;
pub(super) use parts::{
    Activity, Address, Authenticator, Block, ExternalAuthenticator, Identifier, IdentityProvider, Idp, Kind, Lockout,
    Membership, Passkey, Session, SessionMetadata,
};
pub(super) use sign_in::MAX_FAILURES;
pub(super) use user::{Alias, Data, Profile, User};
