//! A table of routes: which operation a method and path name, and which come near it. Knows no vendor.

use http::Method;
use matchit::Router;

use crate::row::{Operation, Row};

/// The most parameters that a path has.
const MAX_PARAMETERS: usize = 4;

/// The rows of one vendor, or of the control API, found by method and path.
pub struct RouteTable<H: 'static> {
    rows: Vec<&'static Row<H>>,
    routes: Routes,
}

/// What a method and path name, whatever answers it.
pub struct Routes {
    /// Those of the rows, then those that are not emulated.
    operations: Vec<&'static Operation>,
    by_path: Router<Vec<usize>>,
    tidy: bool,
}

/// What a path and method name.
#[derive(Debug)]
pub enum Found {
    /// This operation.
    Operation(Matched),
    /// An operation that the emulator lacks.
    Unemulated(&'static Operation),
    /// A known path with another method.
    WrongMethod {
        /// The methods that it has, with commas between them.
        allow: String,
        /// One of its operations.
        operation: &'static Operation,
    },
    /// A path that the vendor would tidy first, and where it would redirect to.
    Untidy(String),
    /// Nothing.
    Nothing,
}

/// An operation with the ranges of its parameters in the path.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The operation.
    pub operation: &'static Operation,
    /// Whether it was called by the path of its remote call, which has no parameters.
    pub is_rpc: bool,
    /// The index of its row.
    row: usize,
    /// Where each parameter starts and ends.
    parameters: [(u32, u32); MAX_PARAMETERS],
}

impl Matched {
    /// The parameter of that index as it is written in `path`, the one that was matched.
    pub fn parameter<'p>(&self, path: &'p str, index: usize) -> &'p str {
        let range = self.parameters.get(index);
        range.and_then(|(start, end)| path.get(*start as usize..*end as usize)).unwrap_or("")
    }
}

impl<H> RouteTable<H> {
    /// A table of these rows, and of operations that are not emulated.
    ///
    /// # Panics
    /// When two of them claim one path in ways that cannot both be told apart: a slip in the table.
    pub fn new(
        rows: impl IntoIterator<Item = &'static Row<H>>,
        unemulated: impl IntoIterator<Item = &'static Operation>,
    ) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        let operations = rows.iter().map(|row| &row.operation).chain(unemulated).collect();
        Self { rows, routes: Routes::new(operations) }
    }

    /// The same table for a vendor that redirects from `//`, `/.` and `/..` to the tidied path.
    #[must_use]
    pub fn tidying(mut self) -> Self {
        self.routes.tidy = true;
        self
    }

    /// What a method and path name, whatever answers it.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// What answers a call that was matched in this table.
    pub fn handler(&self, matched: &Matched) -> &'static H {
        &self.rows[matched.row].handler
    }
}

impl Routes {
    fn new(operations: Vec<&'static Operation>) -> Self {
        let mut by_path: Router<Vec<usize>> = Router::new();
        let mut paths: Vec<(&str, Vec<usize>)> = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            for path in [Some(operation.path), operation.rpc].into_iter().flatten() {
                match paths.iter_mut().find(|(known, _)| *known == path) {
                    Some((_, indices)) => indices.push(index),
                    None => paths.push((path, vec![index])),
                }
            }
        }
        for (path, indices) in paths {
            by_path.insert(path, indices).expect("the table's paths do not collide");
        }
        Self { operations, by_path, tidy: false }
    }

    /// All operations, in the table's order.
    pub fn operations(&self) -> &[&'static Operation] {
        &self.operations
    }

    /// What this method and path name.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let mut parameters = [(0, 0); MAX_PARAMETERS];
        let mut has_dots = false;
        let found = self.by_path.at(path).ok();
        for (range, (_, value)) in parameters.iter_mut().zip(found.iter().flat_map(|found| found.params.iter())) {
            let start = value.as_ptr() as usize - path.as_ptr() as usize;
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            *range = (offset(start), offset(start + value.len()));
            has_dots |= matches!(value, "." | "..");
        }
        // A path that is found is tidy, unless a parameter is not.
        if self.tidy
            && (found.is_none() || has_dots)
            && !super::rpc::is_call(path)
            && let Some(tidied) = tidied(path)
        {
            return Found::Untidy(tidied);
        }
        let Some(found) = found else {
            return Found::Nothing;
        };
        let method_of = |index: usize| match self.operations[index].rpc == Some(path) {
            true => "POST", // every remote call
            false => self.operations[index].method,
        };
        let Some(&row) = found.value.iter().find(|index| method_of(**index) == method.as_str()) else {
            let methods: Vec<_> = found.value.iter().map(|index| method_of(*index)).collect();
            return Found::WrongMethod { allow: methods.join(", "), operation: self.operations[found.value[0]] };
        };
        let operation = self.operations[row];
        match operation.is_emulated {
            false => Found::Unemulated(operation),
            true => Found::Operation(Matched { operation, is_rpc: operation.rpc == Some(path), row, parameters }),
        }
    }
}

