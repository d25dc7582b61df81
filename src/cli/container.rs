//! The command line of a container's first process: a command that runs beside it is to ask the server that it started.
//! Knows no flag.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What started the server, from its program's name on, if this machine is a container whose first process is one.
pub(super) fn first_command_line() -> Option<Vec<OsString>> {
    let own = std::env::current_exe().ok()?;
    from_program(&std::fs::read("/proc/1/cmdline").ok()?, own.file_name()?)
}

/// A command line as Linux shows it, from the program of that name on: what is before it is an `init`.
fn from_program(shown: &[u8], program: &OsStr) -> Option<Vec<OsString>> {
    let words = shown.strip_suffix(b"\0").unwrap_or(shown).split(|byte| *byte == 0);
    let words = words.map(|word| String::from_utf8_lossy(word).into_owned().into());
    let words: Vec<OsString> = words.skip_while(|word| Path::new(word).file_name() != Some(program)).collect();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_with_and_without_an_init() {
        let serve: Vec<OsString> = ["/fauxidp", "--listen", "0.0.0.0:9000"].map(OsString::from).to_vec();
        for (shown, words) in [
            (&b"/fauxidp\0--listen\x000.0.0.0:9000\0"[..], Some(serve.clone())),
            (b"/sbin/docker-init\0--\0/fauxidp\0--listen\x000.0.0.0:9000\0", Some(serve)),
            (b"/sbin/init\0splash\0", None),
            (b"", None),
        ] {
            assert_eq!(from_program(shown, OsStr::new("fauxidp")), words);
        }
    }
}
