//! ZITADEL's messages that ask for lists of users in its first APIs.

use jiff::Timestamp;
use serde_json::Value;

use super::super::described::Described;
use super::{ListQuery, page, user};
use crate::vendors::zitadel::operations::management::memberships;
use crate::vendors::zitadel::operations::paging::Paging;
use crate::vendors::zitadel::operations::search::{Column, Field, Filter, Match, TextMethod};
use crate::vendors::zitadel::operations::users::{ListUsers, UsersFound};
use crate::vendors::zitadel::record::UserState;

/// The search that a message asks for.
pub(in super::super::super) fn list_users(message: &Described) -> ListUsers {
    let ListQuery { offset, limit, asc } = message.read("query");
    let paging = Paging { offset, limit, ascending: asc };
    let queries: Vec<Value> = message.read("queries");
    ListUsers { filters: filters(&queries), column: column(message.text("sortingColumn")), paging }
}

/// The page that was found.
pub(in super::super::super) fn users_found(found: &UsersFound, at: Timestamp) -> Value {
    page(found.total, at, found.users.iter().map(user).collect())
}

fn column(name: &str) -> Column {
    match name {
        "USER_FIELD_NAME_USER_NAME" => Column::Text(Field::UserName),
        "USER_FIELD_NAME_FIRST_NAME" => Column::Text(Field::FirstName),
        "USER_FIELD_NAME_LAST_NAME" => Column::Text(Field::LastName),
        "USER_FIELD_NAME_NICK_NAME" => Column::Text(Field::NickName),
        "USER_FIELD_NAME_DISPLAY_NAME" => Column::Text(Field::DisplayName),
        "USER_FIELD_NAME_EMAIL" => Column::Text(Field::Email),
        "USER_FIELD_NAME_STATE" => Column::State,
        "USER_FIELD_NAME_TYPE" => Column::Type,
        "USER_FIELD_NAME_CREATION_DATE" => Column::CreationDate,
        _ => Column::Unspecified,
    }
}

fn filters(queries: &[Value]) -> Vec<Filter> {
    queries.iter().map(filter).collect()
}

fn filter(query: &Value) -> Filter {
    let Some((name, query)) = query.as_object().and_then(|query| query.iter().next()) else { return Filter::Never };
    let text = |field, name: &str| Filter::Text(field, compared(query, name));
    let texts = |name: &str| query[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let inner = || filters(query["queries"].as_array().map_or(&[][..], Vec::as_slice));
    match &**name {
        "userNameQuery" => text(Field::UserName, "userName"),
        "firstNameQuery" => text(Field::FirstName, "firstName"),
        "lastNameQuery" => text(Field::LastName, "lastName"),
        "nickNameQuery" => text(Field::NickName, "nickName"),
        "displayNameQuery" => text(Field::DisplayName, "displayName"),
        "emailQuery" => text(Field::Email, "emailAddress"),
        "loginNameQuery" => text(Field::LoginName, "loginName"),
        "stateQuery" => Filter::State(state(query["state"].as_str().unwrap_or_default())),
        "typeQuery" => Filter::Human(match query["type"].as_str() {
            Some("TYPE_HUMAN") => Some(true),
            Some("TYPE_MACHINE") => Some(false),
            _ => None,
        }),
        "inUserIdsQuery" => Filter::Ids(texts("userIds").collect()),
        "inUserEmailsQuery" => Filter::Emails(texts("userEmails").collect()),
        "orQuery" => Filter::Any(inner()),
        "andQuery" => Filter::All(inner()),
        "notQuery" => Filter::Not(query.get("query").map(|query| Box::new(filter(query)))),
        _ => Filter::Never,
    }
}

fn state(name: &str) -> Option<UserState> {
    match name {
        "USER_STATE_ACTIVE" => Some(UserState::Active),
        "USER_STATE_INACTIVE" => Some(UserState::Inactive),
        "USER_STATE_LOCKED" => Some(UserState::Locked),
        "USER_STATE_INITIAL" => Some(UserState::Initial),
        _ => None,
    }
}

/// What a query compares its member of that name with.
fn compared(query: &Value, name: &str) -> Match {
    let method = query["method"].as_str().unwrap_or_default();
    let (method, ignore_case) = match method.strip_suffix("_IGNORE_CASE") {
        Some(method) => (method, true),
        None => (method, false),
    };
    let method = match method {
        "TEXT_QUERY_METHOD_STARTS_WITH" => TextMethod::StartsWith,
        "TEXT_QUERY_METHOD_CONTAINS" => TextMethod::Contains,
        "TEXT_QUERY_METHOD_ENDS_WITH" => TextMethod::EndsWith,
        _ => TextMethod::Equals,
    };
    Match::new(query[name].as_str().unwrap_or_default(), method, ignore_case)
}

/// What the keys of metadata are compared with.
pub(in super::super::super) fn metadata_keys(message: &Described) -> Vec<Match> {
    let queries: Vec<Value> = message.read("queries");
    queries.iter().map(|query| compared(&query["keyQuery"], "key")).collect()
}

/// What memberships have to be.
pub(in super::super::super) fn membership_filters(message: &Described) -> Vec<memberships::Filter> {
    let queries: Vec<Value> = message.read("queries");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let filter = |query: &Value| {
        if let Some(query) = query.get("orgQuery") {
            memberships::Filter::Organization(text(&query["orgId"]))
        } else if let Some(query) = query.get("projectQuery") {
            memberships::Filter::Project(text(&query["projectId"]))
        } else if query.get("projectGrantQuery").is_some() {
            memberships::Filter::ProjectGrant
        } else {
            memberships::Filter::Instance
        }
    };
    queries.iter().map(filter).collect()
}
