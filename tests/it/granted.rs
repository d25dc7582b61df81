//! The table of grants and client authentications, walked: each cell is tried with all that its grant needs, and what
//! the table has is granted, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fauxidp::Emulator;
use fauxidp::declared::{ClientAuth, Grant, VendorSet};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::sign_in::{control, emulator_with};
use crate::wire::{Answer, Ask, HOST};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";
const PASSWORD: &str = "Correct-Horse-Battery-9";
const PROJECT: &str = "69629023906488500";

/// A key pair, as a client has one.
struct Key {
    id: String,
    pair: ring::rsa::KeyPair,
}

impl Key {
    fn of(id: &str, pem: &str) -> Self {
        let pem = pem::parse(pem).expect("PEM");
        Self { id: id.to_owned(), pair: ring::rsa::KeyPair::from_der(pem.contents()).expect("an RSA key") }
    }

    /// The key that the tests publish.
    fn published() -> Self {
        let path = crate::fixture::root().join("fixtures/keys/zitadel-machine-service-account.json");
        let file: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
        Self::of(file["keyId"].as_str().expect("an id"), file["key"].as_str().expect("a key"))
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        self.pair.sign(&ring::signature::RSA_PKCS1_SHA256, &random, text, &mut signature).expect("it signs");
        signature
    }

    fn jwk(&self) -> String {
        let public: ring::rsa::PublicKeyComponents<Vec<u8>> = self.pair.public().into();
        let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
        json!({ "kty": "RSA", "n": n, "e": e }).to_string()
    }
}

/// Somebody who asks at the token endpoint, and how it shows who it is.
struct Client {
    id: String,
    secret: String,
    auth: ClientAuth,
    key: Option<Key>,
    issuer: String,
}

