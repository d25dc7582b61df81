//! Every operation that a vendor publishes, on each way by which it serves it: emulated, or said to be lacking, and
//! in either case a call of the caller's world. The lists are read here as they are, not as the table takes them.

use std::collections::BTreeMap;
use std::fs;

use fauxidp::Emulator;
use fauxidp::declared::{Operation, VendorInfo, VendorSet};

use crate::fixture::root;
use crate::wire::{self, Answer, Ask};

/// So many calls are made in one world: its journal keeps them all.
const BATCH: usize = 200;

/// A line of a list, and how to call it.
struct Published {
    method: String,
    path: Option<String>,
    rpc: Option<String>,
    is_connect: bool,
    replaced_by: Option<String>,
}

fn published(info: &VendorInfo) -> Vec<Published> {
    let path = format!("src/vendors/{}/routes/published.tsv", info.name);
    let list = fs::read_to_string(root().join(path)).expect("each vendor has a list");
    let read = |line: &str| {
        let columns: Vec<_> = line.split('\t').collect();
        let ([_, method, path, rpc, ways] | [_, method, path, rpc, ways, _]) = columns[..] else {
            panic!("five columns, or six: {line}")
        };
        let some = |text: &str| (text != "-").then(|| text.to_owned());
        let is_connect = ways.split(',').any(|way| way == "connect");
        let replaced_by = columns.get(5).copied().map(str::to_owned);
        Published { method: method.to_owned(), path: some(path), rpc: some(rpc), is_connect, replaced_by }
    };
    list.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

/// Every call that can be made of it. They are below the vendor's own name, where no path is anybody else's.
fn asks(info: &VendorInfo, published: &Published) -> Vec<Ask> {
    let mut asks = Vec::new();
    if let Some(path) = &published.path {
        let path = path.replace(['{', '}', '*'], "");
        let ask = Ask::new(&published.method, &format!("/{}{path}", info.name));
        asks.push(ask.header("content-type", "application/json").body("{}"));
    }
    if let Some(rpc) = &published.rpc {
        let framed = [0; 5];
        let mut remote = |content_type: &str, body: &[u8]| {
            asks.push(Ask::new("POST", rpc).header("content-type", content_type).body(body));
        };
        remote("application/grpc", &framed);
        remote("application/grpc-web+proto", &framed);
        if published.is_connect {
            remote("application/json", b"{}");
            remote("application/proto", b"");
        }
    }
    asks
}

/// A call of the vendor's own caller in that world: the credential names it, or, of every other path, its prefix. A
/// gRPC client cannot send a prefix.
fn by_its_caller(info: &VendorInfo, mut ask: Ask, world: &str, by_prefix: bool) -> Ask {
    let by_prefix = by_prefix && ask.path.starts_with(&format!("/{}/", info.name));
    let world = match by_prefix {
        true => {
            ask.path = format!("/~{world}{}", ask.path);
            String::new()
        }
        false => format!("~{world}"),
    };
    match info.name {
        "monocloud" => ask.header("x-api-key", &format!("monocloud-admin{world}")),
        name => ask.header("authorization", &format!("Bearer {name}-admin{world}")),
    }
}

/// Whether the answer says that the operation is lacking, in the protocol of the call.
fn says_lacking(ask: &Ask, answer: &Answer) -> bool {
    let content_type = ask.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value);
    let is_marked = answer.header("x-fauxidp") == Some("unemulated");
    is_marked
        && match content_type.starts_with("application/grpc") {
            true => answer.status == 200 && answer.text_or_trailers().contains("grpc-status: 12"),
            false => answer.status == 501,
        }
}

impl Answer {
    /// What tells of an error of gRPC: the trailers, or the lines of them in the headers or in the body.
    fn text_or_trailers(&self) -> String {
        let lines = self.headers.iter().chain(&self.trailers).map(|(name, value)| format!("{name}: {value}\n"));
        lines.collect::<String>() + &String::from_utf8_lossy(&self.body)
    }
}

