//! The rules of ZITADEL's request messages, in the words of its generated validator: the first broken one, in the
//! order of the fields, plain fields before oneofs.

mod people;

use buffa::{EnumValue, Enumeration, MessageName};

use super::generated::zitadel::filter::v2::{IDFilter, TimestampFilter};
use super::generated::zitadel::metadata::v2::{MetadataSearchFilter, metadata_search_filter};
use super::message::RequestMessage;
use super::proto::search_query::Query;
use super::proto::{self, SearchQuery};
use super::refusal::ID_LENGTH;
use crate::exchange::Exchange;
use crate::vendors::zitadel::error::Error;

/// A broken rule: `invalid Message.Field: reason`.
type Broken = String;

/// Requests about one user: the members that the path gives, then the rules besides the id's own.
macro_rules! about_a_user {
    ($($name:ident $(, $second:ident)? $(=> |$request:ident| $rules:expr)?;)*) => {
        $(impl RequestMessage for proto::$name {
            fn bind(&mut self, exchange: &Exchange) {
                self.user_id = exchange.parameter(0).into_owned();
                $(self.$second = exchange.parameter(1).into_owned();)?
            }

            fn validate(&self) -> Result<(), Error> {
                length(Self::NAME, "UserId", &self.user_id, 1, 200).map_err(Error::Invalid)?;
                $({
                    let $request = self;
                    $rules.map_err(Error::Invalid)?;
                })?
                Ok(())
            }
        })*
    };
}

about_a_user! {
    DeactivateUserRequest;
    ReactivateUserRequest;
    LockUserRequest;
    UnlockUserRequest;
    DeleteUserRequest;
    GetUserByIDRequest;
    RemovePhoneRequest;
    AddSecretRequest;
    RemoveSecretRequest;
    UpdateUserRequest => |request| people::update_user(request);
    UpdateHumanUserRequest => |request| people::update_human(request);
    SetEmailRequest => |request| people::set_email(request);
    ResendEmailCodeRequest => |request| match &request.verification {
        Some(proto::resend_email_code_request::Verification::SendCode(send)) => people::send_code(Self::NAME, send),
        _ => Ok(()),
    };
    SendEmailCodeRequest => |request| match &request.verification {
        Some(proto::send_email_code_request::Verification::SendCode(send)) => people::send_code(Self::NAME, send),
        _ => Ok(()),
    };
    VerifyEmailRequest => |request| length(Self::NAME, "VerificationCode", &request.verification_code, 1, 20);
    SetPhoneRequest => |request| people::set_phone(request);
    ResendPhoneCodeRequest;
    VerifyPhoneRequest => |request| length(Self::NAME, "VerificationCode", &request.verification_code, 1, 20);
    PasswordResetRequest => |request| people::password_reset(request);
    SetPasswordRequest => |request| people::set_password_request(request);
    AddKeyRequest => |request| required(Self::NAME, "ExpirationDate", request.expiration_date.is_set());
    RemoveKeyRequest, key_id => |request| length(Self::NAME, "KeyId", &request.key_id, 1, 200);
    AddPersonalAccessTokenRequest => |request| required(Self::NAME, "ExpirationDate", request.expiration_date.is_set());
    RemovePersonalAccessTokenRequest, token_id => |request| length(Self::NAME, "TokenId", &request.token_id, 1, 200);
    SetUserMetadataRequest => |request| each(Self::NAME, "Metadata", &request.metadata, people::metadata);
    ListUserMetadataRequest => |request| each(Self::NAME, "Filters", &request.filters, metadata_filter);
}

impl RequestMessage for proto::DeleteUserMetadataRequest {
    fn bind(&mut self, exchange: &Exchange) {
        self.user_id = exchange.parameter(0).into_owned();
        let query = form_urlencoded::parse(exchange.call.head.uri.query().unwrap_or("").as_bytes());
        self.keys = query.filter(|(name, _)| name == "keys").map(|(_, key)| key.into_owned()).collect();
    }

    fn validate(&self) -> Result<(), Error> {
        // The vendor has no rule for the user's id here.
        let mut keys = self.keys.iter().enumerate();
        keys.try_for_each(|(n, key)| length(Self::NAME, &format!("Keys[{n}]"), key, 1, 200)).map_err(Error::Invalid)
    }
}

impl RequestMessage for proto::ListUsersRequest {
    fn validate(&self) -> Result<(), Error> {
        each(Self::NAME, "Queries", &self.queries, search_query).map_err(Error::Invalid)
    }
}

impl RequestMessage for proto::CreateUserRequest {
    fn validate(&self) -> Result<(), Error> {
        people::create_user(self).map_err(Error::Invalid)
    }
}

