//! The declarations themselves: the vendors' `fidelity/*.toml` against their operations, the fixtures and
//! `docs/sources.md`. Knows no vendor by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fauxidp::declared::{Answer, Confidence, VendorInfo, VendorSet};
use toml::{Table, Value};

use super::pages;
use crate::fixture::{self, files, root};

/// Every row with what it is called in `x-fauxidp-fidelity`.
fn named(info: &VendorInfo) -> impl Iterator<Item = (String, &'static Answer)> + use<> {
    let vendor = info.name;
    let any = info.fidelity.any.iter().map(move |row| (format!("{vendor}.any.{}", row.name), row));
    let own = info.fidelity.operations().flat_map(move |(operation, known)| {
        known.answers.iter().map(move |row| (format!("{vendor}.{operation}.{}", row.name), row))
    });
    any.chain(own)
}

/// Every row by what it is called.
pub fn answers() -> BTreeMap<String, &'static Answer> {
    VendorSet::built_in().infos().flat_map(named).collect()
}

/// A vendor's files as they are written, by name.
fn written(info: &VendorInfo) -> BTreeMap<String, Table> {
    let folder = root().join("src/vendors").join(info.name).join("fidelity");
    let name = |path: &std::path::Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let read = |path: &std::path::Path| fs::read_to_string(path).expect("a file").parse().expect("it is TOML");
    files(&folder, "toml").iter().map(|path| (name(path), read(path))).collect()
}

/// The texts that stand under a key, wherever.
fn values<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    for (name, value) in value.as_table().into_iter().flatten() {
        found.extend(value.as_str().filter(|_| name == key));
        values(value, key, found);
    }
}

/// The headings of `docs/sources.md` that references lead to.
fn sources() -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/sources.md")).expect("docs/sources.md");
    text.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect()
}

#[test]
fn every_emulated_operation_has_an_entry_and_every_entry_an_operation() {
    for info in VendorSet::built_in().infos() {
        let emulated = info.operations().filter(|operation| operation.is_emulated);
        let emulated: BTreeSet<_> = emulated.map(|operation| operation.name).collect();
        let known: BTreeSet<_> = info.fidelity.operations().map(|(name, _)| name).collect();
        assert_eq!(emulated, known, "{}", info.name);
        for (name, known) in info.fidelity.operations() {
            assert!(!known.answers.is_empty(), "{}.{name} has no answer", info.name);
        }
    }
}

#[test]
fn every_emulated_operation_has_a_fixture_of_its_name() {
    let fixtures = fixture::all();
    for info in VendorSet::built_in().infos() {
        for operation in info.operations().filter(|operation| operation.is_emulated) {
            let file = format!("/{}.http", operation.name);
            let folder = format!("fixtures/{}/", info.name);
            let found =
                fixtures.iter().any(|fixture| fixture.path.starts_with(&folder) && fixture.path.ends_with(&file));
            assert!(found, "no {folder}**{file}");
        }
    }
}

#[test]
fn every_file_is_read_and_every_shared_row_is_used() {
    for info in VendorSet::built_in().infos() {
        let mut files = written(info);
        let common = files.remove("common").expect("what any call can get");
        let mut resources = pages::resources(info);
        resources.sort_unstable();
        assert!(files.keys().eq(&resources), "{}: {resources:?} are read", info.name);
        let entries = files.values().flat_map(Table::values);
        let used: BTreeSet<_> =
            entries.filter_map(|entry| entry.get("shared")?.as_table()).flat_map(Table::keys).collect();
        let shared: BTreeSet<_> =
            common.get("shared").and_then(Value::as_table).into_iter().flat_map(Table::keys).collect();
        assert_eq!(used, shared, "{}", info.name);
    }
}

#[test]
fn every_reference_leads_to_a_source_and_every_word_is_one_of_the_five() {
    let sources: BTreeSet<_> = sources().into_iter().collect();
    let words = Confidence::ALL.map(Confidence::as_str);
    for info in VendorSet::built_in().infos() {
        for (name, row) in named(info) {
            assert!(sources.contains(&row.source), "{name}: docs/sources.md has no {}", row.source);
            assert!(!row.text.trim().is_empty(), "{name} says nothing");
        }
        // As they are written, too: what a shared row says may be replaced wherever it is used.
        for (file, table) in written(info) {
            let table = Value::Table(table);
            let (mut found, mut references) = (Vec::new(), Vec::new());
            values(&table, "confidence", &mut found);
            values(&table, "source", &mut references);
            assert!(!found.is_empty(), "{}/{file}.toml has no rows", info.name);
            for word in found {
                assert!(words.contains(&word), "{}/{file}.toml: {word} is none of {words:?}", info.name);
            }
            for source in references {
                assert!(sources.contains(source), "{}/{file}.toml: docs/sources.md has no {source}", info.name);
            }
        }
    }
}

#[test]
fn a_source_is_described_once_and_the_overview_explains_each_word() {
    let mut all = BTreeSet::new();
    for source in sources() {
        assert!(all.insert(source.clone()), "docs/sources.md has {source} twice");
    }
    let overview = fs::read_to_string(root().join("docs/fidelity/README.md")).expect("the overview");
    for word in Confidence::ALL.map(Confidence::as_str) {
        assert!(overview.contains(&format!("- **{word}**: ")), "docs/fidelity/README.md does not explain {word}");
    }
}

#[test]
fn an_operation_is_declared_once_and_no_row_hides_another() {
    for info in VendorSet::built_in().infos() {
        let mut names = BTreeSet::new();
        for operation in info.operations() {
            assert!(names.insert(operation.name), "{} declares {} twice", info.name, operation.name);
            let own = info.fidelity.operation(operation.name).map_or(&[][..], |known| &known.answers);
            let mut rows = BTreeSet::new();
            for row in own.iter().chain(&info.fidelity.any) {
                assert!(rows.insert(&row.name), "{}.{} declares {} twice", info.name, operation.name, row.name);
            }
        }
        let published = info.fidelity.operations().flat_map(|(_, known)| known.published.iter().copied());
        for status in named(info).map(|(_, row)| row.status).chain(published) {
            assert!((200..600).contains(&status), "{}: {status}", info.name);
        }
    }
}
