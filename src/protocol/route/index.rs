//! Operations found by path, whatever the method. Knows no vendor.

use hashbrown::HashMap;
use matchit::Router;

use super::MAX_PARAMETERS;
use crate::row::Operation;

/// Operations, found by the path of either edge.
pub(super) struct Index {
    pub(super) operations: Vec<&'static Operation>,
    by_path: Router<Vec<usize>>,
    by_rpc: HashMap<&'static str, usize>,
}

/// Where each parameter of a path starts and ends.
pub(super) type Parameters = [(u32, u32); MAX_PARAMETERS];

/// The operations of a path.
pub(super) struct Hit<'i> {
    /// Their indices, in the order of the table.
    pub(super) indices: &'i [usize],
    pub(super) parameters: Parameters,
    /// Whether a parameter is `.` or `..`.
    pub(super) has_dots: bool,
}

/// The methods that act like an operation's own, where it takes any.
const ANY: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE"];

impl Index {
    /// # Panics
    /// If two paths are indistinguishable, which is a mistake in the table.
    pub(super) fn new(operations: Vec<&'static Operation>) -> Self {
        let mut paths: Vec<(String, Vec<usize>)> = Vec::new();
        let mut by_shape: HashMap<String, usize> = HashMap::new();
        for (index, operation) in operations.iter().enumerate().filter(|(_, operation)| operation.has_path()) {
            let shape = shape(operation.path);
            match by_shape.get(&shape) {
                Some(known) => paths[*known].1.push(index),
                None => {
                    by_shape.insert(shape.clone(), paths.len());
                    paths.push((shape, vec![index]));
                }
            }
        }
        let mut by_path = Router::new();
        for (path, indices) in paths {
            by_path.insert(path, indices).expect("the table's paths do not collide");
        }
        let remote = operations.iter().enumerate();
        let by_rpc = remote.filter_map(|(index, operation)| Some((operation.rpc?, index))).collect();
        Self { operations, by_path, by_rpc }
    }

    /// The operation whose remote call has that path.
    pub(super) fn rpc(&self, path: &str) -> Option<usize> {
        self.by_rpc.get(path).copied()
    }

    /// The operations of a path that is not a remote call's.
    pub(super) fn at(&self, path: &str) -> Option<Hit<'_>> {
        let found = self.by_path.at(path).ok()?;
        let mut hit = Hit { indices: found.value, parameters: [(0, 0); MAX_PARAMETERS], has_dots: false };
        for (range, (_, value)) in hit.parameters.iter_mut().zip(found.params.iter()) {
            let start = value.as_ptr() as usize - path.as_ptr() as usize;
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            *range = (offset(start), offset(start + value.len()));
            hit.has_dots |= matches!(value, "." | "..");
        }
        Some(hit)
    }

    /// The one of these operations with this method.
    pub(super) fn with_method(&self, indices: &[usize], method: &str) -> Option<usize> {
        let find = |fits: &dyn Fn(&Operation) -> bool| indices.iter().copied().find(|at| fits(self.operations[*at]));
        find(&|operation| operation.method == method)
            .or_else(|| find(&|operation| operation.takes_any_method && ANY.contains(&method)))
    }

    /// Those of `operations` that are not in this index, neither by path nor by remote call.
    pub(super) fn without_own(&self, operations: &'static [Operation]) -> Vec<&'static Operation> {
        let own: HashMap<_, _> = self.operations.iter().map(|own| ((own.method, shape(own.path)), ())).collect();
        let is_own = |operation: &Operation| {
            operation.rpc.is_some_and(|rpc| self.by_rpc.contains_key(rpc))
                || own.contains_key(&(operation.method, shape(operation.path)))
        };
        operations.iter().filter(|operation| !is_own(operation)).collect()
    }
}

/// A path with its parameters numbered: their names do not distinguish paths.
fn shape(path: &str) -> String {
    let number = |(index, part): (usize, &str)| match part.strip_prefix('{') {
        Some(name) if name.starts_with('*') => format!("{{*p{index}}}"),
        Some(_) => format!("{{p{index}}}"),
        None => part.to_owned(),
    };
    path.split('/').enumerate().map(number).collect::<Vec<_>>().join("/")
}
