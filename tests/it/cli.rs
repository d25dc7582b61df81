//! The binary by its command line: what it prints, how it ends, and which of flag, variable and default wins.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

/// The binary, without the variables of whoever runs the tests.
pub fn fauxidp() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fauxidp"));
    without_variables(&mut command);
    command
}

/// The same, held to one of the cores where that can be said.
pub fn on_one_core() -> Command {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let first = cores.and_then(|cores| cores.trim().split([',', '-']).next());
    match (first, Command::new("taskset").arg("--version").output()) {
        (Some(core), Ok(_)) => {
            let mut command = Command::new("taskset");
            command.args(["-c", core, env!("CARGO_BIN_EXE_fauxidp")]);
            without_variables(&mut command);
            command
        }
        _ => fauxidp(),
    }
}

fn without_variables(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FAUXIDP_")) {
        command.env_remove(name);
    }
    // Not the cache of whoever runs the tests.
    command.env("XDG_CACHE_HOME", std::env::temp_dir().join(format!("fauxidp-cache-{}", std::process::id())));
    command
}

pub fn run(arguments: &[&str]) -> Output {
    fauxidp().args(arguments).output().expect("it runs")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// A server that ends with the test.
pub struct Serving {
    pub child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: BufReader<std::process::ChildStderr>,
    url: String,
}

impl Serving {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let url = line.strip_prefix("fauxidp ready ").unwrap_or_else(|| panic!("not the ready line: {line:?}"));
        Self { child, stdout, stderr, url: url.trim_end().to_owned() }
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("a URL")
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &pid]).status().expect("sh").success());
    }

    /// The exit code, what else stood on stdout, and stderr.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).expect("text");
        self.stderr.read_to_string(&mut err).expect("text");
        (self.child.wait().expect("it ends").code(), out, err)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether this process, and so what it starts, ignores SIGHUP, as under `nohup`.
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

#[test]
fn a_signal_stops_it_with_code_0_and_stdout_holds_the_ready_line_alone() {
    for signal in ["TERM", "INT", "HUP"] {
        if signal == "HUP" && ignores_hangups() {
            continue; // the test below is about this
        }
        let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
        assert!(serving.url.starts_with("http://127.0.0.1:"), "{}", serving.url);
        serving.signal(signal);
        let (code, out, err) = serving.end();
        assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
        assert!(err.contains(&format!("SIG{signal}: stopping")), "{err}");
    }
}

