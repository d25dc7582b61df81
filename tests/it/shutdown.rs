//! How the server stops while clients call: whatever was sent before the signal is answered, and nothing is answered
//! by half.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::cli::{Serving, fauxidp, on_one_core};
use crate::h2_frames;
use crate::server::trust_pem;
use crate::wire::{Ask, exchange};

const ROUNDS: u64 = 20;

/// How a client calls.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// HTTP/1.1 on one connection.
    Kept,
    /// HTTP/1.1 on a new connection for each call.
    New,
    /// HTTP/2, three calls at once.
    Streams,
}

/// What all clients of a round share.
struct Round {
    address: SocketAddr,
    /// The signal is on its way, or about to be.
    is_over: AtomicBool,
    answered: AtomicUsize,
    pem: Vec<u8>,
}

/// What became of a call.
enum Came {
    Whole,
    /// Whole, and the connection is to end.
    Last,
    /// Not a byte.
    Nothing,
}

fn headers(client: u64, turn: u64) -> [(&'static str, &'static str); 2] {
    // Some calls take a while, so that the signal finds them under way.
    let fault = if (client + turn).is_multiple_of(3) { "delay;ms=15" } else { "none" };
    [("x-api-key", "monocloud-admin"), ("x-fault", fault)]
}

const PATHS: [&str; 2] = ["/api/users/user-active/disable", "/api/users/user-active/enable"];

impl Round {
    /// Calls until the server is gone.
    async fn call(self: Arc<Self>, client: u64, way: Way, is_tls: bool) {
        let alpn: &[&str] = if matches!(way, Way::Streams) { &["h2"] } else { &["http/1.1"] };
        let connector = is_tls.then(|| trust_pem(&self.pem, alpn));
        let mut turn = 0;
        loop {
            let Ok(stream) = TcpStream::connect(self.address).await else {
                assert!(self.is_over.load(Ordering::SeqCst), "{way:?}: nobody listens");
                return;
            };
            let went_on = match &connector {
                None => self.converse(stream, client, way, &mut turn).await,
                Some(connector) => match shake_hands(connector, stream).await {
                    Ok(stream) => self.converse(stream, client, way, &mut turn).await,
                    Err(error) => {
                        assert!(self.is_over.load(Ordering::SeqCst), "{way:?}: {error}");
                        return;
                    }
                },
            };
            if !went_on {
                return;
            }
        }
    }

    /// Calls on one connection. Answers whether another one is worth a try.
    async fn converse(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        client: u64,
        way: Way,
        turn: &mut u64,
    ) -> bool {
        if matches!(way, Way::Streams) {
            return self.stream(stream, client, turn).await;
        }
        loop {
            let ask = headers(client, *turn)
                .iter()
                .fold(Ask::new("POST", PATHS[(*turn % 2) as usize]), |ask, (name, value)| ask.header(name, value));
            let mut bytes = String::from_utf8(ask.bytes()).expect("text");
            if matches!(way, Way::Kept) {
                bytes = bytes.replace("connection: close\r\n", "");
            }
            *turn += 1;
            let is_sent = stream.write_all(bytes.as_bytes()).await.is_ok() && stream.flush().await.is_ok();
            let is_owed = is_sent && !self.is_over.load(Ordering::SeqCst);
            match answer(&mut stream).await {
                Came::Whole => self.answered.fetch_add(1, Ordering::SeqCst),
                Came::Last => {
                    self.answered.fetch_add(1, Ordering::SeqCst);
                    return true;
                }
                Came::Nothing => {
                    assert!(!is_owed, "{way:?} {client}: what was sent before the signal was not answered");
                    return false;
                }
            };
        }
    }

