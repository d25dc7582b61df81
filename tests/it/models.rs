//! Random calls against plain models of the three lifecycles, through the sockets: after each call every user must
//! stand where the model says, also those that the call was not about.

mod events;
mod faces;
mod objects;
mod sign_ins;

use std::fmt::Debug;

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use crate::wire::{self, Answer, Ask, NOW};

/// What a call must come to: a status, and members of the answer by their JSON pointers.
struct Expected {
    status: u16,
    members: Vec<(&'static str, Value)>,
    /// How long the list is that the answer is.
    items: Option<usize>,
}

impl Expected {
    fn new(status: u16, members: impl Into<Vec<(&'static str, Value)>>) -> Self {
        Self { status, members: members.into(), items: None }
    }

    fn check(&self, ask: &Ask, answer: &Answer) {
        let what = || format!("{} {}: {}", ask.method, ask.path, answer.text());
        assert_eq!(answer.status, self.status, "{}", what());
        for (pointer, value) in &self.members {
            assert_eq!(answer.json().pointer(pointer), Some(value), "{pointer} of {}", what());
        }
        if self.items.is_some() {
            assert_eq!(answer.json().as_array().map(Vec::len), self.items, "{}", what());
        }
    }
}

/// A service as the model has it: some users and what calls do to them.
trait Service: Clone {
    type Call: Debug;
    /// What the calls of a test are drawn from: the user's place and what is asked.
    fn calls() -> impl Strategy<Value = (usize, Self::Call)>;
    /// The users at birth.
    fn born() -> Self;
    /// Makes a call: what to ask, and what must come.
    fn call(&mut self, user: usize, call: &Self::Call) -> (Ask, Expected);
    /// How to look at every user, and what must be seen.
    fn looks(&self) -> Vec<(Ask, Expected)>;
}

fn follows_its_model<S: Service>() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let emulator = runtime.block_on(wire::emulator());
    let cases = Cases { cases: 40, failure_persistence: None, ..Cases::default() };
    let calls = prop::collection::vec(S::calls(), 1..16);
    let run = TestRunner::new(cases).run(&calls, |calls| {
        runtime.block_on(async {
            let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
            assert_eq!(reset.status, 200);
            let mut model = S::born();
            look(&emulator, &model).await;
            for (user, call) in &calls {
                let (ask, expected) = model.call(*user, call);
                expected.check(&ask, &ask.send(&emulator).await);
                look(&emulator, &model).await;
            }
        });
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}

async fn look(emulator: &Emulator, model: &impl Service) {
    for (ask, expected) in model.looks() {
        expected.check(&ask, &ask.send(emulator).await);
    }
}

/// A user of MonoCloud: the flag and the block know nothing of each other.
#[derive(Clone)]
struct Guarded {
    id: &'static str,
    disabled: bool,
    blocked: bool,
    sessions: usize,
    last_updated: i64,
}

#[derive(Clone)]
struct MonoCloud(Vec<Guarded>);

#[derive(Debug, Clone, Copy)]
enum Guard {
    Disable,
    DisableAndRevoke,
    /// With a body that does not fit.
    DisableWrongly,
    Enable,
    Unblock,
}

impl Service for MonoCloud {
    type Call = Guard;

    fn calls() -> impl Strategy<Value = (usize, Guard)> {
        use Guard::{Disable, DisableAndRevoke, DisableWrongly, Enable, Unblock};
        (0..Self::born().0.len(), select(vec![Disable, DisableAndRevoke, DisableWrongly, Enable, Unblock]))
    }

    fn born() -> Self {
        let user = |id, disabled, blocked, sessions| Guarded {
            id,
            disabled,
            blocked,
            sessions,
            last_updated: if id == "UOtBaOybB6dTpIJNrnkRw" { 1_640_975_400 } else { 1_735_689_600 },
        };
        Self(vec![
            user("UOtBaOybB6dTpIJNrnkRw", false, false, 2),
            user("user-disabled", true, false, 0),
            user("user-blocked", false, true, 0),
            user("user-disabled-and-blocked", true, true, 0),
            user("user-with-sessions", false, false, 3),
        ])
    }

    fn call(&mut self, user: usize, call: &Guard) -> (Ask, Expected) {
        let user = &mut self.0[user];
        let (verb, body) = match call {
            Guard::Disable => ("disable", ""),
            Guard::DisableAndRevoke => ("disable", r#"{"revoke_sessions":true}"#),
            Guard::DisableWrongly => ("disable", r#"{"revoke_sessions":"yes"}"#),
            Guard::Enable => ("enable", ""),
            Guard::Unblock => ("unblock", ""),
        };
        let ask = Self::ask("POST", &format!("/api/users/{}/{verb}", user.id)).body(body);
        let before = user.disabled;
        match call {
            Guard::Disable => user.disabled = true,
            Guard::DisableAndRevoke => (user.disabled, user.sessions) = (true, 0),
            Guard::DisableWrongly => return (ask, Expected::new(422, [])),
            Guard::Enable => user.disabled = false,
            Guard::Unblock => user.blocked = false,
        }
        if user.disabled != before {
            user.last_updated = 1_893_456_000;
        }
        let members = [("/disabled", user.disabled.into()), ("/last_updated", user.last_updated.into())];
        (ask, Expected::new(200, members))
    }

    fn looks(&self) -> Vec<(Ask, Expected)> {
        let look = |user: &Guarded| {
            let members = [
                ("/disabled", user.disabled.into()),
                ("/blocked", user.blocked.into()),
                ("/last_updated", user.last_updated.into()),
            ];
            let sessions = Expected { items: Some(user.sessions), ..Expected::new(200, []) };
            let path = format!("/api/users/{}", user.id);
            [
                (Self::ask("GET", &path), Expected::new(200, members)),
                (Self::ask("GET", &format!("{path}/sessions")), sessions),
            ]
        };
        self.0.iter().flat_map(look).collect()
    }
}

impl MonoCloud {
    fn ask(method: &str, path: &str) -> Ask {
        Ask::new(method, path).header("x-api-key", "monocloud-admin").header("content-type", "application/json")
    }
}

/// Where a user of ZITADEL can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    Inactive,
    Locked,
    Initial,
    Deleted,
}

/// What can be asked about a user of ZITADEL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Deactivate,
    Reactivate,
    Lock,
    Unlock,
    Delete,
    Read,
}

impl State {
    /// Where a step leads, or the id of the error.
    pub fn after(self, step: Step) -> Result<Self, &'static str> {
        use State::{Active, Deleted, Inactive, Initial, Locked};
        match (step, self) {
            (Step::Read, Deleted) => Err("QUERY-Dfbg2"),
            (_, Deleted) => Err("COMMAND-"), // every call has an id of its own
            (Step::Read, state) => Ok(state),
            (Step::Delete, _) => Ok(Deleted),
            (Step::Deactivate, Active | Locked) => Ok(Inactive),
            (Step::Deactivate, Inactive) => Err("COMMAND-5gunjw0cd7"),
            (Step::Deactivate, Initial) => Err("COMMAND-gvx4kct9r2"),
            (Step::Reactivate, Inactive) => Ok(Active),
            (Step::Reactivate, _) => Err("COMMAND-s5qqcz97hf"),
            (Step::Lock, Active | Initial) => Ok(Locked),
            (Step::Lock, _) => Err("COMMAND-lgws8wtsqf"),
            (Step::Unlock, Locked) => Ok(Active),
            (Step::Unlock, _) => Err("COMMAND-olb9vb0oca"),
        }
    }

    fn name(self) -> Value {
        format!("USER_STATE_{self:?}").to_uppercase().into()
    }
}

impl Step {
    pub const WRITES: [Self; 5] = [Self::Deactivate, Self::Reactivate, Self::Lock, Self::Unlock, Self::Delete];

