//! Hostile input at what signs people in: each is answered in the words of whoever was asked, leads nowhere else, and
//! leaves the server as it was.

use fauxidp::Emulator;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::sign_in::{control, form};
use crate::wire::{self, Answer, Ask};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";

/// The doors, with the parameter that names the client and one that is known.
const DOORS: [(&str, &str); 15] = [
    ("/monocloud/connect/authorize", "monocloud-web"),
    ("/monocloud/connect/token", "monocloud-web"),
    ("/monocloud/connect/par", "monocloud-web"),
    ("/monocloud/connect/deviceauthorization", "monocloud-device"),
    ("/monocloud/connect/introspect", "monocloud-api"),
    ("/monocloud/connect/revocation", "monocloud-web"),
    ("/monocloud/connect/endsession", "monocloud-web"),
    ("/monocloud/account/login", "monocloud-web"),
    ("/monocloud/consent", "monocloud-partner"),
    ("/oauth/v2/authorize", "zitadel-web"),
    ("/oauth/v2/token", "zitadel-web"),
    ("/oauth/v2/introspect", "zitadel-api"),
    ("/oauth/v2/revoke", "zitadel-web"),
    ("/oauth/v2/device_authorization", "zitadel-native"),
    ("/oidc/v1/end_session", "zitadel-web"),
];

/// What holds for every answer of a door.
fn check(answer: &Answer, about: &str) {
    let text = String::from_utf8_lossy(&answer.body);
    // ZITADEL says so of a request without a client, and of an assertion that is none.
    let is_documented = answer.status == 500 && text.starts_with(r#"{"error":"server_error""#);
    assert!((200..500).contains(&answer.status) || is_documented, "{about}: {answer:?}");
    assert!(answer.headers.len() < 40, "{about}: {answer:?}");
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.starts_with("application/json") && !text.is_empty() {
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{about}: {error}: {text}"));
        let is_refused = answer.status >= 400;
        assert!(!is_refused || body["error"].is_string() || body["code"].is_number(), "{about}: {text}");
    }
    if kind.starts_with("text/html") {
        // The one script of any page posts the form.
        assert!(
            !text.replace("<script>document.forms[0].submit()</script>", "").contains("<script"),
            "{about}: {text}"
        );
        assert!(answer.header("content-security-policy").is_some_and(|value| value.contains("default-src 'none'")));
    }
    if let Some(location) = answer.header("location") {
        assert!(is_own(location), "{about}: {location}");
    }
}

/// Whether a redirect leads to a page of this server or to this machine, where seeded applications are.
fn is_own(location: &str) -> bool {
    match location.split_once("://") {
        None => location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\"),
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#', '\\']).next().expect("a part");
            let bare = host.rsplit_once(':').map_or(host, |(host, _)| host);
            ["http", "https"].contains(&scheme) && ["localhost", "127.0.0.1", "[::1]"].contains(&bare)
        }
    }
}

