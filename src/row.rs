//! A row of a vendor's route table: all that the server knows about one operation, in one place. Knows no vendor.

mod published;

use std::fmt;

use crate::shape::{self, Asked, Member, Misfit};

pub use published::published;

/// An operation and what answers it. `H` is the vendor's own: the checks before the operation, in its order, and the
/// handler.
pub struct Row<H: 'static> {
    /// What everything outside the vendor knows of it.
    pub operation: Operation,
    /// What answers a call.
    pub handler: H,
}

/// What everything outside the vendor knows of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The vendor's own word in snake case, the same on every protocol.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The path of the remote call, if the operation has one.
    pub rpc: Option<&'static str>,
    /// Whether its remote call is served over Connect, not only over gRPC and gRPC-Web.
    pub is_connect: bool,
    /// The form of its refusals.
    pub dialect: Dialect,
    /// The user that a call is about.
    pub subject: Subject,
    /// Whether it only reads.
    pub reads_only: bool,
    /// Whether no read that is emulated shows what it changes, such as a message that is sent.
    pub is_unseen: bool,
    /// Whether it takes no body, and ignores one.
    pub ignores_body: bool,
    /// Whether the other methods that are well known act like its own. `OPTIONS` does not: pages ask by it.
    pub takes_any_method: bool,
    /// Whether it is about the server and asks for no credential.
    pub is_about_server: bool,
    /// Whether it is slow by nature, such as hashing: then it runs off the workers.
    pub is_heavy: bool,
    /// Whether it looks at many records: then it runs off the workers where there are many.
    pub is_list: bool,
    /// The parameters that its query can have.
    pub query: &'static [&'static str],
    /// The members that its body can have, in groups.
    pub body: &'static [&'static [Member]],
    /// Whether the emulator answers it.
    pub is_emulated: bool,
    /// Which operation the vendor says to call instead of it. Only the list of what the vendor publishes says so.
    pub replaced_by: Option<&'static str>,
}

/// What of a request does not fit its operation.
pub type Check = fn(&Operation, &Asked<'_>) -> Vec<Misfit>;

/// The vendor's dialect in which an operation refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The API's dialect.
    Api,
    /// The dialect of OAuth 2.0 and OpenID Connect (RFC 6749, 5.2).
    OAuth,
}

/// The user that a call is about: where to find the user's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The request names no user.
    None,
    /// The path parameter at that index, counted from 0.
    Path(usize),
    /// The same, but for a remote call that field of its message.
    PathOrField(usize, Field),
    /// That field of the message; of the JSON body, if it is not a remote call.
    Field(Field),
}

/// A text field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name as the schema writes it, in snake case.
    pub name: &'static str,
    /// Its number.
    pub number: u32,
}

impl<H> Row<H> {
    /// An emulated operation.
    pub const fn new(name: &'static str, method: &'static str, path: &'static str, handler: H) -> Self {
        Self { operation: Operation { is_emulated: true, ..Operation::unemulated(name, method, path) }, handler }
    }

    /// It also has a remote call with that path.
    #[must_use]
    pub const fn rpc(mut self, path: &'static str) -> Self {
        self.operation.rpc = Some(path);
        self
    }

    /// It also has a remote call with that path, which is not served over Connect.
    #[must_use]
    pub const fn framed_rpc(mut self, path: &'static str) -> Self {
        self.operation.is_connect = false;
        self.rpc(path)
    }

    /// It is about the user found there.
    #[must_use]
    pub const fn subject(mut self, subject: Subject) -> Self {
        self.operation.subject = subject;
        self
    }

    /// Its refusals are in the dialect of OAuth.
    #[must_use]
    pub const fn oauth(mut self) -> Self {
        self.operation.dialect = Dialect::OAuth;
        self
    }

    /// It only reads.
    #[must_use]
    pub const fn reads_only(mut self) -> Self {
        self.operation.reads_only = true;
        self
    }

    /// No read that is emulated shows what it changes.
    #[must_use]
    pub const fn unseen(mut self) -> Self {
        self.operation.is_unseen = true;
        self
    }

    /// It takes no body, and ignores one.
    #[must_use]
    pub const fn ignores_body(mut self) -> Self {
        self.operation.ignores_body = true;
        self
    }

    /// Any other method acts like its own.
    #[must_use]
    pub const fn any_method(mut self) -> Self {
        self.operation.takes_any_method = true;
        self
    }

    /// Its query can have these parameters.
    #[must_use]
    pub const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.operation.query = names;
        self
    }

    /// Its body is an object that can have the members of these groups.
    #[must_use]
    pub const fn body(mut self, groups: &'static [&'static [Member]]) -> Self {
        self.operation.body = groups;
        self
    }

    /// It is about the server, and asks for no credential.
    #[must_use]
    pub const fn about_server(mut self) -> Self {
        self.operation.is_about_server = true;
        self
    }

    /// It is slow by nature.
    #[must_use]
    pub const fn heavy(mut self) -> Self {
        self.operation.is_heavy = true;
        self
    }

    /// It looks at many records.
    #[must_use]
    pub const fn list(mut self) -> Self {
        self.operation.is_list = true;
        self
    }
}

impl<H> fmt::Debug for Row<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.operation.fmt(formatter)
    }
}

impl Operation {
    /// An operation that the vendor has and the emulator lacks.
    pub const fn unemulated(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            name,
            method,
            path,
            rpc: None,
            is_connect: true,
            dialect: Dialect::Api,
            subject: Subject::None,
            reads_only: false,
            is_unseen: false,
            ignores_body: false,
            takes_any_method: false,
            is_about_server: false,
            is_heavy: false,
            is_list: false,
            query: &[],
            body: &[],
            is_emulated: false,
            replaced_by: None,
        }
    }

    /// What of a request does not fit what the row declares.
    pub fn misfits(&self, asked: &Asked<'_>) -> Vec<Misfit> {
        shape::misfits(self.query, self.body, asked)
    }

    /// Whether a read of the vendor shows what it changed.
    pub const fn is_seen(&self) -> bool {
        !self.reads_only && !self.is_unseen
    }

    /// Whether it can be called by method and path, and not only as a remote call.
    pub fn has_path(&self) -> bool {
        self.rpc != Some(self.path)
    }

    /// The same with the path of its remote call.
    #[must_use]
    const fn with_rpc(self, rpc: &'static str) -> Self {
        Self { rpc: Some(rpc), ..self }
    }

    /// The same in the dialect of OAuth.
    #[must_use]
    const fn with_oauth(self) -> Self {
        Self { dialect: Dialect::OAuth, ..self }
    }
}
