//! What answers a call that named a row: the vendor's order of checks, then the operation. Knows no operation.

use crate::exchange::Exchange;
use crate::outcome::Outcome;
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

/// What the operation is.
#[derive(Clone, Copy)]
enum Run {
    /// One that answers.
    Answer(fn(&Request<'_>) -> Result<Reply, Error>),
    /// One that may have to ask outside first.
    Ask(fn(&Request<'_>) -> Result<Outcome, Error>),
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

/// A call that named a row and passed its gate.
pub(super) struct Request<'a> {
    pub(super) jitsudo: &'a Jitsudo,
    pub(super) exchange: &'a Exchange,
    pub(super) call: &'a Call,
    pub(super) caller: &'a Caller,
}

impl Handler {
    /// An operation that asks for neither credential nor tenant.
    pub(super) const fn open(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self { gate: Gate::Open, run: Run::Answer(run) }
    }

    /// The same, which may have to ask outside.
    pub(super) const fn asking(run: fn(&Request<'_>) -> Result<Outcome, Error>) -> Self {
        Self { gate: Gate::Open, run: Run::Ask(run) }
    }

    /// An operation that asks for a tenant alone.
    pub(super) const fn tenant(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self { gate: Gate::Tenant, run: Run::Answer(run) }
    }

    /// An operation on the user whose token is sent.
    pub(super) const fn own(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self { gate: Gate::Own, run: Run::Answer(run) }
    }

    /// An operation on users or groups.
    pub(super) const fn users(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self { gate: Gate::Users, run: Run::Answer(run) }
    }

    /// An operation that programs may call.
    pub(super) const fn keys(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self { gate: Gate::Keys, run: Run::Answer(run) }
    }

    /// Answers a call.
    pub(in super::super) fn answer(&self, jitsudo: &Jitsudo, exchange: &Exchange) -> Outcome {
        let call = &exchange.call;
        let answer = self.gate.admit(jitsudo, call).and_then(|caller| {
            let request = Request { jitsudo, exchange, call, caller: &caller };
            match self.run {
                Run::Answer(run) => run(&request).map(Outcome::from),
                Run::Ask(run) => run(&request),
            }
        });
        answer.unwrap_or_else(|error| error.render(&jitsudo.behaviour).into())
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
