//! The architecture is the tree: who may import whom, which files every vendor has, where time and chance come from.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::fixture::{files, root};

/// What each module may import. A vendor's folder is `vendors/<name>`; a leaf imports leaves.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("lib", &["*"]),
    ("cli", &["config", "emulator", "control", "metrics", "leaves"]),
    ("emulator", &["config", "control", "faults", "outbound", "pipeline", "server", "vendors", "world", "leaves"]),
    ("config", &["faults", "vendors", "leaves"]),
    ("in_process", &["*"]),
    ("server", &["pipeline", "leaves"]),
    ("grpc", &["vendors", "leaves"]),
    ("pipeline", &["control", "faults", "grpc", "mount", "outbound", "vendors", "world", "leaves"]),
    ("mount", &["vendors", "leaves"]),
    ("outbound", &["leaves"]),
    ("control", &["faults", "report", "vendors", "world", "leaves"]),
    ("world", &["faults", "tokens", "vendors", "leaves"]),
    ("faults", &["leaves"]),
    ("report", &["leaves"]),
    ("fixture", &[]),
    ("vendors", &["leaves"]),
];

const LEAVES: &[&str] = &[
    "bounded",
    "budget",
    "call_match",
    "clock",
    "collections",
    "context",
    "deliveries",
    "directory",
    "exchange",
    "failure",
    "fidelity",
    "html",
    "ids",
    "journal",
    "keep",
    "json_difference",
    "limits",
    "listen",
    "metrics",
    "oidc",
    "outbox",
    "outcome",
    "passwords",
    "people",
    "protocol",
    "recent",
    "row",
    "secrets",
    "shape",
    "similar",
    "tokens",
    "totp",
    "typed_json",
];

/// Every source file with its path below `src`.
pub fn sources() -> Vec<(String, String)> {
    let folder = root().join("src");
    let mut sources: Vec<_> = files(&folder, "rs")
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "generated"))
        .map(|path| {
            let name = path.strip_prefix(&folder).expect("inside the folder").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("text"))
        })
        .collect();
    sources.sort();
    sources
}

/// The top-level module of a path below `src`.
fn module(path: &str) -> &str {
    path.split('/').next().expect("a name").trim_end_matches(".rs")
}

pub fn vendors() -> BTreeSet<String> {
    let folder = root().join("src/vendors");
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The source without what only its tests use.
pub fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]").next().expect("a part")
}

