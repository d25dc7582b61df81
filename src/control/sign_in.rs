//! Signing in without a page, the keys of tokens, and their defects. Knows no vendor by name.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::request::Request;
use crate::clock::Clock;
use crate::oidc::cookie::SessionCookie;
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::tokens::Defect;
use crate::vendors::{SignIn, SignInError, SignInRequest, SignedIn, Site, Vendor};
use crate::world::World;

/// How far a world's clock may be behind before its tokens are expired for everybody else, in seconds.
const MAX_BEHIND: i64 = 60;

/// The body of `sign-in` and of `tokens`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    vendor: String,
    #[serde(default)]
    client_id: String,
    user: String,
    redirect_uri: Option<String>,
    scope: Option<String>,
    nonce: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    defect: Option<Defect>,
}

/// The body of a change of keys: exactly one of `rotate` and `retire`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyChange {
    vendor: String,
    #[serde(default)]
    rotate: bool,
    retire: Option<String>,
}

type Refusal = Box<Reply>;

/// Every token defect.
pub(super) fn defects() -> Reply {
    let defect = |defect: &Defect| json!({ "defect": defect, "what": defect.what() });
    Reply::of(StatusCode::OK, &json!({ "defects": Defect::ALL.iter().map(defect).collect::<Vec<_>>() }))
}

/// Signs a user in up to the code.
pub(super) fn sign_in(request: &Request<'_>) -> Reply {
    answer(request, |at, body, site| at.sign_in(body, site).map(|done| signed_in(&done, site)))
}

/// Signs a user in up to the tokens.
pub(super) fn tokens(request: &Request<'_>) -> Reply {
    answer(request, |at, body, site| at.tokens(body, site))
}

/// The keys of one vendor, or of each that has some.
pub(super) fn keys(request: &Request<'_>) -> Reply {
    let named = form_urlencoded::parse(request.query().as_bytes()).find(|(name, _)| name == "vendor");
    request.read(|world| {
        let is_meant = |vendor: &&dyn Vendor| named.as_ref().is_none_or(|(_, name)| *name == vendor.info().name);
        let keys = world.vendors().filter(is_meant).filter_map(|vendor| {
            let keys = vendor.sign_in()?.keys();
            (!keys.is_empty()).then(|| json!({ "vendor": vendor.info().name, "keys": keys }))
        });
        Reply::of(StatusCode::OK, &json!({ "vendors": keys.collect::<Vec<_>>() }))
    })
}

/// Rotates or retires a key.
pub(super) fn change_keys(request: &Request<'_>) -> Reply {
    let change: KeyChange = match serde_json::from_slice(request.body()) {
        Ok(change) => change,
        Err(error) => return bad(&format!("Invalid change of keys: {error}.")),
    };
    if change.rotate == change.retire.is_some() {
        return bad("Expected exactly one of \"rotate\": true and \"retire\".");
    }
    in_world(request, |world| {
        let at = provider(world, &change.vendor)?;
        let done = match &change.retire {
            Some(key_id) => at.retire_key(key_id),
            None => at.rotate_key(),
        };
        done.map_err(|error| Box::new(refused(error)))?;
        Ok(Reply::of(StatusCode::OK, &json!({ "vendor": change.vendor, "keys": at.keys() })))
    })
}

fn answer(
    request: &Request<'_>,
    step: impl FnOnce(&dyn SignIn, &SignInRequest, &Site) -> Result<Map<String, Value>, SignInError>,
) -> Reply {
    let body: Body = match serde_json::from_slice(request.body()) {
        Ok(body) => body,
        Err(error) => return bad(&format!("Invalid sign-in: {error}.")),
    };
    let call = &request.exchange.call;
    let is_own = call.listener.is_some_and(|index| request.vendors()[index].info.name == body.vendor);
    let site = Site { origin: call.origin(), is_own };
    let asked = SignInRequest {
        client_id: body.client_id,
        user: body.user,
        redirect_uri: body.redirect_uri,
        scope: body.scope,
        nonce: body.nonce,
        state: body.state,
        code_challenge: body.code_challenge,
        defect: body.defect,
    };
    in_world(request, |world| {
        let at = provider(world, &body.vendor)?;
        let mut done = step(at, &asked, &site).map_err(|error| Box::new(refused(error)))?;
        let behind = Clock::real().now().as_second() - world.clock().now().as_second();
        if behind > MAX_BEHIND {
            let warning = "The world's clock is behind, so clients outside take its tokens for expired.";
            done.insert("warning".to_owned(), warning.into());
        }
        Ok(Reply::of(StatusCode::OK, &done))
    })
}

/// Answers from the world in the path, as far as no step refuses.
fn in_world(request: &Request<'_>, step: impl FnOnce(&World) -> Result<Reply, Refusal>) -> Reply {
    request.write(|world| step(world).unwrap_or_else(|refusal| *refusal))
}

fn provider<'w>(world: &'w World, name: &str) -> Result<&'w dyn SignIn, Refusal> {
    let Some(vendor) = world.vendors().find(|vendor| vendor.info().name == name) else {
        let known = world.set().names().join(", ");
        return Err(Box::new(bad(&format!("Unknown vendor {name:?}; expected one of {known}."))));
    };
    let title = vendor.info().title;
    vendor
        .sign_in()
        .ok_or_else(|| Box::new(refused(SignInError::Unsupported(format!("{title} cannot sign users in yet")))))
}

fn signed_in(done: &SignedIn, site: &Site) -> Map<String, Value> {
    let cookie = cookie(&done.cookie, &done.cookie_value, done.expires, site);
    let body = json!({
        "callback_url": done.callback_url,
        "code": done.code,
        "session_id": done.session_id,
        "cookies": [cookie],
        "storage_state": { "cookies": [cookie], "origins": [] },
    });
    body.as_object().cloned().unwrap_or_default()
}

/// A cookie as browser drivers read it.
fn cookie(cookie: &SessionCookie, value: &str, expires: i64, site: &Site) -> Value {
    let host = site.origin.split_once("://").map_or(&*site.origin, |(_, host)| host);
    let domain = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    };
    json!({
        "name": cookie.name, "value": value, "domain": domain, "path": cookie.path, "expires": expires,
        "httpOnly": true, "secure": cookie.is_tls, "sameSite": if cookie.is_tls { "None" } else { "Lax" },
    })
}

fn refused(error: SignInError) -> Reply {
    match error {
        SignInError::Refused(members) => {
            let reason = ["error", "code"].iter().find_map(|name| members.get(*name)?.as_str()).unwrap_or("refused");
            let detail = format!("The vendor refuses: {reason}.");
            let more = Map::from_iter([("vendor_error".to_owned(), Value::Object(members))]);
            problem(StatusCode::CONFLICT, Mark::Refused, &detail, more)
        }
        SignInError::Unsupported(reason) => {
            problem(StatusCode::CONFLICT, Mark::Refused, &format!("Refused: {reason}."), Map::new())
        }
    }
}

fn bad(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}