    /// The same over HTTP/2.
    async fn stream(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, client: u64, turn: &mut u64) -> bool {
        let (mut next, mut bytes) = (1, h2_frames::preface());
        loop {
            let asked = [next, next + 2, next + 4];
            for stream in asked {
                bytes.extend(h2_frames::request(stream, "POST", PATHS[(*turn % 2) as usize], &headers(client, *turn)));
                *turn += 1;
            }
            next += 6;
            let is_sent = stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok();
            let is_owed = is_sent && !self.is_over.load(Ordering::SeqCst);
            let (mut ended, mut begun, mut is_last) = (Vec::new(), Vec::new(), false);
            while ended.len() < asked.len() {
                let Some(frame) = h2_frames::next(&mut stream).await else {
                    assert!(!is_owed, "HTTP/2 {client}: {asked:?} were sent before the signal, {ended:?} answered");
                    assert_eq!(begun, ended, "an answer by half");
                    return false;
                };
                if let Some(acknowledgement) = frame.acknowledgement() {
                    let _ = stream.write_all(&acknowledgement).await; // it may be gone
                    let _ = stream.flush().await;
                }
                is_last |= frame.kind == h2_frames::GOAWAY;
                assert_ne!(frame.kind, h2_frames::RST_STREAM, "{frame:?}");
                if frame.kind == h2_frames::HEADERS {
                    begun.push(frame.stream);
                }
                if frame.ends_its_stream() {
                    ended.push(frame.stream);
                    self.answered.fetch_add(1, Ordering::SeqCst);
                }
                begun.sort_unstable();
                ended.sort_unstable();
            }
            if is_last {
                return true;
            }
            bytes.clear();
        }
    }
}

async fn shake_hands(
    connector: &TlsConnector,
    stream: TcpStream,
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    connector.connect(ServerName::try_from("localhost").expect("a name"), stream).await
}

/// Reads one answer.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> Came {
    let mut all = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&all);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            let length: usize = length.expect("a length").parse().expect("a number");
            assert!(head.starts_with("HTTP/1.1 200 ") && body.len() <= length, "{text}");
            if body.len() == length {
                return if head.contains("connection: close") { Came::Last } else { Came::Whole };
            }
        }
        drop(text);
        match stream.read_buf(&mut all).await {
            Ok(1..) => {}
            Ok(0) | Err(_) if all.is_empty() => return Came::Nothing,
            Ok(0) | Err(_) => panic!("an answer by half: {:?}", String::from_utf8_lossy(&all)),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_under_load_loses_no_call() {
    for round in 0..ROUNDS {
        // On one core it serves in another way.
        let mut program = if round % 2 == 0 { fauxidp() } else { on_one_core() };
        let serving = Serving::start(program.args(["--listen", "127.0.0.1:0", "--log", "error"]));
        // It waits for a line, so that the signal comes right after the word.
        let mut killer = Command::new("sh")
            .args(["-c", "read line; kill -s TERM \"$0\"", &serving.child.id().to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh");
        let address = serving.address().parse().expect("an address");
        let stream = TcpStream::connect(address).await.expect("it listens");
        let pem = exchange(stream, &Ask::new("GET", "/__fauxidp/ca.pem").bytes()).await.body;
        let state = Round { address, is_over: AtomicBool::new(false), answered: AtomicUsize::new(0), pem };
        let state = Arc::new(state);
        let ways = [
            (Way::Kept, false),
            (Way::Kept, true),
            (Way::New, false),
            (Way::New, false),
            (Way::New, true),
            (Way::Streams, false),
            (Way::Streams, true),
        ];
        let clients: Vec<_> = (0..)
            .zip(ways)
            .map(|(client, (way, is_tls))| tokio::spawn(Arc::clone(&state).call(client, way, is_tls)))
            .collect();
        while state.answered.load(Ordering::SeqCst) < 50 {
            tokio::time::sleep(Duration::from_millis(1 + round % 5)).await;
            assert!(clients.iter().all(|client| !client.is_finished()), "a client gave up early");
        }
        state.is_over.store(true, Ordering::SeqCst);
        killer.stdin.take().expect("piped").write_all(b"now\n").expect("it reads");
        for client in clients {
            client.await.expect("no call was lost");
        }
        let (code, _, err) = serving.end();
        assert_eq!((code, err.as_str()), (Some(0), ""), "round {round}");
        killer.wait().expect("it ends");
    }
}
