//! Tokens and the keys that sign them, for every vendor: JWTs, key sets and the pool of test keys. Knows no vendor.

mod defect;
#[allow(dead_code)] // until a provider issues tokens with it
mod issue;
mod jwe;
mod jwt;
mod key;
mod masked;
mod pkix;
mod pool;

pub use defect::Defect;
#[allow(unused_imports)]
pub use issue::{Issuer, TokenKind, half_hash};
pub use jwe::Opaque;
pub use jwt::{Algorithm, key_id};
#[allow(unused_imports)]
pub use key::{PublicKey, Secret, SigningKey, jwk};
pub use masked::Masked;
pub use pkix::PkixKey;
pub use pool::{Keys, TestKey};
