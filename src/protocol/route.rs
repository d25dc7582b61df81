//! A table of routes: finds the operation for a method and path, and the nearest routes. Knows no vendor.

mod index;
mod nearest;

use std::sync::LazyLock;

use hashbrown::HashMap;
use http::Method;

use crate::row::{Operation, Row};
use index::{Hit, Index, Parameters};

pub use nearest::{can_have, nearest};

/// The maximum number of parameters in a path.
const MAX_PARAMETERS: usize = 4;

/// The rows of one vendor, or of the control API, found by method and path.
pub struct RouteTable<H: 'static> {
    rows: Vec<&'static Row<H>>,
    routes: Routes,
}

/// What a method and path name, whatever answers it.
pub struct Routes {
    /// The operations of the rows.
    emulated: Index,
    /// The other operations that the vendor publishes: many, and read only when one is needed.
    unemulated: LazyLock<Index, Box<dyn FnOnce() -> Index + Send>>,
    /// Everything that the vendor publishes.
    published: fn() -> &'static [Operation],
    tidy: bool,
    /// Whether an encoded slash parts a path like any other.
    parts_at_coded_slash: bool,
}

/// What a method and path name.
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
    /// An untidy path; where the vendor would redirect to.
    Untidy(String),
    /// Nothing.
    Nothing,
}

/// An operation with the ranges of its parameters in the path.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The operation.
    pub operation: &'static Operation,
    /// Whether it was called by its remote call's path, which has no parameters.
    pub is_rpc: bool,
    /// The index of its row.
    row: usize,
    /// Where each parameter starts and ends.
    parameters: Parameters,
}

impl Matched {
    /// The parameter at that index as written in `path`, which must be the path that was matched.
    pub fn parameter<'p>(&self, path: &'p str, index: usize) -> &'p str {
        let range = self.parameters.get(index);
        range.and_then(|(start, end)| path.get(*start as usize..*end as usize)).unwrap_or("")
    }
}