/// The modules that a source names after `crate::`, also in a group; comments do not count.
fn imports(text: &str) -> BTreeSet<String> {
    let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let text = code.join("\n");
    let mut found = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let mut depth = 1;
            let inner: String = group
                .chars()
                .take_while(|c| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth > 0
                })
                .collect();
            let mut depth = 0;
            let mut name = String::new();
            for c in inner.chars().chain([',']) {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        let first = name.trim().split("::").next().unwrap_or("").to_owned();
                        found.insert(first);
                        name.clear();
                    }
                    c if depth == 0 => name.push(c),
                    _ => {}
                }
            }
        } else {
            found.insert(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    // What the crate's root re-exports.
    found
        .into_iter()
        .map(|name| match name.as_str() {
            "Emulator" | "StartError" => "emulator".to_owned(),
            "Config" | "FaultPolicy" | "Limits" => "config".to_owned(),
            _ => name,
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_import_is_one_that_the_architecture_allows() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let from = module(&path);
        let own = MAY_IMPORT.iter().find(|(name, _)| *name == from).map(|(_, allowed)| *allowed);
        let allowed = own.unwrap_or_else(|| {
            assert!(LEAVES.contains(&from), "{path} is no module of the architecture");
            &["leaves"]
        });
        for import in imports(shipped(&text)) {
            let is_leaf = LEAVES.contains(&import.as_str()) && allowed.contains(&"leaves");
            if import != from && !is_leaf && !allowed.contains(&import.as_str()) && !allowed.contains(&"*") {
                wrong.push(format!("{path} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_vendor_knows_another_and_nothing_else_names_one() {
    let vendors = vendors();
    for (path, text) in sources() {
        let own = path.strip_prefix("vendors/").and_then(|rest| rest.split('/').next());
        for vendor in vendors.iter().filter(|vendor| Some(vendor.as_str()) != own) {
            // The list that names all three, the words of the crate's documentation, and the examples of help texts.
            let code: String = shipped(&text).lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            if path != "vendors/mod.rs" {
                assert!(!code.to_lowercase().contains(vendor.as_str()), "{path} names {vendor}");
            }
        }
    }
}

#[test]
fn every_vendor_has_the_same_files() {
    let listing = |vendor: &str| -> BTreeSet<String> {
        let folder = root().join("src/vendors").join(vendor);
        files(&folder, "rs")
            .iter()
            .map(|path| name_below(path, &folder))
            .filter(|name| !name.contains('/')) // a large file may have parts in a folder of its name
            .collect()
    };
    let all: Vec<_> = vendors().into_iter().map(|vendor| (listing(&vendor), vendor)).collect();
    let wanted: BTreeSet<String> =
        ["auth.rs", "error.rs", "mod.rs", "operations.rs", "record.rs", "routes.rs", "seed.rs", "wire.rs"]
            .map(str::to_owned)
            .into();
    // Not every vendor has these.
    let more: BTreeSet<String> = ["settings.rs", "state.rs"].map(str::to_owned).into();
    for (found, vendor) in &all {
        assert_eq!(found.difference(&more).cloned().collect::<BTreeSet<_>>(), wanted, "{vendor}");
        let seed = root().join("fixtures/seed").join(format!("{vendor}.json"));
        assert!(seed.exists() && root().join("fixtures").join(vendor).is_dir(), "{vendor} has no fixtures");
    }
}

fn name_below(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).expect("inside the folder").to_string_lossy().into_owned()
}

#[test]
fn nothing_waits_in_a_vendor() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("vendors/")) {
        assert!(!text.contains(".await") && !text.contains("async "), "{path}");
    }
}

#[test]
fn time_and_chance_come_from_the_clock_and_the_ids_alone() {
    // Exceptions: a certificate's dates, how long a call took, time-outs, and where people and ids are made from their
    // seed.
    let exceptions = [
        "clock.rs",
        "grpc/stream.rs",
        "ids.rs",
        "journal.rs",
        "people.rs",
        "protocol/body.rs",
        "server/tls/authority.rs",
        "server/tls/kept.rs",
        "server/activity.rs",
    ];
    for (path, text) in sources() {
        for source in ["::now()", "random(", "thread_rng", "SystemTime", "Instant", "ChaCha"] {
            let hit = shipped(&text).contains(source);
            assert!(!hit || exceptions.contains(&path.as_str()), "{path} uses {source}");
        }
    }
}

#[test]
fn only_the_server_names_hypers_server() {
    for (path, text) in sources() {
        let hit =
            text.contains("hyper_util::server") || text.contains("hyper::server") || text.contains("hyper::service");
        assert!(!hit || path.starts_with("server/"), "{path}");
    }
}

#[test]
fn every_module_opens_with_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{path} does not open with a sentence");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).count();
        assert!(code <= 500, "{path} has {code} lines");
    }
}

/// Words that were names here once and had to be explained. `MAX` and `abort` need no explanation.
const BANNED_NAMES: &[&str] = &["fate", "tide", "woken", "MOST"];

/// Phrases that no message may use, and what to say instead.
const BANNED_PHRASES: &[(&str, &str)] =
    &[("stands twice", "duplicate"), ("is wanted", "expected"), ("is none", "invalid")];

#[test]
fn names_and_messages_use_plain_words() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let (code, literals) = code_and_literals(&text);
        wrong.extend(banned_names(&code).into_iter().map(|name| format!("{path}: the name {name}")));
        for literal in literals {
            let phrase = BANNED_PHRASES.iter().find(|(phrase, _)| literal.contains(phrase));
            wrong.extend(phrase.map(|(_, plain)| format!("{path}: {literal:?}; say {plain:?}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_banned_word_is_found_in_any_name_and_any_literal() {
    let source = r##"
        const MOST_CALLS: char = '"'; // "fate" is none, most of all
        fn get_woken<'a>(tide: HighTide<'a>) { f("an \"id\" is \
            wanted", r#""" is none"#, b'\'', b"almost stands twice") }
    "##;
    let (code, literals) = code_and_literals(source);
    assert_eq!(banned_names(&code), ["MOST", "woken", "tide", "Tide"]);
    assert_eq!(literals, ["an \"id\" is wanted", "\"\" is none", "almost stands twice"]);
}

/// The banned words among the words of all names, in `snake_case`, `CamelCase` and `UPPER_CASE`.
fn banned_names(code: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in code.chars() {
        if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("one at least").push(c);
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| BANNED_NAMES.iter().any(|banned| word == banned || word.to_lowercase() == *banned));
    words
}

/// A source without its comments and literals, and its string literals.
fn code_and_literals(source: &str) -> (String, Vec<String>) {
    let (mut code, mut literals) = (String::new(), Vec::new());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let hashes = rest.get(1..).unwrap_or_default().chars().take_while(|c| *c == '#').count();
        let is_in_name = code.ends_with(|c: char| c.is_alphanumeric() && c != 'b');
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if c == 'r' && !is_in_name && rest[1 + hashes..].starts_with('"') {
            let (literal, after) =
                rest[2 + hashes..].split_once(&format!("\"{}", "#".repeat(hashes))).expect("it is closed");
            literals.push(literal.to_owned());
            rest = after;
        } else if c == '"' {
            let (literal, after) = quoted(&rest[1..]);
            literals.push(literal);
            rest = after;
        } else if rest.starts_with("'\\") {
            rest = &rest[3 + rest[3..].find('\'').expect("it is closed") + 1..];
        } else if c == '\'' && rest.chars().nth(2) == Some('\'') {
            rest = &rest[2 + rest[1..].chars().next().map_or(0, char::len_utf8)..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    (code, literals)
}

/// A string literal up to its closing quote, and the source after it.
fn quoted(source: &str) -> (String, &str) {
    let mut literal = String::new();
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (literal, &source[at + 1..]),
            '\\' => match chars.next().expect("an escaped character").1 {
                '\n' => {}
                escaped => literal.push(escaped),
            },
            // Blanks in a row count as one, since a continued line starts with some.
            ' ' if literal.ends_with(' ') => {}
            c => literal.push(c),
        }
    }
    panic!("a literal is not closed: {source}")
}
