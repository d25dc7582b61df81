//! How sure we are of what an operation answers: the declarations that stand beside each route. Knows no vendor.

use serde::Serialize;

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sureness {
    /// One of the five seed pages says it.
    Stated,
    /// Another page of the vendor, its published source or its client says it.
    Documented,
    /// Concluded from what is published; the reason stands in `docs/sources.md`.
    Inferred,
    /// Nothing published settles it.
    Assumed,
}

impl Sureness {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

/// One answer that an operation can give: a row of the fidelity table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The situation, in snake case; a reply carries it, so that a fixture can prove the row.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// How sure it is.
    pub sureness: Sureness,
    /// A heading of `docs/sources.md`.
    pub source: &'static str,
    /// What happens, in words.
    pub what: &'static str,
}

impl Answer {
    /// A row of the table.
    pub const fn new(
        name: &'static str,
        status: u16,
        sureness: Sureness,
        source: &'static str,
        what: &'static str,
    ) -> Self {
        Self { name, status, sureness, source, what }
    }
}

/// One operation of a vendor's API as a route of the JSON edge declares it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The vendor's own word in snake case, the same on every protocol.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The path of the remote call, where the vendor has that edge.
    pub rpc: Option<&'static str>,
    /// Whether the emulator answers it.
    pub emulated: bool,
    /// The HTTP statuses that the vendor publishes for it.
    pub published: &'static [u16],
    /// What it can answer, in groups that operations share.
    pub answers: &'static [&'static [Answer]],
    /// What is deliberately different from the real service.
    pub differences: &'static [&'static str],
}

impl Operation {
    /// An operation that the vendor has and the emulator lacks.
    pub const fn lacking(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { name, method, path, rpc: None, emulated: false, published: &[], answers: &[], differences: &[] }
    }

    /// The same with the path of its remote call.
    #[must_use]
    pub const fn also(self, rpc: &'static str) -> Self {
        Self { rpc: Some(rpc), ..self }
    }

    /// An operation of fauxidp's own, which imitates nobody.
    pub const fn own(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { emulated: true, ..Self::lacking(name, method, path) }
    }

    /// Its rows.
    pub fn answers(&self) -> impl Iterator<Item = &'static Answer> + use<> {
        self.answers.iter().copied().flatten()
    }

    /// The row of that situation.
    pub fn answer(&self, name: &str) -> Option<&'static Answer> {
        self.answers().find(|answer| answer.name == name)
    }
}
