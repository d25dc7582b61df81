//! MonoCloud's routes.

mod access;
mod consent;
mod emails;
mod grants;
mod groups;
mod handler;
mod identifiers;
mod passwords;
mod phones;
mod profile;
mod sign_in;
mod tokens;
mod users;

use std::sync::LazyLock;

use crate::protocol::route::RouteTable;
use crate::row::{Operation, published};

use handler::{Handler, Row};

/// What the vendor publishes, emulated or not.
static PUBLISHED: LazyLock<Vec<Operation>> = LazyLock::new(|| published(include_str!("routes/published.tsv")));

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| {
    let rows: [&'static [Row]; 11] = [
        &users::ROWS,
        &profile::ROWS,
        &emails::ROWS,
        &phones::ROWS,
        &passwords::ROWS,
        &access::ROWS,
        &groups::ROWS,
        &grants::ROWS,
        &sign_in::ROWS,
        &consent::ROWS,
        &tokens::ROWS,
    ];
    RouteTable::new(rows.into_iter().flatten(), || &PUBLISHED)
});

#[cfg(test)]
mod tests {
    use super::handler::USER;
    use super::*;
    use crate::row::{Dialect, Subject};

    #[test]
    fn every_operation_on_one_user_names_it_and_no_other_does() {
        for operation in TABLE.routes().operations().filter(|operation| operation.is_emulated) {
            let subject = if operation.path.contains("{user_id}") { USER } else { Subject::None };
            assert_eq!(operation.subject, subject, "{}", operation.name);
        }
    }

    #[test]
    fn reads_are_what_a_key_that_may_only_read_may_do() {
        let is_api = |operation: &&Operation| operation.is_emulated && operation.dialect == Dialect::Api;
        for operation in TABLE.routes().operations().filter(is_api) {
            assert_eq!(operation.reads_only, operation.method == "GET", "{}", operation.name);
        }
    }
}
