//! MonoCloud's records and what can happen to them. Pure: time comes in as an argument.

mod api_resource;
mod application;
mod consent;
mod door;
mod grants;
mod group;
mod members;
mod parts;
mod sign_in;
mod signing_key;
mod user;
pub(super) mod user_id;

pub(super) use api_resource::ApiResource;
pub(super) use application::{
    AccessTokenType, Application, GrantType, RefreshTokenExpiration, RefreshTokenUsage, RememberConsent, Secret,
    SecretType,
};
pub(super) use consent::{AllowedScope, Consent, ConsentAlias};
pub(super) use door::{Door, KeptOut};
pub(super) use grants::{Authorization, Code, Decision, DeviceCode, PushedRequest, ReferenceToken, RefreshToken};
pub(super) use group::{Group, GroupType};
pub(super) use members::Members;
pub(super) use parts::{
    Activity, Address, Authenticator, Block, ClientLogin, ExternalAuthenticator, Identifier, IdentityProvider, Idp,
    Kind, Lockout, Membership, Passkey, Session, SessionMetadata,
};
pub(super) use sign_in::MAX_FAILURES;
pub(super) use signing_key::SigningKey;
pub(super) use user::{Alias, Data, Profile, User};
