//! The command line: what each command does, and how the process ends. Knows no vendor.

mod ask;
mod environment;
mod flags;
mod log;
mod stop;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::{Config, Emulator, control};

use flags::{Cli, Command, Serve};
use log::{Log, LogFormat, complaint};

/// The exit code for an invalid command line.
const USAGE: u8 = 2;

/// Runs a command line; `arguments` starts with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::read(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, log_format(&arguments)),
    };
    match cli.command {
        None => serve(cli.serve),
        Some(Command::Serve(flags)) => serve(*flags),
        Some(Command::Healthcheck { server }) => outcome(ask::health(&server.url()).map(|_| String::new())),
        Some(Command::Env { server }) => outcome(environment::script(&server.url())),
        Some(Command::Routes) => outcome(Ok(routes())),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "fauxidp", &mut script);
            outcome(Ok(String::from_utf8_lossy(&script).into_owned()))
        }
    }
}

/// Help and version go to stdout; anything else is one line on stderr.
fn refuse(error: &clap::Error, format: LogFormat) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed stdout is no reason to complain.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // The first paragraph says what is wrong, a tip suggests a correction, and the rest is usage.
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let line = lines.join(" ");
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let tip = tip.map(|tip| format!("; {tip}")).unwrap_or_default();
    complain(&format!("{}{tip}", line.strip_prefix("error: ").unwrap_or(&line).trim_end_matches('.')), format);
    ExitCode::from(USAGE)
}

/// The log format that an otherwise invalid command line asks for.
fn log_format(arguments: &[OsString]) -> LogFormat {
    let is_json = |value: Option<&OsString>| value.is_some_and(|value| value == "json");
    let flag = arguments.iter().rposition(|argument| argument == "--log-format");
    let by_flag = flag.map(|flag| is_json(arguments.get(flag + 1)));
    let is_joined = arguments.iter().any(|argument| argument == "--log-format=json");
    match by_flag.unwrap_or_else(|| is_joined || is_json(std::env::var_os("FAUXIDP_LOG_FORMAT").as_ref())) {
        true => LogFormat::Json,
        false => LogFormat::Text,
    }
}

/// Writes the error to stderr. If stderr is closed, the exit code still reports the failure.
fn complain(reason: &str, format: LogFormat) {
    let _ = io::stderr().write_all(complaint(reason, format).as_bytes());
}

/// Prints a command's result, or its error.
fn outcome(answer: Result<String, String>) -> ExitCode {
    match answer {
        Ok(text) => {
            // A reader such as `head` closes the pipe when it has seen enough.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            complain(reason.trim_end_matches('.'), LogFormat::Text);
            ExitCode::FAILURE
        }
    }
}

fn routes() -> String {
    let mut text = String::new();
    for (owner, operation) in control::built_in_operations() {
        let lacking = if operation.is_emulated { "" } else { "  (not emulated)" };
        let (method, path, name) = (operation.method, operation.path, operation.name);
        text.push_str(&format!("{owner:<10} {method:<6} {path}  {name}{lacking}\n"));
    }
    text
}

fn serve(flags: Serve) -> ExitCode {
    let log = match Log::start(flags.log, flags.log_format) {
        Ok(log) => log,
        Err(error) => {
            complain(&format!("cannot start the log: {error}"), flags.log_format);
            return ExitCode::FAILURE;
        }
    };
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
    let emulator = Emulator::start_with(config).await.map_err(|error| error.to_string())?;
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
