//! Compares fauxidp with the yardstick: `load FAUXIDP YARDSTICK [million]`. Both are up at once and take short slices
//! in turn, so that what else the machine does hits both; what counts is the servers' CPU time, not the clock.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// How long a slice takes.
const SLICE: Duration = Duration::from_millis(250);

/// How many slices each server has of a row: A B, B A. An odd number has a median.
const PAIRS: usize = 5;

const TENANT: &str = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";

/// A process that ends with this value.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server, on the first core where that can be said, and reads the port at the end of its first line.
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut command = match Command::new("taskset").arg("--version").stdout(Stdio::null()).status() {
            Ok(status) if status.success() => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", "0"]).arg(program);
                pinned
            }
            _ => Command::new(program),
        };
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        Self { child, port }
    }

    fn fauxidp(program: &Path, people: usize) -> Self {
        Self::start(program, &["--listen", "127.0.0.1:0", "--people", &people.to_string()])
    }

    /// The CPU time that its threads took so far, in microseconds: the scheduler counts in nanoseconds what
    /// `/proc/PID/stat` has in hundredths of a second.
    fn cpu(&self) -> f64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let of = |thread: PathBuf| fs::read_to_string(thread.join("schedstat")).expect("a kernel that counts");
        let nanoseconds = |stat: String| stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).expect("a number");
        threads.map(|thread| nanoseconds(of(thread.expect("a thread").path()))).sum::<f64>() / 1_000.0
    }

    /// A line of `/proc/PID/status`, in KiB.
    fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("such a line");
        line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    }

    /// Asks once, on a connection of its own.
    fn ask(&self, call: &Call) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let bytes = call.bytes("connection: close\r\n");
        stream.write_all(&bytes).expect("taken");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        (status(&answer), answer.split_off(body))
    }
}

/// One request.
#[derive(Clone)]
struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

impl Call {
    /// As HTTP/1.1, with that before the end of the head.
    fn bytes(&self, more: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        let mut bytes = (head + more + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let uri = format!("http://127.0.0.1{}", self.path);
        let mut request = Request::builder().method(self.method).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        request.body(Full::new(self.body.clone().into())).expect("a request")
    }
}

/// How a row's calls travel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    Plain,
    Tls,
    Grpc,
}

