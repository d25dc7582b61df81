//! The rest of MonoCloud's Management API: named so that nobody takes it for a missing user.

use crate::row::Operation;

pub(super) static OPERATIONS: [Operation; 25] = [
    Operation::unemulated("list_client_grants", "GET", "/api/users/{user_id}/grants/clients"),
    Operation::unemulated("revoke_client_grant", "DELETE", "/api/users/{user_id}/grants/clients/{client_id}"),
    Operation::unemulated("list_consents", "GET", "/api/users/{user_id}/grants/consents"),
    Operation::unemulated("revoke_consent", "DELETE", "/api/users/{user_id}/grants/consents/{consent_id}"),
    Operation::unemulated("list_reference_tokens", "GET", "/api/users/{user_id}/grants/reference_tokens"),
    Operation::unemulated(
        "revoke_reference_token",
        "DELETE",
        "/api/users/{user_id}/grants/reference_tokens/{token_id}",
    ),
    Operation::unemulated("list_refresh_tokens", "GET", "/api/users/{user_id}/grants/refresh_tokens"),
    Operation::unemulated("revoke_refresh_token", "DELETE", "/api/users/{user_id}/grants/refresh_tokens/{token_id}"),
    Operation::unemulated("list_codes", "GET", "/api/users/{user_id}/grants/codes"),
    Operation::unemulated("revoke_code", "DELETE", "/api/users/{user_id}/grants/codes/{code_id}"),
    Operation::unemulated("list_applications", "GET", "/api/applications"),
    Operation::unemulated("create_application", "POST", "/api/applications"),
    Operation::unemulated("get_application", "GET", "/api/applications/{client_id}"),
    Operation::unemulated("patch_application", "PATCH", "/api/applications/{client_id}"),
    Operation::unemulated("delete_application", "DELETE", "/api/applications/{client_id}"),
    Operation::unemulated("get_authentication_options", "GET", "/api/options/authentication"),
    Operation::unemulated("patch_authentication_options", "PATCH", "/api/options/authentication"),
    Operation::unemulated("get_communication_options", "GET", "/api/options/communication"),
    Operation::unemulated("patch_communication_options", "PATCH", "/api/options/communication"),
    Operation::unemulated("list_keys", "GET", "/api/keys"),
    Operation::unemulated("rotate_key", "PUT", "/api/keys/{key_id}/rotate"),
    Operation::unemulated("revoke_key", "PUT", "/api/keys/{key_id}/revoke"),
    Operation::unemulated("list_logs", "GET", "/api/logs"),
    Operation::unemulated("get_log", "GET", "/api/logs/{log_id}"),
    Operation::unemulated("list_network_zones", "GET", "/api/network_zones"),
];
