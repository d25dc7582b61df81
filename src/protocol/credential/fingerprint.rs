//! What is kept of a credential: enough to recognize it, too little to use it. Knows no vendor.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use hashbrown::DefaultHashBuilder;

use crate::context::split_world;

/// The maximum number of credentials kept of one call.
const MAX_KEPT: usize = 8;

/// What is kept of one credential, without the world that it named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Credential {
    start: [u8; 4],
    is_longer: bool,
    hash: u64,
}

impl Credential {
    /// What is kept of a credential, given with or without its world.
    pub fn of(given: &str) -> Self {
        Self::bare(split_world(given).0)
    }

    fn bare(credential: &str) -> Self {
        let bytes = credential.as_bytes();
        let mut start = [0; 4];
        let is_longer = bytes.len() > start.len();
        if is_longer {
            start.copy_from_slice(&bytes[..4]);
        }
        Self { start, is_longer, hash: hash(bytes) }
    }

    /// Its first four characters.
    pub fn show(&self) -> String {
        match self.is_longer {
            true => format!("{}…", self.start.escape_ascii()),
            false => "…".to_owned(),
        }
    }

    /// Whether it is that one. It may be given with its scheme, with its world, or as the journal shows it.
    pub fn is(&self, given: &str) -> bool {
        let without_scheme = given.split_once(' ').map(|(_, rest)| rest.trim());
        self.hash == hash(split_world(given).0.as_bytes())
            || without_scheme.is_some_and(|rest| self.hash == hash(split_world(rest).0.as_bytes()))
            || (given.ends_with('…') && given == self.show())
    }
}

/// What is kept of the credentials of a call, in the order in which the vendor declares where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Credentials(Box<[Credential]>);

impl Credentials {
    /// The first one. It represents the call where only one is shown.
    pub fn first(&self) -> Option<Credential> {
        self.0.first().copied()
    }

    /// Whether one of them is the given one.
    pub fn contain(&self, given: &str) -> bool {
        self.0.iter().any(|credential| credential.is(given))
    }

    /// How many bytes they take besides the value itself.
    pub fn size(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// Collects the credentials of a call.
#[derive(Debug, Default)]
pub(super) struct Collector(Vec<Credential>);

impl Collector {
    /// Adds one without its world, unless it is empty or a duplicate.
    pub(super) fn add(&mut self, credential: &str) {
        let kept = Credential::bare(credential);
        if !credential.is_empty() && self.0.len() < MAX_KEPT && !self.0.contains(&kept) {
            self.0.push(kept);
        }
    }

    pub(super) fn finish(self) -> Credentials {
        Credentials(self.0.into_boxed_slice())
    }
}

/// Tells credentials apart without keeping them.
fn hash(credential: &[u8]) -> u64 {
    static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    HASHER.hash_one(credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(credentials: &[&str]) -> Credentials {
        let mut collector = Collector::default();
        credentials.iter().for_each(|credential| collector.add(credential));
        collector.finish()
    }

    #[test]
    fn a_credential_is_recognised_and_shown_in_part() {
        let key = kept(&["admin-key"]).first().unwrap();
        assert_eq!(key.show(), "admi…");
        for (given, is) in [
            ("admin-key", true),
            ("admin-key~other", true),
            ("Bearer admin-key", true),
            ("Bearer  admin-key~w", true),
            ("admi…", true),
            ("admin-kez", false),
        ] {
            assert_eq!(key.is(given), is, "{given}");
        }
        let short = kept(&["abcd"]).first().unwrap();
        assert_eq!((short.show().as_str(), short.is("abcd"), short.is("abce")), ("…", true, false));
        assert!(kept(&["a secret"]).contain("a secret"), "a space does not make a scheme");
    }

    #[test]
    fn a_few_are_kept_and_none_twice() {
        let both = kept(&["id", "", "secret", "id"]);
        assert_eq!(
            (both.0.len(), both.contain("id"), both.contain("secret"), both.contain("")),
            (2, true, true, false)
        );
        assert!(kept(&[]).first().is_none() && kept(&[""]).first().is_none());
        let names: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        let many = kept(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(many.size(), MAX_KEPT * size_of::<Credential>());
    }
}
