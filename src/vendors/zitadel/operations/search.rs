//! How ZITADEL's users are searched: the vendor's queries over records. Pure.
//!
//! The vendor asks a database, where comparing with what is not there is neither true nor false. A machine has no first
//! name, so neither `first name is X` nor its negation finds it. Hence three values here: `None` is the third.

use std::cmp::Ordering;
use std::collections::HashSet;

use buffa::EnumValue;

use super::super::error::Error;
use super::super::proto::zitadel::filter::v2::{ByteFilterMethod, TextFilterMethod};
use super::super::proto::zitadel::object::v2::TextQueryMethod;
use super::super::proto::zitadel::user::v2::search_query::Query;
use super::super::proto::zitadel::user::v2::{SearchQuery, Type, UserFieldName, UserState};
use super::super::record::{Human, Kind, Metadata, State, User};

/// How deep queries may nest.
const MAX_LEVEL: usize = 20;

/// A query that is ready to be asked of many users.
pub(super) enum Filter {
    Text(Field, Match),
    State(Option<State>),
    Human(Option<bool>),
    Ids(HashSet<String>),
    Emails(HashSet<String>),
    Organization(String),
    MetadataKey(Match),
    MetadataValue(Vec<u8>, bool),
    /// Never asked for: the validator wants a query.
    Nobody,
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
}

/// What a text is compared with.
#[derive(Clone, Copy)]
pub(super) enum Field {
    UserName,
    FirstName,
    LastName,
    NickName,
    DisplayName,
    Email,
    Phone,
    LoginName,
}

/// How a text is compared.
pub(super) struct Match {
    value: String,
    how: How,
    ignore_case: bool,
}

enum How {
    Equals,
    StartsWith,
    Contains,
    EndsWith,
}

impl Filter {
    /// All of these queries together.
    ///
    /// # Errors
    /// What the vendor says of empty lists and of nesting too deep.
    pub(super) fn all(queries: &[SearchQuery], level: usize) -> Result<Self, Error> {
        if level > MAX_LEVEL {
            return Err(Error::TooDeep);
        }
        queries.iter().map(|query| Self::new(query, level)).collect::<Result<_, _>>().map(Self::All)
    }

    fn new(query: &SearchQuery, level: usize) -> Result<Self, Error> {
        let text = |field, value: &str, method: &EnumValue<TextQueryMethod>| {
            Self::Text(field, Match::new(value, method.to_i32()))
        };
        let listed = |queries: &[SearchQuery]| match queries.is_empty() {
            true => Err(Error::Internal("missing column")),
            false => Self::all(queries, level + 1),
        };
        let values = |values: &[String]| match values.is_empty() {
            true => Err(Error::Internal("values array must not be empty")),
            false => Ok(values.iter().cloned().collect()),
        };
        Ok(match query.query.as_ref() {
            None => Self::Nobody,
            Some(Query::UserNameQuery(q)) => text(Field::UserName, &q.user_name, &q.method),
            Some(Query::FirstNameQuery(q)) => text(Field::FirstName, &q.first_name, &q.method),
            Some(Query::LastNameQuery(q)) => text(Field::LastName, &q.last_name, &q.method),
            Some(Query::NickNameQuery(q)) => text(Field::NickName, &q.nick_name, &q.method),
            Some(Query::DisplayNameQuery(q)) => text(Field::DisplayName, &q.display_name, &q.method),
            Some(Query::EmailQuery(q)) => text(Field::Email, &q.email_address, &q.method),
            Some(Query::PhoneQuery(q)) => text(Field::Phone, &q.number, &q.method),
            Some(Query::LoginNameQuery(q)) => text(Field::LoginName, &q.login_name, &q.method),
            Some(Query::StateQuery(q)) => Self::State(match q.state {
                EnumValue::Known(UserState::Active) => Some(State::Active),
                EnumValue::Known(UserState::Inactive) => Some(State::Inactive),
                EnumValue::Known(UserState::Locked) => Some(State::Locked),
                EnumValue::Known(UserState::Initial) => Some(State::Initial),
                _ => None,
            }),
            Some(Query::TypeQuery(q)) => Self::Human(match q.r#type {
                EnumValue::Known(Type::Human) => Some(true),
                EnumValue::Known(Type::Machine) => Some(false),
                _ => None,
            }),
            Some(Query::InUserIdsQuery(q)) => Self::Ids(values(&q.user_ids)?),
            Some(Query::InUserEmailsQuery(q)) => Self::Emails(values(&q.user_emails)?),
            Some(Query::OrganizationIdQuery(q)) => Self::Organization(q.organization_id.clone()),
            Some(Query::MetadataKeyFilter(q)) => Self::MetadataKey(Match::new(&q.key, q.method.to_i32())),
            Some(Query::MetadataValueFilter(q)) => {
                Self::MetadataValue(q.value.clone(), q.method != ByteFilterMethod::NotEquals)
            }
            Some(Query::AndQuery(q)) => listed(&q.queries)?,
            Some(Query::OrQuery(q)) => match listed(&q.queries)? {
                Self::All(filters) => Self::Any(filters),
                other => other,
            },
            Some(Query::NotQuery(q)) => {
                let inner = q.query.as_option().ok_or(Error::Internal("missing column"))?;
                if level == MAX_LEVEL {
                    return Err(Error::TooDeep);
                }
                Self::Not(Box::new(Self::new(inner, level + 1)?))
            }
        })
    }

    /// Whether the user is found; `None` where the question does not apply.
    pub(super) fn finds(&self, user: &User) -> Option<bool> {
        match self {
            Self::Text(Field::LoginName, text) => Some(user.profile.login_names.iter().any(|name| text.fits(name))),
            Self::Text(field, text) => field.of(user).map(|value| text.fits(value)),
            Self::State(state) => Some(Some(user.state) == *state),
            Self::Human(human) => Some(Some(human_of(user).is_some()) == *human),
            Self::Ids(ids) => Some(ids.contains(&user.profile.user_id)),
            Self::Emails(emails) => human_of(user).map(|human| emails.contains(&human.email.address.email)),
            Self::Organization(id) => Some(*user.profile.resource_owner == **id),
            Self::MetadataKey(text) => Some(metadata_of(user).iter().any(|entry| text.fits(&entry.key))),
            Self::MetadataValue(value, equal) => {
                Some(metadata_of(user).iter().any(|entry| (entry.value == *value) == *equal))
            }
            Self::Nobody => Some(false),
            Self::Not(filter) => filter.finds(user).map(|found| !found),
            Self::All(filters) => combine(filters, user, false),
            Self::Any(filters) => combine(filters, user, true),
        }
    }
}

