//! ZITADEL's messages about metadata, tokens, keys and secrets in its first API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::described::Described;
use super::super::objects::{created, time};
use crate::vendors::zitadel::operations::credentials::{AddKey, AddToken, RemoveCredential};
use crate::vendors::zitadel::operations::management::credentials::Made;
use crate::vendors::zitadel::operations::metadata::Entry;
use crate::vendors::zitadel::record::{Key, Token, User};

/// The scopes of every personal access token.
const SCOPES: [&str; 4] = ["openid", "profile", "urn:zitadel:iam:user:metadata", "urn:zitadel:iam:user:resourceowner"];

/// The end of what has no end.
const NEVER: Timestamp = Timestamp::constant(253_402_207_200, 0); // the latest that the library knows

/// The entry that a message names.
pub(in super::super::super) fn entry(message: &Described) -> Entry {
    Entry { key: message.text("key").to_owned(), value: bytes(message.text("value")) }
}

/// The entries that a message lists.
pub(in super::super::super) fn entries(message: &Described) -> Vec<Entry> {
    let entries: Vec<Value> = message.read("metadata");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.iter().map(|entry| Entry { key: text(&entry["key"]), value: bytes(&text(&entry["value"])) }).collect()
}

fn bytes(coded: &str) -> Vec<u8> {
    STANDARD.decode(coded).expect("bytes of a message are base64")
}

/// The token that a message asks for.
pub(in super::super::super) fn add_token(message: &Described) -> AddToken {
    AddToken { user_id: message.text("userId").to_owned(), expires: expiry(message) }
}

/// The key that a message asks for.
pub(in super::super::super) fn add_key(message: &Described) -> AddKey {
    AddKey {
        user_id: message.text("userId").to_owned(),
        expires: expiry(message),
        public_key: bytes(message.text("publicKey")),
    }
}

fn expiry(message: &Described) -> Timestamp {
    match message.text("expirationDate") {
        "" => NEVER,
        text => text.parse().unwrap_or(NEVER),
    }
}

/// The credential of that member's id that is to be removed.
pub(in super::super::super) fn remove(message: &Described, id: &str) -> RemoveCredential {
    RemoveCredential { user_id: message.text("userId").to_owned(), id: message.text(id).to_owned() }
}

/// The answer to a token that was made.
pub(in super::super::super) fn made_token(made: &Made) -> Value {
    json!({ "tokenId": made.credential.id, "token": made.credential.value, "details": created(&made.receipt) })
}

/// The answer to a key that was made.
pub(in super::super::super) fn made_key(made: &Made) -> Value {
    json!({
        "keyId": made.credential.id,
        "keyDetails": STANDARD.encode(&made.credential.value),
        "details": created(&made.receipt),
    })
}

/// The answer to a secret that was made.
pub(in super::super::super) fn made_secret(made: &Made) -> Value {
    json!({
        "clientId": made.login_name,
        "clientSecret": made.credential.value,
        "details": created(&made.receipt),
    })
}

/// A token that is read.
pub(in super::super::super) fn token((user, token): &(User, Token)) -> Value {
    json!({
        "id": token.id,
        "details": details(user, token.sequence, token.created),
        "expirationDate": time(token.expires),
        "scopes": SCOPES,
    })
}

/// A key that is read.
pub(in super::super::super) fn key((user, key): &(User, Key)) -> Value {
    json!({
        "id": key.id,
        "details": details(user, key.sequence, key.created),
        "type": "KEY_TYPE_JSON",
        "expirationDate": time(key.expires),
    })
}

fn details(user: &User, sequence: u64, created: Timestamp) -> Value {
    json!({
        "sequence": sequence,
        "creationDate": time(created),
        "changeDate": time(created),
        "resourceOwner": *user.profile.resource_owner,
    })
}
