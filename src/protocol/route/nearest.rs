//! Finds the routes nearest to a path that none matches. Knows no vendor.

use http::Method;

use crate::protocol::rpc;
use crate::row::Operation;

/// How many are listed.
const MAX_NEAREST: usize = 3;

/// How many parts of a path are compared, and how many characters of each: the cost is quadratic.
const MAX_PARTS: usize = 8;
const MAX_COMPARED: usize = 64;

/// A way to call an operation.
pub struct Route {
    /// The operation.
    pub operation: &'static Operation,
    /// The method.
    pub method: &'static str,
    /// The path, or that of its remote call, whichever kind was asked for.
    pub path: &'static str,
}

/// The routes nearest to a method and path that match none, nearest first. For a remote call's path, remote calls.
pub fn nearest(operations: impl Iterator<Item = &'static Operation>, method: &Method, path: &str) -> Vec<Route> {
    let is_rpc = rpc::is_call(path);
    let route = |operation: &'static Operation| match operation.rpc {
        Some(path) if is_rpc => Some(Route { operation, method: "POST", path }),
        _ if is_rpc || !operation.has_path() => None,
        _ => Some(Route { operation, method: operation.method, path: operation.path }),
    };
    let cut = |part| match str::char_indices(part).nth(MAX_COMPARED) {
        Some((end, _)) => &part[..end],
        None => part,
    };
    let asked: Vec<&str> = path.split('/').take(MAX_PARTS).map(cut).collect();
    let ranked = |route: Route| (distance(route.path, &asked), route.method != method.as_str(), route);
    let mut ranked: Vec<_> = operations.filter_map(route).map(ranked).collect();
    ranked.sort_by_key(|&(distance, other_method, _)| (distance, other_method));
    ranked.truncate(MAX_NEAREST);
    ranked.into_iter().map(|(.., route)| route).collect()
}

/// Whether a call to that route can have that path, of which a `*` at the end stands for any rest.
pub fn can_have(route: &str, path: &str) -> bool {
    let (path, is_start) = path.strip_suffix('*').map_or((path, false), |start| (start, true));
    let mut parts = route.split('/');
    let mut asked = path.split('/').peekable();
    while let Some(part) = asked.next() {
        let Some(own) = parts.next() else { return false };
        let is_last = is_start && asked.peek().is_none();
        let fits = match own.split_once('{') {
            Some((_, name)) if name.starts_with('*') => return true,
            Some((before, name)) => {
                let after = name.split_once('}').map_or("", |(_, after)| after);
                match is_last {
                    true => part.starts_with(before) || before.starts_with(part),
                    false => {
                        part.len() > before.len() + after.len() && part.starts_with(before) && part.ends_with(after)
                    }
                }
            }
            None if is_last => own.starts_with(part),
            None => own == part,
        };
        if !fits {
            return false;
        }
    }
    is_start || parts.next().is_none()
}

/// How many characters of a route's fixed parts differ. A parameter equals any part.
fn distance(path: &str, asked: &[&str]) -> usize {
    let mut asked = asked.to_vec();
    let fixed: Vec<_> = path
        .split('/')
        .enumerate()
        .map(|(index, part)| match part.starts_with('{') {
            true => {
                if let Some(asked) = asked.get_mut(index) {
                    *asked = "";
                }
                ""
            }
            false => part,
        })
        .collect();
    strsim::levenshtein(&fixed.join("/"), &asked.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Row;

    static ROWS: [Row<()>; 3] = [
        Row::new("get", "GET", "/v1/users/{id}", ()).rpc("/a.v1.Users/Get"),
        Row::new("stop", "POST", "/v1/users/{id}/stop/{why}", ()),
        Row::new("list", "GET", "/v1/users", ()).rpc("/a.v1.Users/List"),
    ];

    fn names(path: &str) -> Vec<&'static str> {
        let near = nearest(ROWS.iter().map(|row| &row.operation), &Method::POST, path);
        near.iter().map(|route| route.operation.name).collect()
    }

    #[test]
    fn the_nearest_route_is_the_one_whose_fixed_words_differ_least() {
        assert_eq!(names("/v1/user/some-long-id/stop/it")[0], "stop");
    }

    #[test]
    fn a_route_can_have_some_paths_and_no_others() {
        for (route, path, can) in [
            ("/v1/users/{id}", "/v1/users/7", true),
            ("/v1/users/{id}", "/v1/users/", false),
            ("/v1/users/{id}", "/v1/users", false),
            ("/v1/users/{id}", "/v1/users/7/stop", false),
            ("/v1/users/{id}", "/v1/users/7*", true),
            ("/v1/users/{id}/stop", "/v1/users/7/st*", true),
            ("/v1/users/{id}/stop", "/v1/users/*", true),
            ("/v1/users/{id}/stop", "/v1/user*", true),
            ("/v1/users/{id}/stop", "/v1/users/7/go*", false),
            ("/v1/users/{id}:stop", "/v1/users/7:stop", true),
            ("/v1/users/{id}:stop", "/v1/users/7:go", false),
            ("/v1/roles/{*key}", "/v1/roles/a/b", true),
            ("/v1/users", "*", true),
        ] {
            assert_eq!(can_have(route, path), can, "{route} {path}");
        }
    }

    #[test]
    fn remote_calls_are_near_to_remote_calls() {
        assert_eq!(names("/a.v1.Users/Lost"), ["list", "get"]);
    }

    #[test]
    fn a_long_path_is_compared_in_part_whatever_its_letters() {
        let long = format!("/v1/users/{}/{}", "é".repeat(4000), "é/".repeat(4000));
        assert_eq!(names(&long).len(), 3);
    }
}
