//! Worlds by credential: whoever appends `~name` to what it sends calls in the world of that name. Knows no vendor.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use memchr::{memchr, memchr2};
use serde_json::Value;

use super::Call;

/// Where an API key stands, with the vendors that have one.
pub static API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Whether a credential stands in that header. Whoever adds a vendor with another one adds it here.
pub fn is_place(header: &HeaderName) -> bool {
    *header == AUTHORIZATION || *header == API_KEY
}

/// Whether a credential may name a world: by far the most have neither of the characters with which they would.
pub fn may_name_world(credential: &HeaderValue) -> bool {
    memchr2(b'~', b'.', credential.as_bytes()).is_some()
}

/// The claim in which a JWT carries its world.
pub const CLAIM: &str = "fauxidp_world";

/// The longest name of a world, in bytes.
const LONGEST: usize = 64;

/// Whether a world can have that name.
pub fn is_world(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !name.starts_with('.') && (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits)
}

/// A credential without its world, and the world: what stands behind the last `~`.
pub fn split(credential: &str) -> (&str, Option<&str>) {
    match credential.rsplit_once('~') {
        Some((credential, world)) => (credential, Some(world)),
        None => (credential, None),
    }
}

/// Takes the world off a header that is, or ends in, a credential. A JWT's is in its claims, and stays there.
pub fn take_from_header(call: &mut Call, name: &HeaderName) -> Option<String> {
    debug_assert!(is_place(name), "{name} is no place of a credential");
    if !call.may_name_world {
        return None;
    }
    let value = call.header(name)?;
    let (credential, world) = split(value);
    let Some(world) = world.map(str::to_owned) else {
        return claimed(value.rsplit(' ').next()?);
    };
    let credential = HeaderValue::from_str(credential).ok()?;
    call.head.headers.insert(name.clone(), credential);
    Some(world)
}

/// Takes the world off a `Basic` header: off the name or off the secret, in either coding that clients use.
pub fn take_from_basic(call: &mut Call) -> Option<String> {
    let value = call.header(&AUTHORIZATION)?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?.replace("%7E", "~").replace("%7e", "~");
    let (id, secret) = text.split_once(':')?;
    let ((id, of_id), (secret, of_secret)) = (split(id), split(secret));
    let world = of_id.or(of_secret)?.to_owned();
    let coded = STANDARD.encode(format!("{id}:{secret}"));
    call.head.headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Basic {coded}")).ok()?);
    Some(world)
}

/// Takes the world off those members of a form, the first that has one.
pub fn take_from_form(call: &mut Call, members: &[&str]) -> Option<String> {
    let mut world = None;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&call.body)
        .map(|(name, value)| {
            let (rest, own) = split(&value);
            let own = own.filter(|_| members.contains(&&*name));
            world = world.take().or_else(|| own.map(str::to_owned)).or_else(|| claimed(&value));
            (name.clone().into_owned(), if own.is_some() { rest.to_owned() } else { value.clone().into_owned() })
        })
        .collect();
    if world.is_some() {
        call.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into();
    }
    world
}

/// Takes the world off a member of a JSON object that is a credential.
pub fn take_from_json(call: &mut Call, member: &str) -> Option<String> {
    memchr(b'~', &call.body)?; // by far the most have none
    let mut body: Value = serde_json::from_slice(&call.body).ok()?;
    let (rest, world) = split(body.get(member)?.as_str()?);
    let (rest, world) = (rest.to_owned(), world?.to_owned());
    body[member] = rest.into();
    call.body = body.to_string().into();
    Some(world)
}

/// The world that a JWT says it is of. Nothing is believed: in that world it is judged like any other.
fn claimed(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let of_user = || Some(split(claims["sub"].as_str()?).1?.to_owned());
    claims[CLAIM].as_str().map(str::to_owned).or_else(of_user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(headers: &[(&'static str, &str)], body: &str) -> Call {
        let mut request = http::Request::new(());
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let (head, ()) = request.into_parts();
        Call::new(head, body.to_owned().into())
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
        assert_eq!(split("key"), ("key", None));
        assert_eq!(split("a~b~c"), ("a~b", Some("c")));
        assert_eq!(split("a~"), ("a", Some("")));
    }

    #[test]
    fn a_header_loses_its_world() {
        let mut plain = call(&[("x-api-key", "key~w")], "");
        assert_eq!(take_from_header(&mut plain, &API_KEY).as_deref(), Some("w"));
        assert_eq!(plain.header(&API_KEY), Some("key"));
        let mut basic = call(&[("authorization", &format!("Basic {}", STANDARD.encode("id%7Ew:secret")))], "");
        assert_eq!(take_from_basic(&mut basic).as_deref(), Some("w"));
        assert_eq!(basic.header(&AUTHORIZATION), Some(&*format!("Basic {}", STANDARD.encode("id:secret"))));
        let token = format!("a.{}.c", URL_SAFE_NO_PAD.encode(r#"{"sub":"x","fauxidp_world":"w"}"#));
        let mut jwt = call(&[("authorization", &format!("Bearer {token}"))], "");
        assert_eq!(take_from_header(&mut jwt, &AUTHORIZATION).as_deref(), Some("w"));
        assert_eq!(jwt.header(&AUTHORIZATION), Some(&*format!("Bearer {token}")));
    }

    #[test]
    fn a_body_loses_its_world() {
        let mut form = call(&[], "grant_type=x&client_id=a%7Ew&scope=b~c");
        assert_eq!(take_from_form(&mut form, &["client_id"]).as_deref(), Some("w"));
        assert_eq!(form.body, "grant_type=x&client_id=a&scope=b%7Ec");
        let mut json = call(&[], r#"{"token":"t~w","note":"a~b"}"#);
        assert_eq!(take_from_json(&mut json, "token").as_deref(), Some("w"));
        assert_eq!(json.body, r#"{"token":"t","note":"a~b"}"#);
        let mut other = call(&[], r#"{"note":"a~b"}"#);
        assert_eq!((take_from_json(&mut other, "token"), take_from_form(&mut other, &["token"])), (None, None));
        assert_eq!(other.body, r#"{"note":"a~b"}"#);
    }
}
