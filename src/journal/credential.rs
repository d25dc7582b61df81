//! What a journal keeps of a credential.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use hashbrown::DefaultHashBuilder;
use http::header::{AUTHORIZATION, HeaderValue};
use memchr::{memchr, memrchr};

use crate::protocol::Call;
use crate::protocol::credential::API_KEY;

/// What a call showed of who makes it: enough to know it again, too little to use it.
#[derive(Debug, Clone, Copy)]
pub struct Credential {
    start: [u8; 4],
    is_longer: bool,
    hash: u64,
}

impl Credential {
    /// The one that a call carries.
    pub(super) fn of(call: &Call) -> Option<Self> {
        let key = call.value(&API_KEY).map(HeaderValue::as_bytes);
        let bytes = key.or_else(|| call.value(&AUTHORIZATION).map(|value| without_scheme(value.as_bytes())))?;
        let mut start = [0; 4];
        let is_longer = bytes.len() > start.len();
        if is_longer {
            start.copy_from_slice(&bytes[..4]);
        }
        let bare = if call.may_name_world { without_world(bytes) } else { bytes };
        Some(Self { start, is_longer, hash: hash(bare) })
    }

    /// Its first four characters.
    pub fn show(&self) -> String {
        match self.is_longer {
            true => format!("{}…", self.start.escape_ascii()),
            false => "…".to_owned(),
        }
    }

    /// Whether it is that one, which is given in full, with or without its world, or as the journal shows it.
    pub fn is(&self, given: &str) -> bool {
        self.hash == hash(without_world(without_scheme(given.as_bytes())))
            || (given.ends_with('…') && given == self.show())
    }
}

/// `Bearer abc` is `abc`.
fn without_scheme(value: &[u8]) -> &[u8] {
    let space = memchr(b' ', value);
    space.map_or(value, |space| value[space..].trim_ascii())
}

/// A credential without the world that it may name.
fn without_world(credential: &[u8]) -> &[u8] {
    &credential[..memrchr(b'~', credential).unwrap_or(credential.len())]
}

/// Tells credentials apart without keeping them.
fn hash(credential: &[u8]) -> u64 {
    static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    HASHER.hash_one(credential)
}