impl<H> RouteTable<H> {
    /// A table of these rows and of the operations that the vendor publishes. Those without a row are not emulated.
    ///
    /// # Panics
    /// If two paths are indistinguishable, which is a mistake in the table. For published operations this happens at
    /// their first use.
    pub fn new(rows: impl IntoIterator<Item = &'static Row<H>>, published: fn() -> &'static [Operation]) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        let routes = Routes::new(rows.iter().map(|row| &row.operation).collect(), published);
        Self { rows, routes }
    }

    /// The same table for a vendor that redirects from `//`, `/.` and `/..` to the tidied path.
    #[must_use]
    pub fn tidying(mut self) -> Self {
        self.routes.tidy = true;
        self
    }

    /// The same table for a vendor that decodes a path before it looks for the parts. No route has the parts that an
    /// encoded slash makes.
    #[must_use]
    pub fn parting_at_coded_slashes(mut self) -> Self {
        self.routes.parts_at_coded_slash = true;
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
    fn new(emulated: Vec<&'static Operation>, published: fn() -> &'static [Operation]) -> Self {
        let unemulated = {
            let emulated = emulated.clone();
            move || Index::new(Index::new(emulated).without_own(published()))
        };
        Self {
            emulated: Index::new(emulated),
            unemulated: LazyLock::new(Box::new(unemulated)),
            published,
            tidy: false,
            parts_at_coded_slash: false,
        }
    }

    /// All operations: those of the rows in their order, then those that are not emulated.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        let all: Vec<_> = self.emulated().chain(self.unemulated.operations.iter().copied()).collect();
        all.into_iter()
    }

    /// The operations of the rows.
    pub fn emulated(&self) -> impl Iterator<Item = &'static Operation> + '_ {
        self.emulated.operations.iter().copied()
    }

    /// The operations that the vendor calls deprecated, by name, each with the one to call instead.
    pub fn replaced(&self) -> impl Iterator<Item = (&'static str, &'static Operation)> + use<> {
        let all: HashMap<_, _> = self.operations().map(|operation| (operation.name, operation)).collect();
        (self.published)().iter().filter_map(move |old| Some((old.name, *all.get(old.replaced_by?)?)))
    }

    /// What this method and path name.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        if super::rpc::is_call(path) {
            return self.find_rpc(method, path);
        }
        if self.parts_at_coded_slash && has_coded_slash(path) {
            return Found::Nothing;
        }
        let emulated = self.emulated.at(path);
        let row = |hit: &Hit<'_>| self.emulated.with_method(hit.indices, method.as_str());
        if let Some(hit) = emulated.as_ref().filter(|hit| !self.tidy || !hit.has_dots)
            && let Some(row) = row(hit)
        {
            return self.matched(row, false, hit.parameters);
        }
        let unemulated = self.unemulated.at(path);
        let hits = || emulated.iter().chain(&unemulated);
        // A path that is found is tidy, unless one of its parameters is not.
        if self.tidy
            && hits().all(|hit| hit.has_dots)
            && let Some(tidied) = tidied(path)
        {
            return Found::Untidy(tidied);
        }
        if let Some(hit) = &emulated
            && let Some(row) = row(hit)
        {
            return self.matched(row, false, hit.parameters);
        }
        if let Some(hit) = &unemulated
            && let Some(index) = self.unemulated.with_method(hit.indices, method.as_str())
        {
            return Found::Unemulated(self.unemulated.operations[index]);
        }
        let own = emulated.iter().flat_map(|hit| hit.indices).map(|index| self.emulated.operations[*index]);
        let others = unemulated.iter().flat_map(|hit| hit.indices).map(|index| self.unemulated.operations[*index]);
        let known: Vec<_> = own.chain(others).collect();
        let Some(&operation) = known.first() else {
            return Found::Nothing;
        };
        let methods: Vec<_> = known.iter().map(|operation| operation.method).collect();
        Found::WrongMethod { allow: methods.join(", "), operation }
    }

    fn find_rpc(&self, method: &Method, path: &str) -> Found {
        let row = self.emulated.rpc(path);
        let operation = match row {
            Some(row) => self.emulated.operations[row],
            None => match self.unemulated.rpc(path) {
                Some(index) => self.unemulated.operations[index],
                None => return Found::Nothing,
            },
        };
        match row {
            _ if method != Method::POST => Found::WrongMethod { allow: "POST".to_owned(), operation },
            Some(row) => self.matched(row, true, Parameters::default()),
            None => Found::Unemulated(operation),
        }
    }

    fn matched(&self, row: usize, is_rpc: bool, parameters: Parameters) -> Found {
        Found::Operation(Matched { operation: self.emulated.operations[row], is_rpc, row, parameters })
    }
}

/// Whether a path has an encoded slash.
fn has_coded_slash(path: &str) -> bool {
    memchr::memchr_iter(b'%', path.as_bytes())
        .any(|at| path.as_bytes()[at + 1..].starts_with(b"2F") || path.as_bytes()[at + 1..].starts_with(b"2f"))
}

/// The path without empty, `.` and `..` parts, if it has any other than a trailing empty one.
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
    static PUBLISHED: [Operation; 3] = [
        Operation::unemulated("read", "GET", "/v1/users/{user_id}"),
        Operation::unemulated("make", "POST", "/v1/users/{user_id}"),
        Operation::unemulated("find", "POST", "/v1/users/{user_id}/keys/{*key}"),
    ];

    fn table() -> RouteTable<&'static str> {
        RouteTable::new(&ROWS, || &PUBLISHED)
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
    fn what_a_row_answers_is_emulated_whatever_its_parameters_are_called() {
        let names: Vec<_> = table().routes().operations().map(|operation| operation.name).collect();
        assert_eq!(names, ["get", "stop", "make", "find"]);
        assert!(matches!(find(Method::POST, "/v1/users/a/keys/b/c"), Found::Unemulated(one) if one.name == "find"));
    }

    #[test]
    fn an_encoded_slash_parts_the_paths_of_some_tables() {
        let path = "/v1/users/a%2fb";
        assert!(matches!(table().routes().find(&Method::GET, path), Found::Operation(_)));
        let table = table().parting_at_coded_slashes();
        assert!(matches!(table.routes().find(&Method::GET, path), Found::Nothing));
        assert!(matches!(table.routes().find(&Method::GET, "/v1/users/a%20b%"), Found::Operation(_)));
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