fn metadata_of(user: &User) -> &[Metadata] {
    user.secrets.as_ref().map_or(&[], |secrets| &secrets.metadata)
}

/// The first answer that decides, else the third value if there was one, else the opposite.
fn combine(filters: &[Filter], user: &User, decides: bool) -> Option<bool> {
    let mut result = Some(!decides);
    for filter in filters {
        match filter.finds(user) {
            Some(found) if found == decides => return Some(decides),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

impl Match {
    pub(super) fn new(value: &str, method: i32) -> Self {
        // Both of the vendor's enums of methods have the same order: each way, then the same ignoring case.
        const _: () =
            assert!(TextQueryMethod::EndsWithIgnoreCase as i32 == TextFilterMethod::EndsWithIgnoreCase as i32);
        let ignore_case = method % 2 == 1;
        let how = match method / 2 {
            0 => How::Equals,
            1 => How::StartsWith,
            2 => How::Contains,
            _ => How::EndsWith,
        };
        Self { value: if ignore_case { value.to_lowercase() } else { value.to_owned() }, how, ignore_case }
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        if self.ignore_case && text.chars().any(char::is_uppercase) {
            return self.compare(&text.to_lowercase());
        }
        self.compare(text)
    }

    fn compare(&self, text: &str) -> bool {
        match self.how {
            How::Equals => text == self.value,
            How::StartsWith => text.starts_with(&self.value),
            How::Contains => text.contains(&self.value),
            How::EndsWith => text.ends_with(&self.value),
        }
    }
}

impl Field {
    fn of(self, user: &User) -> Option<&str> {
        if let Self::UserName = self {
            return Some(&user.profile.username);
        }
        let human = human_of(user)?;
        Some(match self {
            Self::UserName | Self::LoginName => &user.profile.username,
            Self::FirstName => &human.profile.given_name,
            Self::LastName => &human.profile.family_name,
            Self::NickName => &human.profile.nick_name,
            Self::DisplayName => &human.profile.display_name,
            Self::Email => &human.email.address.email,
            Self::Phone => &human.phone.address.phone,
        })
    }
}

fn human_of(user: &User) -> Option<&Human> {
    match &user.profile.kind {
        Kind::Human(human) => Some(human),
        Kind::Machine(_) => None,
    }
}

/// The order of two users by a column, ascending; by id where the column does not tell them apart.
pub(super) fn order(column: &EnumValue<UserFieldName>, one: &User, other: &User) -> Ordering {
    let text = |field: Field| ignoring_case(field.of(one).unwrap_or(""), field.of(other).unwrap_or(""));
    let by_column = match column {
        EnumValue::Known(UserFieldName::UserName) => text(Field::UserName),
        EnumValue::Known(UserFieldName::FirstName) => text(Field::FirstName),
        EnumValue::Known(UserFieldName::LastName) => text(Field::LastName),
        EnumValue::Known(UserFieldName::NickName) => text(Field::NickName),
        EnumValue::Known(UserFieldName::DisplayName) => text(Field::DisplayName),
        EnumValue::Known(UserFieldName::Email) => text(Field::Email),
        EnumValue::Known(UserFieldName::State) => number(one.state).cmp(&number(other.state)),
        EnumValue::Known(UserFieldName::Type) => human_of(one).is_none().cmp(&human_of(other).is_none()),
        EnumValue::Known(UserFieldName::CreationDate) => one.profile.creation_date.cmp(&other.profile.creation_date),
        EnumValue::Known(UserFieldName::Unspecified) | EnumValue::Unknown(_) => Ordering::Equal,
    };
    by_column.then_with(|| one.profile.user_id.cmp(&other.profile.user_id))
}

/// The number of a state inside the vendor, which is not the number on the wire.
fn number(state: State) -> u8 {
    match state {
        State::Active => 1,
        State::Inactive => 2,
        State::Locked => 4,
        State::Initial => 6,
    }
}

fn ignoring_case(one: &str, other: &str) -> Ordering {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    match one.is_ascii() && other.is_ascii() {
        true => {
            one.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
        }
        false => lower(one).cmp(&lower(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use crate::vendors::zitadel::seed;

    fn filter(json: &str) -> Result<Filter, Error> {
        let query: SearchQuery = serde_json::from_str(json).unwrap();
        Filter::all(&[query], 0)
    }

    #[test]
    fn each_method_compares_as_it_says() {
        let person = people::Person { given_name: "Ada", ..people::people(1, 1).next().unwrap() };
        let user = seed::user(&person, &"org".into(), jiff::Timestamp::UNIX_EPOCH);
        for (value, method, found) in [
            ("Ada", "EQUALS", true),
            ("ada", "EQUALS", false),
            ("aDA", "EQUALS_IGNORE_CASE", true),
            ("Ad", "STARTS_WITH", true),
            ("ad", "STARTS_WITH", false),
            ("AD", "STARTS_WITH_IGNORE_CASE", true),
            ("d", "CONTAINS", true),
            ("D", "CONTAINS_IGNORE_CASE", true),
            ("da", "ENDS_WITH", true),
            ("DA", "ENDS_WITH_IGNORE_CASE", true),
            ("%", "CONTAINS", false),
        ] {
            let json =
                format!(r#"{{"firstNameQuery":{{"firstName":"{value}","method":"TEXT_QUERY_METHOD_{method}"}}}}"#);
            assert_eq!(filter(&json).unwrap().finds(&user), Some(found), "{value} {method}");
        }
    }

    #[test]
    fn what_does_not_apply_is_neither_found_nor_not_found() {
        let unknown = || Filter::Text(Field::FirstName, Match::new("x", 0));
        let machine = User {
            profile: std::sync::Arc::new(machine_profile()),
            ..seed::user(&people::people(1, 1).next().unwrap(), &"org".into(), jiff::Timestamp::UNIX_EPOCH)
        };
        let (yes, no) = (|| Filter::Human(Some(false)), || Filter::Human(Some(true)));
        assert_eq!(unknown().finds(&machine), None);
        assert_eq!(Filter::Not(Box::new(unknown())).finds(&machine), None);
        assert_eq!(Filter::All(vec![yes(), unknown()]).finds(&machine), None);
        assert_eq!(Filter::All(vec![unknown(), no()]).finds(&machine), Some(false));
        assert_eq!(Filter::Any(vec![unknown(), yes()]).finds(&machine), Some(true));
        assert_eq!(Filter::Any(vec![no(), unknown()]).finds(&machine), None);
    }

    fn machine_profile() -> super::super::super::record::Profile {
        let person = people::people(1, 1).next().unwrap();
        let human = seed::user(&person, &"org".into(), jiff::Timestamp::UNIX_EPOCH);
        let machine = serde_json::from_str(r#"{"name":"m"}"#).unwrap();
        let profile = std::sync::Arc::into_inner(human.profile).unwrap();
        super::super::super::record::Profile { kind: Kind::Machine(machine), ..profile }
    }

    #[test]
    fn nesting_is_bounded_and_empty_lists_are_errors() {
        let nested = |depth: usize| {
            let inner = r#"{"typeQuery":{"type":"TYPE_HUMAN"}}"#.to_owned();
            (0..depth).fold(inner, |inner, _| format!(r#"{{"andQuery":{{"queries":[{inner}]}}}}"#))
        };
        assert!(filter(&nested(20)).is_ok());
        assert_eq!(filter(&nested(21)).err(), Some(Error::TooDeep));
        assert_eq!(filter(r#"{"orQuery":{}}"#).err(), Some(Error::Internal("missing column")));
        assert_eq!(filter(r#"{"inUserIdsQuery":{}}"#).err(), Some(Error::Internal("values array must not be empty")));
    }
}
