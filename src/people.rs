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

/// What somebody is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
}

impl Name {
    /// The name in the first of these texts that has one, such as `mia-meier` or `mia@example.com`. What is missing is
    /// made up, the same each time.
    pub fn of(texts: &[&str]) -> Self {
        let first = texts.first().copied().unwrap_or_default();
        let made_up = || people(1, hash(first)).next().expect("one was asked for");
        let said = texts.iter().find_map(|text| words(text)).unwrap_or_default();
        match &said[..] {
            [] => {
                let person = made_up();
                Self { given: person.given_name.to_owned(), family: person.family_name.to_owned() }
            }
            [given] => Self { given: capitalized(given), family: made_up().family_name.to_owned() },
            [given, family @ ..] => {
                let family: Vec<_> = family.iter().map(|word| capitalized(word)).collect();
                Self { given: capitalized(given), family: family.join(" ") }
            }
        }
    }

    /// Given and family name.
    pub fn full(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// FNV-1a, which is the same on every machine.
fn hash(text: &str) -> u64 {
    let next = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, next)
}

/// The words of an id or of an address, if they can be a name.
fn words(text: &str) -> Option<Vec<&str>> {
    let local = text.split('@').next().unwrap_or_default();
    let words: Vec<_> = local.split(['.', '-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let is_word = |word: &&str| word.chars().count() > 1 && word.chars().all(char::is_alphabetic);
    ((1..=4).contains(&words.len()) && words.iter().all(is_word)).then_some(words)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The e-mail address of a user of whom only the id is known: the id itself, if it is one. Ids that differ have
/// addresses that do, also where an address cannot say what the id does.
pub fn address(id: &str) -> String {
    if id.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.')) {
        return id.to_owned();
    }
    let mut local = id.to_ascii_lowercase();
    local.retain(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let local = match local.trim_matches('.') {
        "" => "user",
        local => local,
    };
    if local == id { format!("{id}@example.com") } else { format!("{local}-{:016x}@example.com", hash(id)) }
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
    fn different_ids_have_different_addresses() {
        let ids = ["mia", "Mia", "m ia", "mia.", "日本", "中国", "user", "", "mia@corp.example", "mia@corp"];
        let addresses: std::collections::HashSet<_> = ids.iter().map(|id| address(id)).collect();
        assert_eq!(addresses.len(), ids.len());
        assert_eq!(address("mia"), "mia@example.com");
        assert_eq!(address("mia@corp.example"), "mia@corp.example");
        assert!(address("Mia").starts_with("mia-") && address("日本").starts_with("user-"));
    }

    #[test]
    fn a_name_comes_from_an_id_as_far_as_it_says_one() {
        let name = |id: &str| Name::of(&[id]).full();
        assert_eq!(Name::of(&["42", "ada.lovelace@example.com"]).full(), "Ada Lovelace");
        assert_eq!(name("mia-meier"), "Mia Meier");
        assert_eq!(name("ada.king.lovelace@example.com"), "Ada King Lovelace");
        assert!(name("mia").starts_with("Mia "));
        assert_eq!(name("00000000-0000-8000-8000-000000000001"), name("00000000-0000-8000-8000-000000000001"));
        assert!(name("42").contains(' '));
        assert!(address("Mia Meier!").starts_with("miameier-"));
        assert_eq!(address("mia@corp.example"), "mia@corp.example");
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
