//! Personal access tokens, keys and secrets of ZITADEL's machines.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::super::Zitadel;
use super::super::auth::{Caller, Permission, keys};
use super::super::error::Error;
use super::super::proto::zitadel::filter::v2::{PaginationRequest, TimestampFilter, TimestampFilterMethod};
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::{Key, Secrets, Token, User};
use super::super::wire::time;
use super::{change, new_id};
use crate::ids::Stream;
use crate::passwords;
use buffa::EnumValue;

/// The vendor's limits for its newer list calls: what counts where none is asked for, and the most.
const LIMIT: (u32, u32) = (100, 1_000);

/// A token as it is made.
pub(in super::super) struct Made {
    pub(in super::super) created: Timestamp,
    pub(in super::super) id: String,
    /// What the holder sends, or signs with; empty where the caller brought it.
    pub(in super::super) value: String,
}

/// What a list shows of a token or key.
#[derive(Debug, Clone)]
pub(in super::super) struct Listed {
    pub(in super::super) created: Timestamp,
    pub(in super::super) id: String,
    pub(in super::super) user_id: String,
    pub(in super::super) organization: String,
    pub(in super::super) expires: Timestamp,
}

/// How much there is, and how much of it a page shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Paging {
    pub(in super::super) total: usize,
    pub(in super::super) limit: u32,
}

/// Makes a machine a token.
pub(in super::super) fn add_personal_access_token(
    state: &Zitadel,
    request: &proto::AddPersonalAccessTokenRequest,
    caller: &Caller,
) -> Result<Made, Error> {
    let (now, expires) = (caller.at(), request.expiration_date.as_option().map_or(Timestamp::MAX, time));
    let mut ids = state.shared.ids.reserve();
    let made = change(state, &request.user_id, caller, |user| {
        machine(user, now, expires)?;
        let id = new_id(&mut ids);
        // Opaque, as the real one; that it names its user saves an index.
        let secret = state.shared.ids.bytes::<24>(Stream::Tokens);
        let value = URL_SAFE_NO_PAD.encode([&secret[..], request.user_id.as_bytes()].concat());
        user.secrets_mut().tokens.push(Token::new(id.clone(), value.clone(), now, expires));
        user.write(1, now);
        Ok(Made { created: now, id, value: state.shared.led_back(value) })
    })?;
    ids.commit();
    Ok(made)
}

/// Ends a machine's token and takes it off the list.
pub(in super::super) fn remove_personal_access_token(
    state: &Zitadel,
    request: &proto::RemovePersonalAccessTokenRequest,
    caller: &Caller,
) -> Result<Timestamp, Error> {
    take(state, &request.user_id, caller, Error::TokenMissing, |secrets| {
        let before = secrets.tokens.len();
        secrets.tokens.retain(|token| token.id != request.token_id);
        secrets.tokens.len() < before
    })
}

/// Makes a machine a key, or keeps the public part of the caller's own.
pub(in super::super) fn add_key(
    state: &Zitadel,
    request: &proto::AddKeyRequest,
    caller: &Caller,
) -> Result<Made, Error> {
    let (now, expires) = (caller.at(), request.expiration_date.as_option().map_or(Timestamp::MAX, time));
    let own = match request.public_key.is_empty() {
        true => None,
        false => Some(keys::public(&request.public_key).ok_or(Error::KeyInvalid)?),
    };
    // Whoever is refused is refused before a key is made: that takes its time, and is done before the lock is taken.
    let user = state.users.get(&request.user_id).ok_or(Error::UserNotFound)?;
    caller.check(Permission::Write, &user.profile.resource_owner)?;
    machine(&user, now, expires)?;
    let (public, private) = match own {
        Some(public) => (public, None),
        None => {
            let pair = keys::generate(&state.shared.ids);
            (pair.public, Some(pair.private))
        }
    };
    let mut ids = state.shared.ids.reserve();
    let id = new_id(&mut ids);
    let file = |private: String| keys::file(&id, &private, &state.shared.led_back(request.user_id.clone()));
    let value = private.map(file).unwrap_or_default();
    let made = change(state, &request.user_id, caller, |user| {
        machine(user, now, expires)?;
        user.secrets_mut().keys.push(Key { id: id.clone(), public, created: now, expires });
        user.write(1, now);
        Ok(Made { created: now, id, value })
    })?;
    ids.commit();
    Ok(made)
}

/// Takes a machine's key away.
pub(in super::super) fn remove_key(
    state: &Zitadel,
    request: &proto::RemoveKeyRequest,
    caller: &Caller,
) -> Result<Timestamp, Error> {
    take(state, &request.user_id, caller, Error::KeyMissing, |secrets| {
        let before = secrets.keys.len();
        secrets.keys.retain(|key| key.id != request.key_id);
        secrets.keys.len() < before
    })
}

/// Makes a machine a secret, instead of the one it had.
pub(in super::super) fn add_secret(
    state: &Zitadel,
    request: &proto::AddSecretRequest,
    caller: &Caller,
) -> Result<Made, Error> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let now = caller.at();
    let value = state.shared.ids.letters(Stream::Secrets, LETTERS, 64);
    let hash = passwords::hash(&value, state.shared.ids.bytes(Stream::Salts));
    change(state, &request.user_id, caller, |user| {
        user.machine_mut().ok_or(Error::NotAMachine)?.has_secret = true;
        user.secrets_mut().secret = Some(hash);
        user.write(1, now);
        Ok(Made { created: now, id: String::new(), value })
    })
}

