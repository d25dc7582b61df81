//! What stops the server: a signal, or the end of the process that started it. Knows nothing of the server.

use std::io;

#[cfg(unix)]
use std::time::Duration;

/// How often the parent process is looked at.
#[cfg(unix)]
const LOOK: Duration = Duration::from_millis(100);

/// Waits until the process that started this one has ended; forever, unless that is asked for.
#[cfg(unix)]
pub(super) fn parent_ends(is_asked: bool) -> impl Future<Output = ()> {
    let parent = std::os::unix::process::parent_id();
    async move {
        if !is_asked {
            std::future::pending().await
        }
        // An orphan gets another parent.
        while std::os::unix::process::parent_id() == parent {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Waits until the process that started this one has ended, which closes the pipe that is its stdin; forever, unless
/// that is asked for.
#[cfg(not(unix))]
pub(super) async fn parent_ends(is_asked: bool) {
    if is_asked {
        let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
        if ended.await.is_ok() {
            return;
        }
    }
    std::future::pending().await
}

/// The signal that stops the server, by its name.
#[cfg(unix)]
pub(super) fn signal() -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
    let hangup = async {
        match hangup {
            Some(mut hangup) => hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            _ = hangup => "SIGHUP",
        }
    })
}

/// Whether the process was started to ignore SIGHUP, as by `nohup`. Where the system does not say, the signal keeps its
/// usual effect.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

/// The signal that stops the server, by its name.
#[cfg(not(unix))]
pub(super) fn signal() -> io::Result<impl Future<Output = &'static str>> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    })
}
