//! Making ZITADEL's users.

use std::sync::Arc;

use super::super::super::auth::{Caller, OrganizationName, organization};
use super::super::super::error::Error;
use super::super::super::record::{
    Channel, Contact, EventKind, Gender, History, Human, HumanProfile, JwtTokens, Kind, Machine, Permission, Profile,
    Totp, User, UserState,
};
use super::super::super::state::Zitadel;
use super::super::contacts::valid_address;
use super::super::metadata::{self, Entry};
use super::super::passwords::{self, Password};
use super::super::write::{Verification, WriteContext, Written, new_id, refused};
use super::{Address, Names, language};
use crate::directory::DirectoryError;
use crate::passwords::PasswordHash;

/// A user of either kind, to be made.
pub struct CreateUser {
    pub user_id: Option<String>,
    pub organization: String,
    /// Empty if none was given.
    pub username: String,
    pub metadata: Vec<Entry>,
    /// Neither kind is never asked for: the validator wants one.
    pub kind: Option<NewUser>,
}

/// What a new user is.
pub enum NewUser {
    Human(Box<NewHuman>),
    Machine(NewMachine),
}

/// A human to be made in the older way.
pub struct AddHumanUser {
    pub user_id: Option<String>,
    pub organization: Option<OrganizationName>,
    pub username: String,
    pub human: NewHuman,
}

/// A new human.
#[derive(Default)]
pub struct NewHuman {
    pub names: Names,
    pub email: Option<Address>,
    pub phone: Option<Address>,
    pub password: Option<Password>,
    /// What an app makes one-time passwords from.
    pub totp_secret: Option<String>,
    /// Whether it is to be linked to an identity provider.
    pub has_links: bool,
    pub metadata: Vec<Entry>,
}

/// A new machine.
pub struct NewMachine {
    pub name: String,
    pub description: String,
    pub access_token_type: Option<JwtTokens>,
}

/// How humans are made in the first API, where most of them are initial.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    /// Whether the human is imported.
    pub is_imported: bool,
    /// Whether a link is made by which the human sets up signing in without a password.
    pub is_passwordless: bool,
}

/// Who a new user is to be.
struct Draft {
    user_id: Option<String>,
    organization: String,
    /// A human without a user name is called by its e-mail, a machine by its id.
    username: String,
    kind: Kind,
    addresses: [(Channel, Option<Address>); 2],
    password: Option<Password>,
    totp_secret: Option<String>,
    has_links: bool,
    metadata: Vec<Entry>,
    /// How it is made, if that is in the first API.
    birth: Option<Birth>,
}

/// Makes a user of either kind.
pub fn create_user(zitadel: &Zitadel, input: CreateUser, caller: &Caller) -> Result<Written, Error> {
    let CreateUser { user_id, organization, username, metadata, kind } = input;
    let draft = match kind.ok_or(Error::UserTypeMissing)? {
        NewUser::Machine(machine) => Draft {
            user_id,
            organization,
            username,
            kind: Kind::Machine(Box::new(Machine {
                name: machine.name,
                description: machine.description,
                has_secret: false,
                access_token_type: machine.access_token_type,
            })),
            addresses: [(Channel::Email, None), (Channel::Phone, None)],
            password: None,
            totp_secret: None,
            has_links: false,
            metadata,
            birth: None,
        },
        NewUser::Human(human) if !metadata.is_empty() && !human.metadata.is_empty() => {
            return Err(Error::MetadataOnBothLevels);
        }
        NewUser::Human(mut human) => {
            human.metadata.extend(metadata);
            draft(zitadel, (user_id, organization, username), *human, false)?
        }
    };
    add(zitadel, draft, caller)
}

/// Makes a human, in the older way.
pub fn add_human_user(zitadel: &Zitadel, input: AddHumanUser, caller: &Caller) -> Result<Written, Error> {
    let organization = organization(zitadel, input.organization.as_ref(), caller)?;
    add(zitadel, draft(zitadel, (input.user_id, organization, input.username), input.human, false)?, caller)
}

