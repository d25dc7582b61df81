//! A provider's answers, right and wrong, and what a redemption makes of each.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::json;

use super::*;
use crate::tokens::{Keys, jwk};

const ISSUER: &str = "http://idp.test/a";
const NOW: i64 = 1_000_000;

fn redemption() -> Redemption {
    Redemption {
        issuer: ISSUER.to_owned(),
        client_id: "app~w".to_owned(),
        client_secret: Some("a secret".to_owned()),
        code: "the code".to_owned(),
        redirect_uri: "http://localhost/cb".to_owned(),
    }
}

fn configuration() -> Value {
    json!({ "issuer": ISSUER, "token_endpoint": "http://idp.test/token", "jwks_uri": "http://idp.test/keys" })
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": "app~w", "sub": "ada", "exp": NOW + 60, "iat": NOW, "email": "ada@x.test" })
}

fn answer(status: u16, body: &Value) -> Result<OutboundReply, OutboundError> {
    let status = StatusCode::from_u16(status).unwrap();
    Ok(OutboundReply { status, headers: HeaderMap::new(), body: Bytes::from(body.to_string()) })
}

/// Follows the steps with these answers; returns what came of it, and what was asked.
fn follow(
    redemption: Redemption,
    answers: impl IntoIterator<Item = Result<OutboundReply, OutboundError>>,
) -> (Result<Person, RedemptionError>, Vec<OutboundRequest>) {
    let (mut step, mut asked) = (redemption.begin(), Vec::new());
    let mut answers = answers.into_iter();
    loop {
        match step {
            Step::Done(person) => return (Ok(person), asked),
            Step::Ask(question) => {
                let Question { request, stage } = *question;
                asked.push(request);
                match stage.resume(answers.next().expect("an answer"), NOW) {
                    Ok(next) => step = next,
                    Err(error) => return (Err(error), asked),
                }
            }
        }
    }
}

/// What comes of an ID token with these claims, which the first key of the pool signs.
fn told(claims: &Value) -> Result<Person, RedemptionError> {
    let key = Keys::default().next().unwrap().key();
    let tokens = json!({ "id_token": key.sign("k", claims), "access_token": "t" });
    let keys = json!({ "keys": [{ "kty": "EC", "kid": "k" }, jwk(key.public(), "k")] });
    follow(redemption(), [answer(200, &configuration()), answer(200, &tokens), answer(200, &keys)]).0
}

#[test]
fn a_code_is_redeemed_in_three_steps() {
    let key = Keys::default().next().unwrap().key();
    let tokens = json!({ "id_token": key.sign("k", &claims()) });
    let keys = json!({ "keys": [jwk(key.public(), "k")] });
    let (person, asked) =
        follow(redemption(), [answer(200, &configuration()), answer(200, &tokens), answer(200, &keys)]);
    assert_eq!(person, Ok(Person { email: Some("ada@x.test".to_owned()), is_email_verified: true }));
    let urls: Vec<_> = asked.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(
        urls,
        ["http://idp.test/a/.well-known/openid-configuration", "http://idp.test/token", "http://idp.test/keys"]
    );
    let redeemed = &asked[1];
    assert_eq!(redeemed.body, "grant_type=authorization_code&code=the+code&redirect_uri=http%3A%2F%2Flocalhost%2Fcb");
    let basic = format!("Basic {}", STANDARD.encode("app%7Ew:a+secret"));
    assert_eq!(redeemed.headers[AUTHORIZATION], basic);
}

#[test]
fn a_client_shows_who_it_is_as_the_provider_takes_it() {
    let body = |secret: Option<&str>, methods: Value| {
        let mut configuration = configuration();
        configuration["token_endpoint_auth_methods_supported"] = methods;
        let redemption = Redemption { client_secret: secret.map(str::to_owned), ..redemption() };
        let (_, asked) = follow(redemption, [answer(200, &configuration), answer(500, &json!({}))]);
        let body = String::from_utf8(asked[1].body.to_vec()).unwrap();
        (asked[1].headers.contains_key(AUTHORIZATION), body.split_once("cb").unwrap().1.to_owned())
    };
    assert_eq!(body(Some("s"), json!(null)), (true, String::new()));
    assert_eq!(body(Some("s"), json!(["client_secret_post"])), (false, "&client_id=app%7Ew&client_secret=s".into()));
    assert_eq!(body(None, json!(["none"])), (false, "&client_id=app%7Ew".into()));
}

