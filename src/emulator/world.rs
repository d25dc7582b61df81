//! A test's handle on one world of a running emulator. It calls the control API without a socket.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HOST;
use http::{Method, Request};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Match;
use super::calls::{Recorded, Times};
use super::rule::{Fault, Rule};
use crate::context::DEFAULT_WORLD;
use crate::pipeline::Pipeline;
use crate::vendors::{BaseUrls, Endpoint};

/// A world of a running emulator: a complete private copy of users, settings, faults, journal, outbox and clock.
///
/// Clients reach it with the credentials of [`World::endpoint`]. A clone is the same world.
#[derive(Clone)]
#[must_use]
pub struct World {
    pipeline: Arc<Pipeline>,
    base: BaseUrls,
    name: String,
}

/// Why the emulator did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The status that the control API answers.
    pub status: u16,
    /// The reason, in words.
    pub detail: String,
    /// After a failed verification: the nearest calls, each with its differences.
    pub nearest: Vec<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)?;
        self.nearest.iter().try_for_each(|call| write!(formatter, "\n  near: {call}"))
    }
}

impl std::error::Error for Refused {}

/// A world's state as the control API returns it: everything but the world's name and journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(pub String);

impl World {
    /// The world of that name, created if it does not exist.
    pub(super) fn enter(pipeline: Arc<Pipeline>, base: BaseUrls, name: &str) -> Result<Self, Refused> {
        let world = Self { pipeline, base, name: name.to_owned() };
        if name == DEFAULT_WORLD {
            return Ok(world); // it always exists
        }
        world.ask::<Value>(Method::PUT, "", &json!({})).map(|_| world)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A credential of the seed, such as `monocloud-readonly`, as one of this world.
    pub fn credential(&self, secret: &str) -> String {
        if self.name == DEFAULT_WORLD { secret.to_owned() } else { format!("{secret}~{}", self.name) }
    }

    /// How that vendor's clients connect: the base URL, a credential with all permissions, and the environment
    /// variables that they read.
    ///
    /// # Errors
    /// There is no such vendor, or the world was dropped.
    pub fn endpoint(&self, vendor: &str) -> Result<Endpoint, Refused> {
        let refused = |detail: String| Refused { status: 404, detail, nearest: Vec::new() };
        let world =
            self.pipeline.world(&self.name).ok_or_else(|| refused(format!("There is no world {:?}.", self.name)))?;
        let found = world.vendors().find(|found| found.info().name == vendor);
        found.map(|found| found.endpoint(&self.base)).ok_or_else(|| {
            refused(format!("Unknown vendor {vendor:?}; expected one of {}.", world.set().names().join(", ")))
        })
    }

    /// Adds a fault rule for the calls that match. A fault given as text applies to all calls.
    ///
    /// # Errors
    /// The fault is invalid, names something unknown, or the world has too many rules.
    pub fn fault(&self, fault: impl Into<Fault>) -> Result<Rule, Refused> {
        self.ask(Method::POST, "/faults", &json!(fault.into()))
    }

    /// Every rule with its counters, in the order in which they are matched.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn faults(&self) -> Result<Vec<Rule>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            faults: Vec<Rule>,
        }
        self.ask(Method::GET, "/faults", &Value::Null).map(|shown: Shown| shown.faults)
    }

    /// Removes one rule.
    ///
    /// # Errors
    /// There is no rule with that id.
    pub fn remove_fault(&self, id: u64) -> Result<(), Refused> {
        self.done(Method::DELETE, &format!("/faults/{id}"), &Value::Null)
    }

    /// Removes every rule.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn clear_faults(&self) -> Result<(), Refused> {
        self.done(Method::DELETE, "/faults", &Value::Null)
    }

    /// The recorded calls that match, newest last.
    ///
    /// # Errors
    /// `calls` has a value that no call can have. A typo would otherwise look like a call that was never made.
    pub fn requests(&self, calls: &Match) -> Result<Vec<Recorded>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            requests: Vec<Recorded>,
        }
        let query = serde_json::to_value(calls).unwrap_or_default();
        let pairs = query.as_object().into_iter().flatten();
        let pairs = pairs.map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let shown: Result<Shown, _> = self.ask(Method::GET, &format!("/requests?{query}"), &Value::Null);
        shown.map(|shown| shown.requests)
    }

    /// Empties the journal.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn clear_requests(&self) -> Result<(), Refused> {
        self.done(Method::DELETE, "/requests", &Value::Null)
    }

    /// Checks that the journal has the expected number of calls that match.
    ///
    /// # Errors
    /// It does not: [`Refused`] says what was expected, what was found, and which calls were nearest.
    pub fn verify(&self, calls: &Match, times: impl Into<Times>) -> Result<(), Refused> {
        let mut expected = json!(times.into());
        expected["match"] = json!(calls);
        self.done(Method::POST, "/verify", &expected)
    }

    /// Checks that calls were made that match these, one each, in that order. Others may be between them.
    ///
    /// # Errors
    /// They were not: [`Refused`] says which is missing.
    pub fn verify_sequence(&self, calls: &[Match]) -> Result<(), Refused> {
        self.done(Method::POST, "/verify", &json!({ "sequence": calls }))
    }

    /// Checks that every fault rule has fired.
    ///
    /// # Errors
    /// One has not.
    pub fn verify_rules_fired(&self) -> Result<(), Refused> {
        self.done(Method::POST, "/verify", &json!({ "rules_fired": true }))
    }

    /// The report about the client: what it did that would not have worked at the vendor, as text.
    ///
    /// # Errors
    /// There is a finding as bad as `fail_on`, which is `error` or `warning`: [`Refused::detail`] is the report then.
    /// A world without a call has one.
    pub fn report(&self, fail_on: &str) -> Result<String, Refused> {
        let asked = [("format", "text"), ("fail_on", fail_on)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
        self.text(Method::GET, &format!("/report?{query}"), String::new())
    }

    /// Its clock.
    pub fn clock(&self) -> Clock<'_> {
        Clock(self)
    }

    /// The world's state: everything but its name and journal.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn snapshot(&self) -> Result<Snapshot, Refused> {
        self.text(Method::GET, "/state", String::new()).map(Snapshot)
    }

    /// Restores a snapshot, of this or another world or server.
    ///
    /// # Errors
    /// The snapshot is invalid; the world is left as it was.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), Refused> {
        self.text(Method::PUT, "/state", snapshot.0.clone()).map(|_| ())
    }

    /// Resets it to its initial state, with an empty journal and outbox.
    ///
    /// # Errors
    /// None that are known.
    pub fn reset(&self) -> Result<(), Refused> {
        self.done(Method::POST, "/reset", &Value::Null)
    }

    /// Copies this world to that name, replacing any world there.
    ///
    /// # Errors
    /// The name is invalid.
    pub fn fork(&self, to: &str) -> Result<Self, Refused> {
        self.done(Method::POST, "/fork", &json!({ "to": to }))?;
        Ok(Self { name: to.to_owned(), ..self.clone() })
    }

    /// Changes a vendor's setting in this world, such as `monocloud.era`.
    ///
    /// # Errors
    /// The setting or its value is unknown.
    pub fn set(&self, key: &str, value: &str) -> Result<(), Refused> {
        self.done(Method::PUT, "", &json!({ "settings": { key: value } }))
    }

    /// Reports an event outside the API, such as `failed_sign_in`, for a vendor's user.
    ///
    /// # Errors
    /// The vendor, user or event is unknown, or the event cannot happen to that user.
    pub fn event(&self, vendor: &str, user: &str, event: &str) -> Result<(), Refused> {
        self.done(Method::POST, "/events", &json!({ "vendor": vendor, "user": user, "event": event }))
    }

    /// The messages that the vendors would have sent, oldest first, as JSON.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn outbox(&self) -> Result<Vec<Value>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            outbox: Vec<Value>,
        }
        self.ask(Method::GET, "/outbox", &Value::Null).map(|shown: Shown| shown.outbox)
    }

    /// Drops it. The next call that names it creates a new one.
    ///
    /// # Errors
    /// The default world is never dropped.
    pub fn remove(self) -> Result<(), Refused> {
        self.done(Method::DELETE, "", &Value::Null)
    }

    /// The URLs of the emulator.
    pub(super) fn base(&self) -> &BaseUrls {
        &self.base
    }

    fn done(&self, method: Method, what: &str, body: &Value) -> Result<(), Refused> {
        self.ask::<Value>(method, what, body).map(|_| ())
    }

    pub(super) fn ask<T: DeserializeOwned>(&self, method: Method, what: &str, body: &Value) -> Result<T, Refused> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let text = self.text(method, what, body)?;
        serde_json::from_str(&text).map_err(|error| Refused {
            status: 500,
            detail: format!("{error}: {text}"),
            nearest: Vec::new(),
        })
    }

    /// The body of the control API's answer.
    fn text(&self, method: Method, what: &str, body: String) -> Result<String, Refused> {
        let uri = format!("/__fauxidp/worlds/{}{what}", percent_encoding::utf8_percent_encode(&self.name, NAME));
        let host = self.base.plain.trim_start_matches("http://");
        let request = Request::builder().method(method).uri(uri).header(HOST, host).body(());
        let refused = |status: u16, detail: String| Refused { status, detail, nearest: Vec::new() };
        let (head, ()) = request.map_err(|error| refused(400, error.to_string()))?.into_parts();
        let reply = self.pipeline.control(head, body.into());
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        if reply.status.is_success() {
            return Ok(text);
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let nearest = problem["nearest"].as_array().into_iter().flatten();
        Err(Refused {
            status: reply.status.as_u16(),
            detail: problem["detail"].as_str().unwrap_or(&text).to_owned(),
            nearest: nearest.filter_map(|call| call.as_str().map(str::to_owned)).collect(),
        })
    }
}

/// The characters of a world's name that are percent-encoded in a path.
const NAME: &percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC;

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("World").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A world's clock. Tokens, locks and times to live follow it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Clock<'a>(&'a World);

impl Clock<'_> {
    /// Its current time.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn now(self) -> Result<Timestamp, Refused> {
        self.turn(Method::GET, &Value::Null)
    }

    /// Sets it to that time and freezes it.
    ///
    /// # Errors
    /// The time is out of range.
    pub fn set(self, now: Timestamp) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "now": now }))
    }

    /// Advances it, in whole milliseconds. A frozen clock stays frozen.
    ///
    /// # Errors
    /// The new time would be out of range.
    pub fn advance(self, time: Duration) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "advance_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX) }))
    }

    /// Lets it run from its current time.
    ///
    /// # Errors
    /// None that are known.
    pub fn run(self) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "run": true }))
    }

    /// Freezes it at its current time.
    ///
    /// # Errors
    /// None that are known.
    pub fn freeze(self) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "run": false }))
    }

    fn turn(self, method: Method, body: &Value) -> Result<Timestamp, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            now: Timestamp,
        }
        self.0.ask(method, "/clock", body).map(|shown: Shown| shown.now)
    }
}
