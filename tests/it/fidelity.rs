//! The fidelity table: every row has a proof and a source, every route a fixture, and the generated files are current.

use std::collections::BTreeSet;
use std::fs;

use fauxidp::declared::{BUILT_IN, fidelity_table};

use crate::fixture::{self, root};
use crate::replay;

#[tokio::test]
async fn the_generated_files_are_current_and_every_row_has_a_proof() {
    let proofs = replay::proofs().await;
    let json = serde_json::to_string_pretty(&proofs).expect("text is JSON") + "\n";
    for (file, text) in [("docs/proofs.json", json), ("docs/fidelity.md", fidelity_table(&proofs))] {
        let path = root().join(file);
        if std::env::var_os("FAUXIDP_BLESS").is_some() {
            fs::write(&path, &text).expect("the file can be written");
        }
        let current = fs::read_to_string(&path).unwrap_or_default();
        assert!(current == text, "{file} is out of date: FAUXIDP_BLESS=1 cargo test writes it");
    }
    let mut unproven = Vec::new();
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        let common = about.common.iter().map(|row| format!("{}.any.{}", about.name, row.name));
        let own = about.operations().flat_map(|operation| {
            operation.answers().map(move |row| format!("{}.{}.{}", about.name, operation.name, row.name))
        });
        unproven.extend(common.chain(own).filter(|row| !proofs.contains_key(row)));
    }
    assert!(unproven.is_empty(), "no fixture proves {unproven:#?}");
}

#[test]
fn every_emulated_route_has_a_fixture_of_its_name() {
    let fixtures = fixture::all();
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        for operation in about.operations().filter(|operation| operation.emulated) {
            let file = format!("/{}.http", operation.name);
            let folder = format!("fixtures/{}/", about.name);
            let found =
                fixtures.iter().any(|fixture| fixture.path.starts_with(&folder) && fixture.path.ends_with(&file));
            assert!(found, "no {folder}**{file}");
        }
    }
}

#[test]
fn every_reference_stands_in_the_sources() {
    let text = fs::read_to_string(root().join("docs/sources.md")).expect("docs/sources.md");
    let sources: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let mut references = BTreeSet::new();
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        references.extend(about.common.iter().map(|row| row.source));
        references.extend(about.operations().flat_map(|operation| operation.answers()).map(|row| row.source));
    }
    let missing: Vec<_> = references.difference(&sources).collect();
    assert!(missing.is_empty(), "docs/sources.md lacks {missing:?}");
}

#[test]
fn a_row_is_declared_once_and_its_operation_too() {
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        let mut names = BTreeSet::new();
        for operation in about.operations() {
            assert!(names.insert(operation.name), "{} declares {} twice", about.name, operation.name);
            let mut rows = BTreeSet::new();
            for row in operation.answers().chain(about.common) {
                assert!(rows.insert(row.name), "{}.{} declares {} twice", about.name, operation.name, row.name);
                assert!((200..600).contains(&row.status));
            }
        }
    }
}

#[tokio::test]
async fn the_served_table_is_the_declared_one_with_its_proofs() {
    let emulator = crate::wire::emulator().await;
    let table = crate::wire::Ask::new("GET", "/__fauxidp/fidelity").send(&emulator).await.json();
    for (served, about) in
        table["vendors"].as_array().expect("a list").iter().zip(BUILT_IN.iter().map(|maker| maker.about))
    {
        assert_eq!(served["vendor"], about.name);
        let operations = served["operations"].as_array().expect("a list");
        assert_eq!(operations.len(), about.operations().count());
        for (served, operation) in operations.iter().zip(about.operations()) {
            assert_eq!(
                (&served["operation"], &served["emulated"]),
                (&operation.name.into(), &operation.emulated.into())
            );
            let answers = served["answers"].as_array().expect("a list");
            assert_eq!(answers.len(), operation.answers().count());
            for (served, row) in answers.iter().zip(operation.answers()) {
                assert_eq!((&served["answer"], &served["status"]), (&row.name.into(), &row.status.into()));
                let proof = served["proof"][0].as_str().expect("a proof");
                assert!(root().join(proof).exists(), "{proof}");
            }
        }
    }
}

#[tokio::test]
async fn the_served_routes_are_all_that_are_declared() {
    let emulator = crate::wire::emulator().await;
    let served = crate::wire::Ask::new("GET", "/__fauxidp/routes").send(&emulator).await.json();
    let served = served["routes"].as_array().expect("a list");
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        let own = served.iter().filter(|route| route["vendor"] == about.name);
        let declared = about.operations().map(|operation| {
            serde_json::json!({
                "vendor": about.name,
                "operation": operation.name,
                "method": operation.method,
                "path": operation.path,
                "emulated": operation.emulated,
            })
        });
        assert!(own.eq(declared.collect::<Vec<_>>().iter()), "{}", about.name);
    }
}
