//! What each fuzz target does with its bytes. A target panics where a promise is broken. The tests play the corpus
//! through the same functions.

mod sign_in;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use fauxidp::declared::BUILT_IN;
use fauxidp::fixture;
use fauxidp::in_process::{self, InProcess};
use fauxidp::{Config, Emulator};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

pub use sign_in::sign_in;

/// The most requests of one input: what more of them could show is not worth their time.
const MOST_REQUESTS: usize = 8;

/// The headers with which a vendor lets a request in; one that brings its own keeps them.
const CREDENTIALS: [(&str, &[(&str, &str)]); 3] = [
    ("monocloud", &[("x-api-key", "monocloud-admin")]),
    ("zitadel", &[("authorization", "Bearer zitadel-admin")]),
    ("jitsudo", &[("authorization", "Bearer jitsudo-admin"), ("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0")]),
];

fn config(set: &[&str]) -> Config {
    Config {
        listen: vec![std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()],
        set: set.iter().map(|&text| text.to_owned()).collect(),
        clock: Some("2030-01-01T00:00:00Z".parse().expect("a time")),
        ..Config::default()
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// An answer that came at once.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    trailers: Option<HeaderMap>,
}

thread_local! {
    static RUNTIME: Runtime = runtime();
    static SERVER: (Runtime, Emulator) = {
        let runtime = runtime();
        let emulator = runtime.block_on(Emulator::start_with(config(&[]))).expect("it starts");
        (runtime, emulator)
    };
    /// One emulator as it is by default, and one with what can be set set otherwise.
    static EMULATORS: [InProcess; 2] = [
        config(&[]),
        config(&["monocloud.era=current", "monocloud.lockout=ip", "jitsudo.users-api-key=accepted"]),
    ]
    .map(|config| InProcess::start(&config).expect("the embedded seed fits"));
}

/// Asks for an answer. `None` is one that a fault holds back; nobody waits for it.
fn ask(emulator: &InProcess, request: Request<Full<Bytes>>) -> Option<Answer> {
    let answer = async {
        let (head, body) = emulator.answer(request).await.into_parts();
        let body = body.collect().await.expect("a body cannot fail");
        let trailers = body.trailers().cloned();
        Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes(), trailers }
    };
    RUNTIME.with(|runtime| {
        let _time = runtime.enter();
        match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    })
}

fn reset(emulator: &InProcess) {
    let request = Request::post("/__fauxidp/worlds/default/reset").body(Full::default()).expect("a request");
    assert_eq!(ask(emulator, request).expect("nothing holds it").status, 200);
}

/// Requests of one vendor, in the form of the fixtures, parted by lines that start with `###`.
pub fn http(vendor: &str, bytes: &[u8]) {
    let credentials = CREDENTIALS.iter().find(|(name, _)| *name == vendor).expect("a vendor").1;
    EMULATORS.with(|both| {
        for emulator in both {
            reset(emulator);
            for (title, block) in fixture::blocks(bytes).take(MOST_REQUESTS) {
                let asked = fixture::Request::parse(title, block).ok();
                let Some(request) = asked.and_then(|asked| request(&asked, credentials)) else { continue };
                let asked = request.headers().clone();
                if let Some(answer) = ask(emulator, request) {
                    check(&asked, &answer);
                }
            }
        }
    });
}

