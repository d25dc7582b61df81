//! ZITADEL's routes on both edges.

mod admin_organizations;
mod administrators;
mod applications;
mod authorize;
mod contacts;
mod credentials;
mod described;
mod events;
mod factors;
mod handler;
mod instance;
mod management;
mod members;
mod oneself;
mod organizations;
mod organizations_v2beta;
mod own_applications;
mod own_organization;
mod own_projects;
mod pages;
mod people;
mod policies;
mod project_grants;
mod projects;
mod sessions;
mod sign_in;
mod trailing;
mod user_grants;
mod users;
mod v2beta;

use std::sync::LazyLock;

use crate::exchange::Exchange;
use crate::protocol::route::RouteTable;
use crate::row::{Operation, published};

use handler::{Handler, Row};

pub(super) use trailing::answer;

/// The list of what the vendor publishes.
const LIST: &str = include_str!("routes/published.tsv");

/// What the vendor publishes, emulated or not.
static PUBLISHED: LazyLock<Vec<Operation>> = LazyLock::new(|| published(LIST));

/// Whether a call is for one of the first APIs, also one by a method that its remote call does not have.
pub(super) fn is_first_api(exchange: &Exchange) -> bool {
    let path = exchange.path();
    let named = || PUBLISHED.iter().find(|operation| operation.rpc == Some(path));
    exchange.operation.or_else(named).is_some_and(|operation| !operation.is_connect)
}

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| {
    let rows: [&'static [Row]; 30] = [
        &users::ROWS,
        &people::ROWS,
        &contacts::ROWS,
        &credentials::ROWS,
        &factors::ROWS,
        &sign_in::ROWS,
        &organizations::ROWS,
        &admin_organizations::ROWS,
        &administrators::ROWS,
        &members::ROWS,
        &organizations_v2beta::ROWS,
        &own_applications::ROWS,
        &own_organization::ROWS,
        &own_projects::ROWS,
        &project_grants::ROWS,
        &user_grants::ROWS,
        &projects::ROWS,
        &applications::ROWS,
        &instance::ROWS,
        &management::users::ROWS,
        &management::humans::ROWS,
        &management::credentials::ROWS,
        &events::ROWS,
        &oneself::profile::ROWS,
        &oneself::factors::ROWS,
        &policies::ROWS,
        &sessions::ROWS,
        v2beta::ROWS.as_slice(),
        &authorize::ROWS,
        &pages::ROWS,
    ];
    RouteTable::new(rows.into_iter().flatten(), || &PUBLISHED).tidying().parting_at_coded_slashes()
});

#[cfg(test)]
mod tests {
    use buffa::Message;

    use super::handler::{USER, USER_BY_ID};
    use super::*;
    use crate::protocol::rpc::{Codec, field};
    use crate::row::Subject;
    use crate::vendors::zitadel::wire::proto;

    fn subject(name: &str) -> Subject {
        let mut operations = TABLE.routes().operations();
        operations.find(|operation| operation.name == name).expect("it is in the table").subject
    }

    #[test]
    fn every_operation_on_one_user_names_it() {
        for operation in TABLE.routes().operations().filter(|operation| operation.is_emulated) {
            let subject = match operation.path {
                path if path.contains("{user_id}") => USER,
                path if path.contains("/users/{id}") => USER_BY_ID,
                _ => continue,
            };
            // Where more stands before it, it is a later field.
            let is_later = |number| (number > 1).then_some("user_id");
            let named = match operation.subject {
                Subject::PathOrField(_, field) => is_later(field.number) == Some(field.name),
                _ => false,
            };
            assert!(operation.subject == subject || named, "{}", operation.name);
        }
    }

    #[test]
    fn a_new_user_is_not_taken_for_its_organization() {
        let organization_id = "organization".to_owned();
        for (user_id, found) in [(Some("id"), Some("id")), (None, None)] {
            let user_id = user_id.map(str::to_owned);
            let create =
                proto::CreateUserRequest { organization_id: organization_id.clone(), user_id, ..Default::default() };
            let Subject::Field(field) = subject("create_user") else {
                panic!("its message names the user");
            };
            assert_eq!(field::text_field(Codec::Proto, &create.encode_to_vec(), field).as_deref(), found);
        }
        assert_eq!(subject("list_users"), Subject::None);
    }
}
