//! What leaves the server, told by a vendor of the test's own that asks and delivers wherever a call says.

use std::sync::LazyLock;
use std::time::Duration;

use fauxidp::vendor::*;
use fauxidp::{Config, Emulator, Endpoint, Limits, Match};
use http::{Method, StatusCode};
use serde_json::{json, value::RawValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::wire::{self, Answer, Ask};

/// A vendor without users. The body of each call is a URL.
struct Courier(WorldContext);

type Handler = fn(&Exchange) -> Outcome;

static ROWS: [Row<Handler>; 5] = [
    Row::new("ask", "POST", "/ask", ask as Handler),
    Row::new("ask_heavily", "POST", "/ask-heavily", ask as Handler).heavy(),
    Row::new("ask_twice", "POST", "/ask-twice", ask_twice as Handler),
    Row::new("panic", "POST", "/panic", panic_with_the_answer as Handler),
    Row::new("deliver", "POST", "/deliver", deliver as Handler),
];
static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| RouteTable::new(&ROWS, || &[]));
static FIDELITY: LazyLock<Fidelity> =
    LazyLock::new(|| Fidelity::read("differences = []\nany = {}", &[]).expect("it is TOML"));
static INFO: VendorInfo = VendorInfo {
    name: "courier",
    title: "Courier",
    claims: &[],
    credentials: &[],
    routes: || TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: |id| id.into(),
    decorate: None,
    rpc: None,
    misfits: None,
    paging: &[],
    settings: &[],
    environment: &[],
    grants: None,
    doors: None,
    deliveries: &["deliver_news"],
    lacks: &[],
};
static FACTORY: VendorFactory = VendorFactory {
    info: &INFO,
    embedded: "",
    schema: "",
    make: |seed| Ok(Box::new(Courier(seed.context.clone()))),
    id: Person::email,
};

fn request(method: Method, exchange: &Exchange) -> OutboundRequest {
    OutboundRequest::new(method, String::from_utf8_lossy(&exchange.call.body))
}

fn ask(exchange: &Exchange) -> Outcome {
    Outcome::ask(request(Method::GET, exchange), |exchange, answer| {
        let reply = match answer {
            Ok(OutboundReply { status, body, .. }) => {
                let text = String::from_utf8_lossy(&body);
                Reply::of(StatusCode::OK, &json!({ "status": status.as_u16(), "text": text, "at": exchange.call.at }))
            }
            Err(error) => Reply::of(StatusCode::BAD_GATEWAY, &error.to_string()),
        };
        reply.into()
    })
}

fn ask_twice(exchange: &Exchange) -> Outcome {
    Outcome::ask(request(Method::POST, exchange), |exchange, _| ask(exchange))
}

fn panic_with_the_answer(exchange: &Exchange) -> Outcome {
    Outcome::ask(request(Method::GET, exchange), |_, _| panic!("a bug that is planted"))
}

fn deliver(exchange: &Exchange) -> Outcome {
    let delivery = |body: &'static str| OutboundDelivery {
        operation: "deliver_news",
        user_id: Some("ada".to_owned()),
        request: OutboundRequest { body: body.into(), ..request(Method::POST, exchange) },
        signature: Signature::Jwt,
    };
    Outcome::Reply(Reply::of(StatusCode::OK, &"it goes out"), vec![delivery("first"), delivery("second")])
}

impl Vendor for Courier {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Outcome {
        TABLE.handler(exchange.matched.as_ref().expect("only what was matched is handled"))(exchange)
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        let Kind::Status(status) = failure.kind else { return Reply::of(StatusCode::INTERNAL_SERVER_ERROR, &"broken") };
        Reply::of(StatusCode::from_u16(status).expect("a status"), &"refused")
    }

    fn accepts_credential(&self, _: &Call) -> bool {
        false
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        Box::new(Self(context))
    }

    fn with_settings(&self, _: &Settings) -> Box<dyn Vendor> {
        Box::new(Self(self.0.clone()))
    }

