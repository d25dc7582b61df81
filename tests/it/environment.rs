//! What `fauxidp env` and `healthcheck` make of a server that they cannot trust.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use fauxidp::declared::VendorSet;

use crate::cli::{Serving, fauxidp, run, text};

/// Takes one connection after the other, and answers each as that says.
fn answering(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).expect("a request");
            answer(&line, &mut stream);
        }
    });
    url
}

/// The body of a path of a server.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[test]
fn env_prints_only_names_that_it_knows_whoever_answers() {
    let home = std::env::temp_dir().join(format!("fauxidp-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&home).expect("a folder");
    let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
    let certificate = get(serving.address(), "/__fauxidp/ca.pem");
    let hostile = answering(move |line, stream| {
        let body = match line.contains("ca.pem") {
            true => format!("echo pwned\n{}echo pwned\n", certificate),
            false => serde_json::json!({ "vendors": [{ "environment": {
                "X=1; echo pwned; export Y": "v", "$(echo pwned)A": "v", "A\necho pwned": "v", "PATH": "/pwned", "": "",
                "ZITADEL_URL": "'; echo pwned; '$(echo pwned)\necho pwned", "ZITADEL_TOKEN": ["pwned"],
            } }, "pwned"] })
            .to_string(),
        };
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    });
    let script = "before=$(env | cut -d= -f1 | sort); eval \"$(\"$0\" env \"$1\")\" || exit 1; \
                  printf '%s' \"$ZITADEL_URL\" >\"$HOME/url\"; env | cut -d= -f1 | sort >\"$HOME/after\"; \
                  grep -h pwned \"$NODE_EXTRA_CA_CERTS\" \"$SSL_CERT_FILE\"; echo \"$PATH\" | grep pwned; exit 0";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_fauxidp"), &hostile])
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &home)
        .output()
        .expect("sh");
    let url = std::fs::read_to_string(home.join("url")).expect("it went on");
    let after = std::fs::read_to_string(home.join("after")).expect("it went on");
    std::fs::remove_dir_all(&home).expect("removed");
    assert_eq!((text(&output.stdout), output.status.code()), ("", Some(0)), "{}", text(&output.stderr));
    assert_eq!(url, "'; echo pwned; '$(echo pwned)\necho pwned");
    assert!(!after.lines().any(|name| ["A", "X", "Y", "ZITADEL_TOKEN"].contains(&name)), "{after}");
}

#[test]
fn a_server_that_dribbles_is_given_up() {
    let dribbling = answering(|_, stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        for byte in head.bytes().chain(std::iter::repeat(b' ')) {
            std::thread::sleep(Duration::from_millis(20));
            if stream.write_all(&[byte]).is_err() {
                return;
            }
        }
    });
    for command in ["healthcheck", "env"] {
        let begun = Instant::now();
        let output = run(&[command, &dribbling]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""), "{command}");
        assert_eq!(text(&output.stderr), format!("fauxidp: {dribbling}: no complete answer within 3 s\n"));
        assert!(begun.elapsed() < Duration::from_secs(20), "{command}");
    }
}

#[test]
fn every_variable_of_a_vendor_is_declared() {
    let serving = Serving::start(fauxidp().args(["--listen", "127.0.0.1:0"]));
    let health: serde_json::Value = serde_json::from_str(&get(serving.address(), "/__fauxidp/health")).expect("JSON");
    for (vendor, info) in health["vendors"].as_array().expect("a list").iter().zip(VendorSet::built_in().infos()) {
        let told: BTreeSet<_> = vendor["environment"].as_object().expect("a map").keys().map(String::as_str).collect();
        assert_eq!(told, info.environment.iter().copied().collect(), "{}", info.name);
        let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        assert!(told.iter().all(|name| name.chars().all(is_plain) && !name.starts_with(char::is_numeric)), "{told:?}");
    }
}
