//! Personal access tokens, keys and secrets of ZITADEL's users. Most are for machines alone.

use jiff::Timestamp;
use serde_json::json;

use super::super::auth::{Caller, keys, tokens};
use super::super::error::Error;
use super::super::record::{EventKind, Key, Token, User};
use super::super::state::Zitadel;
use super::objects::new_secret;
use super::write::{Changed, Written, check_writer, command, new_id};

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
    let admit = |user: &User| {
        user.machine().ok_or(Error::NotAMachine)?;
        check_writer(caller, user)
    };
    add_token(zitadel, input, caller, admit).map(|(token, _)| token)
}

/// The same for whom `admit` admits.
pub(super) fn add_token(
    zitadel: &Zitadel,
    input: AddToken,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<(NewCredential, Written), Error> {
    let (now, expires) = (caller.at(), input.expires);
    check_expiry(now, expires)?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, now);
    let value = tokens::opaque(zitadel.settings.version, &zitadel.context.ids, &id, &input.user_id);
    let written = command(zitadel, &input.user_id, caller, |user, write| {
        admit(user)?;
        let sequence = write.next_sequence(user);
        let mut token = Token::new(id.clone(), value.clone(), now, expires);
        token.sequence = sequence;
        user.secrets_mut().tokens.push(token);
        write.event_of(EventKind::TokenAdded, json!({ "tokenId": id }));
        Ok(())
    })?;
    ids.commit();
    Ok((NewCredential { created: now, id, value: zitadel.context.tag_with_world(value) }, written))
}

/// Ends a machine's token and takes it off the list.
pub fn remove_personal_access_token(
    zitadel: &Zitadel,
    input: RemoveCredential,
    caller: &Caller,
) -> Result<Changed, Error> {
    let written = remove_token(zitadel, &input, caller, |user| check_writer(caller, user));
    removed(zitadel, &input.user_id, Error::TokenMissing, written)
}

