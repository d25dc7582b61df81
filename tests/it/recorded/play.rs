//! Tells a recording: fills in what earlier answers gave, and masks the answers as the recording is masked.

use std::collections::BTreeMap;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fauxidp::Emulator;
use regex_lite::Regex;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use serde_json::{Map, Value, json};

use super::shown::Shown;
use super::{Step, TOLD_AT, totp};
use crate::wire::{Answer, Ask, HOST};

/// Members that hold secrets.
const SECRETS: [&str; 11] = [
    "keyContent",
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "clientSecret",
    "emailCode",
    "phoneCode",
    "verificationCode",
    "code",
    "sessionToken",
];

/// Members that hold a time in seconds.
const SECONDS: [&str; 6] = ["updated_at", "exp", "iat", "nbf", "auth_time", "expires_in"];

/// An answer, masked as a recording is.
pub struct Recorded {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// The mark of the refusal of an operation that comes later, or of a path that nobody has.
    pub mark: Option<&'static str>,
    /// The row of the fidelity table that stands behind it.
    pub row: Option<String>,
}

/// Plays every step of a story in order. `None` where a step needs a name that only a script makes.
pub async fn play(steps: &[Step], emulator: &Emulator, story: &str) -> Vec<Option<Recorded>> {
    let mut names = Names::new(story);
    let mut answers = Vec::new();
    let (mut before, mut heard) = (0, 0);
    for step in steps {
        let Some(ask) = names.request(step) else {
            answers.push(None);
            continue;
        };
        let answer = ask.header("x-fauxidp-explain", "1").send(emulator).await;
        let whole = body(&answer);
        let mut body = whole.clone();
        if step.body.get("call").is_some() {
            heard = new_events(&mut body, before, heard);
        }
        let mut recorded = names.recorded(step, &answer, &body);
        names.learn(&step.learn, &whole);
        // A URI shows the secret that was learnt with it.
        if let Some(uri) = recorded.body.get_mut("uri") {
            names.mask(uri);
        }
        answers.push(Some(recorded));
        before = answer.status;
    }
    answers
}

/// What a story shows of the events behind a call: its status, and their kinds but for those that were heard before.
/// Returns how many there are.
fn new_events(body: &mut Value, status: u16, heard: usize) -> usize {
    let kinds = body["events"].as_array().into_iter().flatten().map(|event| event["type"]["type"].clone());
    let kinds: Vec<_> = kinds.collect();
    let (count, first) = (kinds.len(), heard.min(kinds.len()));
    *body = json!({ "call": status, "events": kinds[first..] });
    count
}

