//! The command line: what each command does, and how the process ends. Knows no vendor.

mod ask;
mod environment;
mod flags;
mod log;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::{Config, Emulator, control};

use flags::{Cli, Command, Serve};
use log::{Log, LogFormat, complaint};

/// The exit code of a command line that cannot be followed.
const USAGE: u8 = 2;

/// Follows a command line; `arguments` start with the program's name.
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
    // The first paragraph says what is wrong, a tip what comes near it, the rest how the command line looks.
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let line = lines.join(" ");
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let tip = tip.map(|tip| format!("; {tip}")).unwrap_or_default();
    complain(&format!("{}{tip}", line.strip_prefix("error: ").unwrap_or(&line).trim_end_matches('.')), format);
    ExitCode::from(USAGE)
}

/// The log format that a command line asks for which could not be read as a whole.
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

/// A closed stderr is no reason to fail in another way.
fn complain(reason: &str, format: LogFormat) {
    let _ = io::stderr().write_all(complaint(reason, format).as_bytes());
}

/// Prints what a command answers, or complains.
fn outcome(answer: Result<String, String>) -> ExitCode {
    match answer {
        Ok(text) => {
            // A reader that has seen enough closes the pipe.
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
    // Where there is one core, as in many containers, others to share the work with only cost.
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
    let ended = runtime.block_on(until_stopped(flags.into()));
    // What is left are connections that were given up.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            log.complain(reason.trim_end_matches('.'));
            ExitCode::from(USAGE)
        }
    }
}

async fn until_stopped(config: Config) -> Result<(), String> {
    // Listened for first: a signal that comes while starting must not kill, also as PID 1.
    let signal = stop_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let emulator = Emulator::start_with(config).await.map_err(|error| error.to_string())?;
    let mut ready = String::new();
    for (address, vendor) in emulator.listeners() {
        let vendor = vendor.map(|name| format!(" {name}")).unwrap_or_default();
        ready.push_str(&format!("fauxidp ready http://{address}{vendor}\n"));
    }
    // On a thread of its own: stdout may be closed or full, or its reader asleep, and none of that is a reason not to
    // serve.
    tokio::task::spawn_blocking(move || {
        let mut stdout = io::stdout();
        let _ = stdout.write_all(ready.as_bytes()).and_then(|()| stdout.flush());
    });
    let name = signal.await;
    tracing::info!("{name}: stopping");
    emulator.stop().await;
    Ok(())
}

/// The signal that stops the server.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}

/// The signal that stops the server.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = &'static str>> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    })
}
