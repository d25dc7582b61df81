//! What leaves the server by itself: it is listed, rules make it go wrong, and a start says where it may go. Told by
//! the back-channel logouts of a provider, to a listener of the test's own.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fauxidp::{Config, DeliverTo, Emulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::fixture::root;
use crate::wire::{self, Answer, Ask};

/// Somebody who takes what is delivered.
pub struct Receiver {
    pub url: String,
    bodies: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    /// Answers every request with that status.
    pub async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/logout?key=abcdefgh", listener.local_addr().expect("an address"));
        let (sender, bodies) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut text = String::new();
                let body = loop {
                    let mut part = [0; 4_096];
                    let read = stream.read(&mut part).await.expect("it reads");
                    text += std::str::from_utf8(&part[..read]).expect("text");
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                        break body.to_owned();
                    }
                };
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.expect("it writes");
                if sender.send(body).is_err() {
                    return;
                }
            }
        });
        Self { url, bodies }
    }

    /// What came so far.
    pub fn taken(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.bodies.try_recv().ok()).collect()
    }
}

/// An emulator at which two applications want to be told of the end of sessions.
pub async fn emulator(url: &str, config: Config) -> Emulator {
    let path = root().join("fixtures/seed/monocloud.json");
    let mut seed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    for application in 0..2 {
        seed["applications"][application]["back_channel_logout_uri"] = url.into();
    }
    let folder = std::env::temp_dir().join(format!("fauxidp-deliveries-{}-{}", std::process::id(), url.len()));
    let folder = folder.join(url.bytes().map(char::from).filter(char::is_ascii_digit).collect::<String>());
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("monocloud.json"), seed.to_string()).expect("it is written");
    let emulator = Emulator::start_with(Config { fixtures: Some(folder.clone()), ..config }).await;
    std::fs::remove_dir_all(&folder).expect("removed");
    emulator.expect("the seed fits")
}

pub async fn control(emulator: &Emulator, call: &str, body: Value) -> Answer {
    Ask::new("POST", &format!("/__fauxidp/worlds/default/{call}")).body(body.to_string()).send(emulator).await
}

