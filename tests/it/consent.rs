//! Consent at MonoCloud as a browser meets it: asked for once, remembered as the application wants it, and part of the
//! world. And what else an application's members decide: who is told, in frames, that a browser signed out, and whether
//! passwords are taken.

use fauxidp::{Config, Emulator};
use serde_json::{Value, json};

use crate::browser::{Browser, redirected};
use crate::fixture::root;
use crate::sign_in::{claims, control, form};
use crate::wire::{self, Answer, Ask};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";

/// A server whose seed has `monocloud-partner` with these members.
async fn partner(members: Value) -> Emulator {
    let path = root().join("fixtures/seed/monocloud.json");
    let mut seed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let applications = seed["applications"].as_array_mut().expect("a list");
    let partner = applications.iter_mut().find(|one| one["id"] == "monocloud-partner").expect("an application");
    partner.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    let scopes = &mut seed["apiResources"][0]["fauxidp"]["scopes"];
    scopes[0]["required"] = true.into();
    scopes[1].as_object_mut().expect("a scope").extend([("display_name".to_owned(), json!("Write <everything>"))]);
    let folder =
        std::env::temp_dir().join(format!("fauxidp-consent-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("monocloud.json"), seed.to_string()).expect("it is written");
    let config = Config {
        fixtures: Some(folder.clone()),
        clock: Some("2030-01-01T00:00:00Z".parse().expect("a time")),
        ..wire::config()
    };
    let emulator = Emulator::start_with(config).await;
    std::fs::remove_dir_all(&folder).expect("removed");
    emulator.expect("the seed fits")
}

fn authorize(scope: &str, more: &[(&str, &str)]) -> String {
    let pairs = [("client_id", "monocloud-partner"), ("redirect_uri", CALLBACK), ("response_type", "code")];
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(pairs).append_pair("scope", scope).extend_pairs(more).finish();
    format!("/monocloud/connect/authorize?{query}")
}

/// Follows an answer to the next page of the server.
async fn follow(browser: &mut Browser, emulator: &Emulator, answer: &Answer) -> Answer {
    let location = answer.header("location").unwrap_or_else(|| panic!("{answer:?}"));
    assert!(location.starts_with("/monocloud/"), "{location}");
    browser.get(emulator, location).await
}

/// Signs in on the page, up to the page for consent.
async fn sign_in(emulator: &Emulator, user: &str, asked: &str) -> (Browser, Answer) {
    let mut browser = Browser::default();
    let begun = browser.get(emulator, asked).await;
    let page = follow(&mut browser, emulator, &begun).await;
    let signed_in = browser.press(emulator, &page, "fauxidp_user", user).await;
    let page = follow(&mut browser, emulator, &signed_in).await;
    assert!(page.text().contains("Allow Partner access?"), "{}", page.text());
    (browser, page)
}

/// Sends the form of the page for consent with these members.
async fn decide(browser: &mut Browser, emulator: &Emulator, page: &Answer, members: &[(&str, &str)]) -> Answer {
    let hidden = |name: &str| {
        let (_, rest) = page.text().split_once(&format!("type=\"hidden\" name=\"{name}\" value=\"")).expect("a field");
        rest[..rest.find('"').expect("an end")].to_owned()
    };
    let (request, once) = (hidden("request"), hidden("once"));
    let pairs: Vec<_> = [("request", &*request), ("once", &*once)].into_iter().chain(members.iter().copied()).collect();
    browser.ask(emulator, form("/monocloud/consent", &pairs)).await
}

async fn consents(emulator: &Emulator, world: &str, user: &str) -> Vec<Value> {
    let ask =
        Ask::new("GET", &format!("/~{world}/api/users/{user}/grants/consents")).header("x-api-key", "monocloud-admin");
    ask.send(emulator).await.json().as_array().expect("a list").clone()
}

const ALLOW: (&str, &str) = ("allow", "1");
const REMEMBER: (&str, &str) = ("remember", "1");

#[tokio::test]
async fn what_is_allowed_is_what_the_tokens_have_and_is_not_asked_again() {
    let emulator = partner(json!({})).await;
    let asked = authorize("openid email read write offline_access", &[]);
    let (mut browser, page) = sign_in(&emulator, "user-active", &asked).await;
    for part in ["value=\"openid\" checked disabled", "value=\"read\" checked disabled", "Write &lt;everything&gt;"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let picked = [("scope", "email"), ("scope", "offline_access"), ("scope", "phone"), REMEMBER, ALLOW];
    let done = decide(&mut browser, &emulator, &page, &picked).await;
    assert_eq!(
        redirected(&done, "scope").as_deref(),
        Some("openid email read offline_access"),
        "not what nobody asked for"
    );
    let code = redirected(&done, "code").expect("a code");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("client_id", "monocloud-partner"),
        ("client_secret", "monocloud-partner-secret"),
    ];
    let granted = form("/monocloud/connect/token", &pairs).send(&emulator).await.json();
    assert_eq!(granted["scope"], "openid email read offline_access");
    assert_eq!(claims(&granted["access_token"])["scope"], "openid email read", "{granted}");
    assert!(granted["refresh_token"].is_string());
    // A part of it is not asked for again, and all of it is.
    let silent = browser.get(&emulator, &authorize("openid email", &[("prompt", "none")])).await;
    assert!(redirected(&silent, "code").is_some(), "{silent:?}");
    let all = browser.get(&emulator, &asked).await;
    assert!(all.header("location").is_some_and(|page| page.starts_with("/monocloud/consent?")), "{all:?}");
}

#[tokio::test]
async fn the_application_says_how_long_a_consent_counts() {
    let (openid, offline) =
        (authorize("openid", &[("prompt", "none")]), authorize("openid offline_access", &[("prompt", "none")]));
    for (members, picked, kept, is_asked_again, is_asked_for_offline) in [
        (json!({}), &[REMEMBER, ALLOW][..], 1, false, false),
        (json!({}), &[ALLOW], 0, true, true),
        (json!({ "remember_consent": "never" }), &[REMEMBER, ALLOW], 0, true, true),
        (json!({ "remember_consent": "always" }), &[ALLOW], 1, false, false),
        (json!({ "always_require_consent_for_offline_access": true }), &[REMEMBER, ALLOW], 1, false, true),
    ] {
        let about = format!("{members}, {picked:?}");
        let mut members = members;
        members["show_consent_scope_selection"] = false.into();
        let emulator = partner(members).await;
        let (mut browser, page) = sign_in(&emulator, "user-active", &authorize("openid offline_access", &[])).await;
        let done = decide(&mut browser, &emulator, &page, picked).await;
        assert_eq!(redirected(&done, "scope").as_deref(), Some("openid offline_access"), "{about}: nothing is picked");
        assert_eq!(consents(&emulator, "default", "user-active").await.len(), kept, "{about}");
        for (asked, is_asked) in [(&openid, is_asked_again), (&offline, is_asked_for_offline)] {
            let silent = browser.get(&emulator, asked).await;
            let error = redirected(&silent, "error");
            assert_eq!(error.as_deref(), is_asked.then_some("consent_required"), "{about}, {asked}");
        }
    }
}

#[tokio::test]
async fn a_consent_expires_by_the_clock_of_the_world() {
    let emulator = partner(json!({ "consent_lifetime": 60 })).await;
    let (mut browser, page) = sign_in(&emulator, "user-active", &authorize("openid", &[])).await;
    decide(&mut browser, &emulator, &page, &[REMEMBER, ALLOW]).await;
    let kept = consents(&emulator, "default", "user-active").await;
    assert_eq!(
        kept[0]["scopes"][0]["expiration"],
        kept[0]["creation_time"].as_i64().map(|at| at + 60).expect("a time")
    );
    for (seconds, error, kept) in [(59, None, 1), (1, Some("consent_required"), 0)] {
        let advance = json!({ "advance_ms": seconds * 1_000 }).to_string();
        let moved = Ask::new("PUT", "/__fauxidp/worlds/default/clock").body(advance).send(&emulator).await;
        assert_eq!(moved.status, 200, "{}", moved.text());
        let silent = browser.get(&emulator, &authorize("openid", &[("prompt", "none")])).await;
        assert_eq!(redirected(&silent, "error").as_deref(), error);
        assert_eq!(consents(&emulator, "default", "user-active").await.len(), kept);
    }
    let page = browser.get(&emulator, &authorize("openid", &[])).await;
    let page = browser.get(&emulator, page.header("location").expect("a page")).await;
    decide(&mut browser, &emulator, &page, &[REMEMBER, ALLOW]).await;
    let anew = consents(&emulator, "default", "user-active").await;
    assert!(anew[0]["id"] != kept[0]["id"] && anew[0]["creation_time"] != kept[0]["creation_time"], "{anew:?}");
}

#[tokio::test]
async fn a_consent_belongs_to_its_world_and_goes_with_its_user() {
    let emulator = partner(json!({})).await;
    let (mut browser, page) = sign_in(&emulator, "user-active", &authorize("openid", &[])).await;
    decide(&mut browser, &emulator, &page, &[REMEMBER, ALLOW]).await;
    control(&emulator, "default", "fork", json!({ "to": "copy" })).await;
    let delete = Ask::new("DELETE", "/api/users/user-active").header("x-api-key", "monocloud-admin");
    assert_eq!(delete.send(&emulator).await.status, 204);
    let state = Ask::new("GET", "/__fauxidp/worlds/default/state").send(&emulator).await.json();
    let users = |state: &Value| state.to_string().matches("\"user_id\":\"user-active\",\"client_id\"").count();
    assert_eq!(users(&state), 0, "nothing is left");
    assert_eq!(consents(&emulator, "copy", "user-active").await.len(), 1);
    assert_eq!(consents(&emulator, "other", "user-with-sessions").await.len(), 1, "the seed's");
    assert_eq!(consents(&emulator, "other", "user-active").await.len(), 0);
}

#[tokio::test]
async fn the_page_is_for_the_user_who_signed_in_for_it() {
    let emulator = partner(json!({})).await;
    let asked = authorize("openid", &[("prompt", "login"), ("max_age", "0")]);
    let (mut browser, page) = sign_in(&emulator, "user-active", &asked).await;
    // Somebody else signs in in the same browser.
    browser.get(&emulator, &authorize("openid", &[("fauxidp_user", "user-in-groups")])).await;
    let other = decide(&mut browser, &emulator, &page, &[ALLOW]).await;
    assert!(other.header("location").is_some_and(|page| page.starts_with("/monocloud/account/login?")), "{other:?}");
    // Who is kept out meanwhile gets no further.
    let (mut browser, page) = sign_in(&emulator, "user-active", &asked).await;
    let disable = Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    assert_eq!(disable.send(&emulator).await.status, 200);
    let disabled = decide(&mut browser, &emulator, &page, &[ALLOW]).await;
    assert!(
        disabled.header("location").is_some_and(|page| page.starts_with("/monocloud/account/login?")),
        "{disabled:?}"
    );
    let enable = Ask::new("POST", "/api/users/user-active/enable").header("x-api-key", "monocloud-admin");
    enable.send(&emulator).await;
    // Having signed in for it is enough, whatever the request said of that.
    let done = decide(&mut browser, &emulator, &page, &[ALLOW]).await;
    assert!(redirected(&done, "code").is_some(), "{done:?}");
}

#[tokio::test]
async fn who_signs_in_without_a_page_is_not_asked() {
    let emulator = partner(json!({})).await;
    for (n, (set, more, is_asked)) in [
        ("page", vec![("fauxidp_user", "user-active")], false),
        ("page", vec![("login_hint", "user-active")], true),
        ("hint", vec![("login_hint", "user-active")], false),
        ("hint", vec![], true),
        ("auto", vec![], false),
        ("auto", vec![("prompt", "consent")], false),
    ]
    .into_iter()
    .enumerate()
    {
        let (about, world) = (format!("{set}, {more:?}"), format!("w{n}"));
        let settings = json!({ "settings": { "monocloud.login": set } }).to_string();
        let ask = Ask::new("PUT", &format!("/__fauxidp/worlds/{world}")).body(settings);
        assert!(ask.send(&emulator).await.status < 300, "{about}");
        let mut browser = Browser::default();
        for _ in 0..2 {
            let answer = browser.get(&emulator, &format!("/~{world}{}", authorize("openid", &more))).await;
            let is_page = redirected(&answer, "code").is_none();
            assert_eq!(is_page, is_asked, "{about}: {answer:?}");
        }
        assert_eq!(consents(&emulator, &world, "user-active").await.len(), 0, "{about}");
    }
}

#[tokio::test]
async fn a_frame_names_the_session_if_the_application_wants_it() {
    for (members, expected) in [
        (json!({}), Some("http://localhost:3000/api/auth/frontchannel-logout?iss=http%3A%2F%2F")),
        (
            json!({ "front_channel_logout_uri": "https://app.example/out?a=1" }),
            Some("https://app.example/out?a=1&amp;iss="),
        ),
        (
            json!({ "front_channel_logout_session_required": false }),
            Some("http://localhost:3000/api/auth/frontchannel-logout\""),
        ),
        (json!({ "front_channel_logout_uri": "javascript:alert(1)" }), None),
        (json!({ "front_channel_logout_uri": null }), None),
    ] {
        let emulator = partner(members.clone()).await;
        let mut browser = Browser::default();
        browser.get(&emulator, &authorize("openid", &[("fauxidp_user", "user-active")])).await;
        let page = browser.get(&emulator, "/monocloud/connect/endsession").await;
        let framed = page.text().split_once("<iframe src=\"").map(|(_, rest)| rest.to_owned());
        let fits = match (&framed, expected) {
            (Some(framed), Some(expected)) => framed.starts_with(expected),
            (framed, expected) => framed.is_none() && expected.is_none(),
        };
        assert!(page.status == 200 && fits, "{members}: {}", page.text());
        let policy = page.header("content-security-policy").expect("a policy");
        assert_eq!(policy.contains("frame-src"), expected.is_some(), "{policy}");
        assert!(browser.cookies.is_empty(), "the session is over");
    }
}

#[tokio::test]
async fn an_application_may_take_no_passwords() {
    let grants = json!(["authorization_code", "resource_owner_password"]);
    for (ways, is_taken) in [(json!([]), true), (json!(["password", "email"]), true), (json!(["email"]), false)] {
        let members = json!({ "authenticator_restrictions": ways, "allowed_grant_types": grants });
        let emulator = partner(members).await;
        let mut browser = Browser::default();
        let begun = browser.get(&emulator, &authorize("openid", &[])).await;
        let page = follow(&mut browser, &emulator, &begun).await;
        assert_eq!(page.text().contains("name=\"password\""), is_taken, "{ways}");
        // A form that the page does not have is refused; a button is any other way.
        let (user, password) = ("user-with-password", "Correct-Horse-Battery-9");
        let typed = browser.press(&emulator, &page, "username", &format!("{user}&password={password}")).await;
        assert_eq!(typed.status, 403, "a name that is none, or no password: {ways}");
        assert_eq!(typed.text().contains("takes no passwords"), !is_taken, "{ways}");
        let pressed = browser.press(&emulator, &page, "fauxidp_user", user).await;
        assert_eq!(pressed.status, 302, "{ways}: {}", pressed.text());
        let pairs = [
            ("grant_type", "password"),
            ("client_id", "monocloud-partner"),
            ("client_secret", "monocloud-partner-secret"),
            ("username", "petra"),
            ("password", password),
            ("scope", "openid"),
        ];
        let granted = form("/monocloud/connect/token", &pairs).send(&emulator).await;
        assert_eq!(granted.status, if is_taken { 200 } else { 400 }, "{ways}: {}", granted.text());
        assert_eq!(granted.json()["error"], if is_taken { json!(null) } else { json!("invalid_grant") });
    }
}

const PARTNER: &str =
    "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcb&response_type=code&scope=openid&fauxidp_user=user-active";

#[tokio::test]
async fn a_browser_signs_out_of_the_world_that_its_client_names() {
    let emulator = wire::emulator().await;
    let mut browser = Browser::default();
    let sign_in = format!("/monocloud/connect/authorize?client_id=monocloud-partner~t9&{PARTNER}");
    assert_eq!(browser.get(&emulator, &sign_in).await.status, 302);
    let sessions =
        Ask::new("GET", "/monocloud/api/users/user-active/sessions").header("x-api-key", "monocloud-admin~t9");
    assert_eq!(sessions.send(&emulator).await.json().as_array().map(Vec::len), Some(1));
    let sent = browser.get(&emulator, "/monocloud/connect/endsession?client_id=monocloud-partner~t9&state=a+b").await;
    let to = sent.header("location").expect("where the browser's cookie counts").to_owned();
    let page = browser.get(&emulator, &to).await;
    assert!(page.text().contains("<iframe"), "{page:?}");
    assert_eq!(sessions.send(&emulator).await.json().as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_session_is_noted_at_a_bounded_number_of_issuers() {
    let emulator = wire::emulator().await;
    let mut browser = Browser::default();
    let sign_in = format!("/monocloud/connect/authorize?client_id=monocloud-partner&{PARTNER}");
    for n in 0..150 {
        let ask = Ask::new("GET", &sign_in).header("x-forwarded-host", &format!("h{n}.example:8484"));
        assert_eq!(browser.ask(&emulator, ask).await.status, 302);
    }
    let page = browser.get(&emulator, "/monocloud/connect/endsession").await;
    assert_eq!(page.text().matches("<iframe").count(), 100);
}