#[tokio::test]
async fn forms_that_are_none_are_refused_at_every_door() {
    let emulator = wire::emulator().await;
    let deep = "[".repeat(100_000);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no UTF-8", b"grant_type=%FF%FE&code=\xff\xfe&state=%C3%28&client_id=\x80".to_vec()),
        ("half a percent", b"grant_type=%&code=%2&client_id=%zz".to_vec()),
        ("control characters", b"grant_type=%00&code=%0d%0a&client_id=%1b&scope=%00%09%0b".to_vec()),
        ("nested", format!("grant_type[a][b]={deep}&client_id[]={deep}").into_bytes()),
        ("separators", b"&&&===&=&a=b=c=d&;;".to_vec()),
        ("JSON", json!({ "grant_type": "authorization_code", "code": deep }).to_string().into_bytes()),
        ("repeated", b"client_id=a&client_id=b&grant_type=password&grant_type=refresh_token&scope=a&scope=b".to_vec()),
        (
            "tokens",
            b"token=..&id_token_hint=a.b.c&client_assertion=....&assertion=%2e%2e&code=~&refresh_token=~~".to_vec(),
        ),
        (
            "coded",
            b"token=e30.e30.e30&id_token_hint=e30.bnVsbA.&assertion=bnVsbA.W10.&subject_token=eyJhbGciOiJub25lIn0.e30."
                .to_vec(),
        ),
    ];
    for (path, client) in DOORS {
        let own = format!("client_id={client}&client_secret={client}-secret&").into_bytes();
        for (what, body) in &bodies {
            for start in [Vec::new(), own.clone()] {
                let body = [start, body.clone()].concat();
                let typed = |kind: &str| Ask::new("POST", path).header("content-type", kind).body(body.clone());
                for kind in ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "x", ""] {
                    let answer = typed(kind).send(&emulator).await;
                    // A page, or the end of no session, is no error; nothing of this is a token.
                    check(&answer, &format!("{what} as {kind:?} at {path}"));
                    assert!(!answer.text().contains("access_token"), "{what} at {path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn credentials_that_are_no_base64_and_headers_of_any_kind_are_refused() {
    let emulator = wire::emulator().await;
    for (path, _) in DOORS {
        for header in [
            "Basic",
            "Basic ",
            "Basic %%%",
            "Basic Og==",
            "Basic /w==",
            "Basic bm9jb2xvbg==",
            "Bearer",
            "Bearer ..",
            "é",
            "Negotiate a",
        ] {
            let ask = form(path, &[("grant_type", "client_credentials"), ("token", "x")]);
            let answer = ask.header("authorization", header).send(&emulator).await;
            check(&answer, &format!("{header} at {path}"));
        }
        let long = format!("Basic {}", "A".repeat(60_000));
        let answer = form(path, &[("token", "x")]).header("authorization", &long).send(&emulator).await;
        assert!([400, 401, 431].contains(&answer.status) || answer.status < 400, "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn no_redirect_leads_elsewhere() {
    let emulator = wire::emulator().await;
    let tricks = [
        "https://evil.example/",
        "//evil.example/",
        "http://localhost:3000@evil.example/",
        "http://localhost@evil.example/",
        "http://localhost%40evil.example/",
        "http://localhost:3000\\@evil.example/",
        "http://evil.example\\localhost/",
        "http://localhost.evil.example/",
        "http://evil.example#localhost",
        "http://evil.example?localhost",
        "http://localhost:3000#@evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://[::1].evil.example/",
        "http://[::ffff:8.8.8.8]/",
        "http://0x7f000001.evil.example/",
        "http:evil.example",
        "http:/evil.example",
        "http:///evil.example",
        "http://",
        "http://localhost:99999/",
        "http://localhost:3000\r\nset-cookie: a=b",
        "http://localhost:3000/\n//evil.example",
        "\thttp://localhost:3000/",
        "http://local\thost/",
        "javascript:alert(1)//localhost",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://localhost/",
        "http://ⓛocalhost.evil.example/",
        "http://localhost。evil.example/",
        "urn:ietf:wg:oauth:2.0:oob",
        "*",
        "http://*/",
        "about:blank",
    ];
    let users = [
        ("/monocloud/connect/authorize", "monocloud-web", "user-active"),
        ("/oauth/v2/authorize", "zitadel-web", "human-active"),
    ];
    for (path, client, user) in users {
        for trick in tricks {
            let pairs =
                [("client_id", client), ("redirect_uri", trick), ("response_type", "code"), ("scope", "openid")];
            for more in [
                &[][..],
                &[("prompt", "none")],
                &[("fauxidp_user", user)],
                &[("response_mode", "form_post"), ("fauxidp_user", user)],
            ] {
                let answer = form(path, &[&pairs[..], more].concat()).send(&emulator).await;
                assert_eq!((answer.status, answer.header("location")), (400, None), "{trick} at {path}: {answer:?}");
                assert!(
                    !answer.text().contains("<form")
                        && answer.header("set-cookie").is_none_or(|value| !value.starts_with("a="))
                );
            }
        }
    }
    for (path, client) in [("/monocloud/connect/endsession", "monocloud-web"), ("/oidc/v1/end_session", "zitadel-web")]
    {
        for trick in tricks {
            let pairs = [("client_id", client), ("post_logout_redirect_uri", trick), ("state", "\r\nx: y")];
            let answer = form(path, &pairs).send(&emulator).await;
            check(&answer, &format!("{trick} at {path}"));
            assert!(
                answer.header("x").is_none() && answer.header("location").is_none_or(|to| !to.contains("evil")),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_and_does_nothing() {
    let emulator = wire::emulator().await;
    let users = [
        ("/monocloud/connect/authorize", "monocloud-web", "user-active"),
        ("/oauth/v2/authorize", "zitadel-web", "human-active"),
    ];
    let states = [
        "a\r\nset-cookie: evil=1\r\n\r\n<script>alert(1)</script>",
        "\"><script>alert(1)</script><input value=\"",
        "'><img src=x onerror=alert(1)>",
        "&code=mine&#x22;&amp;",
        "#code=mine",
        "%0d%0aset-cookie:%20evil=1",
        "\u{202e}\u{1}\u{7f}\u{feff}ℝ",
        "</form><form action=https://evil.example>",
    ];
    for (path, client, user) in users {
        for state in states {
            for mode in ["query", "fragment", "form_post"] {
                let pairs = [
                    ("client_id", client),
                    ("redirect_uri", CALLBACK),
                    ("response_type", "code"),
                    ("scope", "openid"),
                    ("response_mode", mode),
                    ("fauxidp_user", user),
                    ("state", state),
                    ("nonce", state),
                ];
                let answer = form(path, &pairs).send(&emulator).await;
                let about = format!("{state:?} by {mode} at {path}");
                check(&answer, &about);
                let names: Vec<_> = answer.headers.iter().filter(|(_, value)| value.contains("evil=1\r")).collect();
                assert!(names.is_empty(), "{about}: {names:?}");
                assert!(answer.headers.iter().all(|(name, value)| name != "set-cookie" || !value.starts_with("evil")));
                let came = match answer.header("location") {
                    Some(location) => {
                        let (_, pairs) = location.split_once(['?', '#']).expect("parameters");
                        let pairs: Vec<(String, String)> =
                            form_urlencoded::parse(pairs.as_bytes()).into_owned().collect();
                        assert_eq!(pairs.iter().filter(|(name, _)| name == "code").count(), 1, "{about}");
                        pairs.into_iter().find(|(name, _)| name == "state").map(|(_, value)| value)
                    }
                    None => {
                        assert_eq!(answer.text().matches("<form").count(), 1, "{about}");
                        let (_, value) = answer.text().split_once("name=\"state\" value=\"").expect("a state");
                        let value = &value[..value.find('"').expect("an end")];
                        assert!(!value.contains('<'), "{about}: {value}");
                        Some(unescaped(value))
                    }
                };
                assert_eq!(came.as_deref(), Some(state), "{about}");
            }
        }
    }
}

/// What a browser reads in an attribute.
fn unescaped(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#13;", "\r")];
    let text = marks.into_iter().fold(text.to_owned(), |text, (mark, sign)| text.replace(mark, sign));
    text.replace("&amp;", "&")
}

#[tokio::test]
async fn a_page_shows_what_was_typed_and_runs_none_of_it() {
    let emulator = wire::emulator().await;
    let evil = "\"><script>alert(1)</script>'<img src=x onerror=alert(1)>";
    let users = [("/monocloud/connect/authorize", "monocloud-web"), ("/oauth/v2/authorize", "zitadel-web")];
    for (path, client) in users {
        let pairs = [
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("login_hint", evil),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut browser = Browser::default();
        let begun = browser.get(&emulator, &format!("{path}?{query}")).await;
        let location = begun.header("location").expect("a page").to_owned();
        let page = browser.get(&emulator, &location).await;
        check(&page, path);
        let search = form_urlencoded::Serializer::new(String::new()).append_pair("search", evil).finish();
        let found = browser.get(&emulator, &format!("{location}&{search}")).await;
        let wrong = browser.press(&emulator, &page, "username", evil).await;
        for answer in [page, found, wrong] {
            check(&answer, path);
            assert!(!answer.text().contains("<img"), "{path}: {}", answer.text());
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"), "{policy}");
        }
    }
}

#[tokio::test]
async fn control_calls_of_signing_in_refuse_what_they_cannot_read() {
    let emulator = wire::emulator().await;
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let long = "x".repeat(900_000);
    let good = json!({ "vendor": "zitadel", "client_id": "zitadel-web", "user": "human-active" });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    let bodies = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        deep.clone(),
        format!("{{\"vendor\":{deep}}}"),
        with("vendor", json!("nobody")),
        with("vendor", json!(7)),
        with("vendor", json!("../zitadel")),
        with("client_id", json!(long)),
        with("user", json!(long)),
        with("user", json!({ "id": "human-active" })),
        with("defect", json!("none-such")),
        with("redirect_uri", json!("https://evil.example/\r\n")),
        with("redirect_uri", json!(long)),
        with("scope", json!("\u{0}\r\n")),
        with("unknown", json!(1)),
        with("client_id", json!("zitadel-web~../..")),
        "{\"vendor\":\"zitadel\",\"vendor\":\"monocloud\",\"client_id\":\"a\",\"user\":\"b\"}".to_owned(),
    ];
    for call in ["sign-in", "tokens", "keys"] {
        for body in &bodies {
            let shown = body.chars().take(80).collect::<String>();
            let answer =
                Ask::new("POST", &format!("/__fauxidp/worlds/hostile/{call}")).body(body.clone()).send(&emulator).await;
            // A scope of nothing that is known gives a token with none, and no token goes to a redirect URI.
            let is_no_matter = body.contains("\\u0000") || call == "tokens" && body.contains("redirect_uri");
            let is_fine = answer.status == 200 && is_no_matter || [400, 409].contains(&answer.status);
            assert!(is_fine, "{call}: {shown}: {}", answer.status);
            if answer.status != 200 {
                let mark = answer.header("x-fauxidp").expect("a mark");
                assert!(["refused", "limit"].contains(&mark), "{call}: {shown}: {mark}");
                assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json")));
                assert!(answer.body.len() < 4_096, "{call}: {shown}: {} bytes", answer.body.len());
            }
        }
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for call in ["defects", "doors"] {
            let answer = Ask::new(method, &format!("/__fauxidp/{call}")).body(deep.clone()).send(&emulator).await;
            assert!([404, 405].contains(&answer.status), "{method} {call}: {answer:?}");
        }
    }
    let defects = Ask::new("GET", &format!("/__fauxidp/defects?{}", "a=b&".repeat(2_000))).send(&emulator).await;
    assert_eq!(defects.status, 200);
}

/// A call of ZITADEL's session or OIDC service.
fn service(path: &str, body: impl Into<Vec<u8>>) -> Ask {
    let ask = Ask::new("POST", path).header("authorization", "Bearer zitadel-login");
    ask.header("content-type", "application/json").body(body)
}

#[tokio::test]
async fn the_session_and_oidc_services_refuse_what_they_cannot_read() {
    let emulator = wire::emulator().await;
    let deep = format!("{}{}", "{\"checks\":".repeat(50_000), "}".repeat(50_000));
    let long = "x".repeat(900_000);
    let many: Vec<Value> = (0..20_000).map(|n| json!({ "idQuery": { "ids": [n.to_string()] } })).collect();
    let metadata: serde_json::Map<String, Value> = (0..20_000).map(|n| (format!("k{n}"), json!("dg=="))).collect();
    let bodies: Vec<Vec<u8>> = vec![
        deep.into_bytes(),
        b"\xff\xfe{}".to_vec(),
        b"{\"checks\":{\"user\":{\"loginName\":\"\xff\"}}}".to_vec(),
        json!({ "checks": { "user": { "loginName": long } } }).to_string().into_bytes(),
        json!({ "checks": { "password": { "password": long } } }).to_string().into_bytes(),
        json!({ "checks": { "user": { "userId": "human-active", "loginName": "a" } } }).to_string().into_bytes(),
        json!({ "metadata": { "k": "no base64!" } }).to_string().into_bytes(),
        json!({ "metadata": metadata }).to_string().into_bytes(),
        json!({ "lifetime": "1e999s" }).to_string().into_bytes(),
        json!({ "lifetime": "99999999999999999999s" }).to_string().into_bytes(),
        json!({ "queries": many }).to_string().into_bytes(),
        json!({ "query": { "limit": 4_294_967_295_u32, "offset": "18446744073709551615" } }).to_string().into_bytes(),
        json!({ "session": { "sessionId": long, "sessionToken": long } }).to_string().into_bytes(),
        json!({ "sessionToken": "\u{0}\r\n" }).to_string().into_bytes(),
    ];
    for path in [
        "/v2/sessions",
        "/v2/sessions/search",
        "/v2/oidc/auth_requests/V2_1",
        "/v2/oidc/auth_requests/%00%0d%0a",
        "/v2/oidc/device_authorization/1",
        "/zitadel.session.v2.SessionService/CreateSession",
        "/zitadel.session.v2.SessionService/SetSession",
        "/zitadel.session.v2.SessionService/DeleteSession",
        "/zitadel.oidc.v2.OIDCService/CreateCallback",
        "/zitadel.oidc.v2.OIDCService/GetAuthRequest",
    ] {
        for (n, body) in bodies.iter().enumerate() {
            let answer = service(path, body.clone()).send(&emulator).await;
            let shown = answer.text().chars().take(200).collect::<String>();
            assert!((200..500).contains(&answer.status), "{n} at {path}: {}: {shown}", answer.status);
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{n} at {path}: {shown}"));
            match answer.header("x-fauxidp") {
                None => assert!(answer.status < 400 || !body["code"].is_null(), "{n} at {path}: {shown}"),
                Some(mark) => assert_eq!(mark, "limit", "{n} at {path}: {shown}"),
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_of_another_world_or_of_nobody_signs_nobody_in() {
    let emulator = wire::emulator().await;
    for (vendor, client, user, path, prefix) in [
        ("monocloud", "monocloud-web", "user-active", "/monocloud/connect/authorize", "/monocloud"),
        ("zitadel", "zitadel-web", "human-active", "/oauth/v2/authorize", "/"),
    ] {
        let asked = json!({ "vendor": vendor, "client_id": client, "user": user });
        let done = control(&emulator, "one", "sign-in", asked).await.json();
        let value = done["cookies"][0]["value"].as_str().expect("a value").to_owned();
        let cut = &value[..value.len() - 1];
        let name = format!("fauxidp-{vendor}-8484-default");
        for forged in [
            value.clone(),
            cut.to_owned(),
            format!("{value}x"),
            value.to_uppercase(),
            String::new(),
            ".".to_owned(),
            "page-x".to_owned(),
            "~one".to_owned(),
            format!("{value}~one"),
            "%00".to_owned(),
            "A".repeat(10_000),
            "=;=;,".to_owned(),
        ] {
            let mut browser = Browser::default();
            browser.cookies.insert((name.clone(), prefix.to_owned()), forged.clone());
            let pairs = [
                ("client_id", client),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("scope", "openid"),
                ("prompt", "none"),
            ];
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            let mut answer = browser.get(&emulator, &format!("{path}?{query}")).await;
            if let Some(page) = answer.header("location").filter(|to| to.starts_with('/')).map(str::to_owned) {
                answer = browser.get(&emulator, &page).await;
            }
            let to = answer.header("location").unwrap_or_else(|| panic!("{forged}: {answer:?}"));
            assert!(to.contains("error=login_required"), "{vendor}: {}: {to}", &forged[..forged.len().min(80)]);
        }
    }
}

/// The size of a world's state, in bytes.
async fn size(emulator: &Emulator) -> usize {
    Ask::new("GET", "/__fauxidp/worlds/default/state").send(emulator).await.body.len()
}

#[tokio::test]
async fn sessions_beyond_number_are_bounded() {
    let emulator = wire::emulator().await;
    // As many as a client's loop makes within a test; the bound is a thousand.
    for round in 0..2 {
        let asks: Vec<_> =
            (0..1_200).map(|_| service("/v2/sessions", r#"{"checks":{"user":{"userId":"human-active"}}}"#)).collect();
        for some in asks.chunks(64) {
            let answers = futures_util::future::join_all(some.iter().map(|ask| ask.send(&emulator))).await;
            assert!(answers.iter().all(|answer| answer.status == 201), "{:?}", answers[0]);
        }
        let listed = service("/v2/sessions/search", r#"{"query":{"limit":1000}}"#).send(&emulator).await.json();
        let total: usize =
            listed["details"]["totalResult"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
        assert!((1..=1_000).contains(&total), "round {round}: {total}");
        let size = size(&emulator).await;
        assert!(size < 4 << 20, "round {round}: {size}");
    }
}