/// The same for whom `admit` admits.
pub(super) fn remove_token(
    zitadel: &Zitadel,
    input: &RemoveCredential,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<Written, Error> {
    command(zitadel, &input.user_id, caller, |user, write| {
        admit(user)?;
        let before = user.secrets.as_ref().map_or(0, |secrets| secrets.tokens.len());
        if before > 0 {
            user.secrets_mut().tokens.retain(|token| token.id != input.id);
        }
        if user.secrets.as_ref().is_none_or(|secrets| secrets.tokens.len() == before) {
            return Err(Error::TokenMissing);
        }
        write.event_of(EventKind::TokenRemoved, json!({ "tokenId": input.id }));
        Ok(())
    })
}

/// Makes a machine a key, or keeps the public part of the caller's own.
pub fn add_key(zitadel: &Zitadel, input: AddKey, caller: &Caller) -> Result<NewCredential, Error> {
    let admit = |user: &User| {
        user.machine().ok_or(Error::UserNotFound)?;
        check_writer(caller, user)
    };
    new_key(zitadel, input, caller, admit).map(|(key, _)| key)
}

/// The same for whom `admit` admits.
pub(super) fn new_key(
    zitadel: &Zitadel,
    input: AddKey,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<(NewCredential, Written), Error> {
    let (now, expires) = (caller.at(), input.expires);
    let own = match input.public_key.is_empty() {
        true => None,
        false => Some(keys::parse_public(&input.public_key).ok_or(Error::KeyInvalid)?),
    };
    check_expiry(now, expires)?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, now);
    let mut private = None;
    let written = command(zitadel, &input.user_id, caller, |user, write| {
        admit(user)?;
        let public = match own {
            Some(public) => public,
            None => {
                let pem = zitadel.context.keys.next().map_err(|_| Error::KeysExhausted)?.pem();
                let public = keys::public_of_private(&pem).expect("the pool's keys are RSA keys");
                private = Some(pem);
                public
            }
        };
        let sequence = write.next_sequence(user);
        user.secrets_mut().keys.push(Key { id: id.clone(), public, created: now, expires, sequence });
        write.event_of(EventKind::KeyAdded, json!({ "keyId": id }));
        Ok(())
    })?;
    ids.commit();
    let user_id = zitadel.context.tag_with_world(input.user_id);
    let file = |pem: String| keys::service_account_file(&id, &pem, &user_id, expires);
    let value = private.map(file).unwrap_or_default();
    Ok((NewCredential { created: now, id, value }, written))
}

/// Takes a machine's key away.
pub fn remove_key(zitadel: &Zitadel, input: RemoveCredential, caller: &Caller) -> Result<Changed, Error> {
    let written = remove_key_of(zitadel, &input, caller, |user| check_writer(caller, user));
    removed(zitadel, &input.user_id, Error::KeyMissing, written)
}

/// The same for whom `admit` admits.
pub(super) fn remove_key_of(
    zitadel: &Zitadel,
    input: &RemoveCredential,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<Written, Error> {
    command(zitadel, &input.user_id, caller, |user, write| {
        admit(user)?;
        let before = user.secrets.as_ref().map_or(0, |secrets| secrets.keys.len());
        if before > 0 {
            user.secrets_mut().keys.retain(|key| key.id != input.id);
        }
        if user.secrets.as_ref().is_none_or(|secrets| secrets.keys.len() == before) {
            return Err(Error::KeyMissing);
        }
        write.event_of(EventKind::KeyRemoved, json!({ "keyId": input.id }));
        Ok(())
    })
}

/// Makes a machine a secret, instead of the one it had. A human can be given one if it is known by its state.
pub fn add_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<NewCredential, Error> {
    let admit = |user: &User| {
        check_secret_holder(user)?;
        check_writer(caller, user)
    };
    set_secret(zitadel, user_id, caller, admit).map(|(secret, _)| secret)
}

/// The same for whom `admit` admits.
pub(super) fn set_secret(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<(NewCredential, Written), Error> {
    let (value, hash) = new_secret(zitadel);
    let written = command(zitadel, user_id, caller, |user, write| {
        admit(user)?;
        if let Some(machine) = user.machine_mut() {
            machine.has_secret = true;
        }
        user.secrets_mut().secret = Some(hash);
        write.event(EventKind::SecretSet);
        Ok(())
    })?;
    Ok((NewCredential { created: caller.at(), id: String::new(), value }, written))
}

/// Takes a secret away.
pub fn remove_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Changed, Error> {
    let written = unset_secret(zitadel, user_id, caller, check_secret_holder, |user| check_writer(caller, user))?;
    Ok(Changed { at: written.position.change_date })
}

/// The same for whom `find` finds and `admit` admits.
pub(super) fn unset_secret(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    find: impl FnOnce(&User) -> Result<(), Error>,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<Written, Error> {
    command(zitadel, user_id, caller, |user, write| {
        find(user)?;
        if user.secrets.as_ref().is_none_or(|secrets| secrets.secret.is_none()) {
            return Err(Error::SecretMissing);
        }
        admit(user)?;
        if let Some(machine) = user.machine_mut() {
            machine.has_secret = false;
        }
        user.secrets_mut().secret = None;
        write.event(EventKind::SecretRemoved);
        Ok(())
    })
}

fn check_secret_holder(user: &User) -> Result<(), Error> {
    if user.machine().is_some() || user.is_known_by_state() { Ok(()) } else { Err(Error::UserNotFound) }
}

/// That what is to be made does not end before it starts. The vendor asks this before it looks for the user.
fn check_expiry(now: Timestamp, expires: Timestamp) -> Result<(), Error> {
    if expires <= now { Err(Error::ExpiresInThePast) } else { Ok(()) }
}

fn removed(
    zitadel: &Zitadel,
    user_id: &str,
    missing: Error,
    written: Result<Written, Error>,
) -> Result<Changed, Error> {
    match written {
        // Of a removed user the vendor still knows the organisation, and that it has none.
        Err(Error::UserNotFound) if zitadel.state.ended.get(user_id).is_some() => Err(missing),
        written => Ok(Changed { at: written?.position.change_date }),
    }
}