/// Signs a user in at an application, and ends the user's sessions.
async fn end_sessions(emulator: &Emulator, user: &str, client_ids: &[&str]) {
    for client_id in client_ids {
        let body = json!({ "vendor": "monocloud", "client_id": client_id, "user": user });
        let done = control(emulator, "sign-in", body).await;
        assert_eq!(done.status, 200, "{}", done.text());
    }
    let disable = Ask::new("POST", &format!("/api/users/{user}/disable")).header("x-api-key", "monocloud-admin");
    assert_eq!(disable.body(r#"{"revoke_sessions": true}"#).send(emulator).await.status, 200);
}

/// What was delivered, once it is over.
pub async fn deliveries(emulator: &Emulator) -> Vec<Value> {
    let answer = Ask::new("GET", "/__fauxidp/worlds/default/deliveries?wait_ms=20000").send(emulator).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["deliveries"].as_array().expect("a list").clone()
}

/// What a logout token says.
pub fn claims(body: &str) -> Value {
    let claims = body.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON")
}

async fn rule(emulator: &Emulator, fault: &str) {
    control(emulator, "reset", json!({})).await;
    let body = json!({ "fault": fault, "match": { "operation": "deliver_logout" } });
    let added = control(emulator, "faults", body).await;
    assert_eq!(added.status, 201, "{}", added.text());
}

#[tokio::test]
async fn what_was_delivered_is_listed_without_secrets() {
    let mut receiver = Receiver::start("204 No Content").await;
    let emulator = emulator(&receiver.url, wire::config()).await;
    assert_eq!(deliveries(&emulator).await, [] as [Value; 0]);
    end_sessions(&emulator, "user-active", &["monocloud-web"]).await;
    let listed = deliveries(&emulator).await;
    let [one] = &*listed else { panic!("{listed:?}") };
    assert_eq!(receiver.taken().len(), 1);
    let url = receiver.url.replace("abcdefgh", "abcd…");
    let body = one["body"].as_str().expect("a text").to_owned();
    assert!(body.starts_with("logout_token=eyJ") && body.ends_with('…'), "{body}");
    let expected = json!({
        "n": 1, "at": wire::NOW, "vendor": "monocloud", "operation": "deliver_logout", "user": "user-active",
        "url": url, "body": body, "fault": null, "state": "answered", "status": 204, "sent": 1,
    });
    assert_eq!(*one, expected);
    control(&emulator, "reset", json!({})).await;
    assert_eq!(deliveries(&emulator).await, [] as [Value; 0]);
}

#[tokio::test]
async fn rules_make_deliveries_go_wrong() {
    let mut receiver = Receiver::start("200 OK").await;
    let emulator = emulator(&receiver.url, wire::config()).await;
    let both = ["monocloud-web", "monocloud-spa"];
    rule(&emulator, "duplicate").await;
    end_sessions(&emulator, "user-active", &both[..1]).await;
    let listed = deliveries(&emulator).await;
    assert_eq!((&listed[0]["sent"], &listed[0]["fault"]), (&json!(2), &json!("duplicate;source=rule;n=1")));
    let taken = receiver.taken();
    assert_eq!((taken.len(), &taken[0]), (2, &taken[1]));

    rule(&emulator, "drop;first=1").await;
    end_sessions(&emulator, "user-active", &both[..1]).await;
    end_sessions(&emulator, "user-in-groups", &both[..1]).await;
    let states: Vec<_> = deliveries(&emulator).await.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["dropped", "answered"]);
    assert_eq!(receiver.taken().len(), 1);

    control(&emulator, "reset", json!({})).await;
    end_sessions(&emulator, "user-active", &both[..1]).await;
    deliveries(&emulator).await;
    let right = receiver.taken().remove(0);
    rule(&emulator, "bad-signature").await;
    end_sessions(&emulator, "user-active", &both[..1]).await;
    deliveries(&emulator).await;
    let wrong = receiver.taken().remove(0);
    let differing = right.bytes().zip(wrong.bytes()).filter(|(right, wrong)| right != wrong).count();
    assert_eq!((right.len(), differing), (wrong.len(), 1));
    assert_eq!(right.rsplit_once('.').map(|(signed, _)| signed), wrong.rsplit_once('.').map(|(signed, _)| signed));

    rule(&emulator, "delay;ms=300").await;
    let began = Instant::now();
    end_sessions(&emulator, "user-active", &both[..1]).await;
    let pending = Ask::new("GET", "/__fauxidp/worlds/default/deliveries").send(&emulator).await.json();
    assert_eq!(pending["deliveries"][0]["state"], "pending");
    assert_eq!(deliveries(&emulator).await[0]["state"], "answered");
    assert!(began.elapsed() >= Duration::from_millis(300));
    receiver.taken();

    // Of one call's deliveries the first comes last; of one alone, the next call's overtakes it.
    let audiences = |taken: Vec<String>| taken.iter().map(|body| claims(body)["aud"].clone()).collect::<Vec<_>>();
    rule(&emulator, "reorder;first=1").await;
    end_sessions(&emulator, "user-active", &both).await;
    deliveries(&emulator).await;
    assert_eq!(audiences(receiver.taken()), ["monocloud-spa", "monocloud-web"]);
    rule(&emulator, "reorder;first=1").await;
    end_sessions(&emulator, "user-active", &both[..1]).await;
    end_sessions(&emulator, "user-in-groups", &both[1..]).await;
    deliveries(&emulator).await;
    assert_eq!(audiences(receiver.taken()), ["monocloud-spa", "monocloud-web"]);
}

#[tokio::test]
async fn a_failed_delivery_says_why() {
    let receiver = Receiver::start("500 Internal Server Error").await;
    let emulator = emulator(&receiver.url, wire::config()).await;
    end_sessions(&emulator, "user-active", &["monocloud-web"]).await;
    assert_eq!(deliveries(&emulator).await[0]["status"], 500);
    let config = Config { deliver_to: DeliverTo::None, ..wire::config() };
    let silent = self::emulator(&receiver.url, config).await;
    end_sessions(&silent, "user-active", &["monocloud-web"]).await;
    let listed = deliveries(&silent).await;
    assert_eq!(listed[0]["state"], "failed");
    assert!(listed[0]["error"].as_str().expect("a reason").ends_with("--deliver-to none"), "{listed:?}");
}

#[tokio::test]
async fn what_no_delivery_or_no_call_can_meet_is_refused() {
    let emulator = wire::emulator().await;
    for (fault, operation, reason) in [
        ("503", "deliver_logout", "a delivery to the outside takes only delay"),
        ("drip;chunks=2;ms=1", "deliver_logout", "a delivery to the outside takes only delay"),
        ("drop", "disable_user", "this fault acts on deliveries to the outside"),
        ("drop;at=before", "deliver_logout", "at must be after"),
        ("drop", "deliver_logoff", "unknown operation"),
    ] {
        let body = json!({ "fault": fault, "match": { "operation": operation } });
        let refused = control(&emulator, "faults", body).await;
        assert_eq!(refused.status, 400, "{fault}");
        assert!(refused.text().contains(reason), "{}", refused.text());
    }
    let header = Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin");
    let refused = header.header("x-fault", "drop").send(&emulator).await;
    assert_eq!((refused.status, refused.header("x-fauxidp")), (400, Some("bad-fault")));
    // A rule for everything is for calls, and one that only deliveries can meet is for all of them.
    assert_eq!(control(&emulator, "faults", json!({ "fault": "drop" })).await.status, 201);
    let call = Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin").send(&emulator).await;
    assert_eq!(call.status, 200);
    for query in ["wait_ms=x", "wait_ms=60001", "wait=1"] {
        let path = format!("/__fauxidp/worlds/default/deliveries?{query}");
        assert_eq!(Ask::new("GET", &path).send(&emulator).await.status, 400, "{query}");
    }
    let found = Ask::new("GET", "/__fauxidp/worlds/default/requests?operation=deliver_logout").send(&emulator).await;
    assert_eq!(found.status, 400, "it is no call");
}

/// The parameter of that name of a URL.
fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

#[tokio::test]
async fn zitadel_tells_each_application_that_has_tokens_of_a_session_once() {
    let mut receiver = Receiver::start("200 OK").await;
    let set = vec!["zitadel.deny-list=none".to_owned()];
    let emulator = Emulator::start_with(Config { set, ..wire::config() }).await.expect("it starts");
    let api = |method: &str, path: &str, body: Value| {
        let ask = Ask::new(method, path).header("authorization", "Bearer zitadel-admin");
        ask.header("content-type", "application/json").body(body.to_string())
    };
    let application = json!({
        "name": "told", "redirectUris": ["https://app.example/cb"], "authMethodType": "OIDC_AUTH_METHOD_TYPE_NONE",
        "backChannelLogoutUri": receiver.url,
    });
    let added = api("POST", "/management/v1/projects/69629023906488500/apps/oidc", application).send(&emulator).await;
    assert_eq!(added.status, 200, "{}", added.text());
    let client_id = added.json()["clientId"].as_str().expect("an id").to_owned();
    let asked = json!({ "vendor": "zitadel", "client_id": client_id, "user": "human-active" });
    let signed_in = control(&emulator, "sign-in", asked).await.json();
    let session_id = signed_in["session_id"].as_str().expect("an id").to_owned();
    // Nobody has tokens of it yet.
    let other =
        control(&emulator, "sign-in", json!({ "vendor": "zitadel", "client_id": client_id, "user": "human-active" }));
    let other = other.await.json()["session_id"].as_str().expect("an id").to_owned();
    let end = |id: &str| api("DELETE", &format!("/v2/sessions/{id}"), json!({}));
    assert_eq!(end(&other).send(&emulator).await.status, 200);
    assert_eq!(deliveries(&emulator).await, [] as [Value; 0]);
    let code = parameter(signed_in["callback_url"].as_str().expect("a URL"), "code");
    let form = format!(
        "grant_type=authorization_code&client_id={client_id}&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
    );
    let token = Ask::new("POST", "/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(token.body(form).send(&emulator).await.status, 200);
    // A user who is kept out ends no session.
    let lock = api("POST", "/v2/users/human-active/lock", json!({})).send(&emulator).await;
    assert_eq!(lock.status, 200, "{}", lock.text());
    assert_eq!(deliveries(&emulator).await, [] as [Value; 0]);
    for _ in 0..2 {
        assert_eq!(end(&session_id).send(&emulator).await.status, 200);
    }
    let listed = deliveries(&emulator).await;
    let [one] = &*listed else { panic!("{listed:?}") };
    assert_eq!((&one["operation"], &one["state"]), (&json!("deliver_logout"), &json!("answered")));
    let taken = receiver.taken();
    let [body] = &*taken else { panic!("{taken:?}") };
    let claims = claims(body);
    assert_eq!((&claims["sub"], &claims["sid"]), (&json!("human-active"), &json!(session_id)));
    assert_eq!(claims["aud"], json!([client_id]));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert_eq!(claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time"), 900);
    assert!(claims["iss"].as_str().expect("a text").starts_with("http://") && claims.get("nonce").is_none());
    emulator.stop().await;
}