impl Client {
    /// A token that it signs: by its key, or by its secret.
    fn assertion(&self) -> String {
        let (alg, kid) = match self.auth {
            ClientAuth::SecretJwt => ("HS256", None),
            _ => ("RS256", self.key.as_ref().map(|key| key.id.clone())),
        };
        // The clock stands at the start of 2030.
        let (iat, exp) = (1_893_456_000, 1_893_456_060);
        let claims = json!({ "iss": self.id, "sub": self.id, "aud": self.issuer, "iat": iat, "exp": exp });
        let coded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", coded(json!({ "alg": alg, "kid": kid })), coded(claims));
        let signature = match (self.auth, &self.key) {
            (ClientAuth::SecretJwt, _) | (_, None) => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, self.secret.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            (_, Some(key)) => key.sign(signed.as_bytes()),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Sends a form as this client.
    async fn post(&self, emulator: &Emulator, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let assertion = self.assertion();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let own: Vec<(&str, &str)> = match self.auth {
            ClientAuth::Basic => Vec::new(),
            ClientAuth::Post => vec![("client_id", &self.id), ("client_secret", &self.secret)],
            ClientAuth::None => vec![("client_id", &self.id)],
            ClientAuth::SecretJwt | ClientAuth::PrivateKeyJwt => {
                vec![("client_id", &self.id), ("client_assertion_type", kind), ("client_assertion", &assertion)]
            }
        };
        let ask = crate::sign_in::form(path, &[&own[..], pairs].concat());
        let ask = match self.auth {
            ClientAuth::Basic => {
                let text = STANDARD.encode(format!("{}:{}", self.id, self.secret));
                ask.header("authorization", &format!("Basic {text}"))
            }
            _ => ask,
        };
        ask.send(emulator).await
    }
}

/// A vendor of the table.
struct Provider {
    vendor: &'static str,
    token: &'static str,
    device: &'static str,
    authorize: &'static str,
    user: &'static str,
}

const MONOCLOUD: Provider = Provider {
    vendor: "monocloud",
    token: "/monocloud/connect/token",
    device: "/monocloud/connect/deviceauthorization",
    authorize: "/monocloud/connect/authorize",
    user: "user-active",
};

const ZITADEL: Provider = Provider {
    vendor: "zitadel",
    token: "/oauth/v2/token",
    device: "/oauth/v2/device_authorization",
    authorize: "/oauth/v2/authorize",
    user: "human-active",
};

impl Provider {
    /// Tries a grant with all that it needs.
    async fn attempt(&self, emulator: &Emulator, client: &Client, grant: Grant) -> Answer {
        let about = json!({
            "vendor": self.vendor, "client_id": client.id, "user": self.user, "redirect_uri": CALLBACK,
            "scope": "openid offline_access",
        });
        let without = |call: &'static str| {
            let about = about.clone();
            async move { control(emulator, "default", call, about).await.json() }
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = ("grant_type", grant.as_str());
        match grant {
            Grant::AuthorizationCode => {
                let code = text(&without("sign-in").await["code"]);
                client.post(emulator, self.token, &[name, ("code", &code), ("redirect_uri", CALLBACK)]).await
            }
            Grant::RefreshToken => {
                let refresh = text(&without("tokens").await["refresh_token"]);
                client.post(emulator, self.token, &[name, ("refresh_token", &refresh)]).await
            }
            Grant::ClientCredentials => {
                let scope = if self.vendor == "monocloud" { "read" } else { "openid" };
                client.post(emulator, self.token, &[name, ("scope", scope)]).await
            }
            Grant::Password => {
                let pairs = [name, ("username", "ada.active@example.com"), ("password", PASSWORD), ("scope", "openid")];
                client.post(emulator, self.token, &pairs).await
            }
            Grant::DeviceCode => {
                let waiting = client.post(emulator, self.device, &[("scope", "openid")]).await;
                let Some(code) = waiting.json()["device_code"].as_str().map(str::to_owned) else { return waiting };
                self.approve(emulator, waiting.json()["user_code"].as_str().expect("a code")).await;
                client.post(emulator, self.token, &[name, ("device_code", &code)]).await
            }
            Grant::JwtBearer => {
                let machine =
                    Client { id: "machine-service-account".to_owned(), key: Some(Key::published()), ..client.public() };
                let pairs = [name, ("assertion", &*machine.assertion()), ("scope", "openid")];
                crate::sign_in::form(self.token, &pairs).send(emulator).await
            }
            Grant::TokenExchange => {
                let access = text(&without("tokens").await["access_token"]);
                let kind = ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
                client.post(emulator, self.token, &[name, ("subject_token", &access), kind]).await
            }
            Grant::Implicit if client.auth == ClientAuth::None => {
                let pairs = [("client_id", &*client.id), ("redirect_uri", CALLBACK), ("response_type", "id_token")];
                let more = [("scope", "openid"), ("nonce", "n"), ("fauxidp_user", self.user)];
                let query =
                    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(more).finish();
                Ask::new("GET", &format!("{}?{query}", self.authorize)).send(emulator).await
            }
            Grant::Implicit => client.post(emulator, self.token, &[name, ("scope", "openid")]).await,
        }
    }

    /// The user of a device approves it on the page.
    async fn approve(&self, emulator: &Emulator, user_code: &str) {
        let mut browser = Browser::default();
        let path = if self.vendor == "monocloud" { "/monocloud/device" } else { "/device" };
        let mut page = browser.get(emulator, &format!("{path}?user_code={user_code}")).await;
        while let Some(location) = page.header("location").map(str::to_owned) {
            page = browser.get(emulator, &location).await;
        }
        let done = browser.press(emulator, &page, "fauxidp_user", self.user).await;
        assert!(done.status < 400, "{}", done.text());
    }
}

impl Client {
    /// The same without any proof.
    fn public(&self) -> Self {
        let (id, secret, issuer) = (self.id.clone(), self.secret.clone(), self.issuer.clone());
        Self { id, secret, issuer, auth: ClientAuth::None, key: None }
    }
}

/// MonoCloud, at which two applications may use every grant: one that shows who it is, and one that does not.
async fn monocloud() -> Emulator {
    let secret = |kind: &str, value: &str| json!({ "id": kind, "type": kind, "creation_time": 1, "last_updated": 1, "secret_value": value });
    let secrets = [
        secret("shared_secret", "a shared secret"),
        secret("jwt_assertion_shared_secret", "a shared secret"),
        secret("jwk", &Key::published().jwk()),
    ];
    emulator_with("granted", |seed| {
        for index in 0..2 {
            let application = &mut seed["applications"][index];
            application["allowed_grant_types"] = json!([
                "authorization_code",
                "implicit",
                "client_credentials",
                "resource_owner_password",
                "device_code",
            ]);
            application["require_pkce"] = false.into();
            application["redirect_uris"] = json!([CALLBACK]);
        }
        seed["applications"][0]["fauxidp"]["secrets"] = json!(secrets);
    })
    .await
}

fn at_monocloud(auth: ClientAuth) -> Client {
    let id = if auth == ClientAuth::None { "monocloud-spa" } else { "monocloud-web" };
    let (secret, key) = ("a shared secret".to_owned(), Some(Key::published()));
    Client { id: id.to_owned(), secret, auth, key, issuer: format!("http://{HOST}/monocloud") }
}

/// An application of ZITADEL that may use every grant and shows who it is in that way.
async fn at_zitadel(emulator: &Emulator, auth: ClientAuth, grant: Grant) -> Client {
    let issuer = format!("http://{HOST}");
    if grant == Grant::ClientCredentials {
        // That is for machines.
        let (id, secret) = match auth {
            ClientAuth::PrivateKeyJwt => ("machine-service-account", ""),
            _ => ("machine-with-secret", "machine-secret"),
        };
        return Client { id: id.to_owned(), secret: secret.to_owned(), auth, key: Some(Key::published()), issuer };
    }
    let api = |path: String, body: Value| {
        let ask = Ask::new("POST", &format!("/management/v1/projects/{PROJECT}/{path}"));
        ask.header("authorization", "Bearer zitadel-admin").body(body.to_string())
    };
    let method = match auth {
        ClientAuth::Basic | ClientAuth::SecretJwt => "BASIC",
        ClientAuth::Post => "POST",
        ClientAuth::PrivateKeyJwt => "PRIVATE_KEY_JWT",
        ClientAuth::None => "NONE",
    };
    let grants = ["AUTHORIZATION_CODE", "IMPLICIT", "REFRESH_TOKEN", "DEVICE_CODE", "TOKEN_EXCHANGE"];
    let grants: Vec<_> = grants.iter().map(|grant| format!("OIDC_GRANT_TYPE_{grant}")).collect();
    let made = json!({
        "name": format!("{} {}", auth.as_str(), grant.as_str()), "redirectUris": [CALLBACK], "devMode": true,
        "responseTypes": ["OIDC_RESPONSE_TYPE_CODE", "OIDC_RESPONSE_TYPE_ID_TOKEN"], "grantTypes": grants,
        "authMethodType": format!("OIDC_AUTH_METHOD_TYPE_{method}"),
    });
    let made = api("apps/oidc".to_owned(), made).send(emulator).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json();
    let text = |member: &str| made[member].as_str().unwrap_or_default().to_owned();
    let mut key = None;
    if auth == ClientAuth::PrivateKeyJwt {
        let asked = json!({ "type": "KEY_TYPE_JSON", "expirationDate": "2031-01-01T00:00:00Z" });
        let added = api(format!("apps/{}/keys", text("appId")), asked).send(emulator).await.json();
        let file = STANDARD.decode(added["keyDetails"].as_str().expect("a file")).expect("base64");
        let file: Value = serde_json::from_slice(&file).expect("JSON");
        key = Some(Key::of(file["keyId"].as_str().expect("an id"), file["key"].as_str().expect("a key")));
    }
    Client { id: text("clientId"), secret: text("clientSecret"), auth, key, issuer }
}

/// Whether an answer brings a token.
fn is_granted(answer: &Answer) -> bool {
    match answer.status {
        200 => answer.json()["access_token"].is_string(),
        302 => {
            answer.header("location").is_some_and(|location| location.contains("#") && location.contains("id_token="))
        }
        _ => false,
    }
}

#[tokio::test]
async fn what_the_table_has_is_granted_and_nothing_else() {
    let emulators = [monocloud().await, crate::wire::emulator().await];
    let mut granted = 0;
    for (provider, emulator) in [MONOCLOUD, ZITADEL].iter().zip(&emulators) {
        let info = VendorSet::built_in().infos().find(|info| info.name == provider.vendor).expect("a vendor");
        let served = info.grants.expect("it has grants");
        for grant in Grant::ALL {
            for auth in ClientAuth::ALL {
                // What comes beside the assertion of a machine is not looked at.
                if grant == Grant::JwtBearer && auth != ClientAuth::None {
                    continue;
                }
                let client = match provider.vendor {
                    "monocloud" => at_monocloud(auth),
                    _ => at_zitadel(emulator, auth, grant).await,
                };
                let answer = provider.attempt(emulator, &client, grant).await;
                let about = format!("{}: {} by {}", provider.vendor, grant.as_str(), auth.as_str());
                assert_eq!(is_granted(&answer), served.has(grant, auth), "{about}: {answer:?}");
                assert!(answer.status < 500, "{about}: {answer:?}");
                granted += usize::from(served.has(grant, auth));
            }
        }
    }
    assert_eq!(granted, 25 + 20, "every cell of the table");
}
