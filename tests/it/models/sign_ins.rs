//! Random sign-ins at ZITADEL against its list of events: each call writes exactly the events that it should, a refused
//! one none; which tokens live is what the events tell; and they say no secret.

use std::collections::BTreeMap;

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use super::faces::{ask, read, text};
use crate::wire::{self, Answer, Ask};

const AUTHORIZE: &str = "/oauth/v2/authorize?client_id=zitadel-web&response_type=code&scope=openid+offline_access\
    &redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback";
const REDIRECT: &str = "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback";
const CREDENTIAL: &str = "Basic eml0YWRlbC13ZWI6eml0YWRlbC13ZWItc2VjcmV0";

#[derive(Debug, Clone, Copy)]
enum Step {
    SignIn,
    WrongPassword,
    Authorize,
    Answer,
    Refuse,
    Redeem,
    RedeemElsewhere,
    Refresh,
    RevokeAccess,
    RevokeRefresh,
    EndSession,
}

/// A session of the user, as its events tell.
struct Session {
    id: String,
    token: String,
    lives: bool,
}

/// A request of the application: who answered it, and how.
struct Request {
    id: String,
    code: String,
    session: usize,
    stage: Stage,
}

#[derive(PartialEq)]
enum Stage {
    Open,
    Answered,
    Done,
}

/// What the application holds.
struct Grant {
    id: String,
    session: usize,
    access: String,
    refresh: String,
    id_token: String,
    has_access: bool,
    has_refresh: bool,
}

#[derive(Default)]
struct Told {
    sessions: Vec<Session>,
    requests: Vec<Request>,
    grants: Vec<Grant>,
    /// How many events there were, and the last one of each aggregate.
    heard: usize,
    counts: BTreeMap<String, u64>,
}

fn form(path: &str, body: String) -> Ask {
    let ask = Ask::new("POST", path).header("authorization", CREDENTIAL);
    ask.header("content-type", "application/x-www-form-urlencoded").body(body)
}

fn token(body: String) -> Ask {
    form("/oauth/v2/token", body)
}

fn sign_in(password: &str) -> Ask {
    let checks = json!({ "user": { "userId": "human-active" }, "password": { "password": password } });
    ask("POST", "/v2/sessions", &json!({ "checks": checks }))
}

fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut parts = query.split('&').filter_map(|part| part.split_once('='));
    parts.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

