//! Tokens and the keys that sign them, for every vendor: JWTs, key sets and the pool of test keys. Knows no vendor.

mod defect;
mod issue;
mod jwe;
mod jwt;
mod key;
mod masked;
mod pkix;
mod pool;

pub use defect::Defect;
pub use issue::{Issuer, TokenKind, half_hash};
pub use jwe::Opaque;
pub use jwt::{Algorithm, key_id};
pub use key::{PublicKey, Secret, jwk};
pub use masked::Masked;
pub use pkix::PkixKey;
pub use pool::{Keys, TestKey};
