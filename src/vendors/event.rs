//! Events that happen to a user outside the API.

/// Something that happens to a user outside the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The user's key.
    pub user: String,
    /// What happens.
    pub kind: EventKind,
    /// The IP address it came from.
    pub ip: Option<String>,
    /// The user agent it came from.
    pub user_agent: Option<String>,
    /// The id of the application.
    pub client: Option<String>,
}

/// What can happen to a user outside the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The user signs in.
    SignIn,
    /// Someone tries to sign in as the user and fails.
    FailedSignIn,
}

impl EventKind {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::SignIn, Self::FailedSignIn];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::FailedSignIn => "failed_sign_in",
        }
    }
}

/// A vendor that reacts to events outside the API.
pub trait Events {
    /// Reacts to an event.
    ///
    /// # Errors
    /// Why it cannot have happened: the user does not exist, or cannot sign in.
    fn event(&self, event: &Event) -> Result<(), String>;
}
