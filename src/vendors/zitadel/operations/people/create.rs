//! Making ZITADEL's users.

use std::sync::Arc;

use super::super::super::auth::{Caller, OrganizationName, organization};
use super::super::super::error::Error;
use super::super::super::record::{
    Channel, Contact, Gender, Human, HumanProfile, JwtTokens, Kind, Machine, Permission, Profile, User, UserState,
};
use super::super::super::state::Zitadel;
use super::super::metadata::Entry;
use super::super::passwords::{self, NewPassword, Password};
use super::super::write::{WriteContext, Written, new_id, refused};
use super::{Address, Names, language};
use crate::directory::DirectoryError;

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
    pub has_totp: bool,
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

/// Who a new user is to be.
struct Draft {
    user_id: Option<String>,
    organization: String,
    /// A human without a user name is called by its e-mail, a machine by its id.
    username: String,
    kind: Kind,
    addresses: [(Channel, Option<Address>); 2],
    password: Option<NewPassword>,
    has_totp: bool,
    metadata: Vec<Entry>,
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
            has_totp: false,
            metadata,
        },
        NewUser::Human(human) if !metadata.is_empty() && !human.metadata.is_empty() => {
            return Err(Error::MetadataOnBothLevels);
        }
        NewUser::Human(mut human) => {
            human.metadata.extend(metadata);
            draft(zitadel, (user_id, organization, username), *human)?
        }
    };
    add(zitadel, draft, caller)
}

/// Makes a human, in the older way.
pub fn add_human_user(zitadel: &Zitadel, input: AddHumanUser, caller: &Caller) -> Result<Written, Error> {
    let organization = organization(zitadel, input.organization.as_ref(), caller)?;
    add(zitadel, draft(zitadel, (input.user_id, organization, input.username), input.human)?, caller)
}

fn draft(
    zitadel: &Zitadel,
    (user_id, organization, username): (Option<String>, String, String),
    human: NewHuman,
) -> Result<Draft, Error> {
    let password = human.password.map(|password| NewPassword::new(zitadel, &password)).transpose()?;
    if human.has_links {
        // No identity provider is emulated, so no link can be made to one.
        return Err(Error::IdentityProviderUnknown);
    }
    Ok(Draft {
        user_id,
        organization,
        username,
        kind: Kind::Human(new_human(human.names)),
        addresses: [(Channel::Email, human.email), (Channel::Phone, human.phone)],
        password,
        has_totp: human.has_totp,
        metadata: human.metadata,
    })
}

fn add(zitadel: &Zitadel, draft: Draft, caller: &Caller) -> Result<Written, Error> {
    caller.check(Permission::Write, &draft.organization)?;
    if zitadel.organization(&draft.organization).is_none() {
        return Err(Error::OrganizationMissing);
    }
    let mut write = WriteContext::new(zitadel, caller.at());
    let mut ids = zitadel.context.ids.reserve();
    let user_id = draft.user_id.clone().unwrap_or_else(|| new_id(&mut ids));
    let exists = Error::UserExists { machine: matches!(draft.kind, Kind::Machine(_)) };
    let made = zitadel.state.users.insert(&user_id, || make(zitadel, &mut write, &user_id, draft));
    let user = made.map_err(|error| match error {
        DirectoryError::Exists => exists,
        DirectoryError::Absent | DirectoryError::Taken(_) | DirectoryError::Refused(_) => refused(error),
    })?;
    ids.commit();
    Ok(write.finish(user))
}

/// A user with the events of its making behind it.
fn make(zitadel: &Zitadel, write: &mut WriteContext<'_>, user_id: &str, draft: Draft) -> Result<User, Error> {
    let email = draft.addresses[0].1.as_ref().map_or("", |email| &email.address);
    let username = [&*draft.username, email, user_id].into_iter().find(|name| !name.is_empty()).unwrap_or(user_id);
    let username: Arc<str> = username.into();
    let mut user = User {
        state: UserState::Active,
        // A user that is created again continues the count.
        sequence: zitadel.state.ended.get(user_id).map_or(0, |ended| ended.sequence),
        change_date: write.now,
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
    let mut events = 1;
    if let Some(password) = draft.password {
        passwords::set(&mut user, password, write.now);
    }
    for (channel, address) in draft.addresses {
        if let Some(Address { address, verification }) = address {
            // The address itself is part of the first event.
            events += write.set_address(&mut user, channel, &address, &verification)?.saturating_sub(1);
        }
    }
    if !draft.metadata.is_empty() {
        let entries = draft.metadata.iter().map(|entry| (&*entry.key, &*entry.value));
        user.secrets_mut().set_metadata(entries, write.now);
        events += draft.metadata.len() as u64;
    }
    events += if draft.has_totp { 2 } else { 0 };
    user.write(events, write.now);
    Ok(user)
}

fn new_human(names: Names) -> Box<Human> {
    let (given_name, family_name) = (names.given_name.unwrap_or_default(), names.family_name.unwrap_or_default());
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
