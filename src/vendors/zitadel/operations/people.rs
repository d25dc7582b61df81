//! Making and changing ZITADEL's users.

use std::borrow::Cow;
use std::sync::Arc;

use buffa::EnumValue;

use super::super::Zitadel;
use super::super::auth::{Caller, Permission};
use super::super::error::Error;
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::{
    Contact, EmailAddress, Gender, Human, HumanProfile, JwtTokens, Kind, Machine, Profile, State, User,
};
use super::passwords::{self, NewPassword, Proof};
use super::writing::{Verification, Writing, Written};
use super::{new_id, user_error};
use crate::directory::DirectoryError;
use crate::protocol::template::Shown;

/// What a new user is to be.
struct Draft<'a> {
    user_id: Option<&'a str>,
    organization: &'a str,
    username: &'a str,
    kind: Kind,
    phone: Option<&'a proto::SetHumanPhone>,
    email: Option<&'a proto::SetHumanEmail>,
    password: Option<NewPassword>,
    has_totp: bool,
    metadata: Vec<(&'a str, &'a [u8])>,
}

/// Makes a user of either kind.
pub(in super::super) fn create_user(
    state: &Zitadel,
    request: &proto::CreateUserRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::create_user_request::UserType;
    let draft = Draft {
        user_id: request.user_id.as_deref(),
        organization: &request.organization_id,
        username: request.username.as_deref().unwrap_or_default(),
        kind: Kind::Machine(Box::default()),
        phone: None,
        email: None,
        password: None,
        has_totp: false,
        metadata: request.metadata.iter().map(|entry| (&*entry.key, &*entry.value)).collect(),
    };
    let draft = match &request.user_type {
        None => return Err(Error::UserTypeMissing), // never reached: the validator wants one
        Some(UserType::Machine(machine)) => {
            let kind = Machine {
                name: machine.name.clone(),
                description: machine.description.clone().unwrap_or_default(),
                has_secret: false,
                access_token_type: token_type(&machine.access_token_type),
            };
            // A machine without a user name is called by its id.
            Draft { kind: Kind::Machine(Box::new(kind)), ..draft }
        }
        Some(UserType::Human(human)) => {
            use proto::create_user_request::human::PasswordType;
            let own = human.metadata.iter().map(|entry| (&*entry.key, &*entry.value));
            let metadata = match (draft.metadata.is_empty(), human.metadata.is_empty()) {
                (false, false) => return Err(Error::MetadataTwice),
                (true, _) => own.collect(),
                (false, true) => draft.metadata,
            };
            let password = match &human.password_type {
                Some(PasswordType::Password(password)) => Some(NewPassword::plain(state, password)?),
                Some(PasswordType::HashedPassword(hashed)) => Some(NewPassword::hashed(hashed)),
                None => None,
            };
            no_links(&human.idp_links)?;
            Draft {
                kind: Kind::Human(new_human(human.profile.as_option())),
                email: human.email.as_option(),
                phone: human.phone.as_option(),
                has_totp: human.totp_secret.is_some(),
                password,
                metadata,
                ..draft
            }
        }
    };
    add(state, draft, caller)
}

/// Makes a human, in the older way.
pub(in super::super) fn add_human_user(
    state: &Zitadel,
    request: &proto::AddHumanUserRequest,
    organization: &str,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::add_human_user_request::PasswordType;
    let password = match &request.password_type {
        Some(PasswordType::Password(password)) => Some(NewPassword::plain(state, password)?),
        Some(PasswordType::HashedPassword(hashed)) => Some(NewPassword::hashed(hashed)),
        None => None,
    };
    no_links(&request.idp_links)?;
    let draft = Draft {
        user_id: request.user_id.as_deref(),
        organization,
        username: request.username.as_deref().unwrap_or_default(),
        kind: Kind::Human(new_human(request.profile.as_option())),
        phone: request.phone.as_option(),
        email: request.email.as_option(),
        password,
        has_totp: request.totp_secret.is_some(),
        metadata: request.metadata.iter().map(|entry| (&*entry.key, &*entry.value)).collect(),
    };
    add(state, draft, caller)
}

/// No identity provider is emulated, so no link can be made to one.
fn no_links(links: &[proto::IDPLink]) -> Result<(), Error> {
    if links.is_empty() { Ok(()) } else { Err(Error::IdentityProviderUnknown) }
}