fn body(answer: &Answer) -> Value {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// What was learnt, by name.
struct Names {
    values: BTreeMap<String, String>,
    placeholder: Regex,
    time: Regex,
    long: Regex,
    /// How the story names the server.
    origin: &'static str,
    /// Whether the story does not show its answers whole.
    is_excerpt: bool,
    shown: Shown,
    /// The secret that an app was given last.
    app: Option<String>,
}

impl Names {
    fn new(story: &str) -> Self {
        let (tag, origin) = if story == "v1" { ("tqa1", "http://<host>") } else { ("around-usa", "<origin>") };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let regex = |text: &str| Regex::new(text).expect("a regular expression");
        Self {
            values: BTreeMap::from([
                pair("org", "69629023906488334"),
                pair("admin-token", "zitadel-admin"),
                pair("tag", tag),
                pair("Tag", "Around-usa"),
            ]),
            placeholder: regex(r"<([\w%./-]+)>"),
            time: regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
            long: regex(r"[\w.-]*\d{15,20}[\w.-]*"),
            origin,
            is_excerpt: matches!(story, "v1" | "around"),
            shown: Shown::of(story),
            app: None,
        }
    }

    /// The request of a step, if every name in it is known.
    fn request(&self, step: &Step) -> Option<Ask> {
        let call = self.fill(&step.call)?;
        // What a target received is no call.
        let (method, path) = call.split_once(' ').filter(|(method, _)| *method != "RECEIVED")?;
        // What was framed for a remote call was not written down.
        if path.starts_with("/zitadel.") && step.sent.is_none() && step.with.is_empty() {
            return None;
        }
        let mut ask = Ask::new(method, path).header("accept-encoding", "identity");
        let mut has_type = false;
        for (name, value) in &step.with {
            has_type |= name.eq_ignore_ascii_case("content-type");
            ask = ask.header(name, &self.fill(value.as_str()?)?);
        }
        if let Some(caller) = &step.caller {
            let value = if caller == "admin" { "Bearer zitadel-admin".to_owned() } else { self.fill(caller)? };
            ask = ask.header("authorization", &value);
        }
        if let Some(basic) = &step.basic {
            ask = ask.header("authorization", &format!("Basic {}", STANDARD.encode(self.fill(basic)?)));
        }
        let body = match &step.sent {
            None => return Some(ask),
            Some(Value::String(text)) => match text.strip_prefix("base64:") {
                Some(coded) => STANDARD.decode(coded).ok()?,
                None => self.fill(text)?.into_bytes(),
            },
            // The recorded names begin with `tag` where the teller's own began with `usa`; one search still asks for that.
            Some(value) => {
                let mut value = value.clone();
                if step.status < 300 {
                    self.show_password(&mut value);
                }
                self.fill(&spaced(&value).replace("\"usa\"", "\"tag\""))?.into_bytes()
            }
        };
        Some(if has_type { ask } else { ask.header("content-type", "application/json") }.body(body))
    }

    fn fill(&self, text: &str) -> Option<String> {
        let mut is_known = true;
        let filled = self.placeholder.replace_all(text, |found: &regex_lite::Captures<'_>| {
            let value = self.values.get(&found[1]);
            is_known &= value.is_some();
            value.cloned().unwrap_or_default()
        });
        let filled = filled.into_owned();
        is_known.then_some(filled)
    }

    /// Puts the password that the app shows here for the one that it showed the teller.
    fn show_password(&self, sent: &mut Value) {
        let (Value::Object(members), Some(app)) = (sent, &self.app) else { return };
        let is_password = |text: &str| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        for (name, value) in members {
            match value {
                Value::String(text) if name == "code" && is_password(text) => {
                    *text = totp::password(app, TOLD_AT.parse().expect("a time"));
                }
                value => self.show_password(value),
            }
        }
    }

    fn learn(&mut self, learn: &Map<String, Value>, body: &Value) {
        if let (Some(_), Some(secret)) = (body.get("uri").or(body.get("url")), body["secret"].as_str()) {
            self.app = Some(secret.to_owned());
        }
        for (name, place) in learn {
            let path = place.as_str().expect("a path").trim_start_matches('$').replace('[', ".").replace(']', "");
            let found = path.split('.').filter(|part| !part.is_empty()).try_fold(body, |value, part| match value {
                Value::Array(items) => items.get(part.parse::<usize>().ok()?),
                value => value.get(part),
            });
            match found {
                Some(Value::String(text)) => _ = self.values.insert(name.clone(), text.clone()),
                Some(value) => _ = self.values.insert(name.clone(), value.to_string()),
                None => {}
            }
        }
    }

    fn recorded(&self, step: &Step, answer: &Answer, body: &Value) -> Recorded {
        let headers = step.headers.keys().filter_map(|name| {
            let mut lines: Vec<_> =
                answer.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| &**value).collect();
            lines.sort_unstable();
            (!lines.is_empty()).then(|| (name.clone(), self.plain(&lines.join(", "))))
        });
        let mut body = body.clone();
        outline(&step.body, &mut body);
        self.mask(&mut body);
        open_key_file(&step.body, &mut body);
        if answer.status == 200 {
            body = self.shown.cut(&step.name, &step.body, body);
        }
        if self.is_excerpt {
            excerpt(&step.body, &mut body);
        }
        hide(&mut body, "", &step.body.to_string());
        let row = answer.header("x-fauxidp-fidelity").and_then(|value| value.split("row=").nth(1)).map(str::to_owned);
        let mark = ["unemulated", "unmatched"].into_iter().find(|mark| answer.header("x-fauxidp") == Some(mark));
        Recorded { status: answer.status, headers: headers.collect(), body, mark, row }
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.plain(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.mask(member)),
            _ => {}
        }
    }

    /// The text with names for what was learnt, and words for times and other long numbers.
    fn plain(&self, text: &str) -> String {
        let mut text = text.replace('\u{a0}', " ").replace(&format!("http://{HOST}"), self.origin);
        let mut values: Vec<_> = self.values.iter().filter(|(_, value)| value.len() > 3).collect();
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        for (name, value) in values {
            text = text.replace(value.as_str(), &format!("<{name}>"));
        }
        let text = self.time.replace_all(&text, "<time>");
        let long = |found: &regex_lite::Captures<'_>| {
            let is_number = found[0].len() <= 20 && found[0].bytes().all(|byte| byte.is_ascii_digit());
            if is_number { "<number>".to_owned() } else { found[0].to_owned() }
        };
        self.long.replace_all(&text, long).into_owned()
    }
}