impl Told {
    /// The call of a step, and the kinds of the events that it writes. Nothing where there is nothing to call about.
    fn expect(&self, step: Step, nth: usize) -> Option<(Ask, Vec<&'static str>)> {
        let session = self.sessions.get(nth % self.sessions.len().max(1));
        let request = self.requests.get(nth % self.requests.len().max(1));
        let grant = self.grants.get(nth % self.grants.len().max(1));
        let when = |is: bool, events: &[&'static str]| if is { events.to_vec() } else { Vec::new() };
        Some(match step {
            Step::SignIn => {
                let events = [
                    "session.added",
                    "session.user.checked",
                    "user.human.password.check.succeeded",
                    "session.password.checked",
                    "session.token.set",
                ];
                (sign_in("Correct-Horse-Battery-9"), events.to_vec())
            }
            Step::WrongPassword => (sign_in("wrong"), vec!["user.human.password.check.failed"]),
            Step::Authorize => (
                Ask::new("GET", AUTHORIZE).header("x-zitadel-login-client", "zitadel-admin"),
                vec!["auth_request.added"],
            ),
            Step::Answer => {
                let (session, request) = (session?, request?);
                let proof = json!({ "session": { "sessionId": session.id, "sessionToken": session.token } });
                let events = ["auth_request.session.linked", "auth_request.code.added"];
                let is = session.lives && request.stage == Stage::Open;
                (ask("POST", &format!("/v2/oidc/auth_requests/{}", request.id), &proof), when(is, &events))
            }
            Step::Refuse => {
                let refusal = json!({ "error": { "error": "ERROR_REASON_ACCESS_DENIED" } });
                let asked = ask("POST", &format!("/v2/oidc/auth_requests/{}", request?.id), &refusal);
                (asked, when(request?.stage == Stage::Open, &["auth_request.failed"]))
            }
            Step::Redeem | Step::RedeemElsewhere => {
                let request = request?;
                let to = if matches!(step, Step::Redeem) { REDIRECT } else { "redirect_uri=elsewhere" };
                let events = [
                    "auth_request.code.exchanged",
                    "oidc_session.added",
                    "oidc_session.access_token.added",
                    "oidc_session.refresh_token.added",
                    "auth_request.succeeded",
                ];
                let is = to == REDIRECT && request.stage == Stage::Answered && self.sessions[request.session].lives;
                (token(format!("grant_type=authorization_code&{to}&code={}", request.code)), when(is, &events))
            }
            Step::Refresh => {
                let events = ["oidc_session.access_token.added", "oidc_session.refresh_token.renewed"];
                let asked = token(format!("grant_type=refresh_token&refresh_token={}", grant?.refresh));
                (asked, when(grant?.has_refresh, &events))
            }
            Step::RevokeAccess => {
                let asked = form("/oauth/v2/revoke", format!("token={}", grant?.access));
                (asked, when(grant?.has_access, &["oidc_session.access_token.revoked"]))
            }
            Step::RevokeRefresh => {
                let asked = form("/oauth/v2/revoke", format!("token={}", grant?.refresh));
                (asked, when(grant?.has_refresh, &["oidc_session.refresh_token.revoked"]))
            }
            Step::EndSession => {
                let path = format!("/oidc/v1/end_session?id_token_hint={}", grant?.id_token);
                (Ask::new("GET", &path), when(self.sessions[grant?.session].lives, &["session.terminated"]))
            }
        })
    }

    /// What an event makes of it. What nobody is told but the caller is taken from the answer.
    fn hear(&mut self, event: &Value, answer: &Answer) {
        let (id, said) = (text(event, "/aggregate/id"), &event["payload"]);
        let answered = |name: &str| answer.json()[name].as_str().unwrap_or_default().to_owned();
        match text(event, "/type/type").as_str() {
            "session.added" => self.sessions.push(Session { id, token: answered("sessionToken"), lives: true }),
            "session.terminated" => {
                let index = self.sessions.iter().position(|session| session.id == id).expect("a session");
                self.sessions[index].lives = false;
                self.grants
                    .iter_mut()
                    .filter(|grant| grant.session == index)
                    .for_each(|grant| grant.has_access = false);
            }
            "auth_request.added" => {
                assert_eq!(parameter(answer.header("location").expect("one"), "authRequest"), id);
                self.requests.push(Request { id, code: String::new(), session: 0, stage: Stage::Open });
            }
            "auth_request.session.linked" => {
                let index = self.sessions.iter().position(|session| session.id == text(said, "/session_id"));
                let request = self.requests.iter_mut().find(|request| request.id == id).expect("a request");
                request.session = index.expect("a session");
                request.code = parameter(&answered("callbackUrl"), "code");
                request.stage = Stage::Answered;
            }
            "auth_request.failed" | "auth_request.code.exchanged" => {
                self.requests.iter_mut().find(|request| request.id == id).expect("a request").stage = Stage::Done;
            }
            "oidc_session.added" => {
                let session = self.sessions.iter().position(|session| session.id == text(said, "/sessionID"));
                let (access, refresh, id_token) = Default::default();
                let (session, has_access, has_refresh) = (session.expect("a session"), false, false);
                self.grants.push(Grant { id, session, access, refresh, id_token, has_access, has_refresh });
            }
            "oidc_session.access_token.added" => {
                let grant = self.grant(&id);
                (grant.access, grant.id_token, grant.has_access) =
                    (answered("access_token"), answered("id_token"), true);
            }
            "oidc_session.access_token.revoked" => self.grant(&id).has_access = false,
            "oidc_session.refresh_token.added" | "oidc_session.refresh_token.renewed" => {
                let grant = self.grant(&id);
                (grant.refresh, grant.has_refresh) = (answered("refresh_token"), true);
            }
            "oidc_session.refresh_token.revoked" => {
                let grant = self.grant(&id);
                (grant.has_access, grant.has_refresh) = (false, false);
            }
            _ => {}
        }
    }

    fn grant(&mut self, id: &str) -> &mut Grant {
        self.grants.iter_mut().find(|grant| grant.id == id).expect("a grant")
    }
}

async fn events(emulator: &Emulator) -> Vec<Value> {
    let list = read(emulator, "POST", "/admin/v1/events/_search", &json!({ "asc": true, "limit": 1000 })).await;
    list["events"].as_array().cloned().unwrap_or_default()
}

/// Makes a call, and hears what it wrote.
async fn make(emulator: &Emulator, told: &mut Told, step: Step, nth: usize) {
    let Some((asked, expected)) = told.expect(step, nth) else { return };
    let answer = asked.send(emulator).await;
    let all = events(emulator).await;
    let new = &all[told.heard..];
    let kinds: Vec<_> = new.iter().map(|event| text(event, "/type/type")).collect();
    assert_eq!(kinds, expected, "{step:?} {nth}: {}", answer.text());
    told.heard = all.len();
    for event in new {
        let (id, sequence) = (text(event, "/aggregate/id"), text(event, "/sequence").parse().expect("a number"));
        let last = told.counts.insert(id, sequence);
        let is_known = text(event, "/aggregate/type/type") == "user";
        assert!(last.map_or(is_known || sequence == 1, |last| last + 1 == sequence), "{event} after {last:?}");
        told.hear(event, &answer);
    }
    for grant in &told.grants {
        let asked = Ask::new("GET", "/oidc/v1/userinfo").header("authorization", &format!("Bearer {}", grant.access));
        let status = asked.send(emulator).await.status;
        assert_eq!(status, if grant.has_access { 200 } else { 401 }, "{step:?} {nth}");
    }
    let list = json!(all).to_string();
    let held = told.grants.iter().flat_map(|grant| [&grant.access, &grant.refresh, &grant.id_token]);
    let codes = told.requests.iter().map(|request| &request.code).filter(|code| !code.is_empty());
    let tokens = told.sessions.iter().map(|session| &session.token);
    assert!(held.chain(codes).chain(tokens).all(|secret| !list.contains(secret.as_str())), "{list}");
}

/// Makes the world anew of its state.
async fn restore(emulator: &Emulator) {
    let state = || Ask::new("GET", "/__fauxidp/worlds/default/state");
    let before = state().send(emulator).await;
    let put = Ask::new("PUT", "/__fauxidp/worlds/default/state").body(before.body.clone()).send(emulator).await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(state().send(emulator).await.text(), before.text());
}

async fn run(emulator: &Emulator, program: &[(Step, usize)]) {
    let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(emulator).await;
    assert_eq!(reset.status, 200);
    let mut told = Told::default();
    // Every program gets as far as tokens.
    for step in [Step::SignIn, Step::Authorize, Step::Answer, Step::Redeem] {
        make(emulator, &mut told, step, 0).await;
    }
    for (index, (step, nth)) in program.iter().enumerate() {
        if index == program.len() / 2 {
            restore(emulator).await;
        }
        make(emulator, &mut told, *step, *nth).await;
    }
}

#[test]
fn what_came_of_sign_ins_is_what_their_events_tell() {
    use Step::{Answer, Authorize, EndSession, Redeem, RedeemElsewhere, Refresh, Refuse, SignIn, WrongPassword};
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let emulator = runtime.block_on(wire::emulator());
    let cases = Cases { cases: 40, failure_persistence: None, ..Cases::default() };
    let steps = prop_oneof![
        4 => select(vec![Authorize, Answer, Redeem, Refresh]),
        2 => select(vec![Step::RevokeAccess, Step::RevokeRefresh, Refuse, RedeemElsewhere]),
        1 => select(vec![SignIn, WrongPassword, EndSession]),
    ];
    let programs = prop::collection::vec((steps, 0..6usize), 1..20);
    let result = TestRunner::new(cases).run(&programs, |program| {
        runtime.block_on(run(&emulator, &program));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
