//! Personal access tokens, keys and secrets of ZITADEL's machines.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::super::auth::{Caller, keys};
use super::super::error::Error;
use super::super::record::{Key, Secrets, Token, User};
use super::super::state::Zitadel;
use super::write::{Changed, change, new_id};
use crate::ids::Stream;
use crate::passwords::PasswordHash;

/// A token for a machine.
pub struct AddToken {
    pub user_id: String,
    pub expires: Timestamp,
}

/// A key for a machine.
pub struct AddKey {
    pub user_id: String,
    pub expires: Timestamp,
    /// The public part of the caller's own, as PEM; empty if one is to be made.
    pub public_key: Vec<u8>,
}

/// A token or key of a machine, by its id.
pub struct RemoveCredential {
    pub user_id: String,
    pub id: String,
}

/// A token as it is made.
pub struct NewCredential {
    pub created: Timestamp,
    pub id: String,
    /// What the holder sends, or signs with; empty if the caller brought it.
    pub value: String,
}

/// Makes a machine a token.
pub fn add_personal_access_token(zitadel: &Zitadel, input: AddToken, caller: &Caller) -> Result<NewCredential, Error> {
    let (now, expires) = (caller.at(), input.expires);
    let mut ids = zitadel.context.ids.reserve();
    let made = change(zitadel, &input.user_id, caller, |user| {
        check_new(user, now, expires)?;
        let id = new_id(&mut ids);
        // Opaque, as the real one; that it names its user saves an index.
        let secret = zitadel.context.ids.bytes::<24>(Stream::Tokens);
        let value = URL_SAFE_NO_PAD.encode([&secret[..], input.user_id.as_bytes()].concat());
        user.secrets_mut().tokens.push(Token::new(id.clone(), value.clone(), now, expires));
        user.write(1, now);
        Ok(NewCredential { created: now, id, value: zitadel.context.tag_with_world(value) })
    })?;
    ids.commit();
    Ok(made)
}

/// Ends a machine's token and takes it off the list.
pub fn remove_personal_access_token(
    zitadel: &Zitadel,
    input: RemoveCredential,
    caller: &Caller,
) -> Result<Changed, Error> {
    remove_credential(zitadel, &input.user_id, caller, Error::TokenMissing, |secrets| {
        let before = secrets.tokens.len();
        secrets.tokens.retain(|token| token.id != input.id);
        secrets.tokens.len() < before
    })
}

/// Makes a machine a key, or keeps the public part of the caller's own.
pub fn add_key(zitadel: &Zitadel, input: AddKey, caller: &Caller) -> Result<NewCredential, Error> {
    let (now, expires) = (caller.at(), input.expires);
    let own = match input.public_key.is_empty() {
        true => None,
        false => Some(keys::parse_public(&input.public_key).ok_or(Error::KeyInvalid)?),
    };
    let mut ids = zitadel.context.ids.reserve();
    let made = change(zitadel, &input.user_id, caller, |user| {
        check_new(user, now, expires)?;
        let (public, private) = match own {
            Some(public) => (public, None),
            None => {
                let pem = zitadel.context.keys.next().map_err(|_| Error::KeysExhausted)?.pem();
                (keys::public_of_private(&pem).expect("the pool's keys are RSA keys"), Some(pem))
            }
        };
        let id = new_id(&mut ids);
        let file =
            |pem: String| keys::service_account_file(&id, &pem, &zitadel.context.tag_with_world(input.user_id.clone()));
        let value = private.map(file).unwrap_or_default();
        user.secrets_mut().keys.push(Key { id: id.clone(), public, created: now, expires });
        user.write(1, now);
        Ok(NewCredential { created: now, id, value })
    })?;
    ids.commit();
    Ok(made)
}

/// Takes a machine's key away.
pub fn remove_key(zitadel: &Zitadel, input: RemoveCredential, caller: &Caller) -> Result<Changed, Error> {
    remove_credential(zitadel, &input.user_id, caller, Error::KeyMissing, |secrets| {
        let before = secrets.keys.len();
        secrets.keys.retain(|key| key.id != input.id);
        secrets.keys.len() < before
    })
}

/// Makes a machine a secret, instead of the one it had.
pub fn add_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<NewCredential, Error> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let now = caller.at();
    let value = zitadel.context.ids.letters(Stream::Secrets, LETTERS, 64);
    let hash = PasswordHash::of(&value, zitadel.context.ids.bytes(Stream::Salts));
    change(zitadel, user_id, caller, |user| {
        user.machine_mut().ok_or(Error::NotAMachine)?.has_secret = true;
        user.secrets_mut().secret = Some(hash);
        user.write(1, now);
        Ok(NewCredential { created: now, id: String::new(), value })
    })
}

/// Takes a machine's secret away.
pub fn remove_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Changed, Error> {
    let now = caller.at();
    change(zitadel, user_id, caller, |user| {
        let machine = user.machine_mut().ok_or(Error::NotAMachine)?;
        if !machine.has_secret {
            return Err(Error::SecretMissing);
        }
        machine.has_secret = false;
        user.secrets_mut().secret = None;
        user.write(1, now);
        Ok(Changed { at: now })
    })
}

/// That the user can have what is to be made, and that it does not end before it starts.
fn check_new(user: &User, now: Timestamp, expires: Timestamp) -> Result<(), Error> {
    user.machine().ok_or(Error::NotAMachine)?;
    if expires <= now { Err(Error::ExpiresInThePast) } else { Ok(()) }
}

fn remove_credential(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    missing: Error,
    remove: impl FnOnce(&mut Secrets) -> bool,
) -> Result<Changed, Error> {
    let now = caller.at();
    change(zitadel, user_id, caller, |user| {
        if user.secrets.is_none() || !remove(user.secrets_mut()) {
            return Err(missing);
        }
        user.write(1, now);
        Ok(Changed { at: now })
    })
}
