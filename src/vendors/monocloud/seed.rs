//! Turns a seed file and generated people into MonoCloud's users.

mod file;
mod provider;

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::record::{Activity, Block, Group, Identifier, Kind, MAX_FAILURES, Profile, User, user_id};
use super::state::{Keys, MonoCloud, State};
use crate::bounded;
use crate::directory::{Directory, Duplicate};
use crate::passwords::PasswordHash;
use crate::people::Person;
use crate::recent::Recent;
use crate::vendors::{Made, Problems, SeedContext, UserFault, read_seed};

use file::{Seed, SeedGroup, SeedUser};

/// MonoCloud made from a seed file and generated people.
pub(super) fn monocloud(start: &SeedContext<'_>) -> Made {
    let mut problems = Problems::default();
    let seed: Seed = read_seed(start, &mut problems)?;
    let now = start.context.clock.now().as_second();
    let groups = seed.groups.unwrap_or_default();
    let users = users(start, seed.users.unwrap_or_default(), &groups, now, &mut problems);
    let groups = groups.into_iter().map(|seeded| group(seeded, now)).collect();
    let groups = problems.directory(groups, "groups", |duplicate| match duplicate {
        Duplicate::Key(id) => ("group_id", format!("duplicate group_id {id:?}")),
        Duplicate::Alias(never) => match *never {},
    });
    let applications = provider::applications(&mut problems, seed.applications.unwrap_or_default(), now);
    let api_resources = provider::api_resources(&mut problems, seed.api_resources.unwrap_or_default(), now);
    let is_user = |id: &str| users.as_ref().is_none_or(|users| users.get(id).is_some());
    let codes = provider::codes(&mut problems, seed.codes.unwrap_or_default(), applications.as_ref(), is_user);
    let consents =
        provider::consents(&mut problems, seed.consents.unwrap_or_default(), applications.as_ref(), is_user, now);
    problems.check()?;
    let made = "there are no problems";
    let vendor = MonoCloud {
        state: Arc::new(State {
            users: users.expect(made),
            groups: groups.expect(made),
            applications: applications.expect(made),
            api_resources: api_resources.expect(made),
            signing_keys: provider::signing_keys(&start.context.keys, start.settings.signing_key),
            codes,
            refresh_tokens: Recent::default(),
            reference_tokens: Recent::default(),
            device_codes: Recent::default(),
            pushed_requests: Recent::default(),
            consents: consents.expect(made),
        }),
        keys: Arc::new(Keys::new(seed.keys.unwrap_or_default())),
        settings: start.settings.into(),
        context: start.context.clone(),
    };
    Ok(Box::new(vendor))
}

/// The users of the file and the generated ones.
fn users(
    start: &SeedContext<'_>,
    seeds: Vec<SeedUser>,
    groups: &[SeedGroup],
    now: i64,
    problems: &mut Problems,
) -> Option<Directory<User>> {
    let mut users = Vec::with_capacity(seeds.len() + start.people.len());
    for (index, user) in seeds.into_iter().enumerate() {
        let field = |member: &str| format!("users[{index}].{member}");
        let hidden = &user.fauxidp;
        if user.user_id.is_empty() {
            problems.add(field("user_id"), "expected an id");
        }
        if hidden.block.is_some() && !user.blocked {
            problems.add(field("fauxidp.block"), "expected `blocked` to be true");
        }
        let hash = hidden.password_hash.as_ref().map(|_| "fauxidp.password_hash");
        let given = hidden.password.as_ref().map(|_| "fauxidp.password");
        if let Some(member) = given.or(hash).filter(|_| user.has_password == Some(false)) {
            problems.add(field(member), "expected `has_password` to be true");
        }
        for (at, membership) in hidden.groups.iter().enumerate() {
            if groups.iter().all(|group| group.group_id != membership.group_id) {
                problems.add(field(&format!("fauxidp.groups[{at}].group_id")), "unknown group");
            }
        }
        if let Some(spec) = hidden.fault.clone() {
            let fault = UserFault { key: user.user_id.clone(), spec, field: field("fauxidp.fault") };
            start.faults.borrow_mut().push(fault);
        }
        users.push(seeded(user, now));
    }
    users.extend(start.people.iter().map(|person| self::user(person, now)));
    problems.directory(users, "users", |duplicate| match duplicate {
        Duplicate::Key(id) => ("user_id", format!("duplicate user_id {id:?}")),
        Duplicate::Alias(alias) => ("", format!("duplicate {alias}")),
    })
}

