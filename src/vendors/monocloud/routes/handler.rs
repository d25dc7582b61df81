//! What answers a call that named a row: the key is checked, then the operation runs. Knows no operation.

use std::borrow::Cow;
use std::cell::RefCell;

use http::StatusCode;

use crate::exchange::Exchange;
use crate::outcome::{OutboundDelivery, Outcome};
use crate::protocol::{Call, Reply};
use crate::row::{self, Subject};
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::operations::{self, Changed};
use crate::vendors::monocloud::record::Session;
use crate::vendors::monocloud::settings::Era;
use crate::vendors::monocloud::state::MonoCloud;
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::wire::sign_in::Visit;
use crate::vendors::monocloud::{auth, wire};

/// An emulated operation.
pub(super) type Row = row::Row<Handler>;

/// The user of the path.
pub(super) const USER: Subject = Subject::Path(0);

/// What answers a call.
pub(in super::super) struct Handler(Run);

enum Run {
    /// An operation of the Management API: the key is checked before.
    Api(fn(&Request<'_>) -> Result<Reply, Error>),
    /// A door of OAuth and OpenID Connect, which checks for itself who asks.
    Door(fn(&Request<'_>) -> Result<Reply, Refusal>),
}

/// A call that named a row.
pub(super) struct Request<'a> {
    pub(super) monocloud: &'a MonoCloud,
    pub(super) exchange: &'a Exchange,
    /// What applications are to be told afterwards.
    deliveries: RefCell<Vec<OutboundDelivery>>,
}

impl Handler {
    /// An operation of the Management API.
    pub(super) const fn new(run: fn(&Request<'_>) -> Result<Reply, Error>) -> Self {
        Self(Run::Api(run))
    }

    /// A door of OAuth and OpenID Connect.
    pub(super) const fn door(run: fn(&Request<'_>) -> Result<Reply, Refusal>) -> Self {
        Self(Run::Door(run))
    }

    /// Answers a call.
    pub(in super::super) fn answer(&self, monocloud: &MonoCloud, exchange: &Exchange) -> Outcome {
        let request = Request { monocloud, exchange, deliveries: RefCell::default() };
        let reply = match self.0 {
            Run::Api(run) => {
                let answer = auth::authorize(&monocloud.keys, &exchange.call)
                    .and_then(|()| run(&request))
                    .unwrap_or_else(|error| error.render(monocloud.error_context()));
                match monocloud.settings.era {
                    Era::Seed => answer,
                    // The table says how sure the seeds' generation is.
                    Era::Current => answer.fidelity_row(""),
                }
            }
            Run::Door(run) => {
                let mut reply = run(&request).unwrap_or_else(Refusal::render);
                wire::tokens::share(monocloud, &exchange.call, &mut reply);
                reply
            }
        };
        Outcome::Reply(reply, request.deliveries.into_inner())
    }
}

impl Request<'_> {
    /// The id of the user of the path.
    pub(super) fn user_id(&self) -> &str {
        self.exchange.user_id().unwrap_or_default()
    }

    /// The parameter of the path of that index, from 0.
    pub(super) fn parameter(&self, index: usize) -> Cow<'_, str> {
        self.exchange.parameter(index)
    }

    /// The input of a call about the user in the path, read only if that user exists.
    pub(super) fn read_for_user<T>(&self, read: impl FnOnce(&Call) -> Result<T, Error>) -> Result<T, Error> {
        operations::get_user(self.monocloud, self.user_id())?;
        read(&self.exchange.call)
    }

    /// Likewise about the group of a path that names no user.
    pub(super) fn read_for_group<T>(&self, read: impl FnOnce(&Call) -> Result<T, Error>) -> Result<T, Error> {
        operations::find_group(self.monocloud, &self.parameter(0))?;
        read(&self.exchange.call)
    }

    /// Where the call came to.
    pub(super) fn visit(&self) -> Visit<'_> {
        Visit::of(self.monocloud, self.exchange)
    }

    /// Makes these deliveries once the call is answered.
    pub(super) fn deliver(&self, deliveries: Vec<OutboundDelivery>) {
        self.deliveries.borrow_mut().extend(deliveries);
    }

    /// Tells the applications of sessions of the call's user that these are over.
    pub(super) fn end(&self, sessions: &[Session]) {
        if !sessions.is_empty() {
            let defect = self.exchange.defect;
            self.deliver(operations::sessions_ended(self.monocloud, self.user_id(), sessions, defect));
        }
    }

    /// The user after a change, as one of two rows of the fidelity table.
    pub(super) fn changed(&self, done: &Changed, answer: &'static str, unchanged: &'static str) -> Reply {
        self.end(&done.ended);
        let answer = if done.changed { answer } else { unchanged };
        wire::users::user(self.monocloud, StatusCode::OK, &done.user).fidelity_row(answer)
    }
}

/// A list, as one of two rows of the fidelity table.
pub(super) fn listed(query: &Query<'_>) -> &'static str {
    if query.text("filter").is_some() { "filtered" } else { "listed" }
}
