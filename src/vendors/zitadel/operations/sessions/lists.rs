//! Searches among ZITADEL's sessions.

use std::cmp::Ordering;

use hashbrown::HashSet;
use jiff::Timestamp;

use super::super::super::auth::Caller;
use super::super::super::error::Error;
use super::super::super::record::{Session, User};
use super::super::super::state::Zitadel;
use super::super::paging::Paging;
use super::super::search::MAX_QUERIES;
use super::{SessionFound, check_reader};

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
    let (all, users) = (zitadel.state.sessions.snapshot(), zitadel.state.users.snapshot());
    let last_event = all.iter().map(|session| session.details.change_date).max();
    let found: Vec<(&Session, Option<&User>)> = all
        .iter()
        .filter(|session| input.queries.iter().all(|query| query.matches(session, caller)))
        .map(|session| (session, session.user.as_ref().and_then(|user| users.get(&user.id))))
        .filter(|(session, user)| session.is_shown(*user))
        .collect();
    let page = match input.is_sorted {
        true => input.paging.unbounded_page(found.into_iter(), &|(one, _), (other, _)| {
            let by_creation = one.details.creation_date.cmp(&other.details.creation_date);
            by_creation.then_with(|| one.id.cmp(&other.id))
        }),
        false => input.paging.part(found),
    };
    let readable = page.items.into_iter().filter(|(session, _)| check_reader(session, caller).is_ok());
    let sessions = readable.map(|(session, user)| SessionFound { user: user.cloned(), session: session.clone() });
    Ok(SessionsFound { sessions: sessions.collect(), total: page.total, last_event })
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