/// A group, which is as old as the server where the seed does not say.
fn group(group: SeedGroup, now: i64) -> Group {
    let creation_time = group.creation_time.unwrap_or(now);
    Group {
        group_id: group.group_id.to_string(),
        r#type: group.r#type,
        name: group.name,
        description: group.description,
        is_auto_assigned: group.is_auto_assigned,
        creation_time,
        last_updated: group.last_updated.unwrap_or(creation_time),
        last_assigned: group.last_assigned,
    }
}

/// A user, who is as old as the server where the seed does not say.
fn seeded(mut user: SeedUser, now: i64) -> User {
    let creation_time = user.creation_time.unwrap_or(now);
    let hidden = std::mem::take(&mut user.fauxidp);
    let hash = |password: String| PasswordHash::of_seed(&password, &user.user_id);
    let given = hidden.password_hash.or_else(|| hidden.password.map(hash));
    let password_hash = given.or_else(|| user.has_password.is_none().then_some(PasswordHash::PUBLISHED));
    let has_password = user.has_password.unwrap_or(true);
    let emails = user.identifiers(has_password);
    let claims = user.take_claims(&emails);
    let failures = if user.blocked { MAX_FAILURES } else { 0 };
    // The file counts sign-ins in general: they are taken as successful ones.
    let activity = (user.sign_in_count > 0 || user.last_sign_in_attempt.is_some()).then(|| Activity {
        attempts: (user.sign_in_count + u64::from(failures)).min(bounded::MAX_COUNT),
        last_attempt: user.last_sign_in_attempt,
        last_attempt_ip: user.last_sign_in_ip.clone(),
        successes: user.sign_in_count,
        last_success: user.last_sign_in_attempt,
        last_success_ip: user.last_sign_in_ip,
    });
    let phones = user.phone_numbers.into_iter().enumerate();
    let phones = phones.map(|(index, phone)| phone.identifier(&user.user_id, index == 0, has_password));
    let is_new = user.has_password.is_none();
    User {
        disabled: user.disabled,
        failures,
        last_updated: user.last_updated.unwrap_or(creation_time),
        block: user.blocked.then(|| hidden.block.unwrap_or(Block { until: None })),
        sessions: hidden.sessions.into(),
        profile: Arc::new(Profile {
            creation_time,
            has_password,
            force_password_reset: hidden.force_password_reset,
            password_updated_at: user.password_updated_at.or(is_new.then_some(creation_time)),
            password_hash,
            passkeys: user.passkeys,
            private_data: user.private_data,
            public_data: user.public_data,
            claims,
            idps: user.idps,
            emails,
            phone_numbers: phones.collect(),
            username: user.username.map(|name| Box::new(name.identifier(&user.user_id, has_password))),
            activity: activity.map(Box::new),
            addresses: hidden.blocked_ips,
            groups: hidden.groups,
            user_id: user.user_id,
        }),
    }
}

/// A generated person's account, made at `now` in epoch seconds.
pub(super) fn user(person: &Person, now: i64) -> User {
    let email = Identifier {
        primary: true,
        verified: true,
        ..Identifier::new(Uuid::new_v8(person.id), Kind::Email, person.email(), true)
    };
    let claims = json!({
        "name": person.name(),
        "given_name": person.given_name,
        "family_name": person.family_name,
    });
    User {
        disabled: false,
        failures: 0,
        last_updated: now,
        block: None,
        sessions: Arc::default(),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            creation_time: now,
            has_password: true,
            password_updated_at: Some(now),
            password_hash: Some(PasswordHash::PUBLISHED),
            claims: serde_json::from_value(claims).expect("claims are an object"),
            emails: vec![email],
            ..Profile::default()
        }),
    }
}

/// 21 letters and digits, as in the seeds; the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    user_id::numbered(&person.id, person.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Record;
    use crate::people;

    #[test]
    fn a_person_gets_an_id_of_their_own_in_the_vendors_form() {
        let mut seen = std::collections::HashSet::new();
        for person in people::people(500, 1) {
            let user = user(&person, 0);
            assert_eq!(user.key().len(), 21);
            assert!(user.key().bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(user.key().to_owned()));
        }
    }
}
