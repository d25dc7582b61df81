//! The credentials of a call: where a vendor expects them, and which world they name. Knows no vendor.
//!
//! They are read once, to find the world of a call. Fault rules and the journal use what was found then.

mod fingerprint;
mod json;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Uri;
use http::header::{AUTHORIZATION, COOKIE, Entry, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use memchr::memmem;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::Call;
use crate::context::{WORLD_CLAIM, split_world};
use fingerprint::Collector;
use json::Members;

pub use fingerprint::{Credential, Credentials};

/// The header of an API key, for vendors that have one.
pub static API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The longest name of a world, in bytes.
const MAX_NAME: usize = 64;

/// A part of a call in which a vendor's clients send credentials.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    /// The value of this header.
    Header(&'static HeaderName),
    /// The header `Authorization`: the name and the secret of the scheme `Basic`, or what follows any other scheme.
    Authorization,
    /// These members of a form in the body.
    Form(&'static [&'static str]),
    /// These members of a JSON object in the body.
    Json(&'static [&'static str]),
    /// These parameters of the query.
    Query(&'static [&'static str]),
}

impl Carrier {
    /// The header that it is, if it is one.
    pub fn header(&self) -> Option<&'static str> {
        match self {
            Self::Header(name) => Some(name.as_str()),
            Self::Authorization => Some("authorization"),
            Self::Form(_) | Self::Json(_) | Self::Query(_) => None,
        }
    }
}

/// Whether a header is one that credentials come in, at whatever vendor.
pub fn is_header(name: &HeaderName) -> bool {
    [&AUTHORIZATION, &PROXY_AUTHORIZATION, &COOKIE, &API_KEY].contains(&name)
}

/// Why a call belongs to no world.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWorld {
    /// Two of its credentials name different worlds.
    #[error("The credentials name two worlds, {0:?} and {1:?}.")]
    Credentials(String, String),
    /// Its path names a second world behind the first.
    #[error("The path names two worlds; expected one, as in `/~name/path`.")]
    Paths,
    /// Its path and its credentials name different worlds.
    #[error("The path names the world {0:?}, but the credential names {1:?}.")]
    PathAndCredential(String, String),
    /// It names a world that was not made.
    #[error(
        "There is no world {0:?}, and no call makes one: the server has --worlds explicit. Make it by its name first."
    )]
    Missing(String),
    /// It names a world with an invalid name.
    #[error("Invalid world name {0:?}: expected 1 to 64 letters, digits, `-`, `_` or `.`, and no `.` at the start.")]
    Name(String),
}

/// Whether a world can have that name.
pub fn is_world(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !name.starts_with('.') && (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(fits)
}

/// The world that a call names, in front of its path or by its credentials. Every credential loses that name, and of
/// each is kept enough to know it again. A JWT names its world in a claim, and stays whole.
///
/// # Errors
/// It names two worlds, or one that cannot be.
pub fn take_world<'c>(
    call: &mut Call,
    carriers: impl IntoIterator<Item = &'c Carrier>,
    of_path: Option<&str>,
) -> Result<Option<String>, BadWorld> {
    let mut reader = Reader::default();
    for carrier in carriers {
        match carrier {
            Carrier::Header(name) => reader.header(call, name, Reader::plain),
            Carrier::Authorization => reader.header(call, &AUTHORIZATION, Reader::authorization),
            Carrier::Form(members) if is_form(call) => {
                if let Some(body) = reader.form(&call.body, members) {
                    call.body = body.into();
                }
            }
            Carrier::Form(_) => {}
            Carrier::Json(members) => {
                if let Some(body) = reader.json(&call.body, members) {
                    call.body = body.into();
                }
            }
            Carrier::Query(parameters) => {
                if let Some(uri) = reader.query(&call.head.uri, parameters) {
                    call.head.uri = uri;
                }
            }
        }
    }
    call.credentials = reader.credentials.finish();
    if of_path.is_some() && call.path().starts_with("/~") {
        return Err(BadWorld::Paths);
    }
    if let (Some(world), Some(other)) = (&reader.world, reader.other) {
        return Err(BadWorld::Credentials(world.clone(), other));
    }
    if let (Some(of_path), Some(world)) = (of_path, &reader.world)
        && of_path != world
    {
        return Err(BadWorld::PathAndCredential(of_path.to_owned(), world.clone()));
    }
    match reader.world.or_else(|| of_path.map(str::to_owned)) {
        Some(name) if !is_world(&name) => Err(BadWorld::Name(name)),
        name => Ok(name),
    }
}

/// Reads credentials, whichever part of a call they are in.
#[derive(Debug, Default)]
struct Reader {
    credentials: Collector,
    world: Option<String>,
    /// A second world. A third would say nothing new.
    other: Option<String>,
}

