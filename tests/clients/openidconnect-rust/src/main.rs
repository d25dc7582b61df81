//! The crate `openidconnect`, unmodified, at both issuers: `openidconnect-rust URL`, with the variables of
//! `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.

mod browser;

use std::cell::Cell;
use std::error::Error;
use std::time::Duration;

use browser::{Browser, Page, http, member};
use openidconnect::core::*;
use openidconnect::reqwest::blocking::Client as Http;
use openidconnect::*;

const CALLBACK: &str = "http://localhost:3000/callback";

type Client = CoreClient<EndpointSet, EndpointSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// An issuer with its applications, and what the vendor says of a code or refresh token that is none.
struct Case {
    vendor: &'static str,
    issuer: String,
    web: [&'static str; 2],
    api: [&'static str; 2],
    device: &'static str,
    user: &'static str,
    scopes: Vec<&'static str>,
    invalid: &'static str,
}

struct Story<'a> {
    own: &'a Case,
    http: Http,
    checks: &'a Cell<usize>,
}

/// A code, with what proves whose it is.
struct Asked {
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

impl Story<'_> {
    fn client(&self, id: &str, secret: Option<&str>) -> Client {
        let issuer = IssuerUrl::new(self.own.issuer.clone()).expect("a URL");
        let metadata = CoreProviderMetadata::discover(&issuer, &self.http).expect("discovery");
        let address = format!("{}/.well-known/openid-configuration", self.own.issuer);
        let text = self.http.get(address).send().and_then(|answer| answer.text()).expect("discovery");
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let endpoint = |name: &str| all[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
        let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
        CoreClient::from_provider_metadata(metadata, ClientId::new(id.to_owned()), secret)
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(endpoint("introspection_endpoint")).expect("a URL"))
            .set_revocation_url(RevocationUrl::new(endpoint("revocation_endpoint")).expect("a URL"))
            .set_device_authorization_url(
                DeviceAuthorizationUrl::new(endpoint("device_authorization_endpoint")).expect("a URL"),
            )
    }

    fn web(&self) -> Client {
        self.client(self.own.web[0], Some(self.own.web[1]))
    }

    fn authorize(&self, client: &Client) -> (url::Url, PkceCodeVerifier, Nonce) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, _, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.own.scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        (url, verifier, nonce)
    }

    fn ask(&self, client: &Client) -> Asked {
        let (url, verifier, nonce) = self.authorize(client);
        let back = Browser::default().sign_in(url, CALLBACK, self.own.user);
        Asked { code: AuthorizationCode::new(member(&back, "code")), verifier, nonce }
    }

    /// Signs in, and does with the ID token what the crate's documentation says.
    fn sign_in(&self, client: &Client) -> Result<(CoreTokenResponse, String), Box<dyn Error>> {
        let asked = self.ask(client);
        let tokens = client.exchange_code(asked.code)?.set_pkce_verifier(asked.verifier).request(&self.http)?;
        let id = tokens.id_token().ok_or("no ID token")?;
        // ZITADEL names the other applications of the project as audience, and the project.
        let is_zitadel = self.own.vendor == "zitadel";
        let verifier = client.id_token_verifier().set_other_audience_verifier_fn(move |_| is_zitadel);
        let claims = id.claims(&verifier, &asked.nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let hash =
                AccessTokenHash::from_token(tokens.access_token(), id.signing_alg()?, id.signing_key(&verifier)?)?;
            if hash != *expected {
                return Err("the hash is that of another access token".into());
            }
        }
        let subject = claims.subject().to_string();
        Ok((tokens, subject))
    }

    fn userinfo(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &str,
    ) -> Result<CoreUserInfoClaims, Box<dyn Error>> {
        let subject = SubjectIdentifier::new(subject.to_owned());
        Ok(client.user_info(token.clone(), Some(subject))?.request(&self.http)?)
    }

    fn refresh(&self, client: &Client, token: &RefreshToken) -> Result<CoreTokenResponse, String> {
        let answer = client.exchange_refresh_token(token).expect("an endpoint").request(&self.http);
        answer.map_err(code_of)
    }