/// The operations nearest to a method and path that match none, nearest first.
pub fn nearest<'a>(operations: impl Iterator<Item = &'a Operation>, method: &Method, path: &str) -> Vec<&'a Operation> {
    // A long path costs time squared and is near to nothing anyway.
    let asked: Vec<&str> = path.split('/').take(16).map(|part| part.get(..64).unwrap_or(part)).collect();
    let mut ranked: Vec<_> = operations
        .map(|operation| {
            let filled = filled(operation.path, &asked);
            let distance = strsim::levenshtein(&filled, &asked.join("/"));
            (distance, operation.method != method.as_str(), operation)
        })
        .collect();
    ranked.sort_by_key(|&(distance, other_method, _)| (distance, other_method));
    ranked.truncate(3);
    ranked.into_iter().map(|(.., operation)| operation).collect()
}

/// A route's path with each parameter filled by what was asked at that place, so that only fixed words count.
fn filled(path: &str, asked: &[&str]) -> String {
    let fill = |(place, part): (usize, &'_ str)| match part.starts_with('{') {
        true => asked.get(place).copied().unwrap_or("").to_owned(),
        false => part.to_owned(),
    };
    path.split('/').enumerate().map(fill).collect::<Vec<_>>().join("/")
}

/// The path without empty, `.` and `..` parts, if it has any but a last empty one.
fn tidied(path: &str) -> Option<String> {
    let inner = path.strip_prefix('/')?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let untidy = inner.split('/').any(|part| matches!(part, "" | "." | "..")) && !inner.is_empty();
    untidy.then(|| {
        let mut parts = Vec::new();
        for part in inner.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
        format!("/{}{end}", parts.join("/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROWS: [Row<&str>; 2] = [
        Row::new("get", "GET", "/v1/users/{id}", "got"),
        Row::new("stop", "POST", "/v1/users/{id}/stop/{why}", "stopped"),
    ];
    static UNEMULATED: Operation = Operation::unemulated("make", "POST", "/v1/users/{id}");

    fn table() -> RouteTable<&'static str> {
        RouteTable::new(&ROWS, [&UNEMULATED])
    }

    fn find(method: Method, path: &str) -> Found {
        table().routes().find(&method, path)
    }

    #[test]
    fn a_method_and_path_find_their_row_with_its_parameters() {
        let path = "/v1/users/a%20b/stop/x";
        let Found::Operation(matched) = find(Method::POST, path) else { panic!("not found") };
        assert_eq!((matched.operation.name, *table().handler(&matched)), ("stop", "stopped"));
        assert_eq!((matched.parameter(path, 0), matched.parameter(path, 1)), ("a%20b", "x"));
        assert_eq!(matched.parameter(path, 9), "");
    }

    #[test]
    fn unemulated_operations_wrong_methods_and_nothing_are_told_apart() {
        assert!(matches!(find(Method::POST, "/v1/users/a"), Found::Unemulated(operation) if operation.name == "make"));
        let Found::WrongMethod { allow, operation } = find(Method::PUT, "/v1/users/a") else { panic!("found") };
        assert_eq!((&*allow, operation.name), ("GET, POST", "get"));
        assert!(matches!(find(Method::GET, "/v1/users/"), Found::Nothing));
        assert!(matches!(find(Method::GET, "/v1/users/a/"), Found::Nothing));
    }

    #[test]
    fn the_nearest_route_is_the_one_whose_fixed_words_differ_least() {
        let near = nearest(ROWS.iter().map(|row| &row.operation), &Method::POST, "/v1/user/some-long-id/stop/it");
        assert_eq!(near[0].name, "stop");
    }

    #[test]
    fn only_an_untidy_path_is_tidied() {
        for (path, tidy) in [
            ("/v2/users//stop", Some("/v2/users/stop")),
            ("/v2/./users/../a", Some("/v2/a")),
            ("//a/", Some("/a/")),
            ("/../..", Some("/")),
            ("/v2/users/a", None),
            ("/v2/users/a/", None),
            ("/", None),
        ] {
            assert_eq!(tidied(path).as_deref(), tidy, "{path}");
        }
    }
}
