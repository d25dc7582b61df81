//! A world's source of ids and random numbers, drawn from its seed. Knows no vendor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source that every part of one world shares. A clone is the same source; [`Ids::fork`] makes another.
///
/// ChaCha is used because its numbers stay the same from release to release: same seed, same ids.
#[derive(Debug, Clone)]
pub struct Ids {
    source: Arc<Mutex<ChaCha8Rng>>,
    seed: u64,
}

impl Ids {
    /// A source at the start of `seed`'s sequence.
    pub fn seeded(seed: u64) -> Self {
        Self::new(ChaCha8Rng::seed_from_u64(seed), seed)
    }

    /// A source for one purpose, the same whenever it is asked for, whatever was drawn meanwhile.
    pub fn of_purpose(&self, purpose: u64) -> Self {
        Self::seeded(draw(self.seed, purpose, u64::MAX))
    }

    /// Where it stands in its seed's sequence.
    pub fn place(&self) -> u128 {
        self.lock().get_word_pos()
    }

    /// A source that stands at that place of `seed`'s sequence.
    pub fn at(seed: u64, place: u128) -> Self {
        let ids = Self::seeded(seed);
        ids.lock().set_word_pos(place);
        ids
    }

    /// What it was seeded with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A source of its own that goes on from the same place.
    pub fn fork(&self) -> Self {
        Self::new(self.lock().clone(), self.seed)
    }

    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// As many of the next bytes as fit.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.lock().fill_bytes(bytes);
    }

    /// A number in `0..bound`, from the next bytes.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % bound.max(1)
    }

    fn new(source: ChaCha8Rng, seed: u64) -> Self {
        Self { source: Arc::new(Mutex::new(source)), seed }
    }

    fn lock(&self) -> MutexGuard<'_, ChaCha8Rng> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number in `0..bound` that depends on `seed` and `n` alone, the same in every world and release (SplitMix64).
pub fn draw(seed: u64, n: u64, bound: u64) -> u64 {
    let mut z = seed ^ n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % bound.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(Ids::seeded(7).bytes::<16>(), Ids::seeded(7).bytes::<16>());
        assert_ne!(Ids::seeded(7).bytes::<16>(), Ids::seeded(8).bytes::<16>());
    }

    #[test]
    fn a_fork_goes_on_from_the_same_place_and_leaves_the_other_alone() {
        let ids = Ids::seeded(1);
        ids.bytes::<3>();
        let fork = ids.fork();
        let ahead = fork.bytes::<8>();
        assert_eq!(ids.bytes::<8>(), ahead);
    }

    #[test]
    fn a_purpose_has_numbers_of_its_own_that_nothing_moves() {
        let ids = Ids::seeded(1);
        let before = ids.of_purpose(1).bytes::<8>();
        ids.bytes::<5>();
        assert_eq!(ids.of_purpose(1).bytes::<8>(), before);
        assert_ne!(ids.of_purpose(2).bytes::<8>(), before);
    }

    #[test]
    fn a_draw_stays_below_its_bound() {
        for n in 0..1_000 {
            assert!(draw(42, n, 7) < 7);
        }
        assert_eq!(draw(1, 1, 0), 0);
    }
}
