//! The seed files of a folder: which there are, and where in them something is wrong. Knows no vendor but by its name.

mod locate;
mod yaml;

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StartError;
use crate::similar::most_similar;
use crate::vendors::{SeedError, VendorFactory, VendorSet, one_line};
use locate::Place;

/// How many columns of a line are shown.
const MAX_SHOWN: usize = 100;

/// Something that is wrong with a seed file, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedProblem {
    /// The file.
    pub path: PathBuf,
    /// Line and column, from 1; absent where the whole file is meant.
    pub position: Option<(usize, usize)>,
    /// The line.
    pub text: String,
    /// The member, and what is wrong with it.
    pub message: String,
}

/// File, line, column and message; then the line, with a caret under the place.
impl Display for SeedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = one_line(&self.path.display().to_string());
        let Some((line, column)) = self.position else {
            return write!(f, "{path}: {}", self.message);
        };
        // A long line is shown around the place.
        let at = column.saturating_sub(1);
        let start = at.saturating_sub(MAX_SHOWN / 2);
        let shown: String = self.text.chars().skip(start).take(MAX_SHOWN).collect();
        let shown = shown.replace(char::is_control, " ");
        let caret = at - start;
        write!(f, "{path}:{line}:{column}: {}\n{line:>6} | {shown}\n{:>6} | {:caret$}^", self.message, "", "")
    }
}

/// The problems below each other, with their number if there are several.
pub(super) fn listed(problems: &[SeedProblem]) -> String {
    let lines: Vec<_> = problems.iter().map(SeedProblem::to_string).collect();
    match &lines[..] {
        [one] => one.clone(),
        several => format!("{} problems\n{}", several.len(), several.join("\n")),
    }
}

/// What is wrong with a text that is a vendor's seed, where it stands there.
pub(crate) fn located(text: &str, errors: Vec<(usize, SeedError)>) -> Vec<SeedProblem> {
    let seed = Seed { path: "seed.json".into(), json: text.to_owned(), yaml: None, is_own: true };
    seed.problems(errors.into_iter().map(|(_, error)| error)).collect()
}

/// Each vendor's seed.
pub(super) struct Seeds {
    seeds: Vec<Seed>,
    /// What is wrong with the folder.
    problems: Vec<SeedProblem>,
}

struct Seed {
    path: PathBuf,
    /// As it is read.
    json: String,
    /// The file as it was written, if it is YAML.
    yaml: Option<String>,
    is_own: bool,
}

/// The seeds of the folder's files, and for vendors that have none there, the embedded ones.
///
/// # Errors
/// The folder or a file cannot be read.
pub(super) fn read(set: &VendorSet, folder: Option<&Path>) -> Result<Seeds, StartError> {
    let embedded = |factory: &&VendorFactory| Seed {
        path: Path::new("embedded").join(file_names(factory).remove(0)),
        json: factory.embedded.to_owned(),
        yaml: None,
        is_own: false,
    };
    let Some(folder) = folder else {
        return Ok(Seeds { seeds: set.iter().map(embedded).collect(), problems: Vec::new() });
    };
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error| StartError::UnreadableSeed { path, error }
    };
    let entries = fs::read_dir(folder).map_err(unreadable(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(unreadable(folder))?;
        // Folders, and what is hidden, are nobody's mistake.
        if !entry.path().is_dir() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            names.push(entry.file_name());
        }
    }
    names.sort();
    let known: Vec<_> = set.iter().flat_map(|factory| file_names(factory)).collect();
    let is_known = |name: &OsStr| known.iter().any(|known| name == OsStr::new(known));
    let unknown = names.iter().filter(|name| !is_known(name)).map(|name| {
        let is_meant =
            Path::new(name).extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|own| end == *own));
        let message = match most_similar(&name.to_string_lossy(), known.iter().map(String::as_str), 1)[..] {
            [closest] if is_meant => format!("unknown file; the closest match is {closest}"),
            _ => format!("unknown file; expected {}", known.join(", ")),
        };
        SeedProblem { path: folder.join(name), position: None, text: String::new(), message }
    });
    let mut problems: Vec<_> = unknown.collect();
    let mut seeds = Vec::with_capacity(set.len());
    for factory in set.iter() {
        let mut own = None;
        for name in file_names(factory) {
            let path = folder.join(name);
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(&path)(error)),
            };
            match own {
                None => own = Some(Seed::of(path, text, &mut problems)),
                Some(_) => problems.push(SeedProblem {
                    message: format!("a second file of {}: expected one", factory.info.name),
                    path,
                    position: None,
                    text: String::new(),
                }),
            }
        }
        seeds.push(own.flatten().unwrap_or_else(|| embedded(factory)));
    }
    Ok(Seeds { seeds, problems })
}

