//! The pool of test keys: embedded RSA key pairs that are handed out in order, since generating one takes a good part
//! of a second. Does not know what they are used for.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use super::key::SigningKey;

/// The start of a key's text. The text before the first key is for people.
const BEGIN: &str = "-----BEGIN";

/// The key pairs, published with the source. They protect nothing but tests.
static POOL: LazyLock<Vec<TestKey>> = LazyLock::new(|| {
    let text = include_str!("published-test-keys.pem");
    let starts: Vec<_> = text.match_indices(BEGIN).map(|(start, _)| start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pem = |(start, end): (&usize, usize)| text[*start..end].trim_end();
    starts.iter().zip(ends).map(|range| TestKey { pem: pem(range), key: OnceLock::new() }).collect()
});

/// A key pair of the pool.
#[derive(Debug)]
pub struct TestKey {
    pem: &'static str,
    key: OnceLock<SigningKey>,
}

impl TestKey {
    /// The private key as PEM, in PKCS#1.
    pub fn pem(&self) -> String {
        format!("{}\n", self.pem)
    }

    /// The key, read when it is first used.
    pub fn key(&self) -> &SigningKey {
        self.key.get_or_init(|| SigningKey::from_pem(self.pem.as_bytes()).expect("the pool's keys are RSA keys"))
    }
}

/// Keys that starts of this process named, behind those of the pool. They are few, and stay.
static PINNED: Mutex<Vec<&'static TestKey>> = Mutex::new(Vec::new());

/// The pool has no unused key left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all {} test keys of the world are in use", POOL.len())]
pub struct Exhausted;

/// The keys of one world: each is handed out once. A clone is the same; [`Keys::fork`] makes another.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    taken: Arc<AtomicUsize>,
}

impl Keys {
    /// The keys of a world that has already used `taken` keys.
    ///
    /// # Errors
    /// The pool has fewer keys than that.
    pub fn after(taken: usize) -> Result<Self, Exhausted> {
        if taken > POOL.len() {
            return Err(Exhausted);
        }
        Ok(Self { taken: Arc::new(AtomicUsize::new(taken)) })
    }

    /// The pool's key at that index, whichever world it was handed out in; behind the pool, a pinned one.
    pub fn at(index: usize) -> Option<&'static TestKey> {
        let pinned = || PINNED.lock().unwrap_or_else(PoisonError::into_inner).get(index - POOL.len()).copied();
        POOL.get(index).or_else(pinned)
    }

    /// Keeps a key of somebody's own behind the pool. Returns its index, or nothing if the text is no RSA key of 2,048
    /// to 4,096 bits.
    pub fn pin(pem: &str) -> Option<usize> {
        let pem = pem.trim();
        SigningKey::from_pem(pem.as_bytes())?;
        let mut pinned = PINNED.lock().unwrap_or_else(PoisonError::into_inner);
        let index = pinned.iter().position(|key| key.pem == pem).unwrap_or_else(|| {
            pinned.push(Box::leak(Box::new(TestKey { pem: pem.to_owned().leak(), key: OnceLock::new() })));
            pinned.len() - 1
        });
        Some(POOL.len() + index)
    }

    /// How many were handed out.
    pub fn taken(&self) -> usize {
        self.taken.load(Relaxed)
    }

    /// The next one.
    ///
    /// # Errors
    /// All keys are in use: each is handed out only once.
    pub fn next(&self) -> Result<&'static TestKey, Exhausted> {
        self.next_index().map(|index| &POOL[index])
    }

    /// The index of the next one in the pool.
    ///
    /// # Errors
    /// As of [`Keys::next`].
    pub fn next_index(&self) -> Result<usize, Exhausted> {
        let more = |taken: usize| (taken < POOL.len()).then_some(taken + 1);
        self.taken.fetch_update(Relaxed, Relaxed, more).map_err(|_| Exhausted)
    }

    /// The keys of an independent world that continues from here.
    pub fn fork(&self) -> Self {
        Self { taken: Arc::new(AtomicUsize::new(self.taken())) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_is_handed_out_once_and_signs() {
        let keys = Keys::default();
        let all: Vec<_> = std::iter::from_fn(|| keys.next().ok()).collect();
        assert_eq!((all.len(), keys.taken()), (32, 32));
        let moduli: HashSet<_> = all.iter().map(|key| key.key().public().to_pem()).collect();
        assert_eq!(moduli.len(), 32);
        assert_eq!(keys.next().unwrap_err().to_string(), "all 32 test keys of the world are in use");
        assert!(all[31].pem().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(all[31].pem().ends_with("\n-----END RSA PRIVATE KEY-----\n"));
    }

    #[test]
    fn a_pinned_key_stands_behind_the_pool_and_once() {
        let pem = Keys::at(31).unwrap().pem();
        let index = Keys::pin(&pem).unwrap();
        assert!(index >= 32 && Keys::pin(&format!("\n{pem}\n")) == Some(index));
        assert_eq!(Keys::at(index).unwrap().key().public(), Keys::at(31).unwrap().key().public());
        assert_eq!(Keys::pin("no key"), None);
        assert!(Keys::at(usize::MAX).is_none());
    }

    #[test]
    fn a_fork_goes_on_from_the_same_key() {
        let keys = Keys::default();
        keys.next().unwrap();
        let (fork, restored) = (keys.fork(), Keys::after(1).unwrap());
        let second = keys.next().unwrap().pem;
        assert_eq!((fork.next().unwrap().pem, restored.next().unwrap().pem), (second, second));
        assert!(Keys::after(32).unwrap().next().is_err() && Keys::after(33).is_err());
    }
}
