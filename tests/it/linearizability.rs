//! Calls at once: each user's history must be one that some order of the calls, one after another, could have made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use fauxidp::Emulator;
use serde_json::{Value, json};

use crate::models::{State, Step};
use crate::wire::{self, Answer, Ask};

const RESET: &str = "/__fauxidp/worlds/default/reset";

/// One call, and when it was: every moment is a number that no other moment has.
#[derive(Debug, Clone)]
struct Past {
    asked: u64,
    answered: u64,
    step: Step,
    /// The sequence after the call, or the error's id.
    came: Result<u64, String>,
}

/// Checks that the calls on one user fit into one order, in which none comes before a call that was answered before it
/// was asked.
///
/// Each write leaves a number, so the writes' order is known; only what wrote nothing has to find its place. Taking the
/// earliest place that fits leaves the most room to the later ones, so no search is needed.
fn explain(born: (State, u64), past: &[Past]) -> Result<(), String> {
    let mut writes: Vec<_> = past.iter().filter(|call| call.step != Step::Read && call.came.is_ok()).collect();
    writes.sort_by_key(|call| call.came.clone().ok());
    let mut states = vec![born.0];
    for (place, call) in writes.iter().enumerate() {
        if call.came != Ok(born.1 + place as u64 + 1) {
            return Err(format!("{call:?} should have the number {}", born.1 + place as u64 + 1));
        }
        if let Some(early) = writes[place + 1..].iter().find(|later| later.answered < call.asked) {
            return Err(format!("{early:?} was answered before {call:?} was asked"));
        }
        states.push(states[place].after(call.step).map_err(|error| format!("{call:?} should be {error}"))?);
    }
    let mut others: Vec<_> = past.iter().filter(|call| call.step == Step::Read || call.came.is_err()).collect();
    others.sort_by_key(|call| call.asked);
    let mut placed: Vec<(u64, usize)> = Vec::new();
    for call in others {
        let earliest = writes.iter().filter(|write| write.answered < call.asked).count();
        let after = placed.iter().filter(|(answered, _)| *answered < call.asked).map(|(_, place)| *place).max();
        let latest = writes.iter().position(|write| write.asked > call.answered).unwrap_or(writes.len());
        let fits = |place: &usize| match &call.came {
            Ok(sequence) => born.1 + *place as u64 == *sequence && states[*place].after(call.step).is_ok(),
            Err(id) => states[*place].after(call.step).is_err_and(|error| id.starts_with(error)),
        };
        let place = (earliest.max(after.unwrap_or(0))..=latest).find(fits);
        placed.push((call.answered, place.ok_or_else(|| format!("there is no place for {call:?}"))?));
    }
    Ok(())
}

/// What came of a call on a user.
fn outcome(step: Step, answer: &Answer) -> Result<u64, String> {
    let json = answer.json();
    let details = if step == Step::Read { &json["user"]["details"] } else { &json["details"] };
    match answer.status {
        200 => Ok(details["sequence"].as_str().and_then(|text| text.parse().ok()).expect("a number")),
        _ => Err(json["details"][0]["id"].as_str().expect("an error has an id").to_owned()),
    }
}

/// What a caller asks: every caller something else, and no two runs of a test differently.
fn a_step(caller: u64, turn: u64) -> Step {
    let drawn = (caller * 31 + turn).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    match drawn % 13 {
        0..=2 => Step::Deactivate,
        3..=5 => Step::Reactivate,
        6 | 7 => Step::Lock,
        8 | 9 => Step::Unlock,
        10 if turn > 30 => Step::Delete,
        _ => Step::Read,
    }
}

/// Users with what they are at birth, whom everybody calls at once.
const BORN: [(&str, State, u64); 2] = [("69629023906488335", State::Active, 1), ("human-locked", State::Locked, 3)];