/// A request of a fixture as a vendor's client would send it. `None` where HTTP cannot carry it.
fn request(asked: &fixture::Request, credentials: &[(&'static str, &'static str)]) -> Option<Request<Full<Bytes>>> {
    let method = Method::from_bytes(asked.method.as_bytes()).ok()?;
    let uri = Uri::try_from(&asked.path).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in &asked.headers {
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    for (name, value) in credentials {
        if !headers.contains_key(*name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if !asked.body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let mut request = Request::new(Full::new(Bytes::copy_from_slice(&asked.body)));
    (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
    Some(request)
}

/// What stands in the answers that say 500 because the vendor does: ZITADEL, of a wrong assertion, of queries with
/// empty lists, of passwords that are the current one or too long for bcrypt.
const DOCUMENTED: [&str; 6] = [
    r#"{"error":"server_error""#,
    r#""message":"values array must not be empty ()""#,
    r#""message":"missing column ()""#,
    r#""message":"Errors.Internal (RECOVER)""#,
    r#""message":"bcrypt: password length exceeds 72 bytes ()""#,
    r#""message":"An internal error occurred (COMMAND-CahN2)""#,
];

/// What holds for every answer over HTTP.
fn check(asked: &HeaderMap, answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    // Only who asks for it gets what says that the server is broken.
    let is_documented = DOCUMENTED.iter().any(|part| text.contains(part));
    assert!(answer.status != 500 || asked.contains_key("x-fault") || is_documented, "a handler panicked: {text}");
    if asked.contains_key("x-fault") {
        return; // a fault may be that the answer is no JSON
    }
    if answer.body.is_empty() {
        return; // ZITADEL calls it JSON all the same
    }
    let media_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.starts_with("application/json") || media_type.starts_with("application/problem+json") {
        serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

/// The content types of remote calls, and some that are none.
const CONTENT_TYPES: [&str; 8] = [
    "application/grpc",
    "application/grpc+json",
    "application/grpc-web+proto",
    "application/grpc-web+json",
    "application/proto",
    "application/json",
    "application/grpc-web-text",
    "application/connect+proto",
];

/// Remote calls, parted like requests. Of each the first byte names the call, the second the content type, the third
/// says how the rest is framed and whose token it brings.
pub fn rpc(bytes: &[u8]) {
    let paths: Vec<_> =
        BUILT_IN.iter().flat_map(|factory| factory.info.operations()).filter_map(|operation| operation.rpc).collect();
    EMULATORS.with(|both| {
        let emulator = &both[0];
        reset(emulator);
        for (_, block) in fixture::blocks(bytes).take(MOST_REQUESTS) {
            let &[call, kind, how, ref rest @ ..] = block else { continue };
            let content_type = CONTENT_TYPES[usize::from(kind) % CONTENT_TYPES.len()];
            let mut body = Vec::new();
            if how & 1 == 0 && content_type.starts_with("application/grpc") {
                body.push(how >> 1 & 1); // whether it says that it is compressed
                body.extend(u32::try_from(rest.len()).expect("a short input").to_be_bytes());
            }
            body.extend_from_slice(rest);
            let token = if how & 4 == 0 { "Bearer zitadel-admin" } else { "Bearer zitadel-machine" };
            let mut request = Request::post(paths[usize::from(call) % paths.len()])
                .header(CONTENT_TYPE, content_type)
                .header(AUTHORIZATION, token);
            if how & 8 != 0 {
                request = request.header("grpc-encoding", "gzip").header("content-encoding", "gzip");
            }
            let request = request.body(Full::new(body.into())).expect("a request");
            let answer = ask(emulator, request).expect("nothing holds it");
            check_call(content_type, &answer);
        }
    });
}

/// What holds for every answer to a remote call.
fn check_call(content_type: &str, answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    let message = answer.trailers.iter().chain([&answer.headers]).find_map(|headers| headers.get("grpc-message"));
    let is_broken = text.contains("Errors.Internal") || message.is_some_and(|text| text == "Errors.Internal");
    assert!(!is_broken, "a handler panicked: {text}");
    if answer.status == 200 && content_type.starts_with("application/grpc") && !content_type.contains("web") {
        let status = answer.trailers.iter().chain([&answer.headers]).find_map(|headers| headers.get("grpc-status"));
        assert!(status.is_some(), "no status");
    }
}

/// The grammar of faults: what is read and written is read as the same again, and every vendor can say it.
pub fn faults(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match in_process::fault(text) {
        Ok(canonical) => assert_eq!(in_process::fault(&canonical), Ok(canonical.clone()), "of {text:?}"),
        Err(reason) => assert!(!reason.contains('\n'), "{reason}"),
    }
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    EMULATORS.with(|both| {
        let emulator = &both[0];
        reset(emulator);
        for path in [
            "/api/users/user-active/disable",
            "/v2/users/human-active/deactivate",
            "/v1/users/me/profile",
            "/oauth/v2/token",
        ] {
            let mut request = Request::post(path).header("x-fault", &value);
            for (name, value) in CREDENTIALS.iter().flat_map(|(_, headers)| *headers).skip(1) {
                request = request.header(*name, *value);
            }
            let request = request.header("x-api-key", "monocloud-admin").body(Full::default()).expect("a request");
            let asked = request.headers().clone();
            if let Some(answer) = ask(emulator, request) {
                check(&asked, &answer);
            }
        }
    });
}

/// The loader of seeds: the first byte names the vendor, the rest is its file. What fits can be listed.
pub fn seed(bytes: &[u8]) {
    let Some((place, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let place = usize::from(*place) % BUILT_IN.len();
    let emulator = match InProcess::with_seed(&config(&[]), place, text) {
        Ok(emulator) => emulator,
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(!problem.to_string().chars().any(|c| c.is_control() && c != '\n'), "{problem}");
                let (line, column) = problem.position.expect("a problem of a text has a place");
                let text = text.split('\n').nth(line - 1).expect("the line is in the text");
                assert!((1..=text.chars().count() + 1).contains(&column), "{problem}");
            }
            return;
        }
    };
    let (method, path) = [("GET", "/api/users"), ("POST", "/v2/users"), ("GET", "/v1/users")][place];
    let list = fixture::Request { method: method.to_owned(), path: path.to_owned(), ..fixture::Request::default() };
    let request = request(&list, CREDENTIALS[place].1).expect("a request");
    let asked = request.headers().clone();
    check(&asked, &ask(&emulator, request).expect("nothing holds it"));
}

/// The first bytes of a connection, and what comes after them. The server closes or answers, and lives on.
pub fn sniff(bytes: &[u8]) {
    // Nobody waits for a call that a fault holds.
    if bytes.to_ascii_lowercase().windows(7).any(|seven| seven == b"x-fault") {
        return;
    }
    SERVER.with(|(runtime, emulator)| {
        runtime.block_on(async {
            let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
            // A server that has had enough may close before it has read everything.
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
        });
    });
}

/// A query, a form and a member of JSON, beside each of which stands a secret: the journal shows all, and no secret.
pub fn journal(bytes: &[u8]) {
    // One that no input can hold by chance.
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(bytes, &mut hasher);
    let secret = format!("{:016x}", std::hash::Hasher::finish(&hasher));
    let text = String::from_utf8_lossy(bytes);
    let fits = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '#');
    let query: String = text.chars().filter(fits).collect();
    let form = [bytes, format!("&a=b;pin={secret}&next=/?token%3D{secret}").as_bytes()].concat();
    let json = serde_json::json!({ "a": text, "text": format!("{{\"pass\":\"{secret}\"}}"), "otp": secret });
    let form_type = "application/x-www-form-urlencoded";
    EMULATORS.with(|both| {
        let emulator = &both[0];
        reset(emulator);
        for (content_type, body) in [(form_type, form), ("application/json", json.to_string().into_bytes())] {
            let uri = format!("/v2/users/human-active?{query}&sig={secret}");
            let request = Request::post(uri).header(CONTENT_TYPE, content_type).body(Full::new(body.into()));
            if let Ok(request) = request {
                let asked = request.headers().clone();
                check(&asked, &ask(emulator, request).expect("nothing holds it"));
            }
        }
        let request = Request::get("/__fauxidp/worlds/default/requests").body(Full::default()).expect("a request");
        let shown = ask(emulator, request).expect("nothing holds it");
        let shown = String::from_utf8_lossy(&shown.body);
        assert!(!shown.contains(&secret), "{shown}");
    });
}

/// Changes of a world's state, one a line: the pointer of a member and its new value, or the pointer alone to remove
/// it. The state is refused, or comes back as it was given, and then every kind of call is answered.
pub fn state(bytes: &[u8]) {
    EMULATORS.with(|both| {
        let emulator = &both[0];
        reset(emulator);
        let uri = "/__fauxidp/worlds/default/state";
        let control = |request: http::request::Builder, body: String| {
            let request = request.body(Full::new(body.into())).expect("a request");
            ask(emulator, request).expect("nothing holds it")
        };
        let read = || serde_json::from_slice(&control(Request::get(uri), String::new()).body).expect("JSON");
        let mut state: serde_json::Value = read();
        for line in String::from_utf8_lossy(bytes).lines().take(MOST_REQUESTS) {
            change(&mut state, line);
        }
        let put = control(Request::put(uri), state.to_string());
        if put.status != 200 {
            let text = String::from_utf8_lossy(&put.body);
            assert!(put.status == 400 && put.headers.contains_key("x-fauxidp"), "{text}");
            return;
        }
        assert!(read() == state, "the state is another one");
        for (method, path, vendor) in [
            ("GET", "/api/users?size=100", 0),
            ("POST", "/api/users/user-active/disable", 0),
            ("POST", "/v2/users", 1),
            ("POST", "/v2/users/human-active/deactivate", 1),
            ("GET", "/v1/users", 2),
            ("GET", "/v1/audit-log", 2),
        ] {
            let (method, path) = (method.to_owned(), path.to_owned());
            let asked = fixture::Request { method, path, ..fixture::Request::default() };
            let request = request(&asked, CREDENTIALS[vendor].1).expect("a request");
            let asked = request.headers().clone();
            if let Some(answer) = ask(emulator, request) {
                check(&asked, &answer);
            }
        }
    });
}

/// Sets or removes what a line names, if it is there or can be.
fn change(state: &mut serde_json::Value, line: &str) {
    let (pointer, value) = line.split_once(' ').unwrap_or((line, ""));
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    match (state.pointer_mut(parent), serde_json::from_str(value)) {
        (Some(serde_json::Value::Object(members)), Ok(value)) => _ = members.insert(name.to_owned(), value),
        (Some(serde_json::Value::Object(members)), Err(_)) => _ = members.remove(name),
        (Some(serde_json::Value::Array(items)), value) => match (name.parse::<usize>(), value) {
            (Ok(index), Ok(value)) if index < items.len() => items[index] = value,
            (Ok(index), Err(_)) if index < items.len() => _ = items.remove(index),
            (Err(_), Ok(value)) => items.push(value),
            _ => {}
        },
        _ => {}
    }
}
