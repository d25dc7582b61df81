//! Turns a seed file and generated people into ZITADEL's users. Its other objects are made in `seed/`.

mod file;
mod key;
mod objects;

use std::sync::Arc;

use jiff::Timestamp;

use super::record::{Contact, EmailAddress, Gender, History, Human, HumanProfile, Kind, Profile, User, UserState};
use super::state::{Instance, SignIn, Zitadel};
use crate::directory::Duplicate;
use crate::people::Person;
use crate::tokens::{Keys, TestKey};
use crate::vendors::{Made, Problems, SeedContext, SeedError, UserFault, read_seed};
use file::{Names, PASSWORD, Seed, SeedUser};
use objects::SeedOrganization;

/// ZITADEL made from a seed file and generated people.
pub(super) fn zitadel(start: &SeedContext<'_>) -> Made {
    let mut problems = Problems::default();
    let seed: Seed = read_seed(start, &mut problems)?;
    let organizations = seed.organizations.unwrap_or_default();
    let now = start.context.clock.now();
    let mut reader = Reader {
        organizations: &organizations,
        now,
        problems: &mut problems,
        faults: Vec::new(),
        sign_in: SignIn::default(),
    };
    let seeds = seed.users.unwrap_or_default().into_iter().enumerate();
    let mut users: Vec<_> = seeds.filter_map(|(index, user)| reader.user(index, user)).collect();
    let Reader { faults, sign_in, .. } = reader;
    start.faults.borrow_mut().extend(faults);
    let signing_keys = signing_keys(start).map_err(|error| vec![error])?;
    let instance = Instance::new(&users, sign_in, signing_keys);
    if let Some(home) = organizations.first().map(|home| Arc::<str>::from(home.id.as_str())) {
        users.extend(start.people.iter().map(|person| user(person, &home, now)));
    }
    let users = problems.directory(users, "users", |duplicate| match duplicate {
        Duplicate::Key(id) => ("userId", format!("duplicate userId {id:?}")),
        Duplicate::Alias(username) => ("username", format!("duplicate username {:?}", username.to_string())),
    });
    let projects = seed.projects.unwrap_or_default();
    let objects = objects::make(&mut problems, organizations, projects, users.as_ref());
    problems.check()?;
    let (users, objects) = (users.expect("there are no problems"), objects.expect("there are no problems"));
    let vendor = Zitadel {
        state: Arc::new(objects.and_users(users)),
        instance: Arc::new(instance),
        context: start.context.clone(),
        settings: start.settings.into(),
        trail: Arc::default(),
    };
    Ok(Box::new(vendor))
}

/// Reads the users of a file one after the other.
struct Reader<'a> {
    organizations: &'a [SeedOrganization],
    now: Timestamp,
    problems: &'a mut Problems,
    faults: Vec<UserFault>,
    sign_in: SignIn,
}

