//! The routes of ZITADEL's sessions.

use super::handler::{Handler, Row};
use crate::vendors::zitadel::operations::sessions;
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::described::Described;

/// The session's token, where a message has it instead of a permission.
fn token(message: &Described) -> Option<&str> {
    Some(message.text("sessionToken")).filter(|token| !token.is_empty())
}

pub(super) static ROWS: [Row; 5] = [
    Row::new(
        "create_session",
        "POST",
        "/v2/sessions",
        Handler::described("CreateSessionRequest", |request| {
            let created = request.serve_described("created", |message, caller| {
                sessions::create_session(request.zitadel, wire::sessions::change(message), caller)
                    .map(|written| wire::sessions::created(&written))
            });
            created.map(|reply| request.created(reply))
        }),
    )
    .rpc("/zitadel.session.v2.SessionService/CreateSession")
    .heavy(),
    Row::new(
        "set_session",
        "PATCH",
        "/v2/sessions/{session_id}",
        Handler::described("SetSessionRequest", |request| {
            request.serve_described("written", |message, caller| {
                let change = wire::sessions::change(message);
                sessions::set_session(request.zitadel, message.text("sessionId"), &change, caller)
                    .map(|written| wire::sessions::written(&written))
            })
        }),
    )
    .rpc("/zitadel.session.v2.SessionService/SetSession")
    .heavy(),
    Row::new(
        "get_session",
        "GET",
        "/v2/sessions/{session_id}",
        Handler::described("GetSessionRequest", |request| {
            request.serve_described("found", |message, caller| {
                sessions::get_session(request.zitadel, message.text("sessionId"), token(message), caller)
                    .map(|found| wire::sessions::found(&found))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.session.v2.SessionService/GetSession")
    .reads_only(),
    Row::new(
        "list_sessions",
        "POST",
        "/v2/sessions/search",
        Handler::described("ListSessionsRequest", |request| {
            request.serve_described("listed", |message, caller| {
                sessions::list_sessions(request.zitadel, &wire::sessions::list(message), caller)
                    .map(|found| wire::sessions::listed(&found, caller.at()))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.session.v2.SessionService/ListSessions")
    .reads_only()
    .list(),
    Row::new(
        "delete_session",
        "DELETE",
        "/v2/sessions/{session_id}",
        Handler::described("DeleteSessionRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                sessions::delete_session(request.zitadel, message.text("sessionId"), token(message), caller).map(
                    |deleted| {
                        request.tell_end(deleted.ended.as_ref());
                        wire::objects::changed_only(&deleted.receipt)
                    },
                )
            })
        }),
    )
    .rpc("/zitadel.session.v2.SessionService/DeleteSession")
    .unseen(),
];
