//! ZITADEL's messages that ask for lists of users.

use buffa::EnumValue;

use super::generated::zitadel::filter::v2::{ByteFilterMethod, TextFilterMethod};
use super::generated::zitadel::object::v2::TextQueryMethod;
use super::proto::search_query::Query;
use super::proto::{self, SearchQuery, Type, UserFieldName};
use crate::vendors::zitadel::operations::paging::Paging;
use crate::vendors::zitadel::operations::search::{Column, Field, Filter, Match, TextMethod};
use crate::vendors::zitadel::operations::users::ListUsers;
use crate::vendors::zitadel::record::UserState;

impl From<proto::ListUsersRequest> for ListUsers {
    fn from(request: proto::ListUsersRequest) -> Self {
        let paging = request.query.as_option().map_or_else(Paging::default, |query| Paging {
            offset: query.offset,
            limit: query.limit,
            ascending: query.asc,
        });
        Self { filters: filters(request.queries), column: column(request.sorting_column), paging }
    }
}

fn column(column: EnumValue<UserFieldName>) -> Column {
    match column {
        EnumValue::Known(UserFieldName::UserName) => Column::Text(Field::UserName),
        EnumValue::Known(UserFieldName::FirstName) => Column::Text(Field::FirstName),
        EnumValue::Known(UserFieldName::LastName) => Column::Text(Field::LastName),
        EnumValue::Known(UserFieldName::NickName) => Column::Text(Field::NickName),
        EnumValue::Known(UserFieldName::DisplayName) => Column::Text(Field::DisplayName),
        EnumValue::Known(UserFieldName::Email) => Column::Text(Field::Email),
        EnumValue::Known(UserFieldName::State) => Column::State,
        EnumValue::Known(UserFieldName::Type) => Column::Type,
        EnumValue::Known(UserFieldName::CreationDate) => Column::CreationDate,
        EnumValue::Known(UserFieldName::Unspecified) | EnumValue::Unknown(_) => Column::Unspecified,
    }
}

fn filters(queries: Vec<SearchQuery>) -> Vec<Filter> {
    queries.into_iter().map(filter).collect()
}

fn filter(query: SearchQuery) -> Filter {
    let text =
        |field, value: &str, method: EnumValue<TextQueryMethod>| Filter::Text(field, match_of(value, method.to_i32()));
    match query.query {
        None => Filter::Never,
        Some(Query::UserNameQuery(q)) => text(Field::UserName, &q.user_name, q.method),
        Some(Query::FirstNameQuery(q)) => text(Field::FirstName, &q.first_name, q.method),
        Some(Query::LastNameQuery(q)) => text(Field::LastName, &q.last_name, q.method),
        Some(Query::NickNameQuery(q)) => text(Field::NickName, &q.nick_name, q.method),
        Some(Query::DisplayNameQuery(q)) => text(Field::DisplayName, &q.display_name, q.method),
        Some(Query::EmailQuery(q)) => text(Field::Email, &q.email_address, q.method),
        Some(Query::PhoneQuery(q)) => text(Field::Phone, &q.number, q.method),
        Some(Query::LoginNameQuery(q)) => text(Field::LoginName, &q.login_name, q.method),
        Some(Query::StateQuery(q)) => Filter::State(match q.state {
            EnumValue::Known(proto::UserState::Active) => Some(UserState::Active),
            EnumValue::Known(proto::UserState::Inactive) => Some(UserState::Inactive),
            EnumValue::Known(proto::UserState::Locked) => Some(UserState::Locked),
            EnumValue::Known(proto::UserState::Initial) => Some(UserState::Initial),
            _ => None,
        }),
        Some(Query::TypeQuery(q)) => Filter::Human(match q.r#type {
            EnumValue::Known(Type::Human) => Some(true),
            EnumValue::Known(Type::Machine) => Some(false),
            _ => None,
        }),
        Some(Query::InUserIdsQuery(q)) => Filter::Ids(q.user_ids.into_iter().collect()),
        Some(Query::InUserEmailsQuery(q)) => Filter::Emails(q.user_emails.into_iter().collect()),
        Some(Query::OrganizationIdQuery(q)) => Filter::Organization(q.organization_id),
        Some(Query::MetadataKeyFilter(q)) => Filter::MetadataKey(match_of(&q.key, q.method.to_i32())),
        Some(Query::MetadataValueFilter(q)) => Filter::MetadataValue(q.value, q.method != ByteFilterMethod::NotEquals),
        Some(Query::AndQuery(q)) => Filter::All(filters(q.queries)),
        Some(Query::OrQuery(q)) => Filter::Any(filters(q.queries)),
        Some(Query::NotQuery(q)) => Filter::Not(q.query.into_option().map(|query| Box::new(filter(query)))),
    }
}

/// A comparison by the method of that number.
pub(super) fn match_of(value: &str, number: i32) -> Match {
    // Both of the vendor's enums of methods have the same order: each way, then the same ignoring case.
    const _: () = assert!(TextQueryMethod::EndsWithIgnoreCase as i32 == TextFilterMethod::EndsWithIgnoreCase as i32);
    let method = match number / 2 {
        0 => TextMethod::Equals,
        1 => TextMethod::StartsWith,
        2 => TextMethod::Contains,
        _ => TextMethod::EndsWith,
    };
    Match::new(value, method, number % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_way_to_compare_with_or_without_case() {
        for (method, text, fits) in [
            (TextQueryMethod::Equals, "Ada", true),
            (TextQueryMethod::Equals, "ada", false),
            (TextQueryMethod::EqualsIgnoreCase, "aDA", true),
            (TextQueryMethod::StartsWith, "Adam", true),
            (TextQueryMethod::StartsWithIgnoreCase, "ADAM", true),
            (TextQueryMethod::Contains, "No Ada here", true),
            (TextQueryMethod::ContainsIgnoreCase, "NO ADA HERE", true),
            (TextQueryMethod::EndsWith, "Not Ada", true),
            (TextQueryMethod::EndsWith, "Ada not", false),
            (TextQueryMethod::EndsWithIgnoreCase, "NOT ADA", true),
        ] {
            assert_eq!(match_of("Ada", method as i32).matches(text), fits, "{method:?} {text}");
        }
    }
}