    fn write_state(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        to.write_all(b"null")
    }

    fn restore(&self, _: &RawValue, context: WorldContext, _: &Settings) -> Result<Box<dyn Vendor>, String> {
        Ok(self.fork(context))
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        Endpoint::new(format!("{}/courier", base.plain), String::new())
    }
}

async fn emulator_waiting(outbound_timeout: Duration) -> Emulator {
    let limits = Limits { outbound_timeout, ..Limits::default() };
    let config = Config { vendors: vec![&FACTORY], limits, ..wire::config() };
    Emulator::start_with(config).await.expect("it starts")
}

async fn emulator() -> Emulator {
    emulator_waiting(Limits::default().outbound_timeout).await
}

fn call(operation: &str, url: &str) -> Ask {
    Ask::new("POST", &format!("/courier/{operation}")).body(url)
}

/// Somebody outside, whose answers the test writes.
struct Outside {
    listener: TcpListener,
    url: String,
}

impl Outside {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook?x=1", listener.local_addr().expect("an address"));
        Self { listener, url }
    }

    /// The next request, and where to answer it.
    async fn next(&self) -> (String, TcpStream) {
        let (mut stream, _) = self.listener.accept().await.expect("a connection");
        let mut request = String::new();
        loop {
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).await.expect("a request");
            request += std::str::from_utf8(&bytes[..count]).expect("text");
            let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                return (request, stream);
            }
        }
    }

    /// Answers the next request.
    async fn answer(&self, status: &str, body: &str) -> String {
        let (request, stream) = self.next().await;
        write(stream, status, body).await;
        request
    }

    /// What is answered to a call that asks here, where this is the answer.
    async fn asked(&self, emulator: &Emulator, operation: &str, status: &str, body: &str) -> (Answer, String) {
        let ask = call(operation, &self.url);
        tokio::join!(ask.send(emulator), self.answer(status, body))
    }
}

async fn write(mut stream: TcpStream, status: &str, body: &str) {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    // Who asked may have heard enough.
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[tokio::test]
async fn a_call_that_asks_outside_is_answered_with_what_came_back() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    for operation in ["ask", "ask-heavily"] {
        let (answer, request) = outside.asked(&emulator, operation, "418 I'm a teapot", "short and stout").await;
        let wanted = json!({ "status": 418, "text": "short and stout", "at": wire::NOW });
        assert_eq!((answer.status, answer.json()), (200, wanted), "{operation}");
        let host = outside.url.trim_start_matches("http://").trim_end_matches("/hook?x=1");
        assert_eq!(request, format!("GET /hook?x=1 HTTP/1.1\r\nhost: {host}\r\n\r\n"), "{operation}");
    }
}

