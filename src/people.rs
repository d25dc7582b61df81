//! Made-up people, the same for the same seed. Knows no vendor: each makes its own record of a person.

use fake::Fake;
use fake::faker::name::en::{FirstName, LastName};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One generated person, who gets an account at every vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their number, from 1, which makes the e-mail address unique.
    pub number: usize,
    /// Given name.
    pub given_name: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// Sixteen bytes of their own, to make ids from.
    pub id: [u8; 16],
}

impl Person {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// A name to sign in with, such as `ada.lovelace7`; unique.
    pub fn username(&self) -> String {
        let mut name = format!("{}.{}{}", self.given_name, self.family_name, self.number);
        name.retain(|c| c.is_ascii_alphanumeric() || c == '.');
        name.make_ascii_lowercase();
        name
    }

    /// A unique e-mail address to which no mail can be delivered.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.username())
    }
}

/// `count` people. The first ones stay the same when more are asked for.
pub fn people(count: usize, seed: u64) -> impl Iterator<Item = Person> {
    let mut source = ChaCha8Rng::seed_from_u64(seed);
    (1..=count).map(move |number| {
        let mut id = [0; 16];
        source.fill_bytes(&mut id);
        Person {
            number,
            given_name: FirstName().fake_with_rng(&mut source),
            family_name: LastName().fake_with_rng(&mut source),
            id,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let few: Vec<_> = people(3, 1).collect();
        let more: Vec<_> = people(5, 1).collect();
        assert_eq!(few[..], more[..3]);
        assert_ne!(few[0], people(1, 2).next().unwrap());
    }

    #[test]
    fn an_email_address_is_plain_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for person in people(2_000, 3) {
            let email = person.email();
            assert!(email.bytes().all(|b| b.is_ascii_alphanumeric() || b"@.".contains(&b)), "{email}");
            assert!(seen.insert(email));
        }
    }
}
