//! What answers a call that named a row: the vendor's order of checks, then the operation. Knows no operation.

use crate::exchange::Exchange;
use crate::protocol::{Call, Reply};
use crate::row::{self, Subject};
use crate::vendors::jitsudo::auth::Caller;
use crate::vendors::jitsudo::error::Error;
use crate::vendors::jitsudo::state::Jitsudo;

/// An emulated operation.
pub(super) type Row = row::Row<Handler>;

/// The user of the path.
pub(super) const USER: Subject = Subject::Path(0);

/// What answers a call, and what is checked before.
pub(in super::super) struct Handler {
    gate: Gate,
    run: Run,
}

/// What is checked before the operation.
#[derive(Debug, Clone, Copy)]
enum Gate {
    /// Neither credential nor tenant.
    Open,
    /// The tenant's form alone.
    Tenant,
    /// A bearer token, for what is about its own user.
    Own,
    /// A bearer token; an API key where that is set.
    Users,
    /// An API key or a bearer token.
    Keys,
}

/// Answers a call: decodes, operates and renders.
type Run = fn(&Request<'_>) -> Result<Reply, Error>;

/// A call that named a row and passed its gate.
pub(super) struct Request<'a> {
    pub(super) jitsudo: &'a Jitsudo,
    pub(super) exchange: &'a Exchange,
    pub(super) call: &'a Call,
    pub(super) caller: &'a Caller,
}

impl Handler {
    /// An operation that asks for neither credential nor tenant.
    pub(super) const fn open(run: Run) -> Self {
        Self { gate: Gate::Open, run }
    }

    /// An operation that asks for a tenant alone.
    pub(super) const fn tenant(run: Run) -> Self {
        Self { gate: Gate::Tenant, run }
    }

    /// An operation on the user whose token is sent.
    pub(super) const fn own(run: Run) -> Self {
        Self { gate: Gate::Own, run }
    }

    /// An operation on users or groups.
    pub(super) const fn users(run: Run) -> Self {
        Self { gate: Gate::Users, run }
    }

    /// An operation that programs may call.
    pub(super) const fn keys(run: Run) -> Self {
        Self { gate: Gate::Keys, run }
    }

    /// Answers a call.
    pub(in super::super) fn answer(&self, jitsudo: &Jitsudo, exchange: &Exchange) -> Reply {
        let call = &exchange.call;
        let answer = self.gate.admit(jitsudo, call).and_then(|caller| {
            let request = Request { jitsudo, exchange, call, caller: &caller };
            (self.run)(&request)
        });
        answer.unwrap_or_else(|error| error.render(&jitsudo.behaviour))
    }
}

impl Gate {
    /// Who calls, if they may come in.
    fn admit(self, jitsudo: &Jitsudo, call: &Call) -> Result<Caller, Error> {
        let Jitsudo { state, access, behaviour, context } = jitsudo;
        let caller = |keys| access.caller(&state.users, behaviour, &context.world, call, keys);
        match self {
            Self::Open => Ok(Caller::anonymous(call)),
            Self::Tenant => Caller::for_tenant(call),
            Self::Own => caller(false),
            Self::Users => caller(behaviour.users_accept_keys),
            Self::Keys => caller(true),
        }
    }
}
