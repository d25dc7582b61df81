//! Where the server's own certificate authority is kept between starts, as it is configured.

use std::path::PathBuf;

/// Where the authority is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Keep {
    /// In memory: each start makes a new one.
    #[default]
    Nowhere,
    /// In that folder, or in memory where that cannot be.
    Preferably(PathBuf),
    /// In that folder.
    In(PathBuf),
}
