//! Changing ZITADEL's users.

use std::sync::Arc;

use super::super::super::auth::Caller;
use super::super::super::error::Error;
use super::super::super::record::{Channel, HumanProfile, JwtTokens, Machine, Permission, User};
use super::super::super::state::Zitadel;
use super::super::passwords::{self, CheckedProof, NewPassword, Password, Proof};
use super::super::write::{WriteContext, Written, refused};
use super::{Address, Names, language};

/// A change of a user.
pub struct UpdateUser {
    pub user_id: String,
    pub username: Option<String>,
    pub kind: Option<UserChanges>,
}

/// What is to be changed; absent members stay.
pub enum UserChanges {
    Human(Box<HumanChanges>),
    Machine(MachineChanges),
}

/// What is to be changed of a human.
pub struct HumanChanges {
    pub names: Names,
    pub email: Option<Address>,
    pub phone: Option<Address>,
    /// With what proves that it may be set.
    pub password: Option<(Password, Proof)>,
}

/// What is to be changed of a machine.
pub struct MachineChanges {
    pub name: Option<String>,
    pub description: Option<String>,
    pub access_token_type: Option<Option<JwtTokens>>,
}

/// Changes a user of either kind.
pub fn update_user(zitadel: &Zitadel, input: UpdateUser, caller: &Caller) -> Result<Written, Error> {
    let UpdateUser { user_id, username, kind } = input;
    let named = (&*user_id, username.as_deref());
    match kind.ok_or(Error::UserTypeMissing)? {
        UserChanges::Machine(changes) => update(zitadel, named, caller, |user, _| change_machine(user, changes)),
        UserChanges::Human(changes) => {
            let HumanChanges { names, email, phone, password } = *changes;
            // Hashed and checked before the lock is taken.
            let hashed =
                |(new, proof)| Ok((NewPassword::new(zitadel, &new)?, CheckedProof::of(zitadel, &user_id, proof)));
            let password = password.map(hashed).transpose()?;
            let addresses = [(Channel::Email, email), (Channel::Phone, phone)];
            update(zitadel, named, caller, |user, write| change_human(user, write, names, addresses, password))
        }
    }
}

/// Changes a user, also its name. `change` answers the number of events.
fn update(
    zitadel: &Zitadel,
    (user_id, username): (&str, Option<&str>),
    caller: &Caller,
    change: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<u64, Error>,
) -> Result<Written, Error> {
    let mut write = WriteContext::new(zitadel, caller.at());
    let changed = zitadel.state.users.update(user_id, |user| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        let mut events = change(user, &mut write)?;
        if let Some(name) = username.filter(|name| **name != *user.profile.username) {
            let profile = user.profile_mut();
            let name: Arc<str> = name.into();
            profile.username = Arc::clone(&name);
            profile.login_names = [Arc::clone(&name)].into();
            profile.preferred_login_name = name;
            events += 1;
        }
        user.write(events, write.now);
        Ok(user.clone())
    });
    let user = changed.map_err(refused)?;
    Ok(write.finish(user))
}

/// Changes a machine. The error for a human is that there is no such user.
fn change_machine(user: &mut User, changes: MachineChanges) -> Result<u64, Error> {
    let old = user.machine().ok_or(Error::UserNotFound)?;
    let new = Machine {
        name: changes.name.unwrap_or_else(|| old.name.clone()),
        description: changes.description.unwrap_or_else(|| old.description.clone()),
        access_token_type: changes.access_token_type.unwrap_or(old.access_token_type),
        has_secret: old.has_secret,
    };
    if new == *old {
        return Ok(0);
    }
    if let Some(machine) = user.machine_mut() {
        *machine = new;
    }
    Ok(1)
}

/// Changes a human. The error for a machine is that there is no such user.
fn change_human(
    user: &mut User,
    write: &mut WriteContext<'_>,
    names: Names,
    addresses: [(Channel, Option<Address>); 2],
    password: Option<(NewPassword, CheckedProof)>,
) -> Result<u64, Error> {
    let old = &user.human().ok_or(Error::UserNotFound)?.profile;
    let or = |new: Option<String>, old: &String| new.unwrap_or_else(|| old.clone());
    let new = HumanProfile {
        given_name: or(names.given_name, &old.given_name),
        family_name: or(names.family_name, &old.family_name),
        nick_name: or(names.nick_name, &old.nick_name),
        display_name: or(names.display_name, &old.display_name),
        preferred_language: match names.preferred_language {
            Some(given) => language(Some(&given)),
            None => old.preferred_language.clone(),
        },
        gender: names.gender.unwrap_or(old.gender),
        avatar_url: old.avatar_url.clone(),
    };
    let mut events = u64::from(new != *old);
    if let (1, Some(human)) = (events, user.human_mut()) {
        human.profile = new;
    }
    for (channel, address) in addresses {
        if let Some(Address { address, verification }) = address {
            events += write.set_address(user, channel, &address, &verification)?;
        }
    }
    if let Some((password, proof)) = password {
        proof.check(user, write.now)?;
        passwords::set(user, password, write.now);
        events += 1;
    }
    Ok(events)
}
