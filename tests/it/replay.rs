//! Plays every fixture against a freshly seeded emulator and holds what was asked and answered against its snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use fauxidp::fixture::Request;
use fauxidp::{Config, Emulator};

use crate::fixture::{self, Fixture, Played, Variables};
use crate::transcript::transcript;
use crate::wire::{self, Ask};

/// Plays fixtures, each against a freshly seeded emulator.
struct Stage {
    /// For the most: a reset makes the default world what it was at birth.
    usual: Emulator,
}

impl Stage {
    async fn new() -> Self {
        Self { usual: wire::emulator().await }
    }

    /// The answers to a fixture.
    async fn play(&self, fixture: &Fixture) -> Vec<Played> {
        // What calls of other worlds leave behind, no reset takes away.
        let stays = ["fixtures/worlds/", "fixtures/control/"].iter().any(|own| fixture.path.starts_with(own));
        if fixture.set.is_empty() && !stays {
            let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&self.usual).await;
            assert_eq!(reset.status, 200);
            return play(fixture, &self.usual).await;
        }
        let config = Config { set: fixture.set.clone(), ..wire::config() };
        let emulator = Emulator::start_with(config).await.unwrap_or_else(|error| panic!("{}: {error}", fixture.path));
        let played = play(fixture, &emulator).await;
        emulator.stop().await;
        played
    }
}

async fn play(fixture: &Fixture, emulator: &Emulator) -> Vec<Played> {
    let send = async |request: &Request| {
        // Asking how sure an answer is shows in the snapshot, and proves the row of the fidelity table.
        let ask = Ask::from(request).header("x-fauxidp-explain", "1");
        let answer = if fixture.http2 { ask.send_h2(emulator).await } else { ask.send(emulator).await };
        Ok(answer.into())
    };
    let played = fauxidp::fixture::play(fixture, &mut Variables::default(), send).await;
    played.unwrap_or_else(|error| panic!("{}: {error}", fixture.path))
}

/// Which fixtures of its own folder prove which row, of all vendors.
pub async fn proofs() -> BTreeMap<String, Vec<String>> {
    let mut proofs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let stage = Stage::new().await;
    for fixture in fixture::all() {
        for Played { answer, .. } in stage.play(&fixture).await {
            let row =
                answer.header("x-fauxidp-fidelity").and_then(|value| value.split("row=").nth(1)).map(str::to_owned);
            let own =
                |row: &String| fixture.path.starts_with(&format!("fixtures/{}/", row.split('.').next().unwrap_or("")));
            if let Some(row) = row.filter(own) {
                proofs.entry(row).or_default().insert(fixture.path.clone());
            }
        }
    }
    proofs.into_iter().map(|(row, fixtures)| (row, fixtures.into_iter().collect())).collect()
}

#[tokio::test]
async fn every_fixture_is_answered_as_its_snapshot_says() {
    let mut wrong = Vec::new();
    let stage = Stage::new().await;
    for fixture in fixture::all() {
        let played = stage.play(&fixture).await;
        let lies = played.iter().filter_map(|played| played.check().err());
        wrong.extend(lies.map(|lie| format!("{}: {lie}", fixture.path)));
        let text = transcript(&played, &fixture.path);
        let (folder, name) = fixture.snapshot();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_input_file(fixture::root().join(&fixture.path));
        // One that differs must not hide the others.
        let held = catch_unwind(AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(name, text))));
        if held.is_err() {
            wrong.push(fixture.path);
        }
    }
    assert!(wrong.is_empty(), "these lie, or differ from their snapshots: {wrong:#?}");
}

#[test]
fn every_snapshot_has_a_fixture_and_every_fixture_a_snapshot() {
    let expected: BTreeSet<_> = fixture::all()
        .iter()
        .map(|fixture| {
            let (folder, name) = fixture.snapshot();
            folder.join(format!("{name}.snap"))
        })
        .collect();
    let of_commands = fixture::root().join("snapshots/cli");
    let found = fixture::files(&fixture::root().join("snapshots"), "snap").into_iter();
    let found: BTreeSet<_> = found.filter(|path| !path.starts_with(&of_commands)).collect();
    let alone: Vec<_> = found.symmetric_difference(&expected).collect();
    assert!(alone.is_empty(), "these stand alone: {alone:#?}");
}
