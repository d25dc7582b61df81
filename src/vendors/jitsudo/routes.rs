//! jitsudo's routes.

mod audit;
mod auth;
mod groups;
mod handler;
mod health;
mod mfa;
mod sso;
mod tenants;
mod users;

use std::sync::LazyLock;

use crate::protocol::route::RouteTable;
use crate::row::{Operation, published};

use handler::{Handler, Row};

/// What the vendor publishes, emulated or not.
static PUBLISHED: LazyLock<Vec<Operation>> = LazyLock::new(|| published(include_str!("routes/published.tsv")));

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| {
    let rows: [&'static [Row]; 8] =
        [&users::ROWS, &auth::ROWS, &mfa::ROWS, &sso::ROWS, &tenants::ROWS, &groups::ROWS, &audit::ROWS, &health::ROWS];
    RouteTable::new(rows.into_iter().flatten(), || &PUBLISHED)
});

#[cfg(test)]
mod tests {
    use super::handler::USER;
    use super::*;
    use crate::row::Subject;

    #[test]
    fn every_operation_on_one_user_names_it() {
        for operation in TABLE.routes().operations().filter(|operation| operation.is_emulated) {
            let subject = if operation.path.starts_with("/v1/users/{id}") { USER } else { Subject::None };
            assert_eq!(operation.subject, subject, "{}", operation.name);
        }
    }
}
