//! Reads a vendor's list of the operations that it publishes. Knows no vendor.

use super::Operation;

/// The operations of a list: on each line, with tabs between them, name, method, path, remote call, and the ways by
/// which it is served; then the operation to call instead, if it is deprecated. `-` is what it does not have. A line
/// that starts with `#` is a comment.
///
/// # Panics
/// When a line has another form: a slip in the list.
pub fn published(list: &'static str) -> Vec<Operation> {
    list.lines().filter(|line| !line.starts_with('#')).map(operation).collect()
}

fn operation(line: &'static str) -> Operation {
    let mut columns = line.split('\t');
    let mut column = || columns.next().unwrap_or_else(|| panic!("a column is missing: {line}"));
    let [name, method, path, rpc, ways] = std::array::from_fn(|_| column());
    let replaced_by = columns.next();
    let is_served = |way: &str| ways.split(',').any(|other| other == way);
    let operation = match rpc {
        "-" => Operation::unemulated(name, method, path),
        // Without a path it can only be called as a remote call.
        _ if path == "-" => Operation::unemulated(name, "POST", rpc).with_rpc(rpc),
        _ => Operation::unemulated(name, method, path).with_rpc(rpc),
    };
    let operation = Operation { is_connect: is_served("connect"), replaced_by, ..operation };
    if is_served("oauth") { operation.with_oauth() } else { operation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Dialect;

    #[test]
    fn a_line_is_an_operation() {
        let list = "# name\nget\tGET\t/v1/{id}\t/a.v1.B/Get\trest,grpc\n\
            make\t-\t-\t/a.v2.B/Make\tgrpc,connect\tget\nauth\tGET\t/o\t-\toauth\n";
        let operations = published(list);
        let shown: Vec<_> = operations.iter().map(|one| (one.name, one.method, one.path, one.is_connect)).collect();
        assert_eq!(
            shown,
            [("get", "GET", "/v1/{id}", false), ("make", "POST", "/a.v2.B/Make", true), ("auth", "GET", "/o", false)]
        );
        assert_eq!(operations[2].dialect, Dialect::OAuth);
        assert_eq!(operations.iter().map(|one| one.replaced_by).collect::<Vec<_>>(), [None, Some("get"), None]);
        assert!(operations.iter().all(|operation| !operation.is_emulated));
        assert_eq!(operations.iter().map(Operation::has_path).collect::<Vec<_>>(), [true, false, true]);
    }
}
