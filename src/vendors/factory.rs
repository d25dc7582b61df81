//! How a vendor is made from its seed, once for all worlds. Knows no vendor.

use std::cell::RefCell;

use super::{SeedError, Settings, Vendor, VendorInfo};
use crate::context::WorldContext;
use crate::people::Person;

/// How a vendor is made.
pub struct VendorFactory {
    /// What it is.
    pub info: &'static VendorInfo,
    /// The embedded seed: `fixtures/seed/<name>.json`.
    pub embedded: &'static str,
    /// A JSON Schema of its seed files; empty if there is none.
    pub schema: &'static str,
    /// Reads a seed.
    pub make: fn(&SeedContext<'_>) -> Made,
    /// The id that a generated person has there.
    pub id: fn(&Person) -> String,
}

/// A vendor made from its seed and the generated people, or all that is wrong with the seed.
pub type Made = Result<Box<dyn Vendor>, Vec<SeedError>>;

/// A fault that a seed gives a user.
pub struct UserFault {
    /// The user's key.
    pub key: String,
    /// The specification, not yet read.
    pub spec: String,
    /// The member of the seed.
    pub field: String,
}

impl std::fmt::Debug for VendorFactory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("VendorFactory").field(&self.info.name).finish()
    }
}

/// What a vendor starts from, and what it says besides.
pub struct SeedContext<'a> {
    /// The text of its seed file: JSON.
    pub seed: &'a str,
    /// The text of the embedded one, from which it takes over what the other lacks.
    pub embedded: &'a str,
    /// Generated people to add.
    pub people: &'a [Person],
    /// The vendor's settings.
    pub settings: &'a Settings,
    /// What it shares with the other vendors.
    pub context: WorldContext,
    /// Takes the faults that the seed gives users, also where something else is wrong with it.
    pub faults: &'a RefCell<Vec<UserFault>>,
}
