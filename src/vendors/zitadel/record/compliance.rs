//! What ZITADEL finds at odds with OpenID Connect in an application's settings. It refuses nothing of it. Pure.

use super::oidc::{AppType, GrantType, OidcAuthMethod, OidcConfig};

/// A finding, as the vendor names and explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    pub key: &'static str,
    pub text: &'static str,
}

const fn problem(key: &'static str, text: &'static str) -> Problem {
    Problem { key, text }
}

const NOT_COMPLIANT: Problem = problem(
    "Application.OIDC.V1.NotCompliant",
    "Your configuration is not compliant and differs from OIDC 1.0 standard.",
);
const NO_REDIRECT_URIS: Problem =
    problem("Application.OIDC.V1.NoRedirectUris", "At least one redirect uri must be registered.");
const CUSTOM_ONLY_FOR_NATIVE: Problem = problem(
    "Application.OIDC.V1.Code.RedirectUris.CustomOnlyForNative",
    "Grant type \"code\" only allows custom redirect uris for apptype \"native\"  (e.g appname:// )",
);
const HTTP_ONLY_FOR_WEB: Problem = problem(
    "Application.OIDC.V1.Code.RedirectUris.HttpOnlyForWeb",
    "Grant type \"code\" only allows http redirect uris for apptype \"web\".",
);
const REFRESH_WITHOUT_CODE: Problem = problem(
    "Application.OIDC.V1.GrantType.Refresh.NoAuthCode",
    "Refresh Token only allowed in combination with Authorization Code.",
);
const NATIVE_WITH_AUTH_METHOD: Problem = problem(
    "Application.OIDC.V1.Native.AuthMethodType.NotNone",
    "Native applications should have authmethodtype none.",
);
const USER_AGENT_WITH_AUTH_METHOD: Problem =
    problem("Application.OIDC.V1.UserAgent.AuthMethodType.NotNone", "User agent app should have authmethodtype none.");

impl OidcConfig {
    /// The findings; none for settings that are compliant. The first says that there are others, and says it twice for
    /// what runs in a browser.
    pub fn problems(&self) -> Vec<Problem> {
        let has = |grant| self.grant_types.contains(&grant);
        let is_http = |uri: &String| uri.starts_with("http://");
        let is_custom = |uri: &String| !uri.starts_with("http://") && !uri.starts_with("https://");
        let takes_code = has(GrantType::AuthorizationCode);
        let is_public = self.auth_method_type == OidcAuthMethod::None;
        let checks = [
            (has(GrantType::RefreshToken) && !takes_code, REFRESH_WITHOUT_CODE),
            (self.redirect_uris.is_empty(), NO_REDIRECT_URIS),
            (
                takes_code && self.app_type != AppType::Native && self.redirect_uris.iter().any(is_custom),
                CUSTOM_ONLY_FOR_NATIVE,
            ),
            (
                takes_code && self.app_type == AppType::UserAgent && self.redirect_uris.iter().any(is_http),
                HTTP_ONLY_FOR_WEB,
            ),
            (self.app_type == AppType::Native && !is_public, NATIVE_WITH_AUTH_METHOD),
            (self.app_type == AppType::UserAgent && !is_public, USER_AGENT_WITH_AUTH_METHOD),
        ];
        let found: Vec<_> = checks.into_iter().filter(|(is_found, _)| *is_found).map(|(_, problem)| problem).collect();
        let heads = match (found.is_empty(), self.app_type) {
            (true, _) => 0,
            (false, AppType::UserAgent) => 2,
            (false, AppType::Web | AppType::Native) => 1,
        };
        std::iter::repeat_n(NOT_COMPLIANT, heads).chain(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(app_type: AppType, auth_method_type: OidcAuthMethod, uris: &[&str]) -> Vec<Problem> {
        let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        OidcConfig { app_type, auth_method_type, redirect_uris, ..OidcConfig::default() }.problems()
    }

    #[test]
    fn the_findings_are_those_of_the_recording() {
        use AppType::{Native, UserAgent, Web};
        use OidcAuthMethod::{Basic, None};
        for (app_type, auth, uris, found) in [
            (Web, Basic, &["http://web.example/cb"][..], &[][..]),
            (Native, None, &["http://localhost/cb", "com.example.app://cb"], &[]),
            (UserAgent, None, &["https://spa.example/cb"], &[]),
            (UserAgent, None, &["http://spa.example/cb"], &[NOT_COMPLIANT, NOT_COMPLIANT, HTTP_ONLY_FOR_WEB]),
            (Web, Basic, &["http://web.example/cb", "custom:/x"], &[NOT_COMPLIANT, CUSTOM_ONLY_FOR_NATIVE]),
            (Web, Basic, &[], &[NOT_COMPLIANT, NO_REDIRECT_URIS]),
            (Native, Basic, &["http://localhost/cb"], &[NOT_COMPLIANT, NATIVE_WITH_AUTH_METHOD]),
        ] {
            assert_eq!(problems(app_type, auth, uris), found, "{app_type:?} {uris:?}");
        }
    }
}
