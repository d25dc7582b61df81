//! What people read is readable and leads somewhere: lengths, tables and links of the pages that are written by hand.
//! What the pages say is not known here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::root;

/// The longest line of a text, but for code and the targets of links, which nobody can wrap.
const MAX_WIDTH: usize = 100;
const MAX_COLUMNS: usize = 4;
const MAX_LINES_OF_README: usize = 140;

/// The pages: those at the top, of the docs, of the examples and of the packages.
fn pages() -> Vec<PathBuf> {
    let folders =
        ["", "docs", "docs/fidelity", "examples", "packages", "recordings/zitadel"].map(|name| root().join(name));
    let packages = fs::read_dir(root().join("packages")).expect("packages").map(|entry| entry.expect("one").path());
    let mut pages = Vec::new();
    for folder in folders.into_iter().chain(packages.filter(|path| path.is_dir())) {
        let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        pages.extend(files.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    assert!(pages.len() > 25, "{pages:?}");
    pages
}

/// The lines outside of blocks of code, by their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((index + 1, line))
    })
}

/// The line without its code and without the targets of its links.
fn wrappable(line: &str) -> String {
    let without_code: String = line.split('`').step_by(2).collect();
    let mut parts = without_code.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part.split_once(')').map_or(part, |(_, rest)| rest);
    }
    text
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn pages_are_wrapped_and_their_tables_narrow() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        // A change is a line there; the fidelity pages have a test of their own.
        let is_wrapped = !page.ends_with("CHANGELOG.md") && !page.ends_with("fidelity/README.md");
        for (number, line) in prose(&text) {
            let line = wrappable(line);
            let is_table = line.starts_with('|');
            if is_table && line.replace("\\|", "").matches('|').count() > MAX_COLUMNS + 1 {
                wrong.push(format!("{}:{number}: a table of more than {MAX_COLUMNS} columns", name(&page)));
            }
            if is_wrapped && !is_table && line.chars().count() > MAX_WIDTH {
                wrong.push(format!("{}:{number}: {} characters", name(&page), line.chars().count()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let lines = fs::read_to_string(root().join("README.md")).expect("the README").lines().count();
    assert!(lines <= MAX_LINES_OF_README, "the README has {lines} lines");
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|(_, line)| line.strip_prefix('#'));
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        for target in links.filter(|target| !target.contains("://") && !target.contains(char::is_whitespace)) {
            seen += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { page.parent().expect("a folder").join(path) };
            let is_there = match fs::read_to_string(&file) {
                Ok(text) => anchor.is_empty() || anchors(&text).contains(anchor),
                Err(_) => file.exists() && anchor.is_empty(),
            };
            if !is_there {
                wrong.push(format!("{}: {target}", name(&page)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 100, "{seen} links");
}

#[test]
fn pages_that_a_reader_looks_for_can_be_reached_from_the_readme() {
    let mut open = vec![root().join("README.md")];
    let mut reached = BTreeSet::new();
    while let Some(page) = open.pop() {
        let Ok(page) = page.canonicalize() else { continue };
        if page.extension().is_none_or(|ending| ending != "md") || !reached.insert(page.clone()) {
            continue;
        }
        let text = fs::read_to_string(&page).expect("a page");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let files = links.map(|target| target.split('#').next().unwrap_or_default()).filter(|path| !path.is_empty());
        open.extend(files.map(|path| page.parent().expect("a folder").join(path)));
    }
    let lost: Vec<_> =
        pages().iter().map(|page| page.canonicalize().expect("there")).filter(|p| !reached.contains(p)).collect();
    let may_be_lost = |page: &PathBuf| page.ends_with("CHANGELOG.md");
    let lost: Vec<_> = lost.iter().filter(|page| !may_be_lost(page)).map(|page| name(page)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:#?}");
}
