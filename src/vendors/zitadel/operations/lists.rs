//! Listing the tokens and keys of ZITADEL's machines.

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Permission, Secrets};
use super::super::state::Zitadel;
use super::paging::{Page, Paging};
use super::search::MAX_QUERIES;

/// A search among tokens or keys.
pub struct ListCredentials {
    /// All of them have to fit.
    pub filters: Vec<Filter>,
    pub column: Column,
    pub paging: Paging,
}

/// A condition of a list.
pub enum Filter {
    Id(String),
    User(String),
    Organization(String),
    Created(Comparison, Timestamp),
    Expires(Comparison, Timestamp),
}

/// How a time is compared with another.
#[derive(Debug, Clone, Copy)]
pub enum Comparison {
    Equals,
    After,
    AfterOrEquals,
    Before,
    BeforeOrEquals,
}

/// By what a list is ordered.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    Created,
    Id,
    User,
    Organization,
    Expires,
}

/// What a list shows of a token or key.
pub struct Listed {
    pub created: Timestamp,
    pub id: String,
    pub user_id: String,
    pub organization: String,
    pub expires: Timestamp,
}

/// Personal access tokens, living or dead.
pub fn personal_access_tokens(
    zitadel: &Zitadel,
    input: ListCredentials,
    caller: &Caller,
) -> Result<Page<Listed>, Error> {
    list(zitadel, input, caller, |secrets| {
        secrets.tokens.iter().map(|token| (&*token.id, token.created, token.expires)).collect()
    })
}

/// Keys.
pub fn keys(zitadel: &Zitadel, input: ListCredentials, caller: &Caller) -> Result<Page<Listed>, Error> {
    list(zitadel, input, caller, |secrets| {
        secrets.keys.iter().map(|key| (&*key.id, key.created, key.expires)).collect()
    })
}

/// Everything of that kind that the caller may read and the filters find.
fn list(
    zitadel: &Zitadel,
    input: ListCredentials,
    caller: &Caller,
    of: impl Fn(&Secrets) -> Vec<(&str, Timestamp, Timestamp)>,
) -> Result<Page<Listed>, Error> {
    let ListCredentials { filters, column, paging } = input;
    if filters.len() > MAX_QUERIES {
        return Err(Error::TooManyQueries);
    }
    let users = zitadel.state.users.snapshot();
    let mut found = Vec::new();
    for (user, secrets) in users.iter().filter_map(|user| Some((user, user.secrets.as_deref()?))) {
        let owner = &user.profile.resource_owner;
        if !caller.is(user) && caller.check(Permission::Read, owner).is_err() {
            continue;
        }
        let listed = of(secrets).into_iter().map(|(id, created, expires)| Listed {
            created,
            id: id.to_owned(),
            user_id: user.profile.user_id.clone(),
            organization: owner.to_string(),
            expires,
        });
        found.extend(listed.filter(|listed| filters.iter().all(|filter| filter.matches(listed))));
    }
    paging.page(found.into_iter(), &|one: &Listed, other| {
        let by_column = match column {
            Column::Created => one.created.cmp(&other.created),
            Column::Id => one.id.cmp(&other.id),
            Column::User => one.user_id.cmp(&other.user_id),
            Column::Organization => one.organization.cmp(&other.organization),
            Column::Expires => one.expires.cmp(&other.expires),
        };
        by_column.then_with(|| one.id.cmp(&other.id))
    })
}

impl Filter {
    fn matches(&self, listed: &Listed) -> bool {
        match self {
            Self::Id(id) => listed.id == *id,
            Self::User(id) => listed.user_id == *id,
            Self::Organization(id) => listed.organization == *id,
            Self::Created(comparison, expected) => comparison.matches(listed.created, *expected),
            Self::Expires(comparison, expected) => comparison.matches(listed.expires, *expected),
        }
    }
}

impl Comparison {
    pub(super) fn matches(self, value: Timestamp, expected: Timestamp) -> bool {
        match self {
            Self::Equals => value == expected,
            Self::After => value > expected,
            Self::AfterOrEquals => value >= expected,
            Self::Before => value < expected,
            Self::BeforeOrEquals => value <= expected,
        }
    }
}
