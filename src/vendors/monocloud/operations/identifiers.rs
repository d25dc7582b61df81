//! E-mail addresses, phone numbers and the user name. No two users share one, whatever its case.

use uuid::Uuid;

use super::change::{Changed, change, grow};
use crate::ids::Stream;
use crate::outbox::Message;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Alias, Identifier, Kind, Profile, User};
use crate::vendors::monocloud::state::{MonoCloud, NAME, new_uuid};

/// How long a link is valid by default, in seconds (assumed, monocloud-a27).
const LINK_SECONDS: i64 = 24 * 60 * 60;

/// An address or a number that is to be added.
pub(in super::super) struct NewIdentifier {
    pub(in super::super) value: String,
    pub(in super::super) is_verified: bool,
}

/// Adds an address or a number; the first one is the primary one.
pub(in super::super) fn add_identifier(
    monocloud: &MonoCloud,
    user_id: &str,
    kind: Kind,
    new: NewIdentifier,
) -> Result<Changed, Error> {
    let mut ids = monocloud.context.ids.reserve();
    let (now, id) = (monocloud.now(), new_uuid(&mut ids));
    let changed = grow(monocloud, user_id, |user| {
        let NewIdentifier { value, is_verified: verified } = new;
        let alias = Alias::new(kind, &value);
        if user.profile.identifiers(kind).iter().any(|own| Alias::new(kind, &own.value) == alias) {
            return Err(Error::Taken(alias));
        }
        Ok(user.edit(now, |profile| {
            let has_password = profile.has_password;
            let all = identifiers_mut(profile, kind);
            let primary = all.is_empty();
            all.push(Identifier { primary, verified, ..Identifier::new(id, kind, value, has_password) });
            true
        }))
    })?;
    ids.commit();
    Ok(changed)
}

/// Removes an address or a number.
pub(in super::super) fn remove_identifier(
    monocloud: &MonoCloud,
    user_id: &str,
    kind: Kind,
    id: &str,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        let index = index_of(user, kind, id)?;
        Ok(user.edit(now, |profile| {
            identifiers_mut(profile, kind).remove(index);
            true
        }))
    })
}

/// Makes an address or a number the primary one.
pub(in super::super) fn set_primary(
    monocloud: &MonoCloud,
    user_id: &str,
    kind: Kind,
    id: &str,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        let index = index_of(user, kind, id)?;
        Ok(user.edit(now, |profile| {
            let mut changed = false;
            for (other, one) in identifiers_mut(profile, kind).iter_mut().enumerate() {
                changed |= one.primary != (other == index);
                one.primary = other == index;
            }
            changed
        }))
    })
}

/// Says whether an address or a number is verified.
pub(in super::super) fn set_verified(
    monocloud: &MonoCloud,
    user_id: &str,
    kind: Kind,
    id: &str,
    verified: bool,
) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        let index = index_of(user, kind, id)?;
        Ok(user.edit(now, |profile| {
            let one = &mut identifiers_mut(profile, kind)[index];
            std::mem::replace(&mut one.verified, verified) != verified
        }))
    })
}

/// Gives the user that name to sign in with.
pub(in super::super) fn set_username(monocloud: &MonoCloud, user_id: &str, name: String) -> Result<Changed, Error> {
    let mut ids = monocloud.context.ids.reserve();
    let (now, id) = (monocloud.now(), new_uuid(&mut ids));
    let changed = change(monocloud, user_id, |user| {
        Ok(user.edit(now, |profile| {
            let has_password = profile.has_password;
            let own = profile
                .username
                .get_or_insert_with(|| Box::new(Identifier::new(id, Kind::Username, String::new(), has_password)));
            let changed = own.value != name;
            own.value = name;
            changed
        }))
    })?;
    ids.commit();
    Ok(changed)
}

/// Takes the user's name to sign in with away.
pub(in super::super) fn remove_username(monocloud: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| Ok(user.edit(now, |profile| profile.username.take().is_some())))
}

/// The user's address or number of that id.
pub(in super::super) fn find_identifier(
    monocloud: &MonoCloud,
    user_id: &str,
    kind: Kind,
    id: &str,
) -> Result<Identifier, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let index = index_of(&user, kind, id)?;
    Ok(user.profile.identifiers(kind)[index].clone())
}

/// A link that was made for a user, and whether it was sent.
pub(in super::super) struct Link {
    pub(in super::super) link: String,
    pub(in super::super) expires_at: i64,
    pub(in super::super) email_sent: bool,
}

/// Sends a link that verifies an address.
pub(in super::super) fn send_email_verification_link(
    monocloud: &MonoCloud,
    user_id: &str,
    id: &str,
    expiry: Option<i64>,
) -> Result<Link, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let index = index_of(&user, Kind::Email, id)?;
    Ok(create_link(monocloud, &user, "verify_email", Some(&user.profile.emails[index].value), expiry))
}

/// Makes a link, and sends it if there is an address.
pub(super) fn create_link(
    monocloud: &MonoCloud,
    user: &User,
    about: &'static str,
    to: Option<&str>,
    expiry: Option<i64>,
) -> Link {
    let page = about.replace('_', "-");
    let token = Uuid::from_bytes(monocloud.context.ids.bytes(Stream::Links));
    let link = format!("https://tenant.monocloud.test/account/{page}?token={}", token.simple());
    if let Some(to) = to {
        monocloud.context.outbox.send(Message {
            at: monocloud.context.clock.now(),
            vendor: NAME.into(),
            user: user.profile.user_id.clone(),
            by: "email".into(),
            to: to.to_owned(),
            about: about.into(),
            code: None,
            link: Some(link.clone()),
        });
    }
    Link { link, expires_at: monocloud.now() + expiry.unwrap_or(LINK_SECONDS), email_sent: to.is_some() }
}

/// The index of the identifier with that id. An id that is not a UUID belongs to none.
fn index_of(user: &User, kind: Kind, id: &str) -> Result<usize, Error> {
    let id = Uuid::parse_str(id).map_err(|_| Error::IdentifierNotFound)?;
    user.profile.identifiers(kind).iter().position(|one| one.id == id).ok_or(Error::IdentifierNotFound)
}

fn identifiers_mut(profile: &mut Profile, kind: Kind) -> &mut Vec<Identifier> {
    match kind {
        Kind::Phone => &mut profile.phone_numbers,
        // There is no list of user names, and no operation needs one.
        Kind::Email | Kind::Username => &mut profile.emails,
    }
}