/// What the seed files of a vendor can be called.
fn file_names(factory: &VendorFactory) -> Vec<String> {
    ["json", "yaml", "yml"].map(|end| format!("{}.{end}", factory.info.name)).into()
}

impl Seeds {
    /// The texts, as JSON.
    pub(super) fn texts(&self) -> Vec<String> {
        self.seeds.iter().map(|seed| seed.json.clone()).collect()
    }

    /// Where each vendor's seed comes from.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.seeds.iter().map(|seed| &*seed.path)
    }

    /// The files that were loaded.
    pub(super) fn loaded(&self) -> impl Iterator<Item = &Path> {
        self.seeds.iter().filter(|seed| seed.is_own).map(|seed| &*seed.path)
    }

    /// What was made of the seeds.
    ///
    /// # Errors
    /// All that is wrong with the folder and with the files.
    pub(super) fn checked<T>(&self, made: Result<T, Vec<(usize, SeedError)>>) -> Result<T, Vec<SeedProblem>> {
        let mut problems = self.problems.clone();
        match made {
            Ok(made) if problems.is_empty() => return Ok(made),
            Ok(_) => {}
            Err(mut errors) => {
                for (vendor, seed) in self.seeds.iter().enumerate() {
                    let own = errors.extract_if(.., |(index, _)| *index == vendor);
                    problems.extend(seed.problems(own.map(|(_, error)| error)));
                }
            }
        }
        Err(problems)
    }
}

impl Seed {
    /// The seed in a file. One that is no YAML is a problem, and none is returned.
    fn of(path: PathBuf, text: String, problems: &mut Vec<SeedProblem>) -> Option<Self> {
        if path.extension().is_some_and(|end| end == "json") {
            return Some(Self { path, json: text, yaml: None, is_own: true });
        }
        match yaml::to_json(&text) {
            Ok(json) => Some(Self { path, json, yaml: Some(text), is_own: true }),
            Err(error) => {
                problems.push(SeedProblem::at(path, &text, error.place, error.message));
                None
            }
        }
    }

    /// The place of the reader of JSON, which counts bytes.
    fn place(&self, line: usize, column: usize) -> Place {
        let text = self.json.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let before = text.get(..column.saturating_sub(1)).unwrap_or(text);
        Place { line, column: before.chars().count() + 1 }
    }

    /// What is wrong, with its places.
    fn problems(&self, errors: impl Iterator<Item = SeedError>) -> impl Iterator<Item = SeedProblem> {
        let yaml = self.yaml.as_deref().map(|text| (text, yaml::Read::of(text)));
        errors.map(move |error| self.problem(error, yaml.as_ref()))
    }

    fn problem(&self, error: SeedError, yaml: Option<&(&str, yaml::Read<'_>)>) -> SeedProblem {
        let message = match error.field.is_empty() {
            true => one_line(&error.message),
            false => error.to_string(),
        };
        let (text, place) = match yaml {
            Some((text, read)) => (*text, read.find(&error.field, error.is_name)),
            None => {
                let found = || locate::in_json(&self.json, &error.field, error.is_name);
                let read = error.position.map(|(line, column)| self.place(line, column));
                (&*self.json, if error.field.is_empty() { read.or_else(found) } else { found().or(read) })
            }
        };
        SeedProblem::at(self.path.clone(), text, place.unwrap_or(Place { line: 1, column: 1 }), message)
    }
}

impl SeedProblem {
    fn at(path: PathBuf, text: &str, Place { line, column }: Place, message: String) -> Self {
        let text = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_owned();
        Self { path, position: Some((line.max(1), column.max(1))), text, message }
    }
}
