//! Plays every fixture against a freshly seeded emulator and holds what was asked and answered against its snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fauxidp::fixture::{Answer, Request};
use fauxidp::{Config, Emulator};

use crate::fixture::{self, Fixture, Played, Variables};
use crate::wire::{self, Ask};

/// The headers that answers may carry. A new one is looked at before it gets in here.
const KNOWN_HEADERS: [&str; 29] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "accept-post",
    "cache-control",
    "expires",
    "pragma",
    "trailer",
    "transfer-encoding",
    "allow",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "grpcgateway-cache-control",
    "grpcgateway-content-type",
    "grpcgateway-pragma",
    "location",
    "retry-after",
    "vary",
    "www-authenticate",
    "x-fault-applied",
    "x-fauxidp",
    "x-fauxidp-fidelity",
    "x-pagination",
    "x-request-id",
    "x-robots-tag",
];

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
    let found: BTreeSet<_> = fixture::files(&fixture::root().join("snapshots"), "snap").into_iter().collect();
    assert_eq!(found, expected);
}

fn transcript(played: &[Played], path: &str) -> String {
    let mut text = String::new();
    for Played { request, answer } in played {
        let (method, asked) = (&request.method, &request.path);
        writeln!(text, "> {method} {asked}").expect("a string takes text");
        for (name, value) in &request.headers {
            writeln!(text, "> {name}: {value}").expect("a string takes text");
        }
        match request.body.len() {
            0 => {}
            1..2_000 => writeln!(text, "> {}", readable(&request.body)).expect("a string takes text"),
            bytes => writeln!(text, "> ({bytes} bytes)").expect("a string takes text"),
        }
        writeln!(text, "< {}", answer.status).expect("a string takes text");
        for (name, value) in &answer.headers {
            let varies =
                name == "date" || (name == "content-length" && (is_certificate(answer) || has_duration(answer)));
            if varies {
                continue;
            }
            assert!(KNOWN_HEADERS.contains(&name.as_str()), "{path}: an unexpected header: {name}: {value}");
            if name != "connection" {
                writeln!(text, "< {name}: {value}").expect("a string takes text");
            }
        }
        writeln!(text, "\n{}\n", body(answer)).expect("a string takes text");
        for (name, value) in &answer.trailers {
            writeln!(text, "< {name}: {value}").expect("a string takes text");
        }
        if !answer.trailers.is_empty() {
            text.push('\n');
        }
    }
    text
}

/// The body; what no seed decides, a certificate and how long calls took, is checked and hidden.
fn body(answer: &Answer) -> String {
    if is_certificate(answer) {
        let text = std::str::from_utf8(&answer.body).expect("a text");
        assert!(
            text.starts_with("-----BEGIN CERTIFICATE-----\n") && text.trim_end().ends_with("-----END CERTIFICATE-----")
        );
        return "(a certificate)".to_owned();
    }
    let text = readable(&answer.body);
    if !has_duration(answer) {
        return text;
    }
    let mut parts = text.split(DURATION);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let microseconds: u64 = part[..digits].parse().expect("a duration is a whole number");
        assert!((1..60_000_000).contains(&microseconds), "{microseconds} µs");
        hidden = hidden + DURATION + "(time)" + &part[digits..];
    }
    hidden
}

/// The member that says how long a call took, up to its value.
const DURATION: &str = "\"duration_us\":";

/// Whether an answer says how long calls took.
fn has_duration(answer: &Answer) -> bool {
    std::str::from_utf8(&answer.body).is_ok_and(|text| text.contains(DURATION))
}

/// A text as it is, other bytes so that they can be read.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => text.to_owned(),
        _ => bytes.escape_ascii().to_string(),
    }
}

fn is_certificate(answer: &Answer) -> bool {
    answer.header("content-type") == Some("application/x-pem-file")
}
