//! How ZITADEL's users are searched and ordered. Pure.
//!
//! The vendor asks a database, where comparing with what is not there is neither true nor false. A machine has no first
//! name, so neither `first name is X` nor its negation finds it. Hence three values here: `None` is the third.

use std::cmp::Ordering;
use std::collections::HashSet;

use memchr::memchr2_iter;

use super::super::error::Error;
use super::super::record::{Metadata, User, UserState};

/// How deep queries may nest.
const MAX_LEVEL: usize = 20;

/// How many queries a search may have, those inside others included: each is asked about each record.
pub(super) const MAX_QUERIES: usize = 1_000;

/// What a user has to be to be found.
pub enum Filter {
    Text(Field, Match),
    State(Option<UserState>),
    Human(Option<bool>),
    Ids(HashSet<String>),
    Emails(HashSet<String>),
    Organization(String),
    MetadataKey(Match),
    /// A value that is equal, or one that is not.
    MetadataValue(Vec<u8>, bool),
    /// Never used: the validator requires a query.
    Never,
    Any(Vec<Self>),
    All(Vec<Self>),
    /// Without a query inside, the vendor reports an error.
    Not(Option<Box<Self>>),
}

/// What a text is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Field {
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
pub struct Match {
    value: String,
    method: TextMethod,
    ignore_case: bool,
}

/// Which part of a text has to be the value.
#[derive(Debug, Clone, Copy)]
pub enum TextMethod {
    Equals,
    StartsWith,
    Contains,
    EndsWith,
}

/// By what users are ordered.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    Unspecified,
    Text(Field),
    State,
    Type,
    CreationDate,
}

/// Checks that queries may nest as deep as that.
pub(super) fn check_level(level: usize) -> Result<(), Error> {
    if level > MAX_LEVEL { Err(Error::TooDeep) } else { Ok(()) }
}

/// What the vendor says of filters with empty lists and of nesting too deep; it stops at the first.
pub(super) fn check(filters: &[Filter], level: usize) -> Result<(), Error> {
    check_level(level)?;
    filters.iter().try_for_each(|filter| filter.check(level))
}

/// How many queries there are, those inside others included.
pub(super) fn count(filters: &[Filter]) -> usize {
    filters.iter().map(|filter| 1 + filter.inner().map_or(0, count)).sum()
}

impl Filter {
    fn inner(&self) -> Option<&[Self]> {
        match self {
            Self::Any(filters) | Self::All(filters) => Some(filters),
            Self::Not(Some(filter)) => Some(std::slice::from_ref(filter)),
            _ => None,
        }
    }

