//! The rules of ZITADEL's request messages, in the words of its generated validator: the first broken one, in the
//! order of the fields, plain fields before oneofs.

use buffa::{EnumValue, Enumeration, MessageName};

use super::Request;
use super::proto::search_query::Query;
use super::proto::{self, SearchQuery};
use crate::vendors::zitadel::error::{Error, ID_LENGTH};

/// A broken rule: `invalid Message.Field: reason`.
type Broken = String;

macro_rules! requests_about_one_user {
    ($($name:ident),*) => {
        $(impl Request for proto::$name {
            fn validate(&self) -> Result<(), Error> {
                length(Self::NAME, "UserId", &self.user_id, 1, 200).map_err(Error::Invalid)
            }
        })*
    };
}

requests_about_one_user!(
    DeactivateUserRequest,
    ReactivateUserRequest,
    LockUserRequest,
    UnlockUserRequest,
    DeleteUserRequest,
    GetUserByIDRequest
);

impl Request for proto::ListUsersRequest {
    fn validate(&self) -> Result<(), Error> {
        each(Self::NAME, "Queries", &self.queries, search_query).map_err(Error::Invalid)
    }
}

fn search_query(query: &SearchQuery) -> Result<(), Broken> {
    let inner = |field: &str, rule: Result<(), Broken>| embedded(SearchQuery::NAME, field, rule);
    match &query.query {
        None => Err(broken(SearchQuery::NAME, "Query", "value is required")),
        Some(Query::UserNameQuery(q)) => {
            inner("UserNameQuery", text(&**q, "UserName", &q.user_name, (1, 200), &q.method))
        }
        Some(Query::FirstNameQuery(q)) => {
            inner("FirstNameQuery", text(&**q, "FirstName", &q.first_name, (1, 200), &q.method))
        }
        Some(Query::LastNameQuery(q)) => {
            inner("LastNameQuery", text(&**q, "LastName", &q.last_name, (1, 200), &q.method))
        }
        Some(Query::NickNameQuery(q)) => {
            inner("NickNameQuery", text(&**q, "NickName", &q.nick_name, (1, 200), &q.method))
        }
        Some(Query::DisplayNameQuery(q)) => {
            inner("DisplayNameQuery", text(&**q, "DisplayName", &q.display_name, (1, 200), &q.method))
        }
        Some(Query::EmailQuery(q)) => {
            inner("EmailQuery", text(&**q, "EmailAddress", &q.email_address, (0, 200), &q.method))
        }
        Some(Query::LoginNameQuery(q)) => {
            inner("LoginNameQuery", text(&**q, "LoginName", &q.login_name, (1, 200), &q.method))
        }
        Some(Query::PhoneQuery(q)) => inner("PhoneQuery", text(&**q, "Number", &q.number, (0, 20), &q.method)),
        Some(Query::StateQuery(q)) => inner("StateQuery", defined(proto::StateQuery::NAME, "State", &q.state)),
        Some(Query::TypeQuery(q)) => inner("TypeQuery", defined(proto::TypeQuery::NAME, "Type", &q.r#type)),
        Some(Query::OrganizationIdQuery(q)) => {
            let name = proto::OrganizationIdQuery::NAME;
            inner("OrganizationIdQuery", length(name, "OrganizationId", &q.organization_id, 1, 200))
        }
        Some(Query::MetadataKeyFilter(q)) => inner("MetadataKeyFilter", text(&**q, "Key", &q.key, (0, 200), &q.method)),
        Some(Query::MetadataValueFilter(q)) => {
            let name = proto::MetadataValueFilter::NAME;
            let value = match q.value.len() {
                0..=200 => Ok(()),
                _ => Err(broken(name, "Value", "value length must be at most 200 bytes")),
            };
            inner("MetadataValueFilter", value.and_then(|()| defined(name, "Method", &q.method)))
        }
        Some(Query::OrQuery(q)) => inner("OrQuery", each(proto::OrQuery::NAME, "Queries", &q.queries, search_query)),
        Some(Query::AndQuery(q)) => inner("AndQuery", each(proto::AndQuery::NAME, "Queries", &q.queries, search_query)),
        Some(Query::NotQuery(q)) => {
            let rule = q.query.as_option().map_or(Ok(()), search_query);
            inner("NotQuery", embedded(proto::NotQuery::NAME, "Query", rule))
        }
        Some(Query::InUserIdsQuery(_) | Query::InUserEmailsQuery(_)) => Ok(()),
    }
}

/// The rules of a query by text.
fn text<Q: MessageName, E: Enumeration>(
    _: &Q,
    field: &str,
    value: &str,
    (least, most): (usize, usize),
    method: &EnumValue<E>,
) -> Result<(), Broken> {
    length(Q::NAME, field, value, least, most).and_then(|()| defined(Q::NAME, "Method", method))
}

fn broken(message: &str, field: &str, reason: &str) -> Broken {
    format!("invalid {message}.{field}: {reason}")
}

/// A length in characters.
fn length(message: &str, field: &str, value: &str, least: usize, most: usize) -> Result<(), Broken> {
    if (least..=most).contains(&value.chars().count()) {
        return Ok(());
    }
    Err(match (least, most) {
        (1, 200) => broken(message, field, ID_LENGTH),
        (0, most) => broken(message, field, &format!("value length must be at most {most} runes")),
        (least, most) => {
            broken(message, field, &format!("value length must be between {least} and {most} runes, inclusive"))
        }
    })
}

fn defined<E: Enumeration>(message: &str, field: &str, value: &EnumValue<E>) -> Result<(), Broken> {
    match value {
        EnumValue::Known(_) => Ok(()),
        EnumValue::Unknown(_) => Err(broken(message, field, "value must be one of the defined enum values")),
    }
}

fn embedded(message: &str, field: &str, rule: Result<(), Broken>) -> Result<(), Broken> {
    rule.map_err(|cause| broken(message, field, &format!("embedded message failed validation | caused by: {cause}")))
}

fn each<T>(message: &str, field: &str, list: &[T], rule: impl Fn(&T) -> Result<(), Broken>) -> Result<(), Broken> {
    let mut items = list.iter().enumerate();
    items.try_for_each(|(place, item)| embedded(message, &format!("{field}[{place}]"), rule(item)))
}