/// What came of calls at once, by user. Each caller has one of the servers, which should be the same.
async fn history(servers: &[Arc<Emulator>], round: u64) -> BTreeMap<usize, Vec<Past>> {
    let clock = Arc::new(AtomicU64::new(0));
    for emulator in servers {
        Ask::new("POST", RESET).send(emulator).await;
    }
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (emulator, clock) = (Arc::clone(&servers[caller as usize % servers.len()]), Arc::clone(&clock));
            tokio::spawn(async move {
                let mut past = Vec::new();
                for turn in 0..40 {
                    let place = usize::from((caller + turn) % 4 == 0);
                    let step = a_step(round * 8 + caller, turn);
                    let ask = step.ask(BORN[place].0);
                    let asked = clock.fetch_add(1, Ordering::SeqCst);
                    let answer = ask.send(&emulator).await;
                    let answered = clock.fetch_add(1, Ordering::SeqCst);
                    past.push((place, Past { asked, answered, step, came: outcome(step, &answer) }));
                }
                past
            })
        })
        .collect();
    let mut history: BTreeMap<usize, Vec<Past>> = BTreeMap::new();
    for caller in callers {
        for (place, call) in caller.await.expect("no panic") {
            history.entry(place).or_default().push(call);
        }
    }
    history
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_at_once_on_one_user_fit_into_one_order() {
    let servers = [Arc::new(wire::emulator().await)];
    for round in 0..4 {
        for (place, past) in history(&servers, round).await {
            let (user, state, sequence) = BORN[place];
            explain((state, sequence), &past).unwrap_or_else(|error| panic!("{user}: {error}"));
        }
    }
}

/// A bug that is planted: half of the callers reach a copy, as if a cache or a replica stood between.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_fit_into_no_order_are_found() {
    let servers = [Arc::new(wire::emulator().await), Arc::new(wire::emulator().await)];
    for (place, past) in history(&servers, 0).await {
        let (user, state, sequence) = BORN[place];
        assert!(explain((state, sequence), &past).is_err(), "{user}: the copies went unnoticed");
    }
}

#[test]
fn a_history_that_no_order_explains_is_found() {
    let past = |asked, answered, step, came: Result<u64, &str>| Past {
        asked,
        answered,
        step,
        came: came.map_err(str::to_owned),
    };
    let born = (State::Active, 2);
    let (off, on, read) = (Step::Deactivate, Step::Reactivate, Step::Read);
    let already = Err("COMMAND-5gunjw0cd7");
    for (fits, history) in [
        (true, vec![past(0, 3, off, Ok(3)), past(1, 2, off, already)]),
        (true, vec![past(0, 1, off, Ok(3)), past(2, 5, on, Ok(4)), past(3, 4, off, already)]),
        // It failed before there was a reason.
        (false, vec![past(0, 1, off, already), past(2, 3, off, Ok(3))]),
        // Two won.
        (false, vec![past(0, 2, off, Ok(3)), past(1, 3, off, Ok(4))]),
        // A number was lost.
        (false, vec![past(0, 1, off, Ok(4))]),
        // The later write has the lower number.
        (false, vec![past(0, 1, off, Ok(4)), past(2, 3, on, Ok(3))]),
        // A read from the past, and two reads in the wrong order.
        (false, vec![past(0, 1, off, Ok(3)), past(2, 3, read, Ok(2))]),
        (false, vec![past(0, 9, off, Ok(3)), past(1, 2, read, Ok(3)), past(3, 4, read, Ok(2))]),
        (true, vec![past(0, 9, off, Ok(3)), past(1, 2, read, Ok(2)), past(3, 4, read, Ok(3))]),
    ] {
        assert_eq!(explain(born, &history).is_ok(), fits, "{history:?}");
    }
}