#[test]
fn an_address_that_the_token_does_not_say_is_asked_for() {
    let key = Keys::default().next().unwrap().key();
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("email");
    let mut configuration = configuration();
    configuration["userinfo_endpoint"] = "http://idp.test/me".into();
    let tokens = json!({ "id_token": key.sign("k", &claims), "access_token": "t" });
    let keys = json!({ "keys": [jwk(key.public(), "k")] });
    let told = |user: Value| {
        let user = answer(200, &user);
        let answers = [answer(200, &configuration), answer(200, &tokens), answer(200, &keys), user];
        follow(redemption(), answers)
    };
    let (person, asked) = told(json!({ "sub": "ada", "email": "ada@x.test", "email_verified": false }));
    assert_eq!(person, Ok(Person { email: Some("ada@x.test".to_owned()), is_email_verified: false }));
    assert_eq!(asked[3].headers[AUTHORIZATION], "Bearer t");
    assert_eq!(told(json!({ "sub": "eve", "email": "ada@x.test" })).0, Err(RedemptionError::Token("subject")));
}

#[test]
fn only_a_token_that_holds_tells_who_it_is() {
    assert!(told(&claims()).is_ok());
    for (member, value, reason) in [
        ("iss", json!("http://idp.test"), "issuer"),
        ("iss", json!(null), "issuer"),
        ("aud", json!("other"), "audience"),
        ("aud", json!(["other"]), "audience"),
        ("aud", json!(null), "audience"),
        ("azp", json!("other"), "authorized_party"),
        ("exp", json!(NOW), "expired"),
        ("exp", json!(null), "expired"),
        ("iat", json!(NOW + 3_600), "not_yet_valid"),
        ("nbf", json!(NOW + 3_600), "not_yet_valid"),
        ("sub", json!(null), "subject"),
        ("sub", json!(""), "subject"),
    ] {
        let mut claims = claims();
        claims[member] = value;
        assert_eq!(told(&claims), Err(RedemptionError::Token(reason)), "{claims}");
    }
    let mut several = claims();
    (several["aud"], several["azp"]) = (json!(["project", "app~w"]), json!("app~w"));
    assert!(told(&several).is_ok(), "other audiences do no harm");
}

#[test]
fn a_provider_that_fails_is_told_from_a_code_that_is_refused() {
    let (up, down) = (answer(200, &configuration()), Err(OutboundError::TimedOut));
    let keys = Keys::default();
    let (key, other) = (keys.next().unwrap().key(), keys.next().unwrap().key());
    let tokens = |token: String| answer(200, &json!({ "id_token": token }));
    let set = |public: &PublicKey, id: &str| answer(200, &json!({ "keys": [jwk(public, id)] }));
    let wrong = json!({ "issuer": "http://evil.test", "token_endpoint": "http://x/", "jwks_uri": "http://x/" });
    let right = key.sign("k", &claims());
    for (answers, error) in [
        (vec![down.clone()], RedemptionError::Provider("unreachable")),
        (vec![answer(503, &json!({}))], RedemptionError::Provider("status")),
        (vec![answer(200, &json!("no object"))], RedemptionError::Provider("answer")),
        (vec![answer(200, &json!({ "issuer": ISSUER }))], RedemptionError::Provider("answer")),
        (vec![answer(200, &wrong)], RedemptionError::Provider("issuer")),
        (vec![up.clone(), down.clone()], RedemptionError::Provider("unreachable")),
        (vec![up.clone(), answer(400, &json!({ "error": "invalid_grant" }))], RedemptionError::Code),
        (vec![up.clone(), answer(302, &json!({}))], RedemptionError::Provider("status")),
        (vec![up.clone(), tokens(right.clone()), down.clone()], RedemptionError::Provider("unreachable")),
        (vec![up.clone(), tokens(right.clone()), answer(200, &json!({}))], RedemptionError::Provider("answer")),
        (vec![up.clone(), answer(200, &json!({})), set(key.public(), "k")], RedemptionError::Token("missing")),
        (vec![up.clone(), tokens(right.clone()), set(other.public(), "k")], RedemptionError::Token("signature")),
        (vec![up.clone(), tokens(right.clone()), set(key.public(), "l")], RedemptionError::Token("signature")),
        (vec![up.clone(), tokens("a.b.c".to_owned()), set(key.public(), "k")], RedemptionError::Token("signature")),
    ] {
        assert_eq!(follow(redemption(), answers).0, Err(error));
    }
}
