//! Where the project's fixtures and their snapshots are.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

pub use fauxidp::fixture::{Played, Variables, frame};

use crate::wire::Ask;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One file.
pub struct Fixture {
    /// Its path from the project's folder, such as `fixtures/monocloud/users/get_user.http`.
    pub path: String,
    content: fauxidp::fixture::Fixture,
}

impl Deref for Fixture {
    type Target = fauxidp::fixture::Fixture;

    fn deref(&self) -> &Self::Target {
        &self.content
    }
}

impl Fixture {
    /// Where its snapshot's folder is, and its name.
    pub fn snapshot(&self) -> (PathBuf, String) {
        let inner = Path::new(&self.path).strip_prefix("fixtures").expect("a fixture");
        let folder = root().join("snapshots").join(inner.parent().expect("a folder"));
        (folder, inner.file_stem().expect("a name").to_string_lossy().into_owned())
    }

    /// Its requests as they are written, captures not filled in.
    pub fn asks(&self) -> impl Iterator<Item = Ask> {
        self.requests.iter().map(Ask::from)
    }
}

/// Every fixture, by path.
pub fn all() -> Vec<Fixture> {
    let mut paths = files(&root().join("fixtures"), "http");
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Fixture {
    let name = path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
    let bytes = fs::read(path).expect("a file");
    let content = fauxidp::fixture::Fixture::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    Fixture { path: name, content }
}

/// Every file below a folder with that extension.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}
