//! Tokens and the keys that sign them, for every vendor: JWTs, key sets and the pool of test keys. Knows no vendor.

mod jwt;
mod key;
mod pool;

pub use jwt::{Algorithm, key_id};
pub use key::{PublicKey, Secret, jwk};
pub use pool::{Keys, TestKey};
