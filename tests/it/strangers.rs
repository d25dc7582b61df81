//! What strangers can do at the doors of signing in: neither work beyond the length of a form, nor memory without end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::{self, Ask};
use crate::work::{beside_health, control};

/// Nearly as long as a body may be.
const LONG: usize = 1_000_000;

const AT_ZITADEL: &str = "/oauth/v2/authorize";
const AT_MONOCLOUD: &str = "/monocloud/connect/authorize";
const REDIRECT: &str = "response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback";

fn form(path: &str, text: &str) -> Ask {
    Ask::new("POST", path).header("content-type", "application/x-www-form-urlencoded").body(text.to_owned())
}

/// As many words as fit, each another one.
fn words(start: &str, end: &str) -> String {
    let length = start.len() + end.len() + 7;
    (0..LONG / length).map(|n| format!("{start}{n:06}{end}+")).collect()
}

/// The doors, each with a parameter that is as long as a form allows.
fn forms() -> Vec<Ask> {
    let scope = format!("scope=openid+{}", words("", ""));
    let audience = format!("scope=openid+{}", words("urn:zitadel:iam:org:project:id:", ":aud"));
    let zitadel = format!("client_id=zitadel-spa&{REDIRECT}");
    let monocloud = format!("client_id=monocloud-spa&{REDIRECT}");
    let secret = "client_id=machine-with-secret&client_secret=machine-secret&grant_type=client_credentials";
    let long = "x".repeat(LONG);
    let mut forms = Vec::new();
    for text in [&scope, &audience] {
        forms.push(form(AT_ZITADEL, &format!("{zitadel}&{text}")));
        forms.push(form("/oauth/v2/token", &format!("{secret}&{text}")));
        forms.push(form(AT_MONOCLOUD, &format!("{monocloud}&{text}")));
        forms.push(form("/monocloud/connect/deviceauthorization", &format!("client_id=monocloud-device&{text}")));
        forms.push(form("/monocloud/connect/par", &format!("{monocloud}&{text}")));
    }
    for name in ["prompt", "ui_locales", "acr_values"] {
        let text = format!("&scope=openid&{name}={}", words("a", ""));
        forms.push(form(AT_ZITADEL, &(zitadel.clone() + &text)));
        forms.push(form(AT_MONOCLOUD, &(monocloud.clone() + &text)));
    }
    for name in ["login_hint", "state", "nonce", "code_challenge", "id_token_hint", "request", "redirect_uri"] {
        for (path, start) in [(AT_ZITADEL, &zitadel), (AT_MONOCLOUD, &monocloud)] {
            forms.push(form(path, &format!("{start}&scope=openid&{name}={long}")));
        }
    }
    // Members beyond number.
    let members = "a=b&".repeat(LONG / 4);
    for path in [AT_ZITADEL, AT_MONOCLOUD, "/oauth/v2/token", "/oauth/v2/introspect", "/monocloud/connect/token"] {
        forms.push(form(path, &members));
    }
    forms
}

#[tokio::test]
async fn a_form_at_a_door_takes_time_by_its_length() {
    let emulator = wire::emulator().await;
    for form in forms() {
        let answer = beside_health(&emulator, std::slice::from_ref(&form)).await.remove(0);
        assert!((200..500).contains(&answer.status), "{}: {}", form.path, answer.status);
    }
    let cookies = "a=b; ".repeat(5_000);
    for path in [AT_ZITADEL, AT_MONOCLOUD] {
        let visit = Ask::new("GET", &format!("{path}?client_id=x&{REDIRECT}")).header("cookie", &cookies);
        let answer = beside_health(&emulator, &[visit]).await.remove(0);
        assert!((200..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    for path in ["sign-in", "tokens"] {
        let scope = words("", "");
        let text = format!(r#"{{"vendor":"zitadel","client_id":"zitadel-spa","user":"nobody","scope":"{scope}"}}"#);
        let answer =
            beside_health(&emulator, &[control("POST", &format!("default/{path}")).body(text)]).await.remove(0);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
    }
}

/// The size of the default world's state, in bytes.
async fn size(emulator: &fauxidp::Emulator) -> usize {
    let answer = control("GET", "default/state").send(emulator).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.len()
}

#[tokio::test]
async fn what_strangers_leave_at_the_doors_is_bounded() {
    let emulator = wire::emulator().await;
    let before = size(&emulator).await;
    let long = "x".repeat(900_000);
    let basic = format!("Basic {}", STANDARD.encode("monocloud-web:monocloud-web-secret"));
    let asks = [
        form(AT_ZITADEL, &format!("client_id=zitadel-spa&{REDIRECT}&scope=openid&state={long}")),
        form("/monocloud/connect/par", &format!("{REDIRECT}&scope=openid&state={long}"))
            .header("authorization", &basic),
    ];
    for ask in asks {
        for _ in 0..12 {
            let answer = ask.send(&emulator).await;
            assert!([201, 302].contains(&answer.status), "{}: {answer:?}", ask.path);
        }
        let grown = size(&emulator).await - before;
        assert!((900_000..10 << 20).contains(&grown), "{}: {grown}", ask.path);
    }
    // A state as it was given is taken.
    let state = control("GET", "default/state").send(&emulator).await.body;
    let taken = control("PUT", "copy/state").body(state).send(&emulator).await;
    assert_eq!(taken.status, 200, "{taken:?}");
}
