//! Plays packages/cases.json, the table that every package is held to, with the crate.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use fauxidp::{Emulator, Fault, Match, SignIn, Times, World, clean_name};
use serde_json::{Map, Value, json};

use crate::fixture::root;
use crate::wire::Ask;

fn table() -> Value {
    let text = fs::read_to_string(root().join("packages/cases.json")).expect("the table");
    serde_json::from_str(&text).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// `{a.b}` in a text is the member `b` of what was saved as `a`.
fn filled(value: &Value, saved: &Value) -> Value {
    match value {
        Value::String(text) => {
            let mut filled = String::new();
            let mut rest = text.as_str();
            while let Some((before, (path, after))) =
                rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
            {
                let found = path.split('.').fold(saved, |found, name| &found[name]);
                filled.push_str(before);
                filled.push_str(found.as_str().unwrap_or_else(|| panic!("{path} was not saved")));
                rest = after;
            }
            Value::String(filled + rest)
        }
        Value::Array(items) => items.iter().map(|item| filled(item, saved)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, inner)| (name.clone(), filled(inner, saved))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Every member that is expected is there; of a list, every item.
fn assert_has(found: &Value, expected: &Value, step: &str) {
    match expected {
        Value::Object(members) => members.iter().for_each(|(name, inner)| assert_has(&found[name], inner, step)),
        Value::Array(items) => {
            assert_eq!(found.as_array().map(Vec::len), Some(items.len()), "{step}: {found}");
            items.iter().enumerate().for_each(|(index, inner)| assert_has(&found[index], inner, step));
        }
        plain => assert_eq!(found, plain, "{step}"),
    }
}

fn matching(members: &Value) -> Match {
    serde_json::from_value(members.clone()).expect("a match")
}

fn times(times: &Value) -> Times {
    let count = count(times);
    if times["no_other"] == true { count.no_other() } else { count }
}

fn count(times: &Value) -> Times {
    let count = |name: &str| times[name].as_u64();
    match (count("times"), count("at_least"), count("at_most")) {
        (Some(exactly), ..) => exactly.into(),
        (None, least, Some(most)) => (least.unwrap_or(0)..=most).into(),
        (None, least, None) => (least.unwrap_or(1)..).into(),
    }
}

fn sign_in(request: &Value) -> SignIn {
    let asked = SignIn::at(text(&request["vendor"]), text(&request["user"]));
    let asked = request["client_id"].as_str().map_or(asked.clone(), |id| asked.client(id));
    request["state"].as_str().map_or(asked.clone(), |state| asked.state(state))
}

fn clock(world: &World, change: &Value) -> Result<Value, String> {
    let clock = world.clock();
    let at = match (change.as_str(), change["set"].as_str(), change["advance"].as_u64()) {
        (Some("now"), ..) => clock.now(),
        (Some("run"), ..) => clock.run(),
        (Some("freeze"), ..) => clock.freeze(),
        (_, Some(now), _) => clock.set(now.parse().expect("a time")),
        (.., milliseconds) => clock.advance(Duration::from_millis(milliseconds.expect("a change"))),
    };
    at.map(|at| json!(at.to_string())).map_err(|refused| refused.to_string())
}

async fn call(emulator: &Emulator, step: &Value) -> Value {
    let (method, path) = text(&step["call"]).split_once(' ').expect("method and path");
    let mut ask = Ask::new(method, path);
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
        ask = ask.header(name, text(value));
    }
    if let Some(form) = step["form"].as_object() {
        let encode = |value: &Value| text(value).replace('~', "%7E").replace(':', "%3A").replace('/', "%2F");
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        ask = ask.body(pairs.join("&"));
    } else if !step["body"].is_null() {
        ask = ask.header("content-type", "application/json").body(step["body"].to_string());
    }
    let answer = ask.send(emulator).await;
    json!({ "status": answer.status, "body": answer.json() })
}

/// What a step does, by its first member.
fn done(world: &World, verb: &str, step: &Value) -> Result<Value, String> {
    let value = &step[verb];
    let result = match verb {
        "endpoints" => world.endpoint(text(value)).map(|endpoint| {
            let (url, tls_url, credential) = (&endpoint.url, &endpoint.tls_url, &endpoint.credential);
            let environment = json!(endpoint.environment);
            json!({ "vendor": value, "url": url, "tls_url": tls_url, "credential": credential, "environment": environment })
        }),
        "credential" => Ok(json!(world.credential(text(value)))),
        "fault" => {
            world.fault(Fault::new(text(value)).on(matching(&step["match"]))).map(|rule| json!(rule))
        }
        "faults" => world.faults().map(|rules| json!(rules)),
        "clear_faults" => world.clear_faults().map(|()| json!(null)),
        "verify" => world.verify(&matching(value), times(&step["times"])).map(|()| json!(null)),
        "verify_sequence" => {
            let calls: Vec<_> = value.as_array().expect("matches").iter().map(matching).collect();
            world.verify_sequence(&calls).map(|()| json!(null))
        }
        "verify_rules_fired" => world.verify_rules_fired().map(|()| json!(null)),
        "report" => world
            .report(value.as_str().unwrap_or("error"))
            .map(|report| json!(report.lines().next().expect("a first line"))),
        "requests" => world.requests(&matching(value)).map(|calls| json!(calls)),
        "clear_requests" => world.clear_requests().map(|()| json!(null)),
        "clock" => return clock(world, value),
        "sign_in" => world.sign_in(&sign_in(value)).map(|signed_in| json!(signed_in)),
        "tokens" => world.tokens(&sign_in(value)).map(|tokens| json!(tokens)),
        "outbox" => world.outbox().map(|messages| json!(messages)),
        "event" => {
            let event = |name: &str| text(&value[name]);
            world.event(event("vendor"), event("user"), event("event")).map(|()| json!(null))
        }
        "set" => {
            let (key, value) = value.as_object().and_then(|set| set.iter().next()).expect("a setting");
            world.set(key, text(value)).map(|()| json!(null))
        }
        "reset" => world.reset().map(|()| json!(null)),
        "drop" => {
            world.clone().remove().or_else(|refused| if refused.status == 404 { Ok(()) } else { Err(refused) }).map(|()| json!(null))
        }
        other => panic!("no step {other}"),
    };
    result.map_err(|refused| refused.to_string())
}

async fn play(emulator: &Emulator, steps: &[Value]) {
    let fresh = || emulator.world_for("cases").expect("a name");
    let mut worlds = HashMap::from([("main".to_owned(), fresh())]);
    let mut current = "main".to_owned();
    let mut saved = json!({ "server": emulator.url() });
    for raw in steps {
        let world = worlds[&current].clone();
        saved["world"] = json!(world.name());
        let step = filled(raw, &saved);
        let verb = step.as_object().and_then(|step| step.keys().next()).expect("a step").as_str();
        let shown = step.to_string();
        match verb {
            "world" => {
                current = text(&step["world"]).to_owned();
                worlds.entry(current.clone()).or_insert_with(fresh);
            }
            "fork" => {
                let copy = world.fork(&format!("{}-copy", world.name())).expect("a name");
                worlds.insert(text(&step["fork"]).to_owned(), copy);
            }
            "call" => assert_has(&call(emulator, &step).await, &step["expect"], &shown),
            verb => match (done(&world, verb, &step), step["fails"].as_array()) {
                (Err(refused), Some(parts)) => {
                    parts.iter().for_each(|part| assert!(refused.contains(text(part)), "{shown}: {refused}"));
                }
                (Ok(found), None) => {
                    assert_has(&found, step.get("expect").unwrap_or(&json!({})), &shown);
                    if let Some(name) = step["save"].as_str() {
                        saved[name] = found;
                    }
                }
                (result, _) => panic!("{shown}: {result:?}"),
            },
        }
    }
    for world in worlds.into_values() {
        let _ = world.remove(); // one may be gone
    }
}

#[tokio::test]
async fn the_crate_does_what_every_package_does() {
    let emulator = Emulator::start().await.expect("it starts");
    for case in table()["cases"].as_array().expect("cases") {
        play(&emulator, case["steps"].as_array().expect("steps")).await;
        assert_eq!(emulator.worlds(), ["default"], "{}", case["name"]);
    }
}

#[test]
fn names_of_worlds_follow_from_names_of_tests() {
    for row in table()["names"].as_array().expect("names") {
        assert_eq!(clean_name(text(&row["id"])), text(&row["name"]));
    }
}
