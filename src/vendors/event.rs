//! What happens to a user outside the API, as somebody reports it.

/// Something that happens to a user outside the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The user's key.
    pub user: String,
    /// What happens.
    pub kind: EventKind,
    /// From which address.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// At which application, by its id.
    pub client: Option<String>,
}

/// What can happen to a user outside the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The user signs in.
    SignIn,
    /// Somebody tries to, and fails.
    FailedSignIn,
}

impl EventKind {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::SignIn, Self::FailedSignIn];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::FailedSignIn => "failed_sign_in",
        }
    }
}

/// A vendor that takes notice of what happens to its users outside the API.
pub trait Events {
    /// Takes notice of an event.
    ///
    /// # Errors
    /// In words, why it cannot have happened: the user is not there, or not able to.
    fn event(&self, event: &Event) -> Result<(), String>;
}