    fn check(&self, level: usize) -> Result<(), Error> {
        match self {
            Self::Any(filters) | Self::All(filters) if filters.is_empty() => Err(Error::Internal("missing column")),
            Self::Any(filters) | Self::All(filters) => check(filters, level + 1),
            Self::Not(None) => Err(Error::Recovered),
            Self::Not(Some(_)) if level == MAX_LEVEL => Err(Error::TooDeep),
            Self::Not(Some(filter)) => filter.check(level + 1),
            Self::Ids(values) | Self::Emails(values) if values.is_empty() => {
                Err(Error::Internal("values array must not be empty"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the user is found; `None` if the question does not apply.
    pub(super) fn matches(&self, user: &User) -> Option<bool> {
        match self {
            // No number is empty, whatever it is compared by.
            Self::Text(Field::Phone, text) if text.value.is_empty() => Some(false),
            Self::Text(Field::LoginName, text) => Some(user.profile.login_names.iter().any(|name| text.matches(name))),
            Self::Text(field, text) => field.of(user).map(|value| text.matches(value)),
            Self::State(state) => Some(Some(user.state) == *state),
            Self::Human(human) => Some(Some(user.human().is_some()) == *human),
            Self::Ids(ids) => Some(ids.contains(&user.profile.user_id)),
            Self::Emails(emails) => user.human().map(|human| emails.contains(&human.email.address.email)),
            Self::Organization(id) => Some(*user.profile.resource_owner == **id),
            Self::MetadataKey(text) => Some(metadata_of(user).iter().any(|entry| text.matches(&entry.key))),
            Self::MetadataValue(value, equal) => {
                Some(metadata_of(user).iter().any(|entry| (entry.value == *value) == *equal))
            }
            Self::Never => Some(false),
            Self::Not(filter) => filter.as_ref()?.matches(user).map(|found| !found),
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
        match filter.matches(user) {
            Some(found) if found == decides => return Some(decides),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

impl Match {
    /// A comparison with that value.
    pub fn new(value: &str, method: TextMethod, ignore_case: bool) -> Self {
        Self { value: if ignore_case { value.to_lowercase() } else { value.to_owned() }, method, ignore_case }
    }

    /// Whether the text is such a one.
    pub fn matches(&self, text: &str) -> bool {
        match self.ignore_case {
            true if text.is_ascii() => self.compare_ascii(text.as_bytes()),
            true => self.compare(&text.to_lowercase()),
            false => self.compare(text),
        }
    }

    fn compare(&self, text: &str) -> bool {
        match self.method {
            TextMethod::Equals => text == self.value,
            TextMethod::StartsWith => text.starts_with(&self.value),
            TextMethod::Contains => text.contains(&self.value),
            TextMethod::EndsWith => text.ends_with(&self.value),
        }
    }

    /// The same whatever the case of the text, without a copy of it.
    fn compare_ascii(&self, text: &[u8]) -> bool {
        let value = self.value.as_bytes();
        let Some(last) = text.len().checked_sub(value.len()) else { return false };
        let is_at = |at: usize| text[at..at + value.len()].eq_ignore_ascii_case(value);
        match self.method {
            TextMethod::Equals => last == 0 && is_at(0),
            TextMethod::StartsWith => is_at(0),
            TextMethod::EndsWith => is_at(last),
            // The first letter rules out most places.
            TextMethod::Contains => match value.first() {
                Some(first) => {
                    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
                    memchr2_iter(lower, upper, &text[..=last]).any(is_at)
                }
                None => true,
            },
        }
    }
}

impl Field {
    fn of(self, user: &User) -> Option<&str> {
        if let Self::UserName = self {
            return Some(&user.profile.username);
        }
        let human = user.human()?;
        let value: &str = match self {
            Self::UserName | Self::LoginName => &user.profile.username,
            Self::FirstName => &human.profile.given_name,
            Self::LastName => &human.profile.family_name,
            Self::NickName => &human.profile.nick_name,
            Self::DisplayName => &human.profile.display_name,
            Self::Email => &human.email.address.email,
            Self::Phone => &human.phone.address.phone,
        };
        // What a human lacks is no value in the vendor's table.
        (!value.is_empty()).then_some(value)
    }
}

/// The order of two users by a column, ascending; by id where the column does not tell them apart.
pub(super) fn order(column: Column, one: &User, other: &User) -> Ordering {
    let by_column = match column {
        Column::Unspecified => Ordering::Equal,
        // A missing value is greater than any.
        Column::Text(field) => match (field.of(one), field.of(other)) {
            (Some(one), Some(other)) => ignoring_case(one, other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        },
        Column::State => number(one.state).cmp(&number(other.state)),
        Column::Type => one.human().is_none().cmp(&other.human().is_none()),
        Column::CreationDate => one.profile.creation_date.cmp(&other.profile.creation_date),
    };
    by_column.then_with(|| one.profile.user_id.cmp(&other.profile.user_id))
}

/// The number of a state inside the vendor, which is not the number on the wire.
fn number(state: UserState) -> u8 {
    match state {
        UserState::Active => 1,
        UserState::Inactive => 2,
        UserState::Locked => 4,
        UserState::Initial => 6,
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
    use std::sync::Arc;

    use super::super::super::record::{Kind, Profile};
    use super::*;
    use crate::people;
    use crate::vendors::zitadel::seed;

    fn ada() -> User {
        let person = people::Person { given_name: "Ada", ..people::people(1, 1).next().unwrap() };
        seed::user(&person, &"org".into(), jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn each_method_compares_as_it_says() {
        for (value, method, ignore_case, found) in [
            ("Ada", TextMethod::Equals, false, true),
            ("ada", TextMethod::Equals, false, false),
            ("aDA", TextMethod::Equals, true, true),
            ("Ad", TextMethod::StartsWith, false, true),
            ("ad", TextMethod::StartsWith, false, false),
            ("AD", TextMethod::StartsWith, true, true),
            ("d", TextMethod::Contains, false, true),
            ("D", TextMethod::Contains, true, true),
            ("da", TextMethod::EndsWith, false, true),
            ("DA", TextMethod::EndsWith, true, true),
            ("%", TextMethod::Contains, false, false),
        ] {
            let filter = Filter::Text(Field::FirstName, Match::new(value, method, ignore_case));
            assert_eq!(filter.matches(&ada()), Some(found), "{value} {method:?} {ignore_case}");
        }
    }

    #[test]
    fn what_does_not_apply_is_neither_found_nor_not_found() {
        let unknown = || Filter::Text(Field::FirstName, Match::new("x", TextMethod::Equals, false));
        let machine = User { profile: Arc::new(machine_profile()), ..ada() };
        let (yes, no) = (|| Filter::Human(Some(false)), || Filter::Human(Some(true)));
        assert_eq!(unknown().matches(&machine), None);
        assert_eq!(Filter::Not(Some(Box::new(unknown()))).matches(&machine), None);
        assert_eq!(Filter::All(vec![yes(), unknown()]).matches(&machine), None);
        assert_eq!(Filter::All(vec![unknown(), no()]).matches(&machine), Some(false));
        assert_eq!(Filter::Any(vec![unknown(), yes()]).matches(&machine), Some(true));
        assert_eq!(Filter::Any(vec![no(), unknown()]).matches(&machine), None);
    }

    fn machine_profile() -> Profile {
        let machine = serde_json::from_str(r#"{"name":"m"}"#).unwrap();
        let profile = Arc::into_inner(ada().profile).unwrap();
        Profile { kind: Kind::Machine(machine), ..profile }
    }

    #[test]
    fn nesting_is_bounded_and_empty_lists_are_errors() {
        let nested = |depth: usize| (0..depth).fold(Filter::Human(Some(true)), |inner, _| Filter::All(vec![inner]));
        let denied =
            |depth: usize| (0..depth).fold(Filter::Human(Some(true)), |inner, _| Filter::Not(Some(Box::new(inner))));
        for filter in [nested, denied] {
            assert_eq!(check(&[filter(20)], 0), Ok(()));
            assert_eq!(check(&[filter(21)], 0), Err(Error::TooDeep));
        }
        let column = Err(Error::Internal("missing column"));
        assert_eq!(check(&[Filter::Any(vec![])], 0), column);
        assert_eq!(check(&[Filter::Not(None)], 0), Err(Error::Recovered));
        assert_eq!(check(&[Filter::Ids(HashSet::new())], 0), Err(Error::Internal("values array must not be empty")));
        assert_eq!(check(&[], 0), Ok(()), "a list without a filter finds everybody");
    }
}