fn add(state: &Zitadel, draft: Draft<'_>, caller: &Caller) -> Result<Written, Error> {
    caller.check(Permission::Write, draft.organization)?;
    if !state.access.has_organization(draft.organization) {
        return Err(Error::OrganizationMissing);
    }
    let mut writing = Writing::new(state, caller.at());
    let mut ids = state.shared.ids.reserve();
    let user_id = draft.user_id.map_or_else(|| new_id(&mut ids), str::to_owned);
    let exists = Error::UserExists { machine: matches!(draft.kind, Kind::Machine(_)) };
    let make = || make(state, &mut writing, &user_id, draft);
    let made = state.users.insert(&user_id, make);
    let user = made.map_err(|error| match error {
        DirectoryError::Exists => exists,
        DirectoryError::Absent | DirectoryError::Taken(_) | DirectoryError::Refused(_) => user_error(error),
    })?;
    ids.commit();
    Ok(writing.done(user))
}

/// A user with the events of its making behind it.
fn make(state: &Zitadel, writing: &mut Writing<'_>, user_id: &str, draft: Draft<'_>) -> Result<User, Error> {
    let email = draft.email.map_or("", |email| &email.email);
    let username = [draft.username, email, user_id].into_iter().find(|name| !name.is_empty()).unwrap_or(user_id);
    let username: Arc<str> = username.into();
    let mut user = User {
        state: State::Active,
        // A user that is made again goes on counting.
        sequence: state.ended.get(user_id).map_or(0, |ended| ended.sequence),
        change_date: writing.now,
        secrets: None,
        profile: Arc::new(Profile {
            user_id: user_id.to_owned(),
            resource_owner: draft.organization.into(),
            creation_date: writing.now,
            username: Arc::clone(&username),
            login_names: [Arc::clone(&username)].into(),
            preferred_login_name: username,
            kind: draft.kind,
            memberships: Vec::new(),
            shown: Shown::default(),
        }),
    };
    let mut events = 1;
    if let Some(password) = draft.password {
        passwords::put(&mut user, password, writing.now);
    }
    if let Some(email) = draft.email {
        if let Some(human) = user.human_mut() {
            human.email = Contact { address: EmailAddress { email: email.email.clone() }, is_verified: false };
        }
        events += writing.verify_email(&mut user, email.into());
    }
    if let Some(phone) = draft.phone {
        // The number itself is part of the first event.
        events += writing.set_phone(&mut user, &phone.phone, phone.into())?.saturating_sub(1);
    }
    for (key, value) in draft.metadata {
        user.secrets_mut().note(key, value, writing.now);
        events += 1;
    }
    events += if draft.has_totp { 2 } else { 0 };
    user.write(events, writing.now);
    Ok(user)
}

fn new_human(profile: Option<&proto::SetHumanProfile>) -> Box<Human> {
    let profile = profile.cloned().unwrap_or_default();
    let names = format!("{} {}", profile.given_name, profile.family_name);
    Box::new(Human {
        profile: HumanProfile {
            nick_name: profile.nick_name.unwrap_or_default(),
            display_name: profile.display_name.filter(|name| !name.is_empty()).unwrap_or(names),
            preferred_language: language(profile.preferred_language.as_deref()),
            gender: profile.gender.as_ref().map_or(Gender::Unspecified, gender),
            given_name: profile.given_name,
            family_name: profile.family_name,
            avatar_url: String::new(),
        },
        email: Contact::default(),
        phone: Contact::default(),
        password_change_required: false,
        password_changed: None,
        mfa_init_skipped: None,
    })
}

/// A language as the vendor shows it: `und` where it is none.
fn language(given: Option<&str>) -> Cow<'static, str> {
    let given = given.unwrap_or_default();
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_tag =
        given.split('-').all(fits) && given.split('-').next().is_some_and(|first| (2..=3).contains(&first.len()));
    if is_tag { given.to_owned().into() } else { "und".into() }
}

fn gender(gender: &EnumValue<proto::Gender>) -> Gender {
    match gender {
        EnumValue::Known(proto::Gender::Female) => Gender::Female,
        EnumValue::Known(proto::Gender::Male) => Gender::Male,
        EnumValue::Known(proto::Gender::Diverse) => Gender::Diverse,
        EnumValue::Known(proto::Gender::Unspecified) | EnumValue::Unknown(_) => Gender::Unspecified,
    }
}

fn token_type(kind: &EnumValue<proto::AccessTokenType>) -> Option<JwtTokens> {
    matches!(kind, EnumValue::Known(proto::AccessTokenType::Jwt)).then_some(JwtTokens::Jwt)
}

/// What is to be changed of a human; absent members stay.
#[derive(Default)]
struct Changes<'a> {
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    nick_name: Option<&'a str>,
    display_name: Option<&'a str>,
    preferred_language: Option<&'a str>,
    gender: Option<Gender>,
    email: Option<&'a proto::SetHumanEmail>,
    phone: Option<&'a proto::SetHumanPhone>,
    password: Option<(NewPassword, Proof<'a>)>,
}

