//! Reads seed files: a strict reading, and one that goes on after each mistake; and what a file takes over from the
//! embedded one. Knows no vendor.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::SeedContext;
use super::seed::{Problems, SeedError};
use crate::similar::with_closest;
use crate::typed_json::{self, Segment, below};

/// Whether what is embedded stays beside what a seed file lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Embedded {
    /// A list of the file takes the place of the embedded one.
    #[default]
    Replace,
    /// A list of the file is added to the embedded one, and wins where both have an id.
    Keep,
}

/// What a vendor's seed file holds.
pub trait SeedFile: DeserializeOwned {
    /// Completes the file by what is embedded.
    fn complete(self, embedded: Self) -> Self;
}

/// Reads a vendor's seed file, and completes it by the embedded one. What is wrong with it goes to the problems, and
/// what can be read all the same is returned.
///
/// # Errors
/// Nothing could be read.
pub fn read_seed<T: SeedFile>(start: &SeedContext<'_>, problems: &mut Problems) -> Result<T, Vec<SeedError>> {
    let Some(own) = read(start.seed, problems) else {
        return Err(std::mem::take(problems).into_errors());
    };
    if start.seed == start.embedded {
        return Ok(own);
    }
    problems.measure(start.seed);
    Ok(own.complete(read(start.embedded, problems).expect("the embedded seed is valid")))
}

/// What a list is made of: what the file has, and what stays of the embedded list.
pub fn join<T, K: PartialEq>(
    own: Option<Vec<T>>,
    embedded: Option<Vec<T>>,
    rule: Embedded,
    key: impl Fn(&T) -> K,
) -> Option<Vec<T>> {
    let stays = own.is_none() || rule == Embedded::Keep;
    let embedded = embedded.into_iter().flatten().filter(|_| stays);
    Some(add(own.unwrap_or_default(), embedded, key))
}

/// The file's own items, and those others whose key none of them has.
pub fn add<T, K: PartialEq>(mut own: Vec<T>, others: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let keys: Vec<_> = own.iter().map(&key).collect();
    own.extend(others.filter(|item| !keys.contains(&key(item))));
    own
}

fn read<T: DeserializeOwned>(text: &str, problems: &mut Problems) -> Option<T> {
    let strict = match typed_json::read(text.as_bytes()) {
        Ok(read) => return Some(read),
        Err(misfit) => explained(&typed_json::show(&misfit.path), &misfit.error),
    };
    match serde_json::from_str(text) {
        Ok(value) => read_on(value, strict, problems),
        Err(_) => {
            problems.push(strict);
            None
        }
    }
}

/// How often a value is read at most, of which each mistake takes a few.
const MAX_READINGS: usize = 400;

/// Reads the value again and again: each mistake is told, and then removed from the value.
fn read_on<T: DeserializeOwned>(mut value: Value, strict: SeedError, problems: &mut Problems) -> Option<T> {
    // What stands in for what was wrong, by its member, and how often it was another thing.
    let mut stand_ins: HashMap<String, usize> = HashMap::new();
    let mut gone = HashSet::new();
    let mut told = 0;
    for _ in 0..MAX_READINGS {
        let misfit = match typed_json::read(value.to_string().as_bytes()) {
            Ok(read) => {
                if told == 0 {
                    problems.push(strict); // only the text has it, such as a member that stands there twice
                }
                return Some(read);
            }
            Err(misfit) => misfit,
        };
        let segments = misfit.path;
        let field = typed_json::show(&segments);
        let missing = missing_member(&misfit.error.to_string()).map(str::to_owned);
        let is_about = missing.as_ref().map_or_else(|| field.clone(), |name| below(field.clone(), name));
        if !stand_ins.keys().chain(&gone).any(|known| is_within(&is_about, known)) {
            problems.push(explained(&field, &misfit.error));
            told += 1;
        }
        match (missing, segments.last()) {
            (Some(name), _) => {
                let text = stand_in(&mut stand_ins, below(field, &name))?;
                find(&mut value, &segments)?.as_object_mut()?.insert(name, text);
            }
            (None, Some(Segment::Item(index))) => {
                let list = &segments[..segments.len() - 1];
                match stand_in(&mut stand_ins, field) {
                    Some(text) => *find(&mut value, list)?.as_array_mut()?.get_mut(*index)? = text,
                    // Without the item alone, those behind it would be told by wrong numbers.
                    None => {
                        remove(&mut value, list)?;
                        gone.insert(typed_json::show(list));
                    }
                }
            }
            (None, _) => {
                remove(&mut value, &segments)?;
                gone.insert(field); // that it is missing now is nobody's mistake
            }
        }
    }
    None
}

fn is_within(field: &str, outer: &str) -> bool {
    field.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What is put where a value is missing, or where one in a list is wrong: first a text in the form of an id, then an
/// empty object, then nothing.
fn stand_in(stand_ins: &mut HashMap<String, usize>, field: String) -> Option<Value> {
    let number = stand_ins.len() + 1;
    let tries = stand_ins.entry(field).and_modify(|tries| *tries += 1).or_default();
    match tries {
        0 => Some(format!("00000000-0000-8000-8000-{number:012}").into()),
        1 => Some(Value::Object(Map::new())),
        _ => None,
    }
}

/// The name in `missing field ...`, the reader's message.
fn missing_member(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

fn find<'v>(value: &'v mut Value, path: &[Segment]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Item(index) => value.get_mut(*index),
        Segment::Member(name) => value.get_mut(name),
    })
}

/// Removes the member at the path.
fn remove(value: &mut Value, path: &[Segment]) -> Option<()> {
    let last = path.iter().rposition(|segment| matches!(segment, Segment::Member(_)))?;
    let Segment::Member(name) = &path[last] else { return None };
    find(value, &path[..last])?.as_object_mut()?.shift_remove(name).map(drop)
}

/// The reader's error, with the closest of the names that were expected.
fn explained(field: &str, error: &serde_json::Error) -> SeedError {
    let message = error.to_string();
    let position = (error.line() > 0).then(|| (error.line(), error.column()));
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&suffix).unwrap_or(&message);
    let is_name = ["unknown field", "duplicate field"].iter().any(|start| message.starts_with(start));
    let message = match missing_member(message) {
        Some(name) => format!("expected a member `{name}`"),
        None => with_closest(message),
    };
    // The reader's words for what JSON calls otherwise.
    let message =
        message.replace("expected a sequence", "expected a list").replace("expected a map", "expected an object");
    let message = match message.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => message,
    };
    SeedError { field: field.to_owned(), message, position, is_name }
}

/// Checks that the schema of a vendor's seed files is that of the type they are read as; `FAUXIDP_BLESS=1` writes it.
#[cfg(test)]
pub fn check_schema<T: schemars::JsonSchema>(vendor: &str) {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), format!("A seed file of {vendor} for fauxidp").into());
    let text = format!("{:#}\n", schema.to_value());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/vendors/{vendor}/seed.schema.json"));
    if std::env::var_os("FAUXIDP_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, text, "write it anew with FAUXIDP_BLESS=1 cargo test --lib the_schema");
}
