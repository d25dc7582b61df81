//! Answers the operations on users of ZITADEL's first API. Knows no operation.

pub(super) mod credentials;
pub(super) mod humans;
pub(super) mod users;

use serde_json::Value;

use super::described::Gate;
use super::handler::Request;
use crate::protocol::Reply;
use crate::vendors::zitadel::auth::Visitor;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire::described::Described;
use crate::vendors::zitadel::wire::issuer;
use crate::vendors::zitadel::wire::objects;

/// What changes a user.
type Command = fn(&Zitadel, &str, &Visitor) -> Result<Receipt, Error>;

impl Request<'_> {
    /// Answers with an operation that asks for that permission in the organisation of the call.
    fn manage(
        &self,
        permission: Permission,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Visitor) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        self.serve_v1(&Gate::Permission(permission), answer, operate)
    }

    /// The same with a change of a user.
    fn change(
        &self,
        permission: Permission,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Visitor) -> Result<Receipt, Error>,
    ) -> Result<Reply, Error> {
        self.manage(permission, answer, |message, visitor| {
            operate(message, visitor).map(|receipt| objects::changed_only(&receipt))
        })
    }

    /// The same with one that needs nothing but the user's id, which the message has under that name.
    fn command(
        &self,
        permission: Permission,
        answer: &'static str,
        id: &str,
        operate: Command,
    ) -> Result<Reply, Error> {
        self.change(permission, answer, |message, visitor| operate(self.zitadel, message.text(id), visitor))
    }

    /// Where links lead to.
    pub(super) fn origin(&self) -> String {
        issuer::issuer(self.zitadel, &self.exchange.call)
    }
}