async fn journal(emulator: &Emulator, world: &str) -> Vec<serde_json::Value> {
    let path = format!("/__fauxidp/worlds/{world}/requests");
    let mut requests = Ask::new("GET", &path).send(emulator).await.json();
    serde_json::from_value(requests["requests"].take()).expect("a list")
}

async fn walk(info: &'static VendorInfo) -> usize {
    let emulator = wire::emulator().await;
    let published = published(info);
    let asks: Vec<_> = published.iter().flat_map(|published| asks(info, published)).collect();
    for (index, batch) in asks.chunks(BATCH).enumerate() {
        let world = format!("{}-{index}", info.name);
        let mut lacking = 0;
        for (n, ask) in batch.iter().enumerate() {
            let ask = by_its_caller(info, ask.clone(), &world, n % 2 == 1);
            // Trailers come over HTTP/2 alone.
            let answer = match ask.headers[0].1 == "application/grpc" {
                true => ask.send_h2(&emulator).await,
                false => ask.send(&emulator).await,
            };
            let what = format!("{} {} {:?}: {answer:?}", ask.method, ask.path, ask.headers);
            let is_lacking = says_lacking(&ask, &answer);
            assert!(is_lacking || answer.header("x-fauxidp").is_none(), "{what}");
            lacking += usize::from(is_lacking);
        }
        let entries = journal(&emulator, &world).await;
        assert_eq!(entries.len(), batch.len(), "{world}");
        for entry in &entries {
            let operation = entry["operation"].as_str().unwrap_or_else(|| panic!("it names no operation: {entry}"));
            assert!(info.operations().any(|known| known.name == operation), "{operation}");
            assert_eq!(entry["vendor"], info.name);
        }
        let named = |entry: &&serde_json::Value| {
            info.operations().any(|known| entry["operation"] == known.name && !known.is_emulated)
        };
        assert_eq!(entries.iter().filter(named).count(), lacking, "{world}");
    }
    published.len()
}

#[tokio::test]
async fn each_is_emulated_or_said_to_be_lacking_on_every_way_it_is_served() {
    let mut walked = Vec::new();
    for info in VendorSet::built_in().infos() {
        walked.push((info.name, walk(info).await));
    }
    assert_eq!(walked, [("monocloud", 165), ("zitadel", 984), ("jitsudo", 42)]);
}

#[test]
fn no_two_operations_of_a_vendor_have_one_name() {
    for info in VendorSet::built_in().infos() {
        let mut names: Vec<_> = info.operations().map(|operation: &Operation| operation.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{}", info.name);
    }
}

/// What a deprecated operation is replaced by is there, and is not deprecated itself.
#[test]
fn what_is_deprecated_has_a_successor() {
    let infos: Vec<_> = VendorSet::built_in().infos().collect();
    let replaced = |info: &&'static VendorInfo| (info.routes)().replaced().collect::<BTreeMap<_, _>>();
    let listed = infos.iter().map(|info| published(info).iter().filter(|one| one.replaced_by.is_some()).count());
    assert_eq!(infos.iter().map(|info| replaced(info).len()).collect::<Vec<_>>(), listed.collect::<Vec<_>>());
    for replaced in infos.iter().map(replaced) {
        assert!(replaced.values().all(|new| !replaced.contains_key(new.name)));
    }
}

/// How many operations of each of ZITADEL's generations there are, as its protocol files say.
#[test]
fn the_list_is_whole() {
    let zitadel = VendorSet::built_in().infos().find(|info| info.name == "zitadel").expect("it is built in");
    let list = published(zitadel);
    let count = |version: &str| {
        let is_of = |rpc: &String| rpc.split('/').nth(1).is_some_and(|name| name.contains(&format!(".{version}.")));
        list.iter().filter_map(|published| published.rpc.as_ref()).filter(|rpc| is_of(rpc)).count()
    };
    assert_eq!(["v1", "v2", "v2beta", "v3alpha"].map(count), [581, 194, 144, 46]);
}
