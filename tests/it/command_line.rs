//! Runs every line of `fixtures/cli/*.sh` in a shell, and holds what it prints and how it ends against a snapshot.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::cli::fauxidp;
use crate::fixture::{files, root};

/// What a snapshot calls the server that a script can ask.
const ADDRESS: &str = "127.0.0.1:8484";

/// Ends the output of each line.
const MARK: &str = "\u{1}";

/// A server with a clock that stands still, whose end is the test's.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start() -> Self {
        let arguments = ["--listen", "127.0.0.1:0", "--clock", "2030-01-01T00:00:00Z", "--log", "off"];
        let mut child = fauxidp().args(arguments).stdout(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim_end().rsplit('/').next().expect("an address").to_owned();
        Self { child, address }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One shell for all lines, so that one can set what the next ones use.
fn transcript(script: &str, server: &Running, folder: &std::path::Path) -> String {
    let lines: Vec<_> = script.lines().filter(|line| !line.is_empty()).collect();
    let program = lines.iter().fold("set -o pipefail\n".to_owned(), |program, line| {
        program + &format!("{line}\ncode=$?; printf '=> %s\\n{MARK}' \"$code\"; printf '{MARK}' >&2\n")
    });
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_fauxidp")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FAUXIDP_")) {
        shell.env_remove(name);
    }
    shell
        .env("PATH", path)
        .env("ADDRESS", &server.address)
        .env("TMP", folder)
        .env("COLUMNS", "100")
        .env("XDG_CACHE_HOME", folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = shell.spawn().expect("bash");
    shell.stdin.take().expect("piped").write_all(program.as_bytes()).expect("taken");
    let output = shell.wait_with_output().expect("it ends");
    let port = server.address.rsplit(':').next().expect("a port");
    let said = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("text").replace(&server.address, ADDRESS);
        text.replace(&format!("-{port}/"), "-8484/") // in the names of folders
    };
    let (out, err) = (said(output.stdout), said(output.stderr));
    let said = lines.iter().zip(out.split(MARK).zip(err.split(MARK)));
    said.fold(String::new(), |text, (line, (out, err))| {
        let err: String = err.lines().map(|line| format!("! {line}\n")).collect();
        let (out, code) = out.rsplit_once("=> ").expect("a code");
        text + &format!("$ {line}\n{out}{err}=> {code}\n")
    })
}

#[test]
fn every_command_prints_what_its_snapshot_says() {
    for path in files(&root().join("fixtures/cli"), "sh") {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let folder = std::env::temp_dir().join(format!("fauxidp-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let text = transcript(&fs::read_to_string(&path).expect("text"), &Running::start(), &folder);
        fs::remove_dir_all(&folder).expect("removed");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(root().join("snapshots/cli"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_input_file(path);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}
