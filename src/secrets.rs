//! Shortens secrets, which it recognizes by their names.

use serde_json::Value;

/// The maximum number of characters shown of any text.
const MAX_SHOWN: usize = 256;

/// Parts of a secret's name. Better one too many: a text that is shortened by mistake can still be recognized.
const PARTS: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "assertion",
    "credential",
    "verifier",
    "signature",
    "authorization",
    "cookie",
    "hash",
    "privatekey",
    "apikey",
    "bearer",
];

/// Endings of a secret's name.
const ENDS: [&str; 6] = ["code", "key", "pin", "otp", "jwt", "salt"];

/// The first four characters and `…`; only `…` if the text has no more than four.
fn shortened(secret: &str) -> String {
    match secret.char_indices().nth(4) {
        Some((end, _)) => format!("{}…", &secret[..end]),
        None => "…".to_owned(),
    }
}

/// A JSON object or array with its secrets shortened; `None` for anything else.
pub fn json(text: &[u8]) -> Option<Value> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    if !matches!(value, Value::Object(_) | Value::Array(_)) {
        return None;
    }
    shorten(&mut value, false);
    Some(value)
}

/// A form, or the query of a path, decoded, with its secrets shortened.
pub fn form(text: &[u8]) -> String {
    let pairs = form_urlencoded::parse(text).map(|(name, value)| {
        let value = match is_secret(&name) {
            true => shortened(&value),
            false => limited(&value),
        };
        // An unusual name may be a misplaced secret.
        let is_plain =
            name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte));
        let name = if is_plain { name.into_owned() } else { shortened(&name) };
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A path and query, with secrets shortened.
pub fn path(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{}", form(query.as_bytes())),
        None => path.to_owned(),
    }
}

/// Shortens every text and number that is a secret or part of one.
fn shorten(value: &mut Value, secret: bool) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) if secret => *value = Value::String(shortened(&number.to_string())),
        Value::Number(_) => {}
        Value::String(text) if secret => *text = shortened(text),
        Value::String(text) => *text = limited(text),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, secret)),
        Value::Object(members) => {
            // In `{"key": "password", "value": "…"}` the value is the secret.
            let named = ["key", "name"]
                .iter()
                .any(|member| members.get(*member).and_then(Value::as_str).is_some_and(is_secret));
            for (name, member) in members {
                shorten(member, secret || is_secret(name) || (named && name == "value"));
            }
        }
    }
}

/// Whether a member with that name is a secret, in any spelling.
fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let single = plain.strip_suffix('s').unwrap_or(&plain);
    PARTS.iter().any(|part| plain.contains(part)) || ENDS.iter().any(|end| single.ends_with(end))
}

fn limited(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    #[test]
    fn of_a_secret_at_most_four_characters_are_shown() {
        for (secret, shown) in [("", "…"), ("abcd", "…"), ("abcde", "abcd…"), ("ääääää", "ääää…")] {
            assert_eq!(shortened(secret), shown);
        }
    }

    #[test]
    fn names_of_secrets_are_known_in_any_spelling() {
        for name in ["password", "newPassword", "client_secret", "refresh_token", "verificationCode", "recovery-codes"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PIN", "api_key", "X-API-KEY", "publicKeys", "hashedPassword", "client_assertion", "code_verifier"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["user_id", "email", "grant_type", "codec", "encoding", "keyboard", "active", ""] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_stands_in_a_secret_is_one() {
        let shown = json(
            br#"{"password":{"value":["hunter22",1234567,true,null]},
            "metadata":[{"name":"apiKey","value":"abcdefg"}],"n":1234567}"#,
        );
        let expected = json!({
            "password": { "value": ["hunt…", "1234…", true, null] },
            "metadata": [{ "name": "apiKey", "value": "abcd…" }],
            "n": 1_234_567,
        });
        assert_eq!(shown.unwrap(), expected);
        assert_eq!(form(b"token=abcdef&password%3Dhunter22&%70assword=hunter22"), "token=abcd…&pass…=…&password=hunt…");
        let long = json(format!("[\"{}\"]", "x".repeat(300)).as_bytes()).unwrap();
        assert_eq!(long[0].as_str().unwrap().chars().count(), 257);
    }

    /// The name of a secret, in some spelling.
    fn a_name() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec!["password", "secret", "token", "code", "assertion", "key", "otp", "pwd"]);
        ("([a-z]{1,5}[_-]?)?", word, any::<bool>()).prop_map(|(before, word, upper)| {
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
        let member = prop_oneof![
            (a_name(), held),
            ("[a-z]{1,6}x", prop_oneof![any::<i32>().prop_map(Value::from), "[a-z]{0,9}".prop_map(Value::String)]),
        ];
        let object = prop::collection::vec(member, 0..5).prop_map(|members| Value::Object(Map::from_iter(members)));
        object.prop_recursive(4, 24, 4, |inner| {
            let below = prop::collection::vec(("[a-z]{1,4}x", inner.clone()), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::Array),
                below.prop_map(|members| Value::Object(Map::from_iter(members))),
            ]
        })
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
            let shown = form(text.as_bytes());
            prop_assert!(!shown.contains("Zq9SE"), "{shown}");
        }

        #[test]
        fn whatever_bytes_come_something_is_shown(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (json(&bytes), form(&bytes));
        }
    }
}
