//! The neutral set of failures that any vendor can put in its own words. Knows no vendor.

/// Something that went wrong, to be rendered by a vendor in its dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: Kind,
    /// Overrides for its answer.
    pub overrides: Overrides,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of the named errors, with the status that the vendor gives it.
    Named(NamedError),
    /// An HTTP status, in the shape the vendor gives it.
    Status(u16),
    /// The path is known, the method is not. These are the allowed methods, separated by commas.
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
    /// No credential, or no valid one.
    Unauthenticated,
    /// A valid credential without the permission.
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
    /// Temporarily unable to answer.
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

    /// The name that fault specifications use.
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

    /// The error with that name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }
}

/// The contents of an injected answer, as far as the dialect has fields for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The `Retry-After` header, in seconds.
    pub retry_after: Option<u64>,
    /// The machine-readable code.
    pub code: Option<String>,
    /// The text for people.
    pub message: Option<String>,
    /// The member of the request that is at fault.
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