/// A socket, in TLS or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What a row of the table is about.
struct Case {
    name: &'static str,
    wire: Wire,
    /// Where users are listed, where they stand in the list, and where their id and name stand in them.
    list: (Call, &'static str, &'static str, &'static str),
    /// What is asked about a user, in turn; after the last the user stands as before.
    calls: fn(&str) -> Vec<Call>,
}

fn call(method: &'static str, path: String, headers: &[(&'static str, &'static str)], body: &str) -> Call {
    Call { method, path, headers: headers.to_vec(), body: body.as_bytes().to_vec() }
}

const MONOCLOUD: &[(&str, &str)] = &[("x-api-key", "monocloud-admin"), ("content-type", "application/json")];
const ZITADEL: &[(&str, &str)] = &[("authorization", "Bearer zitadel-admin"), ("content-type", "application/json")];
const GRPC: &[(&str, &str)] = &[("authorization", "Bearer zitadel-admin"), ("content-type", "application/grpc")];
const JITSUDO: &[(&str, &str)] =
    &[("authorization", "Bearer jitsudo-admin"), ("x-tenant-id", TENANT), ("content-type", "application/json")];

fn grpc(method: &str, user: &str) -> Call {
    let length = u8::try_from(user.len()).expect("a short id");
    let frame = [&[0, 0, 0, 0, length + 2, 10, length], user.as_bytes()].concat();
    let path = format!("/zitadel.user.v2.UserService/{method}");
    Call { method: "POST", path, headers: GRPC.to_vec(), body: frame }
}

fn disable_and_enable(id: &str) -> Vec<Call> {
    let verb = |verb| call("POST", format!("/api/users/{id}/{verb}"), MONOCLOUD, "{}");
    vec![verb("disable"), verb("enable")]
}

fn cases() -> Vec<Case> {
    let monocloud =
        || (call("GET", "/api/users?page=1&size=100".to_owned(), MONOCLOUD, ""), "", "user_id", "/emails/0/email");
    let everybody = r#"{"query":{"limit":300}}"#;
    let zitadel = || (call("POST", "/v2/users".to_owned(), ZITADEL, everybody), "/result", "userId", "/username");
    let jitsudo = || (call("GET", "/v1/users?limit=250".to_owned(), JITSUDO, ""), "/data", "id", "/email");
    vec![
        Case { name: "MonoCloud disable, enable", wire: Wire::Plain, list: monocloud(), calls: disable_and_enable },
        Case { name: "the same under TLS", wire: Wire::Tls, list: monocloud(), calls: disable_and_enable },
        Case {
            name: "MonoCloud unblock",
            wire: Wire::Plain,
            list: monocloud(),
            calls: |id| vec![call("POST", format!("/api/users/{id}/unblock"), MONOCLOUD, "")],
        },
        Case {
            name: "MonoCloud list of 20 among 1,000",
            wire: Wire::Plain,
            list: monocloud(),
            calls: |_| vec![call("GET", "/api/users?page=1&size=20".to_owned(), MONOCLOUD, "")],
        },
        Case {
            name: "ZITADEL deactivate, reactivate",
            wire: Wire::Plain,
            list: zitadel(),
            calls: |id| {
                let verb = |verb| call("POST", format!("/v2/users/{id}/{verb}"), ZITADEL, "{}");
                vec![verb("deactivate"), verb("reactivate")]
            },
        },
        Case {
            name: "the same over gRPC",
            wire: Wire::Grpc,
            list: zitadel(),
            calls: |id| vec![grpc("DeactivateUser", id), grpc("ReactivateUser", id)],
        },
        Case {
            name: "ZITADEL get",
            wire: Wire::Plain,
            list: zitadel(),
            calls: |id| vec![call("GET", format!("/v2/users/{id}"), ZITADEL, "")],
        },
        Case {
            name: "ZITADEL list of 20 among 1,000",
            wire: Wire::Plain,
            list: zitadel(),
            calls: |_| vec![call("POST", "/v2/users".to_owned(), ZITADEL, r#"{"query":{"limit":20}}"#)],
        },
        Case {
            name: "jitsudo suspend, reactivate",
            wire: Wire::Plain,
            list: jitsudo(),
            calls: |id| {
                let body = |body| call("POST", format!("/v1/users/{id}/suspend"), JITSUDO, body);
                vec![body(r#"{"active":false}"#), body(r#"{"active":true}"#)]
            },
        },
        Case {
            name: "jitsudo get",
            wire: Wire::Plain,
            list: jitsudo(),
            calls: |id| vec![call("GET", format!("/v1/users/{id}"), JITSUDO, "")],
        },
        Case {
            name: "jitsudo list of 20 among 1,000",
            wire: Wire::Plain,
            list: jitsudo(),
            calls: |_| vec![call("GET", "/v1/users?limit=20".to_owned(), JITSUDO, "")],
        },
    ]
}

impl Case {
    /// Made-up people: their names end in a number. Nobody else's credential hangs on them.
    fn users(&self, server: &Server) -> Vec<String> {
        let (call, place, id, name) = &self.list;
        let (status, body) = server.ask(call);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let list: Value = serde_json::from_slice(&body).expect("a list");
        let is_made_up = |user: &&Value| {
            let name = user.pointer(name).and_then(Value::as_str).unwrap_or_default();
            let local = name.split('@').next().unwrap_or_default();
            local.contains('.') && local.ends_with(|c: char| c.is_ascii_digit())
        };
        let users = list.pointer(place).and_then(Value::as_array).expect("a list");
        users.iter().filter(is_made_up).map(|user| user[*id].as_str().expect("an id").to_owned()).collect()
    }

    /// The yardstick with the body that fauxidp sends.
    async fn yardstick(&self, program: &Path, server: &Server, user: &str, file: &Path) -> Server {
        let calls = (self.calls)(user);
        let mut body = Vec::new();
        for call in &calls {
            body = match self.wire == Wire::Grpc {
                true => exchange_h2(&mut connect_h2(server.port).await, call).await.expect("an answer"),
                false => server.ask(call).1,
            };
        }
        fs::write(file, &body).expect("written");
        let (header, value) = calls[0].headers[0];
        let mut arguments = vec![header, value, file.to_str().expect("a plain path")];
        arguments.extend(match self.wire {
            Wire::Plain => None,
            Wire::Tls => Some("tls"),
            Wire::Grpc => Some("grpc"),
        });
        Server::start(program, &arguments)
    }
}

/// The status of an answer; 0 where it is none.
fn status(answer: &[u8]) -> u16 {
    answer.get(9..12).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok()).unwrap_or(0)
}

/// Sends requests one after another on one connection until the time is over; answers how many. The sequences of the
/// users are never cut, so that each stands as before.
async fn one_connection(port: u16, users: Vec<Vec<Call>>, wire: Wire, end: Instant) -> u64 {
    let mut count = 0;
    if wire == Wire::Grpc {
        let mut sender = connect_h2(port).await;
        for calls in users.iter().cycle() {
            for call in calls {
                exchange_h2(&mut sender, call).await.expect("a wrong answer voids the run");
                count += 1;
            }
            if Instant::now() >= end {
                break;
            }
        }
        return count;
    }
    let mut stream = connect(port, wire).await;
    let users: Vec<Vec<_>> = users.iter().map(|calls| calls.iter().map(|call| call.bytes("")).collect()).collect();
    let mut buffer = Vec::with_capacity(1 << 16);
    for calls in users.iter().cycle() {
        for bytes in calls {
            stream.write_all(bytes).await.expect("taken");
            exchange(&mut *stream, &mut buffer).await;
            count += 1;
        }
        if Instant::now() >= end {
            break;
        }
    }
    count
}

/// Reads one answer, which has to be a success with a length.
async fn exchange(stream: &mut dyn Stream, buffer: &mut Vec<u8>) {
    buffer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| buffer.len() < whole) {
        assert_ne!(stream.read_buf(buffer).await.expect("an answer"), 0, "the server closed");
        if whole.is_none()
            && let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            assert_eq!(status(buffer), 200, "a wrong answer voids the run: {}", String::from_utf8_lossy(buffer));
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            whole = Some(head + 4 + length.and_then(|text| text.parse::<usize>().ok()).expect("a length"));
        }
    }
}

async fn connect(port: u16, wire: Wire) -> Box<dyn Stream> {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let _ = stream.set_nodelay(true);
    if wire != Wire::Tls {
        return Box::new(stream);
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting(provider)))
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    Box::new(TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("it speaks TLS"))
}

/// Takes any certificate: nothing here is secret.
#[derive(Debug)]
struct Trusting(Arc<CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

async fn connect_h2(port: u16) -> http2::SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let _ = stream.set_nodelay(true);
    let (sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    sender
}

/// One remote call. `None` where its status is not 0.
async fn exchange_h2(sender: &mut http2::SendRequest<Full<Bytes>>, call: &Call) -> Option<Vec<u8>> {
    let (head, body) = sender.send_request(call.request()).await.ok()?.into_parts();
    let body = body.collect().await.ok()?;
    let status = body.trailers().unwrap_or(&head.headers).get("grpc-status")?;
    (status == "0").then(|| body.to_bytes().to_vec())
}

/// The CPU time that a server takes per request, in microseconds.
async fn slice(server: &Server, case: &Case, users: &[String], connections: usize) -> f64 {
    let before = server.cpu();
    let end = Instant::now() + SLICE;
    let tasks: Vec<_> = (0..connections)
        .map(|place| {
            let own = users.iter().skip(place).step_by(connections).map(|user| (case.calls)(user)).collect();
            tokio::spawn(one_connection(server.port, own, case.wire, end))
        })
        .collect();
    // The load never sleeps. To wake it costs the server, and one that answers later would find it asleep more often.
    let awake = tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("no wrong answer");
    }
    awake.abort();
    (server.cpu() - before) / count as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The median CPU time per request of both, and the median of the ratios pair by pair.
async fn compare(pair: [&Server; 2], case: &Case, users: &[String], connections: usize) -> [f64; 3] {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..PAIRS {
        let mut taken = [0.0; 2];
        for step in 0..2 {
            let which = (turn + step) % 2;
            taken[which] = slice(pair[which], case, users, connections).await;
        }
        ours.push(taken[0]);
        theirs.push(taken[1]);
        ratios.push(taken[0] / taken[1]);
    }
    [median(ours), median(theirs), median(ratios)]
}

/// From the start of a process to its first answer, in milliseconds: the median of some.
fn start_to_answer(start: impl Fn() -> Server, call: &Call) -> f64 {
    let one = || {
        let begin = Instant::now();
        let server = start();
        assert_eq!(server.ask(call).0, 200);
        begin.elapsed().as_secs_f64() * 1_000.0
    };
    median((0..11).map(|_| one()).collect())
}

/// How many bytes of JSON a made-up person's three accounts are: all that the lists of ten hold, but for themselves.
fn json_of_a_person(server: &Server, cases: &[Case]) -> f64 {
    let each = |case: &Case| {
        let (call, place, id, _) = &case.list;
        let list: Value = serde_json::from_slice(&server.ask(call).1).expect("a list");
        let made_up = case.users(server);
        let users = list.pointer(place).and_then(Value::as_array).expect("a list");
        let own = users.iter().filter(|user| made_up.iter().any(|made_up| user[*id] == made_up.as_str()));
        own.map(|user| user.to_string().len()).sum::<usize>() as f64 / made_up.len() as f64
    };
    let of = |vendor: &str| cases.iter().find(|case| case.name.starts_with(vendor)).expect("a row of that vendor");
    ["MonoCloud", "ZITADEL", "jitsudo"].map(|vendor| each(of(vendor))).iter().sum()
}

/// The CPU time, in microseconds, and the bytes that a new world takes: what a call in a world that is not there yet
/// takes beyond one in a world that is. An entry of the journal is among the bytes.
async fn cost_of_a_world(server: &Server) -> [f64; 2] {
    const WORLDS: usize = 8_000;
    // One connection: the buffers of many would stand between the worlds.
    let mut stream = connect(server.port, Wire::Plain).await;
    let mut buffer = Vec::new();
    let (mut took, mut grown) = ([0.0; 3], [0.0; 3]);
    for phase in 0..3 {
        let (time, memory) = (server.cpu(), server.memory("RssAnon:"));
        for n in 0..WORLDS {
            // Once to warm up, once in a world that is there, once in new ones.
            let world = if phase < 2 { "default".to_owned() } else { format!("world-{n}") };
            let call = call("GET", format!("/~{world}/api/users/user-active"), MONOCLOUD, "");
            stream.write_all(&call.bytes("")).await.expect("taken");
            exchange(&mut *stream, &mut buffer).await;
        }
        took[phase] = (server.cpu() - time) / WORLDS as f64;
        grown[phase] = (server.memory("RssAnon:") - memory) as f64 * 1_024.0 / WORLDS as f64;
    }
    [took[2] - took[1], grown[2]]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut program = || PathBuf::from(arguments.next().expect("load FAUXIDP YARDSTICK [million]"));
    let (fauxidp, yardstick) = (program(), program());
    let with_million = arguments.next().is_some();
    let file = std::env::temp_dir().join(format!("fauxidp-bench-{}", std::process::id()));
    let cases = cases();

    println!("| call | connections | fauxidp, µs | yardstick, µs | ratio |\n| --- | --- | --- | --- | --- |");
    let server = Server::fauxidp(&fauxidp, 1_000);
    for case in &cases {
        let users = case.users(&server);
        let other = case.yardstick(&yardstick, &server, &users[0], &file).await;
        for connections in [1, 16, 64] {
            let [ours, theirs, ratio] = compare([&server, &other], case, &users, connections).await;
            println!("| {} | {connections} | {ours:.1} | {theirs:.1} | {ratio:.2} |", case.name);
        }
    }
    let loaded = server.memory("VmRSS:");
    drop(server);

    println!("\n| people | disable, enable: ratio | memory, KiB | memory by the users' JSON | ready after, ms |");
    println!("| --- | --- | --- | --- | --- |");
    let mut nobody = 0;
    let case = &cases[0];
    let sizes: &[usize] = if with_million { &[10, 1_000, 100_000, 1_000_000] } else { &[10, 1_000, 100_000] };
    for people in sizes {
        let begin = Instant::now();
        let server = Server::fauxidp(&fauxidp, *people);
        let ready = begin.elapsed().as_millis();
        let memory = server.memory("VmRSS:");
        if nobody == 0 {
            nobody = memory;
        }
        let json = json_of_a_person(&server, &cases);
        let by_json = (memory - nobody) as f64 * 1_024.0 / (people - sizes[0]).max(1) as f64 / json;
        let users = case.users(&server);
        let other = case.yardstick(&yardstick, &server, &users[0], &file).await;
        // No more connections than people, so that nobody is disabled twice.
        let [_, _, ratio] = compare([&server, &other], case, &users, 8).await;
        println!("| {people} | {ratio:.2} | {memory} | {by_json:.2} | {ready} |");
    }

    let [time, bytes] = cost_of_a_world(&Server::fauxidp(&fauxidp, 100_000)).await;
    println!("\nA new world over 100,000 people: {time:.1} µs, {bytes:.0} bytes.");

    let health = call("GET", "/__fauxidp/health".to_owned(), &[], "");
    let ours = start_to_answer(|| Server::fauxidp(&fauxidp, 0), &health);
    let name = file.to_str().expect("a plain path");
    let theirs = start_to_answer(|| Server::start(&yardstick, &["host", "127.0.0.1", name]), &health);
    let idle = Server::fauxidp(&fauxidp, 0);
    println!("\n| what | fauxidp | yardstick |\n| --- | --- | --- |");
    println!("| start to first answer, ms | {ours:.1} | {theirs:.1} |");
    println!("| idle memory, KiB | {} | {} |", idle.memory("VmRSS:"), {
        Server::start(&yardstick, &["host", "127.0.0.1", name]).memory("VmRSS:")
    });
    println!("| memory after the load above, 1,000 people, KiB | {loaded} | |");
    let size = |program: &Path| fs::metadata(program).expect("it is there").len() / 1_024;
    println!("| binary, KiB | {} | {} |", size(&fauxidp), size(&yardstick));
    let _ = fs::remove_file(file);
}
