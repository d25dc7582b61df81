//! One function per operation of MonoCloud's API, by resource. They take inputs of their own and know no call.

mod access;
mod authorize;
mod browser;
mod change;
mod claims;
mod clients;
mod consent;
mod device;
mod doors;
mod grants;
mod groups;
mod identifiers;
mod issue;
mod keys;
mod lists;
mod logout;
mod page_users;
mod passwords;
mod profile;
mod revocation;
mod scopes;
mod tokens;
mod users;
mod without_page;

pub(super) use access::{
    disconnect_external_authenticator, fail_sign_in, get_session, list_blocked_ips, list_sessions, remove_passkey,
    revoke_session, sign_in, unblock_ip,
};
pub(super) use authorize::{AuthorizeError, Checked, Pushed, Target, answer, check, push};
pub(super) use browser::{
    DELIVER_LOGOUT, SignInFailure, SignedIn, check_way, cookie_value, find_user, session_of, sessions_ended,
    sign_in as sign_in_by, sign_out, signed_in,
};
pub(super) use change::Changed;
pub(super) use claims::{CLAIMS, display_name};
pub(super) use clients::{Reach, authenticate_api, authenticate_application, find_application, is_known_client};
pub(super) use consent::{Decided, allow, consent_scopes, needs_consent};
pub(super) use device::{DeviceAuthorization, authorize_device, decide, find_device};
pub(super) use doors::{introspect, revoke, userinfo};
pub(super) use grants::{ClientGrants, list_client_grants, list_consents, revoke_client_grant, revoke_consent};
pub(super) use groups::{
    CountedGroup, GroupMembership, GroupPatch, NewGroup, assign_group, create_group, delete_group, find_group,
    get_group, get_user_group, list_group_users, list_groups, list_user_groups, patch_group, unassign_group,
};
pub(super) use identifiers::{
    Link, NewIdentifier, add_identifier, find_identifier, remove_identifier, remove_username,
    send_email_verification_link, set_primary, set_username, set_verified,
};
pub(super) use keys::signing_keys;
pub(super) use lists::{Page, PageRequest, Sort};
pub(super) use logout::{after_sign_out, front_channel};
pub(super) use page_users::{first_user, page_users};
pub(super) use passwords::{
    ChangePassword, NewPassword, ResetPassword, SetPassword, change_password, remove_password, reset_password,
    set_force_reset, set_password,
};
pub(super) use profile::{patch_claims, patch_data};
pub(super) use scopes::IDENTITY_SCOPES;
pub(super) use tokens::{Granted, INTERVAL, TokenRequest, token};
pub(super) use users::{
    NewUser, UserField, create_user, delete_user, disable_user, enable_user, get_user, list_users, unblock_user,
};
