//! Tests of what is shown of bodies, queries and texts: no secret, and everything else.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn of_a_secret_at_most_four_characters_are_shown() {
    for (secret, shown) in [("", "…"), ("abcd", "…"), ("abcde", "abcd…"), ("ääääää", "ääää…")] {
        assert_eq!(shortened(secret), shown);
    }
}

#[test]
fn what_stands_in_a_secret_is_one() {
    let shown = json(
        br#"{"password":{"value":["hunter22",1234567,true,null]},
        "metadata":[{"name":"apiKey","value":"abcdefg"},{"key":"theme","value":"dark"}],
        "Pairs":{"Key":"password","Value":"hunter22"},"patch":{"path":"/password","value":"hunter22"},"n":1234567}"#,
    );
    let expected = json!({
        "password": { "value": ["hunt…", "1234…", true, null] },
        "metadata": [{ "name": "apiKey", "value": "abcd…" }, { "key": "theme", "value": "dark" }],
        "Pairs": { "Key": "password", "Value": "hunt…" },
        "patch": { "path": "/password", "value": "hunt…" },
        "n": 1_234_567,
    });
    assert_eq!(shown.unwrap(), expected);
    let long = json(format!("[\"{}\"]", "x".repeat(300)).as_bytes()).unwrap();
    assert_eq!(long[0].as_str().unwrap().chars().count(), 257);
    let named = json(format!("{{\"{}\":1}}", "x".repeat(300)).as_bytes()).unwrap();
    assert_eq!(named.as_object().unwrap().keys().next().unwrap().chars().count(), 257);
}

#[test]
fn a_form_shows_without_its_secrets() {
    for (sent, shown) in [
        ("token=abcdef&password%3Dhunter22&%70assword=hunter22", "token=abcd…&pass…=…&password=hunt…"),
        ("a=b;password=hunter22;c=d", "a=b;password=hunt…;c=d"),
        ("a=b;password=hun;ter22", "a=b;password=hun;…"),
        ("key=password&value=hunter22", "key=password&value=hunt…"),
        (
            "redirect=https%3A%2F%2Fu%3Asecret%40h%2Fcb%3Fcode%3D12345%26x%3D1",
            "redirect=https://…:secr…@h/cb?code=1234…&x=1",
        ),
        ("next=%252Fcb%253Ftoken%253Dhunter22", "next=/cb?token=hunt…"),
        ("data=%7B%22password%22%3A%22hunter22%22%7D", "data={\"password\":\"hunt…\"}"),
        ("data=%7B%22password%22%3A%22hunter22", "data={\"password\":\"hunt…"),
        ("assert=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmVk", "assert=eyJh…"),
        ("header=Bearer+hunter22", "header=Bearer hunt…"),
        ("what=basic+plan&who=the+bearer+of+it", "=="),
        ("a=b&Zq9SEdGhpcyBpcyBhIHRva2Vu", "a=b&Zq9S…="),
        ("Zq9SEdGhpcyBpcyBhIHRva2Vu==", "Zq9S…=="),
        ("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&dry_run=&page=2", "=="),
        ("scope=openid+urn:acme:iam:org:project:id:acme:aud&include_token=true&pretty=", "=="),
        ("redirect_uri=https://a.example/cb?x=1&login_hint=ada@example.com&filter=a eq \"b\"", "=="),
    ] {
        let expected = if shown == "==" { sent.replace('+', " ") } else { shown.to_owned() };
        assert_eq!(form(sent.as_bytes()).unwrap(), expected);
    }
    assert_eq!(form(b"Zq9SEdGhpcyBpcyBhIHRva2Vu"), None);
    assert_eq!(path("/a;password=hunter22/b:token:c", Some("pretty&token=abcdef")), {
        "/a;password=hunt…?pretty=&token=abcd…"
    });
    assert_eq!(path("/v1/tokens:exchange", Some("Zq9SEdGhpcyBpcyBhIHRva2Vu")), "/v1/tokens:exchange?Zq9S…=");
}

