//! From a seed file, or a made-up person, to MonoCloud's users.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::MonoCloud;
use super::auth::{Key, Keys};
use super::record::{
    Authenticator, Block, Email, IdentityProvider, Idp, Passkey, PhoneNumber, Profile, Session, User, Username,
};
use crate::directory::Directory;
use crate::people::Person;
use crate::protocol::packed::Packed;
use crate::vendors::{Made, Origin, SeedError, UserFault, read_seed};

/// The seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    keys: Vec<Key>,
    users: Vec<SeedUser>,
}

/// A user as `GET /api/users/{user_id}` shows it, and what it does not show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    user_id: String,
    disabled: bool,
    creation_time: i64,
    last_updated: i64,
    has_password: bool,
    password_updated_at: Option<i64>,
    username: Option<Packed<Username>>,
    emails: Packed<Vec<Email>>,
    phone_numbers: Packed<Vec<PhoneNumber>>,
    passkeys: Packed<Vec<Passkey>>,
    idps: Packed<Vec<Idp>>,
    claims: Packed<Map<String, Value>>,
    public_data: Packed<Map<String, Value>>,
    private_data: Packed<Map<String, Value>>,
    sign_in_count: u64,
    last_sign_in_ip: Option<String>,
    last_sign_in_attempt: Option<i64>,
    blocked: bool,
    #[serde(default)]
    fauxidp: Hidden,
}

/// What the vendor keeps to itself.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Hidden {
    sessions: Vec<Session>,
    block: Option<Block>,
    fault: Option<String>,
}

/// MonoCloud as a seed file and made-up people give it.
pub(super) fn monocloud(origin: &Origin<'_>) -> Result<Made, SeedError> {
    let seed: Seed = read_seed(origin.seed)?;
    let now = origin.shared.clock.now().as_second();
    let mut faults = Vec::new();
    let mut users = Vec::with_capacity(seed.users.len() + origin.people.len());
    for (place, user) in seed.users.into_iter().enumerate() {
        if user.fauxidp.block.is_some() && !user.blocked {
            let field = format!("users[{place}].fauxidp.block");
            return Err(SeedError::about(origin.seed, &user.user_id, &field, "the user is not blocked"));
        }
        if let Some(spec) = user.fauxidp.fault.clone() {
            faults.push(UserFault { key: user.user_id.clone(), spec, field: format!("users[{place}].fauxidp.fault") });
        }
        users.push(user.into());
    }
    users.extend(origin.people.iter().map(|person| self::user(person, now)));
    let users = Directory::new(users)
        .map_err(|id| SeedError::about(origin.seed, &id, "users", format!("the user_id {id:?} stands twice")))?;
    let keys = Arc::new(Keys::new(seed.keys));
    let vendor = MonoCloud { users, keys, shared: origin.shared.clone() };
    Ok(Made { vendor: Box::new(vendor), faults })
}

impl From<SeedUser> for User {
    fn from(user: SeedUser) -> Self {
        Self {
            disabled: user.disabled,
            last_updated: user.last_updated,
            block: user.blocked.then(|| user.fauxidp.block.unwrap_or(Block { until: None })),
            sessions: user.fauxidp.sessions.into(),
            profile: Arc::new(Profile {
                user_id: user.user_id,
                creation_time: user.creation_time,
                has_password: user.has_password,
                password_updated_at: user.password_updated_at,
                passkeys: user.passkeys,
                private_data: user.private_data,
                public_data: user.public_data,
                claims: user.claims,
                idps: user.idps,
                emails: user.emails,
                phone_numbers: user.phone_numbers,
                username: user.username,
                sign_in_count: user.sign_in_count,
                last_sign_in_ip: user.last_sign_in_ip,
                last_sign_in_attempt: user.last_sign_in_attempt,
            }),
        }
    }
}

/// A made-up person's account, made at `now` in epoch seconds.
pub(super) fn user(person: &Person, now: i64) -> User {
    let email = Email {
        authenticators: vec![Authenticator::Password, Authenticator::Email],
        verified: true,
        id: Uuid::new_v8(person.id),
        email: person.email(),
        primary: true,
        idps: vec![IdentityProvider::Monocloud],
    };
    let claims = json!({
        "name": person.name(),
        "given_name": person.given_name,
        "family_name": person.family_name,
    });
    User {
        disabled: false,
        last_updated: now,
        block: None,
        sessions: Arc::default(),
        profile: Arc::new(Profile {
            user_id: user_id(person),
            creation_time: now,
            has_password: true,
            password_updated_at: Some(now),
            passkeys: packed("[]"),
            private_data: packed("{}"),
            public_data: packed("{}"),
            claims: packed(&claims.to_string()),
            idps: packed("[]"),
            emails: Packed::new(&vec![email]).expect("an e-mail address is JSON"),
            phone_numbers: packed("[]"),
            username: None,
            sign_in_count: 0,
            last_sign_in_ip: None,
            last_sign_in_attempt: None,
        }),
    }
}

fn packed<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Packed<T> {
    serde_json::from_str(text).expect("the text is a value of that type")
}

/// 21 letters and digits, as in the seeds; the person's number makes it unique.
pub(super) fn user_id(person: &Person) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digit = |number: usize| char::from(DIGITS[number % DIGITS.len()]);
    let random = person.id.iter().map(|byte| digit(usize::from(*byte)));
    let counted = (0..5).map(|place| digit(person.number / DIGITS.len().pow(place)));
    random.chain(counted).collect()
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
