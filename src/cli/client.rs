//! The commands that ask a running server about one of its worlds: what each asks, and how its answer is printed.

mod print;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::ask::{Question, Server};
use super::flags::client::{
    Calls, Clock, ClockAction, Fault, FaultAction, Report, Requests, SignIn, Target, Verify, Worlds, WorldsAction,
};

/// What is written otherwise in a path; a valid name of a world has nothing of it, and proxies see it as it is.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// How often the journal is looked at by `requests --follow`.
const FOLLOW: Duration = Duration::from_millis(300);

/// What a command prints, or why it failed.
pub(super) type Printed = Result<String, String>;

/// The server and the world that a command is about.
struct Api<'a> {
    server: Server,
    target: &'a Target,
}

impl<'a> Api<'a> {
    fn of(target: &'a Target) -> Result<Self, String> {
        Ok(Self { server: Server::at(&target.url())?, target })
    }

    /// The path of something in the world.
    fn path(&self, what: &str) -> String {
        let world = utf8_percent_encode(&self.target.world, NAME);
        format!("/__fauxidp/worlds/{world}{what}")
    }

    /// The answer as JSON.
    fn ask(&self, question: Question) -> Result<Value, String> {
        let (status, text) = self.server.answer(question)?;
        let answer: Value = serde_json::from_str(&text)
            .map_err(|_| format!("{}: the server answered {} without JSON", self.server.url, status.as_u16()))?;
        match status.is_success() {
            true => Ok(answer),
            false => Err(print::problem(&answer)),
        }
    }

    /// Asks, and prints the answer as JSON if that is wanted, else in words.
    fn print(&self, question: Question, in_words: impl FnOnce(&Value) -> String) -> Printed {
        let answer = self.ask(question)?;
        Ok(if self.target.json { print::json(&answer) } else { in_words(&answer) })
    }
}

/// Lists and changes worlds.
pub(super) fn worlds(command: &Worlds) -> Printed {
    let api = Api::of(&command.target)?;
    let world = &command.target.world;
    match command.action.as_ref().unwrap_or(&WorldsAction::List) {
        WorldsAction::List => api.print(Question::get("/__fauxidp/worlds"), print::worlds),
        WorldsAction::Reset => {
            api.print(Question::new(Method::POST, api.path("/reset")), |_| format!("reset {world}\n"))
        }
        WorldsAction::Fork { to } => {
            let question = Question::new(Method::POST, api.path("/fork")).json(&json!({ "to": to }));
            api.print(question, |_| format!("copied {world} to {to}\n"))
        }
        WorldsAction::Drop => api.print(Question::new(Method::DELETE, api.path("")), |_| format!("dropped {world}\n")),
        WorldsAction::Save { file } => save(&api, file),
        WorldsAction::Load { file } => {
            let state = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let question = Question::new(Method::PUT, api.path("/state")).bytes(state.into()).large();
            api.print(question, |_| format!("loaded {world} from {}\n", file.display()))
        }
    }
}

fn save(api: &Api<'_>, file: &Path) -> Printed {
    let (status, text) = api.server.answer(Question::get(api.path("/state")).large())?;
    if status != StatusCode::OK {
        return Err(print::problem(&serde_json::from_str(&text).unwrap_or_default()));
    }
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("saved {} to {}\n", api.target.world, file.display()))
}

