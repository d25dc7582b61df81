//! `--state` and `--max-state`: what the command line does with the state of a world.

use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::cli::{Serving, fauxidp};
use crate::wire::{Answer, Ask, exchange};

fn serve(arguments: &[&str]) -> Serving {
    Serving::start(fauxidp().args(["--listen", "127.0.0.1:0", "--log", "off"]).args(arguments))
}

async fn send(serving: &Serving, ask: Ask) -> Answer {
    let address: SocketAddr = serving.address().parse().expect("an address");
    exchange(TcpStream::connect(address).await.expect("it listens"), &ask.bytes()).await
}

fn disable(world: &str) -> Ask {
    Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", &format!("monocloud-admin{world}"))
}

async fn is_disabled(serving: &Serving, world: &str) -> bool {
    let read = Ask::new("GET", "/api/users/user-active").header("x-api-key", &format!("monocloud-admin{world}"));
    send(serving, read).await.json()["disabled"] == true
}

#[tokio::test]
async fn every_world_starts_from_the_file_of_state() {
    let file = std::env::temp_dir().join(format!("fauxidp-flag-state-{}.json", std::process::id()));
    let first = serve(&[]);
    assert_eq!(send(&first, disable("")).await.status, 200);
    let state = send(&first, Ask::new("GET", "/__fauxidp/worlds/default/state")).await;
    std::fs::write(&file, &state.body).expect("it is written");
    let second = serve(&["--state", file.to_str().expect("text")]);
    std::fs::remove_file(&file).expect("removed");
    assert!(is_disabled(&second, "").await && is_disabled(&second, "~other").await);
    let enable = Ask::new("POST", "/api/users/user-active/enable").header("x-api-key", "monocloud-admin~other");
    assert_eq!(send(&second, enable).await.status, 200);
    assert!(!is_disabled(&second, "~other").await && is_disabled(&second, "~third").await);
    send(&second, Ask::new("POST", "/__fauxidp/worlds/other/reset")).await;
    assert!(is_disabled(&second, "~other").await, "a reset leads back to the file");
}

#[tokio::test]
async fn a_state_is_taken_up_to_the_limit_and_other_bodies_have_their_own() {
    let serving = serve(&[]);
    let state = send(&serving, Ask::new("GET", "/__fauxidp/worlds/default/state")).await.body;
    let length = state.len();
    let put = |body: Vec<u8>| Ask::new("PUT", "/__fauxidp/worlds/copy/state").body(body);
    let exact = serve(&["--max-state", &length.to_string(), "--max-body", "1000"]);
    assert_eq!(send(&exact, put(state.clone())).await.status, 200, "as much as is allowed");
    let small = serve(&["--max-state", &(length - 1).to_string()]);
    let refused = send(&small, put(state)).await;
    assert_eq!((refused.status, refused.header("x-fauxidp")), (413, Some("limit")), "a byte more");
    let worlds = send(&small, Ask::new("GET", "/__fauxidp/worlds")).await;
    assert_eq!(worlds.json()["worlds"], serde_json::json!(["default"]), "nothing is made of it");
    let long = Ask::new("PUT", "/__fauxidp/worlds/copy").body(vec![b' '; 1_001]);
    assert_eq!(send(&exact, long).await.header("x-fauxidp"), Some("limit"));
}
