//! What is known of each answer: every row has a proof and a source, every operation its rows and a fixture, and the
//! pages of `docs/fidelity/` say what is declared. Knows no vendor by name.

mod coverage;
mod declarations;
mod markdown;
mod pages;

pub use declarations::answers;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fauxidp::declared::{Answer, Operation, VendorInfo, VendorSet};
use serde_json::{Value, json};

use crate::fixture::{files, root};
use crate::{replay, wire, wire_parity};

const FOLDER: &str = "docs/fidelity";

/// What stands around the part of the overview that is generated.
const GENERATED: [&str; 2] = ["<!-- FAUXIDP_BLESS=1 cargo test writes from here -->\n", "<!-- to here -->\n"];

/// The overview with the part that is generated as it should be.
fn overview() -> String {
    let text = fs::read_to_string(root().join(FOLDER).join("README.md")).expect("docs/fidelity/README.md");
    let [start, end] = GENERATED;
    let (before, rest) = text.split_once(start).expect("the mark before the counts");
    let (_, after) = rest.split_once(end).expect("the mark behind the counts");
    format!("{before}{start}\n{}\n{end}{after}", pages::counts())
}

/// Every page of the folder, by its path from there.
fn found() -> BTreeMap<String, String> {
    let folder = root().join(FOLDER);
    let name = |path: &Path| path.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
    let read = |path: &Path| fs::read_to_string(path).expect("a page");
    files(&folder, "md").iter().map(|path| (name(path), read(path))).collect()
}

#[tokio::test]
async fn the_pages_are_current_and_every_row_has_a_proof() {
    let proofs = replay::proofs().await;
    let mut expected = pages::pages(&proofs);
    expected.extend(coverage::pages(&coverage::Shown { proofs: &proofs, compared: wire_parity::compared().await }));
    expected.insert("README.md".to_owned(), overview());
    if std::env::var_os("FAUXIDP_BLESS").is_some() {
        bless(&expected);
    }
    let found = found();
    let names: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let stale: Vec<_> = names.into_iter().filter(|name| found.get(*name) != expected.get(*name)).collect();
    assert!(stale.is_empty(), "FAUXIDP_BLESS=1 cargo test writes these pages of {FOLDER} anew: {stale:#?}");
    for (name, text) in &found {
        check_readable(name, text);
        check_links(name, text);
    }
    let unproven: Vec<_> = answers().into_keys().filter(|row| !proofs.contains_key(row)).collect();
    assert!(unproven.is_empty(), "no fixture proves {unproven:#?}");
}

/// Writes the pages, and removes those that nothing is said on any more.
fn bless(pages: &BTreeMap<String, String>) {
    let (folder, found) = (root().join(FOLDER), found());
    for name in found.keys().filter(|name| !pages.contains_key(*name)) {
        fs::remove_file(folder.join(name)).expect("the page can be removed");
    }
    for (name, text) in pages.iter().filter(|(name, text)| found.get(*name) != Some(text)) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the page can be written");
    }
}

/// Fails where a page is too long for a person.
fn check_readable(name: &str, text: &str) {
    assert!(text.len() <= markdown::MAX_BYTES, "{name} has {} bytes", text.len());
    for (index, line) in text.lines().enumerate() {
        let width = line.chars().count();
        assert!(width <= markdown::MAX_WIDTH, "{name}:{}: {width} characters", index + 1);
    }
}

/// Fails where a link of a page leads to no file.
fn check_links(name: &str, text: &str) {
    let page = root().join(FOLDER).join(name);
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(url, _)| url);
    let defined = text.split("\n[").skip(1).filter_map(|rest| rest.split_once("]:"));
    let defined = defined.filter_map(|(_, rest)| rest.split_whitespace().next());
    for target in inline.chain(defined).filter(|target| !target.starts_with('#')) {
        let path = target.split('#').next().expect("a path");
        assert!(page.parent().expect("a folder").join(path).exists(), "{name}: no {target}");
    }
}

#[test]
fn a_person_can_read_the_sources() {
    check_readable("sources.md", &fs::read_to_string(root().join("docs/sources.md")).expect("docs/sources.md"));
}

#[tokio::test]
async fn the_served_table_is_the_declared_one() {
    let emulator = wire::emulator().await;
    let table = wire::Ask::new("GET", "/__fauxidp/fidelity").send(&emulator).await.json();
    let set = VendorSet::built_in();
    let served = table["vendors"].as_array().expect("a list");
    assert_eq!(served.len(), set.infos().count());
    for (served, info) in served.iter().zip(set.infos()) {
        let operations = served["operations"].as_array().expect("a list");
        assert_eq!(operations.len(), info.operations().count());
        for (served, operation) in operations.iter().zip(info.operations()) {
            assert_eq!(served, &declared_operation(info, operation));
        }
        let settings = info.settings.iter();
        let settings =
            settings.map(|setting| json!({ "key": setting.key, "values": setting.expected(), "what": setting.what }));
        let vendor = json!({
            "vendor": info.name,
            "title": info.title,
            "differences": info.fidelity.differences,
            "settings": settings.collect::<Vec<_>>(),
            "answers": info.fidelity.any.iter().map(declared_answer).collect::<Vec<_>>(),
            "operations": operations,
        });
        assert_eq!(served, &vendor);
    }
}

fn declared_operation(info: &VendorInfo, operation: &Operation) -> Value {
    let mut value = json!({
        "operation": operation.name,
        "resource": null,
        "method": operation.method,
        "path": operation.path,
        "emulated": operation.is_emulated,
        "published": [],
        "answers": [],
        "differences": [],
    });
    if let Some(known) = info.fidelity.operation(operation.name) {
        value["resource"] = known.resource.into();
        value["published"] = json!(known.published);
        value["answers"] = known.answers.iter().map(declared_answer).collect();
        value["differences"] = json!(known.differences);
    }
    value
}

fn declared_answer(answer: &Answer) -> Value {
    let Answer { name, status, confidence, source, recorded, text } = answer;
    json!({
        "answer": name,
        "status": status,
        "confidence": confidence.as_str(),
        "ref": source,
        "recorded": recorded,
        "what": text,
    })
}

#[tokio::test]
async fn the_served_routes_are_all_that_are_declared() {
    let emulator = wire::emulator().await;
    let served = wire::Ask::new("GET", "/__fauxidp/routes").send(&emulator).await.json();
    let served = served["routes"].as_array().expect("a list");
    for info in VendorSet::built_in().infos() {
        let own: Vec<_> = served.iter().filter(|route| route["vendor"] == info.name).collect();
        assert_eq!(own.len(), info.operations().count(), "{}", info.name);
        for (served, operation) in own.into_iter().zip(info.operations()) {
            let declared = json!({
                "vendor": info.name,
                "operation": operation.name,
                "method": operation.method,
                "path": operation.path,
                "emulated": operation.is_emulated,
            });
            assert_eq!(served, &declared);
        }
    }
}
