//! The routes of the audit log.

use super::handler::{Handler, Row};
use crate::vendors::jitsudo::operations::audit;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 2] = [
    Row::new(
        "list_audit_log",
        "GET",
        "/v1/audit-log",
        Handler::keys(|request| {
            let behaviour = &request.jitsudo.behaviour;
            let filter = wire::audit::filter(request.call)?;
            let list_query = wire::list_query(request.call, behaviour)?;
            let page = audit::list_audit_log(request.jitsudo, request.caller, &filter, &list_query)?;
            Ok(wire::page(&page, |entry| wire::audit::body(entry, behaviour)).fidelity_row("listed"))
        }),
    )
    .query(wire::audit::QUERY)
    .reads_only(),
    Row::new(
        "get_audit_log_entry",
        "GET",
        "/v1/audit-log/{id}",
        Handler::keys(|request| {
            let entry = audit::get_audit_log_entry(request.jitsudo, request.caller, &wire::id(request.exchange)?)?;
            Ok(wire::audit::entry(&entry, &request.jitsudo.behaviour).fidelity_row("found"))
        }),
    )
    .reads_only(),
];
