//! One suite over every vendor and operation: what holds for all. An operation's call is the first of its own fixture,
//! so a new operation or vendor is tested without a line here.

use std::sync::LazyLock;

use fauxidp::Emulator;
use fauxidp::declared::{About, BUILT_IN, Name, Operation};

use crate::fixture;
use crate::wire::{self, Answer, Ask};

/// Every emulated operation with its vendor and a call that succeeds.
fn calls() -> &'static [(&'static About, &'static Operation, Ask)] {
    static CALLS: LazyLock<Vec<(&'static About, &'static Operation, Ask)>> = LazyLock::new(|| {
        let fixtures = fixture::all();
        let mut calls = Vec::new();
        for about in BUILT_IN.iter().map(|maker| maker.about) {
            for operation in about.operations().filter(|operation| operation.emulated) {
                let own = |path: &str| {
                    path.starts_with(&format!("fixtures/{}/", about.name))
                        && path.ends_with(&format!("/{}.http", operation.name))
                };
                let fixture = fixtures.iter().find(|fixture| own(&fixture.path)).expect("each operation has a fixture");
                calls.push((about, operation, fixture.asks().next().expect("a request")));
            }
        }
        calls
    });
    &CALLS
}

/// Operations that are no GET and yet change nothing, or nothing that any read shows.
const UNSEEN: &[(&str, &str)] = &[
    ("monocloud", "reset_password"),
    ("monocloud", "send_email_verification_link"),
    ("zitadel", "introspect"),
    ("zitadel", "revoke"),
    ("zitadel", "userinfo_by_post"),
    ("jitsudo", "post_auth_login"),
];

/// Whether an operation changes nothing that a read shows.
fn is_read(about: &About, operation: &Operation) -> bool {
    shows(operation) || UNSEEN.contains(&(about.name, operation.name))
}

/// Whether an operation shows what others changed.
fn shows(operation: &Operation) -> bool {
    operation.method == "GET" || operation.name.starts_with("list_")
}

/// Whether that is about the server, whatever its users.
fn is_about_the_server(path: &str) -> bool {
    ["/.well-known/", "/oauth/", "/debug/", "/healthz"].iter().any(|start| path.starts_with(start))
}

/// What every read of the vendor shows: of the user that the call is about, and as the reads' own fixtures ask.
async fn state(emulator: &Emulator, about: &About, call: &Ask) -> Vec<Answer> {
    let own = calls().iter().filter(|(other, ..)| other.name == about.name);
    let mut answers = Vec::new();
    for (_, operation, read) in own.filter(|(_, operation, _)| shows(operation) && !is_about_the_server(operation.path))
    {
        // A search without a filter finds all.
        let mut asks = vec![if operation.method == "POST" { read.clone().body("") } else { read.clone() }];
        if operation.name.starts_with("get_user") {
            let (folder, _) = read.path.rsplit_once('/').expect("a path");
            let user = call.path.strip_prefix(&format!("{folder}/")).and_then(|rest| rest.split('/').next());
            asks.extend(user.map(|user| Ask { path: format!("{folder}/{user}"), ..read.clone() }));
        }
        for ask in asks {
            let mut answer = ask.send(emulator).await;
            answer.headers.clear();
            if answer.status != 200 {
                answer.body.clear(); // an error has a trace of its own
            }
            answers.push(answer);
        }
    }
    answers
}

/// Sends calls that must be refused, and holds that together they change nothing.
async fn refused(emulator: &Emulator, about: &About, call: &Ask, asks: &[Ask]) -> Vec<Answer> {
    let before = state(emulator, about, call).await;
    let mut answers = Vec::with_capacity(asks.len());
    for ask in asks {
        let answer = ask.send(emulator).await;
        assert!(answer.status >= 400, "{} {}: {}", ask.method, ask.path, answer.status);
        answers.push(answer);
    }
    let after = state(emulator, about, call).await;
    let all = || asks.iter().map(|ask| format!("{} {} {:?}", ask.method, ask.path, ask.headers)).collect::<Vec<_>>();
    assert_eq!(before, after, "a refused call changed something: {:?}", all());
    answers
}

/// The same for one call.
async fn refused_once(emulator: &Emulator, about: &About, call: &Ask, asked: Ask) -> Answer {
    refused(emulator, about, call, &[asked]).await.remove(0)
}

