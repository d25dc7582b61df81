//! Answers the operations of ZITADEL's auth API v1, which are about their callers. Knows no operation.

pub(super) mod factors;
pub(super) mod profile;

use serde_json::Value;

use super::described::Gate;
use super::handler::Request;
use crate::protocol::Reply;
use crate::vendors::zitadel::auth::Visitor;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::wire::described::Described;
use crate::vendors::zitadel::wire::objects;

impl Visitor {
    /// The id of the caller.
    pub(super) fn id(&self) -> &str {
        &self.caller.user().profile.user_id
    }
}

impl Request<'_> {
    /// Answers with an operation on the caller, in the organisation that the caller is of.
    fn own(
        &self,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Visitor) -> Result<Value, Error>,
    ) -> Result<Reply, Error> {
        self.serve_v1(&Gate::Oneself, answer, operate)
    }

    /// The same with a change of the caller.
    fn own_change(
        &self,
        answer: &'static str,
        operate: impl FnOnce(&Described, &Visitor) -> Result<Receipt, Error>,
    ) -> Result<Reply, Error> {
        self.own(answer, |message, me| operate(message, me).map(|receipt| objects::changed_only(&receipt)))
    }
}
