//! ZITADEL's messages about users in its first APIs: what several of them share.

pub(in super::super) mod credentials;
pub(in super::super) mod factors;
pub(in super::super) mod make;
pub(in super::super) mod search;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::described::Described;
use super::objects::time;
use crate::vendors::zitadel::operations::management::metadata::MetadataFound;
use crate::vendors::zitadel::operations::people::Names;
use crate::vendors::zitadel::record::{Gender, Human, Kind, Metadata, User};

/// A user as reading it shows it.
pub(in super::super) fn user(user: &User) -> Value {
    let profile = &user.profile;
    let (name, kind) = match &profile.kind {
        Kind::Human(human) => (
            "human",
            json!({
                "profile": self::profile(human),
                "email": email(human),
                "phone": phone(human),
                "passwordChanged": human.password_changed.map(time),
            }),
        ),
        Kind::Machine(machine) => ("machine", serde_json::to_value(machine).expect("a record is JSON")),
    };
    json!({
        "id": profile.user_id,
        "details": details(user),
        "state": user.state,
        "userName": *profile.username,
        "loginNames": profile.login_names,
        "preferredLoginName": *profile.preferred_login_name,
        name: kind,
    })
}

/// An answer of nothing but a user.
pub(in super::super) fn found(user: &User) -> Value {
    json!({ "user": self::user(user) })
}

/// The `details` of a user that is read.
pub(super) fn details(user: &User) -> Value {
    let shown = user.history.shown();
    json!({
        "sequence": shown.sequence,
        "creationDate": time(user.profile.creation_date),
        "changeDate": time(shown.change_date),
        "resourceOwner": *user.profile.resource_owner,
    })
}

/// A part of a human that is read: its profile, its e-mail, its phone.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Shown {
    Profile,
    Email,
    Phone,
}

/// A human's part.
pub(in super::super) fn part(user: &User, part: Shown) -> Value {
    let human = user.human().expect("only humans have parts that are read");
    let (name, value) = match part {
        Shown::Profile => ("profile", profile(human)),
        Shown::Email => ("email", email(human)),
        Shown::Phone => ("phone", phone(human)),
    };
    json!({ "details": details(user), name: value })
}

fn profile(human: &Human) -> Value {
    let profile = &human.profile;
    json!({
        "firstName": profile.given_name,
        "lastName": profile.family_name,
        "nickName": profile.nick_name,
        "displayName": profile.display_name,
        "preferredLanguage": profile.preferred_language,
        "gender": profile.gender,
        "avatarUrl": profile.avatar_url,
    })
}

fn email(human: &Human) -> Value {
    json!({ "email": human.email.address.email, "isEmailVerified": human.email.is_verified })
}

fn phone(human: &Human) -> Value {
    json!({ "phone": human.phone.address.phone, "isPhoneVerified": human.phone.is_verified })
}

/// The names that a message asks for, whole: what is left out is empty.
pub(in super::super) fn names(message: &Value) -> Names {
    let text = |name: &str| Some(message[name].as_str().unwrap_or_default().to_owned());
    Names {
        given_name: text("firstName"),
        family_name: text("lastName"),
        nick_name: text("nickName"),
        display_name: text("displayName"),
        preferred_language: text("preferredLanguage"),
        // A number that is no gender is none.
        gender: Some(Gender::deserialize(&message["gender"]).unwrap_or_default()),
    }
}

/// Which part of a list is asked for. There is no default and no maximum.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    pub(super) offset: u64,
    pub(super) limit: u32,
    pub(super) asc: bool,
}

/// The answer of a list that is in the order of its making, as a page of it.
pub(in super::super) fn list(message: &Described, at: Timestamp, all: impl ExactSizeIterator<Item = Value>) -> Value {
    let ListQuery { offset, limit, .. } = message.read("query");
    let total = all.len();
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let limit = if limit == 0 { usize::MAX } else { limit as usize };
    page(total, at, all.skip(start).take(limit).collect())
}

/// The answer of a list: how many there are in all is left out where the page is empty.
pub(super) fn page(total: usize, at: Timestamp, page: Vec<Value>) -> Value {
    let total = if page.is_empty() { 0 } else { total };
    json!({ "details": { "totalResult": total, "viewTimestamp": time(at) }, "result": page })
}

/// The answer that lists refresh tokens, which alone says how far it has come.
pub(in super::super) fn refresh_tokens(at: Timestamp) -> Value {
    json!({ "details": { "processedSequence": 1, "viewTimestamp": time(at) } })
}

/// An entry of metadata that is read.
pub(in super::super) fn metadata(user: &User, entry: &Metadata) -> Value {
    json!({
        "details": {
            "sequence": entry.sequence,
            "creationDate": time(entry.created),
            "changeDate": time(entry.changed),
            "resourceOwner": *user.profile.resource_owner,
        },
        "key": entry.key,
        "value": STANDARD.encode(&entry.value),
    })
}

/// The answer that lists metadata.
pub(in super::super) fn metadata_list(message: &Described, found: &MetadataFound, at: Timestamp) -> Value {
    let shown: Vec<_> = match &found.user {
        Some(user) => found.entries.iter().map(|entry| metadata(user, entry)).collect(),
        None => Vec::new(),
    };
    list(message, at, shown.into_iter())
}
