//! A world's source of ids and random numbers, drawn from its seed. Knows no vendor.
//!
//! The ids of what an API creates come from one sequence, which advances only when something is created: see
//! [`Ids::reserve`]. All other random values have their own [`Stream`]s, which do not affect each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::bounded::MAX_COUNT;

/// The purpose of a random number that is not an API id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// The salts of passwords and secrets.
    Salts,
    /// The ids that answers carry.
    RequestIds,
    /// The traces that errors carry.
    TraceIds,
    /// The ids of entries in an audit log.
    AuditIds,
    /// Codes that are sent to a user, to be typed.
    Codes,
    /// Links and tokens that are sent to a user, to be clicked.
    Links,
    /// What a user's sessions are known by.
    Sessions,
    /// Tokens that are issued.
    Tokens,
    /// Secrets that are issued.
    Secrets,
}

/// How many streams there are.
const STREAMS: usize = Stream::Secrets as usize + 1;

impl Stream {
    /// Whether what is drawn from it stays in the world. Ids of answers do not: else a refused call would change the
    /// world's state.
    const fn is_kept(self) -> bool {
        !matches!(self, Self::RequestIds | Self::TraceIds)
    }

    const ALL: [Self; STREAMS] = [
        Self::Salts,
        Self::RequestIds,
        Self::TraceIds,
        Self::AuditIds,
        Self::Codes,
        Self::Links,
        Self::Sessions,
        Self::Tokens,
        Self::Secrets,
    ];
}

/// A seeded source that every part of one world shares. A clone is the same source; [`Ids::fork`] makes another.
///
/// ChaCha is used because its numbers stay the same from release to release: same seed, same ids. It counts, so a
/// position is all that has to be kept of each stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Positions", into = "Positions")]
pub struct Ids(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    seed: u64,
    /// Where the sequence of API ids is, in words of 32 bits.
    next: Mutex<u64>,
    /// Likewise each stream, by its number in [`Stream`].
    streams: [AtomicU64; STREAMS],
}

/// As a world's state holds it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Positions {
    seed: u64,
    /// Where the sequence of API ids is, in words of 32 bits.
    next: u64,
    /// Likewise those streams from which something was drawn that stays: see [`Stream::is_kept`].
    streams: BTreeMap<Stream, u64>,
}

impl Ids {
    /// A source at the start of `seed`'s sequences.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Inner { seed, next: Mutex::new(0), streams: std::array::from_fn(|_| AtomicU64::new(0)) }))
    }

    /// What it was seeded with.
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// An independent source that continues from the same positions.
    pub fn fork(&self) -> Self {
        let Inner { seed, streams, .. } = &*self.0;
        let position = |stream| AtomicU64::new(streams[stream as usize].load(Relaxed));
        Self(Arc::new(Inner { seed: *seed, next: Mutex::new(*self.lock()), streams: Stream::ALL.map(position) }))
    }

    /// Reserves the next API ids. They are used up only by [`Reservation::commit`]. Until then other calls wait. If the
    /// call is refused and the reservation is dropped, the sequence does not advance.
    ///
    /// Reserve once per call, and before taking a directory's lock, never under it.
    pub fn reserve(&self) -> Reservation<'_> {
        let next = self.lock();
        Reservation { random: Random::at(self.0.seed, 0, *next), next }
    }

    /// The next `N` bytes of a stream.
    pub fn bytes<const N: usize>(&self, stream: Stream) -> [u8; N] {
        self.take(stream, N.div_ceil(4)).bytes()
    }

    /// The next characters of a stream, from an alphabet.
    pub fn letters(&self, stream: Stream, alphabet: &[u8], count: usize) -> String {
        let mut random = self.take(stream, 2 * count);
        (0..count).map(|_| char::from(alphabet[random.below(alphabet.len() as u64) as usize])).collect()
    }

    /// Numbers for one purpose. They are the same at any time, whatever else was drawn.
    pub fn of_purpose(&self, purpose: u64) -> Random {
        Random::at(draw(self.0.seed, purpose, u64::MAX), 0, 0)
    }

    /// Advances a stream by that many words, and returns a reader of them.
    fn take(&self, stream: Stream, words: usize) -> Random {
        let number = stream as usize;
        let position = self.0.streams[number].fetch_add(words as u64, Relaxed);
        Random::at(self.0.seed, number as u64 + 1, position)
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.0.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TryFrom<Positions> for Ids {
    type Error = String;

    fn try_from(Positions { seed, next, streams }: Positions) -> Result<Self, String> {
        if let Some(position) = streams.values().chain([&next]).find(|position| **position > MAX_COUNT) {
            return Err(format!("a position must be at most {MAX_COUNT}, not {position}"));
        }
        if let Some((stream, _)) = streams.iter().find(|(stream, position)| !stream.is_kept() || **position == 0) {
            return Err(format!("nothing is kept of the stream {stream:?}"));
        }
        let position = |stream| AtomicU64::new(streams.get(&stream).copied().unwrap_or(0));
        Ok(Self(Arc::new(Inner { seed, next: Mutex::new(next), streams: Stream::ALL.map(position) })))
    }
}

impl From<Ids> for Positions {
    fn from(ids: Ids) -> Self {
        let position = |stream: Stream| (stream, ids.0.streams[stream as usize].load(Relaxed));
        let streams =
            Stream::ALL.into_iter().map(position).filter(|(stream, position)| stream.is_kept() && *position > 0);
        let streams = streams.collect();
        Self { seed: ids.0.seed, next: *ids.lock(), streams }
    }
}

/// API ids that a call may yet give back. See [`Ids::reserve`].
pub struct Reservation<'a> {
    next: MutexGuard<'a, u64>,
    random: Random,
}

