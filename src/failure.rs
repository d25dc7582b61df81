//! The neutral set of failures that any vendor can put in its own words. Knows no vendor.

/// Something that went wrong, to be rendered by a vendor in its dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: Kind,
    /// What its answer should say instead of the default.
    pub overrides: Overrides,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of the named errors, with the status that the vendor gives it.
    Named(NamedError),
    /// An HTTP status, in the shape the vendor gives it.
    Status(u16),
    /// The path is known, the method is not; these are the ones it has, parted by commas.
    WrongMethod(String),
    /// The vendor would tidy the path first and redirect there.
    UntidyPath(String),
    /// The request body is over the limit.
    TooLarge,
    /// The emulator itself broke.
    Broken,
}

/// The errors that a fault can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedError {
    /// No credential, or none that counts.
    Unauthenticated,
    /// A good credential without the right.
    Forbidden,
    /// No such record.
    NotFound,
    /// The request does not pass validation.
    Invalid,
    /// A rule about identities refuses, such as the password policy.
    Identity,
    /// The record is already in the state asked for.
    Already,
    /// Another state of the record prevents it.
    Conflict,
    /// The credential belongs to another tenant.
    TenantMismatch,
    /// Too many calls.
    RateLimited,
    /// Not able to answer for now.
    Unavailable,
    /// The server failed.
    Internal,
}

impl NamedError {
    /// Every name.
    pub const ALL: [Self; 11] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Invalid,
        Self::Identity,
        Self::Already,
        Self::Conflict,
        Self::TenantMismatch,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The word that fault specifications use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Invalid => "invalid",
            Self::Identity => "identity",
            Self::Already => "already",
            Self::Conflict => "conflict",
            Self::TenantMismatch => "tenant-mismatch",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The name of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }
}

/// What an injected answer should say, as far as the dialect has a field for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The `Retry-After` header, in seconds.
    pub retry_after: Option<u64>,
    /// The machine-readable code.
    pub code: Option<String>,
    /// The text for people.
    pub message: Option<String>,
    /// The member of the request that is to blame.
    pub field: Option<String>,
    /// A policy notice.
    pub notice: Option<String>,
}

impl From<Kind> for Failure {
    fn from(kind: Kind) -> Self {
        Self { kind, overrides: Overrides::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_by_its_word() {
        for name in NamedError::ALL {
            assert_eq!(NamedError::parse(name.as_str()), Some(name));
        }
        assert_eq!(NamedError::parse("nonsense"), None);
    }
}
