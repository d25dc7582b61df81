//! A server that calls change beside one that stays as it was, and whether what reads show differs.

use std::collections::BTreeMap;

use fauxidp::Emulator;
use serde_json::value::RawValue;

use super::{Subject, is_own, shows};
use crate::wire::{Answer, Ask};

/// What every read of the vendor asks: of the user that the call is about, and as the reads' own fixtures ask. Those that
/// are nearest to the call come first.
fn reads(subject: &Subject, call: Option<&Ask>) -> Vec<Ask> {
    let mut reads = Vec::new();
    for (operation, read) in
        subject.calls.iter().filter(|(operation, call)| shows(operation) && is_own(operation, call))
    {
        // A search without a filter finds all.
        reads.push(if operation.method == "POST" { read.clone().body("") } else { read.clone() });
        if let Some(call) = call.filter(|_| operation.name.starts_with("get_user")) {
            let (folder, _) = read.path.rsplit_once('/').expect("a path");
            let user = call.path.strip_prefix(&format!("{folder}/")).and_then(|rest| rest.split('/').next());
            reads.extend(user.map(|user| Ask { path: format!("{folder}/{user}"), ..read.clone() }));
        }
    }
    if let Some(call) = call {
        let alike = |read: &Ask| {
            let parts = read.path.split('/').zip(call.path.split('/'));
            parts.take_while(|(one, other)| one == other).count()
        };
        reads.sort_by_key(|read| std::cmp::Reverse(alike(read)));
    }
    reads
}

/// A server that calls change, and one beside it that stays as it was.
pub(super) struct Pair<'a> {
    subject: &'a Subject,
    pub(super) changed: Emulator,
    untouched: Emulator,
    state: State,
}

impl<'a> Pair<'a> {
    pub(super) async fn start(subject: &'a Subject) -> Self {
        let untouched = subject.emulator().await;
        let state = state(&untouched).await;
        Self { subject, changed: subject.emulator().await, untouched, state }
    }

    /// Whether nothing at all differs between the two, whether reads show it or not.
    pub(super) async fn is_untouched(&self) -> bool {
        state(&self.changed).await == self.state
    }

    /// What a read shows that differs between the two.
    pub(super) async fn difference(&self, call: Option<&Ask>) -> Option<(Answer, Answer)> {
        if self.is_untouched().await {
            return None;
        }
        for read in reads(self.subject, call) {
            let (now, before) = (shown(&read, &self.changed).await, shown(&read, &self.untouched).await);
            if now != before {
                return Some((now, before));
            }
        }
        None
    }

    /// Undoes what calls have changed.
    pub(super) async fn reset(&self) {
        let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&self.changed).await;
        assert_eq!(reset.status, 200);
    }
}

/// The state of the world by member, but for the faults' counters.
type State = BTreeMap<String, String>;

async fn state(emulator: &Emulator) -> State {
    let answer = Ask::new("GET", "/__fauxidp/worlds/default/state").send(emulator).await;
    assert_eq!(answer.status, 200);
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&answer.body).expect("an object");
    let counts = |name: &String| name != "faults";
    members.into_iter().filter(|(name, _)| counts(name)).map(|(name, value)| (name, value.get().to_owned())).collect()
}

/// What a read shows.
async fn shown(read: &Ask, emulator: &Emulator) -> Answer {
    let mut answer = read.send(emulator).await;
    answer.headers.clear();
    if answer.status != 200 {
        answer.body.clear(); // an error has a trace of its own
    }
    answer
}
