//! Users, and the caller's own profile.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use super::super::auth::{self, Caller};
use super::super::error::Error;
use super::super::record::{Actor, AuthProvider, Names, PendingToken, Profile, Purpose, User};
use super::super::state::Jitsudo;
use super::{
    ListQuery, Page, allow, check_user_tenant, decode_cursor, encode_cursor, groups, log_user_action, log_user_change,
    mail_token, mfa, new_id, user_error,
};
use crate::bounded::{MAX_USER, is_larger};
use crate::directory::{DirectoryError, Record};

/// The largest avatar, counted over its whole data URI.
const MAX_AVATAR_BYTES: usize = 262_144;

/// A user after a change, and whether there was anything to change.
pub(in super::super) struct Changed {
    /// The user after the change.
    pub(in super::super) user: User,
    /// False if the user already was in that state.
    pub(in super::super) changed: bool,
}

/// Who is to be invited.
pub(in super::super) struct Invitation {
    pub(in super::super) email: String,
    pub(in super::super) name: String,
    pub(in super::super) roles: Vec<String>,
}

/// What an admin changes. `None` leaves a member as it is.
pub(in super::super) struct UserEdit {
    pub(in super::super) name: Option<String>,
    pub(in super::super) roles: Option<Vec<String>>,
}

/// What users change themselves. `None` leaves a member as it is, `Some(None)` removes it.
pub(in super::super) struct ProfileEdit {
    pub(in super::super) first_name: Option<Option<String>>,
    pub(in super::super) last_name: Option<Option<String>>,
    pub(in super::super) display_name: Option<Option<String>>,
    pub(in super::super) avatar_base64: Option<Option<String>>,
}

/// Which users to list.
#[derive(Default)]
pub(in super::super) struct UserFilter {
    pub(in super::super) active: Option<bool>,
    /// Compared without regard to case.
    pub(in super::super) email: Option<String>,
}

/// The users of the caller's tenant, oldest first. Only the page is sorted and copied.
pub(in super::super) fn list_users(
    jitsudo: &Jitsudo,
    caller: &Caller,
    filter: &UserFilter,
    list_query: &ListQuery,
) -> Result<Page<User>, Error> {
    let after =
        list_query.cursor.as_deref().map(|cursor| decode_user_cursor(cursor).ok_or(Error::InvalidQuery("cursor")));
    let after = after.transpose()?;
    jitsudo.access.admin(caller)?;
    let snapshot = jitsudo.state.users.snapshot();
    let matches = |user: &&User| {
        user.profile.tenant == caller.tenant()
            && filter.active.is_none_or(|active| user.active == active)
            && filter.email.as_ref().is_none_or(|email| user.profile.email.eq_ignore_ascii_case(email))
            && after.as_ref().is_none_or(|(at, id)| (user.profile.created_at, user.key()) > (*at, id))
    };
    let mut found = oldest(snapshot.iter().filter(matches), list_query.limit + 1);
    let more = found.len() > list_query.limit;
    found.truncate(list_query.limit);
    let next = found.last().filter(|_| more);
    let next = next.map(|user| encode_cursor(&format!("{}/{}", user.profile.created_at.as_nanosecond(), user.key())));
    Ok(Page { items: found.into_iter().cloned().collect(), next })
}

/// The `limit` oldest of these users, in order. A user that is too young is skipped after one comparison, so a page of
/// a large directory costs little more than one comparison per user.
fn oldest<'a>(users: impl Iterator<Item = &'a User>, limit: usize) -> Vec<&'a User> {
    fn age(user: &User) -> (Timestamp, &str) {
        (user.profile.created_at, user.key())
    }
    let by_age = |one: &&User, other: &&User| age(one).cmp(&age(other));
    let mut kept: Vec<&User> = Vec::new();
    let mut youngest = None;
    users.for_each(|user| {
        if youngest.is_some_and(|youngest| age(user) > youngest) {
            return;
        }
        kept.push(user);
        if kept.len() == 2 * limit {
            let (_, last, _) = kept.select_nth_unstable_by(limit - 1, by_age);
            youngest = Some(age(last));
            kept.truncate(limit);
        }
    });
    kept.sort_unstable_by(by_age);
    kept.truncate(limit);
    kept
}

fn decode_user_cursor(cursor: &str) -> Option<(Timestamp, String)> {
    let position = decode_cursor(cursor)?;
    let (at, id) = position.split_once('/')?;
    Some((Timestamp::from_nanosecond(at.parse().ok()?).ok()?, id.to_owned()))
}

