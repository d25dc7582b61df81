//! The table of `docs/token-defects.md`, which the published clients' runs write, has every defect, and for each one
//! that no specification lets pass a client that refuses it.

use std::collections::BTreeMap;
use std::fs;

use crate::fixture::root;
use crate::wire::{self, Ask};

/// Some specification lets these pass.
const MAY_PASS: [&str; 7] =
    ["no-kid", "wrong-azp", "iat-in-future", "no-expires-in", "string-expires-in", "wrong-at-hash", "wrong-type"];

/// What stands in a column, `accepted by` or `refused by`, that names no client.
const NOBODY: &str = "–";

#[tokio::test]
async fn every_defect_is_refused_by_a_client_and_a_good_token_by_none() {
    let page = fs::read_to_string(root().join("docs/token-defects.md")).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let name = cells.next().expect("a name").trim_matches('`');
        (name, cells.collect::<Vec<_>>())
    });
    let mut rows: BTreeMap<_, _> = rows.collect();
    let good = rows.remove("none").expect("a row of tokens without a defect");
    assert!(good[0].contains(", ") && good[1] == NOBODY, "{good:?}");
    let emulator = wire::emulator().await;
    let declared = Ask::new("GET", "/__fauxidp/defects").send(&emulator).await.json();
    for defect in declared["defects"].as_array().expect("a list") {
        let name = defect["defect"].as_str().expect("a name");
        let cells = rows.remove(name).unwrap_or_else(|| panic!("no row of {name}"));
        assert!(MAY_PASS.contains(&name) || cells[1] != NOBODY, "{name}: {cells:?}");
    }
    assert!(rows.is_empty(), "no such defect: {rows:?}");
}
