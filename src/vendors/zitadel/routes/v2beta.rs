//! The routes of ZITADEL's users and sessions in v2beta: the rows of v2 that it has too, under its own names and paths.
//! Knows no operation.

use std::sync::LazyLock;

use super::handler::Row;
use super::{LIST, contacts, factors, people, sessions, users};
use crate::row::{Operation, published};

/// The services, each with that of v2 that does its work.
const SERVICES: [(&str, &str); 2] = [
    ("/zitadel.user.v2beta.UserService/", "/zitadel.user.v2.UserService/"),
    ("/zitadel.session.v2beta.SessionService/", "/zitadel.session.v2.SessionService/"),
];

/// The operation of which the gateway reads no body, as its route does not say that it has one.
const WITHOUT_BODY: &str = "/zitadel.user.v2beta.UserService/UpdateHumanUser";

/// The rows of v2.
static V2: [&[Row]; 5] = [&users::ROWS, &people::ROWS, &contacts::ROWS, &factors::ROWS, &sessions::ROWS];

pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| SERVICES.iter().any(|(service, _)| line.contains(service)));
    lines.flat_map(published).filter_map(|operation| row(&operation)).collect()
});

/// The row of an operation that is published, if v2 has one.
fn row(published: &Operation) -> Option<Row> {
    let rpc = published.rpc?;
    let of_v2 = |(service, other): &(&str, &str)| Some(format!("{other}{}", rpc.strip_prefix(service)?));
    let of_v2 = SERVICES.iter().find_map(of_v2)?;
    let row = V2.iter().copied().flatten().find(|row| row.operation.rpc == Some(&*of_v2))?;
    let Operation { name, method, path, .. } = *published;
    let ignores_body = rpc == WITHOUT_BODY || row.operation.ignores_body;
    let operation = Operation { name, method, path, rpc: Some(rpc), ignores_body, ..row.operation };
    Some(Row { operation, handler: row.handler.v2beta() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_that_of_v2_by_another_name() {
        let row = ROWS.iter().find(|row| row.operation.name == "user_v2beta_deactivate_user").unwrap();
        let of_v2 = &users::ROWS[0].operation;
        assert_eq!(row.operation.path, "/v2beta/users/{user_id}/deactivate");
        assert_eq!(row.operation.rpc, Some("/zitadel.user.v2beta.UserService/DeactivateUser"));
        assert!(row.operation.is_emulated && row.operation.subject == of_v2.subject);
        assert!(ROWS.iter().all(|row| row.operation.path.starts_with("/v2beta/")));
    }
}