#[test]
fn a_text_shows_without_the_secrets_in_it() {
    for (sent, expected) in [
        (r#"{"password":"hunter22","n":1}"#, r#"{"password":"hunt…","n":1}"#),
        (r#"{"a":"{\"password\":\"hunter22\"}"}"#, r#"{"a":"{\"password\":\"hunt…\"}"}"#),
        (r#"{ "n": 1.0 }"#, r#"{ "n": 1.0 }"#),
        (r#"sent {"password": "hun\"ter22", "n": 1}"#, r#"sent {"password": "hun\…", "n": 1}"#),
        (r#"sent {\"password\":\"hunter22\"}"#, r#"sent {\"password\":\"hunt…"#),
        ("user=ada password=correct horse battery host=h", "user=ada password=corr… host=h"),
        ("password: hunter22\nnext line", "password: hunt…\nnext line"),
        ("postgres://u:hunter22@h/db and https://hunter22@h", "postgres://…:hunt…@h/db and https://hunt…@h"),
        ("https://a.example/@scope/name", "https://a.example/@scope/name"),
        ("Is the session over? No: the code is 5", "Is the session over? No: the code is 5"),
        ("100 % of it, see a%20b", "100 % of it, see a%20b"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "----…"),
    ] {
        assert_eq!(shown(sent), expected);
    }
    let deep = (0..9).fold("{\"password\":\"hunter22\"}".to_owned(), |text, _| json!({ "a": text }).to_string());
    assert!(!shown(&deep).contains("ter22"));
}

#[test]
fn a_hostile_text_takes_no_quadratic_time() {
    const LENGTH: usize = 128 << 10;
    let watch = crate::journal::Stopwatch::start();
    for part in [
        " ", "//", "//a@", "pin= ", "pin=\"", "a\" ", "a[", "%25", "[", "{\"a\":", "eyJ.", "pin:", "=", "&",
        "key=pin&", ";a",
    ] {
        let text = format!("a=pin=b{}", part.repeat(LENGTH / part.len()));
        let _ = (shown(&text), form(text.as_bytes()), path(&text, Some(&text)), json(text.as_bytes()));
    }
    assert!(watch.elapsed() < std::time::Duration::from_secs(10), "{:?}", watch.elapsed());
}

/// The name of a secret, in some spelling.
fn a_name() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "password",
        "secret",
        "token",
        "code",
        "assertion",
        "key",
        "otp",
        "pwd",
        "pass",
        "auth",
        "sig",
        "session",
        "security_answer",
    ]);
    ("([b-d]{1,5}[_-])?", word, any::<bool>()).prop_map(|(before, word, upper)| {
        let name = format!("{before}{word}");
        if upper { name.to_uppercase() } else { name }
    })
}

/// JSON with secrets at any depth. Only secrets start with the mark.
fn a_body() -> impl Strategy<Value = Value> {
    let secret = "Zq9SE[a-zA-Z0-9 \"\\\\äß]{0,12}".prop_map(Value::String);
    let held = secret.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            inner.prop_map(|inner| json!({ "value": inner })),
        ]
    });
    let pair = (a_name(), "Zq9SE[a-z]{0,9}", any::<bool>()).prop_map(|(name, value, upper)| match upper {
        true => json!({ "Key": name, "Value": value }),
        false => json!({ "name": name, "value": value }),
    });
    let member = prop_oneof![
        (a_name(), held),
        ("[b-d]{1,6}x", pair),
        ("[b-d]{1,6}x", prop_oneof![any::<i32>().prop_map(Value::from), "[a-z]{0,9}".prop_map(Value::String)]),
    ];
    let object = prop::collection::vec(member, 0..5).prop_map(|members| Value::Object(Map::from_iter(members)));
    object.prop_recursive(4, 24, 4, |inner| {
        let below = prop::collection::vec(("[b-d]{1,4}x", inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            below.prop_map(|members| Value::Object(Map::from_iter(members))),
            inner.prop_map(|inner| json!({ "datax": inner.to_string() })),
        ]
    })
}

