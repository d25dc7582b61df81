//! Claims and data of a user.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::record::{Data, User};
use super::{Body, each_text, flag};
use crate::protocol::{Call, Reply};
use crate::shape::{Member, any_object, object};

/// The claims that are texts.
const TEXTS: [&str; 13] = [
    "name",
    "given_name",
    "middle_name",
    "family_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
];

/// Those of them that are addresses of pages.
const ADDRESSES: [&str; 3] = ["profile", "picture", "website"];

/// The parts of a postal address.
const POSTAL: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// What a patch of claims can have, and a new user has among others.
pub(in super::super) const CLAIMS: &[&[Member]] = &[TEXT_MEMBERS, MEMBERS];

/// The claims that are texts.
pub(super) const TEXT_MEMBERS: &[Member] = &each_text(TEXTS);

/// The other claims, and how all are taken.
pub(super) const MEMBERS: &[Member] =
    &[object("address", &each_text(POSTAL)).or_null(), flag("skip_conformance_checks")];

/// A patch of private data.
pub(in super::super) const PRIVATE_DATA: &[&[Member]] = &[&[any_object(wrapper(Data::Private)).required()]];

/// A patch of public data.
pub(in super::super) const PUBLIC_DATA: &[&[Member]] = &[&[any_object(wrapper(Data::Public)).required()]];

/// The claims that are to be changed; `None` clears one.
pub(in super::super) fn patch_claims(call: &Call) -> Result<Vec<(&'static str, Option<Value>)>, Error> {
    let mut body = Body::of(call)?;
    let conforming = !body.flag("skip_conformance_checks", false);
    let claims = claims(&mut body, conforming);
    body.finish(claims)
}

/// The claims in a body, and whether they look like what they are.
pub(super) fn claims(body: &mut Body, conforming: bool) -> Vec<(&'static str, Option<Value>)> {
    let mut claims = Vec::new();
    for name in TEXTS {
        let Some(value) = body.nullable_text(name) else { continue };
        if let Some(text) = value.as_deref().filter(|_| conforming) {
            let is_page = || text.starts_with("https://") || text.starts_with("http://");
            let is_date = || text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
            if ADDRESSES.contains(&name) && !is_page() {
                body.reject::<()>(name, "The value is not a URL.");
            }
            if name == "birthdate" && !is_date() {
                body.reject::<()>(name, "The value is not a date in the form YYYY-MM-DD.");
            }
        }
        claims.push((name, value.map(Value::String)));
    }
    if let Some(address) = body.nullable_object("address") {
        let parts = address.iter().flatten();
        if parts.clone().any(|(part, value)| !POSTAL.contains(&&**part) || !(value.is_string() || value.is_null())) {
            body.reject::<()>("address", "The value has a member that is no part of an address.");
        }
        let part = |(name, value): (String, Value)| (!value.is_null()).then_some((name, value));
        claims.push(("address", address.map(|address| address.into_iter().filter_map(part).collect())));
    }
    claims
}

/// A patch of data, in the wrapper that names it.
pub(in super::super) fn patch_data(call: &Call, data: Data) -> Result<Map<String, Value>, Error> {
    let mut body = Body::of(call)?;
    let name = wrapper(data);
    let patch = body.nullable_object(name).flatten();
    if patch.is_none() && body.errors.is_empty() {
        body.reject::<()>(name, "The value is required.");
    }
    body.finish(patch.unwrap_or_default())
}

/// A user's data in the wrapper that names it.
pub(in super::super) fn data(user: &User, data: Data) -> Reply {
    Reply::of(StatusCode::OK, &BTreeMap::from([(wrapper(data), user.profile.data(data))]))
}

/// The member that wraps the data.
const fn wrapper(data: Data) -> &'static str {
    match data {
        Data::Public => "public_data",
        Data::Private => "private_data",
    }
}
