//! jitsudo redeems a code at a provider outside: another server, one that is down or slow, and this one by other names.

use std::time::Duration;

use fauxidp::{Config, DeliverTo, Emulator, Limits};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::wire::{self, Answer, Ask};

const REDIRECT_URI: &str = "http://localhost:3000/api/auth/callback";
const TENANT: &str = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";

/// Points the tenant at a provider.
async fn point(emulator: &Emulator, issuer: &str) {
    let body = json!({ "issuer_url": issuer, "client_id": "monocloud-web", "client_secret": "monocloud-web-secret" });
    let ask = Ask::new("PUT", "/v1/oidc-config").header("x-api-key", "jitsudo-key").header("x-tenant-id", TENANT);
    assert_eq!(ask.body(body.to_string()).send(emulator).await.status, 200);
}

/// A code of Ada's for the issuer's host, from a server.
async fn code(provider: &Emulator, host: &str) -> String {
    let body = json!({ "vendor": "monocloud", "client_id": "monocloud-web", "user": "user-active" });
    let ask = Ask::new("POST", "/__fauxidp/worlds/default/sign-in").header("host", host);
    let answer = ask.body(body.to_string()).send(provider).await;
    answer.json()["code"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

async fn callback(emulator: &Emulator, code: &str) -> Answer {
    let body = json!({ "code": code, "redirect_uri": REDIRECT_URI, "state": "acme" });
    Ask::new("POST", "/v1/auth/callback").body(body.to_string()).send(emulator).await
}

fn reason(answer: &Answer) -> Value {
    answer.json()["details"]["reason"].clone()
}

#[tokio::test]
async fn a_code_is_redeemed_at_another_server() {
    let (jitsudo, provider) = (wire::emulator().await, wire::emulator().await);
    let host = provider.addresses()[0].to_string();
    point(&jitsudo, &format!("http://{host}/monocloud")).await;
    let first = code(&provider, &host).await;
    let answer = callback(&jitsudo, &first).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let second = callback(&jitsudo, &first).await;
    assert_eq!((second.status, &second.json()["code"]), (400, &json!("invalid_input")), "once");
    // It calls itself something else than the tenant does.
    let named_otherwise = code(&provider, &host).await;
    point(&jitsudo, &format!("http://localhost:{}/monocloud/", provider.addresses()[0].port())).await;
    let answer = callback(&jitsudo, &named_otherwise).await;
    assert_eq!((answer.status, reason(&answer)), (503, json!("issuer")));
    provider.stop().await;
    point(&jitsudo, &format!("http://{host}/monocloud")).await;
    let answer = callback(&jitsudo, "any").await;
    assert_eq!((answer.status, reason(&answer)), (503, json!("unreachable")));
}

#[tokio::test]
async fn a_provider_that_is_slow_or_far_away_is_not_waited_for() {
    let limits = Limits { outbound_timeout: Duration::from_millis(100), ..Limits::default() };
    let emulator = Emulator::start_with(Config { limits, ..wire::config() }).await.expect("it starts");
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    point(&emulator, &format!("http://{}", silent.local_addr().expect("an address"))).await;
    let slow = callback(&emulator, "any").await;
    assert_eq!((slow.status, reason(&slow)), (503, json!("unreachable")));
    point(&emulator, "http://8.8.8.8").await;
    assert_eq!(callback(&emulator, "any").await.status, 503);
    // A provider of this server can be slow, too.
    Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
    let rule = json!({ "fault": "delay;ms=5000", "match": { "operation": "keys", "vendor": "monocloud" } });
    let added = Ask::new("POST", "/__fauxidp/worlds/default/faults").body(rule.to_string()).send(&emulator).await;
    assert_eq!(added.status, 201);
    assert_eq!(callback(&emulator, "code-of-ada").await.status, 503);
}

#[tokio::test]
async fn a_provider_of_this_server_needs_no_way_outside() {
    let config = Config { deliver_to: DeliverTo::None, ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    // By the name that the client uses, and by the address that this server listens on.
    let address = emulator.addresses()[0];
    for host in [wire::HOST.to_owned(), address.to_string(), format!("localhost:{}", address.port())] {
        point(&emulator, &format!("http://{host}/monocloud")).await;
        let answer = callback(&emulator, &code(&emulator, &host).await).await;
        assert_eq!(answer.status, 200, "{host}: {}", answer.text());
    }
    point(&emulator, "http://10.0.0.1").await;
    let outside = callback(&emulator, "any").await;
    assert_eq!((outside.status, reason(&outside)), (503, json!("unreachable")));
}

#[tokio::test]
async fn two_callbacks_with_one_code_let_one_in() {
    let emulator = wire::emulator().await;
    let answers = tokio::join!(callback(&emulator, "code-of-ada"), callback(&emulator, "code-of-ada"));
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}