impl Reservation<'_> {
    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.random.bytes()
    }

    /// The number of the next id, which is higher than that of every earlier one.
    pub fn number(&mut self) -> u64 {
        let number = self.random.0.get_word_pos() as u64;
        self.bytes::<8>();
        number
    }

    /// Uses up the drawn ids, so that they are not drawn again.
    pub fn commit(mut self) {
        *self.next = self.random.0.get_word_pos() as u64;
    }
}

/// Random numbers that one owner draws.
#[derive(Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    fn at(seed: u64, stream: u64, position: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(stream);
        source.set_word_pos(position.into());
        Self(source)
    }

    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// As many of the next bytes as fit.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// A number in `0..bound`, from the next bytes.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % bound.max(1)
    }
}

/// Bytes as upper-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
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

    /// The next API id, which is kept.
    fn next(ids: &Ids) -> [u8; 16] {
        let mut reserved = ids.reserve();
        let id = reserved.bytes();
        reserved.commit();
        id
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(next(&Ids::seeded(7)), next(&Ids::seeded(7)));
        assert_ne!(next(&Ids::seeded(7)), next(&Ids::seeded(8)));
    }

    #[test]
    fn what_is_committed_is_gone_and_what_is_not_is_given_again() {
        let ids = Ids::seeded(1);
        let first: [u8; 16] = ids.reserve().bytes();
        assert_eq!(next(&ids), first);
        assert_ne!(next(&ids), first);
    }

    #[test]
    fn numbers_rise() {
        let ids = Ids::seeded(1);
        let next = || {
            let mut reserved = ids.reserve();
            let number = reserved.number();
            reserved.commit();
            number
        };
        let first = next();
        assert!(first < next());
        assert!(next() < next());
    }

    #[test]
    fn a_fork_goes_on_from_the_same_positions_and_leaves_the_other_alone() {
        let ids = Ids::seeded(1);
        next(&ids);
        ids.bytes::<3>(Stream::Codes);
        let fork = ids.fork();
        let ahead = (next(&fork), fork.bytes::<8>(Stream::Codes));
        assert_eq!((next(&ids), ids.bytes::<8>(Stream::Codes)), ahead);
    }

    #[test]
    fn a_stream_moves_itself_alone() {
        let (ids, other) = (Ids::seeded(1), Ids::seeded(1));
        for stream in Stream::ALL {
            other.bytes::<5>(stream);
            for unmoved in Stream::ALL.into_iter().filter(|unmoved| *unmoved > stream) {
                assert_eq!(ids.fork().bytes::<8>(unmoved), other.fork().bytes::<8>(unmoved));
            }
            assert_ne!(ids.fork().bytes::<8>(stream), other.fork().bytes::<8>(stream));
        }
        assert_eq!(next(&ids), next(&other));
    }

    #[test]
    fn streams_differ_and_a_stream_goes_on_where_it_was() {
        let firsts: std::collections::BTreeSet<_> =
            Stream::ALL.into_iter().map(|stream| Ids::seeded(1).bytes::<16>(stream)).collect();
        assert_eq!(firsts.len(), STREAMS);
        let ids = Ids::seeded(1);
        let halves = [ids.bytes::<8>(Stream::Tokens), ids.bytes::<8>(Stream::Tokens)].concat();
        assert_eq!(halves, Ids::seeded(1).bytes::<16>(Stream::Tokens));
        let text = ids.letters(Stream::Codes, b"AB", 40);
        assert!(text.len() == 40 && text.contains('A') && text.contains('B'));
        assert_ne!(ids.letters(Stream::Codes, b"AB", 40), text);
    }

    #[test]
    fn what_is_written_and_read_again_goes_on_the_same() {
        let ids = Ids::seeded(3);
        next(&ids);
        ids.bytes::<8>(Stream::Salts);
        ids.bytes::<8>(Stream::Secrets);
        let text = serde_json::to_string(&ids).unwrap();
        assert_eq!(text, r#"{"seed":3,"next":4,"streams":{"salts":2,"secrets":2}}"#);
        let again: Ids = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        assert_eq!((next(&again), again.bytes::<8>(Stream::Secrets)), (next(&ids), ids.bytes::<8>(Stream::Secrets)));
    }

    #[test]
    fn a_purpose_has_numbers_of_its_own_that_nothing_moves() {
        let ids = Ids::seeded(1);
        let before = ids.of_purpose(1).bytes::<8>();
        next(&ids);
        ids.bytes::<5>(Stream::Salts);
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
