//! People sign in at a provider: what one fixture cannot show, such as many browsers, worlds and calls at once.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fauxidp::{Config, Emulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::browser::{Browser, redirected};
use crate::fixture::root;
use crate::wire::{self, Answer, Ask};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";

pub fn form(path: &str, pairs: &[(&str, &str)]) -> Ask {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ask::new("POST", path).header("content-type", "application/x-www-form-urlencoded").body(body)
}

fn authorize(prefix: &str, client_id: &str, more: &[(&str, &str)]) -> String {
    let pairs = [("client_id", client_id), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid")];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(more).finish();
    format!("{prefix}/monocloud/connect/authorize?{query}")
}

pub async fn control(emulator: &Emulator, world: &str, call: &str, body: Value) -> Answer {
    Ask::new("POST", &format!("/__fauxidp/worlds/{world}/{call}")).body(body.to_string()).send(emulator).await
}

pub async fn tokens(emulator: &Emulator, world: &str, more: Value) -> Value {
    let mut body = json!({ "vendor": "monocloud", "client_id": "monocloud-web", "user": "user-active" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let answer = control(emulator, world, "tokens", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

pub fn claims(token: &Value) -> Value {
    let claims = token.as_str().expect("a text").split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON")
}

async fn redeem(emulator: &Emulator, path: &str, client_id: &str, code: &str) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("client_id", client_id),
        ("client_secret", "monocloud-web-secret"),
    ];
    form(&format!("{path}/monocloud/connect/token"), &pairs).send(emulator).await
}

#[tokio::test]
async fn one_browser_is_signed_in_in_each_of_many_worlds_and_no_session_is_seen_elsewhere() {
    let emulator = wire::emulator().await;
    let mut browser = Browser::default();
    let users = ["user-active", "user-with-password", "user-in-groups", "user-with-sessions"];
    for n in 0..20 {
        let (world, user) = (format!("w{n}"), users[n % users.len()]);
        // The world by a prefix, or by a suffix of the application's id: then the pages are below the prefix all the same.
        let (prefix, client_id) = match n % 2 {
            0 => (format!("/~{world}"), "monocloud-web".to_owned()),
            _ => (String::new(), format!("monocloud-web~{world}")),
        };
        let silent = browser.get(&emulator, &authorize(&prefix, &client_id, &[("prompt", "none")])).await;
        let silent = match redirected(&silent, "request") {
            Some(_) => browser.get(&emulator, silent.header("location").expect("it redirects")).await,
            None => silent,
        };
        assert_eq!(redirected(&silent, "error").as_deref(), Some("login_required"), "{world}");
        let begun = browser.get(&emulator, &authorize(&prefix, &client_id, &[("nonce", "n")])).await;
        let page = browser.get(&emulator, begun.header("location").expect("it redirects")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let unmade = Ask::new("GET", &format!("/__fauxidp/worlds/{world}")).send(&emulator).await;
        assert_eq!(unmade.status, 404, "nobody signed in yet");
        let done = browser.press(&emulator, &page, "fauxidp_user", user).await;
        let code = redirected(&done, "code").unwrap_or_else(|| panic!("{}", done.text()));
        assert!(code.ends_with(&format!("~{world}")), "{code}");
        let granted = redeem(&emulator, &prefix, &client_id, &code).await.json();
        let id_token = claims(&granted["id_token"]);
        assert_eq!((&id_token["sub"], &id_token["aud"]), (&json!(user), &json!(client_id)), "{granted}");
        let issuer = id_token["iss"].as_str().expect("an issuer");
        assert!(issuer.ends_with(&format!("{prefix}/monocloud")), "as it was asked: {issuer}");
        // Its access token counts there alone.
        let bearer = format!("Bearer {}", granted["access_token"].as_str().expect("a token"));
        let elsewhere = Ask::new("GET", "/~other/monocloud/connect/userinfo").header("authorization", &bearer);
        assert!(elsewhere.send(&emulator).await.status >= 400);
    }
    assert_eq!(browser.cookies.len(), 20);
    for n in 0..20 {
        let path = authorize(&format!("/~w{n}"), "monocloud-web", &[("prompt", "none")]);
        let answer = browser.get(&emulator, &path).await;
        let granted =
            redeem(&emulator, "", "monocloud-web", &redirected(&answer, "code").expect("a code")).await.json();
        assert_eq!(claims(&granted["id_token"])["sub"], users[n % users.len()]);
    }
}

#[tokio::test]
async fn another_user_in_the_same_browser_ends_the_session_before() {
    let emulator = wire::emulator().await;
    let mut browser = Browser::default();
    for user in ["user-active", "user-active", "user-in-groups"] {
        browser.get(&emulator, &authorize("", "monocloud-web", &[("fauxidp_user", user)])).await;
    }
    for (user, sessions) in [("user-active", 0), ("user-in-groups", 1)] {
        let ask = Ask::new("GET", &format!("/api/users/{user}/sessions")).header("x-api-key", "monocloud-admin");
        assert_eq!(ask.send(&emulator).await.json().as_array().expect("a list").len(), sessions, "{user}");
    }
}

#[tokio::test]
async fn of_many_calls_at_once_one_uses_a_code_and_one_a_refresh_token() {
    let emulator = Arc::new(wire::emulator().await);
    let body = json!({ "vendor": "monocloud", "client_id": "monocloud-web", "user": "user-active" });
    let code = control(&emulator, "default", "sign-in", body).await.json()["code"].as_str().expect("a code").to_owned();
    let at_once = |path: Vec<(&'static str, String)>| {
        let emulator = Arc::clone(&emulator);
        async move {
            let calls: Vec<_> = (0..16)
                .map(|_| {
                    let (emulator, pairs) = (Arc::clone(&emulator), path.clone());
                    tokio::spawn(async move {
                        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
                        form("/monocloud/connect/token", &pairs).send(&emulator).await
                    })
                })
                .collect();
            let mut granted = Vec::new();
            for call in calls {
                let answer = call.await.expect("no panic");
                match answer.status {
                    200 => granted.push(answer.json()),
                    _ => assert_eq!(answer.json()["error"], "invalid_grant"),
                }
            }
            assert_eq!(granted.len(), 1);
            granted.remove(0)
        }
    };
    let client = [("client_id", "monocloud-web".to_owned()), ("client_secret", "monocloud-web-secret".to_owned())];
    let by_code =
        [("grant_type", "authorization_code".to_owned()), ("code", code), ("redirect_uri", CALLBACK.to_owned())];
    let granted = at_once([&client[..], &by_code].concat()).await;
    let refresh = granted["refresh_token"].as_str().expect("a refresh token").to_owned();
    at_once([&client[..], &[("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh)]].concat()).await;
}

/// Waits for one request and returns its body.
async fn delivered(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut text = Vec::new();
    loop {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.expect("it reads");
        text.extend_from_slice(&part[..read]);
        let whole = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("it writes");
            return body.to_owned();
        }
    }
}

/// An emulator with another seed.
pub async fn emulator_with(name: &str, change: impl FnOnce(&mut Value)) -> Emulator {
    let path = root().join("fixtures/seed/monocloud.json");
    let mut seed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    change(&mut seed);
    let folder = std::env::temp_dir().join(format!("fauxidp-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("monocloud.json"), seed.to_string()).expect("it is written");
    let emulator = Emulator::start_with(Config { fixtures: Some(folder.clone()), ..wire::config() }).await;
    std::fs::remove_dir_all(&folder).expect("removed");
    emulator.expect("the seed fits")
}

#[tokio::test]
async fn whatever_ends_a_session_tells_its_applications() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let uri = format!("http://{}/logout", listener.local_addr().expect("an address"));
    // An application that wants to be told of the end of sessions.
    let tells = |seed: &mut Value| seed["applications"][0]["back_channel_logout_uri"] = uri.into();
    let emulator = emulator_with("logout", tells).await;
    let key = |ask: Ask| ask.header("x-api-key", "monocloud-admin");
    let revoked = r#"{"revoke_sessions": true}"#;
    for (n, fault) in [None, None, None, None, Some("with-nonce"), Some("no-events")].into_iter().enumerate() {
        control(&emulator, "default", "reset", json!({})).await;
        let body = json!({ "vendor": "monocloud", "client_id": "monocloud-web", "user": "user-active" });
        let done = control(&emulator, "default", "sign-in", body).await.json();
        let session = done["session_id"].as_str().expect("an id").to_owned();
        let cookie = &done["cookies"][0];
        let cookie =
            format!("{}={}", cookie["name"].as_str().expect("a name"), cookie["value"].as_str().expect("a value"));
        let mut ask = match n {
            0 => Ask::new("GET", "/monocloud/connect/endsession").header("cookie", &cookie),
            1 => key(Ask::new("DELETE", &format!("/api/users/user-active/sessions/{session}"))),
            2 => key(Ask::new("DELETE", "/api/users/user-active")),
            _ => key(Ask::new("POST", "/api/users/user-active/disable").body(revoked)),
        };
        if let Some(defect) = fault {
            ask = ask.header("x-fault", &format!("token;defect={defect}"));
        }
        let (answer, body) = tokio::join!(ask.send(&emulator), delivered(&listener));
        assert!(answer.status < 300, "{}", answer.text());
        let token = body.strip_prefix("logout_token=").expect("the only member");
        let logout = claims(&token.into());
        assert_eq!((&logout["sub"], &logout["aud"]), (&json!("user-active"), &json!("monocloud-web")));
        assert_eq!(logout["sid"], session);
        assert!(logout["iss"].as_str().expect("an issuer").ends_with("/monocloud"));
        assert_eq!(logout.get("nonce").is_some(), fault == Some("with-nonce"));
        assert_eq!(logout.get("events").is_none(), fault == Some("no-events"));
    }
}

#[tokio::test]
async fn a_defect_is_the_only_difference_of_a_token() {
    let emulator = wire::emulator().await;
    let issued = |defect: Option<&'static str>| {
        let emulator = &emulator;
        async move {
            control(emulator, "default", "reset", json!({})).await;
            let more = match defect {
                Some(defect) => json!({ "nonce": "n", "defect": defect }),
                None => json!({ "nonce": "n" }),
            };
            tokens(emulator, "default", more).await
        }
    };
    let (right, again) = (issued(None).await, issued(None).await);
    assert_eq!(right, again, "the clock is frozen and the ids begin anew");
    for (defect, member) in [
        ("expired", "exp"),
        ("wrong-issuer", "iss"),
        ("no-audience", "aud"),
        ("wrong-nonce", "nonce"),
        ("wrong-at-hash", "at_hash"),
        ("no-subject", "sub"),
    ] {
        let (right, wrong) = (claims(&right["id_token"]), claims(&issued(Some(defect)).await["id_token"]));
        let (right, wrong) = (right.as_object().expect("claims"), wrong.as_object().expect("claims"));
        let differing: Vec<_> = right.keys().filter(|name| right.get(*name) != wrong.get(*name)).collect();
        // Where the access token is wrong, too, its hash is another one.
        let differing: Vec<_> = differing.into_iter().filter(|name| *name == member || *name != "at_hash").collect();
        assert_eq!(differing, [member], "{defect}");
    }
}

#[tokio::test]
async fn what_a_provider_keeps_round_trips_in_a_state() {
    let emulator = wire::emulator().await;
    let mut browser = Browser::default();
    browser.get(&emulator, &authorize("", "monocloud-web", &[("fauxidp_user", "user-active")])).await;
    tokens(&emulator, "default", json!({})).await;
    form("/monocloud/connect/deviceauthorization", &[("client_id", "monocloud-device"), ("scope", "openid")])
        .send(&emulator)
        .await;
    let pushed = [("client_id", "monocloud-web"), ("client_secret", "monocloud-web-secret"), ("scope", "openid")];
    let more = [("redirect_uri", CALLBACK), ("response_type", "code")];
    let pushed = form("/monocloud/connect/par", &[&pushed[..], &more].concat()).send(&emulator).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    control(&emulator, "default", "keys", json!({ "vendor": "monocloud", "rotate": true })).await;
    let state = |world: &str| Ask::new("GET", &format!("/__fauxidp/worlds/{world}/state"));
    let before = state("default").send(&emulator).await;
    let put = Ask::new("PUT", "/__fauxidp/worlds/default/state").body(before.body.clone()).send(&emulator).await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert!(state("default").send(&emulator).await.body == before.body);
    // The seed has a code already.
    for (member, count) in [("codes", 2), ("refresh_tokens", 1), ("device_codes", 1), ("pushed_requests", 1)] {
        let kept = &before.json()["vendors"]["monocloud"][member];
        assert_eq!(kept.as_array().expect("a list").len(), count, "{member}");
    }
    let silent = browser.get(&emulator, &authorize("", "monocloud-web", &[("prompt", "none")])).await;
    assert!(redirected(&silent, "code").is_some(), "the session goes on");
}

/// A token by which a client shows who it is.
fn assertion(algorithm: &str, client_id: &str, audience: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    // The clock stands at the start of 2030.
    let claims =
        json!({ "iss": client_id, "sub": client_id, "aud": audience, "iat": 1_893_456_000, "exp": 1_893_456_060 });
    let coded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", coded(json!({ "alg": algorithm })), coded(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sign(signed.as_bytes())))
}

#[tokio::test]
async fn a_client_shows_who_it_is_by_a_token_that_it_signs() {
    let path = root().join("fixtures/keys/zitadel-machine-service-account.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let pem = pem::parse(file["key"].as_str().expect("a key")).expect("PEM");
    let pair = ring::rsa::KeyPair::from_der(pem.contents()).expect("an RSA key");
    let public: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
    let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e) });
    let secret = |kind: &str, value: &str| json!({ "id": kind, "type": kind, "creation_time": 1, "last_updated": 1, "secret_value": value });
    let emulator = emulator_with("assertion", |seed| {
        let secrets = [secret("jwk", &jwk.to_string()), secret("jwt_assertion_shared_secret", "a shared secret")];
        seed["applications"][2]["fauxidp"]["secrets"] = json!(secrets);
    })
    .await;
    let configuration = Ask::new("GET", "/monocloud/.well-known/openid-configuration").send(&emulator).await.json();
    let issuer = configuration["issuer"].as_str().expect("an issuer").to_owned();
    let by_key = |text: &[u8]| {
        let mut signature = vec![0; pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        pair.sign(&ring::signature::RSA_PKCS1_SHA256, &random, text, &mut signature).expect("it signs");
        signature
    };
    let by_secret = |secret: &'static [u8]| {
        move |text: &[u8]| {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
            ring::hmac::sign(&key, text).as_ref().to_vec()
        }
    };
    let id = "monocloud-m2m";
    for (assertion, status) in [
        (assertion("RS256", id, &issuer, by_key), 200),
        (assertion("RS256", id, &format!("{issuer}/connect/token"), by_key), 200),
        (assertion("HS256", id, &issuer, by_secret(b"a shared secret")), 200),
        (assertion("HS256", id, &issuer, by_secret(b"another secret")), 400),
        (assertion("RS256", id, "https://elsewhere.example", by_key), 400),
        (assertion("RS256", "monocloud-web", &issuer, by_key), 400),
        (assertion("none", id, &issuer, |_| Vec::new()), 400),
    ] {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let pairs = [("grant_type", "client_credentials"), ("client_assertion_type", kind)];
        let answer = form("/monocloud/connect/token", &[&pairs[..], &[("client_assertion", &assertion)]].concat());
        let answer = answer.send(&emulator).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