/// Changes a user of either kind.
pub(in super::super) fn update_user(
    state: &Zitadel,
    request: &proto::UpdateUserRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::update_user_request::UserType;
    let username = request.username.as_deref();
    match &request.user_type {
        None => Err(Error::UserTypeMissing),
        Some(UserType::Machine(machine)) => {
            update(state, (&request.user_id, username), caller, |user, _| change_machine(user, machine))
        }
        Some(UserType::Human(human)) => {
            let password = human.password.as_option().map(|password| passwords::asked(state, password)).transpose()?;
            let changes = Changes {
                email: human.email.as_option(),
                phone: human.phone.as_option(),
                password: password.flatten(),
                ..Changes::default()
            };
            let changes = match human.profile.as_option() {
                None => changes,
                Some(profile) => Changes {
                    given_name: profile.given_name.as_deref(),
                    family_name: profile.family_name.as_deref(),
                    nick_name: profile.nick_name.as_deref(),
                    display_name: profile.display_name.as_deref(),
                    preferred_language: profile.preferred_language.as_deref(),
                    gender: profile.gender.as_ref().map(gender),
                    ..changes
                },
            };
            update(state, (&request.user_id, username), caller, |user, writing| change_human(user, writing, changes))
        }
    }
}

/// Changes a human, in the older way: a profile that is given replaces the names.
pub(in super::super) fn update_human_user(
    state: &Zitadel,
    request: &proto::UpdateHumanUserRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    let password = request.password.as_option().map(|password| passwords::asked(state, password)).transpose()?;
    let changes = Changes {
        email: request.email.as_option(),
        phone: request.phone.as_option(),
        password: password.flatten(),
        ..Changes::default()
    };
    let changes = match request.profile.as_option() {
        None => changes,
        Some(profile) => Changes {
            given_name: Some(&profile.given_name),
            family_name: Some(&profile.family_name),
            nick_name: profile.nick_name.as_deref(),
            display_name: profile.display_name.as_deref(),
            preferred_language: profile.preferred_language.as_deref(),
            gender: profile.gender.as_ref().map(gender),
            ..changes
        },
    };
    let named = (&*request.user_id, request.username.as_deref());
    update(state, named, caller, |user, writing| change_human(user, writing, changes))
}

/// Changes a user, also its name. `change` answers the number of events.
fn update(
    state: &Zitadel,
    (user_id, username): (&str, Option<&str>),
    caller: &Caller,
    change: impl FnOnce(&mut User, &mut Writing<'_>) -> Result<u64, Error>,
) -> Result<Written, Error> {
    let mut writing = Writing::new(state, caller.at());
    let changed = state.users.update(user_id, |user| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        let mut events = change(user, &mut writing)?;
        if let Some(name) = username.filter(|name| **name != *user.profile.username) {
            let profile = user.profile_mut();
            let name: Arc<str> = name.into();
            profile.username = Arc::clone(&name);
            profile.login_names = [Arc::clone(&name)].into();
            profile.preferred_login_name = name;
            events += 1;
        }
        user.write(events, writing.now);
        Ok(user.clone())
    });
    let user = changed.map_err(user_error)?;
    Ok(writing.done(user))
}

/// A machine that is none finds no user.
fn change_machine(user: &mut User, asked: &proto::update_user_request::Machine) -> Result<u64, Error> {
    let old = user.machine().ok_or(Error::UserNotFound)?;
    let new = Machine {
        name: asked.name.clone().unwrap_or_else(|| old.name.clone()),
        description: asked.description.clone().unwrap_or_else(|| old.description.clone()),
        access_token_type: asked.access_token_type.as_ref().map_or(old.access_token_type, token_type),
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

/// A human that is none finds no user.
fn change_human(user: &mut User, writing: &mut Writing<'_>, changes: Changes<'_>) -> Result<u64, Error> {
    let old = &user.human().ok_or(Error::UserNotFound)?.profile;
    let or = |new: Option<&str>, old: &str| new.unwrap_or(old).to_owned();
    let new = HumanProfile {
        given_name: or(changes.given_name, &old.given_name),
        family_name: or(changes.family_name, &old.family_name),
        nick_name: or(changes.nick_name, &old.nick_name),
        display_name: or(changes.display_name, &old.display_name),
        preferred_language: match changes.preferred_language {
            Some(given) => language(Some(given)),
            None => old.preferred_language.clone(),
        },
        gender: changes.gender.unwrap_or(old.gender),
        avatar_url: old.avatar_url.clone(),
    };
    let mut events = u64::from(new != *old);
    if let (1, Some(human)) = (events, user.human_mut()) {
        human.profile = new;
    }
    if let Some(email) = changes.email {
        events += writing.set_email(user, &email.email, email.into());
    }
    if let Some(phone) = changes.phone {
        events += writing.set_phone(user, &phone.phone, Verification::from(phone))?;
    }
    if let Some((password, proof)) = changes.password {
        passwords::check(user, proof, writing.now)?;
        passwords::put(user, password, writing.now);
        events += 1;
    }
    Ok(events)
}
