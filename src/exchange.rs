//! A call on its way: what every step after mounting gets, from faults to the journal. Knows no vendor.

use http::Method;

use crate::fidelity::Operation;
use crate::protocol::Call;

/// A request that was read and mounted, with what is known of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The request.
    pub call: Call,
    /// The operation that its method and path name, also one that is not emulated.
    pub operation: Option<&'static Operation>,
    /// The key of the user that it is about, as the seed writes it, whether or not there is such a user.
    pub user: Option<String>,
}

impl Exchange {
    /// A request of which nothing else is known yet.
    pub fn new(call: Call) -> Self {
        Self { call, operation: None, user: None }
    }

    /// The user's key.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref().filter(|user| !user.is_empty())
    }

    /// The method.
    pub fn method(&self) -> &Method {
        self.call.method()
    }

    /// The path that was routed.
    pub fn path(&self) -> &str {
        self.call.path()
    }
}
