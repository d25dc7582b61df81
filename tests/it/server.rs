//! Sockets: TLS by the first byte, HTTP/2, limits, and how the server stops.

use std::sync::Arc;

use fauxidp::Emulator;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::wire::{self, Ask, exchange, read_to_end};

/// What trusts the server's certificate, and nothing else.
pub async fn trust(emulator: &Emulator, alpn: &[&str]) -> TlsConnector {
    trust_pem(&Ask::new("GET", "/__fauxidp/ca.pem").send(emulator).await.body, alpn)
}

/// What trusts that certificate, and nothing else.
pub fn trust_pem(pem: &[u8], alpn: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem).expect("a certificate")).expect("it can be trusted");
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// A TLS connection that trusts the server's certificate, and nothing else.
async fn tls(emulator: &Emulator, name: &str, alpn: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let connector = trust(emulator, alpn).await;
    let stream = TcpStream::connect(emulator.addresses()[0]).await?;
    connector.connect(ServerName::try_from(name.to_owned()).expect("a name"), stream).await
}

#[tokio::test]
async fn the_same_port_speaks_tls_for_addresses_and_for_any_name() {
    let emulator = wire::emulator().await;
    for name in ["127.0.0.1", "localhost", "::1", "tenant.us.monocloud.test", "host.docker.internal"] {
        let stream = tls(&emulator, name, &["http/1.1"]).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let call = Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin");
        let answer = exchange(stream, &call.bytes()).await;
        assert_eq!(answer.status, 200, "{name}");
    }
}

#[tokio::test]
async fn alpn_chooses_the_protocol() {
    let emulator = wire::emulator().await;
    for (offered, chosen) in [(&["h2", "http/1.1"][..], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)] {
        let stream = tls(&emulator, "localhost", offered).await.expect("a handshake");
        let agreed = stream.get_ref().1.alpn_protocol();
        assert_eq!(agreed, chosen.map(str::as_bytes));
    }
}

#[tokio::test]
async fn a_certificate_that_was_given_is_used() {
    let folder = std::env::temp_dir().join(format!("fauxidp-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let given = rcgen::generate_simple_self_signed(["idp.test".to_owned()]).expect("a certificate");
    let (certificate, key, copy) = (folder.join("cert.pem"), folder.join("key.pem"), folder.join("ca.pem"));
    std::fs::write(&certificate, given.cert.pem()).expect("written");
    std::fs::write(&key, given.signing_key.serialize_pem()).expect("written");
    let config = fauxidp::Config {
        tls_cert: Some(certificate.clone()),
        tls_key: Some(key.clone()),
        tls_ca_out: Some(copy.clone()),
        ..wire::config()
    };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    assert_eq!(std::fs::read_to_string(&copy).expect("written"), given.cert.pem());
    tls(&emulator, "idp.test", &[]).await.expect("a handshake");
    assert!(tls(&emulator, "localhost", &[]).await.is_err(), "the certificate is for another name");
    let half = fauxidp::Config { tls_cert: Some(certificate.clone()), ..wire::config() };
    let error = Emulator::start_with(half).await.err().expect("half a certificate is none");
    assert_eq!(error.to_string(), "--tls-cert and --tls-key must be given together");
    let wrong = fauxidp::Config { tls_cert: Some(key.clone()), tls_key: Some(key), ..wire::config() };
    let error = Emulator::start_with(wrong).await.err().expect("a key is no certificate").to_string();
    assert!(
        error.starts_with("--tls-cert, --tls-key: ") && error.contains("key.pem: the file contains no certificate"),
        "{error}"
    );
    std::fs::remove_dir_all(folder).expect("removed");
}

#[tokio::test]
async fn junk_and_silence_hurt_nobody_else() {
    let emulator = wire::emulator().await;
    let address = emulator.addresses()[0];
    let silent = TcpStream::connect(address).await.expect("it listens");
    for junk in [
        &b"\x16\x03\x01\x00\x05hello"[..],
        b"\0\0\0\0",
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\njunk",
        b"\xff\xfe",
    ] {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(junk).await.expect("taken");
        stream.shutdown().await.expect("closed");
        read_to_end(&mut stream).await;
    }
    assert_eq!(Ask::new("GET", "/__fauxidp/health").send(&emulator).await.status, 200);
    drop(silent);
}

#[tokio::test]
async fn an_upgrade_to_h2c_is_ignored() {
    let emulator = wire::emulator().await;
    let ask = Ask::new("GET", "/__fauxidp/health")
        .header("upgrade", "h2c")
        .header("http2-settings", "AAMAAABkAAQAAP__")
        .header("connection", "Upgrade, HTTP2-Settings");
    assert_eq!(ask.send(&emulator).await.status, 200);
}

#[tokio::test]
async fn a_chunked_body_is_read_like_any_other() {
    let emulator = wire::emulator().await;
    let call = Ask::new("POST", "/api/users/user-active/disable")
        .header("x-api-key", "monocloud-admin")
        .header("content-type", "application/json")
        .header("transfer-encoding", "chunked");
    let whole = call.clone().body("9\r\n{\"revoke_\r\n10\r\nsessions\": \"no\"}\r\n0\r\n\r\n").send(&emulator).await;
    assert_eq!(whole.status, 422, "{}", whole.text());
    // Half a body is no body: the user stays as it is.
    let mut stream = TcpStream::connect(emulator.addresses()[0]).await.expect("it listens");
    stream.write_all(&call.body("9\r\n{\"revoke_\r\nnonsense\r\n").bytes()).await.expect("taken");
    stream.shutdown().await.expect("closed");
    read_to_end(&mut stream).await;
    let read = Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin").send(&emulator).await;
    assert_eq!(read.json()["disabled"], false);
}

#[tokio::test]
async fn a_stop_answers_what_was_asked_and_drops_what_is_silent() {
    let emulator = wire::emulator().await;
    let address = emulator.addresses()[0];
    let mut silent = TcpStream::connect(address).await.expect("it listens");
    let mut asked = TcpStream::connect(address).await.expect("it listens");
    let ask = Ask::new("GET", "/api/users/user-active")
        .header("x-api-key", "monocloud-admin")
        .header("x-fault", "delay;ms=200");
    asked.write_all(&ask.bytes()).await.expect("taken");
    let answer = tokio::spawn(async move { read_to_end(&mut asked).await });
    emulator.stop().await;
    let answer = answer.await.expect("no panic");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(read_to_end(&mut silent).await, b"");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn two_listeners_are_one_server() {
    let listen = vec!["127.0.0.1:0".parse().expect("an address"); 2];
    let emulator = Emulator::start_with(fauxidp::Config { listen, ..wire::config() }).await.expect("it starts");
    let [one, two] = emulator.addresses() else { panic!("two addresses") };
    assert_ne!(one.port(), two.port());
    let call = Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin");
    let read = Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin");
    exchange(TcpStream::connect(one).await.expect("it listens"), &call.bytes()).await;
    let answer = exchange(TcpStream::connect(two).await.expect("it listens"), &read.bytes()).await;
    assert_eq!(answer.json()["disabled"], true);
}
