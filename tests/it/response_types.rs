//! What no seeded application of MonoCloud may do: the hybrid and the implicit flow, and access tokens of which only the
//! server knows what they are for.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fauxidp::Emulator;
use serde_json::{Value, json};

use crate::sign_in::{claims, control, emulator_with, form, tokens};
use crate::wire::{Answer, Ask};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";
const CLIENT: [(&str, &str); 2] = [("client_id", "monocloud-web"), ("client_secret", "monocloud-web-secret")];

/// An emulator whose web application may use every flow.
async fn emulator(name: &str) -> Emulator {
    emulator_with(name, |seed| {
        let application = &mut seed["applications"][0];
        application["allowed_grant_types"] = json!(["authorization_code", "hybrid", "implicit"]);
        application["allow_access_tokens_via_browser"] = true.into();
    })
    .await
}

fn authorize(more: &[(&str, &str)]) -> Ask {
    let pairs = [("client_id", "monocloud-web"), ("redirect_uri", CALLBACK), ("fauxidp_user", "user-active")];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(more).finish();
    Ask::new("GET", &format!("/monocloud/connect/authorize?{query}"))
}

/// The parameters of an answer, and the mode in which they came.
fn answered(answer: &Answer) -> (&'static str, BTreeMap<String, String>) {
    let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let Some(location) = answer.header("location") else {
        let text = answer.text();
        assert!(text.contains(&format!("<form method=\"post\" action=\"{CALLBACK}\">")), "{text}");
        let fields = text.split("type=\"hidden\" name=\"").skip(1).map(|field| {
            let (name, rest) = field.split_once("\" value=\"").expect("a value");
            (name.to_owned(), rest[..rest.find('"').expect("an end")].to_owned())
        });
        return ("form_post", fields.collect());
    };
    let rest = location.strip_prefix(CALLBACK).expect("the redirect URI");
    match rest.split_at(1) {
        ("#", fragment) => ("fragment", pairs(fragment)),
        ("?", query) => ("query", pairs(query)),
        _ => panic!("{location}"),
    }
}

/// The left half of a text's hash, as ID tokens have it.
fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref()[..16])
}

async fn userinfo(emulator: &Emulator, token: &str) -> Answer {
    let ask = Ask::new("GET", "/monocloud/connect/userinfo").header("authorization", &format!("Bearer {token}"));
    ask.send(emulator).await
}

async fn redeem(emulator: &Emulator, code: &str) -> Answer {
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    form("/monocloud/connect/token", &[&CLIENT[..], &pairs].concat()).send(emulator).await
}

#[tokio::test]
async fn every_response_type_of_discovery_comes_in_every_mode_that_may_carry_it() {
    let emulator = emulator("response-types").await;
    let discovery = Ask::new("GET", "/monocloud/.well-known/openid-configuration").send(&emulator).await.json();
    let texts = |member: &str| -> Vec<String> {
        discovery[member].as_array().expect("a list").iter().map(|one| one.as_str().expect("a text").into()).collect()
    };
    let (types, modes) = (texts("response_types_supported"), texts("response_modes_supported"));
    assert_eq!((types.len(), modes.len()), (7, 3));
    for (kind, mode) in
        types.iter().flat_map(|kind| modes.iter().map(move |mode| (kind, Some(mode))).chain([(kind, None)]))
    {
        let about = format!("{kind} by {mode:?}");
        let asked = [("response_type", &**kind), ("scope", "openid email"), ("nonce", "n"), ("state", "s")];
        let mode_asked = mode.map(|mode| ("response_mode", &**mode));
        let asked: Vec<_> = asked.into_iter().chain(mode_asked).collect();
        let (came, mut parameters) = answered(&authorize(&asked).send(&emulator).await);
        let has = |part: &str| kind.split(' ').any(|own| own == part);
        let has_tokens = has("token") || has("id_token");
        assert_eq!(parameters.remove("state").as_deref(), Some("s"), "{about}");
        if has_tokens && mode.is_some_and(|mode| mode == "query") {
            assert_eq!(parameters["error"], "invalid_request", "{about}: tokens never stand in a query");
            continue;
        }
        assert_eq!(came, mode.map_or(if has_tokens { "fragment" } else { "query" }, |mode| mode), "{about}");
        let names: Vec<_> = parameters.keys().map(String::as_str).collect();
        let mut expected = vec!["scope"];
        expected.extend(has("code").then_some("code"));
        expected.extend(has("id_token").then_some("id_token"));
        expected.extend(has("token").then_some(["access_token", "expires_in", "token_type"]).into_iter().flatten());
        expected.sort_unstable();
        assert_eq!(names, expected, "{about}");
        if has("id_token") {
            let claims = claims(&json!(parameters["id_token"]));
            assert_eq!((&claims["nonce"], &claims["sub"]), (&json!("n"), &json!("user-active")), "{about}");
            for (claim, parameter) in [("c_hash", "code"), ("at_hash", "access_token")] {
                let hash = parameters.get(parameter).map(|text| Value::from(half_hash(text)));
                assert_eq!(claims.get(claim), hash.as_ref(), "{about}: {claim}");
            }
            // Alone it says what nothing else would.
            assert_eq!(claims.get("email").is_some(), !has("code") && !has("token"), "{about}");
        }
        if let Some(token) = parameters.get("access_token") {
            assert_eq!(userinfo(&emulator, token).await.json()["email"], "ada.active@example.com", "{about}");
        }
        if let Some(code) = parameters.get("code") {
            let granted = redeem(&emulator, code).await;
            assert_eq!(granted.status, 200, "{about}: {}", granted.text());
            assert_eq!(claims(&granted.json()["id_token"])["nonce"], "n", "{about}");
        }
    }
}

