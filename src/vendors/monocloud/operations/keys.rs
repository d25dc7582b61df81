//! The keys that sign tokens: listed, rotated, retired.

use crate::directory::DirectoryError;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::record::SigningKey;
use crate::vendors::monocloud::state::MonoCloud;

/// Every key of the key set, the oldest first.
pub(in super::super) fn signing_keys(monocloud: &MonoCloud) -> Vec<SigningKey> {
    monocloud.state.signing_keys.snapshot().iter().cloned().collect()
}

/// Lets the next key of the pool sign from now on; the one before still verifies.
pub(in super::super) fn rotate_key(monocloud: &MonoCloud) -> Result<(), Refusal> {
    let index = monocloud.context.keys.next_index().map_err(|_| Refusal::KeysExhausted)?;
    let now = monocloud.now();
    let keys = &monocloud.state.signing_keys;
    let new = SigningKey::new(index, now);
    let id = new.id.clone();
    // First the new one, so that there is always one that signs.
    let added = keys.insert(&id, || Ok::<_, Refusal>(new));
    added.map_err(|_| Refusal::KeysExhausted)?;
    let others: Vec<_> = signing_keys(monocloud).into_iter().filter(|key| key.is_current() && key.id != id).collect();
    for other in others {
        let _ = keys.update(&other.id, |key| {
            key.rotation_date = Some(now);
            Ok::<_, Refusal>(())
        });
    }
    Ok(())
}

/// Takes a key out of the set. If it is the one that signs, the next one of the pool signs from now on. Returns false
/// if there is no such key.
pub(in super::super) fn retire_key(monocloud: &MonoCloud, id: &str) -> Result<bool, Refusal> {
    let keys = &monocloud.state.signing_keys;
    let Some(key) = keys.get(id) else { return Ok(false) };
    if key.is_current() {
        rotate_key(monocloud)?;
    }
    match keys.remove(id, |_| Ok::<_, Refusal>(())) {
        Ok(()) => Ok(true),
        Err(DirectoryError::Absent) => Ok(false),
        Err(DirectoryError::Exists | DirectoryError::Taken(_)) => Ok(false),
        Err(DirectoryError::Refused(refusal)) => Err(refusal),
    }
}
