//! The routes of the audit log.

use super::super::operations::audit as run;
use super::super::wire::{self, audit as bodies};
use super::{ID, NOT_ADMIN, Row, Run, key, tenant};
use crate::fidelity::Sureness::{Assumed, Documented, Inferred};
use crate::fidelity::{Answer, Operation};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 2] = [
    Row {
        operation: Operation {
            name: "list_audit_log",
            method: "GET",
            path: "/v1/audit-log",
            rpc: None,
            emulated: true,
            published: &[200],
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "jitsudo-audit", "a page of entries; the documented parameters choose; newest first is assumed"),
                    Answer::new("invalid_query", 400, Assumed, "jitsudo-audit", "`limit` is not from 1 to 250, `cursor` is not ours, `from` or `to` is no time"),
                ],
                &key(Inferred, "jitsudo-overview"),
                &tenant(Documented, "jitsudo-overview"),
                &NOT_ADMIN,
            ],
            differences: &["The newest 10,000 entries of a world are kept."],
        },
        run: Run::Keys(|jitsudo, call, caller| {
            let (filter, listing) = (bodies::filter(call)?, wire::listing(call, &jitsudo.behaviour)?);
            let page = run::list_audit_log(jitsudo, caller, &filter, &listing)?;
            Ok(wire::page(&page, |entry| bodies::body(entry, &jitsudo.behaviour)).proving("listed"))
        }),
    },
    Row {
        operation: Operation {
            name: "get_audit_log_entry",
            method: "GET",
            path: "/v1/audit-log/{id}",
            rpc: None,
            emulated: true,
            published: &[200, 401, 403, 404],
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "jitsudo-audit", "the entry"),
                    Answer::new("not_admin", 403, Documented, "jitsudo-audit", "the caller does not hold `admin`; with the tenant's notices"),
                    Answer::new("entry_not_found", 404, Documented, "jitsudo-audit", "no such entry in the caller's tenant"),
                ],
                &key(Documented, "jitsudo-audit"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
            ],
            differences: &[],
        },
        run: Run::Keys(|jitsudo, call, caller| {
            let entry = run::get_audit_log_entry(jitsudo, caller, &wire::id(call)?)?;
            Ok(bodies::entry(&entry, &jitsudo.behaviour).proving("found"))
        }),
    },
];
