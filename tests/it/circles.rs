//! No import circles: not between the files of a folder, not between its parts. Operations know no wire.
//!
//! A part of a folder is a file, or a file and the folder of its name: `wire.rs` and all of `wire/` are the part
//! `wire`.

use std::collections::{BTreeMap, BTreeSet};

use crate::source_layout::{shipped, sources, vendors};

/// What stands for all generated messages, which are a crate of their own.
const GENERATED: &str = "generated messages";

/// A name in a path, or what parts names.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Path,
    Mark(char),
}

/// The source's tokens, without comments, texts and lifetimes.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if rest.starts_with("r\"") => 2 + rest[2..].find('"').expect("an end") + 1,
            'r' if rest.starts_with("r#\"") => 3 + rest[3..].find("\"#").expect("an end") + 2,
            '"' => 1 + end_of_text(&rest[1..]),
            '\'' if rest[1..].starts_with('\\') => 3 + rest[3..].find('\'').expect("an end") + 1,
            '\'' if rest.chars().nth(2) == Some('\'') => rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at),
            ':' if rest.starts_with("::") => {
                tokens.push(Token::Path);
                2
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(Token::Name(rest[..end].to_owned()));
                end
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token::Mark(c));
                }
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Every path that names more than modules above, those of an import in braces each by itself.
fn paths(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = path(tokens, at, &[], &mut found).max(at + 1);
    }
    found
}

/// Reads the path that starts there, behind what stands before its braces. Answers where it ends.
fn path(tokens: &[Token], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut names = before.to_vec();
    while let Some(Token::Name(name)) = tokens.get(at) {
        names.push(name.clone());
        at += 1;
        if tokens.get(at) != Some(&Token::Path) {
            break;
        }
        at += 1;
        match tokens.get(at) {
            Some(Token::Mark('{')) => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != Token::Mark('}')) {
                    at = path(tokens, at, &names, found).max(at + 1);
                    if tokens.get(at) == Some(&Token::Name("as".to_owned())) {
                        at += 2;
                    }
                }
                return at + 1;
            }
            Some(Token::Mark('*')) => names.push("*".to_owned()),
            _ => {}
        }
    }
    let is_more = names.iter().any(|name| !matches!(name.as_str(), "crate" | "self" | "super"));
    if names.len() > before.len() && names.len() > 1 && is_more {
        found.push(names);
    }
    at
}

/// The module that a file below `src` is.
fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| !matches!(*part, "lib" | "main")).map(str::to_owned).collect()
}

/// Which files each file imports or names a path into.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources();
    let files: BTreeMap<_, _> = sources.iter().map(|(file, _)| (module(file), file.clone())).collect();
    let resolve = |own: &[String], path: &[String]| -> Option<String> {
        if path.iter().any(|name| name == "proto" || name.ends_with("_messages")) {
            return Some(GENERATED.to_owned());
        }
        let ups = path.iter().take_while(|name| *name == "super").count();
        let mut full = match path[0].as_str() {
            "crate" => path[1..].to_vec(),
            "self" => [own, &path[1..]].concat(),
            "super" => [&own[..own.len().checked_sub(ups)?], &path[ups..]].concat(),
            child => {
                let child = [own, &[child.to_owned()]].concat();
                files.contains_key(&child).then(|| [own, path].concat())?
            }
        };
        while !files.contains_key(&full) {
            full.pop()?;
        }
        files.get(&full).cloned()
    };
    let of = |(file, text): &(String, String)| {
        let own = module(file);
        let paths = paths(&tokens(shipped(text)));
        let imports = paths.iter().filter_map(|path| resolve(&own, path)).filter(|other| other != file).collect();
        (file.clone(), imports)
    };
    sources.iter().map(of).collect()
}

/// The folder whose files are looked at together: a vendor's, or a module's of the crate; the crate's own files are
/// one, too.
fn unit(file: &str) -> String {
    let mut parts = file.trim_end_matches(".rs").split('/');
    let first = parts.next().unwrap_or_default();
    match (first, parts.next()) {
        ("vendors", Some(vendor)) if vendors().contains(vendor) => format!("vendors/{vendor}"),
        _ => first.to_owned(),
    }
}

/// The part of its unit that a file belongs to.
fn part(file: &str) -> String {
    let below = file.trim_end_matches(".rs").strip_prefix(&unit(file)).unwrap_or_default().trim_start_matches('/');
    below.split('/').next().unwrap_or_default().to_owned()
}

/// The nodes from which some way of imports leads back to them.
fn in_circles<N: Ord + Clone>(imports: &BTreeMap<N, BTreeSet<N>>) -> BTreeSet<N> {
    let reached = |start: &N| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<_> = imports.get(start).into_iter().flatten().collect();
        while let Some(node) = next.pop() {
            if reached.insert(node) {
                next.extend(imports.get(node).into_iter().flatten());
            }
        }
        reached.contains(start)
    };
    imports.keys().filter(|node| reached(node)).cloned().collect()
}

/// What is wrong in each folder.
fn wrong() -> BTreeMap<String, BTreeSet<String>> {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut parts: BTreeMap<(String, String), BTreeSet<(String, String)>> = BTreeMap::new();
    let mut wrong: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, others) in imports() {
        let own = (unit(&file), part(&file));
        let is_wire = |other: &String| other.starts_with("protocol/") || other == GENERATED || part(other) == "wire";
        if own.0.starts_with("vendors/") && own.1 == "operations" && others.iter().any(is_wire) {
            wrong.entry(format!("{}: operations know the wire", own.0)).or_default().insert(file.clone());
        }
        // A module's own file is the face of its folder: that it names its parts is no import.
        let own_module = module(&file);
        let is_part = |other: &String| module(other).starts_with(&own_module);
        for other in others.into_iter().filter(|other| unit(other) == own.0 && !is_part(other)) {
            if part(&other) != own.1 {
                parts.entry(own.clone()).or_default().insert((own.0.clone(), part(&other)));
            }
            files.entry(file.clone()).or_default().insert(other);
        }
    }
    for file in in_circles(&files) {
        wrong.entry(format!("{}: files in circles", unit(&file))).or_default().insert(file);
    }
    for (unit, part) in in_circles(&parts) {
        wrong.entry(format!("{unit}: parts in circles")).or_default().insert(part);
    }
    wrong
}

#[test]
fn no_files_or_parts_of_a_folder_import_each_other_in_a_circle_and_operations_know_no_wire() {
    let wrong = wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn paths_are_found_in_imports_and_in_code() {
    let found = |text: &str| -> Vec<String> { paths(&tokens(text)).iter().map(|path| path.join("::")).collect() };
    let text = r#"
        use super::{State, wire::{self, users as bodies}}; // not::this
        fn run(call: &Call) -> routes::Row { "nor::this"; '"'; super::super::auth::tenant::<u8>(b'x') }
        pub(in super::super) use super::*;
    "#;
    let wanted = [
        "super::State",
        "super::wire::self",
        "super::wire::users",
        "routes::Row",
        "super::super::auth::tenant",
        "super::*",
    ];
    assert_eq!(found(text), wanted);
}

#[test]
fn a_circle_is_found_and_a_chain_is_none() {
    let imports = |edges: &[(&'static str, &'static str)]| {
        let mut imports: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        edges.iter().for_each(|(from, to)| _ = imports.entry(*from).or_default().insert(*to));
        in_circles(&imports)
    };
    assert_eq!(imports(&[("a", "b"), ("b", "c"), ("c", "b")]), ["b", "c"].into());
    assert!(imports(&[("a", "b"), ("a", "c"), ("b", "c")]).is_empty());
}
