//! How a ZITADEL application signs users in: what its client may ask for, and how the client proves itself. Pure.

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An application's settings of OpenID Connect, in the vendor's words. What the vendor takes when nothing is said is
/// the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OidcConfig {
    pub redirect_uris: Vec<String>,
    pub response_types: Vec<ResponseType>,
    pub grant_types: Vec<GrantType>,
    pub app_type: AppType,
    pub auth_method_type: OidcAuthMethod,
    pub post_logout_redirect_uris: Vec<String>,
    /// Whether `http` redirect URIs and patterns are accepted.
    pub dev_mode: bool,
    pub access_token_type: TokenType,
    pub access_token_role_assertion: bool,
    pub id_token_role_assertion: bool,
    pub id_token_userinfo_assertion: bool,
    /// In nanoseconds, at most five seconds.
    pub clock_skew: u64,
    pub additional_origins: Vec<String>,
    pub skip_native_app_success_page: bool,
    pub back_channel_logout_uri: String,
    /// Which login page it uses; without one, the instance's.
    pub login_version: Option<LoginVersion>,
    /// Whether every loopback address is a redirect URI of its. Only a seed says so.
    pub takes_loopback: bool,
}

/// What the authorize door answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ResponseType {
    #[serde(rename = "OIDC_RESPONSE_TYPE_CODE")]
    Code,
    #[serde(rename = "OIDC_RESPONSE_TYPE_ID_TOKEN")]
    IdToken,
    #[serde(rename = "OIDC_RESPONSE_TYPE_ID_TOKEN_TOKEN")]
    IdTokenToken,
}

/// What the token endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum GrantType {
    #[serde(rename = "OIDC_GRANT_TYPE_AUTHORIZATION_CODE")]
    AuthorizationCode,
    #[serde(rename = "OIDC_GRANT_TYPE_IMPLICIT")]
    Implicit,
    #[serde(rename = "OIDC_GRANT_TYPE_REFRESH_TOKEN")]
    RefreshToken,
    #[serde(rename = "OIDC_GRANT_TYPE_DEVICE_CODE")]
    DeviceCode,
    #[serde(rename = "OIDC_GRANT_TYPE_TOKEN_EXCHANGE")]
    TokenExchange,
}

/// Where the client runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum AppType {
    #[default]
    #[serde(rename = "OIDC_APP_TYPE_WEB")]
    Web,
    #[serde(rename = "OIDC_APP_TYPE_USER_AGENT")]
    UserAgent,
    #[serde(rename = "OIDC_APP_TYPE_NATIVE")]
    Native,
}

/// How the client proves itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum OidcAuthMethod {
    #[default]
    #[serde(rename = "OIDC_AUTH_METHOD_TYPE_BASIC")]
    Basic,
    #[serde(rename = "OIDC_AUTH_METHOD_TYPE_POST")]
    Post,
    #[serde(rename = "OIDC_AUTH_METHOD_TYPE_NONE")]
    None,
    #[serde(rename = "OIDC_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT")]
    PrivateKeyJwt,
}

/// What access tokens look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TokenType {
    #[default]
    #[serde(rename = "OIDC_TOKEN_TYPE_BEARER")]
    Bearer,
    #[serde(rename = "OIDC_TOKEN_TYPE_JWT")]
    Jwt,
}

/// A login page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum LoginVersion {
    /// The older one, built in.
    #[serde(rename = "loginV1")]
    V1 {},
    /// The newer one, which may be somebody's own.
    #[serde(rename = "loginV2")]
    V2 {
        /// Its address; empty for the vendor's own.
        #[serde(rename = "baseUri", default)]
        base_uri: String,
    },
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            response_types: vec![ResponseType::Code],
            grant_types: vec![GrantType::AuthorizationCode],
            app_type: AppType::default(),
            auth_method_type: OidcAuthMethod::default(),
            post_logout_redirect_uris: Vec::new(),
            dev_mode: false,
            access_token_type: TokenType::default(),
            access_token_role_assertion: false,
            id_token_role_assertion: false,
            id_token_userinfo_assertion: false,
            clock_skew: 0,
            additional_origins: Vec::new(),
            skip_native_app_success_page: false,
            back_channel_logout_uri: String::new(),
            login_version: None,
            takes_loopback: false,
        }
    }
}

impl OidcAuthMethod {
    /// Whether the client has a secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::Basic | Self::Post)
    }

    /// Whether the client has keys.
    pub fn has_keys(self) -> bool {
        self == Self::PrivateKeyJwt
    }
}

impl OidcConfig {
    /// What events say of it, which is in numbers.
    pub fn said(&self) -> Value {
        let login = match &self.login_version {
            None => (0, ""),
            Some(LoginVersion::V1 {}) => (1, ""),
            Some(LoginVersion::V2 { base_uri }) => (2, &**base_uri),
        };
        json!({
            "redirectUris": self.redirect_uris,
            "responseTypes": self.response_types.iter().map(|kind| *kind as u8).collect::<Vec<_>>(),
            "grantTypes": self.grant_types.iter().map(|kind| *kind as u8).collect::<Vec<_>>(),
            "applicationType": self.app_type as u8,
            "authMethodType": self.auth_method_type as u8,
            "postLogoutRedirectUris": self.post_logout_redirect_uris,
            "devMode": self.dev_mode,
            "accessTokenType": self.access_token_type as u8,
            "accessTokenRoleAssertion": self.access_token_role_assertion,
            "idTokenRoleAssertion": self.id_token_role_assertion,
            "idTokenUserinfoAssertion": self.id_token_userinfo_assertion,
            "clockSkew": self.clock_skew,
            "additionalOrigins": self.additional_origins,
            "skipNativeAppSuccessPage": self.skip_native_app_success_page,
            "backChannelLogoutURI": self.back_channel_logout_uri,
            "loginVersion": login.0,
            "loginBaseURI": login.1,
        })
    }

    /// The origins from which a web page of the application may call: those of its redirect URIs, in their order. A
    /// URI that is no `http` one stands for itself, as at the vendor.
    pub fn allowed_origins(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let origins = self.redirect_uris.iter().map(|uri| origin(uri));
        origins.filter(|origin| seen.insert(*origin)).map(str::to_owned).collect()
    }
}

/// Scheme, host and port of an `http` URI; any other is answered as it is.
fn origin(uri: &str) -> &str {
    let is_http = uri.starts_with("http://") || uri.starts_with("https://");
    let Some(start) = uri.find("://").filter(|_| is_http).map(|at| at + 3) else {
        return uri;
    };
    let end = uri[start..].find(['/', '?', '#']).map_or(uri.len(), |at| start + at);
    &uri[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_origins_are_those_of_the_redirect_uris_once_each() {
        let uris =
            ["https://a.example/cb", "https://a.example/cb?x=1", "http://a.example:8080", "com.example.app://cb"];
        let config = OidcConfig { redirect_uris: uris.map(str::to_owned).into(), ..OidcConfig::default() };
        assert_eq!(config.allowed_origins(), ["https://a.example", "http://a.example:8080", "com.example.app://cb"]);
    }

    #[test]
    fn a_login_version_reads_as_the_vendor_writes_it() {
        let read = |text: &str| serde_json::from_str::<LoginVersion>(text).unwrap();
        assert_eq!(read(r#"{"loginV1":{}}"#), LoginVersion::V1 {});
        assert_eq!(read(r#"{"loginV2":{}}"#), LoginVersion::V2 { base_uri: String::new() });
        let own = LoginVersion::V2 { base_uri: "https://login.example".to_owned() };
        assert_eq!(read(&serde_json::to_string(&own).unwrap()), own);
    }
}
