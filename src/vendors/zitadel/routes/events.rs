//! The routes of ZITADEL's events, and of the changes of users.

use super::described::Gate;
use super::handler::{Handler, Row, USER_SECOND};
use crate::vendors::zitadel::operations::events;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "admin_v1_list_events",
        "POST",
        "/admin/v1/events/_search",
        Handler::described("ListEventsRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::EventsRead), "listed", |message, _| {
                let found = events::list_events(request.zitadel, &wire::events::list_events(message));
                Ok(wire::events::events_found(&found))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/ListEvents")
    .reads_only()
    .list(),
    Row::new(
        "admin_v1_list_event_types",
        "POST",
        "/admin/v1/events/types/_search",
        Handler::described("ListEventTypesRequest", |request| {
            let gate = Gate::Permission(Permission::EventsRead);
            request.serve_v1(&gate, "listed", |_, _| Ok(wire::events::event_types()))
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/ListEventTypes")
    .reads_only(),
    Row::new(
        "admin_v1_list_aggregate_types",
        "POST",
        "/admin/v1/aggregates/types/_search",
        Handler::described("ListAggregateTypesRequest", |request| {
            let gate = Gate::Permission(Permission::EventsRead);
            request.serve_v1(&gate, "listed", |_, _| Ok(wire::events::aggregate_types()))
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/ListAggregateTypes")
    .reads_only(),
    Row::new(
        "management_v1_list_user_changes",
        "POST",
        "/management/v1/users/{user_id}/changes/_search",
        Handler::described("ListUserChangesRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::Read), "listed", |message, visitor| {
                let (after, limit, ascending) = wire::events::change_query(message);
                let (id, organization) = (message.text("userId"), &visitor.organization);
                let found = events::list_user_changes(request.zitadel, id, organization, after, limit, ascending);
                Ok(wire::events::changes_found(&found))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListUserChanges")
    .subject(USER_SECOND)
    .reads_only()
    .list(),
];