impl RequestMessage for proto::AddHumanUserRequest {
    fn validate(&self) -> Result<(), Error> {
        people::add_human(self).map_err(Error::Invalid)
    }
}

impl RequestMessage for proto::ListKeysRequest {
    fn validate(&self) -> Result<(), Error> {
        let column = self.sorting_column.as_ref().map_or(Ok(()), |column| defined(Self::NAME, "SortingColumn", column));
        let filter = |filter: &proto::KeysSearchFilter| {
            let name = proto::KeysSearchFilter::NAME;
            use proto::keys_search_filter::Filter;
            match &filter.filter {
                None => Err(broken(name, "Filter", "value is required")),
                Some(Filter::KeyIdFilter(q)) => by_id(name, "KeyIdFilter", q),
                Some(Filter::UserIdFilter(q)) => by_id(name, "UserIdFilter", q),
                Some(Filter::OrganizationIdFilter(q)) => by_id(name, "OrganizationIdFilter", q),
                Some(Filter::CreatedDateFilter(q)) => by_time(name, "CreatedDateFilter", q),
                Some(Filter::ExpirationDateFilter(q)) => by_time(name, "ExpirationDateFilter", q),
            }
        };
        column.and_then(|()| each(Self::NAME, "Filters", &self.filters, filter)).map_err(Error::Invalid)
    }
}

impl RequestMessage for proto::ListPersonalAccessTokensRequest {
    fn validate(&self) -> Result<(), Error> {
        let column = self.sorting_column.as_ref().map_or(Ok(()), |column| defined(Self::NAME, "SortingColumn", column));
        let filter = |filter: &proto::PersonalAccessTokensSearchFilter| {
            let name = proto::PersonalAccessTokensSearchFilter::NAME;
            use proto::personal_access_tokens_search_filter::Filter;
            match &filter.filter {
                None => Err(broken(name, "Filter", "value is required")),
                Some(Filter::TokenIdFilter(q)) => by_id(name, "TokenIdFilter", q),
                Some(Filter::UserIdFilter(q)) => by_id(name, "UserIdFilter", q),
                Some(Filter::OrganizationIdFilter(q)) => by_id(name, "OrganizationIdFilter", q),
                Some(Filter::CreatedDateFilter(q)) => by_time(name, "CreatedDateFilter", q),
                Some(Filter::ExpirationDateFilter(q)) => by_time(name, "ExpirationDateFilter", q),
            }
        };
        column.and_then(|()| each(Self::NAME, "Filters", &self.filters, filter)).map_err(Error::Invalid)
    }
}

fn by_id(message: &str, field: &str, filter: &IDFilter) -> Result<(), Broken> {
    embedded(message, field, length(IDFilter::NAME, "Id", &filter.id, 0, 200))
}

fn by_time(message: &str, field: &str, filter: &TimestampFilter) -> Result<(), Broken> {
    embedded(message, field, defined(TimestampFilter::NAME, "Method", &filter.method))
}

fn metadata_filter(filter: &MetadataSearchFilter) -> Result<(), Broken> {
    let name = MetadataSearchFilter::NAME;
    match &filter.filter {
        None => Err(broken(name, "Filter", "value is required")),
        Some(metadata_search_filter::Filter::KeyFilter(q)) => {
            embedded(name, "KeyFilter", text(&**q, "Key", &q.key, (0, 200), &q.method))
        }
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
    (min, max): (usize, usize),
    method: &EnumValue<E>,
) -> Result<(), Broken> {
    length(Q::NAME, field, value, min, max).and_then(|()| defined(Q::NAME, "Method", method))
}

/// A nested message is named with its outer one's name in front.
fn broken(message: &str, field: &str, reason: &str) -> Broken {
    format!("invalid {}.{field}: {reason}", message.replace('.', "_"))
}

/// A length in characters.
fn length(message: &str, field: &str, value: &str, min: usize, max: usize) -> Result<(), Broken> {
    if (min..=max).contains(&value.chars().count()) {
        return Ok(());
    }
    Err(match (min, max) {
        (1, 200) => broken(message, field, ID_LENGTH),
        (0, max) => broken(message, field, &format!("value length must be at most {max} runes")),
        (min, max) => broken(message, field, &format!("value length must be between {min} and {max} runes, inclusive")),
    })
}

fn required(message: &str, field: &str, is_set: bool) -> Result<(), Broken> {
    if is_set { Ok(()) } else { Err(broken(message, field, "value is required")) }
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
    items.try_for_each(|(index, item)| embedded(message, &format!("{field}[{index}]"), rule(item)))
}
