//! The command line: what each command does, and how the process ends. Knows no vendor.

mod ask;
mod client;
mod container;
mod environment;
mod flags;
mod log;
mod stop;
mod usage;
mod variables;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use serde_json::{Value, json};

use crate::{Config, Emulator, StartError, control, emulator};

use ask::Server;
use flags::{Cli, Command, Serve};
use log::{Log, LogFormat, complaint};

/// The exit code for an invalid command line.
const USAGE: u8 = 2;

/// Runs a command line; `arguments` starts with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::read(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::refuse(&error, &arguments),
    };
    match cli.command {
        None => serve(cli.serve),
        Some(Command::Serve(flags)) => serve(*flags),
        Some(Command::Healthcheck { server }) => {
            outcome(Server::at(&server.url()).and_then(|server| server.health()).map(|_| String::new()))
        }
        Some(Command::Env { server, format }) => outcome(environment::variables(&server.url(), format)),
        Some(Command::Routes { vendor, json }) => known(routes(vendor.as_deref(), json)),
        Some(Command::Schema { vendor }) => known(emulator::seed_schema(&vendor).map(str::to_owned)),
        Some(Command::Check { folder }) => outcome(check(&folder)),
        Some(Command::Worlds(command)) => outcome(client::worlds(&command)),
        Some(Command::Requests(command)) => outcome(client::requests(&command)),
        Some(Command::Verify(command)) => outcome(client::verify(&command)),
        Some(Command::Fault(command)) => outcome(client::fault(&command)),
        Some(Command::Outbox(target)) => outcome(client::outbox(&target)),
        Some(Command::Clock(command)) => outcome(client::clock(&command)),
        Some(Command::SignIn(command)) => outcome(client::sign_in(&command)),
        Some(Command::Report(command)) => judged(client::report(&command)),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "fauxidp", &mut script);
            outcome(Ok(String::from_utf8_lossy(&script).into_owned()))
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            let written = clap_mangen::Man::new(Cli::command()).render(&mut page);
            outcome(written.map(|()| String::from_utf8_lossy(&page).into_owned()).map_err(|error| error.to_string()))
        }
    }
}

/// Writes the error to stderr. If stderr is closed, the exit code still reports the failure.
fn complain(reason: &str, format: LogFormat) {
    let _ = io::stderr().write_all(complaint(reason, format).as_bytes());
}

/// Prints a command's result, or its error.
fn outcome(answer: Result<String, String>) -> ExitCode {
    let reason = match answer {
        Ok(text) => {
            let mut stdout = io::stdout();
            match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
                Ok(()) => return ExitCode::SUCCESS,
                // A reader such as `head` closes the pipe when it has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
                Err(error) => format!("stdout: {error}"),
            }
        }
        Err(reason) => reason,
    };
    complain(reason.trim_end_matches('.'), LogFormat::Text);
    ExitCode::FAILURE
}

/// Prints a document, and why it is no good, if it is not.
fn judged(answer: Result<(String, Option<String>), String>) -> ExitCode {
    let (text, fault) = match answer {
        Ok(answer) => answer,
        Err(reason) => return outcome(Err(reason)),
    };
    let printed = outcome(Ok(text));
    fault.map_or(printed, |reason| outcome(Err(reason)))
}

/// Prints what is known of a vendor. That it is unknown is a mistake in the command line.
fn known(answer: Result<String, String>) -> ExitCode {
    match answer {
        Ok(text) => outcome(Ok(text)),
        Err(reason) => {
            complain(&reason, LogFormat::Text);
            ExitCode::from(USAGE)
        }
    }
}

/// What a folder of seed files loads.
fn check(folder: &Path) -> Result<String, String> {
    match emulator::check_fixtures(folder) {
        Ok(loaded) if loaded.is_empty() => Err(format!("{}: nothing loaded: there is no seed file", folder.display())),
        Ok(loaded) => Ok(loaded.into_iter().map(|path| format!("{path}: valid\n")).collect()),
        Err(error) => Err(error.to_string().trim_start_matches("--fixtures: ").to_owned()),
    }
}

