//! Answers: the vendor's own, with its confidence, and fauxidp's refusals in the protocol of the call.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};

use crate::exchange::Exchange;
use crate::failure::{Failure, Kind};
use crate::fidelity::Answer;
use crate::outcome::Outcome;
use crate::protocol::problem::MARK;
use crate::protocol::rpc::{Code, RpcError};
use crate::protocol::{Call, Reply};
use crate::vendors::{Vendor, VendorInfo};

const EXPLAIN: HeaderName = HeaderName::from_static("x-fauxidp-explain");
const FIDELITY: HeaderName = HeaderName::from_static("x-fauxidp-fidelity");

/// Runs a step of the vendor. A panic is answered with a 500 in the vendor's dialect, and its changes are not kept.
pub(super) fn guarded(
    vendor: &dyn Vendor,
    exchange: &Exchange,
    step: impl FnOnce(&dyn Vendor, &Exchange) -> Outcome,
) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| step(vendor, exchange))).unwrap_or_else(|_| {
        let (vendor_name, method, path) = (vendor.info().name, exchange.method(), exchange.path());
        tracing::error!(vendor = vendor_name, path, "the handler of {method} {path} panicked");
        vendor.refuse(exchange, &Failure::from(Kind::Broken)).into()
    })
}

/// Whether the call would succeed, tried on a copy of the vendor. A trial sends nothing: a request to the outside
/// counts as a success, and deliveries are not made.
pub(super) fn would_succeed(trial: &dyn Vendor, exchange: &Exchange) -> bool {
    match guarded(trial, exchange, |vendor, exchange| vendor.handle(exchange)) {
        Outcome::Reply(reply, _) => reply.has_succeeded(),
        Outcome::Ask(_) => true,
    }
}

/// The vendor's refusal of a call that names no operation it could handle.
pub(super) fn refuse(vendor: &dyn Vendor, exchange: &Exchange, kind: Kind) -> Reply {
    let mut reply = vendor.refuse(exchange, &Failure::from(kind));
    explain(&mut reply, vendor.info(), exchange);
    reply
}

/// Adds the confidence of the answer, if the call asks for it.
pub(super) fn explain(reply: &mut Reply, info: &VendorInfo, exchange: &Exchange) {
    if !exchange.call.speaks_to_us || exchange.call.header(&EXPLAIN).is_none_or(|value| value != "1") {
        return;
    }
    if reply.answer.is_empty() && reply.headers.contains_key(MARK) {
        return; // the answer says itself that it is fauxidp's own
    }
    let own = exchange.operation.and_then(|operation| info.fidelity.operation(operation.name)?.answer(reply.answer));
    let any = || info.fidelity.any(reply.answer);
    // The table has the statuses of REST; a remote call has one for every success.
    let (status, is_remote) = (reply.outcome().as_u16(), exchange.call.wire.is_some());
    let is_of = |row: &&Answer| row.status == status || is_remote && [row.status, status].iter().all(|one| *one < 300);
    let value = match own.or_else(any).filter(is_of) {
        Some(row) => {
            let operation = exchange.operation.filter(|_| own.is_some()).map_or("any", |operation| operation.name);
            format!("{}; ref={}; row={}.{operation}.{}", row.confidence.as_str(), row.source, info.name, row.name)
        }
        // A setting changed the status, so the table's row does not apply.
        None => "assumed; ref=settings".to_owned(),
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        reply.headers.insert(FIDELITY, value);
    }
}

/// fauxidp's own refusal, in the protocol of the call.
pub(super) fn own(call: &Call, refusal: Reply) -> Reply {
    let Some(wire) = call.wire else {
        return refusal;
    };
    let code = match refusal.status {
        StatusCode::BAD_REQUEST => Code::InvalidArgument,
        StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED => Code::Unimplemented,
        _ => Code::ResourceExhausted,
    };
    let problem: serde_json::Value = serde_json::from_slice(&refusal.body).unwrap_or_default();
    let reply = wire.failure(&RpcError::new(code, problem["detail"].as_str().unwrap_or_default()));
    match refusal.headers.get(MARK) {
        Some(mark) => reply.with(MARK, mark.clone()),
        None => reply,
    }
}