/// Makes a human in the first API.
pub(in super::super) fn make_human(
    zitadel: &Zitadel,
    organization: &str,
    username: String,
    human: NewHuman,
    birth: Birth,
    caller: &Caller,
) -> Result<Written, Error> {
    let draft = draft(zitadel, (None, organization.to_owned(), username), human, birth.is_imported)?;
    add(zitadel, Draft { birth: Some(birth), ..draft }, caller)
}

/// What a human is to be, in the forms that the vendor keeps, or what is wrong with it by itself.
fn draft(
    zitadel: &Zitadel,
    (user_id, organization, username): (Option<String>, String, String),
    human: NewHuman,
    is_imported: bool,
) -> Result<Draft, Error> {
    let username = match username.trim() {
        "" if !username.is_empty() && !is_imported => return Err(Error::UsernameBlank),
        trimmed => trimmed.to_owned(),
    };
    let valid = |channel, address: Option<Address>| match address {
        Some(Address { address, .. }) if address.is_empty() => Ok(None),
        Some(Address { address, verification }) => {
            valid_address(channel, &address).map(|address| Some(Address { address, verification }))
        }
        None => Ok(None),
    };
    let email = valid(Channel::Email, human.email)?;
    let kind = Kind::Human(if is_imported { imported_human(human.names) } else { new_human(human.names)? });
    let phone = valid(Channel::Phone, human.phone)?;
    let mut metadata = human.metadata;
    for entry in &mut metadata {
        entry.key = entry.key.trim().to_owned();
        if entry.key.is_empty() {
            return Err(Error::MetadataKeyBlank);
        }
    }
    if let Some(password) = &human.password {
        passwords::given_hash(zitadel, password, true)?;
    }
    Ok(Draft {
        user_id,
        organization,
        username,
        kind,
        addresses: [(Channel::Email, email), (Channel::Phone, phone)],
        password: human.password,
        totp_secret: human.totp_secret,
        has_links: human.has_links,
        metadata,
        birth: None,
    })
}

fn add(zitadel: &Zitadel, draft: Draft, caller: &Caller) -> Result<Written, Error> {
    caller.check(Permission::Write, &draft.organization)?;
    if zitadel.organization(&draft.organization).is_none() {
        return Err(Error::OrganizationMissing);
    }
    let exists = Error::UserExists { machine: matches!(draft.kind, Kind::Machine(_)) };
    if draft.user_id.as_ref().is_some_and(|id| zitadel.state.users.get(id).is_some()) {
        return Err(exists); // also before the password is looked at
    }
    // Hashed before the lock is taken.
    let password = match &draft.password {
        Some(password) => {
            let is_imported = draft.birth.is_some_and(|birth| birth.is_imported);
            passwords::of_new_user(zitadel, password, &draft.organization, is_imported)?
        }
        None => None,
    };
    if draft.has_links {
        // No identity provider is emulated, so no link can be made to one.
        return Err(Error::IdentityProviderUnknown);
    }
    let mut write = WriteContext::new(zitadel, caller);
    let mut ids = zitadel.context.ids.reserve();
    let user_id = draft.user_id.clone().unwrap_or_else(|| new_id(&mut ids, write.now));
    let made = zitadel.state.users.insert(&user_id, || Ok(make(zitadel, &mut write, &user_id, draft, password)));
    let user = made.map_err(|error| match error {
        DirectoryError::Exists => exists,
        DirectoryError::Absent | DirectoryError::Taken(_) | DirectoryError::Refused(_) => refused(error),
    })?;
    ids.commit();
    write.finish(user)
}