#[test]
fn a_hangup_stops_no_server_that_was_started_to_ignore_it() {
    let script = "trap '' HUP; exec \"$0\" --listen 127.0.0.1:0";
    let serving =
        Serving::start(without_variables(Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_fauxidp")])));
    serving.signal("HUP");
    serving.signal("TERM");
    let (code, _, err) = serving.end();
    assert!(code == Some(0) && err.contains("SIGTERM: stopping"), "{err}");
}

#[test]
fn it_ends_with_its_parent_where_that_is_asked_for() {
    let script = "\"$0\" --listen 127.0.0.1:0 --exit-with-parent & wait";
    let mut serving =
        Serving::start(without_variables(Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_fauxidp")])));
    TcpStream::connect(serving.address()).expect("it listens");
    // No signal reaches the server itself.
    serving.child.kill().expect("it runs");
    let (_, _, err) = serving.end();
    assert!(err.contains("the process that started the server has ended: stopping"), "{err}");
}

#[test]
fn a_request_that_was_sent_before_the_signal_is_answered() {
    let serving = Serving::start(fauxidp().args(["serve", "--listen", "127.0.0.1:0", "--log", "off"]));
    let mut stream = TcpStream::connect(serving.address()).expect("it listens");
    let request = "POST /api/users/user-active/disable HTTP/1.1\r\nHost: x\r\nX-API-KEY: monocloud-admin\r\n\
                   X-Fault: delay;ms=300;at=after\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("taken");
    serving.signal("TERM");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"disabled\":true"), "{answer}");
    let (code, _, err) = serving.end();
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn a_flag_beats_a_variable_and_a_variable_beats_the_default() {
    let clock = |command: &mut Command| {
        let serving = Serving::start(command.args(["--listen", "127.0.0.1:0"]));
        let mut stream = TcpStream::connect(serving.address()).expect("it listens");
        let request = "POST /api/users/user-active/disable HTTP/1.0\r\nX-API-KEY: monocloud-admin\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let at = answer.split("\"last_updated\":").nth(1).expect("a time");
        at.split(',').next().expect("a number").parse::<i64>().expect("a number")
    };
    assert_eq!(clock(fauxidp().env("FAUXIDP_CLOCK", "2030-01-01T00:00:00Z")), 1_893_456_000);
    let both = clock(fauxidp().env("FAUXIDP_CLOCK", "2030-01-01T00:00:00Z").args(["--clock", "2031-01-01T00:00:00Z"]));
    assert_eq!(both, 1_924_992_000);
}

#[test]
fn a_repeatable_variable_is_split_at_newlines() {
    let serving = Serving::start(
        fauxidp()
            .env("FAUXIDP_LISTEN", "127.0.0.1:0\n127.0.0.1:0")
            .env("FAUXIDP_SET", "jitsudo.suspend-owner=allowed\njitsudo.unset-avatar=absent"),
    );
    serving.signal("TERM");
    let (code, out, _) = serving.end();
    assert_eq!(code, Some(0));
    assert!(
        out.starts_with("fauxidp ready http://127.0.0.1:") && out.lines().count() == 1,
        "a line for the second address: {out}"
    );
}

#[test]
fn the_faults_of_the_start_are_for_every_call() {
    let answer = |command: &mut Command| {
        let serving = Serving::start(command.args(["--listen", "127.0.0.1:0"]));
        let mut stream = TcpStream::connect(serving.address()).expect("it listens");
        let request = "GET /api/users/user-active HTTP/1.0\r\nX-API-KEY: monocloud-admin\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let flags = answer(fauxidp().args(["--fault", "delay;ms=1", "--fault", "404"]));
    assert!(flags.contains("x-fault-applied: delay;ms=1;source=start;n=1, 404;source=start;n=1\r\n"), "{flags}");
    let variable = answer(fauxidp().env("FAUXIDP_FAULT", "delay;ms=1\n404"));
    assert_eq!(variable.lines().next(), flags.lines().next());
    // A block of YAML ends with a line break.
    let block = answer(fauxidp().env("FAUXIDP_FAULT", "delay;ms=1\n404\n"));
    assert_eq!(block.lines().next(), flags.lines().next());
    let off = answer(fauxidp().args(["--fault", "404"]).env("FAUXIDP_FAULT_POLICY", "off"));
    assert!(off.starts_with("HTTP/1.0 200 OK\r\n") && !off.contains("x-fault-applied"), "{off}");
}

#[test]
fn variables_list_with_commas_and_an_empty_one_is_unset() {
    let listen = "127.0.0.1:0,monocloud=0\njitsudo=localhost:0";
    let mut command = fauxidp();
    command.env("FAUXIDP_LISTEN", listen).env("FAUXIDP_PEOPLE", "").env("FAUXIDP_SET", "monocloud.era=current,");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().take(3);
    let lines: Vec<_> = lines.map(|line| line.expect("a line")).collect();
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let ends: Vec<_> = lines.iter().map(|line| line.rsplit(' ').next().expect("a word")).collect();
    assert!(lines.iter().all(|line| line.starts_with("fauxidp ready http://127.0.0.1:")), "{lines:?}");
    assert!(ends[0].starts_with("http://") && ends[1..] == ["monocloud", "jitsudo"], "{lines:?}");
}

#[test]
fn the_authority_outlives_a_start() {
    let folder = std::env::temp_dir().join(format!("fauxidp-authority-{}", std::process::id()));
    let start = |arguments: &[&str], cache: &str| {
        let mut command = fauxidp();
        let serving =
            Serving::start(command.env("XDG_CACHE_HOME", cache).args(["--listen", "127.0.0.1:0"]).args(arguments));
        let mut stream = TcpStream::connect(serving.address()).expect("it listens");
        stream.write_all(b"GET /__fauxidp/ca.pem HTTP/1.0\r\n\r\n").expect("taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.split("\r\n\r\n").nth(1).expect("a body").to_owned()
    };
    let cache = folder.to_str().expect("text").to_owned();
    let own = folder.join("own").to_str().expect("text").to_owned();
    let first = start(&[], &cache);
    assert!(first.starts_with("-----BEGIN CERTIFICATE-----"), "{first}");
    assert_eq!(start(&[], &cache), first);
    let other = start(&["--ca-dir", &own], &cache);
    assert_ne!(other, first);
    assert_eq!(start(&["--ca-dir", &own], &cache), other);
    assert_ne!(start(&[], "/dev/null"), start(&[], "/dev/null"), "in memory where there is no folder");
    assert!(start(&["--ca-dir", "/dev/null/x"], &cache).contains("--ca-dir /dev/null/x: "));
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn what_it_cannot_start_with_is_named_with_code_2() {
    let folder = std::env::temp_dir().join(format!("fauxidp-start-{}", std::process::id()));
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (certificate, key) = (file("cert.pem", "no certificate"), file("key.pem", "no key"));
    let state = file("state.json", "{\"fauxidp\":");
    let broken_up = file("broken-up.json", r#"{"a\nb": 1}"#);
    let seeds = file("seeds/monocloud.json", "{\"users\": 7}").replace("/monocloud.json", "");
    // A folder where a file should be is unreadable, whoever asks.
    std::fs::create_dir_all(folder.join("odd/zitadel.json")).expect("a folder");
    let odd = folder.join("odd").to_str().expect("text").to_owned();
    let own = ["--listen", "127.0.0.1:0"];
    for (arguments, expected) in [
        (vec!["--listen", &address], format!("--listen {address}: Address already in use")),
        (
            [&own[..], &["--tls-cert", &certificate, "--tls-key", &key]].concat(),
            format!("--tls-cert, --tls-key: {certificate}: the file contains no certificate"),
        ),
        (
            [&own[..], &["--tls-cert", "/nowhere.pem", "--tls-key", &key]].concat(),
            "--tls-cert, --tls-key: /nowhere.pem: No such file".to_owned(),
        ),
        ([&own[..], &["--tls-ca-out", "/nowhere/ca.pem"]].concat(), "--tls-ca-out /nowhere/ca.pem: No such".to_owned()),
        ([&own[..], &["--fixtures", &seeds]].concat(), format!("--fixtures: {seeds}/monocloud.json:1:11: users")),
        ([&own[..], &["--fixtures", &odd]].concat(), format!("--fixtures: {odd}/zitadel.json: Is a directory")),
        ([&own[..], &["--state", &state]].concat(), format!("--state {state}: fauxidp: EOF while parsing")),
        ([&own[..], &["--state", "/nowhere.json"]].concat(), "--state /nowhere.json: No such file".to_owned()),
        ([&own[..], &["--state", &broken_up]].concat(), format!("--state {broken_up}: a\\nb: unknown field `a\\nb`")),
    ] {
        let output = run(&arguments);
        let err = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{arguments:?} {err}");
        assert!(
            err.starts_with(&format!("fauxidp: {expected}")) && err.matches('\n').count() <= 4,
            "{expected}: {err}"
        );
        let is_in_use = err.contains("already in use");
        assert_eq!(err.contains(": another program listens there; for any free port: --listen 127.0.0.1:0"), is_in_use);
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

#[cfg(unix)]
#[test]
fn a_server_without_files_to_open_recovers() {
    let script = "ulimit -n 40 && exec \"$0\" --listen 127.0.0.1:0";
    let mut serving =
        Serving::start(without_variables(Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_fauxidp")])));
    let address = serving.address().to_owned();
    // The backlog takes those for whom there is no file. They stay until the server has said so.
    let many: Vec<_> = (0..80).map(|_| TcpStream::connect(&address).expect("the backlog has room")).collect();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(&address).expect("the backlog has room");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("taken");
        stream
    };
    let mut waiting = ask("/healthz");
    let mut said = String::new();
    while !said.contains("cannot accept a connection") {
        assert_ne!(serving.stderr.read_line(&mut said).expect("text"), 0, "{said}");
    }
    drop(many);
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    let mut page = String::new();
    ask("/__fauxidp/metrics").read_to_string(&mut page).expect("an answer");
    assert!(!page.contains("{limit=\"open-files\"} 0"), "{page}");
    serving.signal("TERM");
    let (code, _, err) = serving.end();
    assert_eq!(code, Some(0), "{err}");
    // Said once each time that it happens, not for each connection that waits.
    assert!(err.matches("cannot accept a connection").count() < 20, "{err}");
}

#[test]
fn healthcheck_tells_a_living_server_from_none() {
    let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
    let healthy = run(&["healthcheck", &serving.url]);
    assert_eq!((healthy.status.code(), text(&healthy.stdout)), (Some(0), ""));
    // A proxy for programs that reach the outside is not asked.
    let mut behind_proxy = fauxidp();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        behind_proxy.env(variable, "http://127.0.0.1:9");
    }
    assert_eq!(behind_proxy.args(["healthcheck", &serving.url]).status().expect("it runs").code(), Some(0));
    // By the variable of the image: an unspecified address is asked on the loopback one.
    let port = serving.address().rsplit(':').next().expect("a port");
    let by_variable =
        fauxidp().arg("healthcheck").env("FAUXIDP_LISTEN", format!("0.0.0.0:{port}")).output().expect("it runs");
    assert_eq!(by_variable.status.code(), Some(0));
    let url = serving.url.clone();
    serving.signal("TERM");
    serving.end();
    let dead = run(&["healthcheck", &url]);
    assert_eq!(dead.status.code(), Some(1));
    assert!(text(&dead.stderr).starts_with(&format!("fauxidp: nobody answers at {url} ")), "{}", text(&dead.stderr));
}

#[test]
fn health_answers_within_half_a_second_of_the_start() {
    // The quickest of a few: the machine may have other work.
    let quickest = (0..5).map(|_| {
        let start = std::time::Instant::now();
        let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0", "--log", "off"]));
        let mut stream = TcpStream::connect(serving.address()).expect("it listens");
        stream.write_all(b"GET /__fauxidp/health HTTP/1.0\r\n\r\n").expect("taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
        start.elapsed()
    });
    let quickest = quickest.min().expect("five");
    assert!(quickest.as_millis() < 500, "{quickest:?}");
}

#[test]
fn env_prints_what_a_shell_can_evaluate() {
    let home = std::env::temp_dir().join(format!("fauxidp-home-{}", std::process::id()));
    std::fs::create_dir_all(&home).expect("a folder");
    let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
    let script = "eval \"$(\"$0\" env \"$1\")\" && printf '%s\\n' \"$MONOCLOUD_MANAGEMENT_DOMAIN\" \"$MONOCLOUD_MANAGEMENT_API_KEY\" \
                  \"$ZITADEL_URL\" \"$ZITADEL_TOKEN\" \"$JITSUDO_URL\" \"$JITSUDO_TOKEN\" \"$JITSUDO_TENANT_ID\" && \
                  grep -c BEGIN \"$NODE_EXTRA_CA_CERTS\" && cat \"$SSL_CERT_FILE\" | tail -n 1 && \
                  eval \"$(\"$0\" env \"$1\")\" && grep -c 'added by fauxidp' \"$SSL_CERT_FILE\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_fauxidp"), &serving.url])
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &home)
        .output()
        .expect("sh");
    std::fs::remove_dir_all(&home).expect("removed");
    let (url, tls) = (&serving.url, serving.url.replace("http:", "https:"));
    let expected = format!(
        "{tls}\nmonocloud-admin\n{url}\nzitadel-admin\n{url}\njitsudo-admin\n2489e9ad-2ee2-8e00-8ec9-32d5f69181c0\n1\n\
         -----END CERTIFICATE-----\n1\n"
    );
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
}

#[test]
fn the_other_commands_print_and_end() {
    let routes = run(&["routes"]);
    assert!(text(&routes.stdout).contains("monocloud  POST   /api/users/{user_id}/disable  disable_user\n"));
    assert!(text(&routes.stdout).contains("jitsudo    GET    /v1/policies  list_policies  (not emulated)\n"));
    let version = run(&["--version"]);
    assert_eq!(text(&version.stdout), format!("fauxidp {}\n", env!("CARGO_PKG_VERSION")));
    let help = run(&["--help"]);
    for flag in ["--listen", "FAUXIDP_PEOPLE", "--tls-ca-out", "healthcheck", "completions"] {
        assert!(text(&help.stdout).contains(flag), "{flag}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&run(&["completions", shell]).stdout).contains("tls-ca-out"), "{shell}");
    }
    for output in [routes, version, help] {
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    }
}