#[tokio::test]
async fn the_call_of_each_fixture_succeeds_and_a_reset_undoes_it() {
    let emulator = wire::emulator().await;
    for (about, operation, call) in calls().iter().cloned() {
        let before = state(&emulator, about, &call).await;
        let answer = call.send(&emulator).await;
        assert!((200..300).contains(&answer.status), "{}: {}", operation.name, answer.text());
        assert_eq!(answer.header("x-fauxidp"), None);
        let after = state(&emulator, about, &call).await;
        assert_eq!(before != after, !is_read(about, operation), "{}", operation.name);
        let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
        assert_eq!(reset.status, 200);
        assert_eq!(state(&emulator, about, &call).await, before, "{}", operation.name);
    }
}

#[tokio::test]
async fn http_1_and_http_2_answer_alike() {
    let (one, two) = (wire::emulator().await, wire::emulator().await);
    for (_, operation, call) in calls().iter().cloned() {
        let asks = [
            call.clone(),
            call.clone().header("x-fault", "503;retry-after=1"),
            Ask { headers: vec![], ..call.clone() },
        ];
        for ask in asks {
            let (first, second) = (ask.send(&one).await, ask.send_h2(&two).await);
            assert_eq!(first.status, second.status, "{}", operation.name);
            assert_eq!(first.body, second.body, "{}", operation.name);
            assert_eq!(first.steady_headers(), second.steady_headers(), "{}", operation.name);
        }
    }
}

#[tokio::test]
async fn without_a_credential_nothing_is_answered() {
    let emulator = wire::emulator().await;
    for (about, _, call) in calls().iter().cloned() {
        if let Some(credential) = call.credential() {
            let answer = refused_once(&emulator, about, &call, call.clone().without(credential)).await;
            assert_eq!((answer.status, answer.header("x-fauxidp")), (401, None), "the vendor's own words");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_the_vendors_and_an_unmatched_path_is_not() {
    let emulator = wire::emulator().await;
    for (about, _, call) in calls().iter().cloned() {
        let path = call.path.split('?').next().expect("a path");
        let mut parts: Vec<_> = path.split('/').map(str::to_owned).collect();
        parts[path.matches('/').count().min(2)].push_str("-or-so");
        let mut asks = vec![Ask { method: "REPORT".to_owned(), ..call.clone() }];
        for path in [format!("{path}/nonsense/really/at/all"), format!("{path}/"), parts.join("/")] {
            asks.push(Ask { path, ..call.clone() });
        }
        let answers = refused(&emulator, about, &call, &asks).await;
        assert_eq!((answers[0].status, answers[0].header("x-fauxidp")), (405, None));
        for answer in &answers[1..] {
            assert_eq!((answer.status, answer.header("x-fauxidp")), (404, Some("unmatched")));
            assert!(!answer.json()["nearest"].as_array().expect("a list").is_empty());
        }
    }
}

#[tokio::test]
async fn an_operation_that_is_lacking_says_so_whatever_the_credential() {
    let emulator = wire::emulator().await;
    for about in BUILT_IN.iter().map(|maker| maker.about) {
        for operation in about.operations().filter(|operation| !operation.emulated) {
            let path = operation.path.replace(['{', '}'], "");
            let answer = Ask::new(operation.method, &path).send(&emulator).await;
            assert_eq!((answer.status, answer.header("x-fauxidp")), (501, Some("unemulated")), "{}", operation.path);
            assert_eq!(answer.json()["operation"], operation.name);
        }
    }
}

#[tokio::test]
async fn a_broken_or_over_long_body_changes_nothing() {
    let emulator = wire::emulator().await;
    for (about, operation, call) in calls().iter().cloned() {
        let json = call.headers.iter().any(|(name, value)| name == "content-type" && value.contains("json"));
        // Enable and unblock take no body, and so ignore one.
        if json && !call.body.is_empty() && !matches!(operation.name, "enable_user" | "unblock_user") {
            refused_once(&emulator, about, &call, call.clone().body("{")).await;
        }
        let long = call.clone().body(vec![b' '; (1 << 20) + 1]);
        let answer = refused_once(&emulator, about, &call, long).await;
        assert_eq!((answer.status, answer.header("x-fauxidp")), (413, Some("limit")), "{}", operation.name);
    }
}

#[tokio::test]
async fn every_named_failure_is_rendered_or_refused_and_marked() {
    let emulator = wire::emulator().await;
    for (about, operation, call) in calls().iter().cloned() {
        let asks = Name::ALL.map(|name| call.clone().header("x-fault", name.as_str()));
        let answers = refused(&emulator, about, &call, &asks).await;
        for (name, answer) in Name::ALL.into_iter().zip(answers) {
            if about.lacks.contains(&name) {
                assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("bad-fault")), "{}", name.as_str());
                continue;
            }
            let mark = answer.header("x-fault-applied").expect("a mark");
            assert!(mark.starts_with(&format!("{};source=header;n=", name.as_str())), "{mark}");
            let documented = operation.published.contains(&answer.status);
            assert_eq!(!mark.ends_with(";undocumented"), documented, "{} {mark} {}", operation.name, answer.status);
            assert!(answer.json().is_object());
        }
    }
}

#[tokio::test]
async fn every_status_is_kept_as_it_is_asked_for() {
    let emulator = wire::emulator().await;
    let mut whole = Vec::new();
    for (about, operation, call) in calls().iter().cloned() {
        // One operation of each vendor stands for all of its own; the others show that they do as it does.
        let step = if whole.contains(&about.name) { 23 } else { 1 };
        whole.push(about.name);
        for status in (400..600).step_by(step) {
            let asked = call.clone().header("x-fault", &status.to_string());
            let answer = asked.send(&emulator).await;
            assert_eq!(answer.status, status, "{}", operation.name);
            assert!(answer.json().is_object());
        }
    }
}

#[tokio::test]
async fn the_moments_decide_what_is_changed() {
    let emulator = wire::emulator().await;
    for (about, operation, call) in calls().iter().cloned() {
        let mut asks = vec![call.clone().header("x-fault", "503"), call.clone().header("x-fault", "503;at=validated")];
        if call.credential().is_some() {
            asks.push(Ask { headers: vec![], ..call.clone() }.header("x-fault", "503;at=validated"));
        }
        let answers = refused(&emulator, about, &call, &asks).await;
        assert!(answers[..2].iter().all(|answer| answer.status == 503));
        // A call that is refused anyway gets its true refusal, without a mark.
        for stranger in &answers[2..] {
            assert!(stranger.status != 503 && stranger.header("x-fault-applied").is_none(), "{}", operation.name);
        }
        let before = state(&emulator, about, &call).await;
        let answer = call.clone().header("x-fault", "503;at=after").send(&emulator).await;
        assert_eq!(answer.status, 503);
        let after = state(&emulator, about, &call).await;
        assert_eq!(before != after, !is_read(about, operation), "{}", operation.name);
        Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
    }
}

#[tokio::test]
async fn a_fault_that_cannot_be_followed_is_loud_and_changes_nothing() {
    let emulator = wire::emulator().await;
    for (about, _, call) in calls().iter().cloned() {
        let faults = ["nonsense", "", "503;", "200", "503, 404", "delay", "503;colour=red"];
        let asks = faults.map(|fault| call.clone().header("x-fault", fault));
        for (fault, answer) in faults.iter().zip(refused(&emulator, about, &call, &asks).await) {
            assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("bad-fault")), "{fault}");
            assert_eq!(answer.header("x-fault-applied"), None);
        }
    }
}

