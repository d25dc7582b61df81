//! What every door of a vendor answers after every event, played for each cell: all from before, the event, the knock.
//! `GET /__fauxidp/doors` and `docs/doors.md` say the same. Knows no vendor by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use fauxidp::declared::VendorSet;
use fauxidp::fixture::{Fixture, Request};
use serde_json::{Value, json};

use crate::browser::redirected;
use crate::fixture::{Variables, root};
use crate::wire::{self, Answer, Ask};

/// A part of a script: its name, what it is, and its requests.
struct Part {
    name: String,
    what: String,
    requests: Vec<Request>,
}

/// What is played for one vendor.
struct Script {
    before: Vec<Request>,
    events: Vec<Part>,
    doors: Vec<Part>,
}

fn script(vendor: &str) -> Script {
    let path = root().join(format!("tests/doors/{vendor}.http"));
    let fixture = Fixture::parse(&fs::read(path).expect("a script")).expect("requests");
    let mut script = Script { before: Vec::new(), events: Vec::new(), doors: Vec::new() };
    for request in fixture.requests {
        let (kind, what) = request.title.split_once(": ").expect("a kind and a text");
        let (parts, name) = match kind.split_once(' ') {
            Some(("event", name)) => (&mut script.events, name),
            Some(("door", name)) => (&mut script.doors, name),
            _ => {
                script.before.push(request);
                continue;
            }
        };
        match parts.last_mut() {
            Some(last) if last.name == name => last.requests.push(request),
            _ => parts.push(Part { name: name.to_owned(), what: what.to_owned(), requests: vec![request] }),
        }
    }
    script
}

/// An answer in a few words.
fn said(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str();
    match answer.status {
        302 => match (redirected(answer, "code"), redirected(answer, "error")) {
            (Some(_), _) => "in".to_owned(),
            (None, Some(error)) => format!("`{error}`"),
            (None, None) => "the page".to_owned(),
        },
        200..=299 if body["active"] == false => "`active: false`".to_owned(),
        200..=299 => "in".to_owned(),
        status if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) => {
            format!("{status}, said on the page")
        }
        // The id of an error, where a vendor has one, else its code.
        status => match (body["details"][0]["id"].as_str(), text("error"), text("error_description"), text("code")) {
            (Some(id), ..) => format!("{status} `{id}`"),
            (_, Some(error), Some(why), _) if why.starts_with("Errors.") => format!("{status} `{error}`: {why}"),
            (_, Some(error), ..) => format!("{status} `{error}`"),
            (.., Some(code)) => format!("{status} `{code}`"),
            _ => match answer.header("www-authenticate").and_then(|value| value.split("error=\"").nth(1)) {
                Some(error) => format!("{status} `{}`", error.split('"').next().expect("a part")),
                None => status.to_string(),
            },
        },
    }
}

