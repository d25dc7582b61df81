//! A world's source of ids and random numbers, drawn from its seed. Knows no vendor.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source that every part of one world shares. A clone is the same source; [`Ids::fork`] makes another.
///
/// ChaCha is used because its numbers stay the same from release to release: same seed, same ids.
#[derive(Debug, Clone)]
pub struct Ids(Arc<Mutex<ChaCha8Rng>>);

impl Ids {
    /// A source at the start of `seed`'s sequence.
    pub fn seeded(seed: u64) -> Self {
        Self::new(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A source of its own that goes on from the same place.
    pub fn fork(&self) -> Self {
        Self::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    fn new(source: ChaCha8Rng) -> Self {
        Self(Arc::new(Mutex::new(source)))
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
    fn a_draw_stays_below_its_bound() {
        for n in 0..1_000 {
            assert!(draw(42, n, 7) < 7);
        }
        assert_eq!(draw(1, 1, 0), 0);
    }
}
