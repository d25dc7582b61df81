//! Users as a whole: list, make, read, remove, keep out, let in.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::change::{Changed, change, user_error};
use super::lists::{Key, Page, PageRequest};
use super::passwords::NewPassword;
use super::revocation;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Identifier, Kind, Membership, Profile, Session, User, user_id};
use crate::vendors::monocloud::state::{MonoCloud, new_uuid};

/// What users can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum UserField {
    CreationTime,
    LastUpdated,
    FailureCount,
    LastSignInAttempt,
    SignInAttemptsCount,
    LastSignInSuccess,
    SignInSuccessCount,
    LastActivity,
    BlockUntil,
}

/// A page of the users that the filter finds.
pub(in super::super) fn list_users(
    monocloud: &MonoCloud,
    filter: Option<&str>,
    request: PageRequest<UserField>,
) -> Page<User> {
    page(monocloud, filter, request, |_| true)
}

/// A page of some users.
pub(super) fn page(
    monocloud: &MonoCloud,
    filter: Option<&str>,
    request: PageRequest<UserField>,
    condition: impl Fn(&User) -> bool,
) -> Page<User> {
    let search = filter.map(Search::new);
    let now = monocloud.now();
    let users = monocloud.state.users.snapshot();
    let found =
        users.iter().filter(|user| condition(user) && search.as_ref().is_none_or(|search| search.matches(user)));
    Page::of(found, request, |user, field| key(user, field, now))
}

fn key(user: &User, field: UserField, now: i64) -> Key<'_> {
    let activity = user.profile.activity.as_deref();
    let count = |count: u64| Key::from(i64::try_from(count).unwrap_or(i64::MAX));
    match field {
        UserField::CreationTime => user.profile.creation_time.into(),
        UserField::LastUpdated => user.last_updated.into(),
        UserField::FailureCount => i64::from(user.failures).into(),
        UserField::LastSignInAttempt => activity.and_then(|activity| activity.last_attempt).into(),
        UserField::SignInAttemptsCount => count(activity.map_or(0, |activity| activity.attempts)),
        UserField::LastSignInSuccess | UserField::LastActivity => {
            activity.and_then(|activity| activity.last_success).into()
        }
        UserField::SignInSuccessCount => count(activity.map_or(0, |activity| activity.successes)),
        UserField::BlockUntil => user.block_until(now).map(|until| until.unwrap_or(i64::MAX)).into(),
    }
}

/// What to look for: a whole id, or a part of an identifier or a claim, whatever its case.
struct Search<'q> {
    text: &'q str,
    lower: String,
}

impl<'q> Search<'q> {
    fn new(text: &'q str) -> Self {
        Self { text, lower: text.to_lowercase() }
    }

    fn matches(&self, user: &User) -> bool {
        let profile = &user.profile;
        // An id must match as a whole: a short part would occur in some random ids by chance.
        profile.user_id == self.text
            || profile.all_identifiers().any(|one| self.is_part_of(&one.value))
            || profile.claims.texts().any(|claim| self.is_part_of(claim))
    }

    fn is_part_of(&self, text: &str) -> bool {
        let (all, part) = (text.as_bytes(), self.lower.as_bytes());
        if !text.is_ascii() {
            return text.to_lowercase().contains(&self.lower);
        }
        // The first letter rules out most positions.
        let mut starts = all.iter().enumerate().filter(|(_, byte)| Some(&byte.to_ascii_lowercase()) == part.first());
        let window = |at: usize| all.get(at..at + part.len());
        starts.any(|(at, _)| window(at).is_some_and(|window| window.eq_ignore_ascii_case(part)))
    }
}

/// An account that is to be made.
pub(in super::super) struct NewUser {
    pub(in super::super) username: Option<String>,
    pub(in super::super) email: Option<String>,
    pub(in super::super) email_verified: bool,
    pub(in super::super) phone_number: Option<String>,
    pub(in super::super) phone_number_verified: bool,
    pub(in super::super) password: Option<NewPassword>,
    pub(in super::super) is_temporary: bool,
    pub(in super::super) claims: Map<String, Value>,
}

/// Makes a user, who joins the groups that take everybody.
pub(in super::super) fn create_user(monocloud: &MonoCloud, new: NewUser) -> Result<User, Error> {
    let verified_email = new.email.is_some() && new.email_verified;
    let verified_phone = new.phone_number.is_some() && new.phone_number_verified;
    if new.password.is_none() && !verified_email && !verified_phone {
        return Err(Error::NoWayIn);
    }
    let has_password = new.password.is_some();
    let password_hash = new.password.map(|password| password.hashed(&monocloud.context.ids)).transpose()?;
    let now = monocloud.now();
    let mut ids = monocloud.context.ids.reserve();
    let user_id = user_id::letters(&ids.bytes::<21>());
    let mut identifier = |kind, value: Option<String>, verified: bool| {
        value.map(|value| Identifier {
            primary: true,
            verified,
            ..Identifier::new(new_uuid(&mut ids), kind, value, has_password)
        })
    };
    let groups = monocloud.state.groups.snapshot();
    let joined = groups.iter().filter(|group| group.is_auto_assigned);
    let user = User {
        disabled: false,
        failures: 0,
        last_updated: now,
        block: None,
        sessions: Arc::default(),
        profile: Arc::new(Profile {
            user_id: user_id.clone(),
            creation_time: now,
            has_password,
            force_password_reset: has_password && new.is_temporary,
            password_updated_at: has_password.then_some(now),
            password_hash,
            claims: new.claims.into(),
            emails: identifier(Kind::Email, new.email, new.email_verified).into_iter().collect(),
            phone_numbers: identifier(Kind::Phone, new.phone_number, new.phone_number_verified).into_iter().collect(),
            username: identifier(Kind::Username, new.username, false).map(Box::new),
            groups: joined.map(|group| Membership { group_id: group.id(), creation_time: now }).collect(),
            ..Profile::default()
        }),
    };
    let inserted = monocloud.state.users.insert(&user_id, || Ok(user));
    let user = inserted.map_err(|error| user_error(&user_id, error))?;
    ids.commit();
    Ok(user)
}

/// The user of that id.
pub(in super::super) fn get_user(monocloud: &MonoCloud, user_id: &str) -> Result<User, Error> {
    monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)
}

/// Removes a user permanently, with what was issued to the user. Returns the sessions that are over.
pub(in super::super) fn delete_user(monocloud: &MonoCloud, user_id: &str) -> Result<Vec<Session>, Error> {
    let removed = monocloud.state.users.remove(user_id, |user| Ok(user.sessions.to_vec()));
    let sessions = removed.map_err(|error| user_error(user_id, error))?;
    revocation::forget(monocloud, user_id, None);
    revocation::forget_consents(monocloud, user_id, None);
    Ok(sessions)
}

/// Keeps a user out.
pub(in super::super) fn disable_user(
    monocloud: &MonoCloud,
    user_id: &str,
    revoke_sessions: bool,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    let done = change(monocloud, user_id, |user| Ok(user.disable(revoke_sessions, now)))?;
    if revoke_sessions {
        revocation::forget(monocloud, user_id, None);
    }
    Ok(done)
}

/// Lifts an earlier disable.
pub(in super::super) fn enable_user(monocloud: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| Ok(user.enable(now)))
}

/// Lifts a block that failed sign-ins caused.
pub(in super::super) fn unblock_user(monocloud: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| Ok(user.unblock(now)))
}