/// Invites a person. The user exists immediately; the address is not verified yet.
pub(in super::super) fn create_user(jitsudo: &Jitsudo, caller: &Caller, invitation: Invitation) -> Result<User, Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let mut ids = jitsudo.context.ids.reserve();
    let id = new_id(&mut ids);
    let make = || {
        Ok(User {
            active: true,
            updated_at: now,
            profile: Arc::new(Profile {
                id: id.as_str().into(),
                tenant: caller.tenant(),
                email: invitation.email.into(),
                name: invitation.name.into(),
                roles: invitation.roles.into(),
                auth_provider: AuthProvider::Local,
                email_verified: false,
                is_owner: false,
                created_at: now,
                avatar_base64: None,
                names: None,
                password: None,
            }),
        })
    };
    let user = jitsudo.state.users.insert(&id, make).map_err(user_error)?;
    ids.commit();
    log_user_change(jitsudo, caller.actor(), "user.create", &user);
    mail_token(jitsudo, &user, Purpose::Invite);
    Ok(user)
}

/// The user of that id in the caller's tenant.
pub(in super::super) fn get_user(jitsudo: &Jitsudo, caller: &Caller, id: &str) -> Result<User, Error> {
    jitsudo.access.admin(caller)?;
    let user = jitsudo.state.users.get(id).ok_or(Error::UserNotFound)?;
    check_user_tenant(jitsudo, caller, &user)?;
    Ok(user)
}

/// Suspends a user (`active` false) or reactivates it (`active` true).
pub(in super::super) fn suspend_user(
    jitsudo: &Jitsudo,
    caller: &Caller,
    id: &str,
    active: bool,
) -> Result<Changed, Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let behaviour = &jitsudo.behaviour;
    let done = jitsudo.state.users.update(id, |user| {
        check_user_tenant(jitsudo, caller, user)?;
        if !active && user.profile.is_owner {
            allow(behaviour.suspend_owner, "tenant_owner")?;
        }
        if !active && caller.is(user) {
            allow(behaviour.suspend_oneself, "own_account")?;
        }
        if user.active == active {
            allow(behaviour.suspend_repeat, "same_state")?;
        }
        let changed = user.set_active(active, now);
        Ok(Changed { user: user.clone(), changed })
    });
    let done = done.map_err(user_error)?;
    if done.changed {
        let action = if active { "user.reactivate" } else { "user.suspend" };
        log_user_change(jitsudo, caller.actor(), action, &done.user);
    }
    Ok(done)
}

/// Changes a user's name and roles.
pub(in super::super) fn update_user(
    jitsudo: &Jitsudo,
    caller: &Caller,
    id: &str,
    edit: UserEdit,
) -> Result<Changed, Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let done = jitsudo.state.users.update(id, |user| {
        check_user_tenant(jitsudo, caller, user)?;
        let changed = user.edit(now, |profile| {
            if let Some(name) = edit.name {
                profile.name = name.into();
            }
            if let Some(roles) = edit.roles {
                profile.roles = roles.into();
            }
        });
        bounded(user, changed)
    });
    let done = done.map_err(user_error)?;
    if done.changed {
        log_user_change(jitsudo, caller.actor(), "user.update", &done.user);
    }
    Ok(done)
}

/// Removes a user permanently, with their memberships and mailed tokens.
pub(in super::super) fn delete_user(jitsudo: &Jitsudo, caller: &Caller, id: &str) -> Result<(), Error> {
    jitsudo.access.admin(caller)?;
    let user = jitsudo.state.users.remove(id, |user| {
        check_user_tenant(jitsudo, caller, user)?;
        if user.profile.is_owner {
            allow(jitsudo.behaviour.delete_owner, "tenant_owner")?;
        }
        Ok(user.clone())
    });
    let user = user.map_err(user_error)?;
    for purpose in [Purpose::Invite, Purpose::Reset] {
        _ = jitsudo.state.pending.remove(&PendingToken::key_of(id, purpose), |_| Ok::<_, Error>(()));
    }
    mfa::remove_from(jitsudo, id);
    groups::remove_from_all(jitsudo, &user);
    log_user_action(jitsudo, caller.actor(), "user.delete", &user);
    Ok(())
}

