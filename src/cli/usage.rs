//! What is said of an invalid command line, and where help goes.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::log::LogFormat;
use super::{USAGE, complain, outcome};

/// Help and version go to stdout; anything else is an error of at most four lines on stderr, or one in a log of JSON.
pub(super) fn refuse(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return outcome(Ok(error.render().to_string()));
    }
    let format = log_format(arguments);
    let is_typed = |flag: &str| arguments.iter().any(|typed| typed.as_encoded_bytes().starts_with(flag.as_bytes()));
    let mut text = error.render().to_string();
    if !is_typed("--port") && is_typed("-p") {
        text = text.replace("'--port ", "'-p ");
    }
    complain(&summary(&text, format), format);
    ExitCode::from(USAGE)
}

/// The first paragraph says what is wrong. What follows are tips, usage and where help is.
fn summary(text: &str, format: LogFormat) -> String {
    let mut lines = text.lines();
    let first: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let first = first.join(" ");
    let first = first.strip_prefix("error: ").unwrap_or(&first).trim_end_matches('.').replace(" <PORT>'", "'");
    let rest: Vec<_> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    let tips = rest.iter().filter_map(|line| line.strip_prefix("tip: ")).take(1);
    match format {
        LogFormat::Json => tips.fold(first, |text, tip| format!("{text}; {tip}")),
        LogFormat::Text => {
            let usage = rest.iter().find_map(|line| line.strip_prefix("Usage: "));
            let tips = tips.map(|tip| format!("  tip: {tip}"));
            let usage = usage.map(|usage| format!("  usage: {usage}"));
            let help = std::iter::once("  help: fauxidp --help".to_owned());
            tips.chain(usage).chain(help).fold(first, |text, line| format!("{text}\n{line}"))
        }
    }
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
