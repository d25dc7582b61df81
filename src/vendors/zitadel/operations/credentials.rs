//! Personal access tokens, keys and secrets of ZITADEL's users. Most are for machines alone.

use jiff::Timestamp;

use super::super::auth::{Caller, keys, tokens};
use super::super::error::Error;
use super::super::record::{EventKind, Key, Secrets, Token, User};
use super::super::state::Zitadel;
use super::objects::new_secret;
use super::write::{Changed, check_writer, command, new_id};

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
    check_expiry(now, expires)?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, now);
    let value = tokens::opaque(zitadel.settings.version, &zitadel.context.ids, &id, &input.user_id);
    command(zitadel, &input.user_id, caller, |user, write| {
        user.machine().ok_or(Error::NotAMachine)?;
        check_writer(caller, user)?;
        user.secrets_mut().tokens.push(Token::new(id.clone(), value.clone(), now, expires));
        write.event(EventKind::TokenAdded);
        Ok(())
    })?;
    ids.commit();
    Ok(NewCredential { created: now, id, value: zitadel.context.tag_with_world(value) })
}

/// Ends a machine's token and takes it off the list.
pub fn remove_personal_access_token(
    zitadel: &Zitadel,
    input: RemoveCredential,
    caller: &Caller,
) -> Result<Changed, Error> {
    remove_credential(zitadel, &input.user_id, caller, (EventKind::TokenRemoved, Error::TokenMissing), |secrets| {
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
    check_expiry(now, expires)?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, now);
    let mut private = None;
    command(zitadel, &input.user_id, caller, |user, write| {
        user.machine().ok_or(Error::UserNotFound)?;
        check_writer(caller, user)?;
        let public = match own {
            Some(public) => public,
            None => {
                let pem = zitadel.context.keys.next().map_err(|_| Error::KeysExhausted)?.pem();
                let public = keys::public_of_private(&pem).expect("the pool's keys are RSA keys");
                private = Some(pem);
                public
            }
        };
        user.secrets_mut().keys.push(Key { id: id.clone(), public, created: now, expires });
        write.event(EventKind::KeyAdded);
        Ok(())
    })?;
    ids.commit();
    let user_id = zitadel.context.tag_with_world(input.user_id);
    let file = |pem: String| keys::service_account_file(&id, &pem, &user_id, expires);
    let value = private.map(file).unwrap_or_default();
    Ok(NewCredential { created: now, id, value })
}

/// Takes a machine's key away.
pub fn remove_key(zitadel: &Zitadel, input: RemoveCredential, caller: &Caller) -> Result<Changed, Error> {
    remove_credential(zitadel, &input.user_id, caller, (EventKind::KeyRemoved, Error::KeyMissing), |secrets| {
        let before = secrets.keys.len();
        secrets.keys.retain(|key| key.id != input.id);
        secrets.keys.len() < before
    })
}

/// Makes a machine a secret, instead of the one it had. A human can be given one if it is known by its state.
pub fn add_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<NewCredential, Error> {
    let (value, hash) = new_secret(zitadel);
    command(zitadel, user_id, caller, |user, write| {
        check_secret_holder(user)?;
        check_writer(caller, user)?;
        if let Some(machine) = user.machine_mut() {
            machine.has_secret = true;
        }
        user.secrets_mut().secret = Some(hash);
        write.event(EventKind::SecretSet);
        Ok(())
    })?;
    Ok(NewCredential { created: caller.at(), id: String::new(), value })
}

/// Takes a secret away.
pub fn remove_secret(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Changed, Error> {
    let written = command(zitadel, user_id, caller, |user, write| {
        check_secret_holder(user)?;
        if user.secrets.as_ref().is_none_or(|secrets| secrets.secret.is_none()) {
            return Err(Error::SecretMissing);
        }
        check_writer(caller, user)?;
        if let Some(machine) = user.machine_mut() {
            machine.has_secret = false;
        }
        user.secrets_mut().secret = None;
        write.event(EventKind::SecretRemoved);
        Ok(())
    })?;
    Ok(Changed { at: written.position.change_date })
}

fn check_secret_holder(user: &User) -> Result<(), Error> {
    if user.machine().is_some() || user.is_known_by_state() { Ok(()) } else { Err(Error::UserNotFound) }
}

/// That what is to be made does not end before it starts. The vendor asks this before it looks for the user.
fn check_expiry(now: Timestamp, expires: Timestamp) -> Result<(), Error> {
    if expires <= now { Err(Error::ExpiresInThePast) } else { Ok(()) }
}

fn remove_credential(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    (event, missing): (EventKind, Error),
    remove: impl FnOnce(&mut Secrets) -> bool,
) -> Result<Changed, Error> {
    let not_there = missing.clone();
    let written = command(zitadel, user_id, caller, |user, write| {
        check_writer(caller, user)?;
        if user.secrets.is_none() || !remove(user.secrets_mut()) {
            return Err(not_there);
        }
        write.event(event);
        Ok(())
    });
    match written {
        // Of a removed user the vendor still knows the organisation, and that it has none.
        Err(Error::UserNotFound) if zitadel.state.ended.get(user_id).is_some() => Err(missing),
        written => Ok(Changed { at: written?.position.change_date }),
    }
}
