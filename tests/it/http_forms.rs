//! The forms of HTTP/1 that old clients and proxies send, each of which is a call like any other.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::wire;

const KEY: &str = "X-API-KEY: monocloud-admin\r\n";
const PATH: &str = "/api/users/user-active/disable";
const END: &str = "Host: a\r\nConnection: close\r\n";

/// The statuses of all answers to what was written on one connection, whole.
async fn statuses(sent: &str) -> Vec<String> {
    let emulator = wire::emulator().await;
    let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
    stream.write_all(sent.as_bytes()).await.expect("taken");
    let came = String::from_utf8(wire::read_to_end(&mut stream).await).expect("text");
    // A body that is there already need not be asked for.
    let answers = came.split("HTTP/1.").skip(1).filter_map(|answer| answer.split(' ').nth(1));
    answers.filter(|status| *status != "100").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_head_that_no_server_takes_is_refused() {
    let emulator = wire::emulator().await;
    for head in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /api/users/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /__fauxidp/worlds/% HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
        let answer = wire::exchange(stream, head.as_bytes()).await;
        assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("refused")), "{head}: {answer:?}");
    }
}

#[tokio::test]
async fn every_form_is_a_call() {
    for (form, sent, expected) in [
        (
            "a client that waits to be asked for its body",
            format!("POST {PATH} HTTP/1.1\r\n{END}{KEY}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}"),
            &["200"][..],
        ),
        (
            "chunks with an extension and a trailer",
            format!(
                "POST {PATH} HTTP/1.1\r\n{END}{KEY}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
                 1;a=b\r\n{{\r\n1\r\n}}\r\n0\r\nX-T: 1\r\n\r\n"
            ),
            &["200"],
        ),
        ("HTTP/1.0", format!("POST {PATH} HTTP/1.0\r\n{KEY}Content-Length: 2\r\n\r\n{{}}"), &["200"]),
        (
            "an absolute target",
            format!("POST http://idp.test{PATH} HTTP/1.1\r\n{END}{KEY}Content-Length: 2\r\n\r\n{{}}"),
            &["200"],
        ),
        (
            "an offer of h2c with a body in chunks",
            format!(
                "POST {PATH} HTTP/1.1\r\nHost: a\r\n{KEY}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n\
                 HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
            ),
            &["200"],
        ),
        (
            "two calls at once",
            format!(
                "GET /api/users/user-active HTTP/1.1\r\nHost: a\r\n{KEY}\r\n\
                 POST {PATH} HTTP/1.1\r\n{END}{KEY}Content-Length: 2\r\n\r\n{{}}"
            ),
            &["200", "200"],
        ),
    ] {
        assert_eq!(statuses(&sent).await, expected, "{form}");
    }
}