/// What every door of a vendor says after every event.
async fn played(vendor: &str) -> Value {
    let Script { before, events, doors } = script(vendor);
    let mut shown = Vec::new();
    for event in &events {
        let emulator = wire::emulator().await;
        let mut variables = Variables::default();
        for request in before.iter().chain(&event.requests) {
            let filled = variables.fill(request).expect("captured");
            let answer = Ask::from(&filled).send(&emulator).await;
            let what = format!("{vendor}, {}: {}: {}", event.name, request.title, answer.text());
            assert!((200..400).contains(&answer.status), "{what}");
            variables.capture(request, &answer.into()).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        let mut answers = serde_json::Map::new();
        // In the order of the script: what uses something up comes last.
        for door in &doors {
            let filled = variables.fill(&door.requests[0]).expect("captured");
            let answer = Ask::from(&filled).send(&emulator).await;
            assert_eq!(answer.header("x-fauxidp"), None, "{}: {}", door.name, answer.text());
            answers.insert(door.name.clone(), said(&answer).into());
        }
        shown.push(json!({ "event": event.name, "what": event.what, "doors": answers }));
    }
    let doors: Vec<_> = doors.iter().map(|door| json!({ "door": door.name, "what": door.what })).collect();
    json!({ "doors": doors, "events": shown })
}

/// The page: for each vendor a table of doors and events.
fn page(tables: &BTreeMap<&str, Value>) -> String {
    let mut page = "# Doors\n\n\
        What somebody holds from before an event, and what each door says to it afterwards, with the\n\
        settings of a new server. The table is played, cell by cell, by the tests; `GET /__fauxidp/doors`\n\
        serves it as JSON. *in* is let in. A JWT that an application checks by itself is good until it\n\
        expires, whatever happens here. `VENDOR.strict-doors=true` also closes what a vendor leaves open to\n\
        a user who is kept out. Which of it the vendor documents, and which was seen at a real server, is\n\
        told in [fidelity/](fidelity/README.md).\n"
        .to_owned();
    for info in VendorSet::built_in().infos() {
        let table = &tables[info.name];
        let events = table["events"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        page += &format!("\n## {}\n\n| door | what knocks |\n| --- | --- |\n", info.title);
        for door in table["doors"].as_array().expect("a list") {
            page += &format!("| {} | {} |\n", text(&door["door"]), text(&door["what"]));
        }
        // A few events a table, so that it can be read.
        for some in events.chunks(3) {
            let names: Vec<_> = some.iter().map(|event| text(&event["event"])).collect();
            page += &format!("\n| door | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len()));
            for door in table["doors"].as_array().expect("a list") {
                let cell = |event: &Value| text(&event["doors"][door["door"].as_str().expect("a name")]);
                let cells: Vec<_> = some.iter().map(cell).collect();
                page += &format!("| {} | {} |\n", text(&door["door"]), cells.join(" | "));
            }
        }
    }
    page
}

#[tokio::test]
async fn every_door_says_after_every_event_what_is_written() {
    let mut expected: Vec<(PathBuf, String)> = Vec::new();
    let mut tables = BTreeMap::new();
    for info in VendorSet::built_in().infos() {
        let table = played(info.name).await;
        let text = serde_json::to_string_pretty(&table).expect("JSON") + "\n";
        expected.push((root().join(format!("src/vendors/{}/doors.json", info.name)), text));
        tables.insert(info.name, table);
    }
    expected.push((root().join("docs/doors.md"), page(&tables)));
    for (path, text) in expected {
        if std::env::var_os("FAUXIDP_BLESS").is_some() {
            fs::write(&path, &text).expect("it is written");
        }
        let found = fs::read_to_string(&path).expect("a file");
        assert!(found == text, "FAUXIDP_BLESS=1 cargo test writes {} anew:\n{text}", path.display());
    }
    // What is served is what was embedded, so after a change it takes another build.
    let served = Ask::new("GET", "/__fauxidp/doors").send(&wire::emulator().await).await.json();
    let served = served["vendors"].as_array().expect("a list");
    for vendor in served {
        let name = vendor["vendor"].as_str().expect("a name");
        let table = &tables[name];
        assert_eq!((&vendor["doors"], &vendor["events"]), (&table["doors"], &table["events"]), "{name}");
    }
    assert_eq!(served.len(), tables.len());
}

/// Doors that somebody who is kept out, or gone, passes all the same: what an administrator or a program of the tenant
/// asks, what tells nobody whether there is a user, and where the real ZITADEL looks at the session alone.
const OPEN: [&str; 10] = [
    "monocloud, disable: management API",
    "monocloud, disable with revoke_sessions: management API",
    "zitadel, deactivate: callback",
    "zitadel, deactivate: session password",
    "zitadel, lock: callback",
    "zitadel, delete: callback",
    "jitsudo, suspend: reset request",
    "jitsudo, suspend: API key",
    "jitsudo, delete: reset request",
    "jitsudo, delete: API key",
];

#[test]
fn every_open_door_is_a_known_one() {
    const KEPT_OUT: [&str; 6] = ["disable", "disable with revoke_sessions", "deactivate", "lock", "suspend", "delete"];
    let mut open = Vec::new();
    for info in VendorSet::built_in().infos() {
        let table: Value = serde_json::from_str(info.doors.expect("it has doors")).expect("JSON");
        for event in table["events"].as_array().expect("a list") {
            let name = event["event"].as_str().expect("a name");
            let doors = event["doors"].as_object().expect("answers").iter();
            let passed = doors.filter(|(_, answer)| KEPT_OUT.contains(&name) && *answer == "in");
            open.extend(passed.map(|(door, _)| format!("{}, {name}: {door}", info.name)));
        }
    }
    assert_eq!(open, OPEN);
}
