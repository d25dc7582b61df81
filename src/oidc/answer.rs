//! The JSON answers of a provider's doors, and what a token defect makes of them. Knows no provider.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::respond::no_store;
use crate::protocol::Reply;
use crate::tokens::Defect;

/// The answer of the token endpoint.
pub fn token(mut members: Map<String, Value>, defect: Option<Defect>) -> Reply {
    match defect {
        Some(Defect::NoExpiresIn) => _ = members.shift_remove("expires_in"),
        Some(Defect::StringExpiresIn) => {
            if let Some(seconds) = members.get_mut("expires_in") {
                *seconds = Value::String(seconds.to_string());
            }
        }
        Some(Defect::NoToken) => _ = members.shift_remove("access_token"),
        Some(Defect::NotJson) => {
            let text = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(members.iter().map(|(name, value)| match value {
                    Value::String(text) => (name, text.clone()),
                    value => (name, value.to_string()),
                }))
                .finish();
            return no_store(Reply::json(StatusCode::OK, text));
        }
        _ => {}
    }
    no_store(Reply::of(StatusCode::OK, &members))
}

/// The answer of the userinfo endpoint.
pub fn userinfo(mut claims: Map<String, Value>, defect: Option<Defect>) -> Reply {
    if defect == Some(Defect::UserinfoOtherSubject)
        && let Some(subject) = claims.get_mut("sub")
    {
        *subject = Value::String(format!("not-{}", subject.as_str().unwrap_or_default()));
    }
    no_store(Reply::of(StatusCode::OK, &claims))
}

/// An error in the form of RFC 6749, 5.2.
pub fn error(status: StatusCode, error: &str, description: Option<&str>) -> Reply {
    let mut body = json!({ "error": error });
    if let Some(description) = description {
        body["error_description"] = description.into();
    }
    no_store(Reply::of(status, &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_changes_one_thing_of_an_answer() {
        let members = || {
            let body = json!({ "access_token": "a b", "expires_in": 5 });
            body.as_object().cloned().unwrap_or_default()
        };
        let body = |defect| String::from_utf8(token(members(), defect).body.to_vec()).unwrap();
        assert_eq!(body(None), r#"{"access_token":"a b","expires_in":5}"#);
        assert_eq!(body(Some(Defect::Expired)), body(None));
        assert_eq!(body(Some(Defect::NoExpiresIn)), r#"{"access_token":"a b"}"#);
        assert_eq!(body(Some(Defect::StringExpiresIn)), r#"{"access_token":"a b","expires_in":"5"}"#);
        assert_eq!(body(Some(Defect::NoToken)), r#"{"expires_in":5}"#);
        assert_eq!(body(Some(Defect::NotJson)), "access_token=a+b&expires_in=5");
        let claims = json!({ "sub": "ada" }).as_object().cloned().unwrap_or_default();
        let other = userinfo(claims, Some(Defect::UserinfoOtherSubject));
        assert_eq!(&other.body[..], br#"{"sub":"not-ada"}"#);
    }
}