impl Reader {
    /// Reads one credential. Returns it without its world, if it named one.
    fn credential<'c>(&mut self, credential: &'c str) -> Option<&'c str> {
        let (bare, world) = split_world(credential);
        self.add(bare);
        self.name(world?);
        Some(bare)
    }

    /// Keeps a credential that lost its world, and takes the one that it claims as a JWT.
    fn add(&mut self, bare: &str) {
        self.credentials.add(bare);
        if let Some(world) = claimed(bare) {
            self.name(&world);
        }
    }

    /// A credential names that world. Of a name that is too long one character too many is kept: it stays a bad one.
    fn name(&mut self, world: &str) {
        let world: String = world.chars().take(MAX_NAME + 1).collect();
        match &self.world {
            None => self.world = Some(world),
            Some(first) if *first != world => _ = self.other.get_or_insert(world),
            Some(_) => {}
        }
    }

    /// Reads every value of a header. `read` answers the value without its world.
    fn header(&mut self, call: &mut Call, name: &HeaderName, read: fn(&mut Self, &str) -> Option<String>) {
        let bare = |value: &HeaderValue| {
            let bare = read(self, std::str::from_utf8(value.as_bytes()).ok()?)?;
            HeaderValue::from_str(&bare).ok()
        };
        let bare: Vec<_> = call.head.headers.get_all(name).iter().map(bare).collect();
        // Looked up to be written only where something changes: that alone can make the map grow.
        if bare.iter().any(Option::is_some)
            && let Entry::Occupied(mut entry) = call.head.headers.entry(name)
        {
            for (value, bare) in entry.iter_mut().zip(bare) {
                if let Some(bare) = bare {
                    *value = bare;
                }
            }
        }
    }

    fn plain(&mut self, value: &str) -> Option<String> {
        self.credential(value).map(str::to_owned)
    }

    fn authorization(&mut self, value: &str) -> Option<String> {
        let (scheme, credential) = value.split_once(' ').unwrap_or(("", value));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(format!("{scheme} {}", self.basic(credential.trim())?));
        }
        self.credential(credential.trim())?;
        Some(split_world(value).0.to_owned())
    }

    /// Reads name and secret of `Basic`, each of which may be coded as in a form.
    fn basic(&mut self, coded: &str) -> Option<String> {
        let text = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let [(id, of_id), (secret, of_secret)] = [id, secret].map(split_coded);
        for half in [id, secret] {
            self.add(&percent_decode_str(half).decode_utf8_lossy());
        }
        for world in [of_id, of_secret].into_iter().flatten() {
            self.name(world);
        }
        of_id.or(of_secret)?;
        Some(STANDARD.encode(format!("{id}:{secret}")))
    }

    /// Reads the members of a form that are credentials. Returns the form without worlds, if a member named one.
    fn form(&mut self, form: &[u8], members: &[&str]) -> Option<String> {
        let is_credential = |name: &str| members.contains(&name);
        let mut named = false;
        for (_, value) in form_urlencoded::parse(form).filter(|(name, _)| is_credential(name)) {
            named |= self.credential(&value).is_some();
        }
        // The form is written again only if something changes.
        let bare = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
            let value = if is_credential(&name) { split_world(&value).0.to_owned() } else { value.into_owned() };
            (name.into_owned(), value)
        };
        let pairs = form_urlencoded::parse(form).map(bare);
        named.then(|| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// The same with the query of a URI.
    fn query(&mut self, uri: &Uri, parameters: &[&str]) -> Option<Uri> {
        let query = self.form(uri.query()?.as_bytes(), parameters)?;
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(format!("{}?{query}", uri.path()).parse().ok()?);
        Uri::from_parts(parts).ok()
    }

    /// The same with a JSON object. It is parsed only where one of the members may be in it.
    fn json(&mut self, body: &[u8], members: &[&str]) -> Option<String> {
        let may_have = |member: &&str| memmem::find(body, member.as_bytes()).is_some();
        if !body.trim_ascii_start().starts_with(b"{") || !members.iter().any(may_have) {
            return None;
        }
        let Members(mut found) = serde_json::from_slice(body).ok()?;
        let mut named = false;
        for (_, value) in found.iter_mut().filter(|(name, _)| members.contains(&name.as_str())) {
            let Ok(credential) = serde_json::from_str::<String>(value.get()) else { continue };
            if let Some(bare) = self.credential(&credential) {
                *value = Cow::Owned(to_raw_value(bare).ok()?);
                named = true;
            }
        }
        if named { serde_json::to_string(&Members(found)).ok() } else { None }
    }
}

/// The half of a `Basic` header without its world, and the world: a `~` may be coded.
fn split_coded(half: &str) -> (&str, Option<&str>) {
    let plain = half.rfind('~').map(|at| (at, 1));
    let coded = half.to_ascii_lowercase().rfind("%7e").map(|at| (at, 3));
    match plain.max(coded) {
        Some((at, length)) => (&half[..at], Some(&half[at + length..])),
        None => (half, None),
    }
}

/// Whether the body may be a form: nothing says that it is something else.
/// Whether the body is a form, as far as its media type says; without one it may be.
pub fn is_form(call: &Call) -> bool {
    const FORM: &str = "application/x-www-form-urlencoded";
    call.media_type().is_none_or(|media_type| media_type.eq_ignore_ascii_case(FORM))
}

/// The world that a JWT says it is of. Nothing is believed: in that world it is judged like any other.
fn claimed(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    // What a client signs for itself names the world behind its own id. Other ids may have a `~` for other reasons.
    let of_user = || Some(split_world(claims["sub"].as_str()?).1.filter(|world| is_world(world))?.to_owned());
    claims[WORLD_CLAIM].as_str().map(str::to_owned).or_else(of_user)
}

#[cfg(test)]
mod tests;