    /// The call that asks for it.
    pub fn ask(self, user: &str) -> Ask {
        let path = format!("/v2/users/{user}");
        let (method, path) = match self {
            Self::Read => ("GET", path),
            Self::Delete => ("DELETE", path),
            _ => ("POST", format!("{path}/{}", format!("{self:?}").to_lowercase())),
        };
        Ask::new(method, &path).header("authorization", "Bearer zitadel-admin")
    }
}

#[derive(Clone)]
struct Zitadel(Vec<(&'static str, State, u64)>);

impl Service for Zitadel {
    type Call = Step;

    fn calls() -> impl Strategy<Value = (usize, Step)> {
        let step = prop_oneof![8 => select(&Step::WRITES[..4]), 1 => Just(Step::Delete)];
        (0..Self::born().0.len(), step)
    }

    fn born() -> Self {
        Self(vec![
            ("69629023906488335", State::Active, 1),
            ("human-inactive", State::Inactive, 3),
            ("human-locked", State::Locked, 3),
            ("human-initial", State::Initial, 1),
            ("machine-active", State::Active, 2),
        ])
    }

    fn call(&mut self, user: usize, step: &Step) -> (Ask, Expected) {
        let (id, state, sequence) = &mut self.0[user];
        let expected = match state.after(*step) {
            Ok(next) => {
                (*state, *sequence) = (next, *sequence + 1);
                let mut members = vec![("/details/changeDate", NOW.into())];
                // What is answered is the last event: where a membership ends, too, the organisation's fifth.
                let answered = if *step == Step::Delete && *id == "machine-active" { 5 } else { *sequence };
                members.push(("/details/sequence", answered.to_string().into()));
                Expected::new(200, members)
            }
            Err(_) if *state == State::Deleted => Expected::new(404, [("/code", 5.into())]),
            Err(error) => Expected::new(400, [("/code", 9.into()), ("/details/0/id", error.into())]),
        };
        (step.ask(id), expected)
    }

    fn looks(&self) -> Vec<(Ask, Expected)> {
        let look = |(id, state, sequence): &(&str, State, u64)| {
            let expected = match state {
                State::Deleted => Expected::new(404, []),
                _ => Expected::new(
                    200,
                    [("/user/state", state.name()), ("/user/details/sequence", sequence.to_string().into())],
                ),
            };
            (Step::Read.ask(id), expected)
        };
        self.0.iter().map(look).collect()
    }
}

/// A user of jitsudo; `None` is one that was removed.
#[derive(Clone)]
struct Jitsudo(Vec<(&'static str, Option<(bool, &'static str)>)>);

#[derive(Debug, Clone, Copy)]
enum Verdict {
    Suspend,
    Reactivate,
    /// With a body that does not fit.
    SuspendWrongly,
    Delete,
}

/// The place of the tenant's owner, whom nobody may suspend or remove.
const OWNER: usize = 0;

const TENANT: &str = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";

impl Service for Jitsudo {
    type Call = Verdict;

    fn calls() -> impl Strategy<Value = (usize, Verdict)> {
        use Verdict::{Delete, Reactivate, Suspend, SuspendWrongly};
        let verdict = prop_oneof![8 => select(vec![Suspend, Reactivate]), 1 => select(vec![SuspendWrongly, Delete])];
        (0..Self::born().0.len(), verdict)
    }

    fn born() -> Self {
        let long_ago = "2025-01-01T00:00:00Z";
        Self(vec![
            ("00000000-0000-8000-8000-000000000010", Some((true, long_ago))),
            ("00000000-0000-8000-8000-000000000002", Some((true, long_ago))),
            ("00000000-0000-8000-8000-000000000011", Some((false, long_ago))),
            ("00000000-0000-8000-8000-000000000012", Some((false, long_ago))),
            ("00000000-0000-8000-8000-000000000015", Some((true, long_ago))),
        ])
    }

    fn call(&mut self, place: usize, verdict: &Verdict) -> (Ask, Expected) {
        let (id, user) = &mut self.0[place];
        let suspend = |body: Value| Self::ask("POST", &format!("/v1/users/{id}/suspend")).body(body.to_string());
        let (ask, active) = match verdict {
            Verdict::Suspend => (suspend(json!({ "active": false })), Some(false)),
            Verdict::Reactivate => (suspend(json!({ "active": true })), Some(true)),
            Verdict::SuspendWrongly => return (suspend(json!({ "active": "no" })), Expected::new(400, [])),
            Verdict::Delete => (Self::ask("DELETE", &format!("/v1/users/{id}")), None),
        };
        let expected = match (&user, active) {
            (None, _) => Expected::new(404, []),
            (Some(_), Some(false) | None) if place == OWNER => {
                Expected::new(403, [("/details/reason", "tenant_owner".into())])
            }
            (Some((before, at)), Some(active)) => {
                let at = if *before == active { *at } else { NOW };
                *user = Some((active, at));
                Expected::new(200, [("/active", active.into()), ("/updated_at", at.into())])
            }
            (Some(_), None) => {
                *user = None;
                Expected::new(204, [])
            }
        };
        (ask, expected)
    }

    fn looks(&self) -> Vec<(Ask, Expected)> {
        let look = |(id, user): &(&str, Option<(bool, &'static str)>)| {
            let expected = match user {
                Some((active, at)) => {
                    Expected::new(200, [("/active", (*active).into()), ("/updated_at", (*at).into())])
                }
                None => Expected::new(404, []),
            };
            (Self::ask("GET", &format!("/v1/users/{id}")), expected)
        };
        self.0.iter().map(look).collect()
    }
}

impl Jitsudo {
    fn ask(method: &str, path: &str) -> Ask {
        Ask::new(method, path)
            .header("authorization", "Bearer jitsudo-admin")
            .header("content-type", "application/json")
            .header("x-tenant-id", TENANT)
    }
}

#[test]
fn monocloud_disables_enables_and_unblocks_as_the_model_does() {
    follows_its_model::<MonoCloud>();
}

#[test]
fn zitadel_follows_its_state_machine() {
    follows_its_model::<Zitadel>();
}

#[test]
fn jitsudo_suspends_reactivates_and_removes_as_the_model_does() {
    follows_its_model::<Jitsudo>();
}
