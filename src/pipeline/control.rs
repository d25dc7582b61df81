//! Calls to fauxidp's own API: accepted first, then read. So nobody sends a body that nobody will look at.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use hyper::body::Body;

use super::heavy::LARGE_BODY;
use super::reading::{self, Unread};
use super::{LARGE, Pipeline};
use crate::control::Admitted;
use crate::protocol::{Call, Reply, body};

impl Pipeline {
    /// Answers a call to fauxidp's own API.
    pub(super) async fn control_call<B>(&self, mut call: Box<Call>, body: B) -> Reply
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let line = format!("{} {}", call.method(), call.path().escape_debug());
        let reply = match self.admit(&call, body).await {
            Ok((admitted, body)) => {
                call.body = body;
                if let Err(refusal) = self.wait(&call, &admitted).await {
                    return *refusal;
                }
                let reply = self.control_reply(call, admitted).await;
                match reply.body.len() > LARGE && self.budget().is_spent() {
                    true => self.control.no_memory(),
                    false => reply,
                }
            }
            Err(refusal) => *refusal,
        };
        tracing::debug!(status = reply.status.as_u16(), "{line}");
        reply
    }

    /// Waits, where an accepted call asks for that and not too many are held already.
    async fn wait(&self, call: &Call, admitted: &Admitted) -> Result<(), Box<Reply>> {
        let Some(_permit) = self.permit_to_hold() else { return Ok(()) };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Ok(()),
            waited = self.control.wait(call, admitted, &self.worlds) => waited,
        }
    }

    /// Answers an accepted call, off the workers if it takes long.
    async fn control_reply(&self, call: Box<Call>, admitted: Admitted) -> Reply {
        if call.body.len() <= LARGE_BODY && !admitted.is_heavy() {
            return self.control.handle(*call, admitted, &self.worlds);
        }
        let (control, worlds) = (Arc::clone(&self.control), Arc::clone(&self.worlds));
        let done = self.heavy.run(move || control.handle(*call, admitted, &worlds)).await;
        done.unwrap_or_else(|| Reply::empty(StatusCode::SERVICE_UNAVAILABLE)) // the server stops
    }

    /// What an accepted call names, and its body.
    ///
    /// # Errors
    /// The refusal. What comes of the body is dropped, up to a limit.
    async fn admit<B>(&self, call: &Call, body: B) -> Result<(Admitted, Bytes), Box<Reply>>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let limits = &self.limits;
        let admitted = match reading::excess_of(limits, call) {
            Some(excess) => Err(self.unread(Unread::Excess(excess))),
            None => self.control.admit(call, &self.worlds),
        };
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                body::drain(body).await;
                return Err(refusal);
            }
        };
        let takes_state = admitted.takes_state();
        let max = if takes_state { limits.max_state } else { limits.max_body };
        let read = match admitted.frees_memory() && body.is_end_stream() {
            true => reading::read_anyway(limits, self.budget(), call, body, max).await,
            false => reading::read(limits, self.budget(), call, body, max).await,
        };
        let read = read.and_then(|body| match takes_state {
            true => Ok(body),
            false => reading::shallow(limits, &call.head, body),
        });
        read.map(|body| (admitted, body)).map_err(|unread| self.unread(unread))
    }

    /// The answer to a call whose body was not read.
    fn unread(&self, unread: Unread) -> Box<Reply> {
        Box::new(match unread {
            Unread::Excess(excess) => {
                self.limit_hit(excess.limit);
                excess.problem()
            }
            Unread::Half => reading::half(),
        })
    }
}