#[tokio::test]
async fn the_same_calls_are_answered_byte_for_byte_alike_by_two_servers() {
    let (one, two) = (wire::emulator().await, wire::emulator().await);
    for (_, _, call) in calls().iter().cloned() {
        for ask in [call.clone(), call.clone(), Ask { headers: vec![], ..call }] {
            let (mut first, mut second) = (ask.send(&one).await, ask.send(&two).await);
            for answer in [&mut first, &mut second] {
                answer.headers.retain(|(name, _)| name != "date");
            }
            assert_eq!(first, second);
        }
    }
}

#[tokio::test]
async fn of_many_concurrent_first_calls_each_counts_once() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let (.., call) =
        calls().iter().find(|(_, operation, _)| operation.name == "deactivate_user").cloned().expect("it is there");
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let (emulator, call) = (std::sync::Arc::clone(&emulator), call.clone());
            tokio::spawn(async move { call.send(&emulator).await })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        let answer = caller.await.expect("no panic");
        if answer.status == 400 {
            assert!(answer.text().contains("COMMAND-5gunjw0cd7"));
        }
        statuses.push(answer.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
}

#[tokio::test]
async fn of_many_who_want_one_address_one_gets_it() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let ask = Ask::new("POST", "/api/users")
        .header("x-api-key", "monocloud-admin")
        .body(r#"{"email":"wanted@example.com","email_verified":true}"#);
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let (emulator, ask) = (std::sync::Arc::clone(&emulator), ask.clone());
            tokio::spawn(async move { ask.send(&emulator).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        statuses.push(caller.await.expect("no panic"));
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|status| *status == 422), "{statuses:?}");
}
