//! Tokens by which clients show who they are (RFC 7523): what they must claim. Knows neither clients nor keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How far the clocks of client and server may differ.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Who an assertion says it is from. Nothing is believed before its signature was checked.
pub fn unverified_subject(assertion: &str) -> Option<String> {
    unverified_claims(assertion)?["sub"].as_str().map(str::to_owned)
}

/// What a token claims, whoever signed it. `None` if it is no token.
pub fn unverified_claims(token: &str) -> Option<Value> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// Whether verified claims show that `client_id` signed the assertion for one of these audiences, and that it has not
/// expired at `now`. The subject may name a world behind the id, which was taken off the id.
pub fn shows(claims: &Value, client_id: &str, audiences: &[&str], now: Timestamp) -> bool {
    let bare = |name: &str| claims[name].as_str().map(|text| crate::context::split_world(text).0);
    let is_own = |name: &str| claims[name] == client_id || bare(name) == Some(client_id);
    let fits = |value: &Value| value.as_str().is_some_and(|text| audiences.contains(&text.trim_end_matches('/')));
    let audience = &claims["aud"];
    let is_for_us = audience.as_array().map_or_else(|| fits(audience), |all| all.iter().any(fits));
    let time = |name: &str| claims[name].as_f64().and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let has_begun = |name: &str| time(name).is_none_or(|time| time.duration_since(now) <= TOLERANCE);
    let lives = time("exp").is_some_and(|time| now.duration_since(time) < TOLERANCE);
    is_own("iss") && is_own("sub") && is_for_us && lives && has_begun("nbf") && has_begun("iat")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_fitting_claims_show_a_client() {
        let now = Timestamp::from_second(1_000).unwrap();
        let good = json!({ "iss": "a", "sub": "a", "aud": "http://x/", "exp": 1_060, "nbf": 1_005, "iat": 1_005 });
        assert!(shows(&good, "a", &["http://x"], now));
        for (member, value) in [
            ("iss", json!("b")),
            ("sub", Value::Null),
            ("aud", json!("http://y")),
            ("aud", json!([])),
            ("exp", json!(900)),
            ("exp", Value::Null),
            ("nbf", json!(2_000)),
            ("iat", json!(2_000)),
        ] {
            let mut bad = good.clone();
            bad[member] = value;
            assert!(!shows(&bad, "a", &["http://x"], now), "{bad}");
        }
        let mut many = good;
        (many["aud"], many["sub"]) = (json!(["http://z", "http://x"]), json!("a~w"));
        assert!(shows(&many, "a", &["http://x"], now));
    }
}
