//! The releases of ZITADEL that can be served, and the rules by which they differ. Knows no operation.

/// A release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Version {
    /// The head of development, on the way to v5.
    Main,
    /// v4.13.1.
    V4_13,
}

impl Version {
    /// Whether a hash that is given instead of a password is read whole. If not, its form alone is looked at.
    pub(in super::super) fn reads_hashes(self) -> bool {
        self == Self::Main
    }

    /// Whether only those who may write are told the codes of addresses. If not, people are told their own, too.
    pub(in super::super) fn guards_own_codes(self) -> bool {
        self == Self::Main
    }

    /// Whether an assertion that does not hold is called so. If not, it is an internal error.
    pub(in super::super) fn names_bad_assertions(self) -> bool {
        self == Self::Main
    }

    /// Whether machines may sign assertions by keys that are not RSA keys.
    pub(in super::super) fn takes_curve_keys(self) -> bool {
        self == Self::Main
    }

    /// Whether opaque tokens are JSON Web Encryption. If not, they have no dots.
    pub(in super::super) fn seals_tokens(self) -> bool {
        self == Self::Main
    }

    /// Whether what is no token at all is refused like another one's token.
    pub(in super::super) fn reads_any_token(self) -> bool {
        self == Self::Main
    }

    /// Whether a code, a refresh token and a device's code are good for their own application alone.
    pub(in super::super) fn binds_to_client(self) -> bool {
        self == Self::Main
    }

    /// Whether the addresses of a machine of its own are refused for back-channel logouts.
    pub(in super::super) fn guards_logout_urls(self) -> bool {
        self == Self::Main
    }

    /// Whether what is exchanged for a token has to be within that token, which has to be one of the same project's.
    pub(in super::super) fn guards_exchange(self) -> bool {
        self == Self::Main
    }

    /// Whether the gateway of the first APIs passes on an error without an id as it is.
    pub(in super::super) fn passes_errors_on(self) -> bool {
        self == Self::Main
    }

    /// Whether an instance has the feature of relational tables.
    pub(in super::super) fn has_relational_tables(self) -> bool {
        self == Self::Main
    }

    /// Whether there are groups of users, and scopes that ask for them.
    pub(in super::super) fn has_groups(self) -> bool {
        self == Self::Main
    }
}