/// The routes of every vendor, or of one.
fn routes(vendor: Option<&str>, as_json: bool) -> Result<String, String> {
    let all = control::built_in_operations();
    if let Some(name) = vendor.filter(|name| all.iter().all(|(owner, _)| owner != name)) {
        let mut known: Vec<_> = all.iter().map(|(owner, _)| *owner).collect();
        known.dedup();
        return Err(format!("unknown vendor {name:?}; expected one of {}", known.join(", ")));
    }
    let meant = all.iter().filter(|(owner, _)| vendor.is_none_or(|name| name == *owner));
    if as_json {
        let routes: Vec<Value> = meant.map(|(owner, operation)| control::show_route(owner, operation)).collect();
        return Ok(format!("{:#}\n", json!({ "routes": routes })));
    }
    let line = |(owner, operation): &(&str, &'static _)| {
        let crate::row::Operation { method, path, name, is_emulated, .. } = operation;
        let lacking = if *is_emulated { "" } else { "  (not emulated)" };
        format!("{owner:<10} {method:<6} {path}  {name}{lacking}\n")
    };
    Ok(meant.map(line).collect())
}

fn serve(flags: Serve) -> ExitCode {
    let log = match Log::start(flags.log.log, flags.log.log_format) {
        Ok(log) => log,
        Err(error) => {
            complain(&format!("cannot start the log: {error}"), flags.log.log_format);
            return ExitCode::FAILURE;
        }
    };
    for warning in variables::unknown() {
        tracing::warn!("{warning}");
    }
    // On a single core, as in many containers, more worker threads only add overhead.
    let mut runtime = match std::thread::available_parallelism() {
        Ok(cores) if cores.get() == 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log.complain(&format!("cannot start the server's threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let with_parent = flags.exit_with_parent;
    let ended = runtime.block_on(until_stopped(flags.into(), with_parent));
    // Only connections that were given up are left.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            log.complain(reason.trim_end_matches('.'));
            ExitCode::from(USAGE)
        }
    }
}

async fn until_stopped(config: Config, with_parent: bool) -> Result<(), String> {
    // First of all: a signal during the start must stop the server gracefully, also when it is PID 1.
    let signal = stop::signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let parent_ends = stop::parent_ends(with_parent);
    let emulator = match Emulator::start_with(config).await {
        Ok(emulator) => emulator,
        Err(error) => {
            let explained = tokio::task::spawn_blocking(move || explain(&error));
            return Err(explained.await.unwrap_or_else(|error| error.to_string()));
        }
    };
    let mut ready = String::new();
    for (address, vendor) in emulator.listeners() {
        let vendor = vendor.map(|name| format!(" {name}")).unwrap_or_default();
        ready.push_str(&format!("fauxidp ready http://{address}{vendor}\n"));
    }
    // On a separate thread: stdout may be closed, full or not being read, and the server must run all the same.
    tokio::task::spawn_blocking(move || {
        let mut stdout = io::stdout();
        let _ = stdout.write_all(ready.as_bytes()).and_then(|()| stdout.flush());
    });
    let reason = tokio::select! {
        name = signal => name,
        () = parent_ends => "the process that started the server has ended",
    };
    tracing::info!("{reason}: stopping");
    emulator.stop().await;
    Ok(())
}

/// Why the server cannot start. Of an address that is in use it says by whom.
fn explain(error: &StartError) -> String {
    let StartError::Listen { address, error: cause } = error else { return error.to_string() };
    if cause.kind() != ErrorKind::AddrInUse {
        return error.to_string();
    }
    let health = Server::at(&address.to_string()).and_then(|server| server.health());
    let owner = match health {
        Ok(health) => format!("fauxidp {} answers there", health["version"].as_str().unwrap_or_default()),
        Err(_) => "another program listens there".to_owned(),
    };
    format!("{error}: {owner}; for any free port: --listen 127.0.0.1:0")
}