/// The members that are a file with a key.
const KEY_FILES: [&str; 2] = ["keyContent", "keyDetails"];

fn key_file(body: &Value, member: &str) -> Option<Map<String, Value>> {
    let coded = body.get(member)?.as_str()?;
    serde_json::from_slice(&STANDARD.decode(coded).ok()?).ok()
}

/// What the stories show of a key file, of an ID token and of public keys: their members, that it is one, nothing.
fn outline(recorded: &Value, body: &mut Value) {
    for member in KEY_FILES.into_iter().filter(|member| !recorded[*member].is_object()) {
        if let Some(file) = key_file(body, member) {
            body[member] = members(&file);
        }
    }
    if let Some(token) = body.get_mut("id_token") {
        *token = "<jwt>".into();
    }
    for key in body.get_mut("keys").and_then(Value::as_array_mut).into_iter().flatten() {
        for member in ["kid", "n"] {
            if let Some(value) = key.get_mut(member) {
                *value = format!("<{member}>").into();
            }
        }
    }
}

/// Shows a key file where its recorded one is shown.
fn open_key_file(recorded: &Value, body: &mut Value) {
    for member in KEY_FILES.into_iter().filter(|member| recorded[*member].is_object()) {
        if let Some(file) = key_file(body, member) {
            body[member] = file.into();
        }
    }
}

/// The names of members, in their order.
fn members(object: &Map<String, Value>) -> Value {
    let mut members: Vec<_> = object.keys().cloned().collect();
    members.sort_unstable();
    members.into()
}

/// Shows of an answer what the story's script shows of the recorded one: the members' names of a long list, the kinds of
/// events and the last of them, no number that depends on what was told before, and a name for a value of no interest.
fn excerpt(recorded: &Value, body: &mut Value) {
    match (recorded, body) {
        (Value::Array(names), body @ Value::Object(_)) if names.iter().all(Value::is_string) => {
            *body = members(body.as_object().expect("it is one"));
        }
        (Value::Object(recorded), Value::Object(own)) => {
            if recorded.contains_key("last") && own.contains_key("events") {
                let events = own.get_mut("events").and_then(Value::as_array_mut).expect("a list");
                let last = events.last().cloned();
                events.iter_mut().for_each(|event| *event = event["type"]["type"].take());
                own.insert("last".to_owned(), last.into_iter().collect());
            }
            if recorded.contains_key("changeDate") && !recorded.contains_key("sequence") {
                own.remove("sequence");
            }
            for (name, value) in own.iter_mut() {
                match recorded.get(name) {
                    Some(Value::String(text)) if *text == format!("<{name}>") && is_given(value) => {
                        *value = text.as_str().into();
                    }
                    Some(recorded) => excerpt(recorded, value),
                    None => {}
                }
            }
        }
        (Value::Array(recorded), Value::Array(own)) => {
            recorded.iter().zip(own).for_each(|(recorded, own)| excerpt(recorded, own));
        }
        _ => {}
    }
}

/// Whether there is something behind a name that stands for a value of no interest.
fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Masks secrets by their members' names, and seconds where the recording does.
fn hide(value: &mut Value, member: &str, recorded: &str) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| hide(value, name, recorded)),
        Value::Array(items) => {
            let is_outline = matches!(member, "keyContent" | "keyDetails");
            items.iter_mut().for_each(|item| hide(item, if is_outline { "" } else { member }, recorded));
        }
        Value::String(text) if !text.is_empty() && is_secret(member, text) => *text = format!("<{member}>"),
        Value::Number(_) if SECONDS.contains(&member) && recorded.contains(&format!("\"<{member}>\"")) => {
            *value = Value::String(format!("<{member}>"));
        }
        _ => {}
    }
}

/// A code that a person types has six capitals; other codes are numbers of errors.
fn is_secret(member: &str, text: &str) -> bool {
    SECRETS.contains(&member)
        && !text.starts_with('<')
        && (member != "code" || text.len() == 6 && text == text.to_uppercase())
}

/// JSON as the stories' scripts write it: a blank after each comma and colon, and ASCII only. Errors name columns.
fn spaced(value: &Value) -> String {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Spaced)).expect("JSON");
    String::from_utf8(text).expect("ASCII")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for unit in fragment.chars() {
            let mut units = [0; 2];
            match unit.is_ascii() {
                true => writer.write_all(&[unit as u8])?,
                false => unit.encode_utf16(&mut units).iter().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}
