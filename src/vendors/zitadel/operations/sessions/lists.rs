//! Searches among ZITADEL's sessions.

use std::cmp::Ordering;

use hashbrown::HashSet;
use jiff::Timestamp;

use super::super::super::auth::Caller;
use super::super::super::error::Error;
use super::super::super::record::Session;
use super::super::super::state::Zitadel;
use super::super::paging::Paging;
use super::super::search::MAX_QUERIES;
use super::{SessionFound, check_reader, user_of};

/// A search among the sessions.
pub struct ListSessions {
    /// All of them have to fit.
    pub queries: Vec<SessionQuery>,
    /// Whether they are ordered by their creation. If not, they come as they were created.
    pub is_sorted: bool,
    pub paging: Paging,
}

/// What a session is searched by.
pub enum SessionQuery {
    Ids(HashSet<String>),
    User(String),
    Created(Comparison, Timestamp),
    /// Who created it; the caller, if nobody is named.
    Creator(Option<String>),
    /// The browser's fingerprint. The API's own callers have none.
    UserAgent(Option<String>),
    Expires(Comparison, Timestamp),
}

/// How two times are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Comparison {
    #[default]
    Equals,
    Greater,
    GreaterOrEquals,
    Less,
    LessOrEquals,
}

/// A page of a search.
pub(in super::super::super) struct SessionsFound {
    /// Those on it that the caller may read.
    pub sessions: Vec<SessionFound>,
    /// How many were found in all, also of those that the caller may not read.
    pub total: usize,
    /// When any session last changed.
    pub last_event: Option<Timestamp>,
}

/// The sessions that the queries find, as far as the caller may read them.
pub(in super::super::super) fn list_sessions(
    zitadel: &Zitadel,
    input: &ListSessions,
    caller: &Caller,
) -> Result<SessionsFound, Error> {
    if input.queries.len() > MAX_QUERIES {
        return Err(Error::TooManyQueries);
    }
    let all = zitadel.state.sessions.snapshot();
    let last_event = all.iter().map(|session| session.details.change_date).max();
    let mut found: Vec<SessionFound> = all
        .iter()
        .filter(|session| input.queries.iter().all(|query| query.matches(session, caller)))
        .map(|session| SessionFound { user: user_of(zitadel, session), session: session.clone() })
        .filter(|found| found.session.is_shown(found.user.as_ref()))
        .collect();
    if input.is_sorted {
        let created = |found: &SessionFound| (found.session.details.creation_date, found.session.id.clone());
        found.sort_by_cached_key(created);
        if !input.paging.ascending {
            found.reverse();
        }
    }
    let total = found.len();
    let limit = if input.paging.limit == 0 { total } else { input.paging.limit as usize };
    let page = found.into_iter().skip(input.paging.start(total)).take(limit);
    let sessions = page.filter(|found| check_reader(&found.session, caller).is_ok()).collect();
    Ok(SessionsFound { sessions, total, last_event })
}

impl SessionQuery {
    fn matches(&self, session: &Session, caller: &Caller) -> bool {
        let fingerprint = || session.user_agent.as_ref()?.fingerprint_id.as_deref();
        match self {
            Self::Ids(ids) => ids.contains(&session.id),
            Self::User(id) => session.user.as_ref().is_some_and(|user| user.id == *id),
            Self::Created(comparison, time) => comparison.holds(session.details.creation_date.cmp(time)),
            Self::Creator(Some(id)) => session.creator == *id,
            Self::Creator(None) => session.creator == caller.user().profile.user_id,
            Self::UserAgent(asked) => asked.is_some() && fingerprint() == asked.as_deref(),
            Self::Expires(comparison, time) => {
                session.expires.is_some_and(|expires| comparison.holds(expires.cmp(time)))
            }
        }
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEquals => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEquals => order.is_le(),
        }
    }
}