/// Mails a user's invitation again. It needs no credential, only the tenant.
pub(in super::super) fn resend_invite(jitsudo: &Jitsudo, tenant: Uuid, id: &str) -> Result<(), Error> {
    let user = jitsudo.state.users.get(id).filter(|user| user.profile.tenant == tenant).ok_or(Error::UserNotFound)?;
    if user.profile.email_verified {
        return Err(Error::Conflict("already_verified"));
    }
    log_user_action(jitsudo, Actor::SYSTEM, "user.resend_invite", &user);
    mail_token(jitsudo, &user, Purpose::Invite);
    Ok(())
}

/// Changes the caller's own profile.
pub(in super::super) fn update_user_profile(
    jitsudo: &Jitsudo,
    own: &User,
    edit: ProfileEdit,
) -> Result<Changed, Error> {
    if let Some(Some(avatar)) = &edit.avatar_base64 {
        check_avatar(avatar)?;
    }
    let now = jitsudo.context.clock.now();
    let done = jitsudo.state.users.update(own.key(), |user| {
        // If another service checks the user's sign-in, it also manages the user's name.
        if user.profile.auth_provider != AuthProvider::Local {
            let written = [("first_name", &edit.first_name), ("last_name", &edit.last_name)];
            if let Some((member, _)) = written.into_iter().find(|(_, value)| value.is_some()) {
                return Err(Error::ManagedElsewhere(member));
            }
        }
        let changed = user.edit(now, |profile| {
            let mut names = profile.names.take().map(|names| *names).unwrap_or_default();
            names.first_name = edit.first_name.unwrap_or(names.first_name);
            names.last_name = edit.last_name.unwrap_or(names.last_name);
            names.display_name = edit.display_name.unwrap_or(names.display_name);
            profile.names = (names != Names::default()).then(|| Box::new(names));
            if let Some(avatar) = edit.avatar_base64 {
                profile.avatar_base64 = avatar.map(Arc::from);
            }
        });
        bounded(user, changed)
    });
    let done = done.map_err(|error| match error {
        DirectoryError::Absent => Error::UnknownToken, // removed after the token was checked
        DirectoryError::Exists | DirectoryError::Taken(_) | DirectoryError::Refused(_) => user_error(error),
    })?;
    if done.changed {
        log_user_change(jitsudo, auth::actor(own), "user.update_profile", &done.user);
    }
    Ok(done)
}

/// The user after a change by which they may grow without end if nobody looks.
fn bounded(user: &User, changed: bool) -> Result<Changed, Error> {
    match changed && is_larger(user, MAX_USER) {
        true => Err(Error::UserTooLarge),
        false => Ok(Changed { user: user.clone(), changed }),
    }
}

/// Checks that an avatar is a data URI of an image in base64, within the size limit.
fn check_avatar(text: &str) -> Result<(), Error> {
    if text.len() > MAX_AVATAR_BYTES {
        return Err(Error::AvatarTooLarge);
    }
    let image = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
    let fits =
        |(kind, data): (&str, &str)| !kind.is_empty() && STANDARD.decode(data).is_ok_and(|bytes| !bytes.is_empty());
    image.is_some_and(fits).then_some(()).ok_or(Error::InvalidMember("avatar_base64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use crate::vendors::jitsudo::seed;

    #[test]
    fn the_oldest_are_found_among_many_whatever_their_order() {
        let person = |person| seed::user(&person, Uuid::nil(), &Arc::default(), Timestamp::UNIX_EPOCH);
        let users: Vec<_> = people::people(500, 1).map(person).collect();
        let mut ids: Vec<_> = users.iter().map(User::key).collect();
        ids.sort_unstable();
        for limit in [1, 7, 499, 500, 501] {
            let found: Vec<_> = oldest(users.iter(), limit).into_iter().map(User::key).collect();
            assert_eq!(found, ids[..limit.min(500)], "{limit}");
        }
    }

    #[test]
    fn an_avatar_is_an_image_of_bounded_size() {
        let avatar = |kind: &str, length: usize| format!("data:image/{kind};base64,{}", "A".repeat(length));
        assert_eq!(check_avatar(&avatar("jpeg", 262_120)), Ok(())); // the whole text has 262,143 bytes
        assert_eq!(check_avatar(&avatar("jpeg", 262_124)), Err(Error::AvatarTooLarge));
        for wrong in [avatar("", 4), avatar("png", 0), avatar("png", 3), "AAAA".to_owned()] {
            assert_eq!(check_avatar(&wrong), Err(Error::InvalidMember("avatar_base64")), "{wrong}");
        }
    }
}
