//! Plays what the fuzz targets start from, and what they have found, through the same functions as they do.

use std::fs;

use crate::fixture::root;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Plays the files of one target.
fn play(name: &str, target: impl Fn(&[u8])) {
    let folder = root().join("fuzz/corpus").join(name);
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no corpus");
    for file in files {
        eprintln!("{}", file.display());
        target(&fs::read(&file).expect("a file"));
    }
}

#[test]
fn every_target_has_a_corpus_that_it_takes() {
    for vendor in ["monocloud", "zitadel", "jitsudo"] {
        play(vendor, |bytes| targets::http(vendor, bytes));
    }
    play("rpc", targets::rpc);
    play("faults", targets::faults);
    play("seed", targets::seed);
    play("sniff", targets::sniff);
    play("journal", targets::journal);
    play("sign_in", targets::sign_in);
    play("state", targets::state);
    let targets = fs::read_dir(root().join("fuzz/fuzz_targets")).expect("a folder").count();
    let played = fs::read_dir(root().join("fuzz/corpus")).expect("a folder").count();
    assert_eq!((targets, played), (10, 10));
}