#[tokio::test]
async fn a_call_can_ask_again() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let twice = call("ask-twice", &outside.url);
    let answers = async {
        let first = outside.answer("200 OK", "one").await;
        (first, outside.answer("200 OK", "two").await)
    };
    let (answer, (first, second)) = tokio::join!(twice.send(&emulator), answers);
    assert!(first.starts_with("POST ") && second.starts_with("GET "), "{first}{second}");
    assert_eq!(answer.json()["text"], "two");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let status = format!("302 Found\r\nlocation: {}", outside.url);
    let (answer, _) = outside.asked(&emulator, "ask", &status, "").await;
    assert_eq!(answer.json()["status"], 302);
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let most = "x".repeat(1 << 20);
    let (answer, _) = outside.asked(&emulator, "ask", "200 OK", &most).await;
    assert_eq!(answer.json()["text"].as_str().map(str::len), Some(most.len()));
    let (answer, _) = outside.asked(&emulator, "ask", "200 OK", &(most + "x")).await;
    assert_eq!((answer.status, answer.text()), (502, r#""the answer is larger than 1048576 bytes""#));
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let (emulator, outside) = (emulator_waiting(Duration::from_millis(50)).await, Outside::start().await);
    let ask = call("ask", &outside.url);
    let (answer, (_, _silent)) = tokio::join!(ask.send(&emulator), outside.next());
    assert_eq!((answer.status, answer.text()), (502, r#""no complete answer in time""#));
}

#[tokio::test]
async fn a_panic_with_the_answer_costs_one_500() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let (answer, _) = outside.asked(&emulator, "panic", "200 OK", "").await;
    assert_eq!((answer.status, answer.text()), (500, r#""broken""#));
    assert_eq!(outside.asked(&emulator, "ask", "200 OK", "").await.0.status, 200);
}

#[tokio::test]
async fn a_call_that_waited_is_dated_when_it_goes_on() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let later = "2031-02-03T04:05:06Z";
    let ask = call("ask", &outside.url);
    let meanwhile = async {
        let (_, stream) = outside.next().await;
        let world = emulator.world("default").expect("a name");
        world.clock().set(later.parse().expect("a time")).expect("a time that a clock can have");
        write(stream, "200 OK", "").await;
    };
    let (answer, ()) = tokio::join!(ask.send(&emulator), meanwhile);
    assert_eq!(answer.json()["at"], later);
}

#[tokio::test]
async fn deliveries_are_made_in_their_order() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let answer = call("deliver", &outside.url).send(&emulator).await;
    assert_eq!((answer.status, answer.text()), (200, r#""it goes out""#));
    // The call was answered although nobody has taken the deliveries yet. That one fails does not stop the other.
    let first = outside.answer("500 Internal Server Error", "").await;
    let second = outside.answer("200 OK", "").await;
    assert!(first.starts_with("POST /hook?x=1 ") && first.ends_with("\r\n\r\nfirst"), "{first}");
    assert!(second.ends_with("\r\n\r\nsecond"), "{second}");
}

#[tokio::test]
async fn what_is_not_near_is_not_asked() {
    let emulator = emulator().await;
    let own = emulator.addresses()[0];
    let refused = [
        (
            format!("http://{own}/"),
            format!("127.0.0.1: the address {own} is not allowed, because this server listens on it"),
        ),
        (format!("http://localhost:{}/", own.port()), format!("localhost: the address {own} is not allowed, because")),
        (
            "http://169.254.169.254/".to_owned(),
            "169.254.169.254: the address 169.254.169.254 is not allowed; expected".into(),
        ),
        (
            "http://8.8.8.8/".to_owned(),
            "8.8.8.8: the address 8.8.8.8 is not allowed; expected a loopback or private".into(),
        ),
        ("https://127.0.0.1/".to_owned(), "unsupported scheme \"https\"; expected http".to_owned()),
        ("/hook".to_owned(), "expected an absolute URL with a host and without a user name".to_owned()),
    ];
    for (url, reason) in &refused {
        let answer = call("ask", url).send(&emulator).await;
        assert_eq!(answer.status, 502, "{url}");
        assert!(answer.json().as_str().is_some_and(|text| text.starts_with(reason)), "{url}: {}", answer.text());
    }
    let calls = emulator.world("default").expect("a name").requests(&Match::all()).expect("a journal");
    assert_eq!(calls.len(), refused.len(), "the server did not call itself");
}

#[tokio::test]
async fn a_trial_sends_nothing() {
    let (emulator, outside) = (emulator().await, Outside::start().await);
    let trial = format!("{}&trial", outside.url);
    for operation in ["ask", "ask-heavily", "deliver"] {
        let tried = call(operation, &trial).header("x-fault", "503;at=validated").send(&emulator).await;
        assert_eq!((tried.status, tried.text()), (503, r#""refused""#), "{operation}");
    }
    // What comes first is from this call.
    let (_, request) = outside.asked(&emulator, "ask", "200 OK", "").await;
    assert!(request.starts_with("GET /hook?x=1 "), "{request}");
}