    fn exchange(&self, client: &Client, code: &AuthorizationCode, verifier: &str) -> Result<CoreTokenResponse, String> {
        let ask = client.exchange_code(code.clone()).expect("an endpoint");
        ask.set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned())).request(&self.http).map_err(code_of)
    }

    fn is_active(&self, token: &AccessToken) -> bool {
        let api = self.client(self.own.api[0], Some(self.own.api[1]));
        api.introspect(token).request(&self.http).expect("an answer").active()
    }

    fn that(&self, holds: bool, what: &str) {
        assert!(holds, "{}: {what}", self.own.vendor);
        self.checks.set(self.checks.get() + 1);
    }

    fn refused(&self, what: &str, answer: Result<CoreTokenResponse, String>, code: &str) {
        let found = answer.map_or_else(|code| code, |_| "success".to_owned());
        self.that(found == code, &format!("{what}: {found}, not {code}"));
    }

    fn tell(&self) {
        browser::reset();
        let own = self.own;
        let web = self.web();
        let (tokens, subject) = self.sign_in(&web).expect("a user");
        self.that(subject == own.user, "who signed in");
        let info = self.userinfo(&web, tokens.access_token(), &subject).expect("userinfo");
        let name = info.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        self.that(name == Some("Ada Active"), "the name");
        self.that(self.is_active(tokens.access_token()), "introspection");
        let again = self.refresh(&web, tokens.refresh_token().expect("one")).expect("a refresh");
        self.that(again.access_token().secret() != tokens.access_token().secret(), "another token");
        self.refused("no refresh token", self.refresh(&web, &RefreshToken::new("nonsense".to_owned())), own.invalid);
        let refresh = again.refresh_token().expect("it rotates").clone();
        web.revoke_token(CoreRevocableToken::RefreshToken(refresh.clone()))
            .expect("https or loopback")
            .request(&self.http)
            .expect("revoked");
        self.refused("a revoked token", self.refresh(&web, &refresh), own.invalid);

        let asked = self.ask(&web);
        self.refused("another verifier", self.exchange(&web, &asked.code, &"w".repeat(43)), "invalid_grant");
        let asked = self.ask(&web);
        let verifier = asked.verifier.secret();
        self.that(self.exchange(&web, &asked.code, verifier).is_ok(), "a code");
        self.refused("a code again", self.exchange(&web, &asked.code, verifier), own.invalid);
        let asked = self.ask(&web);
        let stranger = self.client(own.web[0], Some("not-the-secret"));
        self.refused(
            "another secret",
            self.exchange(&stranger, &asked.code, asked.verifier.secret()),
            "invalid_client",
        );

        let browser = Browser::default();
        let page = browser.get(self.authorize(&web).0, CALLBACK);
        let Page::Back(denied) = browser.press(page, CALLBACK, "deny", "1") else { panic!("not led back") };
        self.that(member(&denied, "error") == "access_denied", "denied");

        let (tokens, subject) = self.sign_in(&web).expect("a user");
        let asked = self.ask(&web);
        browser::stop(own.vendor, own.user);
        self.refused(
            "a stopped user's refresh token",
            self.refresh(&web, tokens.refresh_token().expect("one")),
            own.invalid,
        );
        self.refused("a stopped user's code", self.exchange(&web, &asked.code, asked.verifier.secret()), own.invalid);
        let error = self.userinfo(&web, tokens.access_token(), &subject).err().map(|error| error.to_string());
        self.that(error.is_some(), "userinfo of a stopped user");
        self.that(!self.is_active(tokens.access_token()), "introspection of a stopped user");
    }

    fn by_device(&self) {
        browser::reset();
        let client = self.client(self.own.device, None);
        let ask = client.exchange_device_code().add_scope(Scope::new("profile".to_owned()));
        let details: CoreDeviceAuthorizationResponse = ask.request(&self.http).expect("a device code");
        let complete = details.verification_uri_complete().expect("one").secret();
        let browser = Browser::default();
        let mut page = browser.get(url::Url::parse(complete).expect("a URL"), "app:");
        for _ in 0..3 {
            if !matches!(&page, Page::Shown(_, text) if text.contains("name=\"fauxidp_user\"")) {
                break;
            }
            page = browser.press(page, "app:", "fauxidp_user", self.own.user);
        }
        let poll = client.exchange_device_access_token(&details).expect("an endpoint");
        let tokens = poll.request(&self.http, std::thread::sleep, Some(Duration::from_secs(20))).expect("tokens");
        self.that(!tokens.access_token().secret().is_empty(), "a device's token");
    }
}

/// The server's `error` in the crate's own error.
fn code_of<E: Error>(error: RequestTokenError<E, CoreErrorResponse>) -> String {
    match error {
        RequestTokenError::ServerResponse(answer) => answer.error().to_string(),
        other => format!("{other:?}"),
    }
}

type CoreErrorResponse = StandardErrorResponse<CoreErrorResponseType>;

fn main() {
    let url = std::env::args().nth(1).expect("usage: openidconnect-rust URL").replace("http:", "https:");
    let monocloud = Case {
        vendor: "monocloud",
        issuer: format!("{url}/monocloud"),
        web: ["monocloud-web", "monocloud-web-secret"],
        api: ["monocloud-api", "monocloud-api-secret"],
        device: "monocloud-device",
        user: "user-active",
        scopes: vec!["profile", "email", "offline_access", "read"],
        invalid: "invalid_grant",
    };
    let zitadel = Case {
        vendor: "zitadel",
        issuer: url,
        web: ["zitadel-web", "zitadel-web-secret"],
        api: ["zitadel-api", "zitadel-api-secret"],
        device: "zitadel-native",
        user: "human-active",
        scopes: vec!["profile", "email", "offline_access", "urn:zitadel:iam:org:project:id:69629023906488500:aud"],
        invalid: "invalid_request",
    };
    let checks = Cell::new(0);
    for own in [&monocloud, &zitadel] {
        let story = Story { own, http: http(), checks: &checks };
        story.tell();
        story.by_device();
    }
    let story = Story { own: &monocloud, http: http(), checks: &checks };
    let web = story.web();
    let tried = browser::defects("openidconnect", |name| {
        let (tokens, subject) = story.sign_in(&web)?;
        if name.starts_with("userinfo") {
            story.userinfo(&web, tokens.access_token(), &subject)?;
        }
        Ok(())
    });
    println!("openidconnect {}: {} checks", env!("OPENIDCONNECT_VERSION"), checks.get() + tried);
}
