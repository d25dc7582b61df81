//! One row of ZITADEL's routes: an operation, how it runs and what its errors say.

use buffa::Message;
use serde::Serialize;

use crate::fidelity::Operation;
use crate::protocol::{Call, Reply};
use crate::vendors::zitadel::auth::{self, Caller};
use crate::vendors::zitadel::error::{Error, Texts};
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire::edge::{Done, Edge};
use crate::vendors::zitadel::wire::message::{self, Request};

/// An emulated operation.
pub(in super::super) struct Row {
    pub(super) operation: Operation,
    /// What answers a call.
    pub(in super::super) run: Run,
}

/// What answers a call.
#[derive(Clone, Copy)]
pub(in super::super) enum Run {
    /// An operation of the user service, on the edge by which the call came.
    User {
        /// What its errors say.
        texts: Texts,
        run: RunUser,
    },
    /// A door of OAuth and OpenID Connect, which has a dialect of its own.
    Door(fn(&Zitadel, &Call) -> Reply),
}

/// Runs an operation of the user service on a call whose message has these bytes.
pub(in super::super) type RunUser = fn(&Zitadel, &Call, Edge, &[u8]) -> Result<Done, Error>;

impl Row {
    /// What the errors of the operation say, where it is one of the user service.
    pub(in super::super) fn texts(&self) -> Option<&Texts> {
        match &self.run {
            Run::User { texts, .. } => Some(texts),
            Run::Door(_) => None,
        }
    }
}

/// Runs an operation in the vendor's order: decode, authenticate, admit, validate, operate; then encodes the answer.
pub(super) fn serve<Q: Request, A: Message + Serialize>(
    (zitadel, call): (&Zitadel, &Call),
    (edge, message): (Edge, &[u8]),
    admit: impl FnOnce(&Zitadel, &Q, &Caller) -> Result<(), Error>,
    operate: impl FnOnce(Q, &Caller) -> Result<A, Error>,
    answer: &'static str,
) -> Result<Done, Error> {
    let request: Q = message::decode(call, edge, message)?;
    let caller = auth::authenticate(zitadel, call)?;
    admit(zitadel, &request, &caller)?;
    request.validate()?;
    let response = operate(request, &caller)?;
    Ok(Done { message: message::encode(edge, &response), at: caller.at(), answer })
}

/// What runs an operation of the user service: the request and the response, the fidelity row that a success is, and
/// the operation. `(id)` is for operations that take nothing but a user's id; `admit` is what the operation asks of
/// its caller before it looks at anything else.
macro_rules! run {
    ($request:ident => $response:ident, $answer:literal, $($operation:ident)::+ (id)) => {
        |zitadel, call, edge, message| {
            let operate = |request: proto::$request, caller: &Caller| {
                operations::$($operation)::+(zitadel, &request.user_id, caller).map(proto::$response::from)
            };
            serve((zitadel, call), (edge, message), |_, _, _| Ok(()), operate, $answer)
        }
    };
    ($request:ident => $response:ident, $answer:literal, $($operation:ident)::+) => {
        run!($request => $response, $answer, $($operation)::+, admit = |_, _, _| Ok(()))
    };
    ($request:ident => $response:ident, $answer:literal, $($operation:ident)::+, admit = $admit:expr) => {
        |zitadel, call, edge, message| {
            let operate = |request: proto::$request, caller: &Caller| {
                operations::$($operation)::+(zitadel, request.into(), caller).map(proto::$response::from)
            };
            serve((zitadel, call), (edge, message), $admit, operate, $answer)
        }
    };
}

/// A row of the user service. Its remote call and its message are named alike.
macro_rules! user_row {
    (
        $name:literal, $method:literal $path:literal, $rpc:ident, $answers:expr, $not_found:expr, $wrong_state:expr,
        $run:expr $(, $difference:literal)* $(,)?
    ) => {
        Row {
            operation: Operation {
                name: $name,
                method: $method,
                path: $path,
                rpc: Some(concat!("/zitadel.user.v2.UserService/", stringify!($rpc))),
                emulated: true,
                published: PUBLISHED,
                answers: $answers,
                differences: &[$($difference),*],
            },
            run: Run::User {
                texts: Texts {
                    message: concat!(stringify!($rpc), "Request"),
                    not_found: $not_found,
                    wrong_state: $wrong_state,
                },
                run: $run,
            },
        }
    };
}

pub(super) use {run, user_row};
