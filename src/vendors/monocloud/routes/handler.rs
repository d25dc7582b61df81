//! What answers a call that named a row: the key is checked, then the operation runs. Knows no operation.

use std::borrow::Cow;

use http::StatusCode;

use crate::exchange::Exchange;
use crate::protocol::{Call, Reply};
use crate::row::{self, Subject};
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::operations::{self, Changed};
use crate::vendors::monocloud::settings::Era;
use crate::vendors::monocloud::state::MonoCloud;
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{auth, wire};

/// An emulated operation.
pub(super) type Row = row::Row<Handler>;

/// The user of the path.
pub(super) const USER: Subject = Subject::Path(0);

/// What answers a call.
pub(in super::super) struct Handler(Run);

/// Decodes, operates and renders. The key was checked before.
type Run = fn(&Request<'_>) -> Result<Reply, Error>;

/// A call that named a row.
pub(super) struct Request<'a> {
    pub(super) monocloud: &'a MonoCloud,
    pub(super) exchange: &'a Exchange,
}

impl Handler {
    /// An operation of the Management API.
    pub(super) const fn new(run: Run) -> Self {
        Self(run)
    }

    /// Answers a call.
    pub(in super::super) fn answer(&self, monocloud: &MonoCloud, exchange: &Exchange) -> Reply {
        let answer = auth::authorize(&monocloud.keys, &exchange.call)
            .and_then(|()| (self.0)(&Request { monocloud, exchange }))
            .unwrap_or_else(|error| error.render(monocloud.error_context()));
        match monocloud.settings.era {
            Era::Seed => answer,
            // The table says how sure the seeds' generation is.
            Era::Current => answer.fidelity_row(""),
        }
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

    /// The user after a change, as one of two rows of the fidelity table.
    pub(super) fn changed(&self, done: &Changed, answer: &'static str, unchanged: &'static str) -> Reply {
        let answer = if done.changed { answer } else { unchanged };
        wire::users::user(self.monocloud, StatusCode::OK, &done.user).fidelity_row(answer)
    }
}

/// A list, as one of two rows of the fidelity table.
pub(super) fn listed(query: &Query<'_>) -> &'static str {
    if query.text("filter").is_some() { "filtered" } else { "listed" }
}
