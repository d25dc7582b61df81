//! A table of routes: which operation a method and path name, and which come near it. Knows no vendor.

use http::Method;
use matchit::Router;

use crate::fidelity::Operation;

/// The most parameters that a path has.
const PARAMETERS: usize = 4;

/// The routes of one vendor, or of the control API.
pub struct RouteTable {
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
    Lacking(&'static Operation),
    /// A known path with another method; these are the ones it has.
    WrongMethod(String),
    /// A path that the vendor would tidy first, and where it would redirect to.
    Untidy(String),
    /// Nothing.
    Nothing,
}

/// An operation with the places of its parameters in the path.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The operation.
    pub operation: &'static Operation,
    /// Its place in the table, from 0.
    pub place: usize,
    /// Whether it was called by the path of its remote call, which has no parameters.
    pub is_rpc: bool,
    /// Where each starts and ends.
    parameters: [(u32, u32); PARAMETERS],
}

impl Matched {
    /// The parameter at that place as it stands in `path`, the one that was matched.
    pub fn parameter<'p>(&self, path: &'p str, place: usize) -> &'p str {
        let range = self.parameters.get(place);
        range.and_then(|(start, end)| path.get(*start as usize..*end as usize)).unwrap_or("")
    }
}

impl RouteTable {
    /// A table of these operations.
    ///
    /// # Panics
    /// When two of them claim one path in ways that cannot both be told apart: a slip in the table.
    pub fn new(operations: impl IntoIterator<Item = &'static Operation>) -> Self {
        let operations: Vec<_> = operations.into_iter().collect();
        let mut by_path: Router<Vec<usize>> = Router::new();
        let mut paths: Vec<(&str, Vec<usize>)> = Vec::new();
        for (place, operation) in operations.iter().enumerate() {
            for path in [Some(operation.path), operation.rpc].into_iter().flatten() {
                match paths.iter_mut().find(|(known, _)| *known == path) {
                    Some((_, places)) => places.push(place),
                    None => paths.push((path, vec![place])),
                }
            }
        }
        for (path, places) in paths {
            by_path.insert(path, places).expect("the table's paths do not collide");
        }
        Self { operations, by_path, tidy: false }
    }

    /// The same table for a vendor that redirects from `//`, `/.` and `/..` to the tidied path.
    #[must_use]
    pub fn tidying(mut self) -> Self {
        self.tidy = true;
        self
    }

    /// All operations, in the table's order.
    pub fn operations(&self) -> &[&'static Operation] {
        &self.operations
    }

    /// What this method and path name.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let mut parameters = [(0, 0); PARAMETERS];
        let mut has_dots = false;
        let found = self.by_path.at(path).ok();
        for (range, (_, value)) in parameters.iter_mut().zip(found.iter().flat_map(|found| found.params.iter())) {
            let start = value.as_ptr() as usize - path.as_ptr() as usize;
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            *range = (place(start), place(start + value.len()));
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
        let method_of = |place: usize| match self.operations[place].rpc == Some(path) {
            true => "POST", // every remote call
            false => self.operations[place].method,
        };
        let Some(&place) = found.value.iter().find(|place| method_of(**place) == method.as_str()) else {
            let methods: Vec<_> = found.value.iter().map(|place| method_of(*place)).collect();
            return Found::WrongMethod(methods.join(", "));
        };
        let operation = self.operations[place];
        if !operation.emulated {
            return Found::Lacking(operation);
        }
        Found::Operation(Matched { operation, place, is_rpc: operation.rpc == Some(path), parameters })
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

    static GET: Operation = Operation::own("get", "GET", "/v1/users/{id}");
    static STOP: Operation = Operation::own("stop", "POST", "/v1/users/{id}/stop/{why}");
    static LACKING: Operation = Operation::lacking("make", "POST", "/v1/users/{id}");

    fn table() -> RouteTable {
        RouteTable::new([&GET, &STOP, &LACKING])
    }

    #[test]
    fn a_method_and_path_find_their_operation_with_its_parameters() {
        let path = "/v1/users/a%20b/stop/x";
        let Found::Operation(matched) = table().find(&Method::POST, path) else { panic!("not found") };
        assert_eq!((matched.operation.name, matched.place), ("stop", 1));
        assert_eq!((matched.parameter(path, 0), matched.parameter(path, 1)), ("a%20b", "x"));
        assert_eq!(matched.parameter(path, 9), "");
    }

    #[test]
    fn lacking_operations_wrong_methods_and_nothing_are_told_apart() {
        let table = table();
        assert!(matches!(table.find(&Method::POST, "/v1/users/a"), Found::Lacking(op) if op.name == "make"));
        assert!(matches!(table.find(&Method::PUT, "/v1/users/a"), Found::WrongMethod(allow) if allow == "GET, POST"));
        assert!(matches!(table.find(&Method::GET, "/v1/users/"), Found::Nothing));
        assert!(matches!(table.find(&Method::GET, "/v1/users/a/"), Found::Nothing));
    }

    #[test]
    fn the_nearest_route_is_the_one_whose_fixed_words_differ_least() {
        let near = nearest([&GET, &STOP].into_iter(), &Method::POST, "/v1/user/some-long-id/stop/it");
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