impl Reader<'_> {
    /// The user of that index, unless a part is missing without which there is none.
    fn user(&mut self, index: usize, mut user: SeedUser) -> Option<User> {
        let mut wrong = |member: &str, message: &str| self.problems.add(format!("users[{index}].{member}"), message);
        let id = user.user_id.clone();
        if !(1..=200).contains(&id.chars().count()) {
            wrong("userId", "an id must have 1 to 200 characters");
        }
        let home = || self.organizations.first().map(|home| home.id.clone()).unwrap_or_default();
        let resource_owner = user.details.resource_owner.take().unwrap_or_else(home);
        if !self.organizations.iter().any(|organization| organization.id == resource_owner) {
            wrong("details.resourceOwner", "unknown organization");
        }
        let sequence = user.details.sequence.as_deref().map_or(Ok(1), str::parse);
        if sequence.is_err() {
            wrong("details.sequence", "expected a whole number in quotes");
        }
        let Names { username, login_names, preferred } = user.names();
        let Some(kind) = user.kind() else {
            wrong("machine", "a user must be either human or machine");
            return None;
        };
        let strange = match kind {
            Kind::Human(_) => user.fauxidp.is_machines().map(|member| (member, "only a machine can have this")),
            Kind::Machine(_) => user.fauxidp.is_humans().map(|member| (member, "only a human can have this")),
        };
        if let Some((member, message)) = strange {
            wrong(&format!("fauxidp.{member}"), message);
        }
        let creation_date = user.details.creation_date.unwrap_or(self.now);
        let has_password = matches!(kind, Kind::Human(_)) && user.state != UserState::Initial;
        let mut secrets = user.fauxidp.secrets(&id, has_password, creation_date).unwrap_or_else(|member| {
            wrong(&format!("fauxidp.{member}"), "invalid value");
            None
        });
        if let (UserState::Inactive | UserState::Locked, Some(secrets)) = (user.state, &mut secrets) {
            Arc::make_mut(secrets).end_tokens(); // it had them when it was kept out
        }
        self.sign_in = std::mem::take(&mut self.sign_in).or(user.fauxidp.sign_in(&id, &username));
        if let Some(spec) = user.fauxidp.fault {
            self.faults.push(UserFault { key: id, spec, field: format!("users[{index}].fauxidp.fault") });
        }
        Some(User {
            state: user.state,
            history: History::starting(sequence.unwrap_or(1), user.details.change_date.unwrap_or(creation_date)),
            secrets,
            profile: Arc::new(Profile {
                user_id: user.user_id,
                resource_owner: resource_owner.into(),
                creation_date,
                username: username.into(),
                login_names: login_names.into_iter().map(Arc::from).collect(),
                preferred_login_name: preferred.into(),
                kind,
                memberships: user.fauxidp.memberships.into_iter().map(|own| own.dated_from(creation_date)).collect(),
            }),
        })
    }
}

/// The keys that sign: the pinned one, if there is one, else the next one of the pool, and another one.
fn signing_keys(start: &SeedContext<'_>) -> Result<[&'static TestKey; 2], SeedError> {
    let next = || start.context.keys.next().map_err(|error| SeedError::about("", error.to_string()));
    let (first, second) = (next()?, next()?);
    Ok([start.settings.signing_key.and_then(Keys::at).unwrap_or(first), second])
}

/// A generated person's account in that organisation, made at `now`: a human with a verified e-mail, so two events.
pub(super) fn user(person: &Person, organization: &Arc<str>, now: Timestamp) -> User {
    let human = Human {
        profile: HumanProfile {
            given_name: person.given_name.to_owned(),
            family_name: person.family_name.to_owned(),
            nick_name: String::new(),
            display_name: person.name(),
            preferred_language: "en".into(),
            gender: Gender::Unspecified,
            avatar_url: String::new(),
        },
        email: Contact { address: EmailAddress { email: person.email() }, is_verified: true },
        phone: Contact::default(),
        password_change_required: false,
        password_changed: None,
        mfa_init_skipped: None,
    };
    let name: Arc<str> = person.username().into();
    User {
        state: UserState::Active,
        history: History::starting(2, now),
        secrets: Some(Arc::clone(&PASSWORD)),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            resource_owner: Arc::clone(organization),
            creation_date: now,
            login_names: [Arc::clone(&name)].into(),
            preferred_login_name: Arc::clone(&name),
            username: name,
            kind: Kind::Human(Box::new(human)),
            memberships: Vec::new(),
        }),
    }
}

/// 18 digits that rise, as the vendor's ids do: the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    let random = person.id.iter().fold(0_u64, |sum, byte| (sum << 8 | u64::from(*byte)) % 99_999_999);
    format!("1{:09}{random:08}", person.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;

    #[test]
    fn people_get_rising_ids_of_18_digits() {
        let ids: Vec<_> = people::people(500, 1).map(|person| user_id(&person)).collect();
        assert!(ids.is_sorted_by(|one, other| one < other));
        assert!(ids.iter().all(|id| id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit())));
    }
}