/// A value under a harmless name, with a secret in it.
fn a_carrier() -> impl Strategy<Value = String> {
    let secret = "Zq9SE[a-zA-Z0-9!ä.-]{0,12}";
    prop_oneof![
        (a_name(), secret).prop_map(|(name, secret)| format!("b;{name}={secret}")),
        (a_name(), secret).prop_map(|(name, secret)| format!("https://h.example/cb?a=1&{name}={secret}#end")),
        (a_name(), secret).prop_map(|(name, secret)| json!({ name: secret }).to_string()),
        (a_name(), secret).prop_map(|(name, secret)| json!([{ "a": { name: [secret] } }]).to_string()),
        (a_name(), secret).prop_map(|(name, secret)| format!("{name}: {secret}")),
        secret.prop_map(|secret| format!("https://u:{secret}@h.example/")),
        secret.prop_map(|secret| format!("Bearer {secret}")),
    ]
}

/// A text in which nothing is a secret.
fn harmless() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 ,.:/@_-]{0,60}".prop_filter("it may say a secret", |text| !text.contains("//")
            && !text.split([':', ' ']).any(|word| is_secret(word) || word.eq_ignore_ascii_case("bearer"))
            && !text.to_lowercase().starts_with("basic")),
        "https?://[a-z]{1,9}\\.example/[a-z/]{0,9}",
        "[a-z]{1,9}@[a-z]{1,9}\\.example",
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}

proptest! {
    #[test]
    fn no_secret_of_a_body_survives_in_full(body in a_body()) {
        let shown = json(body.to_string().as_bytes()).unwrap().to_string();
        prop_assert!(!shown.contains("Zq9SE"), "{shown}");
    }

    #[test]
    fn no_secret_of_a_form_survives_in_full(pairs in prop::collection::vec((a_name(), "Zq9SE[ -~ä]{0,12}"), 1..5)) {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let shown = form(text.as_bytes()).unwrap();
        prop_assert!(!shown.contains("Zq9SE"), "{shown}");
    }

    #[test]
    fn no_secret_inside_a_text_survives_in_full(carrier in a_carrier(), name in "[b-d]{1,6}x", coded in any::<bool>()) {
        let shown_body = json(json!({ &name: &carrier }).to_string().as_bytes()).unwrap().to_string();
        prop_assert!(!shown_body.contains("Zq9SE"), "{shown_body}");
        let mut text = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &carrier).finish();
        if coded {
            text = form_urlencoded::Serializer::new(String::new()).append_pair("next", &format!("/?{text}")).finish();
        }
        let shown_form = form(text.as_bytes()).unwrap();
        prop_assert!(!shown_form.contains("Zq9SE"), "{shown_form}");
        prop_assert!(!path("/a", Some(&text)).contains("Zq9SE"));
    }

    #[test]
    fn no_token_without_a_name_survives_in_full(token in "Zq9SE[a-zA-Z0-9._~+/-]{0,80}={0,2}", place in 0..3) {
        let text = match place {
            0 => token,
            1 => format!("a=b&{token}"),
            _ => format!("{token}&a=b"),
        };
        prop_assert!(!path("/a", Some(&text)).contains("Zq9SE"));
        prop_assert!(form(text.as_bytes()).is_none_or(|shown| !shown.contains("Zq9SE")));
    }

    #[test]
    fn what_is_no_secret_is_shown_as_it_came(name in "[b-d]{1,6}x", text in harmless(), number in any::<i64>()) {
        let body = json!({ &name: &text, "n": number, "b": [true, null, &text], "key": &name, "value": &text });
        prop_assert_eq!(json(body.to_string().as_bytes()), Some(body));
        let sent = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &text).finish();
        prop_assert_eq!(form(sent.as_bytes()), Some(format!("{name}={text}")));
    }

    #[test]
    fn whatever_bytes_come_something_is_shown(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (json(&bytes), form(&bytes), shown(&String::from_utf8_lossy(&bytes)));
    }
}