#[tokio::test]
async fn tokens_come_through_the_browser_only_where_the_application_may_have_them() {
    let free = emulator("browser-free").await;
    let strict = emulator_with("browser-strict", |seed| {
        seed["applications"][0]["allowed_grant_types"] = json!(["hybrid", "implicit"]);
    })
    .await;
    let seeded = crate::wire::emulator().await;
    let id_token = [("response_type", "id_token"), ("scope", "openid"), ("nonce", "n")];
    let token = [("response_type", "token"), ("scope", "openid")];
    for (emulator, asked, error) in [
        (&free, &id_token[..2], "invalid_request"),
        (&free, &[("response_type", "id_token"), ("scope", "email"), ("nonce", "n")][..], "invalid_scope"),
        (&free, &[("response_type", "none"), ("scope", "openid")], "unsupported_response_type"),
        (&free, &[("response_type", "code code"), ("scope", "openid")], "unsupported_response_type"),
        (&strict, &token, "invalid_request"),
        (&strict, &[("response_type", "code"), ("scope", "openid")], "unauthorized_client"),
        (&seeded, &id_token, "unauthorized_client"),
        (&seeded, &token, "unauthorized_client"),
    ] {
        let (_, parameters) = answered(&authorize(asked).send(emulator).await);
        assert_eq!(parameters["error"], error, "{asked:?}");
        assert!(["code", "id_token", "access_token"].iter().all(|name| !parameters.contains_key(*name)), "{asked:?}");
    }
}

/// What the API learns about a token.
async fn introspected(emulator: &Emulator, token: &str) -> Value {
    let pairs = [("client_id", "monocloud-api"), ("client_secret", "monocloud-api-secret"), ("token", token)];
    form("/monocloud/connect/introspect", &pairs).send(emulator).await.json()
}

#[tokio::test]
async fn a_reference_token_says_what_a_jwt_says_and_dies_when_it_is_revoked_or_its_session_ends() {
    let jwts = emulator("reference-none").await;
    let emulator = emulator_with("reference", |seed| {
        seed["apiResources"][0]["access_token_type"] = "reference".into();
        seed["apiResources"][0]["bind_tokens_to_session"] = true.into();
    })
    .await;
    let asked = json!({ "scope": "openid read" });
    let token = |granted: &Value| granted["access_token"].as_str().expect("a token").to_owned();
    let (jwt, reference) =
        (tokens(&jwts, "default", asked.clone()).await, tokens(&emulator, "default", asked.clone()).await);
    let (jwt, reference) = (token(&jwt), token(&reference));
    assert!(!reference.contains('.'), "it looks opaque: {reference}");
    let mut said = [introspected(&jwts, &jwt).await, introspected(&emulator, &reference).await];
    for claims in &mut said {
        assert_eq!(claims["active"], true, "{claims}");
        // Made of the same random numbers, of which a JWT needs fewer.
        claims.as_object_mut().expect("claims").remove("jti");
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(userinfo(&emulator, &reference).await.json()["sub"], "user-active");
    // Nobody but its application ends it.
    for (client, left) in [("monocloud-m2m", true), ("monocloud-web", false)] {
        let secret = format!("{client}-secret");
        let pairs = [("client_id", client), ("client_secret", &secret), ("token", &reference)];
        assert_eq!(form("/monocloud/connect/revocation", &pairs).send(&emulator).await.status, 200);
        assert_eq!(introspected(&emulator, &reference).await["active"], left, "{client}");
    }
    assert_eq!(userinfo(&emulator, &reference).await.status, 401);
    // A JWT lives on.
    let pairs = [("client_id", "monocloud-web"), ("client_secret", "monocloud-web-secret"), ("token", &jwt)];
    form("/monocloud/connect/revocation", &pairs).send(&jwts).await;
    assert_eq!(introspected(&jwts, &jwt).await["active"], true);
    // It dies with its session, with its time, and never was anything elsewhere.
    let world = token(&tokens(&emulator, "other", asked.clone()).await);
    let bare = world.strip_suffix("~other").expect("it leads to its world");
    assert_eq!(introspected(&emulator, &world).await["active"], true);
    assert_eq!(introspected(&emulator, bare).await["active"], false);
    let bound = token(&tokens(&emulator, "default", asked.clone()).await);
    let sid = introspected(&emulator, &bound).await["sid"].as_str().expect("a session").to_owned();
    let ended = Ask::new("DELETE", &format!("/api/users/user-active/sessions/{sid}"));
    assert!(ended.header("x-api-key", "monocloud-admin").send(&emulator).await.status < 300);
    assert_eq!(introspected(&emulator, &bound).await["active"], false);
    let late = token(&tokens(&emulator, "default", asked).await);
    assert_eq!(introspected(&emulator, &late).await["active"], true);
    let clock = Ask::new("PUT", "/__fauxidp/worlds/default/clock").body(r#"{"advance_ms": 3600000}"#);
    assert_eq!(clock.send(&emulator).await.status, 200);
    assert_eq!(introspected(&emulator, &late).await["active"], false);
    control(&emulator, "default", "reset", json!({})).await;
    assert_eq!(introspected(&emulator, &late).await["active"], false);
}