/// Takes a machine's secret away.
pub(in super::super) fn remove_secret(
    state: &Zitadel,
    request: &proto::RemoveSecretRequest,
    caller: &Caller,
) -> Result<Timestamp, Error> {
    let now = caller.at();
    change(state, &request.user_id, caller, |user| {
        let machine = user.machine_mut().ok_or(Error::NotAMachine)?;
        if !machine.has_secret {
            return Err(Error::SecretMissing);
        }
        machine.has_secret = false;
        user.secrets_mut().secret = None;
        user.write(1, now);
        Ok(now)
    })
}

/// That the user can have what is to be made, and that it does not end before it starts.
fn machine(user: &User, now: Timestamp, expires: Timestamp) -> Result<(), Error> {
    user.machine().ok_or(Error::NotAMachine)?;
    if expires <= now { Err(Error::ExpiresInThePast) } else { Ok(()) }
}

fn take(
    state: &Zitadel,
    user_id: &str,
    caller: &Caller,
    missing: Error,
    remove: impl FnOnce(&mut Secrets) -> bool,
) -> Result<Timestamp, Error> {
    let now = caller.at();
    change(state, user_id, caller, |user| {
        if user.secrets.is_none() || !remove(user.secrets_mut()) {
            return Err(missing);
        }
        user.write(1, now);
        Ok(now)
    })
}

/// A condition of a list.
pub(in super::super) enum Filter<'a> {
    Id(&'a str),
    User(&'a str),
    Organization(&'a str),
    Created(&'a TimestampFilter),
    Expires(&'a TimestampFilter),
}

impl Filter<'_> {
    fn finds(&self, listed: &Listed) -> bool {
        let compare = |value: Timestamp, filter: &TimestampFilter| {
            let wanted = filter.timestamp.as_option().map_or(Timestamp::UNIX_EPOCH, time);
            match filter.method {
                EnumValue::Known(TimestampFilterMethod::After) => value > wanted,
                EnumValue::Known(TimestampFilterMethod::AfterOrEquals) => value >= wanted,
                EnumValue::Known(TimestampFilterMethod::Before) => value < wanted,
                EnumValue::Known(TimestampFilterMethod::BeforeOrEquals) => value <= wanted,
                EnumValue::Known(TimestampFilterMethod::Equals) | EnumValue::Unknown(_) => value == wanted,
            }
        };
        match self {
            Self::Id(id) => listed.id == *id,
            Self::User(id) => listed.user_id == *id,
            Self::Organization(id) => listed.organization == *id,
            Self::Created(filter) => compare(listed.created, filter),
            Self::Expires(filter) => compare(listed.expires, filter),
        }
    }
}

/// Everything of that kind that the caller may read and the filters find, ordered by the column of that number. The two
/// lists number their columns alike.
pub(in super::super) fn list(
    state: &Zitadel,
    caller: &Caller,
    (filters, column): (&[Filter<'_>], i32),
    paging: Option<&PaginationRequest>,
    of: impl Fn(&Secrets) -> Vec<(&str, Timestamp, Timestamp)>,
) -> Result<(Vec<Listed>, Paging), Error> {
    let users = state.users.snapshot();
    let mut found = Vec::new();
    for (user, secrets) in users.iter().filter_map(|user| Some((user, user.secrets.as_deref()?))) {
        let owner = &user.profile.resource_owner;
        if !caller.is(user) && caller.check(Permission::Read, owner).is_err() {
            continue;
        }
        let listed = of(secrets).into_iter().map(|(id, created, expires)| Listed {
            created,
            id: id.to_owned(),
            user_id: user.profile.user_id.clone(),
            organization: owner.to_string(),
            expires,
        });
        found.extend(listed.filter(|listed| filters.iter().all(|filter| filter.finds(listed))));
    }
    page(found, paging, |one, other| {
        let by_column = match column {
            2 => one.id.cmp(&other.id),
            3 => one.user_id.cmp(&other.user_id),
            4 => one.organization.cmp(&other.organization),
            5 => one.expires.cmp(&other.expires),
            _ => one.created.cmp(&other.created),
        };
        by_column.then_with(|| one.id.cmp(&other.id))
    })
}

/// A page of what was found: descending unless it is asked otherwise.
pub(super) fn page<T>(
    mut found: Vec<T>,
    paging: Option<&PaginationRequest>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Result<(Vec<T>, Paging), Error> {
    let paging = paging.cloned().unwrap_or_default();
    if paging.limit > LIMIT.1 {
        return Err(Error::LimitExceeded);
    }
    found.sort_by(|one, other| if paging.asc { order(one, other) } else { order(other, one) });
    let (total, limit) = (found.len(), if paging.limit == 0 { LIMIT.0 } else { paging.limit });
    let start = usize::try_from(paging.offset).unwrap_or(usize::MAX).min(total);
    let page: Vec<T> = found.into_iter().skip(start).take(limit as usize).collect();
    Ok((page, Paging { total, limit }))
}