/// A user with the events of its making behind it.
fn make(
    zitadel: &Zitadel,
    write: &mut WriteContext<'_>,
    user_id: &str,
    draft: Draft,
    password: Option<(PasswordHash, bool)>,
) -> User {
    let email = draft.addresses[0].1.as_ref().map_or("", |email| email.address.trim());
    let username = [&*draft.username, email, user_id].into_iter().find(|name| !name.is_empty()).unwrap_or(user_id);
    let username: Arc<str> = username.into();
    let is_human = matches!(draft.kind, Kind::Human(_));
    // A user that is created again continues the count.
    let before = zitadel.state.ended.get(user_id).map_or(0, |ended| ended.sequence);
    let mut user = User {
        state: UserState::Active,
        history: History::starting(before, write.now),
        secrets: None,
        profile: Arc::new(Profile {
            user_id: user_id.to_owned(),
            resource_owner: draft.organization.into(),
            creation_date: write.now,
            username: Arc::clone(&username),
            login_names: [Arc::clone(&username)].into(),
            preferred_login_name: username,
            kind: draft.kind,
            memberships: Vec::new(),
        }),
    };
    write.event(if is_human { EventKind::HumanAdded } else { EventKind::MachineAdded });
    if let Some((hash, change_required)) = password {
        passwords::store(&mut user, Some(hash), change_required, write);
    }
    let has_password = user.secrets.as_ref().is_some_and(|secrets| secrets.password.is_some());
    for (channel, address) in draft.addresses {
        let Some(Address { address, verification }) = address else { continue };
        // The address itself is part of the first event.
        if let Some(human) = user.human_mut() {
            human.set_address(channel, address);
        }
        match draft.birth {
            Some(birth) if channel == Channel::Email => {
                let is_verified = verification == Verification::Verified;
                let is_initial = !is_verified || !(has_password || birth.is_passwordless);
                if is_verified && !(birth.is_imported && is_initial) {
                    write.verify(&mut user, channel, &verification);
                }
                if is_initial {
                    write.initialize(&mut user);
                }
            }
            _ => write.verify(&mut user, channel, &verification),
        }
    }
    if draft.birth.is_some_and(|birth| birth.is_passwordless) {
        write.event(EventKind::PasswordlessCodeAdded);
    }
    if !draft.metadata.is_empty() {
        let entries = draft.metadata.iter().map(|entry| (&*entry.key, &*entry.value));
        let first = write.next_sequence(&user);
        user.secrets_mut().set_metadata(entries, write.now, first..);
        draft.metadata.iter().for_each(|entry| write.event_of(EventKind::MetadataSet, metadata::payload(entry)));
    }
    if let Some(secret) = draft.totp_secret {
        user.secrets_mut().factors.totp = Some(Totp { secret, is_ready: true, failed_checks: 0 });
        write.event(EventKind::TotpAdded);
        write.event(EventKind::TotpVerified);
    }
    write.commit(&mut user);
    user
}

/// A human with its names, without the blanks around them.
fn new_human(names: Names) -> Result<Box<Human>, Error> {
    let trimmed = |name: Option<String>| Some(name.unwrap_or_default().trim().to_owned());
    let (given_name, family_name) = (trimmed(names.given_name), trimmed(names.family_name));
    if given_name.as_deref() == Some("") {
        return Err(Error::FirstNameBlank);
    }
    if family_name.as_deref() == Some("") {
        return Err(Error::LastNameBlank);
    }
    let display_name = names.display_name.filter(|name| !name.trim().is_empty());
    Ok(imported_human(Names { given_name, family_name, display_name, ..names }))
}

/// A human of these names, as they are given.
fn imported_human(names: Names) -> Box<Human> {
    let given_name = names.given_name.unwrap_or_default();
    let family_name = names.family_name.unwrap_or_default();
    let display_name = names.display_name.filter(|name| !name.is_empty());
    Box::new(Human {
        profile: HumanProfile {
            nick_name: names.nick_name.unwrap_or_default(),
            display_name: display_name.unwrap_or_else(|| format!("{given_name} {family_name}")),
            preferred_language: language(names.preferred_language.as_deref()),
            gender: names.gender.unwrap_or(Gender::Unspecified),
            given_name,
            family_name,
            avatar_url: String::new(),
        },
        email: Contact::default(),
        phone: Contact::default(),
        password_change_required: false,
        password_changed: None,
        mfa_init_skipped: None,
    })
}
