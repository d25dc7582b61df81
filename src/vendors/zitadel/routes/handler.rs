//! What answers a call that named a row: the vendor's order of checks, then the operation. Knows no operation.

use std::cell::{Cell, RefCell};

use buffa::{Message, MessageName};
use http::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use serde::Serialize;

use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::oidc::visit::Visit;
use crate::outcome::OutboundDelivery;
use crate::protocol::Reply;
use crate::protocol::rpc::Framing;
use crate::row::{self, Dialect, Field, Subject};
use crate::vendors::zitadel::auth::{self, Caller};
use crate::vendors::zitadel::error::management::ManagementError;
use crate::vendors::zitadel::error::status::{self, Status};
use crate::vendors::zitadel::error::{Error, ErrorContext};
use crate::vendors::zitadel::operations::back_channel;
use crate::vendors::zitadel::record::{Session, WrongState};
use crate::vendors::zitadel::state::{NAME, Zitadel};
use crate::vendors::zitadel::wire::door;
use crate::vendors::zitadel::wire::edge::{self, Edge, EncodedResponse};
use crate::vendors::zitadel::wire::issuer::issuer;
use crate::vendors::zitadel::wire::message::{self, RequestMessage};
use crate::vendors::zitadel::wire::refusal;
use crate::vendors::zitadel::wire::v2beta;

/// The same of the first API, where the field is called otherwise.
pub(super) const USER_BY_ID: Subject = Subject::PathOrField(0, Field { name: "id", number: 1 });

/// The same where the field is the second one.
pub(super) const USER_SECOND: Subject = Subject::PathOrField(0, Field { name: "user_id", number: 2 });

/// An emulated operation.
pub(super) type Row = row::Row<Handler>;

/// The user of the path, who in a message is the first field.
pub(super) const USER: Subject = Subject::PathOrField(0, Field { name: "user_id", number: 1 });

/// What answers a call, and what the errors of its operation say.
#[derive(Clone, Copy)]
pub(in super::super) struct Handler {
    errors: ErrorContext,
    run: Run,
    trails: bool,
    version: Version,
}

/// By which of the newer APIs an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V2,
    V2Beta,
}

/// Answers a call. At the doors of OAuth a refusal is an answer, too.
type Run = fn(&Request<'_>) -> Result<Reply, Error>;

/// A call that named a row.
pub(super) struct Request<'a> {
    pub(super) zitadel: &'a Zitadel,
    pub(super) exchange: &'a Exchange,
    pub(super) edge: Edge,
    /// The bytes of its message.
    pub(super) message: &'a [u8],
    version: Version,
    /// What applications are told afterwards.
    deliveries: &'a RefCell<Vec<OutboundDelivery>>,
    /// Whether the answer is a page of a list that goes on.
    has_more: Cell<bool>,
}

impl Handler {
    /// An operation of the user service, whose request message is `Q`; `not_found` is the id of its "no such user".
    pub(super) const fn service<Q: MessageName>(not_found: &'static str, run: Run) -> Self {
        Self {
            errors: ErrorContext { message: Q::NAME, not_found, nobody: None, wrong_state: None },
            run,
            trails: false,
            version: Version::V2,
        }
    }

    /// A door of OAuth and OpenID Connect, or of health.
    pub(super) const fn door(run: Run) -> Self {
        Self { errors: ErrorContext::DEFAULT, run, trails: false, version: Version::V2 }
    }

    /// An operation whose messages are known by their descriptors, and whose request message is called that.
    pub(super) const fn described(message: &'static str, run: Run) -> Self {
        Self { errors: ErrorContext { message, ..ErrorContext::DEFAULT }, run, trails: false, version: Version::V2 }
    }

    /// What the operation says of nobody, where that is not "no such user" with its id.
    pub(super) const fn nobody(mut self, status: Status<'static>) -> Self {
        self.errors.nobody = Some(status);
        self
    }

    /// The operation refuses users that are in this state.
    pub(super) const fn wrong_state(mut self, state: WrongState) -> Self {
        self.errors.wrong_state = Some(status::wrong_state(state));
        self
    }

    /// The id of "no such user", of an operation of the first APIs.
    pub(super) const fn not_found(mut self, id: &'static str) -> Self {
        self.errors.not_found = id;
        self
    }

    /// The same of the first APIs, which have their own ids.
    pub(super) const fn refuses(mut self, state: WrongState) -> Self {
        self.errors.wrong_state = Some(ManagementError::WrongState(state).status());
        self
    }

    /// It is a read that does not bring itself up to date, so that it trails writes.
    pub(super) const fn trailing(mut self) -> Self {
        self.trails = true;
        self
    }

    /// The same operation as v2beta has it.
    pub(super) const fn v2beta(self) -> Self {
        Self { version: Version::V2Beta, ..self }
    }

    /// Whether it trails writes.
    pub(super) const fn trails(&self) -> bool {
        self.trails
    }

    /// What the errors of the operation say.
    pub(in super::super) fn error_context(&self) -> &ErrorContext {
        &self.errors
    }

