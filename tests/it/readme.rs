//! The console blocks of the README and of the pages in `docs`, run as they stand: each command prints what they print.

use std::fs;
use std::process::Command;

use fauxidp::Emulator;

use crate::fixture::root;
use crate::wire;

/// The commands of the blocks marked `console`, each with what it prints.
fn commands(file: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(file)).expect("a file");
    let mut commands: Vec<(String, String)> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => commands.push((command.to_owned(), String::new())),
                None => {
                    let (_, output) = commands.last_mut().expect("a command comes first");
                    output.push_str(line);
                    output.push('\n');
                }
            }
        }
    }
    commands
}

/// Whether a text is what was expected, where `…` stands for anything on one line.
fn is_like(printed: &str, expected: &str) -> bool {
    let mut rest = printed;
    let parts: Vec<_> = expected.split('…').collect();
    for (place, part) in parts.iter().enumerate() {
        let Some(at) = rest.find(part) else { return false };
        if rest[..at].contains('\n') || (place == 0 && at > 0) {
            return false;
        }
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || (expected.ends_with('…') && !rest.contains('\n'))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_what_the_documentation_prints() {
    if Command::new("curl").arg("--version").output().is_err() {
        // A fresh machine may lack it; CI installs it, and there its absence is an error.
        assert!(std::env::var_os("CI").is_none(), "curl is not installed");
        eprintln!("SKIPPED: the README's commands need curl");
        return;
    }
    for file in ["README.md", "docs/faults.md", "docs/troubleshooting.md", "docs/verification.md", "docs/worlds.md"] {
        run(file).await;
    }
}

async fn run(file: &str) {
    // The real clock, as a reader has it.
    let emulator = Emulator::start_with(fauxidp::Config { clock: None, ..wire::config() }).await.expect("it starts");
    let address = emulator.addresses()[0].to_string();
    let folder = std::env::temp_dir().join(format!("fauxidp-readme-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let commands = commands(file);
    assert!(commands.len() >= 5, "{file} shows each thing that can be done");
    for (command, expected) in commands {
        let script = command.replace("127.0.0.1:8484", &address);
        let output = Command::new("sh").args(["-c", &script]).current_dir(&folder).output().expect("sh");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            is_like(printed.trim_end(), expected.trim_end()),
            "{command}\nprinted: {printed}\n{file}: {expected}\n{errors}"
        );
    }
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn the_readme_shows_two_commands_to_set_up_with() {
    let text = fs::read_to_string(root().join("README.md")).expect("a README");
    let cargo: Vec<_> = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("cargo ")).collect();
    assert_eq!(cargo, ["cargo run --release", "cargo test"]);
}
