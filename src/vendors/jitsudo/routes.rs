//! jitsudo's routes.

mod audit;
mod auth;
mod groups;
mod handler;
mod health;
mod tenants;
mod unemulated;
mod users;

use std::sync::LazyLock;

use crate::protocol::route::RouteTable;
use crate::row::Operation;

use handler::{Handler, Row};

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| {
    let rows: [&'static [Row]; 6] =
        [&users::ROWS, &auth::ROWS, &tenants::ROWS, &groups::ROWS, &audit::ROWS, &health::ROWS];
    let unemulated: [&'static [Operation]; 4] =
        [&users::UNEMULATED, &auth::UNEMULATED, &tenants::UNEMULATED, &unemulated::OPERATIONS];
    RouteTable::new(rows.into_iter().flatten(), unemulated.into_iter().flatten())
});

#[cfg(test)]
mod tests {
    use super::handler::USER;
    use super::*;
    use crate::row::Subject;

    #[test]
    fn every_operation_on_one_user_names_it() {
        for operation in TABLE.routes().operations().iter().filter(|operation| operation.is_emulated) {
            let subject = if operation.path.starts_with("/v1/users/{id}") { USER } else { Subject::None };
            assert_eq!(operation.subject, subject, "{}", operation.name);
        }
    }
}
