//! Answers operations whose messages are known by their descriptors, in the order of checks of the vendor's first APIs
//! and in that of its newer ones. Knows no operation.

use http::StatusCode;
use serde_json::Value;

use super::handler::Request;
use crate::protocol::Reply;
pub(super) use crate::vendors::zitadel::auth::Visitor;
use crate::vendors::zitadel::auth::{self, Caller};
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire::described::{self, Described};
use crate::vendors::zitadel::wire::edge::{Edge, EncodedResponse};
use crate::vendors::zitadel::wire::listing;

/// What an operation of the first APIs asks of its caller before it looks at anything.
pub(super) enum Gate {
    /// A valid token is enough.
    Token,
    /// The same, for what is about the caller: then the organisation is the caller's.
    Oneself,
    /// A permission in the organisation of the call.
    Permission(Permission),
    /// The same, in the project that this member of the message names.
    InProject(Permission, &'static str),
}

impl Request<'_> {
    /// Answers with an operation of the first APIs: decode, authenticate, permission, validate, operate. `answer` is
    /// the fidelity row that a success is.
    pub(super) fn serve_v1(
        &self,
        gate: &Gate,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Visitor) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        let (message, visitor) = self.open_v1(gate)?;
        let value = operate(&message, &visitor)?;
        self.tell_listed(&message, &value);
        Ok(self.succeed(&visitor.caller, answer, &value))
    }

    /// What comes before such an operation: its message and its caller.
    fn open_v1(&self, gate: &Gate) -> Result<(Described, Visitor), Error> {
        let message = described::decode(self.exchange, self.edge, self.message)?;
        let caller = auth::authenticate(self.zitadel, &self.exchange.call)?;
        let organization = match gate {
            Gate::Oneself => caller.user().profile.resource_owner.to_string(),
            Gate::Token | Gate::Permission(_) | Gate::InProject(..) => auth::organization(self.zitadel, None, &caller)?,
        };
        match gate {
            Gate::Token | Gate::Oneself => {}
            Gate::Permission(permission) => caller.admit(*permission, &organization, None)?,
            Gate::InProject(permission, member) => {
                caller.admit(*permission, &organization, Some(message.text(member)))?;
            }
        }
        message.validate()?;
        Ok((message, Visitor { caller, organization }))
    }

    /// Answers anybody.
    pub(super) fn serve_anybody(
        &self,
        answer: &'static str,
        read: impl FnOnce(&Zitadel) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        described::decode(self.exchange, self.edge, self.message)?;
        let message = described::encode(self.exchange, self.edge, &read(self.zitadel)?);
        let at = self.exchange.call.at;
        Ok(self.edge.success(EncodedResponse { message, at, answer }, &self.zitadel.context))
    }

    /// Answers with an operation of the newer APIs: decode, authenticate, validate, operate. The operation itself asks
    /// for permissions.
    pub(super) fn serve_described(
        &self,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Caller) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        let (message, caller) = self.open(None)?;
        let value = operate(&message, &caller)?;
        self.tell_listed(&message, &value);
        Ok(self.succeed(&caller, answer, &value))
    }

    /// The same for an operation that asks for a permission in the caller's organisation, before it validates.
    pub(super) fn serve_admitted_described(
        &self,
        permission: Permission,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Caller) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        let (message, caller) = self.open(Some(permission))?;
        let value = operate(&message, &caller)?;
        self.tell_listed(&message, &value);
        Ok(self.succeed(&caller, answer, &value))
    }

    /// What comes before an operation of the newer APIs: its message and its caller.
    fn open(&self, permission: Option<Permission>) -> Result<(Described, Caller), Error> {
        let message = described::decode(self.exchange, self.edge, self.message)?;
        let caller = auth::authenticate(self.zitadel, &self.exchange.call)?;
        if let Some(permission) = permission {
            caller.admit(permission, &auth::organization(self.zitadel, None, &caller)?, None)?;
        }
        message.validate()?;
        Ok((message, caller))
    }

    /// Refuses to store a URL that this server would call, if a page of another origin asks for it.
    pub(super) fn may_store(&self, url: &str) -> Result<(), Error> {
        match !url.is_empty() && self.visit().is_foreign() {
            true => Err(Error::ForeignPage),
            false => Ok(()),
        }
    }

    /// At the gateway, the answer says that something was created.
    pub(super) fn created(&self, reply: Reply) -> Reply {
        match self.edge {
            Edge::Rest => Reply { status: StatusCode::CREATED, ..reply },
            Edge::Rpc(_) => reply,
        }
    }

    /// Tells which page an answer is, if it is one.
    fn tell_listed(&self, message: &Described, answer: &Value) {
        if let Some((offset, limit, total)) = listing::page_of(message, answer) {
            self.tell_page(offset, limit, total);
        }
    }

    fn succeed(&self, caller: &Caller, answer: &'static str, value: &Value) -> Reply {
        let message = described::encode(self.exchange, self.edge, value);
        self.edge.success(EncodedResponse { message, at: caller.at(), answer }, &self.zitadel.context)
    }
}
