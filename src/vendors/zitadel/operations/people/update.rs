//! Changing ZITADEL's users.

use std::sync::Arc;

use super::super::super::auth::Caller;
use super::super::super::error::Error;
use super::super::super::record::{Channel, EventKind, HumanProfile, JwtTokens, Machine, Part, Permission, User};
use super::super::super::state::Zitadel;
use super::super::contacts::{check_code, valid_address};
use super::super::metadata::{self, Entry};
use super::super::passwords::{self, NewPassword, Password, Proof};
use super::super::write::{Verification, WriteContext, Written, check_writer, command};
use super::{Address, Names, language};

/// A change of a user.
pub struct UpdateUser {
    pub user_id: String,
    pub username: Option<String>,
    pub kind: Option<UserChanges>,
    /// Where a value is empty, the entry of that key goes.
    pub metadata: Vec<Entry>,
}

/// What is to be changed; absent members stay.
pub enum UserChanges {
    Human(Box<HumanChanges>),
    Machine(MachineChanges),
}

/// What is to be changed of a human.
pub struct HumanChanges {
    pub names: Option<Names>,
    pub email: Option<Address>,
    pub phone: Option<PhoneChange>,
    /// With what proves that it may be set.
    pub password: Option<(Password, Proof)>,
}

/// What is to become of a human's phone.
pub enum PhoneChange {
    Set(Address),
    Remove { is_verifying: bool },
}

/// What is to be changed of a machine.
pub struct MachineChanges {
    pub name: Option<String>,
    pub description: Option<String>,
    pub access_token_type: Option<Option<JwtTokens>>,
}

/// Changes a user of either kind. What changes nothing is no event.
pub fn update_user(zitadel: &Zitadel, input: UpdateUser, caller: &Caller) -> Result<Written, Error> {
    let UpdateUser { user_id, username, kind, metadata } = input;
    let username = username.as_deref();
    match kind.ok_or(Error::UserTypeMissing)? {
        UserChanges::Machine(changes) => command(zitadel, &user_id, caller, |user, write| {
            if user.machine().is_none() && !user.is_known_by_state() {
                return Err(Error::UserNotFound);
            }
            check_writer(caller, user)?;
            write.loads(vec![Part::Machine, Part::Metadata]);
            change_username(user, username, write);
            change_machine(user, changes, write);
            metadata::set_entries(user, metadata, write)
        }),
        UserChanges::Human(changes) => {
            let HumanChanges { names, email, phone, password } = *changes;
            if matches!(phone, Some(PhoneChange::Remove { is_verifying: true })) {
                return Err(Error::PhoneRemovalVerified);
            }
            let email = email.map(|email| Change::new(Channel::Email, email)).transpose()?;
            let phone = phone.map(Change::of_phone).transpose()?;
            if let Some((password, _)) = &password {
                passwords::given_hash(zitadel, password, false)?;
            }
            let changes_something = username.is_some()
                || names.is_some()
                || email.is_some()
                || phone.is_some()
                || password.is_some()
                || !metadata.is_empty();
            // Hashed before the lock is taken.
            let password =
                password.map(|(password, proof)| NewPassword::new(zitadel, &user_id, Some(&password), proof));
            command(zitadel, &user_id, caller, |user, write| {
                if user.human().is_none() && !user.is_known_by_state() {
                    return Err(Error::UserNotFound);
                }
                let addresses = [email, phone].into_iter().flatten();
                if changes_something {
                    check_writer(caller, user)?;
                }
                if !metadata.is_empty() {
                    caller.check(Permission::Write, &user.profile.resource_owner)?;
                }
                for change in addresses.clone() {
                    check_code(zitadel, caller, user, &change.verification)?;
                }
                let parts = [
                    names.as_ref().map(|_| Part::Profile),
                    addresses.clone().find(|change| change.channel == Channel::Email).map(|_| Part::Email),
                    addresses.clone().find(|change| change.channel == Channel::Phone).map(|_| Part::Phone),
                    password.as_ref().map(|_| Part::Password),
                ];
                write.loads(parts.into_iter().flatten().collect());
                if let Some(password) = &password
                    && !password.check(user, caller, write)?
                {
                    return Ok(());
                }
                change_username(user, username, write);
                change_profile(user, names.unwrap_or_default(), write);
                addresses.for_each(|change| change.apply(user, write));
                if let Some(password) = password {
                    password.set(user, write)?;
                }
                metadata::set_entries(user, metadata, write)
            })
        }
    }
}