/// How a vendor's users are kept out and let in, and how a list shows it.
struct Lifecycle {
    headers: &'static [(&'static str, &'static str)],
    users: [&'static str; 3],
    /// The path and body that keep a user out, then those that let the user in.
    calls: [(&'static str, &'static str); 2],
    list: (&'static str, &'static str),
    /// Where the users stand in a list, where the id stands in a user, and who is out.
    shown: (&'static str, &'static str, fn(&Value) -> bool),
}

const LIFECYCLES: [Lifecycle; 3] = [
    Lifecycle {
        headers: &[("x-api-key", "monocloud-admin")],
        users: ["user-active", "user-with-sessions", "user-without-password"],
        calls: [("/api/users/{id}/disable", ""), ("/api/users/{id}/enable", "")],
        list: ("GET", "/api/users?page=1&size=100"),
        shown: ("", "user_id", |user| user["disabled"] == true),
    },
    Lifecycle {
        headers: &[("authorization", "Bearer zitadel-admin")],
        users: ["human-active", "human-unverified", "machine-active"],
        calls: [("/v2/users/{id}/deactivate", ""), ("/v2/users/{id}/reactivate", "")],
        list: ("POST", "/v2/users"),
        shown: ("/result", "userId", |user| user["state"] == "USER_STATE_INACTIVE"),
    },
    Lifecycle {
        headers: &[
            ("authorization", "Bearer jitsudo-admin"),
            ("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"),
            ("content-type", "application/json"),
        ],
        users: [
            "00000000-0000-8000-8000-000000000002",
            "00000000-0000-8000-8000-000000000013",
            "00000000-0000-8000-8000-000000000015",
        ],
        calls: [("/v1/users/{id}/suspend", r#"{"active":false}"#), ("/v1/users/{id}/suspend", r#"{"active":true}"#)],
        list: ("GET", "/v1/users?limit=250"),
        shown: ("/data", "id", |user| user["active"] == false),
    },
];

impl Lifecycle {
    fn ask(&self, method: &str, path: &str) -> Ask {
        let add = |ask: Ask, (name, value): &(&str, &str)| ask.header(name, value);
        self.headers.iter().fold(Ask::new(method, path), add)
    }

    fn change(&self, user: usize, out: bool) -> Ask {
        let (path, body) = self.calls[usize::from(!out)];
        self.ask("POST", &path.replace("{id}", self.users[user])).body(body)
    }

    /// The three users as a list shows them at one moment.
    async fn listed(&self, emulator: &Emulator) -> [Value; 3] {
        self.listed_in(emulator, "").await
    }

    /// The same in a world, whose prefix is given.
    async fn listed_in(&self, emulator: &Emulator, prefix: &str) -> [Value; 3] {
        let answer = self.ask(self.list.0, &format!("{prefix}{}", self.list.1)).send(emulator).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let list = answer.json();
        let list = list.pointer(self.shown.0).and_then(Value::as_array).expect("a list");
        self.users.map(|id| list.iter().find(|user| user[self.shown.1] == id).expect("everybody is listed").clone())
    }

    fn is_out(&self, user: &Value) -> bool {
        (self.shown.2)(user)
    }
}

/// ZITADEL's number and state belong together: from an active birth, each odd change leads out.
fn is_whole(user: &Value) -> bool {
    let Some(sequence) = user["details"]["sequence"].as_str() else {
        return true; // the others count nothing
    };
    let sequence: u64 = sequence.parse().expect("a number");
    let changed = user["details"]["changeDate"] == wire::NOW;
    (sequence % 2 == 1) == (user["state"] == "USER_STATE_INACTIVE") && changed == (sequence > 2)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_shows_one_moment() {
    let emulator = Arc::new(wire::emulator().await);
    for lifecycle in &LIFECYCLES {
        let done = Arc::new(AtomicBool::new(false));
        let lists: Vec<_> = (0..3)
            .map(|_| {
                let (emulator, done) = (Arc::clone(&emulator), Arc::clone(&done));
                tokio::spawn(async move {
                    while !done.load(Ordering::SeqCst) {
                        let users = lifecycle.listed(&emulator).await;
                        let out = users.each_ref().map(|user| lifecycle.is_out(user));
                        // Users go out one after another and come back in the same order: at most one border at a time.
                        assert!(!(out[0] == out[2] && out[0] != out[1]), "no moment was like that: {out:?}");
                        assert!(users.iter().all(is_whole), "half a change: {users:?}");
                    }
                })
            })
            .collect();
        for turn in 0..30 {
            for user in 0..3 {
                let answer = lifecycle.change(user, turn % 2 == 0).send(&emulator).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
            }
        }
        done.store(true, Ordering::SeqCst);
        for list in lists {
            list.await.expect("no picture was wrong");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reset_beside_writers_leaves_nothing_half_done() {
    let emulator = Arc::new(wire::emulator().await);
    for lifecycle in &LIFECYCLES {
        let born = lifecycle.listed(&emulator).await;
        let done = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..3)
            .map(|user| {
                let (emulator, done) = (Arc::clone(&emulator), Arc::clone(&done));
                tokio::spawn(async move {
                    for turn in 0_u32.. {
                        let answer = lifecycle.change(user, turn % 2 == 0).send(&emulator).await;
                        // A reset between two calls makes the second one come too early, never anything else.
                        assert!([200, 400].contains(&answer.status), "{}", answer.text());
                        let users = lifecycle.listed(&emulator).await;
                        assert!(users.iter().all(is_whole), "half a change: {users:?}");
                        if done.load(Ordering::SeqCst) {
                            return;
                        }
                    }
                })
            })
            .collect();
        for _ in 0..30 {
            assert_eq!(Ask::new("POST", RESET).send(&emulator).await.status, 200);
        }
        done.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.expect("no answer was wrong");
        }
        Ask::new("POST", RESET).send(&emulator).await;
        assert_eq!(json!(lifecycle.listed(&emulator).await), json!(born));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fork_beside_writers_is_one_moment_and_goes_on_by_itself() {
    let emulator = Arc::new(wire::emulator().await);
    for lifecycle in &LIFECYCLES {
        let done = Arc::new(AtomicBool::new(false));
        let writer = {
            let (emulator, done) = (Arc::clone(&emulator), Arc::clone(&done));
            tokio::spawn(async move {
                for turn in 0_u32.. {
                    for user in 0..3 {
                        assert_eq!(lifecycle.change(user, turn % 2 == 0).send(&emulator).await.status, 200);
                    }
                    if turn % 2 == 1 && done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        };
        for _ in 0..20 {
            let fork =
                Ask::new("POST", "/__fauxidp/worlds/default/fork").body(r#"{"to":"copy"}"#).send(&emulator).await;
            assert_eq!(fork.status, 200, "{}", fork.text());
            let users = lifecycle.listed_in(&emulator, "/~copy").await;
            let out = users.each_ref().map(|user| lifecycle.is_out(user));
            assert!(!(out[0] == out[2] && out[0] != out[1]), "no moment was like that: {out:?}");
            assert!(users.iter().all(is_whole), "half a change: {users:?}");
            // The writer goes on elsewhere.
            assert_eq!(json!(lifecycle.listed_in(&emulator, "/~copy").await), json!(users));
        }
        done.store(true, Ordering::SeqCst);
        writer.await.expect("no answer was wrong");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn settings_changed_beside_writers_lose_no_call() {
    let emulator = Arc::new(wire::emulator().await);
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = LIFECYCLES
        .iter()
        .flat_map(|lifecycle| (0..3).map(move |user| (lifecycle, user)))
        .map(|(lifecycle, user)| {
            let (emulator, done) = (Arc::clone(&emulator), Arc::clone(&done));
            tokio::spawn(async move {
                for turn in 0_u32.. {
                    let out = turn % 2 == 0;
                    let answer = lifecycle.change(user, out).send(&emulator).await;
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    let users = lifecycle.listed(&emulator).await;
                    assert_eq!(lifecycle.is_out(&users[user]), out, "an answered call is lost: {}", users[user]);
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        })
        .collect();
    for turn in 0..60 {
        let value = ["null", "absent"][turn % 2];
        let body = json!({ "settings": { "jitsudo.unset-avatar": value } }).to_string();
        let put = Ask::new("PUT", "/__fauxidp/worlds/default").body(body).send(&emulator).await;
        assert_eq!((put.status, &put.json()["settings"]["jitsudo.unset-avatar"]), (200, &json!(value)));
    }
    done.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("no call was lost");
    }
}

/// Of a session that somebody created, and of many that are only written to: the first write makes those.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_at_once_to_one_session_are_events_in_one_order() {
    let emulator = Arc::new(Emulator::start_with(wire::config()).await.expect("it starts"));
    let created = as_admin("POST", "/v2/sessions", &json!({})).send(&emulator).await.json();
    let known = created["sessionId"].as_str().expect("an id").to_owned();
    write_at_once(&emulator, &known, 2, 16, 10).await;
    for id in 1..=100 {
        write_at_once(&emulator, &id.to_string(), 0, 8, 1).await;
    }
}

fn as_admin(method: &'static str, path: &str, body: &Value) -> Ask {
    let ask = Ask::new(method, path).header("authorization", "Bearer zitadel-admin").body(body.to_string());
    ask.header("content-type", "application/json")
}

/// Has so many callers write so often to a session that had so many events before.
async fn write_at_once(emulator: &Arc<Emulator>, id: &str, before: u64, callers: u64, turns: u64) {
    let tasks = (0..callers).map(|caller| {
        let (emulator, path) = (Arc::clone(emulator), format!("/v2/sessions/{id}"));
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for turn in 0..turns {
                let body = json!({ "metadata": { "k": format!("{caller:02}{turn:02}") } });
                let answer = as_admin("PATCH", &path, &body).send(&emulator).await;
                numbers.push(outcome(Step::Deactivate, &answer).expect("a number"));
            }
            numbers
        })
    });
    let mut numbers = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        numbers.extend(task.await.expect("no panic"));
    }
    numbers.sort_unstable();
    let writes = callers * turns;
    assert_eq!(numbers, (1..=writes).map(|n| before + 2 * n).collect::<Vec<_>>(), "each of {id} writes two events");
    let search = json!({ "aggregateId": id, "asc": true });
    let found = as_admin("POST", "/admin/v1/events/_search", &search).send(emulator).await.json();
    let events = found["events"].as_array().expect("events").iter();
    let expected: Vec<_> = (1..=before + 2 * writes).map(|n| json!(n.to_string())).collect();
    assert_eq!(events.map(|event| event["sequence"].clone()).collect::<Vec<_>>(), expected);
}

/// One code, and then one refresh token, by many callers, while others revoke the access token.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_for_one_code_at_once_are_events_in_one_order() {
    const REDIRECT: &str = "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback";
    let emulator = Arc::new(Emulator::start_with(wire::config()).await.expect("it starts"));
    let sign_in = json!({ "vendor": "zitadel", "client_id": "zitadel-web", "user": "human-active" });
    for _ in 0..20 {
        let signed_in = as_admin("POST", "/__fauxidp/worlds/default/sign-in", &sign_in).send(&emulator).await.json();
        let code = signed_in["code"].as_str().expect("a code");
        let redeem = format!("/oauth/v2/token?grant_type=authorization_code&{REDIRECT}&code={code}");
        let granted = send_at_once(&emulator, &[redeem], 8).await;
        let [tokens] = &granted[..] else { panic!("{granted:?}") };
        let refresh = tokens["refresh_token"].as_str().expect("one");
        let refresh = format!("/oauth/v2/token?grant_type=refresh_token&refresh_token={refresh}");
        let revoke = format!("/oauth/v2/revoke?token={}", tokens["access_token"].as_str().expect("one"));
        let granted = send_at_once(&emulator, &[refresh, revoke], 8).await;
        assert_eq!(granted.len(), 1, "{granted:?}");
    }
    let search = json!({ "aggregateTypes": ["auth_request", "oidc_session"], "asc": true, "limit": 1000 });
    let found = as_admin("POST", "/admin/v1/events/_search", &search).send(&emulator).await.json();
    let mut counts = BTreeMap::new();
    for event in found["events"].as_array().expect("events") {
        let last = counts.entry(event["aggregate"]["id"].as_str().expect("an id")).or_insert(0_u64);
        *last += 1;
        assert_eq!(event["sequence"], json!(last.to_string()), "{event}");
    }
    let lengths: Vec<_> = counts.into_values().collect();
    assert!(lengths.len() == 40 && lengths.iter().all(|length| (5..=6).contains(length)), "{lengths:?}");
}

/// Has that many callers make each of the calls of an application. Returns the tokens that were given.
async fn send_at_once(emulator: &Arc<Emulator>, paths: &[String], callers: usize) -> Vec<Value> {
    const CREDENTIAL: &str = "Basic eml0YWRlbC13ZWI6eml0YWRlbC13ZWItc2VjcmV0";
    let calls = paths.iter().flat_map(|path| std::iter::repeat_n(path, callers));
    let tasks = calls.map(|path| {
        let emulator = Arc::clone(emulator);
        let ask = Ask::new("POST", path).header("authorization", CREDENTIAL);
        tokio::spawn(async move { ask.send(&emulator).await })
    });
    let mut granted = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.expect("no panic");
        let is_grant = answer.status == 200 && !answer.body.is_empty();
        granted.extend(is_grant.then(|| answer.json()));
    }
    granted
}
