//! From a seed file, or a made-up person, to ZITADEL's users.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::Zitadel;
use super::auth::Access;
use super::record::{
    Contact, EmailAddress, Gender, Human, HumanProfile, Kind, Machine, Membership, Profile, State, User,
};
use crate::directory::Directory;
use crate::people::Person;
use crate::vendors::{Made, Origin, SeedError, UserFault, read_seed};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    organizations: Vec<Organization>,
    users: Vec<SeedUser>,
}

/// An organisation. Made-up people join the first one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    id: String,
    #[serde(rename = "name")]
    _name: String,
}

/// A user as `user` of `GET /v2/users/{userId}` shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedUser {
    user_id: String,
    details: Details,
    state: State,
    username: String,
    login_names: Vec<String>,
    preferred_login_name: String,
    human: Option<Box<Human>>,
    machine: Option<Box<Machine>>,
    #[serde(default)]
    fauxidp: Hidden,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Details {
    sequence: String,
    change_date: Timestamp,
    resource_owner: String,
    creation_date: Timestamp,
}

/// What the vendor does not show on the user.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Hidden {
    tokens: Vec<String>,
    memberships: Vec<Membership>,
    fault: Option<String>,
}

/// ZITADEL as a seed file and made-up people give it.
pub(super) fn zitadel(origin: &Origin<'_>) -> Result<Made, SeedError> {
    let seed: Seed = read_seed(origin.seed)?;
    let wrong = |place: usize, id: &str, member: &str, message: &str| {
        Err(SeedError::about(origin.seed, id, &format!("users[{place}].{member}"), message))
    };
    let mut faults = Vec::new();
    let mut users = Vec::with_capacity(seed.users.len() + origin.people.len());
    for (place, user) in seed.users.into_iter().enumerate() {
        let id = user.user_id.clone();
        if !(1..=200).contains(&id.chars().count()) {
            return wrong(place, &id, "userId", "an id has 1 to 200 characters");
        }
        if !seed.organizations.iter().any(|organization| organization.id == user.details.resource_owner) {
            return wrong(place, &user.details.resource_owner, "details.resourceOwner", "no such organization");
        }
        let Ok(sequence) = user.details.sequence.parse() else {
            return wrong(place, &id, "details.sequence", "a whole number in quotes is wanted");
        };
        let kind = match (user.human, user.machine) {
            (Some(human), None) if user.fauxidp.tokens.is_empty() => Kind::Human(human),
            (Some(_), None) => return wrong(place, &id, "fauxidp.tokens", "only a machine has tokens"),
            (None, Some(machine)) => Kind::Machine(machine),
            _ => return wrong(place, &id, "human", "a user is either human or machine"),
        };
        if let Some(spec) = user.fauxidp.fault {
            faults.push(UserFault { key: id, spec, field: format!("users[{place}].fauxidp.fault") });
        }
        users.push(User {
            state: user.state,
            sequence,
            change_date: user.details.change_date,
            tokens: user.fauxidp.tokens.into(),
            profile: Arc::new(Profile {
                user_id: user.user_id,
                resource_owner: user.details.resource_owner,
                creation_date: user.details.creation_date,
                username: user.username,
                login_names: user.login_names,
                preferred_login_name: user.preferred_login_name,
                kind,
                memberships: user.fauxidp.memberships,
            }),
        });
    }
    let access = Access::new(&users, seed.organizations.iter().map(|organization| organization.id.clone()));
    if let Some(home) = seed.organizations.first() {
        let now = origin.shared.clock.now();
        users.extend(origin.people.iter().map(|person| user(person, &home.id, now)));
    }
    let users = Directory::new(users)
        .map_err(|id| SeedError::about(origin.seed, &id, "users", format!("the userId {id:?} stands twice")))?;
    let access = Arc::new(access);
    let vendor = Zitadel { users, access, shared: origin.shared.clone() };
    Ok(Made { vendor: Box::new(vendor), faults })
}

/// A made-up person's account in that organisation, made at `now`: a human with a verified e-mail, so two events.
pub(super) fn user(person: &Person, organization: &str, now: Timestamp) -> User {
    let human = Human {
        profile: HumanProfile {
            given_name: person.given_name.clone(),
            family_name: person.family_name.clone(),
            nick_name: String::new(),
            display_name: person.name(),
            preferred_language: "en".to_owned(),
            gender: Gender::Unspecified,
            avatar_url: String::new(),
        },
        email: Contact { address: EmailAddress { email: person.email() }, is_verified: true },
        phone: Contact::default(),
        password_change_required: false,
        password_changed: None,
        mfa_init_skipped: None,
    };
    let name = person.username();
    User {
        state: State::Active,
        sequence: 2,
        change_date: now,
        tokens: Arc::default(),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            resource_owner: organization.to_owned(),
            creation_date: now,
            login_names: vec![name.clone()],
            preferred_login_name: name.clone(),
            username: name,
            kind: Kind::Human(Box::new(human)),
            memberships: Vec::new(),
        }),
    }
}

/// 18 digits, as the vendor's ids have; the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    let random = person.id.iter().fold(0_u64, |sum, byte| (sum << 8 | u64::from(*byte)) % 99_999_999);
    format!("1{random:08}{:09}", person.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;

    #[test]
    fn a_person_gets_an_id_of_18_digits() {
        let ids: std::collections::HashSet<_> = people::people(500, 1).map(|person| user_id(&person)).collect();
        assert_eq!(ids.len(), 500);
        assert!(ids.iter().all(|id| id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit())));
    }
}
