//! Fixtures: files of requests, parted by `###`. `docs/fixtures.md` says how they are written.

use std::fs;
use std::path::{Path, PathBuf};

use crate::wire::Ask;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One file.
pub struct Fixture {
    /// Its path from the project's folder, such as `fixtures/monocloud/users/get_user.http`.
    pub path: String,
    /// What the emulator starts with, such as `jitsudo.suspend-owner=allowed`.
    pub set: Vec<String>,
    /// Whether it is asked over HTTP/2.
    pub http2: bool,
    /// What is asked, in order.
    pub asks: Vec<Ask>,
}

impl Fixture {
    /// Where its snapshot's folder is, and its name.
    pub fn snapshot(&self) -> (PathBuf, String) {
        let inner = Path::new(&self.path).strip_prefix("fixtures").expect("a fixture");
        let folder = root().join("snapshots").join(inner.parent().expect("a folder"));
        (folder, inner.file_stem().expect("a name").to_string_lossy().into_owned())
    }
}

/// Every fixture, by path.
pub fn all() -> Vec<Fixture> {
    let mut paths = files(&root().join("fixtures"), "http");
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
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

fn read(path: &Path) -> Fixture {
    let text = fs::read_to_string(path).expect("a fixture is text");
    let name = path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
    let mut set = Vec::new();
    let asks = text.split("\n###").map(|block| ask(block, &mut set, &name)).collect();
    Fixture { path: name, set, http2: text.contains("# @http2"), asks }
}

/// One request: comments, request line, headers, an empty line, the body.
fn ask(block: &str, set: &mut Vec<String>, name: &str) -> Ask {
    let (mut body_of, mut framed, mut take, mut letters) = (None, false, Vec::new(), None);
    let mut lines = block.trim_matches('\n').lines().skip_while(|line| line.trim().is_empty()).peekable();
    // What follows `###` on its line is a title.
    while let Some(line) = lines.next_if(|line| line.starts_with('#') || !line.contains(" /")) {
        let directive = line.trim_start_matches(['#', ' ']);
        if let Some(setting) = directive.strip_prefix("@set ") {
            set.push(setting.trim().to_owned());
        }
        if let Some((name, pointer)) = directive.strip_prefix("@take ").and_then(|rest| rest.trim().split_once(' ')) {
            take.push((name.to_owned(), pointer.trim().to_owned()));
        }
        if let Some((name, count)) = directive.strip_prefix("@letters ").and_then(|rest| rest.trim().split_once(' ')) {
            letters = Some((format!("{{{{{name}}}}}"), "A".repeat(count.parse().expect("a number"))));
        }
        framed |= directive.trim() == "@frame";
        if let Some(bytes) = directive.strip_prefix("@body-of-bytes ") {
            body_of = Some(bytes.trim().parse().unwrap_or_else(|_| panic!("{name}: {line}")));
        }
    }
    let first = lines.next().unwrap_or_else(|| panic!("{name}: a block without a request"));
    let (method, path) = first.split_once(' ').unwrap_or_else(|| panic!("{name}: {first}"));
    let mut ask = Ask { take, ..Ask::new(method, path) };
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (header, value) = line.split_once(':').unwrap_or_else(|| panic!("{name}: no header: {line}"));
        ask = ask.header(header, value.trim());
    }
    let mut body = lines.collect::<Vec<_>>().join("\n");
    if let Some((name, letters)) = letters {
        body = body.replace(&name, &letters);
    }
    match body_of {
        Some(bytes) => ask.body(vec![b'x'; bytes]),
        None if framed => ask.body(frame(body.as_bytes())),
        None => ask.body(body),
    }
}

/// A message in the frame of gRPC and gRPC-Web.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message");
    [&[0], &length.to_be_bytes()[..], message].concat()
}