/// Prints the journal, and what comes if that is wanted.
pub(super) fn requests(command: &Requests) -> Printed {
    let api = Api::of(&command.target)?;
    let print = |entries: &[Value], answer: &Value| match (command.target.json, command.follow) {
        (true, false) => print::json(answer),
        (true, true) => entries.iter().map(|entry| format!("{entry}\n")).collect(),
        (false, _) => print::requests(entries),
    };
    let mut after = 0;
    loop {
        let answer = api.ask(Question::get(api.path(&format!("/requests?{}", query(command, after)))))?;
        let entries = answer["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = print(entries, &answer);
        if !command.follow {
            return Ok(text);
        }
        after = entries.last().and_then(|entry| entry["n"].as_u64()).unwrap_or(after);
        let mut stdout = io::stdout();
        if stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_err() {
            return Ok(String::new()); // the reader has seen enough
        }
        std::thread::sleep(FOLLOW);
    }
}

fn query(command: &Requests, after: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in command.calls.members() {
        query.append_pair(&name, value.as_str().unwrap_or_default());
    }
    if let Some(status) = &command.status {
        query.append_pair("status", status);
    }
    if after > 0 {
        query.append_pair("after", &after.to_string());
    }
    query.finish()
}

/// Compares the journal with what is expected of it.
pub(super) fn verify(command: &Verify) -> Printed {
    let api = Api::of(&command.target)?;
    let question = Question::new(Method::POST, api.path("/verify")).json(&command.body());
    api.print(question, |answer| format!("as expected: {}\n", answer["expected"].as_str().unwrap_or_default()))
}

/// Adds, lists and removes faults.
pub(super) fn fault(command: &Fault) -> Printed {
    let api = Api::of(&command.target)?;
    match command.action.as_ref().unwrap_or(&FaultAction::List) {
        FaultAction::List => api.print(Question::get(api.path("/faults")), print::faults),
        FaultAction::Add { spec, ttl_ms, calls } => {
            let question = Question::new(Method::POST, api.path("/faults")).json(&rule(spec, *ttl_ms, calls));
            api.print(question, |rule| print::faults(&json!({ "faults": [rule] })))
        }
        FaultAction::Clear { id } => {
            let id = id.as_ref().map(|id| format!("/{id}")).unwrap_or_default();
            api.print(Question::new(Method::DELETE, api.path(&format!("/faults{id}"))), |_| "removed\n".to_owned())
        }
    }
}

fn rule(spec: &str, ttl_ms: Option<u64>, calls: &Calls) -> Value {
    let mut rule = Map::from_iter([("fault".to_owned(), spec.into()), ("match".to_owned(), calls.members().into())]);
    if let Some(ms) = ttl_ms {
        rule.insert("ttl_ms".to_owned(), ms.into());
    }
    rule.into()
}

/// Prints what would have been sent.
pub(super) fn outbox(target: &Target) -> Printed {
    let api = Api::of(target)?;
    api.print(Question::get(api.path("/outbox")), print::outbox)
}

/// Prints or changes the clock.
pub(super) fn clock(command: &Clock) -> Printed {
    let api = Api::of(&command.target)?;
    let change = match command.action.as_ref().unwrap_or(&ClockAction::Show) {
        ClockAction::Show => return api.print(Question::get(api.path("/clock")), print::clock),
        ClockAction::Set { time } => json!({ "now": time.to_string() }),
        ClockAction::Advance { ms } => json!({ "advance_ms": ms }),
        ClockAction::Run => json!({ "run": true }),
        ClockAction::Freeze => json!({ "run": false }),
    };
    api.print(Question::new(Method::PUT, api.path("/clock")).json(&change), print::clock)
}

/// Signs a user in.
pub(super) fn sign_in(command: &SignIn) -> Printed {
    let api = Api::of(&command.target)?;
    let what = if command.tokens { "/tokens" } else { "/sign-in" };
    let question = Question::new(Method::POST, api.path(what)).json(&command.body());
    api.print(question, print::members)
}

/// The report about the client, and why it fails, if it does.
pub(super) fn report(command: &Report) -> Result<(String, Option<String>), String> {
    let api = Api { server: Server::at(&command.url())?, target: &command.target };
    let path = api.path(&format!("/report?format={}&fail_on={}", command.format(), command.fail_on));
    let (status, text) = api.server.answer(Question::get(path).large())?;
    let text = match serde_json::from_str(&text) {
        Ok(answer) if !status.is_success() && status != StatusCode::CONFLICT => return Err(print::problem(&answer)),
        Ok(answer) => print::json(&answer),
        Err(_) => text,
    };
    let what = if command.fail_on == "error" { "an error" } else { "an error or a warning" };
    let fault = (status == StatusCode::CONFLICT).then(|| format!("world {} has {what}", command.target.world));
    Ok((text, fault))
}
