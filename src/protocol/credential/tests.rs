//! Tests of every carrier, one after another and together.

use super::*;

const ALL: [Carrier; 5] = [
    Carrier::Header(&API_KEY),
    Carrier::Authorization,
    Carrier::Form(&["client_id", "client_secret", "assertion"]),
    Carrier::Json(&["token"]),
    Carrier::Query(&["access_token"]),
];

fn call(path: &str, headers: &[(&'static str, &str)], body: &str) -> Call {
    let mut request = http::Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    Call::new(head, body.to_owned().into())
}

fn take(call: &mut Call, carriers: &[Carrier]) -> Result<Option<String>, BadWorld> {
    take_world(call, carriers, None)
}

fn conflict(one: &str, other: &str) -> Result<Option<String>, BadWorld> {
    Err(BadWorld::Credentials(one.to_owned(), other.to_owned()))
}

fn world(name: &str) -> Result<Option<String>, BadWorld> {
    Ok(Some(name.to_owned()))
}

fn basic(halves: &str) -> String {
    format!("Basic {}", STANDARD.encode(halves))
}

fn jwt(claims: &str) -> String {
    format!("a.{}.c", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn a_name_is_short_and_plain() {
    for name in ["a", "checkout-17", "A.b_c", "-", &"x".repeat(64)] {
        assert!(is_world(name), "{name}");
    }
    for name in ["", ".a", "a b", "é", "a/b", "a~b", &"x".repeat(65)] {
        assert!(!is_world(name), "{name}");
    }
}

#[test]
fn the_last_tilde_counts() {
    assert_eq!(split_world("key"), ("key", None));
    assert_eq!(split_world("a~b~c"), ("a~b", Some("c")));
    assert_eq!(split_world("a~"), ("a", Some("")));
}

#[test]
fn a_header_loses_its_world() {
    for (name, sent, bare) in [
        ("x-api-key", "key~w", "key"),
        ("x-api-key", "key", "key"),
        ("authorization", "Bearer a~b~w", "Bearer a~b"),
        ("authorization", "bearer  a~w", "bearer  a"),
        ("authorization", "a~w", "a"),
        ("authorization", &basic("id%7ew:sec%20ret%7Ew"), &basic("id:sec%20ret")),
        ("authorization", &basic("id~w:secret"), &basic("id:secret")),
        ("authorization", "Basic ~w~", "Basic ~w~"),
    ] {
        let mut call = call("/", &[(name, sent)], "");
        let expected = if sent == bare { Ok(None) } else { world("w") };
        assert_eq!(take(&mut call, &ALL), expected, "{sent}");
        assert_eq!(call.head.headers[name], bare, "{sent}");
    }
}

#[test]
fn every_value_of_a_header_counts() {
    let mut call = call("/", &[("x-api-key", "a~w"), ("x-api-key", "b~v")], "");
    assert_eq!(take(&mut call, &ALL), conflict("w", "v"));
    let left: Vec<_> = call.head.headers.get_all(&API_KEY).iter().collect();
    assert_eq!(left, ["a", "b"]);
}

#[test]
fn a_form_and_a_query_lose_theirs() {
    let mut form = call("/", &[], "grant_type=x&client_id=a%7Ew&scope=b~c&client_secret=d~w");
    assert_eq!(take(&mut form, &ALL), world("w"));
    assert_eq!(form.body, "grant_type=x&client_id=a&scope=b%7Ec&client_secret=d");
    let mut other = call("/", &[("content-type", "text/plain")], "client_id=a~w");
    assert_eq!((take(&mut other, &ALL), &*other.body), (Ok(None), &b"client_id=a~w"[..]));
    let mut query = call("/a?access_token=t~w&note=%20~", &[], "");
    assert_eq!(take(&mut query, &ALL), world("w"));
    assert_eq!(query.head.uri, "/a?access_token=t&note=+%7E");
    let mut whole = call("http://host/a?access_token=t~w", &[], "");
    assert_eq!(
        (take(&mut whole, &ALL), whole.head.uri.to_string()),
        (world("w"), "http://host/a?access_token=t".to_owned())
    );
}

#[test]
fn a_member_loses_its_world_and_the_others_stay_as_they_are() {
    let mut json = call("/", &[], r#" {"n": 1.0e2, "token": "t~w","note":"a~b","n":2}"#);
    assert_eq!(take(&mut json, &ALL), world("w"));
    assert_eq!(json.body, r#"{"n":1.0e2,"token":"t","note":"a~b","n":2}"#);
    for body in [r#"{"note":"a~b"}"#, r#"{"token":["a~b"]}"#, r#"{"token":"a~b""#, r#"["token","a~b"]"#] {
        let mut other = call("/", &[("content-type", "application/json")], body);
        assert_eq!((take(&mut other, &ALL), &*other.body), (Ok(None), body.as_bytes()), "{body}");
    }
}

#[test]
fn a_jwt_names_its_world_and_stays_whole() {
    for (claims, expected) in [
        (r#"{"sub":"x~y","fauxidp_world":"w"}"#, world("w")),
        (r#"{"sub":"x~w"}"#, world("w")),
        (r#"{"sub":"x~no name"}"#, Ok(None)),
        (r#"{"sub":"x"}"#, Ok(None)),
        ("no claims", Ok(None)),
    ] {
        let token = jwt(claims);
        let bearer = format!("Bearer {token}");
        let mut call = call("/", &[("authorization", &bearer)], "");
        assert_eq!(take(&mut call, &ALL), expected, "{claims}");
        assert_eq!(call.header(&AUTHORIZATION), Some(&*bearer));
        assert!(call.credentials.contain(&token));
    }
}

#[test]
fn two_worlds_conflict_wherever_they_are_named() {
    let of_w = jwt(r#"{"fauxidp_world":"w"}"#);
    for (path, headers, body, expected) in [
        ("/", vec![("x-api-key", "a~w".to_owned()), ("authorization", "Bearer b~w".to_owned())], "", world("w")),
        (
            "/",
            vec![("x-api-key", "a~w".to_owned()), ("authorization", "Bearer b~v".to_owned())],
            "",
            conflict("w", "v"),
        ),
        ("/", vec![("authorization", basic("a~w:b~v"))], "", conflict("w", "v")),
        ("/", vec![("authorization", basic("a~w:b"))], "client_secret=c~v", conflict("w", "v")),
        ("/", vec![("authorization", format!("Bearer {of_w}"))], r#"{"token":"b~v"}"#, conflict("w", "v")),
        ("/", vec![("authorization", format!("Bearer {of_w}~v"))], "", conflict("w", "v")),
        ("/?access_token=a~w", vec![], "client_id=a~v&client_secret=b~u", conflict("v", "u")),
        ("/?access_token=a~w", vec![], "client_id=a", world("w")),
    ] {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(take(&mut call(path, &headers, body), &ALL), expected, "{path} {headers:?} {body}");
    }
}

#[test]
fn what_is_kept_of_a_call_is_bounded() {
    let body = (0..10_000).map(|n| format!("client_id={n}~{}", "x".repeat(n))).take(200).collect::<Vec<_>>().join("&");
    let mut call = call("/", &[], &body);
    let Err(BadWorld::Credentials(one, other)) = take(&mut call, &ALL) else { panic!("no conflict") };
    assert!(one.len() <= MAX_NAME + 1 && other.len() <= MAX_NAME + 1);
    assert!(call.credentials.contain("0") && !call.credentials.contain("100"));
}

#[test]
fn only_declared_carriers_are_read() {
    let mut call = call("/", &[("x-api-key", "key~w"), ("authorization", "Bearer token~v")], "");
    assert_eq!(take(&mut call, &[Carrier::Authorization]), world("v"));
    assert_eq!(call.header(&API_KEY), Some("key~w"));
    assert!(call.credentials.contain("token") && !call.credentials.contain("key"));
}

#[test]
fn the_path_names_a_world_too() {
    for (of_path, key, expected) in [
        (Some("w"), "key", world("w")),
        (Some("w"), "key~w", world("w")),
        (Some("v"), "key~w", Err(BadWorld::PathAndCredential("v".to_owned(), "w".to_owned()))),
        (Some(".v"), "key", Err(BadWorld::Name(".v".to_owned()))),
        (None, "key~", Err(BadWorld::Name(String::new()))),
        (None, "key", Ok(None)),
    ] {
        assert_eq!(take_world(&mut call("/", &[("x-api-key", key)], ""), &ALL, of_path), expected, "{of_path:?} {key}");
    }
}