    /// Answers a call.
    pub(in super::super) fn answer(
        &self,
        zitadel: &Zitadel,
        exchange: &Exchange,
        deliveries: &RefCell<Vec<OutboundDelivery>>,
    ) -> Reply {
        let is_v1 = edge::is_first_api(exchange);
        let edge = match Edge::of(exchange) {
            Ok(edge) if is_v1 && !edge.reaches_first_api(exchange) => return refusal::not_served(&zitadel.context),
            Ok(edge) => edge,
            Err(_) if is_v1 => return refusal::not_served(&zitadel.context),
            Err(unknown) => return unknown,
        };
        let message = match exchange.message() {
            Ok(message) => message,
            Err(broken) => return edge::marked(refusal::framing(broken, edge)),
        };
        let has_more = Cell::new(false);
        let request = Request { zitadel, exchange, edge, message, version: self.version, deliveries, has_more };
        let answer = (self.run)(&request).map(|reply| reply.page_of(request.has_more.get()));
        match answer {
            Ok(reply) if exchange.dialect == Dialect::OAuth => door::finish(reply, &exchange.call, &zitadel.context),
            Ok(reply) if is_v1 => first_api(edge, reply, &zitadel.context),
            Ok(reply) => reply,
            // A remote call that cannot be read gets no request id.
            Err(error @ Error::Undecodable(_)) if exchange.is_rpc() => {
                edge::marked(refusal::error(&error, &self.errors, edge))
            }
            Err(error) => {
                // What the gateway itself refuses did not reach the service.
                let reached = is_v1 && !matches!(error, Error::Undecodable(_));
                let is_inner = reached && matches!(edge, Edge::Rest) && !zitadel.settings.version.passes_errors_on();
                let refused = match is_inner {
                    true => refusal::inner_error(&error, &self.errors),
                    false => refusal::error(&error, &self.errors, edge),
                };
                let refused = edge.refusal(refused, &zitadel.context);
                if reached { first_api(edge, refused, &zitadel.context) } else { refused }
            }
        }
    }
}

/// What the answers of the first APIs carry. They are those that have no Connect.
fn first_api(edge: Edge, reply: Reply, context: &WorldContext) -> Reply {
    match edge {
        Edge::Rest => reply
            .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .with(PRAGMA, HeaderValue::from_static("no-cache")),
        Edge::Rpc(wire) if wire.framing == Framing::Grpc => edge::native(reply, context),
        Edge::Rpc(_) => reply,
    }
}

impl Request<'_> {
    /// Where the call came to, as a browser's.
    pub(super) fn visit(&self) -> Visit<'_> {
        Visit::of(&self.zitadel.context, NAME, &self.exchange.call)
    }

    /// Tells the applications of a session that it is over, once the call is answered.
    pub(super) fn tell_end(&self, session: Option<&Session>) {
        let Some(session) = session else { return };
        let issuer = issuer(self.zitadel, &self.exchange.call);
        let told = back_channel::session_ended(self.zitadel, session, &issuer, self.exchange.defect);
        self.deliveries.borrow_mut().extend(told);
    }

    /// Answers with an operation of the user service, in the vendor's order: decode, authenticate, validate, operate.
    /// `answer` is the fidelity row that a success is.
    pub(super) fn serve<Q: RequestMessage, A: Message + Serialize>(
        &self,
        answer: &'static str,
        operate: impl FnOnce(Q, &Caller) -> Result<A, Error>,
    ) -> Result<Reply, Error> {
        self.serve_admitted(answer, |_, _| Ok(()), operate)
    }

    /// The same for an operation that asks something of its caller before the message is validated.
    pub(super) fn serve_admitted<Q: RequestMessage, A: Message + Serialize>(
        &self,
        answer: &'static str,
        admit: impl FnOnce(&Q, &Caller) -> Result<(), Error>,
        operate: impl FnOnce(Q, &Caller) -> Result<A, Error>,
    ) -> Result<Reply, Error> {
        let message: Q = match self.version {
            Version::V2 => message::decode(self.exchange, self.edge, self.message)?,
            Version::V2Beta => v2beta::decode(self.exchange, self.edge, self.message)?,
        };
        let caller = auth::authenticate(self.zitadel, &self.exchange.call)?;
        admit(&message, &caller)?;
        message.validate()?;
        let response = operate(message, &caller)?;
        let message = match self.version {
            Version::V2 => message::encode(self.edge, &response),
            Version::V2Beta => v2beta::encode(self.exchange, self.edge, &response),
        };
        Ok(self.finish(message, &caller, answer))
    }

    /// Tells which page of a list of that length is answered. Without a limit it is the whole list.
    pub(super) fn tell_page(&self, offset: u64, limit: u64, total: u64) {
        self.has_more.set(limit > 0 && offset.saturating_add(limit) < total);
    }

    /// The reply of a call that succeeded.
    fn finish(&self, message: Vec<u8>, caller: &Caller, answer: &'static str) -> Reply {
        let response = EncodedResponse { message, at: caller.at(), answer };
        let reply = self.edge.success(response, &self.zitadel.context);
        match self.version {
            Version::V2Beta if answer == v2beta::CREATED => self.created(reply),
            Version::V2 | Version::V2Beta => reply,
        }
    }
}