/// Another address, in the form in which the vendor keeps it; none takes it away, an empty one leaves it.
#[derive(Clone)]
struct Change {
    channel: Channel,
    address: Option<String>,
    verification: Verification,
}

impl Change {
    fn new(channel: Channel, address: Address) -> Result<Self, Error> {
        let Address { address, verification } = address;
        let address = if address.is_empty() { address } else { valid_address(channel, &address)? };
        Ok(Self { channel, address: Some(address), verification })
    }

    fn of_phone(change: PhoneChange) -> Result<Self, Error> {
        let channel = Channel::Phone;
        match change {
            PhoneChange::Set(address) => Self::new(channel, address),
            PhoneChange::Remove { .. } => Ok(Self { channel, address: None, verification: Verification::Unverified }),
        }
    }

    /// An address that differs needs a code unless it counts as verified. Of the same one it is only seen whether it is
    /// verified now. One that is taken away is an event also where there was none.
    fn apply(self, user: &mut User, write: &mut WriteContext<'_>) {
        let Self { channel, address, verification } = self;
        let Some(address) = address else {
            return write.set_address(user, channel, "", &verification);
        };
        let (before, is_verified) =
            user.any_human().map_or(("", false), |human| (human.address(channel), human.is_verified(channel)));
        if before != address && !address.is_empty() {
            let verification = match verification {
                Verification::Unverified => Verification::Send(None),
                given => given,
            };
            write.set_address(user, channel, &address, &verification);
        } else if verification == Verification::Verified && !is_verified {
            write.verify(user, channel, &verification);
        }
    }
}

/// Gives a user another name.
pub(in super::super) fn change_username(user: &mut User, username: Option<&str>, write: &mut WriteContext<'_>) {
    if let Some(name) = username.filter(|name| **name != *user.profile.username) {
        let profile = user.profile_mut();
        let name: Arc<str> = name.into();
        profile.username = Arc::clone(&name);
        profile.login_names = [Arc::clone(&name)].into();
        profile.preferred_login_name = name;
        write.event(EventKind::UsernameChanged);
    }
}

/// Changes a machine. The vendor writes the same about a human, where nothing shows it.
pub(in super::super) fn change_machine(user: &mut User, changes: MachineChanges, write: &mut WriteContext<'_>) {
    let hidden = || user.secrets.as_ref().and_then(|secrets| secrets.machine.clone()).unwrap_or_default();
    let old = user.machine().cloned().unwrap_or_else(hidden);
    let new = Machine {
        name: changes.name.unwrap_or_else(|| old.name.clone()),
        description: changes.description.unwrap_or_else(|| old.description.clone()),
        access_token_type: changes.access_token_type.unwrap_or(old.access_token_type),
        has_secret: old.has_secret,
    };
    if new == old {
        return;
    }
    match user.machine_mut() {
        Some(machine) => *machine = new,
        None => user.secrets_mut().machine = Some(new),
    }
    write.event(EventKind::MachineChanged);
}

/// Changes the names of a human.
pub(in super::super) fn change_profile(user: &mut User, names: Names, write: &mut WriteContext<'_>) {
    let old = user.any_human().map(|human| human.profile.clone()).unwrap_or_default();
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
    if new == old {
        return;
    }
    user.any_human_mut().profile = new;
    write.event(EventKind::ProfileChanged);
}
