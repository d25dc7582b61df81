//! Back-channel logout by the ways in which a browser signs out: an application asks for it, and the page for it. What
//! ends no session tells nobody.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::deliveries::{Receiver, claims, control, deliveries, emulator};
use crate::sign_in::form;
use crate::wire::{self, Ask};
use fauxidp::{Config, Emulator};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";

/// A browser that is signed in at an application, and what that application has.
struct SignedIn {
    browser: Browser,
    client_id: String,
    session_id: String,
    id_token: String,
}

/// Signs somebody in, and redeems the code.
async fn sign_in(emulator: &Emulator, vendor: &str, client_id: &str, user: &str, token_path: &str) -> SignedIn {
    let asked = json!({ "vendor": vendor, "client_id": client_id, "user": user, "redirect_uri": CALLBACK });
    let done = control(emulator, "sign-in", asked).await.json();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{done}")).to_owned();
    let mut browser = Browser::default();
    let cookie = &done["cookies"][0];
    browser.cookies.insert((text(&cookie["name"]), text(&cookie["path"])), text(&cookie["value"]));
    let code = text(&done["code"]);
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("client_id", client_id),
        ("client_secret", "monocloud-web-secret"),
    ];
    let granted = form(token_path, &pairs).send(emulator).await.json();
    let id_token = granted["id_token"].as_str().unwrap_or_else(|| panic!("{granted}")).to_owned();
    SignedIn { browser, client_id: client_id.to_owned(), session_id: text(&done["session_id"]), id_token }
}

/// A browser's call by which somebody signs out.
fn ask(method: &str, path: &str, pairs: &[(&str, &str)]) -> Ask {
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    match method {
        "GET" => Ask::new(method, &format!("{path}?{text}")),
        _ => form(path, pairs),
    }
}

/// What a receiver learnt: one token, about this session and its application.
async fn told(emulator: &Emulator, receiver: &mut Receiver, signed_in: &SignedIn, user: &str, about: &str) {
    let listed = deliveries(emulator).await;
    assert_eq!(listed.len(), 1, "{about}: {listed:?}");
    assert_eq!(
        (&listed[0]["operation"], &listed[0]["state"]),
        (&json!("deliver_logout"), &json!("answered")),
        "{about}"
    );
    let taken = receiver.taken();
    let [body] = &*taken else { panic!("{about}: {taken:?}") };
    let claims = claims(body);
    assert_eq!((&claims["sub"], &claims["sid"]), (&json!(user), &json!(signed_in.session_id)), "{about}");
    let audience = claims["aud"].as_str().or(claims["aud"][0].as_str());
    assert_eq!(audience, Some(&*signed_in.client_id), "{about}");
    assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object(), "{about}");
    assert!(claims.get("nonce").is_none() && claims["iat"].is_number() && claims["jti"].is_string(), "{about}");
}

#[tokio::test]
async fn monocloud_tells_the_application_whose_user_signs_out() {
    let mut receiver = Receiver::start("204 No Content").await;
    let emulator = emulator(&receiver.url, wire::config()).await;
    let (user, path) = ("user-active", "/monocloud/connect/endsession");
    for method in ["GET", "POST"] {
        for has_hint in [true, false] {
            control(&emulator, "reset", json!({})).await;
            let mut signed_in =
                sign_in(&emulator, "monocloud", "monocloud-web", user, "/monocloud/connect/token").await;
            let hint = [
                ("id_token_hint", signed_in.id_token.clone()),
                ("post_logout_redirect_uri", "http://localhost:3000".into()),
            ];
            let pairs: Vec<_> = hint.iter().filter(|_| has_hint).map(|(name, value)| (*name, &**value)).collect();
            // Without the browser that is signed in nothing ends.
            ask(method, path, &pairs).send(&emulator).await;
            assert_eq!(deliveries(&emulator).await, [] as [Value; 0]);
            let done = signed_in.browser.ask(&emulator, ask(method, path, &pairs)).await;
            assert_eq!(done.status, if has_hint { 302 } else { 200 }, "{}", done.text());
            told(&emulator, &mut receiver, &signed_in, user, &format!("{method}, {has_hint}")).await;
            assert!(signed_in.browser.cookies.is_empty(), "the cookie is gone");
            // Once more there is nothing to end.
            signed_in.browser.ask(&emulator, ask(method, path, &pairs)).await;
            assert_eq!(deliveries(&emulator).await.len(), 1);
        }
    }
}

/// An application of ZITADEL that wants to be told.
async fn application(emulator: &Emulator, url: &str) -> String {
    let application = json!({
        "name": "told", "redirectUris": [CALLBACK], "authMethodType": "OIDC_AUTH_METHOD_TYPE_NONE", "devMode": true,
        "backChannelLogoutUri": url, "postLogoutRedirectUris": ["http://localhost:3000/"],
    });
    let added = Ask::new("POST", "/management/v1/projects/69629023906488500/apps/oidc")
        .header("authorization", "Bearer zitadel-admin")
        .body(application.to_string())
        .send(emulator)
        .await;
    added.json()["clientId"].as_str().unwrap_or_else(|| panic!("{}", added.text())).to_owned()
}

#[tokio::test]
async fn zitadel_tells_the_application_whose_user_signs_out() {
    let mut receiver = Receiver::start("200 OK").await;
    let set = vec!["zitadel.deny-list=none".to_owned()];
    let emulator = Emulator::start_with(Config { set, ..wire::config() }).await.expect("it starts");
    let user = "human-active";
    for way in ["GET", "POST", "page"] {
        control(&emulator, "reset", json!({})).await;
        let client_id = application(&emulator, &receiver.url).await;
        let mut signed_in = sign_in(&emulator, "zitadel", &client_id, user, "/oauth/v2/token").await;
        let to = ("post_logout_redirect_uri", "http://localhost:3000/");
        if way == "page" {
            // Without a hint the newer page is asked, which signs out who is signed in there.
            let question = Ask::new("GET", &format!("/oidc/v1/end_session?client_id={client_id}"))
                .header("x-zitadel-login-client", "x")
                .send(&emulator)
                .await;
            let page = question.header("location").expect("it redirects").to_owned();
            assert!(page.starts_with("/ui/v2/login/logout?") || page.contains("/ui/v2/login/logout?"), "{page}");
            assert_eq!(deliveries(&emulator).await, [] as [Value; 0], "nothing has ended yet");
            let path = page.strip_prefix(&format!("http://{}", wire::HOST)).unwrap_or(&page).to_owned();
            Browser::default().get(&emulator, &path).await;
            assert_eq!(deliveries(&emulator).await, [] as [Value; 0], "nobody is signed in there");
            let done = signed_in.browser.get(&emulator, &path).await;
            assert!(done.status < 400, "{}", done.text());
        } else {
            let wrong = [("id_token_hint", "x.y.z"), to];
            assert_eq!(ask(way, "/oidc/v1/end_session", &wrong).send(&emulator).await.status, 400);
            assert_eq!(deliveries(&emulator).await, [] as [Value; 0], "a hint that is none ends nothing");
            let pairs = [("id_token_hint", &*signed_in.id_token), to];
            let done = ask(way, "/oidc/v1/end_session", &pairs).send(&emulator).await;
            assert_eq!(done.status, 302, "{}", done.text());
        }
        told(&emulator, &mut receiver, &signed_in, user, way).await;
    }
    emulator.stop().await;
}
