//! Visits of a browser at the doors of signing in, with what earlier answers brought.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::Full;

use super::{Answer, EMULATORS, MOST_REQUESTS, ask, check, reset};

/// The doors of signing in: a method and a path.
const DOORS: [(&str, &str); 20] = [
    ("GET", "/monocloud/connect/authorize"),
    ("POST", "/monocloud/connect/authorize"),
    ("GET", "/monocloud/account/login"),
    ("POST", "/monocloud/account/login"),
    ("POST", "/monocloud/connect/token"),
    ("POST", "/monocloud/connect/par"),
    ("POST", "/monocloud/connect/deviceauthorization"),
    ("POST", "/monocloud/device"),
    ("POST", "/monocloud/connect/introspect"),
    ("POST", "/monocloud/connect/revocation"),
    ("GET", "/monocloud/connect/endsession"),
    ("GET", "/oauth/v2/authorize"),
    ("POST", "/oauth/v2/authorize"),
    ("GET", "/ui/v2/login/login"),
    ("POST", "/ui/v2/login/login"),
    ("POST", "/oauth/v2/token"),
    ("POST", "/oauth/v2/device_authorization"),
    ("POST", "/oauth/v2/introspect"),
    ("POST", "/oauth/v2/revoke"),
    ("GET", "/oidc/v1/end_session"),
];

/// Visits of a browser at the doors of signing in, one a line. Of each the first byte names the door, and the rest is its
/// form or its query, in which `{location}`, `{code}` and such stand for what the answer before brought. The browser is
/// never sent elsewhere, and no page runs what was sent.
pub fn sign_in(bytes: &[u8]) {
    EMULATORS.with(|both| {
        let emulator = &both[0];
        reset(emulator);
        let (mut learnt, mut cookie) = (Vec::new(), String::new());
        for line in bytes.split(|byte| *byte == b'\n').take(MOST_REQUESTS) {
            let [door, form @ ..] = line else { continue };
            let (method, path) = DOORS[usize::from(*door) % DOORS.len()];
            let form = filled(form, &learnt);
            let request = match method {
                "GET" => {
                    let text: String =
                        form.iter().map(|byte| char::from(*byte)).filter(char::is_ascii_graphic).collect();
                    Request::get(format!(
                        "{path}?{}",
                        text.replace(['"', '<', '>', '#', '`', '{', '}', '|', '\\', '^'], "")
                    ))
                }
                _ => Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
            };
            let body = if method == "GET" { Vec::new() } else { form };
            let request = match cookie.is_empty() {
                true => request,
                false => request.header("cookie", &cookie),
            };
            let Ok(request) = request.body(Full::new(Bytes::from(body))) else { continue };
            let asked = request.headers().clone();
            let answer = ask(emulator, request).expect("nothing holds it");
            check(&asked, &answer);
            check_page(&answer);
            let set = answer.headers.get_all("set-cookie").into_iter().filter_map(|line| line.to_str().ok());
            let pairs: Vec<_> = set.filter_map(|line| line.split(';').next()).collect();
            if !pairs.is_empty() {
                cookie = pairs.join("; ");
            }
            learn(&answer, &mut learnt);
        }
    });
}

/// What a browser may be shown, and where it may be sent: to a page of this server, or to an application on this machine
/// or in a neighbouring container, which the seeded clients take.
fn check_page(answer: &Answer) {
    if let Some(location) = answer.headers.get("location") {
        let location = location.to_str().expect("a redirect is text");
        let is_own = match location.split_once("://") {
            None => location.starts_with('/') && !location.starts_with("//"),
            Some((_, rest)) => is_near(rest.split(['/', '?', '#']).next().unwrap_or_default()),
        };
        assert!(is_own, "sent to {location}");
    }
    if answer.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        let text = String::from_utf8_lossy(&answer.body);
        let own = "<script>document.forms[0].submit()</script>";
        assert!(!text.replacen(own, "", 1).contains("<script"), "{text}");
        // A redirect has a link in its body, as Go's library writes it, which no browser shows.
        let is_shown = !answer.headers.contains_key("location");
        assert!(!is_shown || answer.headers.contains_key("content-security-policy"), "a page without a policy");
    }
}

/// Whether an authority is this machine or a container, whose name has no dot, without a user name before it. A browser
/// reads a number as an address.
fn is_near(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<http::uri::Authority>() else { return false };
    let name = authority.host().to_ascii_lowercase();
    let is_number = name.starts_with("0x") || name.bytes().all(|byte| byte.is_ascii_digit());
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let is_name = !name.contains(['.', ':']) && !is_number;
    !authority.as_str().contains('@')
        && address.map_or_else(
            |_| is_name || name.ends_with(".localhost") || name == "host.docker.internal",
            |address| address.is_loopback(),
        )
}

/// Puts what was learnt where its name stands in braces.
fn filled(form: &[u8], learnt: &[(String, String)]) -> Vec<u8> {
    let mut filled = Vec::new();
    let mut rest = form;
    while let Some(start) = rest.iter().position(|byte| *byte == b'{') {
        let (before, after) = rest.split_at(start);
        filled.extend_from_slice(before);
        let found = learnt.iter().rev().find_map(|(name, value)| {
            let behind = after[1..].strip_prefix(name.as_bytes())?.strip_prefix(b"}")?;
            Some((value, behind))
        });
        match found {
            Some((value, behind)) => {
                filled.extend_from_slice(value.as_bytes());
                rest = behind;
            }
            None => {
                filled.push(b'{');
                rest = &after[1..];
            }
        }
    }
    filled.extend_from_slice(rest);
    filled
}

/// What an answer brings: the parameters of its redirect, the hidden fields of its first form, the members of its JSON.
fn learn(answer: &Answer, learnt: &mut Vec<(String, String)>) {
    if let Some((_, query)) = answer.headers.get("location").and_then(|to| to.to_str().ok()?.split_once(['?', '#'])) {
        learnt.extend(
            query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.into(), value.into())),
        );
    }
    let text = String::from_utf8_lossy(&answer.body);
    let form = text.split("<form method=\"post\"").nth(1).unwrap_or_default();
    let form = form.split("</form>").next().unwrap_or_default();
    for field in form.split("type=\"hidden\" name=\"").skip(1) {
        if let Some((name, rest)) = field.split_once("\" value=\"") {
            learnt.push((name.into(), rest.split('"').next().unwrap_or_default().into()));
        }
    }
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(&answer.body) {
        learnt.extend(members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))));
    }
}
